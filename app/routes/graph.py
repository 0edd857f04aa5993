"""The picture on the page: drawn anew when the text changes, updated when only numbers do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.asked import Asked, Question
from app.faults import RefusedError
from app.finds import found_view
from app.pages import show
from app.pictures import Numbers
from app.run import Run
from app.views import graph_view, note_views, numbers_view
from engine.names import node_names
from engine.onelane import LaneNumbers

router = APIRouter(prefix="/graph", include_in_schema=False)


@router.post("", response_class=HTMLResponse)
def draw(request: Request, asked: Asked) -> HTMLResponse:
    """Draw a typed program; the answer is an HTML fragment."""
    pictures = request.app.state.pictures
    view = graph_view(
        pictures,
        asked.source,
        asked.inputs,
        asked.after,
        asked.walk,
        asked.sample,
        asked.folds,
    )
    return show("graph/_drawn.html", graph=view)


@router.post("/numbers")
def update(request: Request, asked: Asked) -> Response:
    """Return the numbers of a drawn program at other inputs; the drawing stays.

    While predicting it is to be drawn anew: these are the numbers of the whole.
    """
    pictures = request.app.state.pictures
    drawing = pictures.drawn(asked.after)
    numbers = pictures.numbers(asked.source, asked.inputs, asked.sample)
    if asked.walk.predict or drawing is None or drawing.program is not numbers.program:
        return JSONResponse({"stale": True})
    notes = show("graph/_notes.html", notes=note_views(numbers)).body
    return JSONResponse({**numbers_view(numbers, drawing), "notes": bytes(notes).decode()})


async def _live(request: Request, asked: Asked) -> LaneNumbers | None:
    """Return the numbers of the run that the page shows; None where there is none, or it is gone.

    A run of another program, which an edit has left behind, is none.
    """
    if not asked.run:
        return None
    try:
        run = request.app.state.runs.find(asked.run)
        return await _numbers_of(run, asked)
    except RefusedError:
        return None


async def _numbers_of(run: Run, asked: Question) -> LaneNumbers | None:
    program = run.trainer.program
    samples = program.samples and len(program.samples.table.rows)
    lane = min(asked.sample.lane, samples - 1) if samples else None
    return await run.lane(lane) if program.source == asked.source else None


@router.post("/find")
def find(
    request: Request, asked: Asked, live: Annotated[LaneNumbers | None, Depends(_live)]
) -> Response:
    """Return the nodes that a query means; one that cannot be read is answered with the way out."""
    pictures = request.app.state.pictures
    numbers: Numbers = pictures.numbers(asked.source, asked.inputs, asked.sample)
    graph = numbers.program.graph
    values, gradients = numbers.values, numbers.found.nodes
    if live:
        values, gradients = live.values[:, None], live.gradients[:, None]
    predict = asked.walk.predict
    keys = node_names(graph).keys
    return JSONResponse(found_view(graph, values, gradients, asked.query, keys, predicting=predict))
