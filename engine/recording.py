"""Recording: a course with its history and its curve; any step of it can be gone back to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from engine.compiled import Kernels
from engine.course import Change, Course
from engine.curve import Curve
from engine.history import History
from engine.lanes import Lanes
from engine.regime import Regime
from engine.stretches import Taken


class Recording:
    """A course that is remembered.

    Attributes:
        course: where it stands.
        history: what was done to it.
        curve: its losses.
    """

    def __init__(
        self, lanes: Lanes, names: Sequence[str], regime: Regime, seed: int, kernels: Kernels | None
    ) -> None:
        """Begin at step 0 with the weights of `lanes`."""
        self.course = Course(lanes, names, regime, seed, kernels)
        self.history = History(self.course)
        self.curve = Curve()

    @property
    def step(self) -> int:
        """Return how many updates were taken."""
        return self.course.step

    def forward(self, most: int, below: float = -np.inf) -> Taken:
        """Take up to so many updates, as far as the next change or snapshot.

        Args:
            most: one or more.
            below: a loss at which no further one is taken.
        """
        course, history = self.course, self.history
        begin = course.step
        taken = course.take(min(most, history.until(begin) - begin), below)
        self.curve.add(begin, taken.losses)
        if taken.updates:
            history.arrived(course)
            self._apply(history.at(course.step))
        return taken

    def go(self, step: int) -> None:
        """Go to a step that was reached, back or ahead, as it was then."""
        snapshot, regime = self.history.before(step)
        self.course.restore(snapshot, regime)
        self._apply(self.history.at(snapshot.step))
        while self.course.step < step and self.forward(step - self.course.step).updates:
            pass

    @contextmanager
    def elsewhere(self, step: int) -> Iterator[None]:
        """Go to a step for a moment; the course is back where it was when it is over."""
        course = self.course
        here, regime, gradient = course.snapshot(), course.regime, course.gradient.copy()
        self.go(step)
        try:
            yield
        finally:
            course.restore(here, regime)
            course.gradient[:] = gradient

    def change(self, change: Change) -> None:
        """Change something from this step on; what lay ahead becomes a branch of the curve."""
        step = self.course.step
        if step < self.history.reached:
            self.curve.branch(step)
        self.history.add(step, change)
        self.course.apply(change)

    def _apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.course.apply(change)
