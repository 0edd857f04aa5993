"""A backward pass as a table: all flows at once, or one by one where a mistake is made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import Gradients, flows, slopes
from engine.events import FLOW, ROW, Rows, rows
from engine.graph import NO_OPERAND, Graph

Array = NDArray[np.float64]
Ids = NDArray[np.integer[Any]]

# Sums of no more terms than this are all formed side by side, longer ones each by itself.
SIDE_BY_SIDE = 64


def flow_rows(graph: Graph, values: Array, found: Gradients) -> Rows:
    """Return what `flows` yields, to the last bit.

    Args:
        graph: n nodes in evaluation order.
        values: (n, 1) float64, as `forward` returned them.
        found: what `gradients` found at these values.
    """
    nodes, slots = _downward(graph)
    operands = graph.operands[nodes, slots]
    handed = found.edges[nodes, slots, 0]
    return rows(
        FLOW,
        nodes,
        slot=slots,
        operand=operands,
        upstream=found.nodes[nodes, 0],
        local=slopes(graph, values)[nodes, slots, 0],
        contribution=handed,
        total=running(operands, handed),
    )


def walked_rows(
    graph: Graph,
    values: Array,
    totals: list[float],
    order: Iterable[int] | None,
    *,
    overwrite: bool,
) -> Rows:
    """Return what `flows` yields with mistakes: it must be walked, flow by flow.

    Args:
        graph: n nodes in evaluation order.
        values: (n, 1) float64, as `forward` returned them.
        totals: n gradients that it starts from; it holds those after it.
        order: in which nodes hand down; counting down if None.
        overwrite: each contribution replaces the ones before.
    """
    passed = flows(graph, values, totals, order, overwrite=overwrite)
    return np.fromiter(((FLOW, *flow[:3], math.nan, *flow[3:]) for flow in passed), ROW)


def running(operands: Ids, contributions: Array) -> Array:
    """Return each operand's gradient so far: contributions added to 0 one by one, in order.

    Args:
        operands: (flows,) who gets something.
        contributions: (flows,) what it gets.

    >>> running(np.array([5, 2, 5]), np.array([1.0, 10.0, 0.5]))
    array([ 1. , 10. ,  1.5])
    """
    order = np.argsort(operands, kind="stable")
    sums = contributions[order]
    begins = np.flatnonzero(np.diff(operands[order], prepend=-1))
    counts = np.diff(begins, append=len(order))
    with np.errstate(all="ignore"):
        sums[begins] += 0.0
        for place in range(1, min(SIDE_BY_SIDE, max(counts, default=0))):
            at = begins[counts > place] + place
            sums[at] = sums[at - 1] + sums[at]
        for begin, count in _long(begins, counts):
            rest = slice(begin + SIDE_BY_SIDE - 1, begin + count)
            sums[rest] = np.add.accumulate(sums[rest])
    totals = np.empty_like(sums)
    totals[order] = sums
    return totals


def _long(begins: Ids, counts: Ids) -> Iterator[tuple[int, int]]:
    """Yield where long sums begin, and how many terms they have."""
    long = counts > SIDE_BY_SIDE
    yield from zip(begins[long].tolist(), counts[long].tolist(), strict=True)


def _downward(graph: Graph) -> tuple[Ids, Ids]:
    """Return the node and the slot of each flow, in the order of `flows`."""
    taken = (graph.operands != NO_OPERAND) & graph.reaching[:, None]
    upside_down, slots = np.nonzero(taken[::-1])
    return len(graph) - 1 - upside_down, slots
