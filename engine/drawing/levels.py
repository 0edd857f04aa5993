"""The inside of each frame as a graph of its own: items, the frame's ports, wires between them.

A value is what one item hands on; its wires share one port where they cross a rim. Within a frame,
the frame itself stands for its own rim: as a source for the ports on the left where values come
in, as a target for those on the right.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.drawing.folding import Folded
from engine.drawing.items import NOTHING, beside

# One piece of a wire: the frame it runs in, where it comes from there and where it goes.
Piece = tuple[int, int, int]


@dataclass
class Level:
    """What stands right inside one frame.

    Attributes:
        frame: the frame, NOTHING for the whole picture.
        items: in order, each after what it uses.
        ins, outs: the values that come in on the left rim and go out on the right one, numbered.
        wires: value, the item it comes from here and the one it goes to, or the frame. An ordered
            set: those into one item stand in the order of the text.
    """

    frame: int
    items: list[int] = field(default_factory=list)
    ins: dict[int, int] = field(default_factory=dict)
    outs: dict[int, int] = field(default_factory=dict)
    wires: dict[tuple[int, int, int], None] = field(default_factory=dict)

    def join(self, value: int, source: int, target: int) -> None:
        """Note a piece of a wire."""
        self.wires[value, source, target] = None
        if source == self.frame:
            self.come_in(value)
        if target == self.frame:
            self.go_out(value)

    def come_in(self, value: int) -> None:
        """Note that a value comes in through the left rim."""
        self.ins.setdefault(value, len(self.ins))

    def go_out(self, value: int) -> None:
        """Note that a value goes out through the right rim."""
        self.outs.setdefault(value, len(self.outs))


def levels(folded: Folded) -> dict[int, Level]:
    """Return the level inside each frame, outer ones first, that of the whole picture first."""
    found = {NOTHING: Level(NOTHING)}
    for place, item in enumerate(folded.items):
        if item.kind == "frame":
            found[place] = Level(place)
        found[item.parent].items.append(place)
    parents = [item.parent for item in folded.items]
    for source, target, _ in folded.wires:
        for frame, one, other in pieces(source, target, parents, folded.depths):
            found[frame].join(source, one, other)
            if other in found and other != frame:
                found[other].come_in(source)
            if one in found and one != frame:
                found[one].go_out(source)
    return found


def pieces(source: int, target: int, parents: list[int], depths: list[int]) -> list[Piece]:
    """Return the pieces of a wire, from rim to rim."""
    if parents[source] == parents[target]:
        return [(parents[source], source, target)]
    one, other = beside(source, target, parents, depths)
    if one != other:
        rising = _rising(source, one, parents)
        return [*rising, (parents[one], one, other), *_falling(other, target, parents)]
    if one == source:
        return _falling(source, target, parents)
    return _rising(source, target, parents)


def _rising(source: int, frame: int, parents: list[int]) -> list[Piece]:
    """Return the pieces from an item to the right rim of a frame around it."""
    found = []
    while source != frame:
        found.append((parents[source], source, parents[source]))
        source = parents[source]
    return found


def _falling(frame: int, target: int, parents: list[int]) -> list[Piece]:
    """Return the pieces from the left rim of a frame to an item within."""
    found = []
    while target != frame:
        found.append((parents[target], parents[target], target))
        target = parents[target]
    return found[::-1]
