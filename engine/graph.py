"""Graph: the frozen structure of a computation, in evaluation order.

Numbers live beside it, in float64 arrays of shape (n nodes, lanes). The graph is the tape:
forward counts up, backward counts down, and no walk over it ever recurses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from engine.ops import MOST_OPERANDS, OPS, Op
from engine.spans import Span, cut

if TYPE_CHECKING:
    from engine.expr import Expr

LEAF = -1
NO_OPERAND = -1
NAMELESS = "–"
CODES: Mapping[str, int] = {name: code for code, name in enumerate(OPS)}
ROWS = tuple(OPS.values())

# One step of the forward count: the node, its op, its operands (the second NO_OPERAND if unary).
Step = tuple[int, Op, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Graph:
    """n nodes in evaluation order, one of which is the output.

    Attributes:
        codes: (n,) int16, the op's place in OPS, LEAF for a leaf.
        operands: (n, MOST_OPERANDS) int32, each below its own row, NO_OPERAND where there is none.
        labels: a node's name, or None.
        constant: (n,) bool, a number written inline: it has no name and never learns.
        learnable: (n,) bool, a leaf that learns.
        spans: the words a node came from, or None where it came from no text.
        words: those words themselves, or an empty string.
        output: the id of the node whose gradient is 1.
    """

    codes: NDArray[np.int16]
    operands: NDArray[np.int32]
    labels: tuple[str | None, ...]
    constant: NDArray[np.bool_]
    learnable: NDArray[np.bool_]
    spans: tuple[Span | None, ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    output: int

    @classmethod
    def of(cls, output: Expr) -> Self:
        """Return the structure below `output`, in the order in which its nodes were made."""
        return cls.of_nodes(in_evaluation_order(output), output)

    @classmethod
    def of_nodes(
        cls,
        nodes: list[Expr],
        output: Expr,
        spans: Mapping[Expr, Span] | None = None,
        lines: list[str] | None = None,
    ) -> Self:
        """Return the structure of `nodes`, which are complete and in evaluation order."""
        places = {node: place for place, node in enumerate(nodes)}
        none = [NO_OPERAND] * MOST_OPERANDS
        operands = [([places[o] for o in node.operands] + none)[:MOST_OPERANDS] for node in nodes]
        found = tuple(spans.get(node) for node in nodes) if spans else (None,) * len(nodes)
        return cls(
            codes=np.array([LEAF if n.op is None else CODES[n.op.name] for n in nodes], np.int16),
            operands=np.array(operands, np.int32),
            labels=tuple(node.label for node in nodes),
            constant=np.array([node.constant for node in nodes], bool),
            learnable=np.array([node.learnable for node in nodes], bool),
            spans=found,
            words=tuple(cut(lines, span) if span and lines else "" for span in found),
            output=places[output],
        )

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.codes)

    def op(self, node: int) -> Op | None:
        """Return the row of OPS that `node` is computed by, None for a leaf."""
        code = self.codes[node]
        return None if code == LEAF else ROWS[code]

    def name(self, node: int) -> str:
        """Return a node's label, or the words it stands for, or its op over its operands.

        Only printable characters stand in it: SVG and MathML allow no others.
        """
        name = self.labels[node] or self.words[node]
        if not name and (op := self.op(node)):
            operands = ", ".join(self.labels[k] or NAMELESS for k in self.operands_of(node))
            name = f"{op.name}({operands})"
        return name if name.isprintable() else "".join(map(_printable, name))

    def operands_of(self, node: int) -> tuple[int, ...]:
        """Return the ids of the operands of `node`, in order; a repeated one stands twice."""
        return tuple(int(k) for k in self.operands[node] if k != NO_OPERAND)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Return what forward does, in order: one step a node that is no leaf."""
        rows = zip(self.codes.tolist(), self.operands.tolist(), strict=True)
        return tuple(
            (node, ROWS[code], tuple(operands[: ROWS[code].arity]))
            for node, (code, operands) in enumerate(rows)
            if code != LEAF
        )

    @cached_property
    def reaching(self) -> NDArray[np.bool_]:
        """Return (n,) bool: which nodes the output depends on, itself included."""
        reached = [False] * len(self)
        reached[self.output] = True
        operands = self.operands.tolist()
        for node in range(len(self) - 1, -1, -1):
            if reached[node]:
                for operand in operands[node]:
                    if operand != NO_OPERAND:
                        reached[operand] = True
        return np.array(reached)

    @cached_property
    def leaves(self) -> NDArray[np.bool_]:
        """Return (n,) bool: which nodes are leaves."""
        return np.equal(self.codes, LEAF)


def _printable(character: str) -> str:
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def in_evaluation_order(output: Expr) -> list[Expr]:
    """Return every node that `output` depends on, itself last, in the order they were made.

    An operand always exists before the node that uses it, so that order is topological.
    """
    seen = {output}
    waiting = [output]
    while waiting:
        for operand in waiting.pop().operands:
            if operand not in seen:
                seen.add(operand)
                waiting.append(operand)
    return sorted(seen, key=_made)


def _made(node: Expr) -> int:
    return node.serial


def leaf_numbers(nodes: Iterable[Expr]) -> NDArray[np.float64]:
    """Return (n, 1) float64: the `data` of each node, which is what `forward` starts from."""
    return np.array([[node.data] for node in nodes], dtype=np.float64)
