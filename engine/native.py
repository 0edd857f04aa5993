"""Forward and backward as `evaluate` has them, natively where that is faster.

The numbers are the same to the last bit: which of the two computed them shows only in the time.
"""

from __future__ import annotations

from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from engine import evaluate
from engine.compiled import KERNELS, Kernels
from engine.evaluate import Gradients
from engine.graph import Graph
from engine.schedule import SCHEDULE_BYTES, Schedule, schedule
from engine.tables import MEMORY, Tables, check_room, room

Array = NDArray[np.float64]

# From so many numbers on (nodes times lanes) the kernels win, with all that is around them.
WORTH_IT = 100
# Of every node and lane: its value, its gradient, and what it hands to two operands.
BYTES_A_LANE = 32

_plans: WeakKeyDictionary[Graph, dict[bool, Schedule]] = WeakKeyDictionary()
_lock = Lock()


def forward(graph: Graph, leaves: Array, memory: int = MEMORY) -> Array:
    """Return every node's value: (n, lanes), as `evaluate.forward` does.

    Raises:
        GraphError: `leaves` has another number of rows than the graph has nodes.
        MemoryLimitError: it would take more than `memory` bytes.
    """
    check_memory(graph, leaves, memory)
    tables = _tables(graph, leaves)
    if tables is None:
        return evaluate.forward(graph, leaves)
    values, one, lanes = np.empty(leaves.shape), tables.plan.one, tables.plan.lanes
    tables.values[: one.given] = leaves[one.nodes[: one.given], :1].ravel()
    columns = np.ascontiguousarray(leaves[tables.plan.data], np.float64)
    for block, _ in tables.evaluated(columns, np.arange(leaves.shape[1], dtype=np.uint32)):
        values[lanes.nodes, block] = tables.lane_values[:, : block.stop - block.start]
    values[one.nodes] = tables.values[:, None]
    return values


def backward(graph: Graph, values: Array) -> Array:
    """Return d output / d node for every node and lane: (n, lanes), as `evaluate.backward` does.

    Raises:
        GraphError: `values` came from another graph.
    """
    evaluate.check(graph, values)
    tables = _tables(graph, values)
    if tables is None:
        return evaluate.backward(graph, values)
    found, one, lanes = np.empty(values.shape), tables.plan.one, tables.plan.lanes
    for block in tables.blocks(values.shape[1] if len(lanes) else 0):
        width = block.stop - block.start
        tables.lane_values[:, :width] = values[lanes.nodes, block]
        tables.backward_lanes(block)
        found[lanes.nodes, block] = tables.lane_gradients[:, :width]
    tables.values[:] = values[one.nodes, :1].ravel()
    tables.backward_one()
    found[one.nodes] = tables.gradients[:, None]
    return found


def gradients(graph: Graph, values: Array) -> Gradients:
    """Return the gradient of every node and the contribution along every edge.

    Raises:
        GraphError: `values` came from another graph.
    """
    if _kernels(values) is None:
        return evaluate.gradients(graph, values)
    nodes = backward(graph, values)
    return Gradients(nodes, evaluate.contributions(graph, values, nodes))


def check_memory(graph: Graph, numbers: Array, memory: int) -> None:
    """Refuse numbers that do not fit.

    Values, gradients and edges are 32 bytes a node and lane; making a schedule, and tables, come
    to it.

    Raises:
        GraphError: they have another number of rows than the graph has nodes.
        MemoryLimitError: they would take more than `memory` bytes.
    """
    evaluate.check(graph, numbers)
    nodes, lanes = numbers.shape
    tables = room(0, nodes, lanes) if lanes > 1 else room(nodes, 0, 1)
    needed = tables + nodes * (SCHEDULE_BYTES + BYTES_A_LANE * lanes)
    check_room(nodes, lanes, needed, memory)


def _kernels(numbers: Array) -> Kernels | None:
    """Return the kernels if they are there and worth it; work that is worth it calls for them."""
    if numbers.size < WORTH_IT:
        return None
    KERNELS.begin()
    return KERNELS.ready()


def _tables(graph: Graph, numbers: Array) -> Tables | None:
    """Return room for the numbers of one call, in the graph's schedule, which is made once."""
    kernels = _kernels(numbers)
    if kernels is None:
        return None
    lanes = numbers.shape[1]
    with _lock:
        plan = _plans.setdefault(graph, {}).get(lanes > 1)
    if plan is None:
        data = graph.leaves if lanes > 1 else np.zeros(len(graph), bool)
        plan = schedule(graph, data, graph.leaves, kernels.survey)
        with _lock:
            _plans[graph][lanes > 1] = plan
    return Tables(plan, kernels, lanes)
