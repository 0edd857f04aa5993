"""Outlook: what a program says at the present weights: of a sample, of the plane, of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine import health, native
from engine.compiled import Kernels
from engine.errors import TrainingError
from engine.health import Layer
from engine.lanes import Lanes
from engine.measures import Judge
from engine.onelane import LaneNumbers, OneLane
from engine.plane import Plane
from engine.program import Program

Array = NDArray[np.float64]
Samples = NDArray[np.uint32]

# Sizes of activations and gradients are means over so many samples, over fewer of a large graph.
HEALTH_SAMPLES, HEALTH_NUMBERS = 256, 1 << 20


class Outlook:
    """A program, its data, and what is asked about them while it learns.

    Attributes:
        judge: what is predicted, and what is true.
        plane: the space of the features.
        one: the graph, one lane at a time.
    """

    def __init__(
        self,
        program: Program,
        inputs: Mapping[str, float],
        lanes: Lanes,
        kernels: Kernels | None,
    ) -> None:
        """Look at `lanes`, whose weights move.

        Args:
            program: what learns.
            inputs: numbers of leaves other than the program's own, by name.
            lanes: the program bound to its data.
            kernels: what computes; None for plain Python.
        """
        self.judge = Judge(program.samples, program.predicted)
        self.plane = Plane(program.samples, lanes)
        self.one = OneLane(program.graph, kernels)
        self._program = program
        self._lanes = lanes
        self._leaves = program.leaves(inputs)[:, 0]
        self._named = {leaf.name: leaf.node for leaf in program.inputs}
        self._named |= {
            program.graph.labels[node] or column: node
            for node, column in _bound(program)
            if node is not None
        }

    @property
    def bytes(self) -> int:
        """Return roughly what it takes."""
        return self._leaves.nbytes + self.plane.bytes + self.one.bytes

    def leaves(self, samples: Samples) -> Array:
        """Return (n, samples): what `forward` starts from for these samples, at present weights."""
        self._leaves[self._lanes.parameters] = self._lanes.weights
        found = np.repeat(self._leaves[:, None], len(samples), axis=1)
        found[self._lanes.data] = self._lanes.columns[:, samples]
        return found

    def lane(self, sample: int | None, given: Mapping[str, float]) -> LaneNumbers:
        """Return one lane: a sample, or none, with leaves other than its own where given by name.

        Raises:
            TrainingError: there is no such sample.
        """
        leaves = self._leaves.copy()
        leaves[self._lanes.parameters] = self._lanes.weights
        if sample is not None:
            if not 0 <= sample < self._lanes.samples:
                last = self._lanes.samples - 1
                raise TrainingError(f"There is no sample {sample:,}; they go from 0 to {last:,}.")
            leaves[self._lanes.data] = self._lanes.columns[:, sample]
        for name, number in given.items():
            if name in self._named:
                leaves[self._named[name]] = number
        return self.one.evaluate(leaves)

    def residuals(self, most: int) -> tuple[Samples, Array, Array]:
        """Return samples, evenly chosen, what is predicted of each, and what is true; or nothing.

        Returns:
            (m,) their numbers, (m,) float64 and (m,) float64; m is 0 unless one number is
            predicted.
        """
        if len(self.judge.nodes) != 1:
            return np.zeros(0, np.uint32), np.zeros(0), np.zeros(0)
        chosen = spread(self._lanes.samples, most)
        _, found = self._lanes.measured(self.judge.nodes, chosen)
        return chosen, found[0], self.judge.target[chosen]

    def health(self, training: Samples, *, settled: bool) -> tuple[Layer, ...]:
        """Return how each layer is, over some of the training samples; see `health.layers`."""
        graph = self._program.graph
        most = max(min(HEALTH_SAMPLES, HEALTH_NUMBERS // len(graph)), 1)
        values = native.forward(graph, self.leaves(training[spread(len(training), most)]))
        return health.layers(self._program, values, settled=settled)


def spread(count: int, most: int) -> Samples:
    """Return up to `most` places below `count`, evenly spread, the first one among them.

    >>> spread(10, 4).tolist(), spread(3, 4).tolist()
    ([0, 2, 5, 7], [0, 1, 2])
    """
    taken = min(count, most)
    return (np.arange(taken) * count // max(taken, 1)).astype(np.uint32)


def _bound(program: Program) -> Sequence[tuple[int | None, str]]:
    """Return the leaf and the name of each column of data."""
    samples = program.samples
    return list(zip(samples.nodes, samples.table.columns, strict=True)) if samples else []
