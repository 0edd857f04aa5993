"""Forward and backward over a graph: functions of (graph, numbers), and the only chain rule.

Numbers are float64 of shape (n nodes, lanes). One lane runs on Python floats, several on NumPy
rows; both readings come from the same rules. Nothing raises in the middle of a graph: numbers
follow IEEE 754.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.graph import LEAF, NO_OPERAND, ROWS, Graph, Step
from engine.numerals import short
from engine.ops import MOST_OPERANDS, Op

Array = NDArray[np.float64]


class Flow(NamedTuple):
    """One edge of backprop: what `node` hands down to one of its operands.

    Attributes:
        node: id of the node whose gradient is handed down.
        slot: which of its operands gets it, from 0.
        operand: id of that operand.
        upstream: d output / d node; a float with one lane, else (lanes,).
        local: d node / d operand at the present numbers.
        contribution: upstream * local; 0 where the op's mask lets nothing through.
        total: the operand's gradient so far, this contribution included.
    """

    node: int
    slot: int
    operand: int
    upstream: Any
    local: Any
    contribution: Any
    total: Any


def forward(graph: Graph, leaves: Array) -> Array:
    """Return every node's value.

    Args:
        graph: n nodes in evaluation order.
        leaves: (n, lanes) float64; only the rows of leaves are read.

    Returns:
        (n, lanes) float64.

    Raises:
        GraphError: `leaves` has another number of rows than the graph has nodes.
    """
    rows = _rows(graph, leaves)
    if leaves.shape[1] == 1:
        for node, op, operands in graph.steps:
            rows[node] = op.value(*[rows[operand] for operand in operands])
    else:
        for node, op, operands in graph.steps:
            rows[node] = op.values(*[rows[operand] for operand in operands])
    return _matrix(rows, leaves)


def flows(
    graph: Graph,
    values: Array,
    totals: list[Any] | None = None,
    order: Iterable[int] | None = None,
    *,
    overwrite: bool = False,
) -> Iterator[Flow]:
    """Yield backprop edge by edge, from the output down; operands in order.

    A node is taken only when all its users have been, so its upstream gradient is complete. Nodes
    that the output does not depend on take no part: their gradient is 0.
    A node's gradient is the `total` of the last flow into it; the output's is 1.

    Args:
        graph: n nodes in evaluation order.
        values: (n, lanes) float64, as `forward` returned them.
        totals: n gradients to add to, in place; zeros if None.
        order: in which nodes hand down, for showing what a wrong one does; counting down if None.
        overwrite: for showing what comes of it: each contribution replaces the ones before.

    Source: Griewank & Walther, Evaluating Derivatives (2008), section 3.2.
    """
    rows = _rows(graph, values)
    one_lane = values.shape[1] == 1
    zero: Any = 0.0 if one_lane else np.zeros(values.shape[1])
    masked: Callable[[Any, Any], Any] = _masked if one_lane else _masked_lanes
    totals = [zero] * len(graph) if totals is None else totals
    totals[graph.output] = zero + 1.0
    for node, op, operands in _downward(graph, order):
        upstream = totals[node]
        numbers = [rows[operand] for operand in operands]
        masks = op.blocked if one_lane else op.blocked_lanes
        for slot, slope in enumerate(op.slope if one_lane else op.slopes):
            local = slope(*numbers, rows[node])
            contribution = upstream * local
            if masks:
                contribution = masked(masks[slot](*numbers), contribution)
            operand = operands[slot]
            total = contribution if overwrite else totals[operand] + contribution
            totals[operand] = total
            yield Flow(node, slot, operand, upstream, local, contribution, total)


def _downward(graph: Graph, order: Iterable[int] | None) -> Iterator[Step]:
    """Yield the nodes that hand gradients down, in this order."""
    if order is None:
        reaching = graph.reaching.tolist()
        yield from (step for step in reversed(graph.steps) if reaching[step[0]])
    else:
        steps = {step[0]: step for step in graph.steps}
        yield from (steps[node] for node in order if node in steps)


class Gradients(NamedTuple):
    """What one backward pass found.

    Attributes:
        nodes: (n, lanes) float64, d output / d node; the output's row is 1.
        edges: (n, MOST_OPERANDS, lanes) float64, what each node handed to each of its operands.
    """

    nodes: Array
    edges: Array


def gradients(graph: Graph, values: Array) -> Gradients:
    """Return the gradient of every node, and the contribution along every edge.

    Args:
        graph: n nodes in evaluation order.
        values: (n, lanes) float64, as `forward` returned them.

    Raises:
        GraphError: `values` came from another graph.
    """
    check(graph, values)
    lanes = values.shape[1]
    one_lane = lanes == 1
    nodes: list[Any] = [0.0 if one_lane else np.zeros(lanes)] * len(graph)
    nodes[graph.output] = nodes[graph.output] + 1.0
    edges = np.zeros((len(graph), MOST_OPERANDS, lanes))
    with np.errstate(all="ignore"):
        for flow in flows(graph, values):
            nodes[flow.operand] = flow.total
            edges[flow.node, flow.slot] = flow.contribution
    return Gradients(_matrix(nodes, values), edges)


def backward(graph: Graph, values: Array) -> Array:
    """Return d output / d node for every node and lane: (n, lanes) float64."""
    return gradients(graph, values).nodes


def contributions(graph: Graph, values: Array, gradients: Array) -> Array:
    """Return what each node hands to each of its operands, as the flows have it.

    Args:
        graph: n nodes.
        values: (n, lanes), as `forward` returned them.
        gradients: (n, lanes), as `backward` returned them.

    Returns:
        (n, MOST_OPERANDS, lanes) float64; 0 where a node does not reach the output.
    """
    edges = np.zeros((len(graph), MOST_OPERANDS, values.shape[1]))
    for op, nodes in _by_op(graph, values.shape[1]):
        numbers = [values[graph.operands[nodes, slot]] for slot in range(op.arity)]
        for slot, slope in enumerate(op.slopes):
            with np.errstate(all="ignore"):
                handed = gradients[nodes] * slope(*numbers, values[nodes])
            shut = op.blocked_lanes[slot](*numbers) if op.masks else None
            edges[nodes, slot] = handed if shut is None else _masked_lanes(shut, handed)
    return edges


def slopes(graph: Graph, values: Array) -> Array:
    """Return d node / d operand, (n, MOST_OPERANDS, lanes); 0 where the output is not reached.

    Args:
        graph: n nodes.
        values: (n, lanes), as `forward` returned them.
    """
    found = np.zeros((len(graph), MOST_OPERANDS, values.shape[1]))
    for op, nodes in _by_op(graph, values.shape[1]):
        numbers = [values[graph.operands[nodes, slot]] for slot in range(op.arity)]
        for slot, slope in enumerate(op.slopes):
            found[nodes, slot] = slope(*numbers, values[nodes])
    return found


# Vectorized functions make objects of numbers on the way, so they get no more than this at a time.
NUMBERS_AT_ONCE = 1 << 16


def _by_op(graph: Graph, lanes: int) -> Iterator[tuple[Op, NDArray[np.intp]]]:
    """Yield the nodes that hand something down, those of one op together."""
    taken = np.where(graph.reaching, graph.codes, LEAF)
    at_once = max(1, NUMBERS_AT_ONCE // lanes)
    for code in np.unique(taken[taken != LEAF]):
        every = np.flatnonzero(taken == code)
        for begin in range(0, len(every), at_once):
            yield ROWS[code], every[begin : begin + at_once]


class Problem(NamedTuple):
    """A node that turns finite operands into a result that is not finite, and why."""

    node: int
    message: str


def problems(graph: Graph, values: Array, lane: int = 0) -> list[Problem]:
    """Return, in evaluation order, where trouble begins in one lane."""
    finite = np.isfinite(values[:, lane])
    if finite.all():
        return []
    given = (finite[graph.operands] | (graph.operands == NO_OPERAND)).all(axis=1)
    begins = np.flatnonzero(~finite & ~graph.leaves & given)
    return [Problem(node, _trouble(graph, values[:, lane], node)) for node in begins.tolist()]


def _trouble(graph: Graph, values: Array, node: int) -> str:
    numbers = [float(values[operand]) for operand in graph.operands_of(node)]
    return reason(ROWS[graph.codes[node]], numbers, float(values[node]))


def broken_slopes(
    graph: Graph, values: Array, found: Gradients | None = None, lane: int = 0
) -> list[Problem]:
    """Return, in evaluation order, where a gradient stops being finite though all values are.

    Constants do not count: they never learn, so the slope towards them is of no use.

    Args:
        graph: n nodes.
        values: (n, lanes), as `forward` returned them.
        found: what `gradients` found at these values, if that is known.
        lane: which of them.
    """
    handed, numbers = found or gradients(graph, values), values[:, lane]
    counts = (graph.operands != NO_OPERAND) & ~graph.constant[graph.operands]
    steep = counts & ~np.isfinite(handed.edges[:, :, lane])
    begins = steep.any(axis=1) & np.isfinite(numbers) & np.isfinite(handed.nodes[:, lane])
    last_slot = MOST_OPERANDS - 1 - np.argmax(steep[:, ::-1], axis=1)
    return [
        Problem(node, _steepness(graph, numbers, node, int(last_slot[node])))
        for node in np.flatnonzero(begins).tolist()
    ]


def _steepness(graph: Graph, values: Array, node: int, slot: int) -> str:
    op = ROWS[graph.codes[node]]
    numbers = [float(values[operand]) for operand in graph.operands_of(node)]
    local = op.slope[slot](*numbers, float(values[node]))
    at = ", ".join(map(short, numbers))
    if math.isfinite(local):
        return f"The gradient that {op.name} hands on at ({at}) is too large for a number."
    steep = "does not exist" if math.isnan(local) else "is infinite"
    return f"The slope of {op.name} at ({at}) {steep}, so no finite gradient gets through."


def reason(op: Op, numbers: list[float], result: float) -> str:
    """Return why an op has no finite result at finite numbers."""
    shown = [short(number) for number in numbers]
    if op.name == "div" and numbers[1] == 0:
        return f"{shown[0]} / 0 has no finite value. It needs a divisor other than 0."
    if not op.holds(*numbers):
        at = shown[0] if op.arity == 1 else f"({', '.join(shown)})"
        rule = f"{op.name}({', '.join(op.params)})"  # whatever the program calls its own x
        return f"{op.name} has no real value at {at}. {rule} needs {needs(op.domain)}."
    call = f"{op.name}({', '.join(shown)})"
    if 0 in numbers:
        return f"{call} grows without bound: the result is {short(result)}."
    return f"{call} is too large: numbers end near {short(1.7976931348623157e308)}."


def needs(domain: str) -> str:
    """Return a domain in mathematical writing.

    >>> needs("x >= 0"), needs("x > 0 or y == floor(y)")
    ('x ≥ 0', 'x > 0 or a whole y')
    """
    signs = {"y == floor(y)": "a whole y", ">=": "≥", "<=": "≤", "!=": "≠", "-": "−"}
    for plain, written in signs.items():
        domain = domain.replace(plain, written)
    return domain


def _masked(shut: float, contribution: float) -> float:
    return 0.0 if shut else contribution


def _masked_lanes(shut: Array, contribution: Array) -> Array:
    return np.where(shut, 0.0, contribution)


def check(graph: Graph, numbers: Array) -> None:
    """Refuse numbers that are not of this graph.

    Raises:
        GraphError: they are not of shape (n, lanes).
    """
    if numbers.ndim != 2 or len(numbers) != len(graph):
        message = f"The graph has {len(graph)} nodes; these numbers have shape {numbers.shape}."
        raise GraphError(message)


def _rows(graph: Graph, numbers: Array) -> list[Any]:
    """Return the numbers as a list of floats (one lane) or of (lanes,) rows."""
    check(graph, numbers)
    numbers = np.asarray(numbers, np.float64)
    return numbers[:, 0].tolist() if numbers.shape[1] == 1 else list(numbers)


def _matrix(rows: list[Any], like: Array) -> Array:
    return np.array(rows, dtype=np.float64).reshape(like.shape)
