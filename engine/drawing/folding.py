"""Which parts of a graph a picture shows: some scopes open, the others closed into boxes.

A closed scope is one box. Turns of one name side by side are one stack, which shows one of them in
front. An open scope is a frame around its contents; of a stack one member is open at most, and the
rim of its frame stands for all the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.drawing.forest import Forest, forest
from engine.drawing.items import NOTHING, Item, Parts, ordered
from engine.drawing.stacks import Ids
from engine.graph import Graph

NO_PAGES: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Bundles:
    """The operand edges between items, sorted by wire.

    Attributes:
        edges: (e,) the edges of the forest, those of one wire together.
        begins: (w,) where those of each wire begin.
        sources, targets: (w,) the items that it joins.
    """

    edges: NDArray[np.int64]
    begins: NDArray[np.int64]
    sources: Ids
    targets: Ids


@dataclass(frozen=True, eq=False)
class Folded:
    """A graph with its scopes open or closed: items and the wires between them.

    Attributes:
        graph: n nodes.
        items: a frame before its contents, what is used before its users.
        item_of: (n,) int32, the item that stands for each node, NOTHING where it is left out.
        member_of: (n,) int32, which of that item's scopes holds the node, NOTHING on a card.
        bundles: the operand edges between items.
    """

    graph: Graph
    items: tuple[Item, ...]
    item_of: Ids
    member_of: Ids
    bundles: Bundles

    @property
    def forest(self) -> Forest:
        """Return the graph's scopes."""
        return forest(self.graph)

    @property
    def operands(self) -> list[list[int]]:
        """Return the distinct items that each item uses, in the order of the text."""
        return self._rows[0]

    @property
    def counts(self) -> list[list[int]]:
        """Return how many operand edges each of those wires bundles."""
        return self._rows[1]

    @cached_property
    def _rows(self) -> tuple[list[list[int]], list[list[int]]]:
        return _operands(self.bundles, len(self.items))

    @property
    def wires(self) -> Iterator[tuple[int, int, int]]:
        """Yield source, target and count of every wire, by target."""
        for target, (row, counts) in enumerate(zip(self.operands, self.counts, strict=True)):
            for source, count in zip(row, counts, strict=True):
                yield source, target, count

    def keys(self, names: Sequence[str]) -> list[str]:
        """Return a name for each item that paging, folding and edits leave as it is.

        Args:
            names: of the nodes.
        """
        paths = self.forest.stacks.paths
        return [
            names[item.node] if item.kind == "card" else f"scope:{paths[item.scope]}"
            for item in self.items
        ]

    @cached_property
    def depths(self) -> list[int]:
        """Return how many frames stand around each item."""
        found: list[int] = []
        for item in self.items:
            found.append(0 if item.parent == NOTHING else found[item.parent] + 1)
        return found


def fold(
    graph: Graph,
    opened: Sequence[int] = (),
    pages: Mapping[int, int] = NO_PAGES,
    only: Set[int] | None = None,
    *,
    flat: bool = False,
) -> Folded:
    """Return a graph with some of its scopes open.

    Args:
        graph: n nodes.
        opened: the open scopes, by their numbers in `forest(graph).scopes`; one is shown open
            where all around it are. Of the members of a stack the last one given is open.
        pages: the member in front of a stack, by its first member; one that is open comes first.
        only: the nodes that are shown, None for all.
        flat: show every node, and no scopes.
    """
    parts = Parts(graph, only, flat=flat)
    shown = dict(pages)
    for scope in opened:
        if 0 <= scope < len(parts.forest.stacks.first):
            shown[parts.forest.stacks.first[scope]] = scope
    parts.open(set(opened), shown)
    item_of, member_of = parts.holders()
    held = np.bincount(item_of[item_of >= 0], minlength=len(parts.items)).tolist()
    items = [replace(item, nodes=n) for item, n in zip(parts.items, held, strict=True)]
    bundles = _bundled(parts.forest, item_of, len(items))
    found = Folded(graph, tuple(items), item_of, member_of, bundles)
    return found if flat else _in_order(found, parts.keys)


def _bundled(forest: Forest, item_of: Ids, count: int) -> Bundles:
    """Return the wires between items, in the order of the text."""
    sources, targets = item_of[forest.edges.sources], item_of[forest.edges.targets]
    between = np.flatnonzero((sources >= 0) & (targets >= 0) & (sources != targets))
    pairs = targets[between].astype(np.int64) * count + sources[between]
    order = np.argsort(pairs, kind="stable")
    ranked = pairs[order]
    begins = np.flatnonzero(np.diff(ranked, prepend=-1))
    return Bundles(
        between[order], begins, ranked[begins] % max(count, 1), ranked[begins] // max(count, 1)
    )


def _operands(bundles: Bundles, count: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return the operands of each of `count` items, and how many edges each wire bundles."""
    operands: list[list[int]] = [[] for _ in range(count)]
    counts: list[list[int]] = [[] for _ in range(count)]
    many = np.diff(bundles.begins, append=len(bundles.edges))
    order = np.argsort(bundles.edges[bundles.begins], kind="stable")
    rows = (bundles.sources, bundles.targets, many)
    for source, target, bundled in zip(*(row[order].tolist() for row in rows), strict=True):
        operands[target].append(source)
        counts[target].append(bundled)
    return operands, counts


def _in_order(folded: Folded, keys: list[int]) -> Folded:
    """Return the picture with its items numbered: frames first, then what is used first."""
    items = folded.items
    order = ordered(items, folded.operands, keys)
    place = np.full(len(order) + 1, NOTHING, np.int32)  # the last one: NOTHING stays what it is
    place[order] = np.arange(len(order))
    parents = place[[items[old].parent for old in order]].tolist()
    bundles = folded.bundles
    return Folded(
        folded.graph,
        tuple(replace(items[old], parent=p) for old, p in zip(order, parents, strict=True)),
        place[folded.item_of],
        folded.member_of,
        replace(bundles, sources=place[bundles.sources], targets=place[bundles.targets]),
    )
