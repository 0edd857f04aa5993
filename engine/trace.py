"""Trace: forward, backward and update as one list of events that can be scrubbed.

An event is the smallest moment there is: one value computed, one contribution handed down, one
leaf moved. Steps are events taken together, by grain. What is known after so many events is a
function of that number alone, so a step is the same from either direction.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import backward, flows, forward
from engine.graph import Graph
from engine.optimizers import OPTIMIZERS

Array = NDArray[np.float64]
Kind = Literal["forward", "seed", "flow", "update"]
Grain = Literal["node", "edge", "phase"]
GRAINS: tuple[Grain, ...] = ("node", "edge", "phase")
RATE = 0.1

# Two sums of the same contributions in another order differ by no more than this, relatively.
ROUNDING = 1e-9


class Event(NamedTuple):
    """One moment; what its kind does not have is None.

    Attributes:
        kind: a value computed ("forward"), the output's gradient set to 1 ("seed"), a contribution
            handed down ("flow"), a leaf moved ("update").
        node: the node that acts: for a flow the one whose gradient is handed down.
        slot: of a flow, which operand of the node gets it, from 0.
        operand: of a flow, the id of that operand.
        value: forward: the node's value; update: the leaf's new number.
        upstream: of a flow, d output / d node.
        local: of a flow, d node / d operand at the present numbers.
        contribution: of a flow, upstream * local; 0 where the op's mask lets nothing through.
        total: flow: the operand's gradient so far, this contribution included; seed: 1;
            update: the gradient that moves the leaf.
    """

    kind: Kind
    node: int
    slot: int | None = None
    operand: int | None = None
    value: float | None = None
    upstream: float | None = None
    local: float | None = None
    contribution: float | None = None
    total: float | None = None


class Phase(NamedTuple):
    """A stretch of a trace: "forward", "seed", "backward" or "update", and where it begins."""

    name: str
    start: int


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


class Wrong(NamedTuple):
    """The first number that a mistake falsifies: at which event, whose gradient, and the right one.

    `number` and `right` are what the event shows of `node`: a running gradient.
    """

    event: int
    node: int
    number: float
    right: float


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
                "no value is used twice",
            ),
            Mistake(
                "order",
                "Wrong order",
                "Depth first, a node hands its gradient on before all its users have added theirs.",
                "no result is used by two others",
            ),
            Mistake(
                "unzeroed",
                "Not zeroed",
                "The second pass adds to the gradients that the first has left on the leaves.",
                "the first pass leaves only zeros",
            ),
        )
    }
)

_State = TypeVar("_State", Moment, Carried)


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
    """

    graph: Graph
    values: Array
    rate: float
    mistakes: frozenset[str]
    events: tuple[Event, ...]
    starts: tuple[Phase, ...]

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
        known = [[Moment(0)] for _ in range(len(self.graph))]

        def note(node: int, at: int, **change: float | None) -> None:
            known[node].append(known[node][-1]._replace(at=at, **change))

        results = np.flatnonzero(~self.graph.leaves).tolist()
        apart = np.flatnonzero(~self.graph.reaching).tolist()
        for at, event in enumerate(self.events, 1):
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
                note(event.operand, at, gradient=event.total, right=self.right_at(at - 1))
            elif event.kind == "update":
                note(event.node, at, value=event.value)
        return known

    @cached_property
    def carried(self) -> dict[tuple[int, int], list[Carried]]:
        """Return what has gone along each (operand, node), both slots of a repeated one together.

        A wire into a node that the output does not depend on carries 0 from the seed on.
        """
        found: dict[tuple[int, int], list[Carried]] = {}
        reaching = self.graph.reaching.tolist()
        for node, _, operands in self.graph.steps:
            for operand in operands:
                found[operand, node] = [Carried(0)]
        for at, event in enumerate(self.events, 1):
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

    def into(self, event: int) -> list[int]:
        """Return the events of this pass, up to this flow, that hand something to its operand."""
        begin = max((start for name, start in self.starts if start <= event), default=0)
        flows = self._inflows[self.events[event].operand]
        return flows[bisect_left(flows, begin) : bisect_right(flows, event)]

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
        begin = max((start for name, start in self.starts if start <= event), default=0)
        operand = self.events[event].operand
        return None if operand is None else state_at(self.moments[operand], begin).gradient

    @cached_property
    def expected(self) -> dict[int, float]:
        """Return, for each flow, the `total` that it would have without mistakes."""
        right = {
            (flow.node, flow.slot): flow.contribution for flow in flows(self.graph, self.values)
        }
        found = {}
        totals = [0.0] * len(self.graph)
        for place, event in enumerate(self.events):
            if event.kind == "seed":
                totals = [0.0] * len(self.graph)
            elif event.operand is not None and event.slot is not None:
                totals[event.operand] += right[event.node, event.slot]
                found[place] = totals[event.operand]
        return found

    def right_at(self, event: int) -> float | None:
        """Return the total that a flow should have come to, where a mistake made it another."""
        if not self.mistakes or self.events[event].kind != "flow":
            return None
        right = self.expected[event]
        return None if _same(self.events[event].total, right) else right

    @cached_property
    def wrong(self) -> Wrong | None:
        """Return the first number that a mistake falsifies, or None if all come out right."""
        for place, event in enumerate(self.events):
            right = self.right_at(place)
            if right is not None and event.operand is not None and event.total is not None:
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


