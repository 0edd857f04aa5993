"""The three classic mistakes of backprop, and which numbers they falsify."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import Gradients
from engine.events import FLOW, SEED, Events
from engine.graph import Graph
from engine.passes import running

Array = NDArray[np.float64]

# Two sums of the same contributions in another order differ by no more than this, relatively.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Mistake:
    """One classic mistake.

    Attributes:
        name: in links and requests.
        title: what is done wrong, in a few words.
        why: what comes of it.
        spared: why nothing comes of it in some programs.
    """

    name: str
    title: str
    why: str
    spared: str


MISTAKES: Mapping[str, Mistake] = MappingProxyType(
    {
        row.name: row
        for row in (
            Mistake(
                "overwrite",
                "= instead of +=",
                "Each path overwrites the gradient, so of a node used twice only the last counts.",
                "nothing that counts is overwritten",
            ),
            Mistake(
                "order",
                "Wrong order",
                "Depth first, a node hands its gradient on before all its users have added theirs.",
                "each result still hands on all that it should",
            ),
            Mistake(
                "unzeroed",
                "Not zeroed",
                "The second pass adds to the gradients that the first has left on the leaves.",
                "what the first pass has left changes nothing",
            ),
        )
    }
)


class Wrong(NamedTuple):
    """The first number that a mistake falsifies: at which event, whose gradient, and the right one.

    `number` and `right` are what the event shows of `node`: a running gradient.
    """

    event: int
    node: int
    number: float
    right: float


def right_totals(found: Gradients, events: Events) -> dict[int, float]:
    """Return the `total` that a flow should have come to, for each event that holds another.

    Args:
        found: what `gradients` found at these values: the contributions without any mistake.
        events: of one or two passes over the graph, with or without mistakes.
    """
    table = events.table
    wrong: dict[int, float] = {}
    seeds = np.flatnonzero(table["kind"] == SEED)
    for seed, end in pairwise([*seeds.tolist(), len(table)]):
        flows = seed + np.flatnonzero(table["kind"][seed:end] == FLOW)
        rows = table[flows]
        right = running(rows["operand"], found.edges[rows["node"], rows["slot"], 0])
        other = ~_same(rows["total"], right)
        wrong |= dict(zip(flows[other].tolist(), right[other].tolist(), strict=True))
    return wrong


def _same(numbers: Array, right: Array) -> NDArray[np.bool_]:
    """Return what `same` says of each of many gradients."""
    with np.errstate(all="ignore"):
        close = abs(numbers - right) <= np.maximum(abs(numbers), abs(right)) * ROUNDING
    finite = np.isfinite(numbers) & np.isfinite(right)
    nan = np.isnan(numbers) & np.isnan(right)
    alike: NDArray[np.bool_] = (numbers == right) | (close & finite) | nan
    return alike


def same(number: float | None, right: float) -> bool:
    """Tell whether two gradients are the same but for the order in which they were summed."""
    if number is None or math.isnan(number):
        return math.isnan(right)
    return number == right or math.isclose(number, right, rel_tol=ROUNDING)


def depth_first(graph: Graph) -> list[int]:
    """Return the nodes that the output depends on, each when a walk down first meets it.

    It is the order that recursion over operands takes: wrong for backprop as soon as a result is
    used by two nodes.
    """
    order: dict[int, None] = {}
    waiting = [graph.output]
    while waiting:
        node = waiting.pop()
        if node not in order:
            order[node] = None
            waiting += reversed(graph.operands_of(node))
    return list(order)
