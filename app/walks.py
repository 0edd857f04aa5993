"""A person's walk through a program: the trace, what stands where in it, what is known by then.

Everything here is a pure function of (numbers, walk). A picture is drawn as it is after so many
events of the trace; a timeline says for one card, or one wire, what it shows from which event on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.drawings import Drawing
from app.links import Walk
from app.pictures import Numbers, Pictures
from engine.drawing.boxes import BoxNumbers, hidden
from engine.drawing.cards import IDLE, CardNumbers, WireNumbers, card, wire
from engine.events import FLOW, Rows
from engine.moments import Carried, Moment, state_at
from engine.predict import asks
from engine.trace import Trace
from engine.updates import Update

# A box in the drawing: left, top, width, height.
Box = tuple[float, float, float, float]


FEW_EVENTS = 20_000  # a walk of no more is sent at once; of a longer one
STEPS_AT_ONCE = 4_000  # so many steps are, around the one that is asked for


class Window(NamedTuple):
    """A part of a walk: its first step, from 1, and the events where its steps begin and end."""

    first: int
    cuts: list[int]


_State = TypeVar("_State", Moment, Carried)


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

    @property
    def whole(self) -> int:
        """Return after how many events everything is known, and nothing updated."""
        return self.trace.whole

    @property
    def known(self) -> int:
        """Return up to how many events the page may be told: of a prediction, none ahead."""
        return self.events if self.walk.predict else len(self.trace.events)

    @cached_property
    def trouble(self) -> int | None:
        """Return the event at which the first number stops being finite, None if all are."""
        for problem in self.numbers.problems:
            return problem.node  # a walk begins with every value, in evaluation order
        table = self.trace.events.table
        steep = [problem.node for problem in self.numbers.broken_slopes()]
        flows = np.isin(table["node"], steep) & (table["kind"] == FLOW)
        broken = np.flatnonzero(flows & ~np.isfinite(table["contribution"]))
        return int(broken[0]) if len(broken) else None

    def card(self, node: int, events: int) -> CardNumbers:
        """Return what the card of a node shows after so many events."""
        return self._card(node, state_at(self.trace.moments[node], events))

    def _card(self, node: int, moment: Moment) -> CardNumbers:
        trouble = self.numbers.troubles.get(node, "")
        return card(self.trace.graph, node, moment.value, moment.gradient, trouble, moment.right)

    def wire(self, source: int, target: int, events: int) -> WireNumbers:
        """Return how the wire between two nodes is drawn after so many events."""
        carried = state_at(self.trace.carried[source, target], events)
        return wire(self.trace.graph, source, carried.gradient)

    def cards(self, nodes: Iterable[int] | None = None) -> list[CardNumbers]:
        """Return what the cards of some nodes show now; of all of them if it is None."""
        if self.plain:
            return self.numbers.cards(nodes)
        wanted = range(len(self.trace.graph)) if nodes is None else nodes
        return [self.card(node, self.events) for node in wanted]

    def wires(self, drawing: Drawing) -> list[WireNumbers]:
        """Return how each wire of the drawing is drawn now."""
        if self.plain:
            return self.numbers.wires(drawing)
        return [self.wire(*ends, self.events) if ends else IDLE for ends in drawing.picture.ends]

    def boxes(self, drawing: Drawing) -> list[BoxNumbers | None]:
        """Return what each box of the drawing shows now: on the way no number."""
        found = self.numbers.boxes(drawing.folded)
        return found if self.plain else [box and hidden(box) for box in found]

    @cached_property
    def window(self) -> Window:
        """Return the part of the walk that is sent at once: all of it, where it is short."""
        cuts, first = self.trace.cuts(self.walk.grain), 0
        if len(self.trace.events) > FEW_EVENTS:
            step = self.step_of(self.whole - 1) - 1 if self.step is None else self.step
            first = max(0, min(step - STEPS_AT_ONCE // 2, self.total - STEPS_AT_ONCE))
            cuts = cuts[first : first + STEPS_AT_ONCE + 1]
        return Window(first + 1, list(cuts))

    @property
    def acting(self) -> Rows:
        """Return the events of the window; where its steps gather more than a few, the first."""
        begin, end = self.window.cuts[0], self.window.cuts[-1]
        return self.trace.events.table[begin : min(end, begin + FEW_EVENTS)]

    def steps_of(self, nodes: Sequence[int]) -> list[int]:
        """Return the steps, from 1, in which any of these nodes acts."""
        acting = np.flatnonzero(np.isin(self.trace.events.table["node"], nodes))
        cuts = np.asarray(self.trace.cuts(self.walk.grain))
        found: list[int] = np.unique(np.searchsorted(cuts, acting, side="right")).tolist()
        return found

    def card_times(self, node: int) -> Iterator[tuple[int, CardNumbers]]:
        """Yield what a card shows in the window, and from how many events on."""
        for moment in self._seen(self.trace.moments[node]):
            yield moment.at, self._card(node, moment)

    def wire_times(self, source: int, target: int) -> Iterator[tuple[int, WireNumbers]]:
        """Yield how a wire is drawn in the window, and from how many events on."""
        for carried in self._seen(self.trace.carried[source, target]):
            yield carried.at, wire(self.trace.graph, source, carried.gradient)

    def _seen(self, states: Sequence[_State]) -> list[_State]:
        """Return the states that hold in the window or in the whole picture, and may be known."""
        begin, end = self.window.cuts[0], min(self.window.cuts[-1], self.known)
        held = {state.at: state for state in states if begin < state.at <= end}
        for events in (begin, self.whole):
            state = state_at(states, min(events, self.known))
            held[state.at] = state
        return [held[at] for at in sorted(held)]

    def after(self, events: int) -> Walked:
        """Return the same walk at the step that ends so many events, or holds the last of them."""
        return replace(self, walk=replace(self.walk, step=self.step_of(max(events, 1) - 1)))

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
    """Return the cards, by node, and the wires between cards that touch a box; None is all."""
    items, ends = drawing.folded.items, drawing.picture.ends
    places = range(len(items)) if box is None else _touching(drawing.card_boxes, box)
    wires = range(len(ends)) if box is None else _touching(drawing.wire_boxes, box)
    nodes = [items[place].node for place in places if items[place].kind == "card"]
    return nodes, [place for place in wires if ends[place]]


def _touching(boxes: NDArray[np.float64], box: Box) -> list[int]:
    """Return which rows of (left, top, right, bottom) touch a box."""
    left, top, width, height = box
    inside = (boxes[:, :2] <= (left + width, top + height)) & (boxes[:, 2:] >= (left, top))
    touching: list[int] = np.flatnonzero(inside.all(axis=1)).tolist()
    return touching