def state_at(states: Sequence[_State], events: int) -> _State:
    """Return the one of a node's moments, or a wire's, that holds after so many events."""
    return states[bisect_right(states, events, key=lambda state: state.at) - 1]


def trace(
    graph: Graph, leaves: Array, rate: float = RATE, mistakes: Set[str] = frozenset()
) -> Trace:
    """Return every event of one forward pass, one backward pass and one update.

    Args:
        graph: n nodes in evaluation order.
        leaves: (n, 1) float64; only the rows of leaves are read.
        rate: learning rate of plain gradient descent.
        mistakes: names of MISTAKES to make on the way. Where nothing is zeroed there are two
            passes forward and back before the update: what falsifies the second is the first.

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
    parts.append(("update", list(_update(graph, values, kept, rate))))
    events: list[Event] = []
    starts = []
    for name, part in parts:
        if part:
            starts.append(Phase(name, len(events)))
            events += part
    return Trace(graph, values, rate, frozenset(mistakes), tuple(events), tuple(starts))


def _backward(
    graph: Graph, values: Array, totals: list[float], mistakes: Set[str]
) -> Iterator[Event]:
    """Yield one backward pass; `totals` is where it starts from, and holds the gradients after."""
    order = depth_first(graph) if "order" in mistakes else None
    for flow in flows(graph, values, totals, order, overwrite="overwrite" in mistakes):
        yield Event("flow", flow.node, flow.slot, flow.operand, None, *flow[3:])


def _update(graph: Graph, values: Array, totals: list[float], rate: float) -> Iterator[Event]:
    """Yield plain gradient descent, leaf by leaf: the row `sgd` of the optimizers."""
    sgd = OPTIMIZERS["sgd"]
    leaves = np.flatnonzero(graph.learnable)
    weights, gradient = values[leaves, 0], np.array(totals)[leaves]
    sgd.update(weights, gradient, np.zeros((0, len(leaves))), sgd.numbers({"rate": rate}), 1)
    for node, value, total in zip(
        leaves.tolist(), weights.tolist(), gradient.tolist(), strict=True
    ):
        yield Event("update", node, value=value, total=total)


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


def _acting(event: Event) -> tuple[str, int]:
    return event.kind, event.node


def _same(number: float | None, right: float) -> bool:
    if number is None or math.isnan(number):
        return math.isnan(right)
    return number == right or math.isclose(number, right, rel_tol=ROUNDING)
