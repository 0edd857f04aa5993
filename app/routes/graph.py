"""The picture on the page: drawn anew when the text changes, updated when only numbers do."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.asked import Asked
from app.pages import show
from app.views import graph_view, note_views, numbers_view

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
