"""micrograd's own demo, ours and the peers in turn: building it, training it, its decision grid.

Each round takes a batch of every work, so that a noisy moment of the machine meets all of them; no
batch finds garbage of the one before, which is kind to micrograd, whose graphs are circles. Before
anything is timed, loss, gradient and grid of all are held to each other.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from bench import environment
from bench.demo import GRID
from bench.demo_graphs import Grid, Training, bound, data, literal, one_sample
from bench.environment import Ask
from bench.timing import Row, laps, median_row, quiet_heap
from engine.compiled import Kernels
from engine.expr import Expr
from engine.graph import Graph

ROUNDS = 10
SAME = 1e-9  # relative
NODE_AIM = 6.0  # ns, forward, backward and update
RATE = 1e-3  # of that step; small, since it is taken very often
READY_AIM = 500.0  # ms, from Exprs to a Graph


@dataclass(frozen=True)
class Contest:
    """A work of ours beside the peers'.

    Attributes:
        text: what the rows call it.
        ours: the work.
        times: how often a round does it.
        theirs: the works of the peers, and how often a round does each.
    """

    text: str
    ours: Callable[[], object]
    times: int
    theirs: Mapping[str, int]


def rows(kernels: Kernels) -> list[Row]:
    """Return the rows of every contest; without the peers, ours alone."""
    output = literal()
    unrolled = Training(*bound(output, {}), kernels)
    lanes = Training(*bound(one_sample(), data()), kernels)
    grid = Grid(lanes)
    steps, grids = {"torch step": 60, "numpy step": 200}, {"torch grid": 20, "numpy grid": 20}
    step = Contest("literal: a step", unrolled.step, 50, {"micrograd step": 1, **steps})
    learn = Contest("literal: learn, recalculate", partial(learned, literal()), 50, step.theirs)
    build = Contest("literal: made of Exprs", literal, 2, {"micrograd build": 1})
    graph = Contest("literal: Graph.of", partial(Graph.of, output), 2, {})
    contests = [
        step,
        learn,
        Contest("100 lanes: a step", lanes.step, 200, steps),
        Contest(f"grid of {GRID} x {GRID}: forward", grid.scores, 20, grids),
        build,
        graph,
    ]
    nodes = len(unrolled.graph)
    found = []
    with quiet_heap(), environment.talking("bench.peers") as ask:
        if ask:
            figures = ask("figures")
            same_maths(figures, [unrolled, lanes], grid)
            theirs = figures["micrograd"]["nodes"]
            found.append(Row("literal: distinct nodes", "micrograd", nodes, theirs, "nodes"))
        times = in_turn(contests, ask)
    per_node = [seconds * 1e9 / nodes for seconds in times[step.text]]
    ready = [sum(pair) * 1e3 for pair in zip(times[build.text], times[graph.text], strict=True)]
    return [
        *found,
        *(row for contest in contests for row in _rows(contest, times)),
        median_row("literal: Exprs to a ready Graph", "aim", ready, READY_AIM, "ms"),
        median_row("literal: a step", "aim", per_node, NODE_AIM, "ns/node"),
    ]


def learned(output: Expr) -> None:
    """Take one step as a script does, through the Expr."""
    output.learn(RATE)
    output.recalculate()


def in_turn(contests: list[Contest], ask: Ask | None) -> dict[str, list[float]]:
    """Return the seconds of each work, ours by text, the peers' by name."""
    times: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        asked = set()
        for contest in contests:
            times.setdefault(contest.text, []).extend(laps(contest.ours, contest.times))
            for work, often in contest.theirs.items():
                if ask and work not in asked:
                    times.setdefault(work, []).extend(ask(f"{work} {often}"))
                    asked.add(work)
    return times


def _rows(contest: Contest, times: Mapping[str, list[float]]) -> list[Row]:
    ours = [seconds * 1e3 for seconds in times[contest.text]]
    found = [
        median_row(contest.text, work.split()[0], ours, statistics.median(times[work]) * 1e3, "ms")
        for work in contest.theirs
        if work in times
    ]
    return found or [median_row(contest.text, "", ours, None, "ms")]


def same_maths(
    figures: Mapping[str, Mapping[str, Any]], trainings: list[Training], grid: Grid
) -> None:
    """Hold what every peer found at first to what ours find, relative to the largest gradient."""
    scores = float(grid.scores().sum())
    for training in trainings:
        loss, gradient = training.lanes.gradient()
        for name, found in figures.items():
            gap = np.abs(np.array(found["gradient"]) - gradient).max() / np.abs(gradient).max()
            assert gap < SAME, f"{name} has another gradient, by {gap}"
            assert math.isclose(found["loss"], loss, rel_tol=SAME), f"{name} has another loss"
            assert math.isclose(found.get("grid", scores), scores, rel_tol=SAME), f"{name}: grid"
