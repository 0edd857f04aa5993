"""Tapes: the numbers of all that one output stands on, in arrays: a pass writes no node one by one.

A node that is on a tape has its numbers there and not in itself, until another output that stands
on it asks for a pass and takes it onto its own.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from engine.compiled import KERNELS
from engine.graph import Graph, in_evaluation_order, leaf_numbers

if TYPE_CHECKING:
    from engine.expr import Expr

KEPT = 4  # outputs whose structure is kept: with all, a program that asks every node grows squared
LARGE = 10_000  # nodes from which on it is worth to wait, once, for kernels that are being loaded
LOADING = 1.0  # seconds; where they must be compiled that takes longer, and Python computes


class Tape:
    """The numbers of n nodes in evaluation order, the output last.

    Attributes:
        graph: their structure.
        values: (n, 1) float64.
        grads: (n, 1) float64.
        leaves: (place, leaf) of those that may learn.
        whole: whether all of the nodes are on this tape.
    """

    __slots__ = ("grads", "graph", "leaves", "values", "whole")
    values: NDArray[np.float64]
    grads: NDArray[np.float64]
    whole: bool

    def __init__(self, nodes: list[Expr]) -> None:
        self.graph = Graph.of_nodes(nodes, nodes[-1])
        self.leaves = [(k, x) for k, x in enumerate(nodes) if x.op is None and not x.constant]
        self.take(nodes)

    def take(self, nodes: list[Expr]) -> None:
        """Take the nodes from where they have their numbers now."""
        self.values = leaf_numbers(nodes)
        self.grads = np.array([[node.grad] for node in nodes])
        for place, node in enumerate(nodes):
            other = node._tape
            if other is not None and other is not self:
                other.whole = False
            node._tape, node._place = self, place
        self.whole = True

    def release(self) -> None:
        """Give the leaves their numbers back, so that they hold no graph that nobody asks about."""
        for place, leaf in self.leaves:
            if leaf._tape is self:
                leaf._data, leaf._grad = self.values.item(place), self.grads.item(place)
                leaf._tape = None
        self.whole = False

    def learning(self) -> list[tuple[int, Expr]]:
        """Return the place and the leaf of those that learn."""
        return [(place, leaf) for place, leaf in self.leaves if leaf.learnable]


# Of the last outputs that asked: the tape, and the nodes below; the output itself may go.
_kept: OrderedDict[ref[Expr], tuple[Tape, list[Expr]]] = OrderedDict()
_lock = RLock()  # a leaf may be shared by graphs of two threads


def tape_of(output: Expr) -> Tape:
    """Return the tape of what `output` stands on, with all of it taken onto it."""
    with _lock:
        kept = _kept.get(ref(output))
        if kept is None:
            nodes = in_evaluation_order(output)
            if len(nodes) >= LARGE:
                _await_kernels()
            kept = _kept[ref(output, _forget)] = Tape(nodes), nodes[:-1]
            if len(_kept) > KEPT:
                _kept.popitem(last=False)[1][0].release()
        tape, below = kept
        if not tape.whole:
            tape.take([*below, output])
        _kept.move_to_end(ref(output))
        return tape


@cache
def _await_kernels() -> None:
    KERNELS.wait(LOADING)


def _forget(gone: ref[Expr]) -> None:
    kept = _kept.pop(gone, None)
    if kept is not None:
        kept[0].release()
