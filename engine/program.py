"""Typed text -> Program: its graph, its inputs, and which words made which node.

The text is never run: `syntax` finds its words, `reader` walks its tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from engine.budget import Limits
from engine.data import Table
from engine.errors import LimitError
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.names import leaf_names
from engine.nn import Neuron
from engine.predicted import prediction
from engine.reader import Reader
from engine.spans import START, Span
from engine.syntax import Text
from engine.syntax import parse as parse_text

__all__ = ["Input", "Limits", "Line", "Mention", "Program", "parse"]


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

    @property
    def columns(self) -> dict[int, NDArray[np.float64]]:
        """Return the numbers of each leaf that is data, (samples,)."""
        rows = zip(self.nodes, self.table.rows.T, strict=True)
        return {node: column for node, column in rows if node is not None}


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


@dataclass(frozen=True)
class Line:
    """A line that the program has printed, or a remark on how it was read; None is no place."""

    text: str
    span: Span | None


@dataclass(frozen=True, eq=False)
class Program:
    """A typed program, read.

    >>> program = parse("y = x*x")
    >>> isinstance(program, Program), program.leaves({"x": 5.0})[0, 0].item()
    (True, 5.0)

    Attributes:
        source: the text.
        graph: all that it computes, whether the output depends on it or not.
        inputs: its named leaves, in evaluation order; names are unique.
        written: (n, 1) float64, the numbers of the leaves as the text has them; of data the first
            sample's.
        named: names where they are used or assigned, and the node that each stands for.
        unused: (name, place) of values that nothing uses, though they are not the output.
        samples: the data that is bound to leaves.
        predicted: what the loss compares with the target.
        networks: the networks that were called.
        printed: what it has printed, line by line.
        remarks: where it was read in another way than Python would run it.
    """

    source: str
    graph: Graph
    inputs: tuple[Input, ...]
    written: NDArray[np.float64]
    named: tuple[tuple[Span, int], ...]
    unused: tuple[tuple[str, Span], ...]
    samples: Bound | None = None
    predicted: Predicted | None = None
    networks: tuple[Network, ...] = ()
    printed: tuple[Line, ...] = ()
    remarks: tuple[Line, ...] = ()

    def __repr__(self) -> str:
        """Return how large it is, and what comes out; never its text or its arrays."""
        return repr(self.graph).replace("Graph", "Program", 1)

    def leaves(
        self, settings: Mapping[str, float] | None = None, lane: int = 0
    ) -> NDArray[np.float64]:
        """Return what `forward` starts from, (n, 1).

        Args:
            settings: numbers by name, for inputs and columns of data; other names are passed over.
            lane: the sample whose numbers the columns hold, from 0; beyond the last it is the last.
        """
        numbers = self.written.copy()
        if self.samples:
            row = self.samples.table.rows[min(max(lane, 0), len(self.samples.table.rows) - 1)]
            for node, number in zip(self.samples.nodes, row.tolist(), strict=True):
                if node is not None:
                    numbers[node, 0] = number
        for name, number in (settings or {}).items():
            if name in self.settable:
                numbers[self.settable[name], 0] = number
        return numbers

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Return which words stand for which node, in the order of the text."""
        made = ((span, node) for node, span in enumerate(self.graph.spans) if span)
        said = sorted([*self.named, *made], key=lambda pair: pair[0])
        return tuple(Mention(span, node) for span, node in said)

    @cached_property
    def settable(self) -> Mapping[str, int]:
        """Return the leaves that can be set without touching the text: inputs, columns of data."""
        columns = self.samples.nodes if self.samples else ()
        found = {self.graph.labels[node] or "": node for node in columns if node is not None}
        return found | {leaf.name: leaf.node for leaf in self.inputs}

    @cached_property
    def written_inputs(self) -> Mapping[str, float]:
        """Return the inputs' numbers as the text has them, by name."""
        return {leaf.name: leaf.written for leaf in self.inputs}

    @cached_property
    def input_named(self) -> Mapping[str, Input]:
        """Return the inputs by name."""
        return {leaf.name: leaf for leaf in self.inputs}


