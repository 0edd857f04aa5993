"""Moments: what is known of a node, and what a wire has carried, from which event on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from engine.events import Event
from engine.graph import Graph


class Moment(NamedTuple):
    """What is known of a node from `at` events on, until its next moment; None is not yet known.

    `right` is the gradient it would have by now without mistakes, where that is another.
    """

    at: int
    value: float | None = None
    gradient: float | None = None
    right: float | None = None


class Carried(NamedTuple):
    """What has gone along a wire from `at` events on; None is nothing yet."""

    at: int
    gradient: float | None = None


_State = TypeVar("_State", Moment, Carried)


def moments(
    graph: Graph, events: Sequence[Event], right: Mapping[int, float]
) -> list[list[Moment]]:
    """Return what is known of each node, and from when on; the first is at 0 events.

    Args:
        graph: the nodes.
        events: those of a trace.
        right: the total that a flow should have come to, for each event that holds another.
    """
    known = [[Moment(0)] for _ in range(len(graph))]

    def note(node: int, at: int, **change: float | None) -> None:
        known[node].append(known[node][-1]._replace(at=at, **change))

    results = np.flatnonzero(~graph.leaves).tolist()
    apart = np.flatnonzero(~graph.reaching).tolist()
    for at, event in enumerate(events, 1):
        if event.kind == "forward":
            if event.node == 0 and at > 1:  # a second pass: results are made anew
                for node in results:
                    note(node, at, value=None, gradient=None, right=None)
            note(event.node, at, value=event.value)
        elif event.kind == "seed":
            note(event.node, at, gradient=event.total)
            for node in apart:
                note(node, at, gradient=0.0)
        elif event.kind == "flow" and event.operand is not None:
            note(event.operand, at, gradient=event.total, right=right.get(at - 1))
        elif event.kind == "update":
            note(event.node, at, value=event.value)
    return known


def carried(graph: Graph, events: Sequence[Event]) -> dict[tuple[int, int], list[Carried]]:
    """Return what has gone along each (operand, node), both slots of a repeated one together.

    A wire into a node that the output does not depend on carries 0 from the seed on.
    """
    found: dict[tuple[int, int], list[Carried]] = {}
    reaching = graph.reaching.tolist()
    for node, _, operands in graph.steps:
        for operand in operands:
            found[operand, node] = [Carried(0)]
    for at, event in enumerate(events, 1):
        if event.kind == "forward" and event.node == 0 and at > 1:  # a second pass
            for wire in found.values():
                wire.append(Carried(at))
        elif event.kind == "seed":
            for (_, node), wire in found.items():
                if not reaching[node]:
                    wire.append(Carried(at, 0.0))
        elif event.kind == "flow" and event.operand is not None:
            wire = found[event.operand, event.node]
            before = wire[-1].gradient or 0.0
            wire.append(Carried(at, before + (event.contribution or 0.0)))
    return found


def state_at(states: Sequence[_State], events: int) -> _State:
    """Return the one of a node's moments, or a wire's, that holds after so many events."""
    return states[bisect_right(states, events, key=lambda state: state.at) - 1]
