"""Graphs to lay out: hypothesis strategies, and the expressions that tests name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Operands = NDArray[np.int32]
Sizes = NDArray[np.float64]

CARD, CONSTANT = (164.0, 58.0), (84.0, 40.0)


def graph(rows: Sequence[tuple[int, ...]]) -> Operands:
    """Return (n, 2) operands of rows like (), (0,), (0, 1)."""
    return np.array([[*row, -1, -1][:2] for row in rows], np.int32).reshape(-1, 2)


def cards(operands: Operands) -> Sizes:
    """Return a card's size for every node."""
    return np.tile(CARD, (len(operands), 1))


def chain(length: int) -> Operands:
    """Return tanh(tanh(...x))."""
    return graph([(), *[(k,) for k in range(length - 1)]])


def sum_of(terms: int) -> Operands:
    """Return x0 + x1 + x2 + ..., each term met as the text is read."""
    rows: list[tuple[int, ...]] = [()]
    for _ in range(terms - 1):
        total = len(rows) - 1
        rows += [(), (total, total + 1)]
    return graph(rows)


def network(*widths: int, extra: tuple[int, int] | None = None) -> Operands:
    """Return a multilayer perceptron on one sample: inputs, then tanh(w*x + ... + b) a neuron.

    `extra` = (layer, neuron) adds one term w*x0 to that neuron, before its bias.
    """
    rows: list[tuple[int, ...]] = [()] * widths[0]
    inputs = list(range(widths[0]))
    for layer, width in enumerate(widths[1:]):
        inputs = [
            _neuron(rows, inputs + inputs[:1] * (extra == (layer, neuron)))
            for neuron in range(width)
        ]
    return graph(rows)


def _neuron(rows: list[tuple[int, ...]], inputs: list[int]) -> int:
    total = -1
    for value in inputs:
        rows += [(), (len(rows), value)]
        term = len(rows) - 1
        if total >= 0:
            rows.append((total, term))
        total = len(rows) - 1
    rows += [(), (total, len(rows))]
    rows.append((len(rows) - 1,))
    return len(rows) - 1


def new_nodes(widths: tuple[int, ...], extra: tuple[int, int]) -> range:
    """Return the ids that `extra` adds to the network: a weight, a product and a sum."""
    first = widths[0]
    for layer, width in enumerate(widths[1:]):
        size = 3 * widths[layer] + 2
        if layer == extra[0]:
            first += extra[1] * size + size - 3
            return range(first, first + 3)
        first += width * size
    raise ValueError(extra)


def split_ops(operands: Operands) -> Operands:
    """Return the graph with each op as a node of its own, before the value it makes."""
    rows: list[tuple[int, ...]] = []
    value = {}
    for node, row in enumerate(operands.tolist()):
        used = tuple(value[operand] for operand in row if operand >= 0)
        rows.append(used)
        if used:
            rows.append((len(rows) - 1,))
        value[node] = len(rows) - 1
    return graph(rows)


@st.composite
def graphs(draw: st.DrawFn, max_nodes: int = 120) -> tuple[Operands, Sizes]:
    """Draw operands and sizes: leaves, chains, long skips, fans, repeated operands, pieces."""
    count = draw(st.integers(1, max_nodes))
    random = draw(st.randoms(use_true_random=False))
    leaves, near, fan = random.random(), random.choice([2, 5, count]), random.random() / 3
    rows: list[tuple[int, ...]] = []
    sizes = []
    for node in range(count):
        if not node or random.random() < leaves / 2:
            rows.append(())
            sizes.append(random.choice([CARD, CARD, CONSTANT]))
            continue
        picks = [
            random.randrange(min(node, 2))
            if random.random() < fan
            else random.randrange(max(0, node - near), node)
            for _ in range(random.choice([1, 2, 2]))
        ]
        rows.append(tuple(picks))
        sizes.append(
            CARD if random.random() < 0.95 else (random.uniform(60, 700), random.uniform(30, 400))
        )
    return graph(rows), np.array(sizes)
