"""Paths: a gradient is a sum over paths, and these are its largest terms.

Each way from a node up to the output gives one product of slopes. There may be more of them than
atoms, so they are counted, and the largest found, node by node from the output down; none is
walked twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import check, slopes
from engine.graph import NO_OPERAND, ROWS, Graph
from engine.ops import MOST_OPERANDS
from engine.places import Places

Array = NDArray[np.float64]
MOST = 20


class Path(NamedTuple):
    """One way from a node up to the output.

    Attributes:
        nodes: ids from the node to the output, both included.
        slopes: d nodes[i + 1] / d nodes[i] along the operand slot that is taken; one fewer.
        product: the slopes multiplied, from the output down; 0 where an op's mask shuts the way.
    """

    nodes: tuple[int, ...]
    slopes: tuple[float, ...]
    product: float


@dataclass(frozen=True)
class Paths:
    """The largest paths, and how many there are in all; the products of all sum to the gradient."""

    paths: tuple[Path, ...]
    count: int


class _Edge(NamedTuple):
    """One operand slot of `user`, as seen from the operand."""

    user: int
    slope: float
    shut: bool


class _Tail(NamedTuple):
    """The rest of a path, from some node to the output: its first edge, and what comes after."""

    product: float
    edge: _Edge | None = None
    rest: _Tail | None = None


def paths(graph: Graph, values: Array, node: int, most: int = MOST) -> Paths:
    """Return the largest paths from `node` to the output, and the number of all.

    A repeated operand makes one path a slot. The largest product by size stands first, nan before
    all; equals stand by the evaluation order of the users, then by slot.

    Args:
        graph: n nodes in evaluation order.
        values: (n, 1) float64, as `forward` returned them.
        node: where the paths begin. Where it does not reach the output, there are none; where it
            is the output, there is one without slopes.
        most: how many paths are returned.

    Raises:
        GraphError: `values` came from another graph.
    """
    check(graph, values)
    edges = _edges(graph, values, node)
    # Infinity times 0 is nan and comes first, so where a slope is infinite the smallest count too.
    steep = any(math.isinf(edge.slope) for found in edges.values() for edge in found)
    counts = {graph.output: 1}
    tails = {graph.output: [_Tail(1.0)]}
    for here in sorted(edges.keys() - {graph.output}, reverse=True):
        counts[here] = sum(counts[edge.user] for edge in edges[here])
        ahead = [_ahead(edge, rest) for edge in edges[here] for rest in tails[edge.user]]
        ahead.sort(key=_order)
        low = max(most, len(ahead) - most) if steep else len(ahead)
        tails[here] = ahead[:most] + ahead[low:]
    found = tails.get(node, [])[:most] if node in edges else []
    return Paths(tuple(_path(node, tail) for tail in found), counts[node] if node in edges else 0)


def _edges(graph: Graph, values: Array, node: int) -> dict[int, list[_Edge]]:
    """Return the nodes between `node` and the output, each with the edges that lead on there."""
    if not graph.reaching[node]:
        return {}
    reaching, rows = graph.reaching.tolist(), values[:, 0].tolist()
    local = slopes(graph, values).ravel().tolist()
    given = np.flatnonzero(graph.operands != NO_OPERAND)  # node and slot as one number
    uses = Places(graph.operands.ravel()[given], given, len(graph))
    edges: dict[int, list[_Edge]] = {}
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if here in edges:
            continue
        edges[here] = [
            _Edge(place // MOST_OPERANDS, local[place], _is_shut(graph, rows, place))
            for place in uses[here].tolist()
            if reaching[place // MOST_OPERANDS]
        ]
        waiting += [edge.user for edge in edges[here]]
    return edges


def _is_shut(graph: Graph, rows: list[float], place: int) -> bool:
    """Tell whether an op lets nothing through to one of its operands."""
    user, slot = divmod(place, MOST_OPERANDS)
    op = ROWS[graph.codes[user]]
    if not op.masks:
        return False
    return bool(op.blocked[slot](*[rows[operand] for operand in graph.operands_of(user)]))


def _ahead(edge: _Edge, rest: _Tail) -> _Tail:
    return _Tail(0.0 if edge.shut else rest.product * edge.slope, edge, rest)


def _order(tail: _Tail) -> tuple[bool, float]:
    return not math.isnan(tail.product), -abs(tail.product)


def _path(node: int, tail: _Tail) -> Path:
    edges = list(_along(tail))
    nodes = (node, *(edge.user for edge in edges))
    return Path(nodes, tuple(edge.slope for edge in edges), tail.product)


def _along(tail: _Tail) -> Iterator[_Edge]:
    at: _Tail | None = tail
    while at is not None and at.edge is not None:
        yield at.edge
        at = at.rest
