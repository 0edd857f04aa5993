"""What is drawn, as a file: data, code, formulas, a page that steps by itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import Response

from app.asked import Asked
from app.faults import RefusedError
from app.pictures import Numbers
from engine.computed import Computed
from engine.formats import FORMATS, Wanted

router = APIRouter(prefix="/export", include_in_schema=False)


async def _learned(request: Request, asked: Asked) -> dict[str, float]:
    """Return the present parameters of the run that the page shows, by name; else nothing."""
    if not asked.run:
        return {}
    try:
        run = request.app.state.runs.find(asked.run)
        if run.trainer.program.source != asked.source:
            return {}
        update = await run.ahead()
    except RefusedError:
        return {}
    return dict(zip(run.trainer.names, update.weights.tolist(), strict=True))


@router.post("/{name}")
def export(
    request: Request,
    name: str,
    asked: Asked,
    learned: Annotated[dict[str, float], Depends(_learned)],
) -> Response:
    """Return a file of what the page shows: at the present numbers, the step, the sample."""
    if name not in FORMATS:
        raise HTTPException(404)
    numbers: Numbers = request.app.state.pictures.numbers(
        asked.source, {**asked.inputs, **learned}, asked.sample
    )
    work = Computed.of_numbers(numbers.program, numbers.values)
    row = FORMATS[name]
    step = None if asked.walk.step is None or asked.walk.predict else asked.walk.step
    made = row.make(work, Wanted(step=step, grain=asked.walk.grain))
    headers = {"Content-Disposition": f'attachment; filename="{row.file}"'}
    return Response(made, media_type=row.media, headers=headers)
