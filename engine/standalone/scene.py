"""A graph at one moment of the walk through it: what its cards, boxes and wires show by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine.computed import Computed
from engine.drawing.boxes import BoxNumbers, box_numbers, bundle_numbers, hidden, item_sizes
from engine.drawing.cards import IDLE, CardNumbers, WireNumbers, card, card_numbers, wire
from engine.drawing.folding import Folded, fold
from engine.drawing.nested import lay_out_folded
from engine.drawing.opening import is_flat, opened_by_default
from engine.drawing.picture import Picture
from engine.events import FORWARD, NOTHING
from engine.graph import Graph
from engine.moments import state_at
from engine.names import node_names
from engine.trace import Grain, Trace


def usual_picture(graph: Graph) -> Picture:
    """Return a graph laid out as the page opens it: flat while it is small, else folded."""
    return laid_out(
        fold(graph, flat=True) if is_flat(graph) else fold(graph, opened_by_default(graph))
    )


def laid_out(folded: Folded) -> Picture:
    """Return where the items stand, laid out afresh."""
    return lay_out_folded(folded, item_sizes(folded))


def keys_of(picture: Picture) -> list[str]:
    """Return a name for each item of a picture that folding leaves as it is."""
    return picture.folded.keys(node_names(picture.folded.graph).keys)


@dataclass(frozen=True, eq=False)
class Acting:
    """What acts at a step: one node, what it acts on, and the wires between; or nothing."""

    node: int | None = None
    operands: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Scene:
    """A graph with its numbers, at one step of a walk or finished.

    Attributes:
        work: the graph and its numbers.
        trace: the walk.
        step: which step of it, from 1; None for the finished picture.
        grain: how large a step is.
    """

    work: Computed
    trace: Trace
    step: int | None = None
    grain: Grain = "node"

    def __post_init__(self) -> None:
        """Refuse a step that the walk does not have.

        Raises:
            GraphError: there is no such step.
        """
        if self.step is not None:
            self.trace.check_step(self.step, self.grain)

    @cached_property
    def events(self) -> int:
        """Return how many events have happened."""
        return self.trace.whole if self.step is None else self.trace.cuts(self.grain)[self.step]

    @property
    def plain(self) -> bool:
        """Return whether it shows the finished numbers, and the right ones."""
        return self.events == self.trace.whole and not self.trace.mistakes

    @cached_property
    def troubles(self) -> dict[int, str]:
        """Return why values are not finite, by the node where it begins."""
        return {problem.node: problem.message for problem in self.work.problems}

    @cached_property
    def acting(self) -> Acting:
        """Return what acts at this step, nothing where several nodes do."""
        if self.step is None:
            return Acting()
        begin, end = self.trace.cuts(self.grain)[self.step - 1 : self.step + 1]
        return acting(self.trace, begin, end)

    def cards(self, folded: Folded) -> list[CardNumbers | None]:
        """Return what the card of each item shows now, None for what is no card."""
        nodes = [item.node for item in folded.items if item.kind == "card"]
        if self.plain:
            values, gradients = self.work.values, self.work.found.nodes
            found = card_numbers(self.work.graph, values, gradients, self.troubles, nodes=nodes)
        else:
            found = [self.card(node) for node in nodes]
        shown = iter(found)
        return [next(shown) if item.kind == "card" else None for item in folded.items]

    def card(self, node: int) -> CardNumbers:
        """Return what the card of a node shows now."""
        now = state_at(self.trace.moments[node], self.events)
        trouble = self.troubles.get(node, "")
        return card(self.trace.graph, node, now.value, now.gradient, trouble, now.right)

    def boxes(self, folded: Folded) -> list[BoxNumbers | None]:
        """Return what each box shows now: on the way no number."""
        found = box_numbers(folded, self.work.values, self.work.found.nodes, self.troubles)
        return found if self.plain else [box and hidden(box) for box in found]

    def wires(self, picture: Picture) -> list[WireNumbers]:
        """Return how each wire is drawn now; what a bundle carries on the way is not followed."""
        if self.plain:
            ends = ((wire.source, wire.target) for wire in picture.wires)
            return bundle_numbers(picture.folded, self.work.found.edges, ends)
        return [self._wire(*ends) if ends else IDLE for ends in picture.ends]

    def _wire(self, source: int, target: int) -> WireNumbers:
        carried = state_at(self.trace.carried[source, target], self.events)
        return wire(self.trace.graph, source, carried.gradient)


def acting(trace: Trace, begin: int, end: int) -> Acting:
    """Return what acts in these events: a flow hands to operands, a value is made from its own."""
    rows = trace.events.table[begin:end]
    nodes = np.unique(rows["node"]).tolist()
    if len(nodes) != 1:
        return Acting()
    (node,) = nodes
    if rows["operand"][0] != NOTHING:
        return Acting(node, tuple(dict.fromkeys(rows["operand"].tolist())))
    made = rows["kind"][0] == FORWARD
    return Acting(node, trace.graph.operands_of(node) if made else ())


def marked_cards(
    folded: Folded, shown: Sequence[CardNumbers | None], now: Acting
) -> list[CardNumbers | None]:
    """Return cards, those that act at a step with the class that says so beside their tone."""
    return [
        replace(each, tone=f"{each.tone}{_mark({item.node}, now)}") if each else None
        for item, each in zip(folded.items, shown, strict=True)
    ]


def marked_boxes(
    folded: Folded, shown: Sequence[BoxNumbers | None], now: Acting
) -> list[BoxNumbers | None]:
    """Return boxes, those that hold what acts at a step with the class that says so."""
    held = {place: set[int]() for place in range(len(folded.items))}
    for node in (now.node, *now.operands):
        if node is not None and folded.item_of[node] >= 0:
            held[int(folded.item_of[node])].add(node)
    return [
        replace(each, tone=f"{each.tone}{_mark(held[place], now)}") if each else None
        for place, each in enumerate(shown)
    ]


def marked_wires(picture: Picture, shown: Sequence[WireNumbers], now: Acting) -> list[WireNumbers]:
    """Return wires, those along which something passes at a step with the class that says so."""
    of = picture.folded.item_of
    along = {(int(of[k]), int(of[now.node])) for k in now.operands if now.node is not None}
    return [
        replace(each, tone=f"{each.tone} now") if (wire.source, wire.target) in along else each
        for wire, each in zip(picture.wires, shown, strict=True)
    ]


def _mark(nodes: set[int], now: Acting) -> str:
    return " now" if now.node in nodes else " beside" if nodes & set(now.operands) else ""
