"""History: what was done to a run and when, and snapshots from which any step is found again.

A change made at step s stands before the update that leads from s to s + 1. Snapshots lie at
multiples of a spacing that doubles when they grow too large: the room they take is bounded, and
going back replays less than two spacings.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from engine.course import Change, Course, Snapshot
from engine.regime import Regime

# Snapshots take no more than this, though a few are kept however large they are.
MOST_BYTES = 8 << 20
FEWEST, MOST = 8, 4096
SPACING = 64
_AROUND = 250  # bytes around a snapshot's numbers


class History:
    """What a run has been through.

    Attributes:
        reached: the highest step so far.
        spacing: updates between snapshots.
    """

    def __init__(self, course: Course) -> None:
        """Begin where a course stands at step 0."""
        self.reached = 0
        self.spacing = SPACING
        self._first = course.regime
        self._steps: list[int] = []
        self._changes: list[Change] = []
        self._keep([course.snapshot()])

    @property
    def bytes(self) -> int:
        """Return roughly what it takes."""
        return self._taken + _AROUND * len(self._changes)

    def at(self, step: int) -> Sequence[Change]:
        """Return the changes made at a step, in order."""
        return self._changes[bisect_left(self._steps, step) : bisect_right(self._steps, step)]

    def until(self, step: int) -> int:
        """Return up to which step one may go from this one before something is to be done there."""
        ahead = bisect_right(self._steps, step)
        snapshot = step - step % self.spacing + self.spacing
        return min(self._steps[ahead], snapshot) if ahead < len(self._steps) else snapshot

    def before(self, step: int) -> tuple[Snapshot, Regime]:
        """Return the last snapshot before a step (0 has its own), and the regime that led to it."""
        place = bisect_left(self._snapshots, step, key=lambda each: each.step) - 1
        snapshot = self._snapshots[max(place, 0)]
        earlier = self._changes[: bisect_left(self._steps, snapshot.step)]
        regimes = (change for change in reversed(earlier) if isinstance(change, Regime))
        return snapshot, next(regimes, self._first)

    def add(self, step: int, change: Change) -> None:
        """Note a change made at a step; what lay ahead of it is not any more."""
        keep = bisect_right(self._steps, step)
        self._steps[keep:], self._changes[keep:] = [step], [change]
        self._keep([each for each in self._snapshots if each.step <= step])
        self.reached = step

    def arrived(self, course: Course) -> None:
        """Note where a course has come to, before the changes made there."""
        self.reached = max(self.reached, course.step)
        if course.step % self.spacing == 0 and course.step > self._snapshots[-1].step:
            snapshot = course.snapshot()
            self._snapshots.append(snapshot)
            self._taken += _size(snapshot)
            self._thin()

    def _thin(self) -> None:
        count = len(self._snapshots)
        if count > MOST or (count > FEWEST and self._taken > MOST_BYTES):
            self.spacing *= 2
            self._keep([each for each in self._snapshots if each.step % self.spacing == 0])

    def _keep(self, snapshots: list[Snapshot]) -> None:
        self._snapshots = snapshots
        self._taken = sum(map(_size, snapshots))


def _size(snapshot: Snapshot) -> int:
    return snapshot.numbers.nbytes + _AROUND
