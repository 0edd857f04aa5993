"""Plane: what nodes are over the space of the features, where no sample need be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import TrainingError
from engine.lanes import Lanes
from engine.program import Bound

Array = NDArray[np.float64]
Domain = tuple[tuple[float, float], ...]

MARGIN = 0.1  # of the samples' span, on each side


class Plane:
    """The first two features, or the only one; other features at their means, targets at 0.

    Attributes:
        domain: from where to where each of these goes; () without data.
    """

    def __init__(self, samples: Bound | None, lanes: Lanes) -> None:
        """Look where the samples lie."""
        self._lanes = lanes
        self._rows: list[int] = []  # of the axes, among the leaves of data; -1 where there is none
        self._rest = np.zeros(len(lanes.data))
        self._grid: tuple[tuple[int, ...], Array] = ((), np.zeros((0, 0)))
        self.domain: Domain = ()
        if samples is None:
            return
        places = {node: row for row, node in enumerate(lanes.data.tolist())}
        features = samples.table.rows[:, :-1]
        rows = [-1 if node is None else places[node] for node in samples.nodes[:-1]]
        with np.errstate(over="ignore"):
            means = features.mean(axis=0).tolist()
        for row, mean in zip(rows, means, strict=True):
            if row >= 0:
                self._rest[row] = mean
        self._rows = rows[:2]
        self.domain = tuple(_span(column) for column in features.T[:2])

    @property
    def bytes(self) -> int:
        """Return what its grid takes."""
        return self._grid[1].nbytes

    def field(self, nodes: Sequence[int], width: int, height: int) -> Array:
        """Return nodes over the plane of the first two features.

        Returns:
            (k, height, width) float64, at the middles of the cells; the first row is the lowest.

        Raises:
            TrainingError: there are not two features.
        """
        if len(self._rows) != 2:
            raise TrainingError("A plane needs data with two features.")
        if self._grid[0] != (width, height):
            (low, high), (bottom, top) = self.domain
            across, up = np.meshgrid(_middles(low, high, width), _middles(bottom, top, height))
            self._grid = (width, height), self._columns(across.ravel(), up.ravel())
        return self._lanes.values(nodes, self._grid[1]).reshape(len(nodes), height, width)

    def fitted(self, nodes: Sequence[int], points: int) -> Array:
        """Return nodes along the only feature, both ends of the domain included: (k, points).

        Raises:
            TrainingError: there is another number of features than one.
        """
        if len(self._rows) != 1:
            raise TrainingError("A curve needs data with one feature.")
        if self._grid[0] != (points,):
            self._grid = (points,), self._columns(np.linspace(*self.domain[0], points))
        return np.ascontiguousarray(self._lanes.values(nodes, self._grid[1]))

    def _columns(self, *axes: Array) -> Array:
        """Return (leaves of data, points): these numbers along the axes."""
        columns = np.repeat(self._rest[:, None], len(axes[0]), axis=1)
        for row, numbers in zip(self._rows, axes, strict=True):
            if row >= 0:
                columns[row] = numbers
        return columns


def _span(column: Array) -> tuple[float, float]:
    """Return from where to where a column goes, with a margin."""
    low, high = float(column.min()), float(column.max())
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _middles(low: float, high: float, count: int) -> Array:
    """Return the middles of so many cells between low and high.

    >>> _middles(0.0, 1.0, 2).tolist()
    [0.25, 0.75]
    """
    return np.asarray(low + (np.arange(count) + 0.5) * ((high - low) / count), np.float64)
