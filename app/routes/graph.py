"""The picture on the page: drawn anew when the text changes, updated when only numbers do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.links import settings
from app.pages import show
from app.views import fault_view, graph_view, note_views, numbers_view
from engine.errors import ProgramError

router = APIRouter(prefix="/graph", include_in_schema=False)

Source = Annotated[str, Form()]
Set = Annotated[list[str], Form(alias="set", default_factory=list)]
After = Annotated[str, Form()]


@router.post("", response_class=HTMLResponse)
def draw(request: Request, inputs: Set, source: Source = "", after: After = "") -> HTMLResponse:
    """Draw a typed program; the answer is an HTML fragment."""
    text, numbers = _lines(source), settings(inputs)
    try:
        view = graph_view(request.app.state.pictures, text, numbers, after)
    except ProgramError as error:
        return _refused(error, text, numbers)
    return show("graph/_drawn.html", graph=view)


@router.post("/numbers")
def update(request: Request, inputs: Set, source: Source = "", after: After = "") -> Response:
    """Return the numbers of a drawn program at other inputs; the drawing stays."""
    text, chosen = _lines(source), settings(inputs)
    pictures = request.app.state.pictures
    drawing = pictures.drawn(after)
    try:
        numbers = pictures.numbers(text, chosen)
    except ProgramError as error:
        return _refused(error, text, chosen)
    if drawing is None or drawing.program is not numbers.program:
        return JSONResponse({"stale": True})
    notes = show("graph/_notes.html", notes=note_views(numbers)).body
    return JSONResponse({**numbers_view(numbers, drawing), "notes": bytes(notes).decode()})


def _refused(error: ProgramError, text: str, numbers: dict[str, float]) -> HTMLResponse:
    return show("graph/_refused.html", 422, fault=fault_view(error, text, numbers))


def _lines(source: str) -> str:
    """Return the text with the line ends that forms change put back."""
    return source.replace("\r\n", "\n")
