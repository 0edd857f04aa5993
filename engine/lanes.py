"""Lanes: a graph bound to data, one lane a sample; loss and gradient are means over the lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine import evaluate
from engine.compiled import Kernels
from engine.errors import GraphError
from engine.graph import Graph
from engine.schedule import SCHEDULE_BYTES, schedule
from engine.tables import BYTES_A_NUMBER, MEMORY, Tables, check_room, room

Array = NDArray[np.float64]
Chosen = NDArray[np.uint32]

BYTES_OF_CHOICE = 4
# Without kernels a node and lane take this much, and so many numbers are computed at once.
BYTES_IN_PYTHON = 48
NUMBERS_IN_PYTHON = 1 << 20


class Lanes:
    """A graph and its data. For one thread at a time: the room for its numbers is used again.

    Attributes:
        graph: n nodes; its output, averaged over the lanes, is the loss.
        parameters: (p,), the nodes that learn, in evaluation order.
        weights: (p,) float64, their numbers; change them in place.
        data: (d,), the nodes that hold data, in evaluation order.
        columns: (d, samples) float64, what they hold.
        samples: how many there are; one, where no leaf is data.
        tables: the room that the kernels compute in; None where Python does.
    """

    def __init__(
        self,
        graph: Graph,
        leaves: Array,
        columns: Mapping[int, Array],
        kernels: Kernels | None,
        memory: int = MEMORY,
    ) -> None:
        """Bind data to leaves.

        Args:
            graph: n nodes.
            leaves: (n,) float64; the numbers of the leaves that are no data are read.
            columns: (samples,) float64 for each leaf that is data.
            kernels: what computes; None for plain Python.
            memory: how many bytes the numbers may take.

        Raises:
            GraphError: a column belongs to no leaf, is empty, or is not as long as the others; or
                there is not one number a node in `leaves`.
            MemoryLimitError: it would take more than `memory` bytes.
        """
        self.graph = graph
        self.samples = _samples(graph, columns)
        self._leaves = np.array(leaves, np.float64)
        evaluate.check(graph, self._leaves[:, None])
        self._memory = memory
        data = np.zeros(len(graph), bool)
        data[list(columns)] = True
        learning = graph.learnable & ~data
        self.parameters = np.flatnonzero(learning)
        self.data = np.flatnonzero(data)
        self._plan = None
        if kernels:
            check_room(len(graph), self.samples, SCHEDULE_BYTES * len(graph), memory)
            self._plan = schedule(graph, data, learning, kernels.survey)
        self._check_room(self.samples)
        self.columns = _table([columns[node] for node in self.data.tolist()])
        self._everything = np.arange(self.samples, dtype=np.uint32)
        self.weights = self._leaves[self.parameters]
        self.tables = None
        if kernels and self._plan:
            self.tables = Tables(self._plan, kernels, self.samples)
            given = self._plan.one.nodes[: self._plan.one.given]
            self.tables.values[: len(given)] = self._leaves[given]
            self.weights = self.tables.values[: len(self.parameters)]

    @property
    def bytes(self) -> int:
        """Return what its data and numbers take."""
        return self.columns.nbytes + (self.tables.bytes if self.tables else 0)

    def gradient(self, chosen: Chosen | None = None) -> tuple[float, Array]:
        """Return the loss and d loss / d parameter, means over the lanes.

        Args:
            chosen: (lanes,) uint32, the samples that are taken; all of them when None.

        Returns:
            The loss, and (p,) float64, good until the next call.

        Raises:
            GraphError: none is chosen, or one that there is not.
        """
        taken = self._taken(chosen)
        tables = self.tables
        if tables is None:
            return self._plain_gradient(taken)
        total = 0.0
        for block, part in tables.evaluated(self.columns, taken):
            total += part
            tables.backward_lanes(block)
        tables.backward_one(len(taken))
        found = tables.gradients[: len(self.parameters)]
        if not np.isfinite(found).all():
            # A mean that meets an infinite slope hides which lanes would have met it with a 0.
            return self._plain_gradient(taken)
        return tables.mean(total, len(taken)), found

    def loss(self, chosen: Chosen | None = None) -> float:
        """Return the output's mean over the lanes: over `chosen`, or over all samples.

        Raises:
            GraphError: none is chosen, or one that there is not.
        """
        taken = self._taken(chosen)
        tables = self.tables
        if tables is None:
            return self._plain_loss(taken)
        total = sum(part for _, part in tables.evaluated(self.columns, taken))
        return tables.mean(total, len(taken))

    def measured(self, nodes: Sequence[int], chosen: Chosen) -> tuple[float, Array]:
        """Return the output's mean over some samples, and what some nodes are in each of them.

        Args:
            nodes: (k,) ids.
            chosen: (lanes,) uint32, the samples.

        Returns:
            The mean, as `loss` has it, and (k, lanes) float64.

        Raises:
            GraphError: none is chosen, or one that there is not.
        """
        taken = self._taken(chosen)
        tables = self.tables
        if tables is None:
            return self._plain_loss(taken), self.values(nodes, self.columns[:, taken])
        total, found = tables.found(nodes, self.columns, taken)
        return tables.mean(total, len(taken)), found

    def values(self, nodes: Sequence[int], columns: Array | None = None) -> Array:
        """Return what some nodes are in every lane; forward only.

        Args:
            nodes: (k,) ids.
            columns: (data leaves, lanes) float64, in the order of their ids, in place of the data:
                the grid under a decision boundary, say.

        Returns:
            (k, lanes) float64.

        Raises:
            GraphError: there are not as many columns as leaves that are data.
            MemoryLimitError: it would take more memory than this may.
        """
        nodes = list(nodes)
        given = self.columns if columns is None else _table(list(columns))
        if len(given) != len(self.data):
            raise GraphError(f"There are {len(self.data)} leaves of data, not {len(given)}.")
        lanes = given.shape[1] if len(given) else 1
        self._check_room(lanes, BYTES_A_NUMBER * len(nodes) * lanes)
        if self.tables is None:
            return np.concatenate([part[nodes] for part in self._plain_values(given)], axis=1)
        _, found = self.tables.found(nodes, given, np.arange(lanes, dtype=np.uint32))
        return found

    def _taken(self, chosen: Chosen | None) -> Chosen:
        """Return the samples to take; the kernels would read whatever lies beyond the last one."""
        if chosen is None:
            return self._everything
        given = np.asarray(chosen)
        whole = given.ndim == 1 and len(given) and given.dtype.kind in "iu"
        if not whole or given.min() < 0 or given.max() >= self.samples:
            raise GraphError(f"Choose one sample or more, each from 0 to {self.samples - 1:,}.")
        return given.astype(np.uint32)

    def _check_room(self, lanes: int, kept: int = 0) -> None:
        """Refuse to bind or evaluate so many lanes, if that takes too much.

        Args:
            lanes: how many.
            kept: the bytes of what is returned for every lane.
        """
        columns = (BYTES_A_NUMBER * len(self.data) + BYTES_OF_CHOICE) * lanes
        if self._plan is None:
            numbers = BYTES_IN_PYTHON * max(NUMBERS_IN_PYTHON, len(self.graph))
            numbers = min(numbers, BYTES_IN_PYTHON * len(self.graph) * lanes)
        else:
            one, per_lane = len(self._plan.one), len(self._plan.lanes)
            numbers = SCHEDULE_BYTES * len(self.graph) + room(one, per_lane, self.samples)
        check_room(len(self.graph), lanes, columns + numbers + kept, self._memory)

    def _plain_values(self, columns: Array) -> Iterator[Array]:
        """Yield (n, lanes) computed in Python, so many lanes at once as memory does not feel."""
        self._leaves[self.parameters] = self.weights
        at_once = max(1, NUMBERS_IN_PYTHON // len(self.graph))
        for begin in range(0, columns.shape[1], at_once):
            block = columns[:, begin : begin + at_once]
            leaves = np.repeat(self._leaves[:, None], block.shape[1], axis=1)
            leaves[self.data] = block
            yield evaluate.forward(self.graph, leaves)

    def _plain_loss(self, chosen: Chosen) -> float:
        output = self.graph.output
        with np.errstate(all="ignore"):
            parts = self._plain_values(self.columns[:, chosen])
            return float(sum(values[output].sum() for values in parts) / len(chosen))

    def _plain_gradient(self, chosen: Chosen) -> tuple[float, Array]:
        loss, found = 0.0, np.zeros(len(self.parameters))
        with np.errstate(all="ignore"):
            for values in self._plain_values(self.columns[:, chosen]):
                loss += values[self.graph.output].sum()
                found += evaluate.backward(self.graph, values)[self.parameters].sum(axis=1)
            return float(loss / len(chosen)), found / len(chosen)


def _table(columns: Sequence[Array]) -> Array:
    """Return (columns, samples) float64, in one piece of memory."""
    return np.array(columns, np.float64).reshape(
        len(columns), len(columns[0]) if len(columns) else 1
    )


def _samples(graph: Graph, columns: Mapping[int, Array]) -> int:
    """Return how many samples there are; refuse columns that do not fit."""
    lengths = {len(column) for column in columns.values()}
    if not all(graph.leaves[node] for node in columns):
        raise GraphError("Only a leaf can hold data; what is computed has its own numbers.")
    if len(lengths) > 1 or 0 in lengths:
        sizes = ", ".join(f"{length:,}" for length in sorted(lengths))
        raise GraphError(f"Every column needs one number a sample; these have {sizes}.")
    return lengths.pop() if lengths else 1
