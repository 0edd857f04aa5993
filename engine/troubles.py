"""Troubles: where a number stopped being finite while learning, and why.

The first node, in the order in which numbers are made, is found among all lanes of the batch; the
learning rate is blamed only where the run itself shows that it is too high.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.graph import Graph
from engine.numerals import short

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Samples = NDArray[np.uint32]
Leaves = Callable[[Samples], Array]

NUMBERS_AT_ONCE = 1 << 19
LONGEST_NAME = 40
NOUNS = {
    "add": "a sum",
    "sub": "a difference",
    "mul": "a product",
    "div": "a quotient",
    "pow": "a power",
}


class Trouble(NamedTuple):
    """Where it began.

    Attributes:
        what: what happened, as the beginning of a sentence.
        node: where.
        sample: in which sample; None if it is no sample's own.
    """

    what: str
    node: int
    sample: int | None


def in_values(graph: Graph, samples: Samples, leaves: Leaves) -> Trouble | None:
    """Return the first node, in evaluation order, that is not finite; None if all are.

    Args:
        graph: n nodes.
        samples: (lanes,), which ones to look at.
        leaves: makes of some samples the (n, lanes) that `forward` takes.
    """
    first: tuple[int, int, Array] | None = None
    for part, values in _parts(graph, samples, leaves):
        bad = ~np.isfinite(values)
        began = bad & ~_any_operand(graph, bad)
        nodes = np.flatnonzero(began.any(axis=1))
        if len(nodes) and (first is None or nodes[0] < first[0]):
            lane = int(began[nodes[0]].argmax())
            first = int(nodes[0]), int(part[lane]), values[:, lane]
    if first is None:
        return None
    node, sample, numbers = first
    return Trouble(_what(graph, node, numbers), node, sample)


def in_slopes(
    graph: Graph, samples: Samples, leaves: Leaves, learning: Sequence[int]
) -> Trouble | None:
    """Return the first node on the way down whose gradient gets lost though all values are finite.

    Args:
        graph: n nodes.
        samples: (lanes,), which ones to look at.
        leaves: makes of some samples the (n, lanes) that `forward` takes.
        learning: the leaves whose gradient is of use.
    """
    leading = graph.above(learning)
    useful = (graph.operands >= 0) & leading[graph.operands]
    last: tuple[int, int, Array, float] | None = None
    for part, values in _parts(graph, samples, leaves):
        found = native.gradients(graph, values)
        broken = ~np.isfinite(found.edges) & useful[:, :, None]
        began = broken.any(axis=1) & np.isfinite(found.nodes)
        nodes = np.flatnonzero(began.any(axis=1))
        if len(nodes) and (last is None or nodes[-1] > last[0]):
            node = int(nodes[-1])
            lane = int(began[node].argmax())
            last = node, int(part[lane]), values[:, lane], float(found.nodes[node, lane])
    if last is None:
        return None
    node, sample, numbers, upstream = last
    return Trouble(_steep(graph, node, numbers, upstream, useful[node]), node, sample)


def place(graph: Graph, node: int) -> str:
    """Return what to call where a node is: its neuron, or else its own name."""
    name = graph.scopes.path(node) or graph.name(node)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def grew(earlier: Array, now: Array, losses: Array) -> bool:
    """Return whether updates that were too large show in what they did.

    They do when, over the last updates, the largest parameter became ten times as large without
    the loss falling, or when the loss is ten times what it was at the beginning of the run and
    still rising. A loss that falls without end (it has no minimum) is no fault of the rate.

    Args:
        earlier: (p,) parameters some updates ago.
        now: (p,) parameters that met the trouble.
        losses: the first of the run, then those of the last updates.
    """
    first, recent = losses[0], losses[1:]
    fell = len(recent) > 1 and recent[-1] <= recent[0]
    size = float(np.abs(now).max())
    grown = not size <= 10 * float(np.abs(earlier).max())  # nan has grown too
    rising = len(recent) > 1 and recent[-1] > 10 * abs(first) and recent[-1] > recent[0]
    return bool(rising or (grown and not fell))


def _parts(graph: Graph, samples: Samples, leaves: Leaves) -> Iterator[tuple[Samples, Array]]:
    """Yield some of the samples, as many as memory does not feel, and all values in them."""
    at_once = max(1, NUMBERS_AT_ONCE // len(graph))
    for begin in range(0, len(samples), at_once):
        part = samples[begin : begin + at_once]
        yield part, native.forward(graph, leaves(part))


def _any_operand(graph: Graph, marked: Mask) -> Mask:
    """Return which nodes have a marked operand, lane by lane."""
    found = np.zeros_like(marked)
    for slot in range(graph.operands.shape[1]):
        used = graph.operands[:, slot] >= 0
        found[used] |= marked[graph.operands[used, slot]]
    return found


def _what(graph: Graph, node: int, numbers: Array) -> str:
    """Return what happened at a node whose operands are finite."""
    op = graph.op(node)
    if op is None:
        return f"{graph.name(node)} is {short(float(numbers[node]))}"
    operands = [float(numbers[operand]) for operand in graph.operands_of(node)]
    if op.name == "div" and operands[1] == 0:
        return "division by 0"
    if not op.holds(*operands):
        return f"{op.name} has no real value at {_at(operands)}"
    if 0 in operands:
        return f"{op.name} is infinite at {_at(operands)}"
    return f"{NOUNS.get(op.name, op.name)} overflowed"


def _steep(graph: Graph, node: int, numbers: Array, upstream: float, useful: Mask) -> str:
    """Return why a node hands down a gradient that is not finite, though its own is."""
    op = graph.op(node)
    assert op is not None  # noqa: S101  only results hand gradients down
    operands = [float(numbers[operand]) for operand in graph.operands_of(node)]
    for slot, slope in enumerate(op.slope):
        local = slope(*operands, float(numbers[node]))
        if useful[slot] and not math.isfinite(upstream * local):
            if math.isfinite(local):
                break
            steep = "does not exist" if math.isnan(local) else "is infinite"
            return f"the slope of {op.name} {steep} at {_at(operands)}"
    return f"the gradient behind {NOUNS.get(op.name, op.name)} overflowed"


def _at(operands: list[float]) -> str:
    shown = [short(number) for number in operands]
    return shown[0] if len(shown) == 1 else f"({', '.join(shown)})"
