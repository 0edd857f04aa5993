"""Regime: how a run learns; all of it may change while it runs."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.errors import TrainingError
from engine.numerals import short
from engine.optimizers import OPTIMIZERS, Optimizer

Array = NDArray[np.float64]

SCHEDULES = ("constant", "linear", "cosine")
MOST_SPLIT = 0.9


@dataclass(frozen=True)
class Regime:
    """How a run learns.

    Attributes:
        optimizer: the name of its row.
        numbers: the row's settings, "rate" among them; what is not given is the row's default.
        batch: samples an update; None for all that are learned from.
        split: the share of the samples that is kept for testing.
        l1: the pull of every parameter towards 0; its sign times this is added to the gradient.
        schedule: how the rate goes: constant, or linear or cosine down to its final share.
        horizon: the updates after which linear and cosine are at their end.
        final: the share of the rate that they end at.
        locked: names of parameters that do not learn.
        stop_after: updates after which the run is done.
        stop_below: loss over the training samples at which the run is done.
    """

    optimizer: str = "sgd"
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    batch: int | None = None
    split: float = 0.0
    l1: float = 0.0
    schedule: str = "constant"
    horizon: int = 1000
    final: float = 0.0
    locked: frozenset[str] = frozenset()
    stop_after: int | None = None
    stop_below: float | None = None

    @property
    def row(self) -> Optimizer:
        """Return the optimizer."""
        return OPTIMIZERS[self.optimizer]

    @cached_property
    def settings(self) -> Array:
        """Return the optimizer's numbers, in the order of its row."""
        return self.row.numbers(self.numbers)

    @property
    def rate(self) -> float:
        """Return the learning rate before the schedule."""
        return float(self.settings[self.row.rate_place])

    @property
    def learning(self) -> Regime:
        """Return what decides the weights: all but when to stop."""
        return replace(self, stop_after=None, stop_below=None)

    def rates(self, step: int, count: int) -> Array:
        """Return the learning rate of each update, from the one that is taken at `step` on.

        >>> Regime(numbers={"rate": 2.0}, schedule="linear", horizon=4).rates(1, 5).tolist()
        [1.5, 1.0, 0.5, 0.0, 0.0]
        >>> Regime(numbers={"rate": 1.0}, schedule="linear", horizon=100, final=0.1).rates(50, 1)
        array([0.55])
        """
        if self.schedule == "constant":
            return np.full(count, self.rate)
        done = [min((step + turn) / self.horizon, 1.0) for turn in range(count)]
        if self.schedule == "linear":
            left = [1.0 - share for share in done]
        else:
            left = [(1.0 + math.cos(math.pi * share)) / 2.0 for share in done]
        return self.rate * (self.final + (1.0 - self.final) * np.array(left))

    def check(self, names: Collection[str]) -> None:
        """Refuse what nothing can learn by.

        Args:
            names: of the parameters.

        Raises:
            OptimizerError: the optimizer has no such setting.
            TrainingError: there is no such optimizer, schedule or parameter, or a number is out
                of its range.
        """
        if self.optimizer not in OPTIMIZERS:
            known = ", ".join(OPTIMIZERS)
            raise TrainingError(f"There is no optimizer called {self.optimizer}. Take {known}.")
        if self.schedule not in SCHEDULES:
            known = ", ".join(SCHEDULES)
            raise TrainingError(f"There is no schedule called {self.schedule}. Take {known}.")
        for name, number in zip(self.row.settings, self.settings.tolist(), strict=True):
            if not (math.isfinite(number) and number >= 0):
                raise TrainingError(f"{name} is {short(number)}; take a number from 0 up.")
        for name, least, most, given in self._ranges():
            if given is not None and not least <= given <= most:
                upper = f" to {short(most)}" if math.isfinite(most) else " up"
                message = f"{name} is {short(given)}; take a number from {short(least)}{upper}."
                raise TrainingError(message)
        for name in sorted(self.locked):
            if name not in names:
                raise TrainingError(f"There is no parameter called {name} to lock.")

    def _ranges(self) -> tuple[tuple[str, float, float, float | None], ...]:
        """Return name, least, most and number of what has a range."""
        return (
            ("batch", 1, math.inf, self.batch),
            ("split", 0, MOST_SPLIT, self.split),
            ("l1", 0, 1e300, self.l1),
            ("horizon", 1, math.inf, self.horizon),
            ("final", 0, 1, self.final),
            ("stop after", 1, math.inf, self.stop_after),
            ("stop below", -math.inf, math.inf, self.stop_below),
        )
