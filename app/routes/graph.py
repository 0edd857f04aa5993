"""The picture on the page: drawn anew when the text changes, updated when only numbers do."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.asked import Asked, Question
from app.pages import show
from app.views import fault_view, graph_view, note_views, numbers_view
from engine.errors import ProgramError

router = APIRouter(prefix="/graph", include_in_schema=False)


@router.post("", response_class=HTMLResponse)
def draw(request: Request, asked: Asked) -> HTMLResponse:
    """Draw a typed program; the answer is an HTML fragment."""
    pictures = request.app.state.pictures
    try:
        view = graph_view(pictures, asked.source, asked.inputs, asked.after, asked.walk)
    except ProgramError as error:
        return _refused(error, asked)
    return show("graph/_drawn.html", graph=view)


@router.post("/numbers")
def update(request: Request, asked: Asked) -> Response:
    """Return the numbers of a drawn program at other inputs; the drawing stays."""
    pictures = request.app.state.pictures
    drawing = pictures.drawn(asked.after)
    try:
        numbers = pictures.numbers(asked.source, asked.inputs)
    except ProgramError as error:
        return _refused(error, asked)
    if drawing is None or drawing.program is not numbers.program:
        return JSONResponse({"stale": True})
    notes = show("graph/_notes.html", notes=note_views(numbers)).body
    return JSONResponse({**numbers_view(numbers, drawing), "notes": bytes(notes).decode()})


def _refused(error: ProgramError, asked: Question) -> HTMLResponse:
    fault = fault_view(error, asked.source, asked.inputs)
    return show("graph/_refused.html", 422, fault=fault)
