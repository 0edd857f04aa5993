"""Trace: forward, backward and update as one list of events that can be scrubbed.

Without mistakes it is computed at once, as arrays; only a wrong pass is walked event by event.

An event is the smallest moment there is: one value computed, one contribution handed down, one
leaf moved. Steps are events taken together, by grain. What is known after so many events is a
function of that number alone, so a step is the same from either direction.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.events import FLOW, FORWARD, SEED, UPDATE, Event, Events, Phase, Rows, rows
from engine.graph import Graph
from engine.mistakes import Wrong, depth_first, right_totals
from engine.moments import Book, Moments, Wires
from engine.native import backward, forward, gradients
from engine.optimizers import OPTIMIZERS
from engine.passes import flow_rows, walked_rows
from engine.updates import Update

Array = NDArray[np.float64]
Grain = Literal["node", "edge", "phase"]
GRAINS: tuple[Grain, ...] = ("node", "edge", "phase")
RATE = 0.1


@dataclass(frozen=True, eq=False)
class Trace:
    """One pass over a graph with one lane, event by event (two passes where nothing is zeroed).

    Attributes:
        graph: n nodes in evaluation order.
        values: (n, 1) float64, as `forward` returned them.
        rate: the learning rate of the update.
        mistakes: which of MISTAKES are made.
        events: all of them, in order.
        starts: the phases, in events; a phase without events is left out.
        update: how the leaves that learn are moved.
    """

    graph: Graph
    values: Array
    rate: float
    mistakes: frozenset[str]
    events: Events
    starts: tuple[Phase, ...]
    update: Update

    def cuts(self, grain: Grain) -> Sequence[int]:
        """Return where steps begin and end: step k is `events[cuts[k]:cuts[k + 1]]`."""
        return self._cuts[grain]

    def total(self, grain: Grain) -> int:
        """Return the number of steps."""
        return len(self._cuts[grain]) - 1

    def check_step(self, step: int, grain: Grain) -> None:
        """Refuse a step, counted from 1, that there is not.

        Raises:
            GraphError: there is no such step.
        """
        total = self.total(grain)
        if not 1 <= step <= total:
            raise GraphError(f"There is no step {step}: this walk has {total}.")

    @cached_property
    def whole(self) -> int:
        """Return after how many events everything is known, and nothing updated."""
        name, start = self.starts[-1]
        return start if name == "update" else len(self.events)

    def phases(self, grain: Grain) -> list[Phase]:
        """Return the phases, in steps."""
        return [Phase(name, self.step_of(start, grain)) for name, start in self.starts]

    def step(self, step: int, grain: Grain) -> tuple[Event, ...]:
        """Return the events of one step, counted from 0; beyond either end it is the last there."""
        cuts = self._cuts[grain]
        step = min(max(step, 0), len(cuts) - 2)
        return tuple(self.events[cuts[step] : cuts[step + 1]])

    def step_of(self, event: int, grain: Grain) -> int:
        """Return the step that holds an event."""
        return bisect_right(self._cuts[grain], event) - 1

    @cached_property
    def computed(self) -> list[int]:
        """Return, for each node, the event that (last) computes its value."""
        last = max(start for name, start in self.starts if name == "forward")
        return list(range(last, last + len(self.graph)))

    @cached_property
    def settled(self) -> list[int | None]:
        """Return, for each node, the event after which its gradient is complete; None if none."""
        return [None if place < 0 else place for place in self._settled.tolist()]

    @cached_property
    def _settled(self) -> NDArray[np.int32]:
        """Return (n,): the last event that adds to each node's gradient, -1 if none does."""
        kinds, found = self.events.table["kind"], np.full(len(self.graph), -1, np.int32)
        found[self.graph.output] = self._book.seeds[-1]
        flows = np.flatnonzero(kinds == FLOW)
        found[self.events.table["operand"][flows]] = flows  # of several the last one stays
        return found

    @cached_property
    def right(self) -> Array:
        """Return (n, 1): the gradients without any mistake."""
        return backward(self.graph, self.values)

    @cached_property
    def gradients(self) -> Array:
        """Return (n, 1): the gradients as the trace leaves them, mistakes included."""
        totals = self.events.table["total"][self._settled]
        found: Array = np.where(self._settled < 0, 0.0, totals).reshape(-1, 1)
        return found

    @cached_property
    def updated(self) -> dict[int, float]:
        """Return the new number of each leaf that learns."""
        rows = self.events.table[self.events.table["kind"] == UPDATE]
        return dict(zip(rows["node"].tolist(), rows["value"].tolist(), strict=True))

    @cached_property
    def moments(self) -> Moments:
        """Return what is known of each node, and from when on; the first is at 0 events."""
        return Moments(self._book, self._right_totals)

    @cached_property
    def carried(self) -> Wires:
        """Return what has gone along each (operand, node), and from when on."""
        return Wires(self._book)

    @cached_property
    def _book(self) -> Book:
        return Book(self.graph, self.events)

    def into(self, event: int) -> list[int]:
        """Return the events of this pass, up to this flow, that hand something to its operand."""
        operand = self.events[event].operand
        begin = self._phase_begin(event)
        return [] if operand is None else self._book.inflows(operand, begin, event + 1)

    def before(self, event: int) -> float | None:
        """Return what a pass before this one has left of a gradient on this flow's operand."""
        operand = self.events[event].operand
        if operand is None or not self.graph.leaves[operand]:
            return None
        left = self._book.inflows(operand, 0, self._phase_begin(event))
        return self.events[left[-1]].total if left else None

    def _phase_begin(self, event: int) -> int:
        """Return the first event of the phase that holds an event."""
        return max(start for _, start in self.starts if start <= event)

    @cached_property
    def _right_totals(self) -> dict[int, float]:
        if not self.mistakes:
            return {}
        return right_totals(gradients(self.graph, self.values), self.events)

    def right_at(self, event: int) -> float | None:
        """Return the total that a flow should have come to, where a mistake made it another."""
        return self._right_totals.get(event)

    @cached_property
    def wrong(self) -> Wrong | None:
        """Return the first number that a mistake falsifies, or None if all come out right."""
        for place, right in self._right_totals.items():
            event = self.events[place]
            if event.operand is not None and event.total is not None:
                return Wrong(place, event.operand, event.total, right)
        return None

    @cached_property
    def _cuts(self) -> dict[Grain, Sequence[int]]:
        phases = [*(start for _, start in self.starts), len(self.events)]
        kinds, nodes = self.events.table["kind"], self.events.table["node"]
        turns = np.flatnonzero((np.diff(kinds) != 0) | (np.diff(nodes) != 0)) + 1
        acting = np.concatenate([[0], turns, [len(self.events)]])
        of_nodes = array("q", acting.astype(np.int64).tobytes())
        return {"edge": range(len(self.events) + 1), "node": of_nodes, "phase": phases}


