"""What a loss that was written by hand compares with its target: found in the graph."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from engine.graph import Graph


def prediction(graph: Graph, features: Sequence[int], target: int) -> int | None:
    """Return the node that a loss written by hand compares with its target, None if none is sure.

    It is the last node that depends on a feature and not on the target, and that all which meets
    the target has come through: o in (o - y)^2, p in -(y*log(p) + (1 - y)*log(1 - p)).
    """
    after_target, after_feature = graph.above([target]), graph.above(features)
    meeting = {
        operand
        for node, _, operands in graph.steps
        if after_target[node] and graph.reaching[node]
        for operand in operands
        if after_feature[operand] and not after_target[operand]
    }
    # Downwards from what meets the target, the latest node first: what is alone then, all ways from
    # the features come through. Where a feature itself is reached, none is.
    waiting = [-node for node in meeting]
    heapify(waiting)
    while waiting:
        node = -heappop(waiting)
        if graph.leaves[node]:
            return None
        if not waiting:
            return node
        for operand in graph.operands_of(node):
            if after_feature[operand] and operand not in meeting:
                meeting.add(operand)
                heappush(waiting, -operand)
    return None
