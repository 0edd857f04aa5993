"""Data of a person's own: a table, points or a rule come in; a key goes out, and what fits them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.carried import carried, carried_rule, rule_carried, table_carried
from app.csvs import Sheet, TableError, decode, read_csv
from app.datasets import counted_like
from app.faults import Fault, program_fault, refusal
from app.planes import COLUMNS, MOST_NOISE, Rule, from_points, from_rule, points_of
from app.starters import starter
from engine.data import MOST_SAMPLES, TABLES, TWO
from engine.errors import ProgramError

router = APIRouter(include_in_schema=False)

LONGEST_NAME = 60  # characters


class Wanted(BaseModel):
    """What a request brings: one of text, points, rule, link and table.

    `classes` says how the program at hand counts two classes: data with two is counted alike.
    """

    model_config = ConfigDict(extra="forbid")
    text: bytes | None = None
    name: str = ""
    points: list[list[FiniteFloat]] | None = None
    columns: list[str] = list(COLUMNS)
    known: list[FiniteFloat] = Field(default_factory=list)
    rule: str | None = Field(None, max_length=1_000)
    n: int = Field(200, ge=1, le=MOST_SAMPLES)
    noise: FiniteFloat = Field(0.0, ge=0, le=MOST_NOISE)
    seed: int = Field(1, ge=0)
    link: str | None = None
    table: str | None = None
    classes: list[FiniteFloat] | None = None


async def _read(request: Request) -> Wanted:
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            return Wanted.model_validate_json(await request.body())
        return Wanted.model_validate(await _form(request))
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise HTTPException(400) from None
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(faults) from None


async def _form(request: Request) -> dict[str, Any]:
    """Return what a form brings: a file, or the same as a field called text."""
    most = request.app.state.settings.data_bytes
    async with request.form(max_files=1, max_fields=10, max_part_size=most) as form:
        sent, classes = form.get("file", form.get("text", "")), str(form.get("classes", ""))
        found: dict[str, Any] = {"classes": classes.split(",") if classes else None}
        if isinstance(sent, UploadFile):
            return {**found, "text": await sent.read(), "name": sent.filename or ""}
        return {**found, "text": sent.encode("utf-8", "replace")}


@router.post("/data")
def bring(request: Request, wanted: Annotated[Wanted, Depends(_read)]) -> Response:
    """Keep a table of a person's own, and say what is in it; or refuse it, by line."""
    try:
        return JSONResponse(_answer(request, wanted))
    except TableError as error:
        fault = Fault(message=error.message, hint=error.hint or None, line=error.line)
    except ProgramError as error:
        fault = program_fault(error)
    return refusal(request.scope, 422, fault)


def _answer(request: Request, wanted: Wanted) -> dict[str, Any]:
    if wanted.table is not None:
        return _built_in(wanted.table)
    sheet, name, link = _sheet(wanted)
    table = counted_like(sheet.table, tuple(wanted.classes or ()))
    return {
        "key": request.app.state.datasets.put(table),
        "name": name[:LONGEST_NAME],
        "columns": table.columns,
        "rows": len(table.rows),
        "classes": table.classes,
        "labels": table.labels,
        "bad": [{"line": bad.line, "message": bad.message} for bad in sheet.bad],
        "more": sheet.more,
        "program": starter(table),
        "link": carried(table) if link is None else link,
        "points": points_of(table),
    }


def _built_in(name: str) -> dict[str, Any]:
    """Say what a built-in table is like, and which program fits it."""
    if name not in TABLES:
        raise TableError(f"There is no table called {name}.", f"There are {', '.join(TABLES)}.")
    table = TABLES[name].table()
    return {"columns": table.columns, "classes": table.classes, "program": starter(table)}


def _sheet(wanted: Wanted) -> tuple[Sheet, str, str | None]:
    """Return the table that is brought, what to call it, and how a link carries it as a rule."""
    if wanted.points is not None:
        return Sheet(from_points(wanted.points, wanted.columns, wanted.known)), "Points", None
    if wanted.rule is not None:
        counted = tuple(wanted.classes or ())
        classes = counted if len(counted) == 2 and counted[0] < counted[1] else TWO
        rule = Rule(wanted.rule, wanted.n, wanted.noise, wanted.seed, classes)
        return Sheet(from_rule(rule)), wanted.rule, carried_rule(rule)
    if wanted.link is not None:
        link = wanted.link if rule_carried(wanted.link) else None
        return Sheet(table_carried(wanted.link)), "From the link", link
    return read_csv(decode(wanted.text or b"")), wanted.name or "Your table", None
