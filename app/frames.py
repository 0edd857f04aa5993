"""What a frame holds: what changed since the viewer's last one, as the bytes of one event.

A part that costs more than its share of the time is sent less often while the run goes on; as soon
as it rests, everything is sent as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from app import sights
from app.scenes import Delta, Part, Scene, Wish
from app.sights import FLOAT, PLANE, Said, packed
from app.states import measured
from app.turns import NEVER
from engine.program import Program
from engine.training import Trainer

SELDOM = 0.25  # seconds between measures of much data, and between looks at the layers
MUCH_DATA = 5_000  # samples
POINTS_AT_FIRST, POINTS_MORE = 1_000, 12  # of the curve, in a frame


class Film:
    """The frames of one viewer, one after the other."""

    def __init__(self, wish: Wish, program: Program) -> None:
        """Begin with a full frame."""
        self.version = -1  # of the scene that the last frame showed
        self.at = NEVER  # when more of that scene can be sent
        self._wish = wish
        self._said: Said = {}
        self._nodes, self._wires = Delta(), Delta()
        self._version, self._train, self._test = -1, 0, 0  # of the curve; the first steps to send
        self._split = -1.0
        self._parts = list(self._wanted(program))

    def frame(self, scene: Scene, now: float) -> bytes | None:
        """Return the next frame as an event; None where the viewer has everything."""
        said: Said = {}
        for part in self._parts:
            for name, value in part.made(scene, now).items():
                if name not in self._said or self._said[name] != value:
                    said[name] = self._said[name] = value
        late = [part.at for part in self._parts if part.version != scene.version]
        self.version, self.at = scene.version, min(late, default=NEVER)
        return b"event: frame\ndata: " + orjson.dumps(said) + b"\n\n" if said else None

    def _wanted(self, program: Program) -> Iterable[Part]:
        """Yield the parts of every frame, then those that are wished for."""
        wish, bound = self._wish, program.samples
        much = bound is not None and len(bound.table.rows) > MUCH_DATA
        flat = bound is not None and len(bound.table.columns) >= PLANE
        yield Part(self._status)
        yield Part(_measured, SELDOM if much else 0.0)
        yield Part(self._points)
        yield Part(self._lane)
        yield Part(self._steepness)
        if "wires" in wish.parts:
            yield Part(self._carried)
        if "field" in wish.parts:
            yield _shared(("field", wish.node), lambda trainer: sights.spread(trainer, wish.node))
        if "thumbs" in wish.parts and program.networks and flat:
            yield _shared("thumbs", lambda trainer: {"thumbs": sights.thumbs(trainer)})
        if "health" in wish.parts:
            yield _shared("health", lambda trainer: {"health": sights.health(trainer)}, SELDOM)
        if "samples" in wish.parts:
            yield Part(self._samples)

    def _status(self, scene: Scene) -> Said:
        wish = self._wish
        return {**scene.status, "sample": None if wish.given else wish.sample}

    def _lane(self, scene: Scene) -> Said:
        lane = scene.lane(self._wish)
        found = self._nodes.changes(values=lane.values, gradients=lane.gradients)
        return {"nodes": found} if found else {}

    def _carried(self, scene: Scene) -> Said:
        found = self._wires.changes(carried=scene.lane(self._wish).carried)
        return {"wires": found} if found else {}

    def _steepness(self, scene: Scene) -> Said:
        said: Said = {"gradient": packed(scene.trainer.gradient, FLOAT)}
        if "parameters" not in self._said:
            said["parameters"] = scene.trainer.parameters
        return said

    def _samples(self, scene: Scene) -> Said:
        trainer = scene.trainer
        before, self._split = self._split, trainer.regime.split
        return {} if before == self._split else {"samples": sights.samples(trainer)}

    def _points(self, scene: Scene) -> Said:
        """Return the points of the curve that the viewer does not have."""
        curve, tested = scene.trainer.curve, len(scene.trainer.test) > 0
        said: Said = {}
        most = POINTS_MORE
        if self._version != curve.version:
            self._version, self._train, self._test = curve.version, 0, 0
            most = POINTS_AT_FIRST
            said = {"reset": True, "branches": [_pairs(*each) for each in curve.branches]}
        steps, losses = curve.train(self._train, most)
        if len(steps):
            said["train"], self._train = _pairs(steps, losses), int(steps[-1]) + 1
        steps, losses = curve.test(self._test, most) if tested else (steps[:0], losses)
        if len(steps):
            said["test"], self._test = _pairs(steps, losses), int(steps[-1]) + 1
        return {"curve": said} if said else {}


def _measured(scene: Scene) -> Said:
    return measured(scene.trainer.measure())


def _shared(key: Hashable, make: Callable[[Trainer], Said], seldom: float = 0.0) -> Part:
    """Return a part that is made once for all viewers that want the same."""
    return Part(lambda scene: scene.once(key, lambda: make(scene.trainer)), seldom)


def _pairs(steps: NDArray[Any], losses: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Return points with as many digits as a plot needs."""
    return [
        (step, float(f"{loss:.6g}"))
        for step, loss in zip(steps.tolist(), losses.tolist(), strict=True)
    ]
