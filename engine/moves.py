"""Moves: what the output becomes when a node's value is moved, and when every result is rounded.

A node is moved as if it were a leaf, and all after it is computed again by the forward rules.

Source: Parker, Monte Carlo Arithmetic (1997): what rounding adds shows where results are moved by
a bit.
"""

from __future__ import annotations

import ast
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import rules, trees
from engine.differences import EPS, TINY, Pairs
from engine.evaluate import backward, gradients
from engine.graph import Graph
from engine.ops import Op

Array = NDArray[np.float64]
Nodes = NDArray[np.intp]

NOISE_LANES = 8
NUMBERS_AT_ONCE = 1 << 22  # rows of all nodes, together: 32 MB


class Late(Exception):  # noqa: N818  no error: the time allowed is over
    """The time allowed is over."""


class Kinks(NamedTuple):
    """Nodes above some node whose slope may jump: how many, those at the jump, their ops."""

    every: int
    exact: int
    names: str


@dataclass(frozen=True, eq=False)
class Moves:
    """A graph under test.

    NumPy's warnings are the caller's: a move may lead to infinity or nan.

    Attributes:
        graph: n nodes in evaluation order.
        values: (n, 1) float64, as `forward` returned them: what all moves start from.
        deadline: by `time.monotonic`, when to stop.
    """

    graph: Graph
    values: Array
    deadline: float

    @cached_property
    def output(self) -> float:
        """Return the output's value before any move."""
        return float(self.values[self.graph.output, 0])

    def parts(self, nodes: Nodes, steps: Array) -> Iterator[Nodes]:
        """Yield some nodes at a time, ascending, so that their lanes have room together."""
        size = max(1, NUMBERS_AT_ONCE // len(self.graph) // (4 * len(steps)))
        for begin in range(0, len(nodes), size):
            yield np.sort(nodes[begin : begin + size])

    def pairs(self, nodes: Nodes, steps: Array) -> Pairs:
        """Return what comes of moving each node up and down by its row of `steps`.

        Raises:
            Late: the time is over.
        """
        at = self.values[nodes]
        ups, downs = (at + steps) - at, at - (at - steps)  # as rounding leaves them
        high, low = np.split(self._outputs(nodes, np.hstack([ups, -downs])), 2, axis=1)
        return Pairs(self.output, 0.0, ups, downs, high, low)

    def noise(self, nodes: Nodes) -> Array:
        """Return (nodes,): how far the output moves when all after a node is off by a bit.

        It is infinite where the output is no finite number then.

        Raises:
            Late: the time is over.
        """
        chance = np.random.default_rng(0)  # the same each time, so that the answer is
        still = np.zeros((len(nodes), NOISE_LANES))
        moves = self._outputs(nodes, still, chance) - self.output
        return np.where(np.isfinite(moves).all(axis=1), _largest(moves), np.inf)

    def on_the_way(self, node: int, steps: Array) -> Pairs:
        """Return what comes of the nodes between one and the output, (between, *steps.shape).

        What the output hides, since the rest of it is large, they may show.

        Raises:
            Late: the time is over.
        """
        nodes, at = np.array([node]), self.values[node]
        ups, downs = (at + steps) - at, at - (at - steps)
        rows = self._rows(nodes, np.hstack([ups.ravel(), -downs.ravel()])[None])
        still = self._rows(nodes, np.zeros((1, NOISE_LANES)), np.random.default_rng(0))
        after = [k for k in range(node + 1, len(rows)) if isinstance(rows[k], np.ndarray)]
        values = self.values[after]
        high, low = np.split(_stacked(rows, after, 2 * steps.size), 2, axis=1)
        noise = _largest(_stacked(still, after, NOISE_LANES) - values)
        shape = (len(after), *steps.shape)
        return Pairs(
            values[:, :, None],
            noise[:, None, None],
            ups,
            downs,
            high.reshape(shape),
            low.reshape(shape),
        )

    def _outputs(
        self, nodes: Nodes, moves: Array, chance: np.random.Generator | None = None
    ) -> Array:
        """Return (nodes, lanes): the output where each node is moved by its row of `moves`."""
        return np.broadcast_to(self._rows(nodes, moves, chance)[self.graph.output], moves.shape)

    def _rows(
        self, nodes: Nodes, moves: Array, chance: np.random.Generator | None = None
    ) -> list[Any]:
        """Return all values, those of what is moved as (nodes, lanes), by its row of `moves`.

        With `chance`, each result after the node is off by a bit, up or down.
        """
        graph, shape = self.graph, moves.shape
        rows: list[Any] = self.values[:, 0].tolist()
        places = {node: place for place, node in enumerate(nodes.tolist())}
        moved: set[int] = set()
        reaching = graph.reaching.tolist()
        leaves = [(node, None, ()) for node in nodes[graph.leaves[nodes]].tolist()]
        first = bisect_left(graph.steps, int(nodes[0]), key=itemgetter(0))
        for node, op, operands in (*leaves, *graph.steps[first:]):
            if time.monotonic() > self.deadline:
                raise Late
            if op and reaching[node] and not moved.isdisjoint(operands):
                bits = (nodes < node)[:, None] * _bits(chance, shape) if chance else None
                rows[node] = _result(op, [rows[operand] for operand in operands], bits)
                moved.add(node)
            if node in places:
                place, row = places[node], np.broadcast_to(rows[node], shape).copy()
                row[place] = self.values[node] + moves[place]
                rows[node] = row
                moved.add(node)
        return rows

    @cached_property
    def spread(self) -> Array:
        """Return (n,): how far backprop's own answer moves when every value is off by a bit.

        Also the last bit of the largest contribution, since their sum cannot keep smaller ones.
        """
        chance = np.random.default_rng(0)
        shape = (len(self.graph), NOISE_LANES)
        values = _off(self.values, _bits(chance, shape))
        for node, op, operands in self.graph.steps:
            row = _nudged(op)(*values[list(operands)])
            values[node] = _off(row, _bits(chance, NOISE_LANES))
        right = gradients(self.graph, self.values)
        largest = np.zeros(len(self.graph))
        for node, _, operands in self.graph.steps:
            for operand, handed in zip(operands, abs(right.edges[node, :, 0]), strict=False):
                largest[operand] = np.fmax(largest[operand], handed)
        return _largest(backward(self.graph, values) - right.nodes) + EPS * largest

    def kinks(self, node: int) -> Kinks:
        """Return which kinks the output meets when `node` moves."""
        exact, above = self._above
        here = [op for place, op in enumerate(exact) if op and above[node] >> place & 1]
        names = " and ".join(sorted({op.name for op in here}))
        return Kinks(above[node].bit_count(), len(here), names)

    @cached_property
    def _above(self) -> tuple[list[Op | None], list[int]]:
        """Return the ops that may jump, None where not now, and above each node a bit for each."""
        reaching = self.graph.reaching.tolist()
        rows = self.values[:, 0].tolist()
        exact: list[Op | None] = []
        above = [0] * len(rows)
        for node, op, operands in reversed(self.graph.steps):
            if not reaching[node]:
                continue
            bits = above[node]
            if op.kink:
                bits |= 1 << len(exact)
                exact.append(op if op.jumps(*[rows[k] for k in operands]) else None)
            for operand in operands:
                above[operand] |= bits
        return exact, above


def _result(op: Op, numbers: list[Any], bits: Array | None) -> Array:
    """Return an op's result, off by `bits` if they are given; outside its domain it is nan.

    0^y, for one, has a number on both sides of y = 0, and no slope.
    """
    row = op.values(*numbers) if bits is None else _off(_nudged(op)(*numbers), bits)
    return np.where(_inside(op)(*numbers), row, np.nan) if op.domain else row


def _bits(chance: np.random.Generator, shape: int | tuple[int, ...]) -> Array:
    """Return 1 or -1 for each number."""
    return chance.choice((-1.0, 1.0), shape)


def _off(numbers: Array, bits: Array) -> Array:
    """Return numbers off by a bit, up or down (1 or -1; 0 leaves it); 0 stays 0."""
    off: Array = numbers * (1 + EPS * bits) + np.where(numbers == 0, 0.0, TINY * bits)
    return off


def _stacked(rows: list[Any], which: list[int], lanes: int) -> Array:
    """Return some rows, each of one node moved, as (which, lanes)."""
    return np.array([rows[k][0] for k in which]).reshape(len(which), lanes)


def _largest(moves: Array) -> Array:
    """Return the largest of each row, whatever its sign; 0 where none is finite."""
    largest: Array = np.where(np.isfinite(moves), abs(moves), 0.0).max(axis=1)
    return largest


@cache
def _inside(op: Op) -> rules.Lanes:
    """Return the domain as a condition on arrays."""
    return rules.lanes(op.domain, op.params)


@cache
def _nudged(op: Op) -> rules.Lanes:
    """Return the forward rule with each number in it a bit too large: what rounding inside does.

    gelu, for one, loses digits in 1 + erf(x), and its result does not tell.
    """
    tree = trees.expression(op.forward)
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, int | float):
            part.value = part.value * (1 + EPS)
    return rules.lanes(ast.unparse(tree), op.params)
