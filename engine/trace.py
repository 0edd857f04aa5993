"""Trace: forward, backward and update as one list of events that can be scrubbed.

An event is the smallest moment there is: one value computed, one contribution handed down, one
leaf moved. Steps are events taken together, by grain. What is known after so many events is a
function of that number alone, so a step is the same from either direction.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import backward, flows, forward
from engine.events import Event, Phase
from engine.graph import Graph
from engine.mistakes import Wrong, depth_first, right_totals
from engine.moments import Carried, Moment, carried, moments, state_at
from engine.optimizers import OPTIMIZERS
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
    events: tuple[Event, ...]
    starts: tuple[Phase, ...]
    update: Update

    def cuts(self, grain: Grain) -> list[int]:
        """Return where steps begin and end: step k is `events[cuts[k]:cuts[k + 1]]`."""
        return self._cuts[grain]

    def total(self, grain: Grain) -> int:
        """Return the number of steps."""
        return len(self._cuts[grain]) - 1

    def phases(self, grain: Grain) -> list[Phase]:
        """Return the phases, in steps."""
        return [Phase(name, self.step_of(start, grain)) for name, start in self.starts]

    def step(self, step: int, grain: Grain) -> tuple[Event, ...]:
        """Return the events of one step, counted from 0; beyond either end it is the last there."""
        cuts = self._cuts[grain]
        step = min(max(step, 0), len(cuts) - 2)
        return self.events[cuts[step] : cuts[step + 1]]

    def step_of(self, event: int, grain: Grain) -> int:
        """Return the step that holds an event."""
        return bisect_right(self._cuts[grain], event) - 1

    @cached_property
    def computed(self) -> list[int]:
        """Return, for each node, the event that (last) computes its value."""
        found = [0] * len(self.graph)
        for place, event in enumerate(self.events):
            if event.kind == "forward":
                found[event.node] = place
        return found

    @cached_property
    def settled(self) -> list[int | None]:
        """Return, for each node, the event after which its gradient is complete; None if none."""
        found: list[int | None] = [None] * len(self.graph)
        for place, event in enumerate(self.events):
            if event.kind == "flow" and event.operand is not None:
                found[event.operand] = place
            elif event.kind == "seed":
                found[event.node] = place
        return found

    @cached_property
    def right(self) -> Array:
        """Return (n, 1): the gradients without any mistake."""
        return backward(self.graph, self.values)

    @cached_property
    def gradients(self) -> Array:
        """Return (n, 1): the gradients as the trace leaves them, mistakes included."""
        last = [moments[-1].gradient for moments in self.moments]
        found = [0.0 if gradient is None else gradient for gradient in last]
        return np.array(found, np.float64).reshape(-1, 1)

    @property
    def updated(self) -> dict[int, float]:
        """Return the new number of each leaf that learns."""
        return {e.node: e.value for e in self.events if e.kind == "update" and e.value is not None}

    @cached_property
    def moments(self) -> list[list[Moment]]:
        """Return what is known of each node, and from when on; the first is at 0 events."""
        return moments(self.graph, self.events, self._right_totals)

    @cached_property
    def carried(self) -> dict[tuple[int, int], list[Carried]]:
        """Return what has gone along each (operand, node), and from when on."""
        return carried(self.graph, self.events)

    def into(self, event: int) -> list[int]:
        """Return the events of this pass, up to this flow, that hand something to its operand."""
        flows = self._inflows[self.events[event].operand]
        return flows[bisect_left(flows, self._phase_begin(event)) : bisect_right(flows, event)]

    @cached_property
    def _inflows(self) -> dict[int | None, list[int]]:
        """Return, for each operand, the events that hand something to it."""
        found: dict[int | None, list[int]] = {}
        for place, event in enumerate(self.events):
            if event.kind == "flow":
                found.setdefault(event.operand, []).append(place)
        return found

    def before(self, event: int) -> float | None:
        """Return what a pass before this one has left of a gradient on this flow's operand."""
        operand = self.events[event].operand
        if operand is None:
            return None
        return state_at(self.moments[operand], self._phase_begin(event)).gradient

    def _phase_begin(self, event: int) -> int:
        """Return the first event of the phase that holds an event."""
        return max(start for _, start in self.starts if start <= event)

    @cached_property
    def _right_totals(self) -> dict[int, float]:
        return right_totals(self.graph, self.values, self.events) if self.mistakes else {}

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
    def _cuts(self) -> dict[Grain, list[int]]:
        ends = [start for _, start in self.starts[1:]]
        nodes = [0]
        for _, group in groupby(self.events, _acting):
            nodes.append(nodes[-1] + sum(1 for _ in group))
        every = list(range(len(self.events) + 1))
        return {"edge": every, "node": nodes, "phase": [0, *ends, len(self.events)]}


def trace(
    graph: Graph,
    leaves: Array,
    rate: float = RATE,
    mistakes: Set[str] = frozenset(),
    locked: Set[int] = frozenset(),
    update: Update | None = None,
) -> Trace:
    """Return every event of one forward pass, one backward pass and one update.

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
    leaf = graph.leaves.tolist()
    kept = [0.0] * len(graph)
    parts: list[tuple[str, list[Event]]] = []
    for _ in range(2 if "unzeroed" in mistakes else 1):
        totals = [total if is_leaf else 0.0 for total, is_leaf in zip(kept, leaf, strict=True)]
        seed = Event("seed", graph.output, total=1.0)
        computed = [Event("forward", node, value=v) for node, v in enumerate(values[:, 0].tolist())]
        back = list(_backward(graph, values, totals, mistakes))
        parts += [("forward", computed), ("seed", [seed]), ("backward", back)]
        kept = totals
    moved = update or _descent(graph, values, kept, rate, locked)
    parts.append(("update", list(moved.events())))
    events: list[Event] = []
    starts = []
    for name, part in parts:
        if part:
            starts.append(Phase(name, len(events)))
            events += part
    return Trace(graph, values, rate, frozenset(mistakes), tuple(events), tuple(starts), moved)


def _backward(
    graph: Graph, values: Array, totals: list[float], mistakes: Set[str]
) -> Iterator[Event]:
    """Yield one backward pass; `totals` is where it starts from, and holds the gradients after."""
    order = depth_first(graph) if "order" in mistakes else None
    for flow in flows(graph, values, totals, order, overwrite="overwrite" in mistakes):
        yield Event("flow", flow.node, flow.slot, flow.operand, None, *flow[3:])


def _descent(
    graph: Graph, values: Array, totals: list[float], rate: float, locked: Set[int]
) -> Update:
    """Return plain gradient descent by this lane: the row `sgd` of the optimizers."""
    leaves = [leaf for leaf in np.flatnonzero(graph.learnable).tolist() if leaf not in locked]
    sgd = OPTIMIZERS["sgd"]
    return Update(
        sgd,
        sgd.numbers({"rate": rate}),
        1,
        tuple(leaves),
        values[leaves, 0],
        np.array(totals)[leaves],
        np.zeros((0, len(leaves))),
    )


def _acting(event: Event) -> tuple[str, int]:
    return event.kind, event.node
