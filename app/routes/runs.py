"""Runs through HTTP: made, read, steered, watched, removed."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from app.answers import REFUSALS
from app.commands import Command
from app.faults import Refusal, RefusedError
from app.live import Runs
from app.regimes import LARGEST_COUNT
from app.run import Run
from app.runs import RunRequest
from app.viewers import Viewer
from app.wishes import WatchRequest
from engine.compiled import KERNELS
from engine.program import Program
from engine.regime import Regime
from engine.training import Trainer

router = APIRouter(prefix="/api/runs", tags=["runs"])

SECONDS_TO_END = 1.0  # that a stream has when the server ends
# How long the first run of all waits for kernels that are still being compiled.
SECONDS_TO_COMPILE = 20.0
FORGOTTEN = (422, "The table of this run is not kept here any more.", "Bring the data once more.")
NO_RUN: dict[int | str, dict[str, Any]] = {
    404: {"model": Refusal, "description": "There is no such run"},
    422: {"model": Refusal},
    429: {"model": Refusal, "description": "There is no room for more"},
}


class RunMade(BaseModel):
    """A new run."""

    id: str


class RunAnswer(RunMade):
    """How a run is; what is not known, or not finite, is null.

    `rate` is the learning rate at this step, `speed` in updates a second (null: as fast as it
    goes), `epoch` how many updates an epoch has, `confusion` true classes by predicted ones.
    """

    step: int
    reached: int
    loss: float | None
    test_loss: float | None
    accuracy: float | None
    test_accuracy: float | None
    confusion: list[list[int]]
    parameters: dict[str, float | None]
    state: str
    reason: str | None
    trouble: dict[str, Any] | None
    rate: float
    speed: float | None
    regime: dict[str, Any]
    epoch: int


class Stream(EventSourceResponse):
    """A run's frames as they come, for as long as somebody reads them."""

    def __init__(self, runs: Runs, run: Run, viewer: Viewer) -> None:
        super().__init__(viewer.frames(), sep="\n", shutdown_grace_period=SECONDS_TO_END)
        self._leave = partial(runs.leave, run, viewer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the reader is gone, the run is, or the server ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


def _found(request: Request, run_id: str) -> Run:
    run: Run = request.app.state.runs.find(run_id)
    return run


Found = Annotated[Run, Depends(_found)]


@router.post("", response_model=RunMade, responses={**REFUSALS, 429: NO_RUN[429]})
def make(request: Request, asked: RunRequest) -> Response:
    """Make a run: a program and its data, ready to learn."""
    state = request.app.state
    program = _program(state, asked)
    asked.check(program)
    learning = [each.name for each in program.inputs if program.graph.learnable[each.node]]
    trainer = Trainer(
        program,
        asked.inputs,
        asked.regime(Regime(), learning),
        asked.seed,
        KERNELS.wait(SECONDS_TO_COMPILE),
        int(state.settings.megabytes * 1e6),
        asked.weights,
    )
    return JSONResponse({"id": state.runs.add(trainer).name})


def _program(state: Any, asked: RunRequest) -> Program:
    """Return the program, bound to its data."""
    mine = state.datasets.put(asked.data.table()) if asked.data else asked.mine
    if mine and state.datasets.table(mine) is None:
        raise RefusedError(*FORGOTTEN)
    program: Program = state.pictures.program(asked.source, mine)
    most: int = state.settings.samples
    count = len(program.samples.table.rows) if program.samples else 0
    if count > most:
        message = f"This run would learn from {count:,} samples; the limit is {most:,}."
        raise RefusedError(422, message, "Take fewer rows, or a smaller n.")
    return program


@router.get("/{run_id}", response_model=RunAnswer, responses=NO_RUN)
async def read(
    run: Found, step: Annotated[int | None, Query(ge=0, le=LARGEST_COUNT)] = None
) -> Response:
    """Return how a run is, or how it was at a step; it stays where it is."""
    return _json(await run.ask(step=step))


@router.post("/{run_id}/commands", response_model=RunAnswer, responses=NO_RUN)
async def steer(run: Found, command: Command) -> Response:
    """Tell a run what to do; the answer comes when it is done."""
    return _json(await run.ask(command.carry_out, at_once=command.at_once))


@router.delete("/{run_id}", status_code=204, responses={404: NO_RUN[404]})
def remove(request: Request, run_id: str) -> None:
    """Remove a run; the streams of whoever watches it end."""
    request.app.state.runs.remove(run_id)


@router.get("/{run_id}/frames", response_class=EventSourceResponse, responses=NO_RUN)
async def watch(request: Request, run: Found, asked: Annotated[WatchRequest, Query()]) -> Response:
    """Watch a run: server-sent events called "frame", each with what changed since the last one."""
    runs: Runs = request.app.state.runs
    return Stream(runs, run, runs.watch(run, asked.wish(run.trainer.program)))


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})
