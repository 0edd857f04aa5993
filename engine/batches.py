"""Batches: which samples are learned from, which are kept for testing, and which each update takes.

Epoch e goes through the training samples in an order of its own, drawn from (seed, e): so any
update's batch is known without the ones before it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Chosen = NDArray[np.uint32]
Places = NDArray[np.int64]

# So many samples are laid out at once, at most; but one epoch always.
MOST_AHEAD = 1 << 18


class Batches:
    """The samples of a run, split, and cut into batches.

    Attributes:
        training, test: uint32, the samples learned from and those kept for testing, ascending.
        size: samples an update.
        epoch_size: updates an epoch.
    """

    def __init__(self, samples: int, split: float, batch: int | None, seed: int) -> None:
        """Split so many samples.

        Args:
            samples: how many there are.
            split: the share that is kept for testing; one sample at least is learned from.
            batch: samples an update; None for all.
            seed: of the split and of the order in each epoch.
        """
        order = np.random.default_rng([seed]).permutation(samples)
        kept = min(round(split * samples), samples - 1)
        self.test = np.sort(order[:kept]).astype(np.uint32)
        self.training = np.sort(order[kept:]).astype(np.uint32)
        self.size = len(self.training) if batch is None else min(batch, len(self.training))
        self.epoch_size = -(-len(self.training) // self.size)
        self._whole = batch is None
        self._seed = seed
        self._laid: tuple[int, Chosen] = (-1, self.training)

    def plan(self, epoch: int, place: int, count: int) -> tuple[Chosen, Places, Places]:
        """Return the batches of up to `count` updates, as many as are laid out at once.

        Args:
            epoch: in which the first one is.
            place: which of its epoch it is, from 0.
            count: one or more.

        Returns:
            Samples, batch after batch, and where each batch begins and ends among them.
        """
        every = len(self.training)
        if self._whole:
            return self.training, np.zeros(count, np.int64), np.full(count, every)
        most = max(MOST_AHEAD // every, 1) * self.epoch_size
        turns = place + np.arange(min(count, most - place))
        epochs = turns // self.epoch_size
        begins = epochs * every + turns % self.epoch_size * self.size
        ends = np.minimum(begins + self.size, (epochs + 1) * every)
        orders = [self._order(epoch + ahead) for ahead in range(int(epochs[-1]) + 1)]
        return np.concatenate(orders), begins, ends

    def _order(self, epoch: int) -> Chosen:
        """Return the training samples in the order of an epoch; the last one asked for is kept."""
        if self._laid[0] != epoch:
            random = np.random.default_rng([self._seed, epoch])
            self._laid = epoch, random.permutation(self.training)
        return self._laid[1]
