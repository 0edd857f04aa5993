"""A program that is refused: to the page a fragment that says where, to others the JSON of faults.

A route lets the ProgramError pass; nobody else words a refused program.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.faults import program_fault, refusal
from app.pages import show
from app.views import fault_view
from engine.errors import ProgramError


def install_refused(app: FastAPI) -> None:
    """Make the app answer refused programs in these forms."""

    @app.exception_handler(ProgramError)
    def refuse(request: Request, error: ProgramError) -> Response:
        asked = getattr(request.state, "asked", None)  # app.asked.Question, of the page's forms
        if asked is None:
            return refusal(request.scope, 422, program_fault(error))
        fault = fault_view(error, asked.source, asked.inputs)
        return show("graph/_refused.html", 422, fault=fault)
