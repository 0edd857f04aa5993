"""Typed text -> Program: its graph, its inputs, and which words made which node.

The text is never run: `syntax` finds its words, `reader` walks its tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from engine.data import Table
from engine.errors import LimitError
from engine.expr import Expr
from engine.graph import Graph, leaf_numbers
from engine.reader import Limits, Reader
from engine.spans import START, Span
from engine.syntax import Text
from engine.syntax import parse as parse_text

__all__ = ["Input", "Limits", "Mention", "Program", "parse"]


@dataclass(frozen=True)
class Input:
    """A named leaf: it has a slider, and can be set without touching the text."""

    name: str
    node: int
    written: float


@dataclass(frozen=True)
class Mention:
    """Words that stand for a node: an expression, a name where it is used or assigned."""

    span: Span
    node: int


@dataclass(frozen=True, eq=False)
class Bound:
    """Data bound to leaves: the leaf of each column, None where its name was given away."""

    table: Table
    nodes: tuple[int | None, ...]


@dataclass(frozen=True)
class Predicted:
    """What the loss compares with the target: one node, or a logit a class; and the target."""

    nodes: tuple[int, ...]
    target: int | None


@dataclass(frozen=True)
class NeuronNodes:
    """One neuron of a network, as nodes of the graph."""

    name: str
    node: int
    weights: tuple[int, ...]
    bias: int
    operands: tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """A Neuron, Layer or MLP that was called; `sizes_span` is where its list of sizes stands."""

    name: str
    sizes: tuple[int, ...]
    sizes_span: Span | None
    inputs: tuple[int, ...]
    layers: tuple[tuple[NeuronNodes, ...], ...]


@dataclass(frozen=True, eq=False)
class Program:
    """A typed program, read.

    Attributes:
        source: the text.
        graph: all that it computes, whether the output depends on it or not.
        inputs: its named leaves, in evaluation order; names are unique.
        written: (n, 1) float64, the numbers of the leaves as the text has them.
        mentions: which words stand for which node.
        unused: (name, place) of values that nothing uses, though they are not the output.
    """

    source: str
    graph: Graph
    inputs: tuple[Input, ...]
    written: NDArray[np.float64]
    mentions: tuple[Mention, ...]
    unused: tuple[tuple[str, Span], ...]
    samples: Bound | None = None
    predicted: Predicted | None = None
    networks: tuple[Network, ...] = ()

    def leaves(
        self, settings: Mapping[str, float] | None = None, lane: int = 0
    ) -> NDArray[np.float64]:
        """Return what `forward` starts from; names that are no inputs are passed over."""
        numbers = self.written.copy()
        for name, number in (settings or {}).items():
            if name in self.input_named:
                numbers[self.input_named[name].node, 0] = number
        return numbers

    @cached_property
    def written_inputs(self) -> Mapping[str, float]:
        """Return the inputs' numbers as the text has them, by name."""
        return {leaf.name: leaf.written for leaf in self.inputs}

    @cached_property
    def input_named(self) -> Mapping[str, Input]:
        """Return the inputs by name."""
        return {leaf.name: leaf for leaf in self.inputs}


def parse(source: str, limits: Limits | None = None, mine: Table | None = None) -> Program:  # noqa: ARG001
    """Read a typed program.

    Args:
        source: lines of assignments and expressions; the last one is the output.
        limits: what it may use.

    Raises:
        ProgramError: it is refused; where, why and the way out are on the error.
    """
    limits = limits or Limits()
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > limits.source_bytes:
        message = f"This program is {size:,} bytes long; the limit is {limits.source_bytes:,}."
        raise LimitError(message, START, "Leave out what the output does not need.")
    started = monotonic()
    text, tree = parse_text(source)
    reader = Reader(text, tree, limits, started)
    output = reader.read(tree.body)
    return _program(source, text, reader, output)


def _program(source: str, text: Text, reader: Reader, output: Expr) -> Program:
    nodes = reader.nodes(output)
    places = {node: place for place, node in enumerate(nodes)}
    graph = Graph.of_nodes(nodes, output, reader.spans, text.lines)
    said = [*reader.mentions, *((span, node) for node, span in reader.spans.items())]
    mentions = [Mention(span, places[node]) for span, node in said if node in places]
    return Program(
        source=source,
        graph=graph,
        inputs=tuple(_inputs(nodes)),
        written=leaf_numbers(nodes),
        mentions=tuple(sorted(mentions, key=lambda mention: mention.span)),
        unused=tuple(_unused(reader, graph, places)),
    )


def _unused(reader: Reader, graph: Graph, places: Mapping[Expr, int]) -> Iterator[tuple[str, Span]]:
    """Yield the loose ends: values with a name that nothing uses, the output aside."""
    used = {graph.output, *graph.operands.ravel().tolist()}
    for name, span, node in reader.assigned:
        if reader.names[name] is node and places[node] not in used:
            yield name, span


def _inputs(nodes: list[Expr]) -> Iterator[Input]:
    """Yield the named leaves; a second leaf of the same name is called name#2."""
    count: dict[str, int] = {}
    for place, node in enumerate(nodes):
        if node.op is None and node.label:
            times = count[node.label] = count.get(node.label, 0) + 1
            name = node.label if times == 1 else f"{node.label}#{times}"
            yield Input(name, place, node.data)
