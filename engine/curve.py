"""Curve: the loss, update by update, in bounded room."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Steps = NDArray[np.int64]

# When so many points are full, every other one is dropped, and from then on left out.
MOST_POINTS = 1 << 16
MOST_TESTS = 1 << 12
MOST_BRANCHES, BRANCH_POINTS = 4, 1000


class Curve:
    """The losses of a run.

    Attributes:
        version: grows whenever points that were there are so no longer.
        count: of how many updates there are losses.
        branches: (steps, losses) of what was left behind, the latest last.
    """

    def __init__(self) -> None:
        self.version = 0
        self.count = 0
        self.branches: deque[tuple[Steps, Array]] = deque(maxlen=MOST_BRANCHES)
        self._stride = 1
        self._losses = np.empty(1024)
        self._kept = 0
        self._tests: list[tuple[int, float]] = []

    @property
    def bytes(self) -> int:
        """Return roughly what it takes."""
        branches = sum(2 * losses.nbytes for _, losses in self.branches)
        return self._losses.nbytes + branches + 120 * len(self._tests)

    def add(self, step: int, losses: Array) -> None:
        """Note the losses of the updates from `step` on; those that are known are passed over."""
        new = losses[max(self.count - step, 0) :]
        if not len(new):
            return
        points = new[-self.count % self._stride :: self._stride]
        self.count += len(new)
        while self._kept + len(points) > len(self._losses) < MOST_POINTS:
            self._losses = np.concatenate([self._losses, np.empty(len(self._losses))])
        while self._kept + len(points) > MOST_POINTS:
            points = points[self._kept % 2 :: 2]
            thinned = self._losses[: self._kept : 2].copy()
            self._kept = len(thinned)
            self._losses[: self._kept] = thinned
            self._stride *= 2
        self._losses[self._kept : self._kept + len(points)] = points
        self._kept += len(points)

    def add_test(self, step: int, loss: float) -> None:
        """Note a loss over the test samples; steps only ascend."""
        if self._tests and self._tests[-1][0] >= step:
            return
        self._tests.append((step, loss))
        if len(self._tests) > MOST_TESTS:
            self._tests = self._tests[::2]

    def train(self, since: int = 0, most: int = BRANCH_POINTS) -> tuple[Steps, Array]:
        """Return steps and losses from step `since` on, at most so many points.

        The loss at a step is the one that the update from there went by: over all training
        samples, or over its batch.
        """
        first = -(-since // self._stride)
        places = _thinned(first, self._kept, most)
        return places * self._stride, self._losses[places]

    def test(self, since: int = 0, most: int = BRANCH_POINTS) -> tuple[Steps, Array]:
        """Return steps and test losses, where they were measured, from step `since` on."""
        places = _thinned(bisect_left(self._tests, (since,)), len(self._tests), most).tolist()
        found = np.array([self._tests[place] for place in places]).reshape(-1, 2)
        return found[:, 0].astype(np.int64), found[:, 1]

    def branch(self, step: int) -> None:
        """Cut the curve off at a step, and keep what lay ahead as a branch."""
        ahead = self.train(max(step - 1, 0))
        if len(ahead[0]) > 1:
            self.branches.append(ahead)
        self._kept = min(self._kept, -(-step // self._stride))
        self.count = min(self.count, step)
        self._tests = [each for each in self._tests if each[0] <= step]
        self.version += 1


def _thinned(first: int, end: int, most: int) -> Steps:
    """Return places from `first` below `end`, at most so many: evenly spread, and the last one.

    >>> _thinned(3, 20, 5).tolist()
    [5, 10, 15, 19]
    """
    apart = max(-(-(end - first) // max(most - 1, 1)), 1)
    places = np.arange(-(-first // apart) * apart, end, apart)
    last = end - 1
    there = end <= first or last in places[-1:]
    return places if there else np.append(places, last)[-most:]
