"""The three classic mistakes of backprop, and which numbers they falsify."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import flows
from engine.events import Event
from engine.graph import Graph

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


def right_totals(graph: Graph, values: Array, events: Sequence[Event]) -> dict[int, float]:
    """Return the `total` that a flow should have come to, for each event that holds another.

    Args:
        graph: n nodes in evaluation order.
        values: (n, 1) float64, as `forward` returned them.
        events: of one or two passes over the graph, with or without mistakes.
    """
    right = {(flow.node, flow.slot): flow.contribution for flow in flows(graph, values)}
    found = {}
    totals = [0.0] * len(graph)
    for place, event in enumerate(events):
        if event.kind == "seed":
            totals = [0.0] * len(graph)
        elif event.operand is not None and event.slot is not None:
            totals[event.operand] += right[event.node, event.slot]
            if not same(event.total, totals[event.operand]):
                found[place] = totals[event.operand]
    return found


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
