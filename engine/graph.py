"""Graph: the frozen structure of a computation, in evaluation order.

Numbers live beside it, in float64 arrays of shape (n nodes, lanes). The graph is the tape:
forward counts up, backward counts down, and no walk over it ever recurses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.numerals import exact
from engine.ops import MOST_OPERANDS, OPS, Op
from engine.scopes import Scope, Scopes, gathered
from engine.shown import image_of, picture_of
from engine.spans import Span, cut, printable, shortened

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
        words: those words themselves; of a constant that was not typed its number; else empty.
        scopes: the parts of the program that the nodes were made in.
        output: the id of the node whose gradient is 1.
    """

    codes: NDArray[np.int16]
    operands: NDArray[np.int32]
    labels: tuple[str | None, ...]
    constant: NDArray[np.bool_]
    learnable: NDArray[np.bool_]
    spans: tuple[Span | None, ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    scopes: Scopes = field(repr=False)
    output: int

    @classmethod
    def of(cls, output: Expr) -> Self:
        """Return the structure below `output`, in the order in which its nodes were made.

        >>> from engine import Expr
        >>> x = Expr(3.0, label="x")
        >>> graph = Graph.of((x * x).tanh(label="y"))
        >>> len(graph), graph.name(1), graph.operands_of(1), graph.op(2).name
        (3, 'x*x', (0, 0), 'tanh')

        Raises:
            GraphError: `output` is no Expr.
        """
        if not hasattr(output, "operands"):
            raise GraphError(f"Graph.of takes an Expr, not a {type(output).__name__}.")
        return cls.of_nodes(in_evaluation_order(output), output)

    @classmethod
    def of_nodes(
        cls,
        nodes: list[Expr],
        output: Expr,
        lines: list[str] | None = None,
        unsaid: Set[Expr] = frozenset(),
    ) -> Self:
        """Return the structure of `nodes`, which are complete and in evaluation order.

        Args:
            nodes: all of them.
            output: one of them.
            lines: the text that they came from.
            unsaid: the nodes that the words they came from do not stand for.
        """
        places = {node: place for place, node in enumerate(nodes)}
        codes = np.array([LEAF if n.op is None else CODES[n.op.name] for n in nodes], np.int16)
        table = _table(nodes, places)
        said = [node.span if lines and node not in unsaid else None for node in nodes]
        return cls(
            codes=codes,
            operands=table,
            labels=tuple(node.label for node in nodes),
            constant=np.array([node.constant for node in nodes], bool),
            learnable=np.array([node.learnable for node in nodes], bool),
            spans=tuple(node.span or _around(node.scope) for node in nodes),
            words=tuple(
                cut(lines, span) if span and lines else exact(node.data) if node.constant else ""
                for node, span in zip(nodes, said, strict=True)
            ),
            scopes=gathered([node.scope for node in nodes], table, codes == LEAF),
            output=places[output],
        )

    def _repr_svg_(self) -> str | None:
        """Return the picture that a notebook shows."""
        return picture_of(self)

    def _repr_html_(self) -> str | None:
        """Return it for front ends that trust no SVG, or let it be cut off."""
        return image_of(self)

    def __repr__(self) -> str:
        """Return how large it is, and what comes out; never its arrays."""
        count = len(self)
        return f"Graph of {count} node{'s' if count != 1 else ''}, output {self.name(self.output)}"

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.codes)

    def op(self, node: int) -> Op | None:
        """Return the row of OPS that `node` is computed by, None for a leaf."""
        code = self.codes[node]
        return None if code == LEAF else ROWS[code]

    def name(self, node: int) -> str:
        """Return a node's label, or the words it stands for, or a formula over its operands.

        Only printable characters stand in it: SVG and MathML allow no others.
        """
        found = self._names.get(node)
        if found is None:
            name = self.labels[node] or self.words[node] or shortened(formula(self, node))
            found = self._names[node] = printable(name)
        return found

    @cached_property
    def _names(self) -> dict[int, str]:
        """Return the names that were asked for so far."""
        return {}

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

    def above(self, nodes: Iterable[int]) -> NDArray[np.bool_]:
        """Return (n,) bool: what depends on one of these nodes, themselves included."""
        found = [False] * len(self)
        for node in nodes:
            found[node] = True
        for node, (first, second) in enumerate(self.operands.tolist()):
            if (first >= 0 and found[first]) or (second >= 0 and found[second]):
                found[node] = True
        return np.array(found)

    @cached_property
    def leaves(self) -> NDArray[np.bool_]:
        """Return (n,) bool: which nodes are leaves."""
        return np.equal(self.codes, LEAF)


