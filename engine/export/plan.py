"""What an exported file is about: which nodes it has, what they are called, what is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.computed import Computed
from engine.export.identifiers import Identifiers
from engine.graph import NO_OPERAND, Graph
from engine.names import leaf_names
from engine.ops import Op

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plan:
    """What the output of a graph stands on, seen as a program.

    Attributes:
        work: the graph and its numbers.
    """

    work: Computed

    @property
    def graph(self) -> Graph:
        """Return the graph."""
        return self.work.graph

    @cached_property
    def reaching(self) -> list[bool]:
        """Return which nodes the output depends on; the others are left out."""
        found: list[bool] = self.graph.reaching.tolist()
        return found

    @cached_property
    def operands(self) -> list[tuple[int, ...]]:
        """Return the operands of each node."""
        rows = self.graph.operands.tolist()
        return [tuple(operand for operand in row if operand != NO_OPERAND) for row in rows]

    @cached_property
    def ops(self) -> list[Op | None]:
        """Return the op of each node, None for a leaf."""
        found: list[Op | None] = [None] * len(self.graph)
        for node, op, _ in self.graph.steps:
            found[node] = op
        return found

    @cached_property
    def uses(self) -> list[int]:
        """Return how often each node is an operand of what the output depends on."""
        taken = self.graph.operands[self.graph.reaching]
        counts = np.bincount(taken[taken != NO_OPERAND], minlength=len(self.graph))
        found: list[int] = counts.tolist()
        return found

    @cached_property
    def numbers(self) -> list[float]:
        """Return each node's value."""
        found: list[float] = self.work.values[:, 0].tolist()
        return found

    @cached_property
    def columns(self) -> Mapping[int, Array]:
        """Return the leaves that are data, of those that matter, and their numbers."""
        return {
            node: column
            for node, column in sorted(self.work.columns.items())
            if self.reaching[node]
        }

    @cached_property
    def lanes(self) -> list[bool]:
        """Return which nodes have a number a sample."""
        found: list[bool] = self.graph.above(self.columns).tolist()
        return found

    @property
    def sampled(self) -> bool:
        """Return whether the loss is a mean over samples."""
        return self.lanes[self.graph.output]

    @cached_property
    def leaves(self) -> list[int]:
        """Return the leaves whose gradients are printed: those with a name and those that learn."""
        return [
            node
            for node in np.flatnonzero(self.graph.leaves).tolist()
            if self.reaching[node]
            and node not in self.columns
            and (self.graph.labels[node] or self.graph.learnable[node])
        ]

    @cached_property
    def printing(self) -> frozenset[int]:
        """Return the same leaves, for asking whether one is among them."""
        return frozenset(self.leaves)

    @cached_property
    def samples(self) -> int:
        """Return how many samples the loss is a mean over; 0 where it is none."""
        return len(next(iter(self.columns.values()))) if self.sampled else 0

    @cached_property
    def inline(self) -> list[bool]:
        """Return which leaves are written as numbers, wherever they are used."""
        named = self.printing.union(self.columns)
        rows = zip(self.ops, self.graph.constant.tolist(), self.uses, strict=True)
        return [
            op is None and node not in named and (constant or uses < 2)
            for node, (op, constant, uses) in enumerate(rows)
        ]

    @cached_property
    def fixed(self) -> list[bool]:
        """Return which nodes stand on numbers alone, and have no name."""
        found: list[bool] = []
        for node, operands in enumerate(self.operands):
            of_numbers = bool(operands) and all(found[operand] for operand in operands)
            found.append(self.inline[node] or (of_numbers and not self.graph.labels[node]))
        return found

    @cached_property
    def wanted(self) -> list[bool]:
        """Return the nodes through which something gets back to a leaf that is printed."""
        found: list[bool] = []
        for node, (op, operands) in enumerate(zip(self.ops, self.operands, strict=True)):
            below = op is not None and any(
                found[operand] and op.hands_on(slot) for slot, operand in enumerate(operands)
            )
            found.append(node in self.printing or below)
        return found

    @cached_property
    def reached(self) -> list[bool]:
        """Return the nodes that some gradient gets to, from the output down."""
        found = [False] * len(self.graph)
        found[self.graph.output] = self.wanted[self.graph.output]
        for node in range(len(found) - 1, -1, -1):
            op = self.ops[node]
            if op is None or not found[node]:
                continue
            for slot, operand in enumerate(self.operands[node]):
                if op.hands_on(slot) and self.wanted[operand]:
                    found[operand] = True
        return found

    @cached_property
    def identifiers(self) -> Identifiers:
        """Return the names given so far."""
        return Identifiers()

    @cached_property
    def names(self) -> dict[int, str]:
        """Return the variables of all that has a label, and of leaves that are no plain numbers."""
        found = {}
        labels = self.graph.labels
        for node in np.flatnonzero(self.graph.reaching).tolist():
            label = labels[node]
            if label:
                found[node] = self.identifiers.of(label)
        for node in np.flatnonzero(self.graph.leaves & self.graph.reaching).tolist():
            if node not in found and not self.inline[node]:
                learns = self.graph.learnable[node] or node in self.columns
                found[node] = self.identifiers.numbered("p" if learns else "c")
        output = self.graph.output
        if output not in found:
            found[output] = self.identifiers.of("result" if self.sampled else "loss")
        return found

    @cached_property
    def printed(self) -> list[tuple[int, str]]:
        """Return the leaves that are printed, and by which name."""
        called = leaf_names(self.graph, self.columns)
        names = [(node, called.get(node) or self.names[node]) for node in self.leaves]
        return [(node, name if name.isprintable() else ascii(name)[1:-1]) for node, name in names]