def parse(source: str, limits: Limits | None = None, mine: Table | None = None) -> Program:
    """Read a typed program.

    >>> program = parse("x = 3; y = x*x")
    >>> len(program.graph), program.inputs
    (2, (Input(name='x', node=0, written=3.0),))

    Args:
        source: lines of assignments and expressions; the last one is the output.
        limits: what it may use.
        mine: the table that data("mine") is.

    Raises:
        ProgramError: it is refused; where, why and the way out are on the error.
    """
    if not isinstance(source, str):
        raise TypeError(f"parse takes the text of a program, not a {type(source).__name__}.")
    limits = limits or Limits()
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > limits.source_bytes:
        message = f"This program is {size:,} bytes long; the limit is {limits.source_bytes:,}."
        raise LimitError(message, START, "Leave out what the output does not need.")
    started = thread_time()
    text, tree = parse_text(source)
    reader = Reader(text, tree, limits, started, mine)
    output = reader.read()
    return _program(source, text, reader, output)


def _program(source: str, text: Text, reader: Reader, output: Expr) -> Program:
    nodes = reader.nodes(output)
    if nodes is None:
        nodes = in_evaluation_order(output)
        reader.budget.check_nodes(len(nodes), output.span or START)
    reader.remark_on(nodes)
    if learners := reader.learning():  # the program says who learns
        for node in nodes:
            if node.op is None and not node.constant:
                node.learnable = node in learners
    places = {node: place for place, node in enumerate(nodes)}
    graph = Graph.of_nodes(nodes, output, text.lines, reader.unsaid)
    samples, written = _bound(reader, places), leaf_numbers(nodes)
    return Program(
        source=source,
        graph=graph,
        inputs=tuple(
            Input(name, node, float(written[node, 0]))
            for node, name in leaf_names(graph, samples.nodes if samples else ()).items()
        ),
        written=written,
        named=tuple((span, places[node]) for span, node in reader.mentions if node in places),
        unused=tuple(_unused(reader, graph, places)),
        samples=samples,
        predicted=_predicted(reader, places, graph, samples),
        networks=tuple(_networks(reader, places)),
        printed=tuple(Line(words, span) for words, span in reader.printed),
        remarks=tuple(Line(words, span) for words, span in reader.remarks),
    )


def _bound(reader: Reader, places: Mapping[Expr, int]) -> Bound | None:
    if reader.data is None:
        return None
    table, columns = reader.data
    return Bound(table, tuple(places.get(column) for column in columns))


def _predicted(
    reader: Reader, places: Mapping[Expr, int], graph: Graph, samples: Bound | None
) -> Predicted | None:
    """Return what the loss compares with the target: what a loss function got, or as found."""
    for loss, predicted, target in reversed(reader.compared):
        if loss in places and graph.reaching[places[loss]] and target in places:
            return Predicted(tuple(places[node] for node in predicted), places[target])
    if samples is None:
        return None
    *features, target_leaf = samples.nodes
    known = [feature for feature in features if feature is not None]
    node = None if target_leaf is None else prediction(graph, known, target_leaf)
    return None if node is None else Predicted((node,), target_leaf)


def _networks(reader: Reader, places: Mapping[Expr, int]) -> Iterator[Network]:
    """Yield the networks that were called; of several calls the last one counts."""
    for module, span in reader.modules.items():
        if not all(_is_drawn(neuron, places) for neuron in module.neurons):
            continue
        layers = tuple(
            tuple(_neuron(neuron, places) for neuron in layer) for layer in module.layers
        )
        yield Network(module.name, module.sizes, span, layers[0][0].operands, layers)


def _is_drawn(neuron: Neuron, places: Mapping[Expr, int]) -> bool:
    """Tell whether all of a neuron is in the graph, its parameters as they are now."""
    return all(
        each in places for each in (neuron.result, *neuron.operands, *neuron.weights, neuron.bias)
    )


def _neuron(neuron: Neuron, places: Mapping[Expr, int]) -> NeuronNodes:
    return NeuronNodes(
        name=neuron.name,
        node=places[_is(neuron.result)],
        weights=tuple(places[weight] for weight in neuron.weights),
        bias=places[neuron.bias],
        operands=tuple(places[operand] for operand in neuron.operands),
    )


def _is(result: Expr | None) -> Expr:
    assert result is not None  # noqa: S101  only networks that were called are asked
    return result


def _unused(reader: Reader, graph: Graph, places: Mapping[Expr, int]) -> Iterator[tuple[str, Span]]:
    """Yield the loose ends: values with a name that nothing uses, the output aside."""
    used = {graph.output, *graph.operands.ravel().tolist()}
    for name, span, node in reader.assigned:
        if reader.names[name] is node and places[node] not in used:
            yield name, span
