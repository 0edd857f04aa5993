"""Walking through a program: what the picture shows at each step, and the card beside it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.asked import Asked
from app.faults import Fault, refusal
from app.pages import show
from app.proofs import proof_view
from app.sought import RunAhead, seen
from app.steps import card_view, steps_view
from app.views import note_views

router = APIRouter(prefix="/walk", include_in_schema=False)

PREDICTING = Fault(
    message="A proof would tell every number.", hint="Turn off Predict each number first."
)


@router.post("/steps")
def steps(request: Request, asked: Asked, run: RunAhead) -> Response:
    """Return what the seen part of the picture shows at every step."""
    at, drawing = seen(request.app.state.pictures, asked, run)
    if asked.after != drawing.key:
        return JSONResponse({"stale": True})
    if asked.moment is not None:
        at = at.after(asked.moment)
    notes = show("graph/_notes.html", notes=note_views(at.numbers, at.walk)).body
    return JSONResponse({**steps_view(at, drawing, asked), "notes": bytes(notes).decode()})


@router.post("/card", response_class=HTMLResponse)
def card(request: Request, asked: Asked, run: RunAhead) -> HTMLResponse:
    """Return the card of one step; an answer that was typed is judged."""
    at, drawing = seen(request.app.state.pictures, asked, run)
    return show("walk/_card.html", card=card_view(at, drawing, asked))


@router.post("/proof", response_class=HTMLResponse)
def proof(request: Request, asked: Asked) -> Response:
    """Check every gradient against central differences; not while a number is to be predicted."""
    if asked.walk.predict:
        return refusal(request.scope, 409, PREDICTING)
    at, _ = seen(request.app.state.pictures, asked)
    return show("walk/_proof.html", proof=proof_view(at))
