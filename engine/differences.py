"""Differences: what moves up and down tell of a slope, and how far each telling may be trusted.

Source: C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x) (1982): central
differences at falling steps, extrapolated to step 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
TINY = float(np.finfo(np.float64).smallest_subnormal)
FIRST_LAST = 4  # steps; each is a quarter of the one before
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
        place = self.choice()
        return None if place is None else Slope(*(float(part.flat[place]) for part in self))

    def choice(self) -> int | None:
        """Return the place of the best one, all counted in one row; None where there is none."""
        usable = np.flatnonzero(np.isfinite(self.slopes) & np.isfinite(self.errors))
        if not len(usable):
            return None
        slopes, errors, steps = (part.ravel()[usable] for part in self)
        apart = abs(slopes[:, None] - slopes) > FEW * (errors[:, None] + errors)
        gainsaid = (apart & (steps < steps[:, None])).any(axis=1)
        return int(usable[np.argmin(np.where(gainsaid, np.inf, errors))])

    def without(self, place: int) -> Slopes:
        """Return all but one, which keeps its place and is of no use any more."""
        errors = self.errors.copy()
        errors.flat[place] = np.inf
        return self._replace(errors=errors)

    def gainsays(self, place: int) -> bool:
        """Return whether in any row, (rows, ...), a smaller step gainsays the one at a place."""
        slopes, errors = (part.reshape(-1, self.steps.size) for part in self[:2])
        steps = self.steps.ravel()
        apart = abs(slopes - slopes[:, [place]]) > FEW * (errors + errors[:, [place]])
        return bool((apart & (steps < steps[place])).any())

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
        output: before any move; of several outputs (outputs, 1, 1), and so is the noise.
        noise: how far off an output may be, beyond its last bit.
        ups: (..., steps), how far up each move went; a quarter of the one before it.
        downs: the same for the moves down, positive too.
        high: the outputs after the moves up.
        low: the outputs after the moves down.
    """

    output: Any  # a float, or the outputs
    noise: Any
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
        slopes: Array = (self.output - self.low) / self.downs
        return slopes

    @cached_property
    def right(self) -> Array:
        """Return the slopes of what lies above."""
        slopes: Array = (self.high - self.output) / self.ups
        return slopes

    @cached_property
    def rounding(self) -> Array:
        """Return what rounding makes of each slope."""
        largest = np.maximum(np.maximum(abs(self.high), abs(self.low)), abs(self.output))
        rounding: Array = (self.noise + EPS * largest + TINY) / np.minimum(self.ups, self.downs)
        return rounding

    @cached_property
    def bent(self) -> NDArray[np.bool_]:
        """Return at which steps the slope jumps: its two sides stay apart as the step shrinks."""
        jumps = abs(self.right - self.left)
        bent = jumps > 8 * self.rounding
        bent[..., :2] = False
        bent[..., 2:] &= jumps[..., 2:] > jumps[..., :-2] / 2  # a sixteenth where it is smooth
        return bent

    @property
    def restless(self) -> NDArray[np.bool_]:
        """Return, of (..., scales, steps), where the last steps lead as far as the first.

        Slopes of sin(1e99*x) are chance. So they are where a bit changes all of it, and no step
        leads further than that.
        """
        moves = np.maximum(abs(self.high - self.output), abs(self.low - self.output))
        moves = np.where(np.isfinite(moves), moves, 0.0)
        first, last = moves[..., :FIRST_LAST].max(axis=-1), moves[..., -FIRST_LAST:].max(axis=-1)
        beyond = last > 8 * EPS * abs(self.output[..., 0])  # one that a sum swallows is no such
        restless: NDArray[np.bool_] = beyond & (last > 0.01 * first)
        drowned = (self.noise > 0.1 * abs(self.output)) & (10 * self.noise > first[..., None])
        restless |= drowned.all(axis=(-2, -1))[..., None]
        return restless

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
