"""One lane of a graph, asked for again and again: values, gradients, and what the wires carry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import evaluate
from engine.compiled import Kernels
from engine.graph import Graph
from engine.ops import MOST_OPERANDS
from engine.schedule import schedule
from engine.tables import Tables

Array = NDArray[np.float64]
Places = NDArray[np.intp]


class LaneNumbers(NamedTuple):
    """One lane.

    Attributes:
        values, gradients: (n,) float64, of every node.
        carried: (wires,) float64, what each wire hands down, both slots of a repeated operand
            together. Wires stand in the order of `OneLane.wires`.
    """

    values: Array
    gradients: Array
    carried: Array


class OneLane:
    """A graph made ready for one lane at a time; for one thread at a time.

    Attributes:
        wires: (wires, 2): operand and node, for each node in evaluation order and each distinct
            operand in slot order.
    """

    def __init__(self, graph: Graph, kernels: Kernels | None) -> None:
        """Plan the passes; with kernels None Python takes them."""
        self._graph = graph
        self._kernels = kernels
        self._tables = None
        slots = np.argwhere(graph.operands >= 0)
        nodes, places = slots[:, 0], slots[:, 1]
        operands = graph.operands[nodes, places]
        again = (places > 0) & (graph.operands[nodes, 0] == operands)
        self.wires: Places = np.column_stack([operands, nodes])[~again]
        # Where each wire's contribution stands among (node, slot); the second one of a repeated
        # operand is added to the wire before it.
        self._edges = _Edges(nodes, places, again)
        if kernels is not None:
            none = np.zeros(len(graph), bool)
            plan = schedule(graph, none, graph.leaves, kernels.survey)
            self._tables = Tables(plan, kernels)
            self._slots = plan.slots
            self._given = plan.one.nodes[: plan.one.given]
            self._handed = np.zeros((MOST_OPERANDS, len(plan.one.a)))
            self._edges = _Edges(places, plan.slots[nodes] - plan.one.given, again)

    @property
    def bytes(self) -> int:
        """Return roughly what it takes."""
        tables = self._tables.bytes if self._tables else 0
        return tables + 2 * int(self.wires.nbytes)

    def evaluate(self, leaves: Array) -> LaneNumbers:
        """Return everything about one lane.

        Args:
            leaves: (n,) float64; the numbers of the leaves are read.
        """
        tables, kernels = self._tables, self._kernels
        if tables is None or kernels is None:
            values = evaluate.forward(self._graph, leaves[:, None])
            found = evaluate.gradients(self._graph, values)
            carried = self._edges.carried(found.edges[:, :, 0])
            return LaneNumbers(values[:, 0], found.nodes[:, 0], carried)
        tables.values[: len(self._given)] = leaves[self._given]
        tables.forward_one()
        tables.backward_one()
        tables.hand_down(*self._handed)
        carried = self._edges.carried(self._handed)
        return LaneNumbers(tables.values[self._slots], tables.gradients[self._slots], carried)


class _Edges:
    """Which contributions make up what each wire carries."""

    def __init__(self, rows: Places, columns: Places, again: NDArray[np.bool_]) -> None:
        self._rows, self._columns = rows[~again], columns[~again]
        self._more = rows[again], columns[again]
        self._twice = np.cumsum(~again)[again] - 1

    def carried(self, contributions: Array) -> Array:
        """Return (wires,) of a table of contributions."""
        carried: Array = contributions[self._rows, self._columns]
        if len(self._twice):
            carried[self._twice] += contributions[self._more]
        return carried
