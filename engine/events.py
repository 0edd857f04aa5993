"""Events: the smallest moments of a walk, and the stretches that they make up.

A walk through a large program has hundreds of thousands of them, so their numbers lie in one table,
56 bytes a row; an Event is made of a row when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

Kind = Literal["forward", "seed", "flow", "update"]
FORWARD, SEED, FLOW, UPDATE = range(4)  # as the table has them
NOTHING = -1  # of a row: no slot, no operand
ROW = np.dtype(
    [
        ("kind", np.int8),
        ("node", np.int32),
        ("slot", np.int8),
        ("operand", np.int32),
        *((name, np.float64) for name in ("value", "upstream", "local", "contribution", "total")),
    ],
    align=True,
)
ROWS_AT_ONCE = 4096  # of a table that is walked through, so many become Python numbers

# (events,) of ROW; a number that an event of this kind does not have is left as it is.
Rows = NDArray[np.void]


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


class Events(Sequence[Event]):
    """Many events, each made of its row of a table when it is asked for.

    Attributes:
        table: (events,) of ROW, not to be written to.
    """

    def __init__(self, table: Rows) -> None:
        """Take a table as it is; nothing is copied."""
        self.table = table
        self.table.flags.writeable = False

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.table)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Events: ...
    def __getitem__(self, place: int | slice) -> Event | Events:
        """Return one event, or some of them, which share the table."""
        if isinstance(place, slice):
            return Events(self.table[place])
        return _event(self.table[place].item())

    def __iter__(self) -> Iterator[Event]:
        """Yield them in order."""
        for begin in range(0, len(self.table), ROWS_AT_ONCE):
            yield from map(_event, self.table[begin : begin + ROWS_AT_ONCE].tolist())

    def at(self, places: NDArray[np.integer[Any]]) -> Events:
        """Return those at these places."""
        return Events(self.table[places])


def rows(kind: int, node: Any, **numbers: Any) -> Rows:
    """Return rows of one kind; each argument is a number for all of them, or one a row.

    >>> Events(rows(FORWARD, [0, 1], value=[2.0, 3.0]))[1]
    Event(kind='forward', node=1, slot=None, operand=None, value=3.0, upstream=None, \
local=None, contribution=None, total=None)
    """
    nodes = np.atleast_1d(node)
    table = np.zeros(len(nodes), ROW)
    table["kind"], table["node"] = kind, nodes
    if kind != FLOW:
        table["slot"] = table["operand"] = NOTHING
    for name, column in numbers.items():
        table[name] = column
    return table


def _event(row: tuple[Any, ...]) -> Event:
    kind, node, slot, operand, value, upstream, local, contribution, total = row
    if kind == FORWARD:
        return Event("forward", node, value=value)
    if kind == FLOW:
        return Event("flow", node, slot, operand, None, upstream, local, contribution, total)
    if kind == SEED:
        return Event("seed", node, total=total)
    return Event("update", node, value=value, total=total)
