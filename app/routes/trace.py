"""The walk through HTTP: every event of forward, backward and update, as JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from app.answers import REFUSALS
from app.asked import ProgramRequest
from engine.events import Event, Kind
from engine.explain import explain, sentence
from engine.numerals import finite
from engine.trace import RATE, Grain, Trace

router = APIRouter(prefix="/api", tags=["trace"])


class TraceRequest(ProgramRequest):
    """A program, numbers for its inputs, and which part of its trace is wanted.

    `start` and `count` are in steps of the grain, from 0; a start past the end is the last step.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "x*x", "inputs": {"x": 3.0}, "grain": "edge"}]}
    )
    rate: FiniteFloat = RATE
    grain: Grain = "node"
    start: int = Field(default=0, ge=0)
    count: int | None = Field(default=None, ge=0)


class FlowAnswer(BaseModel):
    """One contribution: upstream * local, handed from `node` to its operand in `slot`.

    `total` is the operand's gradient so far. A number that is not finite is null.
    """

    node: int
    slot: int
    operand: int
    upstream: float | None
    local: float | None
    contribution: float | None
    total: float | None


class EventAnswer(BaseModel):
    """One step; what its kind does not have is null, and so is a number that is not finite.

    `flows` are the contributions that a step of grain "node" or "phase" gathers.
    """

    step: int
    kind: Kind
    node: int
    operand: int | None
    value: float | None
    upstream: float | None
    local: float | None
    contribution: float | None
    total: float | None
    text: str
    flows: list[FlowAnswer] | None = None


class PhaseAnswer(BaseModel):
    """A phase and its first step."""

    name: str
    start: int


class TraceAnswer(BaseModel):
    """A trace, or the part of it that was asked for; `total` counts all steps."""

    total: int
    phases: list[PhaseAnswer]
    events: list[EventAnswer]


@router.post("/trace", response_model=TraceAnswer, responses=REFUSALS)
def trace(request: Request, asked: TraceRequest) -> Response:
    """Return a typed program's forward pass, backward pass and update, step by step.

    An answer holds one step at least, and no more than the settings `events` and `seconds` allow:
    where it ends before `total`, ask on with `start`.
    """
    settings, pictures = request.app.state.settings, request.app.state.pictures
    deadline = time.monotonic() + settings.seconds
    found = pictures.trace(asked.numbers(pictures), asked.rate)
    return JSONResponse(
        {
            "total": found.total(asked.grain),
            "phases": [phase._asdict() for phase in found.phases(asked.grain)],
            "events": list(_steps(found, asked, settings.events, deadline)),
        }
    )


def _steps(
    found: Trace, asked: TraceRequest, most: int, deadline: float
) -> Iterator[dict[str, Any]]:
    """Yield the steps asked for, until they hold so many events or it is late; at least one."""
    cuts, total = found.cuts(asked.grain), found.total(asked.grain)
    start = min(asked.start, total - 1)
    end = total if asked.count is None else min(start + asked.count, total)
    for step in range(start, end):
        full = cuts[step + 1] - cuts[start] > most or time.monotonic() > deadline
        if full and step > start:
            return
        yield _step(found, step, asked.grain)


def _step(found: Trace, step: int, grain: Grain) -> dict[str, Any]:
    """Return one step; where it gathers several events it is named after what they come to."""
    events = found.step(step, grain)
    first = events[0]._asdict()
    del first["slot"]
    if grain == "edge":
        return {"step": step, **_plain(first), "text": sentence(found, found.cuts("edge")[step])}
    flows = [_flow(event) for event in events if event.kind == "flow"]
    if len(events) > 1 or flows:
        first |= dict.fromkeys(("operand", "local", "contribution", "total"))
    if len(events) > 1 and not flows:
        last = next((e for e in events if e.node == found.graph.output), events[-1])
        first |= {"node": last.node, "value": last.value}
    text = explain(found, step, grain).text
    return {"step": step, **_plain(first), "text": text, "flows": flows}


def _flow(event: Event) -> dict[str, Any]:
    fields = event._asdict()
    del fields["kind"], fields["value"]
    return _plain(fields)


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: finite(value) if isinstance(value, float) else value for name, value in fields.items()
    }