def trace(
    graph: Graph,
    leaves: Array,
    rate: float = RATE,
    mistakes: Set[str] = frozenset(),
    locked: Set[int] = frozenset(),
    update: Update | None = None,
) -> Trace:
    """Return every event of one forward pass, one backward pass and one update.

    >>> from engine import Computed, parse
    >>> walk = Computed.of_program(parse("x = 3; x*x")).trace
    >>> [(event.kind, event.node) for event in walk.events]
    [('forward', 0), ('forward', 1), ('seed', 1), ('flow', 1), ('flow', 1), ('update', 0)]

    Args:
        graph: n nodes in evaluation order.
        leaves: (n, 1) float64; only the rows of leaves are read.
        rate: learning rate of plain gradient descent.
        mistakes: names of MISTAKES to make on the way. Where nothing is zeroed there are two
            passes forward and back before the update: what falsifies the second is the first.
        locked: leaves that are not to learn.
        update: how a run moves its parameters; plain descent by this lane's gradient if None.

    Raises:
        GraphError: `leaves` has another shape.
    """
    values = forward(graph, leaves)
    totals = np.zeros(len(graph))
    parts: list[tuple[str, Rows]] = []
    for _ in range(2 if "unzeroed" in mistakes else 1):
        back, totals = _backward(graph, values, np.where(graph.leaves, totals, 0.0), mistakes)
        parts.append(("forward", rows(FORWARD, np.arange(len(graph)), value=values[:, 0])))
        parts += [("seed", rows(SEED, graph.output, total=1.0)), ("backward", back)]
    moved = update or _descent(graph, values, totals, rate, locked)
    parts.append(("update", moved.rows()))
    parts = [(name, part) for name, part in parts if len(part)]
    starts = accumulate((len(part) for _, part in parts[:-1]), initial=0)
    phases = tuple(Phase(name, start) for (name, _), start in zip(parts, starts, strict=True))
    events = Events(np.concatenate([part for _, part in parts]))
    return Trace(graph, values, rate, frozenset(mistakes), events, phases, moved)


def _backward(graph: Graph, values: Array, totals: Array, mistakes: Set[str]) -> tuple[Rows, Array]:
    """Return one backward pass that starts from (n,) `totals`, and the gradients after it."""
    if not mistakes:
        found = gradients(graph, values)
        return flow_rows(graph, values, found), found.nodes[:, 0]
    kept = totals.tolist()
    order = depth_first(graph) if "order" in mistakes else None
    passed = walked_rows(graph, values, kept, order, overwrite="overwrite" in mistakes)
    return passed, np.array(kept)


def _descent(graph: Graph, values: Array, totals: Array, rate: float, locked: Set[int]) -> Update:
    """Return plain gradient descent by this lane: the row `sgd` of the optimizers."""
    leaves = [leaf for leaf in np.flatnonzero(graph.learnable).tolist() if leaf not in locked]
    sgd = OPTIMIZERS["sgd"]
    return Update(
        sgd,
        sgd.numbers({"rate": rate}),
        1,
        tuple(leaves),
        values[leaves, 0],
        totals[leaves],
        np.zeros((0, len(leaves))),
    )
