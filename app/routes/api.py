"""The same through HTTP: JSON in, the labelled graph out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from app.answers import REFUSALS
from app.asked import ProgramRequest
from app.pictures import Numbers
from engine.export.labelled import labelled

router = APIRouter(prefix="/api", tags=["graph"])


class Place(BaseModel):
    """A stretch of the program: 1-based lines and columns, in characters, the end exclusive."""

    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None


class Node(Place):
    """One node; `op` is null for a leaf, `label` for a constant and for an unnamed result."""

    id: int
    label: str | None
    op: str | None
    operands: list[int]
    value: float | None
    grad: float | None
    learnable: bool


class InputAnswer(BaseModel):
    """One named leaf."""

    name: str
    value: float | None
    node: int


class ProblemAnswer(Place):
    """A node that turns finite operands into a result that is not finite."""

    node: int
    message: str


class GraphAnswer(BaseModel):
    """The graph in evaluation order; a number that is not finite is null."""

    nodes: list[Node]
    output: int
    value: float | None
    inputs: list[InputAnswer]
    problems: list[ProblemAnswer]


@router.post("/graph", response_model=GraphAnswer, responses=REFUSALS)
def graph(request: Request, asked: ProgramRequest) -> Response:
    """Return a typed program's graph with every value and every gradient."""
    return JSONResponse(graph_answer(asked.numbers(request.app.state.pictures)))


def graph_answer(numbers: Numbers) -> dict[str, Any]:
    """Return what `GraphAnswer` describes, as plain JSON values."""
    program = numbers.program
    data = program.samples.nodes if program.samples else ()
    return labelled(program.graph, numbers.values, numbers.found.nodes, numbers.problems, data)
