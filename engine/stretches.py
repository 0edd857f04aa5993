"""Stretches: many updates, one after the other, in one native call or one by one in Python.

Both take the same updates, to the last bit, over the same `Lanes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.descent import Descent
from engine.kernels import Halt
from engine.lanes import Lanes

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stretch:
    """k updates to take.

    Attributes:
        chosen: uint32, the samples of all of them, batch after batch.
        begins, ends: (k,) int64, where the batch of each begins and ends in `chosen`.
        rates: (k,) float64, the learning rate of each.
        l1: what is added to the gradient, times the sign of the parameter.
        locked: uint32, places of parameters that are not moved, and of which nothing is remembered.
        below: a loss at which no further update is taken.
    """

    chosen: NDArray[np.uint32]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    rates: Array
    l1: float
    locked: NDArray[np.uint32]
    below: float

    def batch(self, turn: int) -> NDArray[np.uint32]:
        """Return the samples of one update."""
        return self.chosen[self.begins[turn] : self.ends[turn]]

    def __len__(self) -> int:
        """Return the number of updates."""
        return len(self.rates)


class Taken(NamedTuple):
    """What came of a stretch: how many updates, why no more, and the loss before each."""

    updates: int
    halt: Halt
    losses: Array


def take(lanes: Lanes, descent: Descent, stretch: Stretch, gradient: Array) -> Taken:
    """Take updates until the stretch ends, or something is not finite, or the loss is small enough.

    Args:
        lanes: whose weights are moved, in place.
        descent: moves them.
        stretch: k of them, over samples that there are.
        gradient: (p,), gets what the last update went by.
    """
    losses, count = np.empty(len(stretch)), 0
    while True:
        more, halt = _natively(lanes, descent, stretch, gradient, losses, count)
        count += more
        if halt is not Halt.GRADIENT:
            return Taken(count, halt, losses[:count])
        # A mean that meets an infinite slope hides which lanes would have met it with a 0: Python
        # takes this update, lane by lane, if there is a gradient at all.
        halt, losses[count] = _in_python(lanes, descent, stretch, gradient, count)
        count += halt in (Halt.DONE, Halt.WEIGHTS)
        if halt is not Halt.DONE or count == len(stretch):
            return Taken(count, halt, losses[:count])


def _natively(
    lanes: Lanes, descent: Descent, stretch: Stretch, gradient: Array, losses: Array, done: int
) -> tuple[int, Halt]:
    """Take what is left of a stretch; without kernels nothing, as if the gradient forbade it."""
    tables, kernels = lanes.tables, descent.kernels
    if tables is None or kernels is None:
        return 0, Halt.GRADIENT
    count, halt = kernels.descend(
        kernels.passes,
        *tables.numbers,
        lanes.columns,
        tables.output,
        np.uint32(tables.lane_output),
        stretch.chosen,
        stretch.begins[done:],
        stretch.ends[done:],
        stretch.rates[done:],
        stretch.l1,
        stretch.locked,
        stretch.below,
        descent.optimizer.code,
        lanes.weights,
        gradient,
        descent.state,
        descent.settings,
        descent.optimizer.rate_place,
        descent.updates,
        losses[done:],
    )
    descent.updates += count
    return count, Halt(halt)


def _in_python(
    lanes: Lanes, descent: Descent, stretch: Stretch, gradient: Array, turn: int
) -> tuple[Halt, float]:
    """Take one update; return whether more can follow, and the loss before it."""
    weights, locked = lanes.weights, stretch.locked
    loss, found = lanes.gradient(stretch.batch(turn))
    if not np.isfinite(loss):
        return Halt.LOSS, loss
    if loss < stretch.below:
        return Halt.BELOW, loss
    gradient[:] = found + stretch.l1 * np.sign(weights) if stretch.l1 else found
    gradient[locked] = 0.0
    if not np.isfinite(gradient).all():
        return Halt.GRADIENT, loss
    descent.settings[descent.optimizer.rate_place] = stretch.rates[turn]
    kept = weights[locked]
    descent.update(weights, gradient)
    weights[locked] = kept
    descent.state[:, locked] = 0.0
    return Halt.DONE if np.isfinite(weights).all() else Halt.WEIGHTS, loss
