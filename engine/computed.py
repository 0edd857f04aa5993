"""A graph with its numbers: what pictures, files and notebooks are made of.

>>> from engine.program import parse
>>> work = Computed.of_program(parse("y = x*x"), {"x": 3})
>>> work.output, work.gradient("x")
(9.0, 6.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.errors import GraphError
from engine.evaluate import Gradients, Problem, problems
from engine.expr import Expr, check_expr
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.native import forward, gradients
from engine.program import Program
from engine.trace import RATE, Trace, trace

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Computed:
    """A graph at one setting of its leaves.

    Attributes:
        graph: n nodes.
        values: (n, 1) float64, as `forward` returned them.
        source: the text it came from; empty where it came from none.
        columns: the leaves that are data: of each its numbers, (samples,) float64. `values` holds
            one sample's.
    """

    graph: Graph
    values: Array
    source: str = ""
    columns: Mapping[int, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, output: Expr) -> Computed:
        """Return what `output` stands on, at the present numbers of its leaves."""
        check_expr(output, "Computed.of")
        nodes = in_evaluation_order(output)
        graph = Graph.of_nodes(nodes, output)
        return cls(graph, forward(graph, leaf_numbers(nodes)))

    @classmethod
    def of_program(
        cls, program: Program, settings: Mapping[str, float] | None = None, lane: int = 0
    ) -> Computed:
        """Return a typed program at these numbers for its inputs.

        Args:
            program: what was typed.
            settings: numbers by name; an input that is not named keeps the text's.
            lane: which sample of its data, from 0.

        Raises:
            GraphError: it has no input of a name that is set.
        """
        for name in settings or {}:
            if name not in program.settable:
                known = ", ".join(program.settable) or "none"
                raise GraphError(f"The program has no input called {name}. Its inputs are {known}.")
        return cls.of_numbers(program, forward(program.graph, program.leaves(settings, lane)))

    @classmethod
    def of_numbers(cls, program: Program, values: Array) -> Computed:
        """Return a typed program whose values, (n, 1), are known already."""
        columns = program.samples.columns if program.samples else {}
        return cls(program.graph, values, program.source, columns)

    def __repr__(self) -> str:
        """Return how large it is, and what comes out; never its arrays."""
        return f"Computed g{repr(self.graph)[1:]} = {self.output!r}"

    @cached_property
    def found(self) -> Gradients:
        """Return the gradient of every node, and what every edge hands down."""
        return gradients(self.graph, self.values)

    @cached_property
    def problems(self) -> list[Problem]:
        """Return where numbers stop being finite."""
        return problems(self.graph, self.values)

    @cached_property
    def trace(self) -> Trace:
        """Return the walk through forward, backward and one update."""
        return trace(self.graph, self.values, RATE)

    @property
    def output(self) -> float:
        """Return the value of the output."""
        return float(self.values[self.graph.output, 0])

    def gradient(self, label: str) -> float:
        """Return the gradient of the first node with this label.

        Raises:
            KeyError: there is none.
        """
        if label not in self.graph.labels:
            raise KeyError(label)
        return float(self.found.nodes[self.graph.labels.index(label), 0])
