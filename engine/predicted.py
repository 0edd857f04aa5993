"""What a loss that was written by hand compares with its target: found in the graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph


def prediction(graph: Graph, features: Sequence[int], target: int) -> int | None:
    """Return the node that a loss written by hand compares with its target, None if none is sure.

    It is the last node that depends on a feature and not on the target, and that all which meets
    the target has come through: o in (o - y)^2, p in -(y*log(p) + (1 - y)*log(1 - p)).
    """
    after_target, after_feature = _users(graph, [target]), _users(graph, features)
    meeting = {
        operand
        for node, _, operands in graph.steps
        if after_target[node] and graph.reaching[node]
        for operand in operands
        if after_feature[operand] and not after_target[operand]
    }
    if not meeting:
        return None
    for node in range(min(meeting), -1, -1):
        inner = after_feature[node] and not after_target[node] and not graph.leaves[node]
        rest = meeting - {node}
        if inner and all(_only_through(graph, node, other, features) for other in rest):
            return node
    return None


def _users(graph: Graph, leaves: Sequence[int]) -> NDArray[np.bool_]:
    """Return (n,) bool: what depends on one of these leaves, themselves included."""
    found = np.zeros(len(graph), bool)
    found[list(leaves)] = True
    for node, _, operands in graph.steps:
        found[node] = any(found[operand] for operand in operands)
    return found


def _only_through(graph: Graph, gate: int, node: int, features: Sequence[int]) -> bool:
    """Tell whether every way from a feature to `node` goes through `gate`."""
    open_ways = np.zeros(len(graph), bool)
    open_ways[list(features)] = True
    for each, _, operands in graph.steps:
        if each > node:
            break
        open_ways[each] = each != gate and any(open_ways[operand] for operand in operands)
    return not open_ways[node]
