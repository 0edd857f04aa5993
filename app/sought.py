"""What a page shows when it asks: the walk, the drawing, and the run that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.asked import Asked, Question
from app.drawings import Drawing
from app.faults import RefusedError
from app.pictures import Pictures
from app.walks import Walked, walked
from engine.program import Program
from engine.updates import Update


@dataclass(frozen=True)
class Ahead:
    """A run: its program, the names that learn, and the update that comes next."""

    program: Program
    names: tuple[str, ...]
    update: Update


async def _ahead(request: Request, asked: Asked) -> Ahead | None:
    """Return the run that the page shows or came from, None where there is none or it is gone."""
    if not asked.run:
        return None
    try:
        run = request.app.state.runs.find(asked.run)
        update = await run.ahead()
    except RefusedError:
        return None
    return Ahead(run.trainer.program, tuple(run.trainer.names), update)


RunAhead = Annotated[Ahead | None, Depends(_ahead)]


def seen(pictures: Pictures, asked: Question, run: Ahead | None = None) -> tuple[Walked, Drawing]:
    """Return the walk that is asked for, and the drawing on the page."""
    numbers = pictures.numbers(asked.source, asked.inputs, asked.sample)
    drawing = pictures.drawn(asked.after)
    if drawing is None or drawing.program is not numbers.program:
        drawing = pictures.drawing(numbers.program, mine=asked.sample.mine, folds=asked.folds)
    return walked(pictures, numbers, asked.walk, run.update if run else None), drawing
