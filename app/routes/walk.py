"""Walking through a program: what the picture shows at each step, and the card beside it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.asked import Asked, Question
from app.drawings import Drawing
from app.faults import Fault, RefusedError, refusal
from app.pages import show
from app.proofs import proof_view
from app.steps import card_view, steps_view
from app.views import note_views
from app.walks import Walked, walked
from engine.updates import Update

router = APIRouter(prefix="/walk", include_in_schema=False)

PREDICTING = Fault(
    message="A proof would tell every number.", hint="Turn off Predict each number first."
)


async def _ahead(request: Request, asked: Asked) -> Update | None:
    """Return the next update of the run that the page came from; None where that is gone."""
    if not asked.run:
        return None
    try:
        update: Update = await request.app.state.runs.find(asked.run).ahead()
    except RefusedError:
        return None
    return update


Ahead = Annotated[Update | None, Depends(_ahead)]


@router.post("/steps")
def steps(request: Request, asked: Asked, ahead: Ahead) -> Response:
    """Return what the seen part of the picture shows at every step."""
    at, drawing = _find(request, asked, ahead)
    if asked.after != drawing.key:
        return JSONResponse({"stale": True})
    if asked.moment is not None:
        at = at.after(asked.moment)
    notes = show("graph/_notes.html", notes=note_views(at.numbers, at.walk)).body
    return JSONResponse({**steps_view(at, drawing, asked), "notes": bytes(notes).decode()})


@router.post("/card", response_class=HTMLResponse)
def card(request: Request, asked: Asked, ahead: Ahead) -> HTMLResponse:
    """Return the card of one step; an answer that was typed is judged."""
    at, drawing = _find(request, asked, ahead)
    return show("walk/_card.html", card=card_view(at, drawing, asked))


@router.post("/proof", response_class=HTMLResponse)
def proof(request: Request, asked: Asked) -> Response:
    """Check every gradient against central differences; not while a number is to be predicted."""
    if asked.walk.predict:
        return refusal(request.scope, 409, PREDICTING)
    at, _ = _find(request, asked)
    return show("walk/_proof.html", proof=proof_view(at))


def _find(request: Request, asked: Question, ahead: Update | None = None) -> tuple[Walked, Drawing]:
    """Return the walk that is asked for, and the drawing on the page."""
    pictures = request.app.state.pictures
    numbers = pictures.numbers(asked.source, asked.inputs, asked.sample)
    drawing = pictures.drawn(asked.after)
    if drawing is None or drawing.program is not numbers.program:
        drawing = pictures.drawing(numbers.program, mine=asked.sample.mine, folds=asked.folds)
    return walked(pictures, numbers, asked.walk, ahead), drawing