def _table(nodes: list[Expr], places: Mapping[Expr, int]) -> NDArray[np.int32]:
    """Return (n, MOST_OPERANDS) int32, the places of the operands of each node.

    No list a node: with many of them the garbage collector would take longer than all the rest.
    """
    counts = np.array([len(node.operands) for node in nodes], np.intp)
    found = np.array([places[operand] for node in nodes for operand in node.operands], np.int32)
    slots = np.arange(len(found)) - np.repeat(np.cumsum(counts) - counts, counts)
    table = np.full((len(nodes), MOST_OPERANDS), NO_OPERAND, np.int32)
    table[np.repeat(np.arange(len(nodes)), counts), slots] = found
    return table


# an op that is written with a sign, and how tightly it binds
_SIGNS = {"add": (" + ", 1), "sub": (" - ", 1), "mul": ("*", 2), "div": ("/", 2), "pow": ("^", 3)}
_LOOSEST, _TIGHTEST = 0, 4
DEEPEST = 4  # operands of operands that a formula spells out


def formula(graph: Graph, node: int) -> str:
    """Return a node that nobody named as a formula over the names below it, cut where it is deep.

    A leaf without a name has none here either.
    """
    return _spelled(graph, node, graph.scopes.path(node), DEEPEST)[0]


def _spelled(graph: Graph, node: int, scope: str, deep: int) -> tuple[str, int]:
    """Return a node as words seen from a scope, and how tightly they bind."""
    op = graph.op(node)
    if op is None or not deep:
        return NAMELESS if op is None and deep < DEEPEST else "" if op is None else "…", _TIGHTEST
    sign, binds = _SIGNS.get(op.name, ("", _TIGHTEST))
    parts = []
    for place, operand in enumerate(graph.operands_of(node)):
        words, held = graph.labels[operand] or graph.words[operand], _TIGHTEST
        if words:
            words = _seen_from(scope, words)
            held = _LOOSEST if not words.isidentifier() and "." not in words else _TIGHTEST
            held = _TIGHTEST if graph.constant[operand] else held
        else:
            words, held = _spelled(graph, operand, scope, deep - 1)
        fenced = sign and held < binds + (place and op.name in {"sub", "div"})
        parts.append(f"({words})" if fenced else words)
    if op.name == "neg":
        return f"-{parts[0]}", 2
    return (sign.join(parts), binds) if sign else (f"{op.name}({', '.join(parts)})", _TIGHTEST)


def _seen_from(scope: str, label: str) -> str:
    """Return a dotted label without what it shares with a scope, wherever in it that begins.

    >>> _seen_from("mlp.layer2.neuron1", "mlp.layer1.neuron3")
    'layer1.neuron3'
    >>> _seen_from("loss.net[7].layer2", "net.layer2.neuron1")
    'neuron1'
    """
    here, there = unnumbered(scope), label.split(".")
    here = here[here.index(there[0]) :] if there[0] in here else []
    while len(there) > 1 and here and here[0] == there[0]:
        here, there = here[1:], there[1:]
    return ".".join(there)


def unnumbered(scope: str) -> list[str]:
    """Return the names in a scope's path, without the numbers of their turns.

    >>> unnumbered("loss.net[7].layer2")
    ['loss', 'net', 'layer2']
    """
    return [part.partition("[")[0] for part in scope.split(".")]


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


def _around(scope: Scope | None) -> Span | None:
    """Return the words of the innermost scope that has any."""
    while scope is not None:
        if scope.span is not None:
            return scope.span
        scope = scope.parent
    return None


def _made(node: Expr) -> int:
    return node.serial


def leaf_numbers(nodes: Iterable[Expr]) -> NDArray[np.float64]:
    """Return (n, 1) float64: the `data` of each node, which is what `forward` starts from."""
    return np.array([[node.data] for node in nodes], dtype=np.float64)
