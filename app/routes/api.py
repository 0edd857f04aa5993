"""The same through HTTP: JSON in, the labelled graph out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from app.answers import REFUSALS, finite
from app.asked import ProgramRequest
from app.pictures import Numbers
from engine.spans import Span

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
    graph = program.graph
    values = [finite(value) for value in numbers.values[:, 0].tolist()]
    grads = [finite(grad) for grad in numbers.found.nodes[:, 0].tolist()]
    nodes = []
    for node, (value, grad) in enumerate(zip(values, grads, strict=True)):
        op = graph.op(node)
        nodes.append(
            {
                "id": node,
                "label": graph.labels[node],
                "op": op.name if op else None,
                "operands": graph.operands_of(node),
                "value": value,
                "grad": grad,
                "learnable": bool(graph.learnable[node]),
                **_place(graph.spans[node]),
            }
        )
    return {
        "nodes": nodes,
        "output": graph.output,
        "value": values[graph.output],
        "inputs": [
            {"name": leaf.name, "value": values[leaf.node], "node": leaf.node}
            for leaf in program.inputs
        ],
        "problems": [
            {"node": problem.node, **_place(graph.spans[problem.node]), "message": problem.message}
            for problem in numbers.problems
        ],
    }


def _place(span: Span | None) -> dict[str, int | None]:
    return span._asdict() if span else dict.fromkeys(Span._fields)
