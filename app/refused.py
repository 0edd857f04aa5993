"""A program that is refused: to the page a fragment that says where, to others the JSON of faults.

A route lets the ProgramError pass; nobody else words a refused program.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.faults import Fault, program_fault, refusal
from app.pages import show
from app.pictures import ForgottenDataError
from app.views import fault_view
from engine.errors import ProgramError

FORGOTTEN = Fault(
    message="Your data is not kept here any more.", hint="Bring it once more, under Data."
)


def install_refused(app: FastAPI) -> None:
    """Make the app answer refused programs, and data that is gone, in these forms."""

    @app.exception_handler(ForgottenDataError)
    def miss(request: Request, _: ForgottenDataError) -> Response:
        # the page has its data still: it brings it again when it sees this header
        return refusal(request.scope, 410, FORGOTTEN, {"x-gradwalk": "data"})

    @app.exception_handler(ProgramError)
    def refuse(request: Request, error: ProgramError) -> Response:
        asked = getattr(request.state, "asked", None)  # app.asked.Question, of the page's forms
        if asked is None:
            return refusal(request.scope, 422, program_fault(error))
        fault = fault_view(error, asked.source, asked.inputs)
        return show("graph/_refused.html", 422, fault=fault)
