"""Measures: how good the present weights are, over what is learned from and what was kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.batches import Batches
from engine.lanes import Lanes
from engine.program import Bound, Predicted

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
Confusion = tuple[tuple[int, ...], ...]


class Measure(NamedTuple):
    """How good weights are; None where there is nothing to measure.

    Attributes:
        loss: over all training samples.
        test_loss: over the test samples.
        accuracy: the share of the training samples whose class is predicted.
        test_accuracy: of the test samples.
        confusion: how many of each true class (rows) were taken for each (columns): of the test
            samples, where there are any, else of the training samples; () without classes.
    """

    loss: float
    test_loss: float | None
    accuracy: float | None
    test_accuracy: float | None
    confusion: Confusion


class Judge:
    """Knows what the program predicts and what is true.

    Attributes:
        nodes: what is predicted: one node, or a logit a class; () where that is not known.
        target: (samples,) float64, the numbers they are compared with; empty without nodes.
        classes: the target's values that are classes, ascending; () for numbers.
    """

    def __init__(self, samples: Bound | None, predicted: Predicted | None) -> None:
        self.nodes: tuple[int, ...] = ()
        self.target, self.classes = np.zeros(0), np.zeros(0)
        if samples is None or predicted is None or predicted.target is None:
            return
        if predicted.target not in samples.nodes:
            return
        self.nodes = predicted.nodes
        column = samples.nodes.index(predicted.target)
        self.target = samples.table.rows[:, column]
        if column == len(samples.nodes) - 1 and len(self.nodes) in (1, len(samples.table.classes)):
            self.classes = np.array(samples.table.classes)
        self._true = np.searchsorted(self.classes, self.target)

    def labels(self, values: Array) -> Labels:
        """Return the place of the class that each lane predicts.

        Args:
            values: (k, lanes), what `nodes` are: the nearest class of one, the largest of several.
        """
        if len(values) > 1:
            return np.asarray(values.argmax(axis=0))
        middles = (self.classes[1:] + self.classes[:-1]) / 2
        return np.asarray(np.searchsorted(middles, values[0]))

    def confusion(self, values: Array, chosen: NDArray[np.uint32]) -> NDArray[np.intp]:
        """Return (classes, classes): how many of each true class were taken for each."""
        count = len(self.classes)
        pairs = self._true[chosen] * count + self.labels(values)
        return np.bincount(pairs, minlength=count * count).reshape(count, count)


def measured(lanes: Lanes, batches: Batches, judge: Judge) -> Measure:
    """Return how good the present weights of `lanes` are; forward only."""
    loss, found = lanes.measured(judge.nodes, batches.training)
    test_loss = tested = None
    if len(batches.test):
        test_loss, tested = lanes.measured(judge.nodes, batches.test)
    if not len(judge.classes):
        return Measure(loss, test_loss, None, None, ())
    trained = table = judge.confusion(found, batches.training)
    test_accuracy = None
    if tested is not None:
        table = judge.confusion(tested, batches.test)
        test_accuracy = _right(table)
    rows = tuple(tuple(row) for row in table.tolist())
    return Measure(loss, test_loss, _right(trained), test_accuracy, rows)


def _right(table: NDArray[np.intp]) -> float:
    return float(np.trace(table) / table.sum())
