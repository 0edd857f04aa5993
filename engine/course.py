"""Course: weights on their way under a regime; what is done to them, without a memory of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.batches import Batches
from engine.compiled import Kernels
from engine.descent import Descent
from engine.lanes import Lanes
from engine.regime import Regime
from engine.stretches import Stretch, Taken, take
from engine.updates import Update

Array = NDArray[np.float64]


class Weight(NamedTuple):
    """A parameter set by hand."""

    place: int
    number: float


Change = Regime | Weight


class Snapshot(NamedTuple):
    """All that the updates from a step on depend on, the regime aside.

    Attributes:
        step: updates taken before.
        numbers: (1 + states, p) float64, the weights and what the optimizer remembers.
        updates: how many updates the optimizer counts.
        origin: the step at which the batches were last cut anew.
        epoch: which epoch began there.
    """

    step: int
    numbers: Array
    updates: int
    origin: int
    epoch: int


class Course:
    """Weights under way.

    Attributes:
        lanes: the graph and its data; its weights are what moves.
        regime: how it learns now.
        descent: the optimizer under way.
        batches: which samples each update takes.
        gradient: (p,), what the last update went by; zeros before the first.
        step: updates taken.
    """

    def __init__(
        self, lanes: Lanes, names: Sequence[str], regime: Regime, seed: int, kernels: Kernels | None
    ) -> None:
        """Begin at step 0 with the weights of `lanes`."""
        self.lanes = lanes
        self.regime = regime
        self.gradient = np.zeros(len(lanes.weights))
        self.step = 0
        self._places: Mapping[str, int] = {name: place for place, name in enumerate(names)}
        self._seed = seed
        self._kernels = kernels
        self._origin = self._epoch = 0
        self._adopt(regime)
        self.descent = self._begun()
        self.batches = self._cut()

    @property
    def epochs(self) -> float:
        """Return how many epochs are done, the one under way as a fraction."""
        return self._epoch + (self.step - self._origin) / self.batches.epoch_size

    @property
    def learning(self) -> list[int]:
        """Return the nodes of the parameters that are not locked."""
        return np.delete(self.lanes.parameters, self._locked).tolist()

    @property
    def epoch_left(self) -> int:
        """Return how many updates are left of the epoch under way; all where one begins."""
        size = self.batches.epoch_size
        return size - (self.step - self._origin) % size

    @property
    def batch(self) -> NDArray[np.uint32]:
        """Return the samples of the next update."""
        return self._stretch(1, -np.inf).batch(0)

    def apply(self, change: Change) -> None:
        """Change the regime or a weight."""
        if isinstance(change, Weight):
            self.lanes.weights[change.place] = change.number
            return
        before, self.regime = self.regime, change
        self._adopt(change)
        if change.optimizer != before.optimizer:
            self.descent = self._begun()
        self.descent.settings[:] = change.settings
        if (change.batch, change.split) != (before.batch, before.split):
            self._epoch += -(-(self.step - self._origin) // self.batches.epoch_size)
            self._origin = self.step
            self.batches = self._cut()

    def take(self, count: int, below: float = -np.inf) -> Taken:
        """Take up to `count` updates: fewer where the batches are laid out in parts, or one halts.

        Args:
            count: one or more.
            below: a loss over the batch at which no further update is taken.
        """
        stretch = self._stretch(count, below)
        taken = take(self.lanes, self.descent, stretch, self.gradient)
        self.step += taken.updates
        return taken

    def snapshot(self) -> Snapshot:
        """Return what the updates from here on depend on."""
        numbers = np.vstack([self.lanes.weights, self.descent.state])
        return Snapshot(self.step, numbers, self.descent.updates, self._origin, self._epoch)

    def restore(self, snapshot: Snapshot, regime: Regime) -> None:
        """Go to where a snapshot was taken, and the regime that held there."""
        if (regime.batch, regime.split) != (self.regime.batch, self.regime.split):
            self.regime = regime
            self.batches = self._cut()
        self.regime = regime
        self._adopt(regime)
        self.lanes.weights[:] = snapshot.numbers[0]
        self.descent = self._begun()
        self.descent.state[:] = snapshot.numbers[1:]
        self.descent.updates = snapshot.updates
        self.step, self._origin, self._epoch = snapshot.step, snapshot.origin, snapshot.epoch
        self.gradient[:] = 0.0

    def ahead(self) -> Update:
        """Return the update that comes next, about to be taken."""
        batch, regime = self.batch, self.regime
        weights = self.lanes.weights.copy()
        _, found = self.lanes.gradient(batch)
        gradient = found + regime.l1 * np.sign(weights) if regime.l1 else found.copy()
        gradient[self._locked] = 0.0
        settings = regime.settings.copy()
        settings[regime.row.rate_place] = regime.rates(self.step, 1)[0]
        return Update(
            regime.row,
            settings,
            self.descent.updates + 1,
            tuple(self.lanes.parameters.tolist()),
            weights,
            gradient,
            self.descent.state.copy(),
            len(batch) if len(self.lanes.data) else 0,
        )

    def _stretch(self, count: int, below: float) -> Stretch:
        passed, size = self.step - self._origin, self.batches.epoch_size
        chosen, begins, ends = self.batches.plan(self._epoch + passed // size, passed % size, count)
        rates = self.regime.rates(self.step, len(begins))
        return Stretch(chosen, begins, ends, rates, self.regime.l1, self._locked, below)

    def _adopt(self, regime: Regime) -> None:
        places = sorted(self._places[name] for name in regime.locked)
        self._locked = np.array(places, np.uint32)

    def _begun(self) -> Descent:
        count = len(self.lanes.weights)
        return Descent(self.regime.row, count, self.regime.numbers, self._kernels)

    def _cut(self) -> Batches:
        return Batches(self.lanes.samples, self.regime.split, self.regime.batch, self._seed)
