"""Find nodes of a graph: by a query, by the size of their gradients, by what went wrong first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluate import broken_slopes, problems
from engine.graph import Graph
from engine.queries import Numbers, clauses, compares, shown

Array = NDArray[np.float64]

BIGGEST, PROBLEM = "biggest gradient", "first problem"
HELP = "Type a name, an op, or a condition: |grad| > 1, value is nan, op tanh, scope layer1, leaf."


@dataclass(frozen=True, eq=False)
class Found:
    """What a query has found: ids of nodes in evaluation order, and a sentence."""

    nodes: NDArray[np.intp]
    sentence: str


def find(graph: Graph, values: Array, gradients: Array, query: str, lane: int = 0) -> Found:
    """Return the nodes that a query means.

    >>> from engine import Computed, parse
    >>> work = Computed.of_program(parse("x = 3; y = x*x + 1"))
    >>> found = find(work.graph, work.values, work.found.nodes, "|grad| > 1")
    >>> [work.graph.name(node) for node in found.nodes]
    ['x']

    A constant never learns: where its gradient is not finite it counts as having none.

    Args:
        graph: n nodes.
        values: (n, lanes).
        gradients: (n, lanes).
        query: as `queries` has it; or BIGGEST, or PROBLEM.
        lane: the lane whose numbers are looked at.

    Raises:
        QueryError: the query cannot be read.
    """
    asked = " ".join(query.split())
    if not asked:
        return Found(np.zeros(0, np.intp), HELP)
    if asked.lower() == BIGGEST:
        return _one(*biggest_gradient(graph, gradients, lane))
    if asked.lower() == PROBLEM:
        return _one(*first_problem(graph, values, gradients, lane))
    asked_for = clauses(asked)
    value, gradient = values[:, lane], gradients[:, lane]
    numbers = Numbers(value, gradient, graph.constant & ~np.isfinite(gradient))
    matching = np.ones(len(graph), bool)
    for clause in asked_for:
        matching &= clause(graph, numbers)
    nodes = np.flatnonzero(matching)
    return Found(nodes, _sentence(len(nodes), asked))


def asks_numbers(query: str) -> bool:
    """Tell whether what a query finds says something of values or gradients.

    >>> asks_numbers("w1 and op mul"), asks_numbers("w1 and |grad| > 1")
    (False, True)
    """
    asked = " ".join(query.split())
    return asked.lower() in {BIGGEST, PROBLEM} or compares(asked)


def biggest_gradient(graph: Graph, gradients: Array, lane: int = 0) -> tuple[int | None, str]:
    """Return the node whose gradient is the largest, and a sentence; None where all are 0.

    Constants do not count, for they never learn, nor the output itself. What is not a number has no
    size; an infinite gradient is the largest of all. Of several the first is taken.
    """
    sizes = np.abs(gradients[:, lane])
    sizes[graph.constant | np.isnan(sizes)] = 0
    sizes[graph.output] = 0
    node = int(sizes.argmax())
    if sizes[node] == 0:
        return None, "No gradient is larger than 0."
    return node, f"The gradient of {_named(graph, node)} is the largest."


def first_problem(
    graph: Graph, values: Array, gradients: Array, lane: int = 0
) -> tuple[int | None, str]:
    """Return where the first number stops being finite, and why; None where all are finite.

    Forward comes first and counts up. Backward counts down, so there the last node is the first.
    """
    found = problems(graph, values, lane)
    if found:
        return found[0].node, found[0].message
    if np.isfinite(gradients[~graph.constant, lane]).all():
        return None, "Every value and every gradient is finite."
    steep = broken_slopes(graph, values, lane=lane)
    if steep:
        return steep[-1].node, steep[-1].message
    node = int(np.flatnonzero(~np.isfinite(values[:, lane]) | ~np.isfinite(gradients[:, lane]))[0])
    return node, f"{_named(graph, node)} has a number that is not finite."


def _one(node: int | None, sentence: str) -> Found:
    return Found(np.array([] if node is None else [node], np.intp), sentence)


def _named(graph: Graph, node: int) -> str:
    return shown(graph.name(node))


def _sentence(count: int, asked: str) -> str:
    if not count:
        return f"No node matches {shown(asked)}."
    return "1 node matches." if count == 1 else f"{count:,} nodes match."
