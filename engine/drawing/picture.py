"""A folded graph without its ink, and what the next picture of it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.drawing.folding import Folded
from engine.drawing.layers import Array
from engine.drawing.wires import Wire

Spot = tuple[float, float]
Port = tuple[int, int, bool]  # frame, value, whether it comes in


@dataclass(frozen=True, eq=False)
class Picture:
    """A folded graph without its ink.

    Attributes:
        folded: what is drawn.
        x, y, widths, heights: (items,) float64, left, top and size of each item in px.
        wires: one for each pair of an item and a distinct operand, by target.
        left, top, width, height: of the whole, in px.
        ports: by frame, value and whether it comes in, where it crosses the frame's rim.
    """

    folded: Folded
    x: Array
    y: Array
    widths: Array
    heights: Array
    wires: tuple[Wire, ...]
    left: float
    top: float
    width: float
    height: float
    ports: dict[Port, Spot]

    @cached_property
    def ends(self) -> list[tuple[int, int] | None]:
        """Return the two nodes of each wire, None where one end is no card."""
        items = self.folded.items
        found: list[tuple[int, int] | None] = []
        for wire in self.wires:
            source, target = items[wire.source], items[wire.target]
            cards = source.kind == target.kind == "card"
            found.append((source.node, target.node) if cards else None)
        return found

    def places(self, keys: Sequence[str]) -> dict[str, Spot]:
        """Return where all stands, and how large boxes are: what the next picture starts from.

        Args:
            keys: of the items.
        """
        spots = zip(self.x.tolist(), self.y.tolist(), strict=True)
        found = dict(zip(keys, spots, strict=True))
        for port, spot in self.ports.items():
            found[port_key(keys, *port)] = spot
        for place, item in enumerate(self.folded.items):
            if item.kind != "card":
                size = (float(self.widths[place]), float(self.heights[place]))
                found[size_key(keys[place])] = size
        return found


def size_key(key: str) -> str:
    """Return the key of the size of a box or a frame."""
    return f"{key} size"


def port_key(keys: Sequence[str], frame: int, value: int, coming: bool) -> str:  # noqa: FBT001
    """Return the key of the port where a value crosses the rim of a frame."""
    return f"{keys[frame]} {'<' if coming else '>'} {keys[value]}"
