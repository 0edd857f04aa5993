"""Differences: what moves up and down tell of a slope, and how far each telling may be trusted.

Source: C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x) (1982): central
differences at falling steps, extrapolated to step 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
TINY = float(np.finfo(np.float64).smallest_subnormal)
FEW = 5.0  # so many estimated errors may lie between what is equal


class Slope(NamedTuple):
    """A measured slope, how far off it may be, and the least step that it was taken with."""

    slope: float
    error: float
    step: float


class Slopes(NamedTuple):
    """Slopes measured in several ways, of one shape: how far off each may be, its least step."""

    slopes: Array
    errors: Array
    steps: Array

    def best(self) -> Slope | None:
        """Return the one with the smallest error that none with a smaller step gainsays.

        It is None where none is finite.
        """
        usable = np.isfinite(self.slopes) & np.isfinite(self.errors)
        if not usable.any():
            return None
        slopes, errors, steps = (part[usable] for part in self)
        apart = abs(slopes[:, None] - slopes) > FEW * (errors[:, None] + errors)
        gainsaid = (apart & (steps < steps[:, None])).any(axis=1)
        best = np.argmin(np.where(gainsaid, np.inf, errors))
        return Slope(float(slopes[best]), float(errors[best]), float(steps[best]))

    def back(self, slope: float, error: float) -> bool:
        """Return whether one that is no further off than `error` may be `slope`."""
        near = abs(self.slopes - slope) <= FEW * self.errors
        return bool((near & (self.errors <= error)).any())


class Bend(NamedTuple):
    """The slopes on both sides of a jump, how far off they may be, and how near it is."""

    left: float
    right: float
    error: float
    step: float

    @property
    def sound(self) -> bool:
        """Return whether it is a jump, and not one slope after another by chance."""
        return self.error <= 0.1 * abs(self.right - self.left)


@dataclass(frozen=True, eq=False)
class Pairs:
    """An output before moves, and after moves up and down.

    NumPy's warnings are the caller's: outputs may be infinite or nan.

    Attributes:
        output: before any move.
        noise: how far off an output may be, beyond its last bit.
        ups: (..., steps), how far up each move went; a quarter of the one before it.
        downs: the same for the moves down, positive too.
        high: the outputs after the moves up.
        low: the outputs after the moves down.
    """

    output: float
    noise: float
    ups: Array
    downs: Array
    high: Array
    low: Array

    def of_one(self, place: int, noise: float, scales: int) -> Pairs:
        """Return the moves of one node, whose steps fall from several scales: (scales, steps)."""
        parts = (self.ups, self.downs, self.high, self.low)
        return Pairs(self.output, noise, *(part[place].reshape(scales, -1) for part in parts))

    @cached_property
    def left(self) -> Array:
        """Return the slopes of what lies below."""
        return (self.output - self.low) / self.downs

    @cached_property
    def right(self) -> Array:
        """Return the slopes of what lies above."""
        return (self.high - self.output) / self.ups

    @cached_property
    def rounding(self) -> Array:
        """Return what rounding makes of each slope."""
        largest = np.maximum(np.maximum(abs(self.high), abs(self.low)), abs(self.output))
        return (self.noise + EPS * largest + TINY) / np.minimum(self.ups, self.downs)

    @cached_property
    def bent(self) -> NDArray[np.bool_]:
        """Return at which steps the slope jumps: its two sides stay apart as the step shrinks."""
        jumps = abs(self.right - self.left)
        bent = jumps > 8 * self.rounding
        bent[..., :2] = False
        bent[..., 2:] &= jumps[..., 2:] > jumps[..., :-2] / 2  # a sixteenth where it is smooth
        return bent

    def extrapolated(self) -> Slopes:
        """Return slopes at step 0, (..., entries), the last from the last three steps.

        Two columns of Neville's table: each takes a power of the step's square away. The error of
        an entry is the change that led to it, and rounding.
        """
        column = (self.high - self.low) / (self.ups + self.downs)
        found = []
        for power in (16, 256):
            change = np.diff(column)
            column = column[..., 1:] + change / (power - 1)
            last = slice(-column.shape[-1], None)
            found.append((column, abs(change) + self.rounding[..., last], self.ups[..., last]))
        return Slopes(*(np.concatenate(part, axis=-1) for part in zip(*found, strict=True)))

    def bend(self) -> Bend | None:
        """Return the jump of the slope as it shows nearest by, or None where there is none."""
        left, right = self._at_the_bend(self.left), self._at_the_bend(self.right)
        if left is None or right is None:
            return None
        step = float(self.ups[self.bent].min())
        return Bend(left.slope, right.slope, left.error + right.error, step)

    def _at_the_bend(self, side: Array) -> Slope | None:
        """Return the slope of one side at step 0, from the steps that are bent."""
        change = np.diff(side, prepend=np.nan)
        changes = sum(abs(np.roll(change, k, axis=-1)) for k in range(3))  # three small: no chance
        parts = (side + change / 3, self.rounding + changes, self.ups)
        return Slopes(*(part[self.bent] for part in parts)).best()
