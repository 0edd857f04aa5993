"""Every refusal in one form: a plain sentence, a way out, a place in the program if it has one.

A caller of `/api/` reads JSON, a browser a small page, htmx a fragment. A route raises
`HTTPException` or `RefusedError`, or answers with `refusal`; nobody else words an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from markupsafe import Markup
from pydantic import AfterValidator, BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from engine.errors import GradwalkError, ProgramError

LONGEST_NAME = 60  # characters of a caller's own field name that a sentence repeats

# status: what happened, the way out
SENTENCES = {
    400: ("The request could not be read.", "Send a JSON object, or a form, in UTF-8."),
    403: ("This request came from another site.", "Open the page here and send it from there."),
    404: ("There is nothing at this address.", "Start again from the first page, /."),
    405: ("This address does not take that method.", "The Allow header says which it takes."),
    413: ("The request is too large.", "Send a shorter program, or fewer rows of data."),
    500: ("Something went wrong here.", "It has been noted; nothing of yours is lost. Try again."),
}

# pydantic's kind of error: the words after the field's name; pydantic fills in {what} it knows
COMPLAINTS = {
    "missing": "is missing",
    "json_invalid": "is not JSON",
    "union_tag_not_found": "needs the field {discriminator}",
    "union_tag_invalid": "needs in its field {discriminator} one of {expected_tags}",
    "string_type": "must be text",
    "too_long": "must have at most {max_length} entries",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "list_type": "must be a list",
    "dict_type": "must be an object of names and values",
    "model_attributes_type": "must be a JSON object",
    "extra_forbidden": "is not a field of this call",
}

# The kind of a PydanticCustomError that brings its own words: {message} and {hint}.
WORDED = "worded"


class RefusedError(Exception):
    """What is asked for is not to be had, or not now; with the sentence and the way out."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint


def sendable(words: str) -> str:
    """Return words as UTF-8 can carry them: JSON may hold lone surrogates, and a fault quotes."""
    return words.encode("utf-8", "replace").decode("utf-8")


Sendable = Annotated[str, AfterValidator(sendable)]


class Fault(BaseModel):
    """One refusal; the place is 1-based, in characters, its end exclusive, or null."""

    message: Sendable
    hint: Sendable | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


class Refusal(BaseModel):
    """The JSON body of every answer that is not a success."""

    error: Fault


def refusal(
    scope: Scope, status: int, fault: Fault, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a fault as JSON, as a fragment for htmx, or as a page, by what the caller reads."""
    sent = Headers(scope=scope)
    headers = {"cache-control": "no-store", **(headers or {})}
    if not scope["path"].startswith("/api/"):
        if "hx-request" in sent:
            return HTMLResponse(_fragment(fault), status, headers)
        if "text/html" in sent.get("accept", ""):
            return HTMLResponse(_page(fault), status, headers)
    return JSONResponse(Refusal(error=fault).model_dump(), status, headers)


def known_fault(status: int) -> Fault:
    """Return the sentence for a status, or a general one."""
    message, hint = SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400])
    return Fault(message=message, hint=hint)


def program_fault(error: ProgramError) -> Fault:
    """Return a refused program in this form."""
    return Fault(message=error.message, hint=error.hint or None, **error.span._asdict())


def install_faults(app: FastAPI) -> None:
    """Make the app answer HTTP errors and unfit requests in this form."""

    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        status = error.status_code
        return refusal(request.scope, status, known_fault(status), error.headers)

    @app.exception_handler(RefusedError)
    async def turn_away(request: Request, error: RefusedError) -> Response:
        fault = Fault(message=error.message, hint=error.hint)
        return refusal(request.scope, error.status, fault)

    @app.exception_handler(GradwalkError)
    async def decline(request: Request, error: GradwalkError) -> Response:
        return refusal(request.scope, 422, Fault(message=str(error)))

    @app.exception_handler(RequestValidationError)
    async def correct(request: Request, error: RequestValidationError) -> Response:
        return refusal(request.scope, 422, _unfit(error.errors()))


def _unfit(errors: Sequence[Any]) -> Fault:
    """Word the first thing that does not fit, naming its field."""
    first = errors[0]
    where, kind = first["loc"], first["type"]
    if kind == "json_invalid":
        reason = first.get("ctx", {}).get("error", "")
        return Fault(message="The body is not JSON.", hint=f"{reason} at character {where[-1]}.")
    if kind == WORDED:
        return Fault(**first["ctx"])
    name = _field(where)
    known = COMPLAINTS.get(kind)
    said = known.format(**first.get("ctx", {})) if known else f"does not fit: {first['msg']}"
    return Fault(message=f"{name} {said}.", hint="Every call's fields are in /api/openapi.json.")


def _field(where: Sequence[str | int]) -> str:
    """Return the path of a field, such as `inputs.x`, cut short if the caller named it so."""
    path = ".".join(str(part) for part in where[1:]) or f"The {where[0]}"
    return path if len(path) <= LONGEST_NAME else path[:LONGEST_NAME] + "…"


def _fragment(fault: Fault) -> str:
    words = Markup('<p class="notice" role="alert">{} {}</p>')
    return words.format(fault.message, fault.hint or "")


def _page(fault: Fault) -> str:
    words = Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>{0} · gradwalk</title>\n<link rel="icon" href="data:,">\n'
        '<link rel="stylesheet" href="/static/fonts.css">\n'
        '<link rel="stylesheet" href="/static/tokens.css">\n'
        '<link rel="stylesheet" href="/static/app.css">\n'
        '</head>\n<body class="notice-page">\n<main>\n<h1>{0}</h1>\n<p>{1}</p>\n'
        '<p><a href="/">Back to the graph</a></p>\n</main>\n</body>\n</html>\n'
    )
    return words.format(fault.message, fault.hint or "")
