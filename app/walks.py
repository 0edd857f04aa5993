"""A person's walk through a program: the trace, what stands where in it, what is known by then.

Everything here is a pure function of (numbers, walk). A picture is drawn as it is after so many
events of the trace; a timeline says for one card, or one wire, what it shows from which event on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.links import Walk
from app.pictures import Drawing, Numbers, Pictures
from engine.drawing.cards import CardNumbers, WireNumbers, card, wire
from engine.moments import state_at
from engine.predict import asks
from engine.trace import Trace
from engine.updates import Update

# A box in the drawing: left, top, width, height.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Walked:
    """One program at one setting of its inputs, walked through.

    `events` in its methods counts the events that have happened.
    """

    numbers: Numbers
    trace: Trace
    walk: Walk

    @property
    def total(self) -> int:
        """Return the number of steps."""
        return self.trace.total(self.walk.grain)

    @cached_property
    def step(self) -> int | None:
        """Return the step it stands at, from 0; None for the whole picture."""
        return None if self.walk.step is None else min(self.walk.step, self.total) - 1

    @cached_property
    def asked(self) -> int | None:
        """Return the event whose number is to be predicted, None where none is hidden."""
        if not self.walk.predict or self.walk.shown or self.step is None:
            return None
        return self.step if asks(self.trace, self.step) else None

    @cached_property
    def events(self) -> int:
        """Return how many events have happened as far as the page may know."""
        if self.step is None:
            return self.whole
        after = self.trace.cuts(self.walk.grain)[self.step + 1]
        return after - 1 if self.asked is not None else after

    def step_of(self, event: int) -> int:
        """Return the step that holds an event, from 1."""
        return self.trace.step_of(event, self.walk.grain) + 1

    @property
    def plain(self) -> bool:
        """Return whether it shows the finished numbers, and the right ones."""
        return self.events == self.whole and not self.trace.mistakes

    @cached_property
    def whole(self) -> int:
        """Return after how many events everything is known, and nothing updated."""
        names = [name for name, _ in self.trace.starts]
        return self.trace.starts[-1].start if names[-1] == "update" else len(self.trace.events)

    @property
    def known(self) -> int:
        """Return up to how many events the page may be told: of a prediction, none ahead."""
        return self.events if self.walk.predict else len(self.trace.events)

    @cached_property
    def trouble(self) -> int | None:
        """Return the event at which the first number stops being finite, None if all are."""
        events = self.trace.events
        for problem in self.numbers.problems:
            return next(e for e, event in enumerate(events) if event.node == problem.node)
        steep = {problem.node for problem in self.numbers.broken_slopes()}
        broken = (
            e
            for e, event in enumerate(events)
            if event.node in steep and not math.isfinite(event.contribution or 0.0)
        )
        return next(broken, None)

    def card(self, node: int, events: int) -> CardNumbers:
        """Return what the card of a node shows after so many events."""
        moment = state_at(self.trace.moments[node], events)
        trouble = self.numbers.troubles.get(node, "")
        return card(self.trace.graph, node, moment.value, moment.gradient, trouble, moment.right)

    def wire(self, source: int, target: int, events: int) -> WireNumbers:
        """Return how the wire between two nodes is drawn after so many events."""
        carried = state_at(self.trace.carried[source, target], events)
        return wire(self.trace.graph, source, carried.gradient)

    def cards(self) -> list[CardNumbers]:
        """Return what every card shows now."""
        if self.plain:
            return self.numbers.cards()
        return [self.card(node, self.events) for node in range(len(self.trace.graph))]

    def wires(self, drawing: Drawing) -> list[WireNumbers]:
        """Return how each wire of the drawing is drawn now."""
        if self.plain:
            return drawing.wires(self.numbers)
        return [self.wire(w.source, w.target, self.events) for w in drawing.layout.wires]

    def card_times(self, node: int) -> Iterator[tuple[int, CardNumbers]]:
        """Yield what a card shows, and from how many events on."""
        for moment in self.trace.moments[node]:
            if moment.at <= self.known:
                yield moment.at, self.card(node, moment.at)

    def wire_times(self, source: int, target: int) -> Iterator[tuple[int, WireNumbers]]:
        """Yield how a wire is drawn, and from how many events on."""
        for carried in self.trace.carried[source, target]:
            if carried.at <= self.known:
                yield carried.at, wire(self.trace.graph, source, carried.gradient)

    def next_inputs(self) -> dict[str, float] | None:
        """Return the inputs that the next pass begins with; None where one is not finite."""
        updated = self.trace.updated
        found = {
            leaf.name: updated.get(leaf.node, float(self.numbers.values[leaf.node, 0]))
            for leaf in self.numbers.program.inputs
        }
        return found if all(map(math.isfinite, found.values())) else None


def walked(
    pictures: Pictures, numbers: Numbers, walk: Walk, update: Update | None = None
) -> Walked:
    """Return a program at one setting of its inputs, walked through.

    Args:
        pictures: what keeps traces.
        numbers: the program at these inputs.
        walk: where in it one stands.
        update: the next one of a run; it is left aside where its weights are not these inputs'.
    """
    if update and not np.array_equal(numbers.values[list(update.nodes), 0], update.weights):
        update = None
    found = pictures.trace(numbers, walk.rate, walk.mistakes, walk.locked, update)
    return Walked(numbers, found, walk)


def opened(walked: Walked) -> Walked:
    """Return the walk as a page opens with it: at the first problem, if it says no step itself."""
    if walked.walk.step is not None or walked.trouble is None:
        return walked
    return replace(walked, walk=replace(walked.walk, step=walked.step_of(walked.trouble)))


def seen(drawing: Drawing, box: Box | None) -> tuple[Sequence[int], Sequence[int]]:
    """Return the nodes and the wires of a drawing that touch a box; all of them if it is None."""
    if box is None:
        return range(len(drawing.graph)), range(len(drawing.layout.wires))
    return _touching(drawing.card_boxes, box), _touching(drawing.wire_boxes, box)


def _touching(boxes: NDArray[np.float64], box: Box) -> list[int]:
    """Return which rows of (left, top, right, bottom) touch a box."""
    left, top, width, height = box
    inside = (boxes[:, :2] <= (left + width, top + height)) & (boxes[:, 2:] >= (left, top))
    touching: list[int] = np.flatnonzero(inside.all(axis=1)).tolist()
    return touching
