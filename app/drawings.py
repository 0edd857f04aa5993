"""A drawing: where a program's cards and boxes stand, and what each of them shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from app.folds import Folds, folded
from engine.drawing.boxes import BoxNumbers, item_sizes
from engine.drawing.cards import CardNumbers, WireNumbers
from engine.drawing.folded_svg import name_of, write_folded_svg
from engine.drawing.folding import Folded
from engine.drawing.nested import lay_out_folded
from engine.drawing.picture import Picture
from engine.graph import Graph
from engine.names import Names, node_names
from engine.program import Program

Array = NDArray[np.float64]

# With a larger share of new nodes than this it is another program: it is laid out afresh.
MOST_NEW = 0.5


@dataclass(frozen=True, eq=False)
class Drawing:
    """Where a program's items stand. `key` names it, so that the next one can start from it.

    Attributes:
        program: what is drawn.
        names: of its nodes.
        folds: what was asked to be open.
        picture: the items, and their places.
    """

    key: str
    program: Program
    names: Names
    folds: Folds
    picture: Picture

    @property
    def graph(self) -> Graph:
        """Return the structure that is drawn."""
        return self.program.graph

    @property
    def folded(self) -> Folded:
        """Return the items."""
        return self.picture.folded

    @cached_property
    def keys(self) -> list[str]:
        """Return a name for each item that survives edits, folding and paging."""
        return self.folded.keys(self.names.keys)

    @cached_property
    def nodes(self) -> dict[int, int]:
        """Return the items that are cards, by node."""
        items = enumerate(self.folded.items)
        return {item.node: place for place, item in items if item.kind == "card"}

    def holder(self, node: int) -> str | None:
        """Return what the page calls the box that holds a node, None where it is a card or out."""
        place = int(self.folded.item_of[node])
        if place < 0 or self.folded.items[place].kind == "card":
            return None
        return name_of(self.folded.items[place])

    def is_another(self, before: Drawing) -> bool:
        """Return whether it shows another program than `before`, not an edit of it."""
        return is_another(self.names, before.names)

    @cached_property
    def card_boxes(self) -> Array:
        """Return (items, 4): left, top, right and bottom of every item."""
        picture = self.picture
        corners = np.column_stack([picture.x, picture.y])
        return np.hstack([corners, corners + np.column_stack([picture.widths, picture.heights])])

    @cached_property
    def wire_boxes(self) -> Array:
        """Return (wires, 4): left, top, right and bottom of a box around every wire."""
        ways = [np.array(wire.points) for wire in self.picture.wires]
        return np.array([(*way.min(axis=0), *way.max(axis=0)) for way in ways]).reshape(-1, 4)

    def svg(
        self,
        cards: Mapping[int, CardNumbers],
        boxes: Sequence[BoxNumbers | None],
        wires: Sequence[WireNumbers],
    ) -> Markup:
        """Return the picture.

        Args:
            cards: what they show, by node.
            boxes: what they show, by item.
            wires: how they are drawn.
        """
        shown = [cards.get(item.node) for item in self.folded.items]
        return write_folded_svg(self.picture, shown, boxes, wires, self.keys)


def is_another(names: Names, before: Names) -> bool:
    """Tell whether these nodes belong to another program, not to an edit of the one before."""
    if names is before:
        return False
    return len(names.places.keys() - before.places.keys()) > MOST_NEW * len(names.keys)


def key_of(source: str, mine: str, folds: Folds, before: Drawing | None) -> str:
    """Return the name of a drawing, by what it comes from."""
    lineage = f"{before.key if before else ''}\0{mine}\0{folds.key}\0{source}"
    return sha256(lineage.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def draw(key: str, program: Program, folds: Folds, before: Drawing | None) -> Drawing:
    """Lay a program out; what stood in the drawing before keeps its place as far as possible."""
    names = node_names(program.graph)
    found = folded(program.graph, folds, names.places)
    previous = None
    if before is not None and not is_another(names, before.names):
        previous = before.picture.places(before.keys)
    keys = found.keys(names.keys)
    picture = lay_out_folded(found, item_sizes(found), keys, previous, folds.anchor)
    return Drawing(key, program, names, folds, picture)
