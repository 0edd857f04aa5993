"""What is drawn, as a file: data, code, formulas, a page that steps by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Form, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import Response

from app.asked import Asked, Question
from app.faults import Fault, refusal
from app.links import settings
from app.pictures import Pictures
from app.sought import Ahead, RunAhead, seen
from engine.computed import Computed
from engine.formats import FORMATS, Wanted
from engine.program import Program

router = APIRouter(prefix="/export", include_in_schema=False)

PREDICTING = Fault(
    message="A file would tell every number.", hint="Turn off Predict each number first."
)


@router.post("/{name}")
def export(
    request: Request,
    name: str,
    asked: Asked,
    run: RunAhead,
    dark: Annotated[bool, Form()] = False,  # noqa: FBT002  a field of the form
    learning: Annotated[bool, Form()] = False,  # noqa: FBT002  a field of the form
    imagined: Annotated[str, Form()] = "",
) -> Response:
    """Return a file of what the page shows: as it is folded, at its numbers, step and sample.

    Args:
        request: where the caches are.
        name: of a format.
        asked: what is drawn, and where in the walk one stands.
        run: what it learns in, or whose next update the walk ends with.
        dark: whether the page is dark.
        learning: whether it shows the weights that the run has now, and no walk.
        imagined: numbers, as `set` has them but a line each, of a sample that there is not.
    """
    if name not in FORMATS:
        raise HTTPException(404)
    if asked.walk.predict and not learning:
        return refusal(request.scope, 409, PREDICTING)
    row, pictures = FORMATS[name], request.app.state.pictures
    inputs = {**asked.inputs, **settings(imagined.splitlines())}
    if learning and run and _alike(run.program, pictures.program(asked.source, asked.sample.mine)):
        inputs |= dict(zip(run.names, run.update.weights.tolist(), strict=True))
    made = row.make(*_seen(pictures, replace(asked, inputs=inputs), run, dark=dark))
    headers = {"Content-Disposition": f'attachment; filename="{row.file}"'}
    return Response(made, media_type=row.media, headers=headers)


def _seen(
    pictures: Pictures, asked: Question, run: Ahead | None, *, dark: bool
) -> tuple[Computed, Wanted]:
    """Return what the page shows, and how."""
    at, drawing = seen(pictures, asked, run)
    wanted = Wanted(
        step=None if at.step is None else at.step + 1,
        grain=asked.walk.grain,
        dark=dark,
        picture=drawing.picture,
        trace=at.trace,
    )
    return Computed.of_numbers(at.numbers.program, at.numbers.values), wanted


def _alike(one: Program, other: Program) -> bool:
    """Return whether two texts compute the same: remarks and blanks aside, they are one."""
    return (
        one.graph.labels == other.graph.labels
        and np.array_equal(one.graph.codes, other.graph.codes)
        and np.array_equal(one.graph.operands, other.graph.operands)
        and np.array_equal(one.written, other.written, equal_nan=True)
    )
