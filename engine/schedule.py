"""Schedule: a graph in the order in which the kernels run it.

A node that depends on no data is one number for all lanes; the others have one per lane. So a
schedule has two sections: vectors of what is shared, computed once, and tables of what is not,
computed block by block of lanes. Within a section the leaves stand first, then what is computed, in
runs of one op. Backward goes the same way down, and adds up where contributions meet in the order
in which `evaluate.flows` does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph
from engine.ops import MOST_OPERANDS, OPS

Nodes = NDArray[np.intp]
Mask = NDArray[np.bool_]
Survey = Callable[..., NDArray[np.int64]]

# What a node takes while a schedule is made, at most; 35 to 45 stay.
SCHEDULE_BYTES = 200


@dataclass(frozen=True, eq=False)
class Section:
    """Slots that are given, and m computed ones after them.

    Attributes:
        nodes: (slots,), the node that each slot holds.
        given: how many slots are given.
        a, b: (m,) uint32, the slots of the operands; b repeats a where an op has one.
        runs: (runs, 5) uint32: op, start, stop (counted from the first computed slot), and whether
            each operand is handed a gradient.
    """

    nodes: Nodes
    given: int
    a: NDArray[np.uint32]
    b: NDArray[np.uint32]
    runs: NDArray[np.uint32]

    @property
    def tape(self) -> tuple[Any, ...]:
        """Return what every pass starts with."""
        return np.uint32(self.given), self.a, self.b, self.runs

    def __len__(self) -> int:
        """Return the number of slots."""
        return len(self.nodes)


@dataclass(frozen=True, eq=False)
class Schedule:
    """A graph in its two sections.

    Attributes:
        one: what all lanes share; given are the leaves whose gradient is wanted, then the others.
        lanes: what has a number per lane; given are the `shared` ones, then the `data`.
        shared: (s,) uint32, slots of the first section that the second one reads.
        data: (d,), the leaves that hold a number per lane.
        slots: (n,), where each node is found, in its section.
        per_lane: (n,), which nodes have a number per lane.
        output: the node whose gradient is 1.
    """

    one: Section
    lanes: Section
    shared: NDArray[np.uint32]
    data: Nodes
    slots: Nodes
    per_lane: Mask
    output: int

    @property
    def output_per_lane(self) -> bool:
        """Return whether the output has a number per lane."""
        return bool(self.per_lane[self.output])


def schedule(graph: Graph, data: Mask, wanted: Mask, survey: Survey) -> Schedule:
    """Return the order in which the kernels run `graph`.

    Args:
        graph: n nodes.
        data: (n,), which leaves have a number per lane.
        wanted: (n,), the leaves whose gradient is wanted.
        survey: the kernel of this name.
    """
    per_lane, leading, reaching = data.copy(), wanted.copy(), np.zeros(len(graph), bool)
    levels = survey(graph.operands, graph.output, per_lane, leading, reaching)
    operands = np.where(graph.operands < 0, graph.operands[:, :1], graph.operands)
    wants = (graph.operands >= 0) & reaching[:, None] & leading[operands]
    kinds = _kinds(graph, wants)
    computed = np.flatnonzero(~graph.leaves)
    order = computed[np.argsort(levels[computed] * _MOST_KINDS + kinds[computed], kind="stable")]
    once, often = order[~per_lane[order]], order[per_lane[order]]

    weights = np.flatnonzero(wanted & ~data)
    others = np.flatnonzero(graph.leaves & ~data & ~wanted)
    columns = np.flatnonzero(data)
    crossing = operands[often].ravel()
    crossing = np.unique(crossing[~per_lane[crossing]])
    one = np.concatenate([weights, others, once])
    lanes = np.concatenate([crossing, columns, often])

    slots = np.zeros(len(graph), np.intp)
    slots[one] = np.arange(len(one))
    shared = slots[crossing].astype(np.uint32)
    first = _section(one, len(one) - len(once), operands, slots, kinds)
    slots[lanes] = np.arange(len(lanes))
    second = _section(lanes, len(lanes) - len(often), operands, slots, kinds)
    slots[one] = np.arange(len(one))  # what crosses has a slot in both; its number lies here
    return Schedule(first, second, shared, columns, slots, per_lane, graph.output)


_MOST_KINDS = len(OPS) << MOST_OPERANDS


def _kinds(graph: Graph, wants: Mask) -> NDArray[np.int64]:
    """Return (n,): op, and which operands are handed a gradient, as one number."""
    kinds = graph.codes.astype(np.int64)
    for slot in range(MOST_OPERANDS):
        kinds = kinds * 2 + wants[:, slot]
    return kinds


def _section(
    nodes: Nodes, given: int, operands: NDArray[np.int32], slots: Nodes, kinds: NDArray[np.int64]
) -> Section:
    computed = nodes[given:]
    places = slots[operands[computed]].astype(np.uint32)
    own = kinds[computed]
    starts = np.flatnonzero(np.diff(own, prepend=-1))
    stops = np.append(starts[1:], len(own))[: len(starts)]
    kind = own[starts]
    columns = [kind >> MOST_OPERANDS, starts, stops, kind >> 1 & 1, kind & 1]
    runs = np.column_stack(columns).astype(np.uint32).reshape(-1, len(columns))
    return Section(
        nodes, given, np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1]), runs
    )
