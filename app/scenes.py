"""What frames are made of: a run at one moment, what a viewer wants of it and has already."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.sights import COUNT, FLOAT, WIDE, Said, packed
from app.turns import NEVER
from engine.training import LaneNumbers, Trainer

Floats = NDArray[np.float32]
_Made = TypeVar("_Made")

PARTS = ("wires", "field", "thumbs", "health", "samples")
SHARE = 0.04  # of the time, for each part
SMALL = 32  # numbers; so few are sent whole


@dataclass(frozen=True)
class Wish:
    """What a viewer wants to see.

    Attributes:
        fps: at most so many frames a second.
        sample: the lane that is drawn; None for the program's own numbers.
        given: numbers of leaves in that lane that are not its own: a sample that does not exist.
        node: whose boundary is wanted; None for the prediction.
        parts: which of PARTS, which are not always sent.
    """

    fps: float = 30.0
    sample: int | None = None
    given: Mapping[str, float] = field(default_factory=dict)
    node: int | None = None
    parts: frozenset[str] = frozenset()


class Scene:
    """A run as it is at one moment; what several viewers want of it is computed once.

    Attributes:
        version: another number means that something has changed.
        settled: nothing changes by itself.
        status: what is known without computing.
        crowd: how many share the time.
    """

    def __init__(
        self, trainer: Trainer, version: int, status: Said, *, settled: bool, crowd: float
    ) -> None:
        self.trainer = trainer
        self.version = version
        self.status = status
        self.settled = settled
        self.crowd = crowd
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what was made under this key, or make it."""
        if key not in self._made:
            self._made[key] = make()
        made: _Made = self._made[key]
        return made

    def lane(self, wish: Wish) -> LaneNumbers:
        """Return the numbers of the drawn lane."""
        key = ("lane", wish.sample, *wish.given.items())
        return self.once(key, lambda: self.trainer.lane(wish.sample, wish.given))


class Part:
    """One part of a viewer's frames, and how often it may be made.

    Attributes:
        version: that of the scene it was last made of.
        at: until when it is not made again while the run goes on.
    """

    def __init__(self, make: Callable[[Scene], Said], seldom: float = 0.0) -> None:
        """Take what makes it, and the fewest seconds from one to the next."""
        self.version = -1
        self.at = -NEVER
        self._make = make
        self._seldom = seldom

    def made(self, scene: Scene, now: float) -> Said:
        """Return it, if it may have changed and its time has come; else nothing."""
        if self.version == scene.version or not (scene.settled or self.at <= now):
            return {}
        self.version = scene.version
        begin = time.perf_counter()
        found = self._make(scene)
        cost = time.perf_counter() - begin
        self.at = now + max(self._seldom, cost * scene.crowd / SHARE)
        return found


def _lost(wide: Floats | NDArray[np.float64], narrow: Floats) -> bool:
    """Tell whether a number has become infinite or 0 on the way to single precision."""
    return bool(((np.isinf(wide) != np.isinf(narrow)) | ((wide == 0) != (narrow == 0))).any())


class Delta:
    """Arrays of one length as a viewer has them."""

    def __init__(self) -> None:
        """Begin with a viewer that has nothing."""
        self._sent: dict[str, Floats] = {}

    def changes(self, **given: Floats | NDArray[np.float64]) -> Said:
        """Return the entries that changed, and where; all, if they are few or most changed.

        What single precision cannot hold, too large or too small, is sent whole and "wide".
        """
        with np.errstate(over="ignore", under="ignore"):
            arrays = {name: array.astype(FLOAT) for name, array in given.items()}
        if any(_lost(given[name], array) for name, array in arrays.items()):
            self._sent = {}
            return {"wide": True} | {name: packed(array, WIDE) for name, array in given.items()}
        before, self._sent = self._sent, arrays
        length = len(next(iter(arrays.values())))
        if before and length > SMALL:
            changed = np.logical_or.reduce(
                # bit by bit: nan is not nan
                [array.view(COUNT) != before[name].view(COUNT) for name, array in arrays.items()]
            )
            at = np.flatnonzero(changed)
            if 2 * len(at) < length:
                some: Said = {name: packed(array[at], FLOAT) for name, array in arrays.items()}
                return some | {"at": packed(at, COUNT)} if len(at) else {}
        return {name: packed(array, FLOAT) for name, array in arrays.items()}
