"""What is known at a moment: of each node, and of each wire between two of them.

It is found where it is asked for: in a large walk most nodes are never looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.events import FLOW, FORWARD, SEED, Event, Events
from engine.graph import Graph
from engine.places import Places

Ids = NDArray[np.integer[Any]]
Wire = tuple[int, int]


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


@dataclass(frozen=True, eq=False)
class Book:
    """Who is concerned where in a trace.

    Attributes:
        graph: n nodes.
        events: those of the trace, of one or two passes.
    """

    graph: Graph
    events: Events

    @cached_property
    def gaining(self) -> Places:
        """Return, of each node, where it gets a value or a gradient, whole or in part."""
        table = self.events.table
        whom = np.where(table["kind"] == FLOW, table["operand"], table["node"])
        return Places(whom, np.arange(len(table)), len(self.graph))

    @cached_property
    def handing(self) -> Places:
        """Return, of each node, where it hands something down."""
        places = np.flatnonzero(self.events.table["kind"] == FLOW)
        return Places(self.events.table["node"][places], places, len(self.graph))

    @cached_property
    def seeds(self) -> list[int]:
        """Return where each pass back begins."""
        found: list[int] = np.flatnonzero(self.events.table["kind"] == SEED).tolist()
        return found

    @cached_property
    def again(self) -> list[int]:
        """Return where a second pass begins: results are made anew, and what wires have carried."""
        table = self.events.table
        firsts = np.flatnonzero((table["kind"] == FORWARD) & (table["node"] == 0))
        found: list[int] = firsts[1:].tolist()
        return found

    def inflows(self, node: int, begin: int, end: int) -> list[int]:
        """Return the events from `begin` to before `end` that hand something to a node."""
        places = self.gaining[node]
        places = places[slice(*np.searchsorted(places, [begin, end]))]
        found: list[int] = places[self.events.table["kind"][places] == FLOW].tolist()
        return found

    def told(self, places: Ids, more: Sequence[int]) -> Iterator[tuple[int, Event]]:
        """Yield events at these places and at some more, each with how many there are by then."""
        every = np.union1d(places, more).astype(np.intp) if more else places
        return zip((every + 1).tolist(), self.events.at(every), strict=True)


@dataclass(frozen=True, eq=False)
class Moments(Sequence[list[Moment]]):
    """What is known of each node, and from when on; the first is at 0 events.

    Attributes:
        book: who is concerned where.
        right: the total that a flow should have come to, for each event that holds another.
    """

    book: Book
    right: Mapping[int, float]

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.book.graph)

    def __getitem__(self, node: int) -> list[Moment]:  # type: ignore[override]  # never a slice
        """Return the moments of one node."""
        book = self.book
        if not 0 <= node < len(book.graph):
            raise IndexError(node)
        more = [] if book.graph.reaching[node] else book.seeds
        more = more if book.graph.leaves[node] else more + book.again
        known = [Moment(0)]
        for at, event in book.told(book.gaining[node], more):
            known.append(self._after(known[-1], node, at, event))
        return known

    def _after(self, known: Moment, node: int, at: int, event: Event) -> Moment:
        """Return what is known of a node after one more event."""
        if event.kind == "flow":
            right = self.right.get(at - 1)
            return known._replace(at=at, gradient=event.total, right=right)
        if event.kind == "seed":  # what the output does not depend on has no slope at all
            return known._replace(at=at, gradient=event.total if event.node == node else 0.0)
        if event.node != node:
            return Moment(at)
        return known._replace(at=at, value=event.value)


@dataclass(frozen=True, eq=False)
class Wires(Mapping[Wire, list[Carried]]):
    """What has gone along each (operand, node), both slots of a repeated one together.

    A wire into a node that the output does not depend on carries 0 from the seed on.
    """

    book: Book

    def __len__(self) -> int:
        """Return the number of wires."""
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Wire]:
        """Yield them in evaluation order of the node."""
        for node, _, operands in self.book.graph.steps:
            yield from ((operand, node) for operand in dict.fromkeys(operands))

    def __getitem__(self, wire: Wire) -> list[Carried]:
        """Return what has gone along one wire, and from when on.

        Raises:
            KeyError: there is no such wire.
        """
        operand, node = wire
        book, found = self.book, [Carried(0)]
        if operand not in book.graph.operands_of(node):
            raise KeyError(wire)
        more = book.again if book.graph.reaching[node] else book.again + book.seeds
        for at, event in book.told(book.handing[node], more):
            if event.kind == "forward":
                found.append(Carried(at))
            elif event.kind == "seed":
                found.append(Carried(at, 0.0))
            elif event.operand == operand:
                found.append(Carried(at, (found[-1].gradient or 0.0) + (event.contribution or 0.0)))
        return found


def state_at(states: Sequence[_State], events: int) -> _State:
    """Return the one of a node's moments, or a wire's, that holds after so many events."""
    return states[bisect_right(states, events, key=lambda state: state.at) - 1]
