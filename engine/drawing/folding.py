"""Which parts of a graph a picture shows: some scopes open, the others closed into boxes.

A closed scope is one box. Turns of one name side by side are one stack, which shows one of them in
front. An open scope is a frame around its contents; of a stack one member is open at most, and the
rim of its frame stands for all the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.drawing.forest import Forest, forest
from engine.drawing.stacks import Ids
from engine.graph import Graph
from engine.scopes import NO_SCOPE

Kind = Literal["card", "box", "stack", "frame"]
NOTHING = -1  # no item, no node, no frame around

FLAT = 400  # nodes up to which nothing is folded
ENOUGH = 24  # items that a picture shows at first, at most
NO_PAGES: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a picture.

    Attributes:
        kind: a card shows a node, a box a closed scope, a stack several; a frame is an open scope.
        node: that of a card, else NOTHING.
        scope: the one in front, NO_SCOPE for a card.
        members: the scopes it stands for; of a stack all that hold something that is shown.
        parent: the frame around it, NOTHING for none.
        nodes: how many it stands for; of a frame those of the members that are not open.
    """

    kind: Kind
    node: int
    scope: int
    members: tuple[int, ...]
    parent: int
    nodes: int


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
    parts = _Parts(graph, only, flat=flat)
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


class _Parts:
    """The items of a picture, found from the outside in."""

    def __init__(self, graph: Graph, only: Set[int] | None, *, flat: bool) -> None:
        self.forest = forest(graph)
        self.flat = flat
        self.items: list[Item] = []
        self.keys: list[int] = []  # when each begins, in evaluation order
        self.shown = np.ones(len(graph), bool)
        self.empty: set[int] = set()
        if only is not None:
            self.shown[:] = False
            self.shown[[node for node in only if 0 <= node < len(graph)]] = True
            self.empty = self._empty()
        self.cards = np.full(len(graph), NOTHING, np.int32)
        # the item that stands for the nodes of a scope; the last one is for those outside of any
        self.holding = np.full(len(self.forest.scopes) + 1, UNKNOWN, np.int32)
        self.holding[-1] = OPEN

    def _empty(self) -> set[int]:
        """Return the scopes of which no node is shown."""
        scopes = self.forest.scopes
        counts = np.bincount(scopes.of[self.shown] + 1, minlength=len(scopes) + 1)[1:].tolist()
        parents = scopes.parents.tolist()
        for scope in range(len(scopes) - 1, -1, -1):
            if parents[scope] != NO_SCOPE:
                counts[parents[scope]] += counts[scope]
        return {scope for scope, count in enumerate(counts) if not count}

    def open(self, opened: Set[int], shown: Mapping[int, int]) -> None:
        """Find all items."""
        if self.flat:
            self._add_cards(np.flatnonzero(self.shown).astype(np.int32), NOTHING)
            return
        waiting = [(NO_SCOPE, NOTHING)]
        for around, frame in waiting:
            own = self.forest.own(around)
            self._add_cards(own[self.shown[own]], frame)
            for first in self.forest.stacks.within[around]:
                members = self.forest.stacks.members[first]
                if self.empty:
                    self.holding[list(members)] = NOTHING
                    members = tuple(scope for scope in members if scope not in self.empty)
                if not members:
                    continue
                front = shown.get(first, members[0])
                front = front if front in members else members[0]
                kind: Kind = "box" if len(members) == 1 else "stack"
                if front in opened:
                    kind = "frame"
                    waiting.append((front, len(self.items)))
                self.holding[list(members)] = len(self.items)
                if kind == "frame":
                    self.holding[front] = OPEN
                self.keys.append(min(self.forest.first[scope] for scope in members))
                self.items.append(Item(kind, NOTHING, front, members, frame, 0))

    def _add_cards(self, nodes: Ids, frame: int) -> None:
        self.cards[nodes] = np.arange(len(self.items), len(self.items) + len(nodes))
        ids = nodes.tolist()
        self.keys += ids
        self.items += [Item("card", node, NO_SCOPE, (), frame, 1) for node in ids]

    def holders(self) -> tuple[Ids, Ids]:
        """Return (n,) int32 each: the item of each node, and the scope of that item it is in."""
        if self.flat:
            return self.cards, np.full(len(self.cards), NOTHING, np.int32)
        parents, of = self.forest.scopes.parents, self.forest.scopes.of
        member = np.arange(len(self.holding), dtype=np.int32)
        for level in self.forest.stacks.by_depth:
            unknown = level[self.holding[level] == UNKNOWN]
            self.holding[unknown] = self.holding[parents[unknown]]
            member[unknown] = member[parents[unknown]]
        found = np.where(self.holding[of] == OPEN, self.cards, self.holding[of])
        scopes = np.where(self.holding[of] == OPEN, NOTHING, member[of])
        item_of = np.where(self.shown, found, NOTHING).astype(np.int32)
        return item_of, scopes.astype(np.int32)


OPEN, UNKNOWN = -2, -3


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
    order = _ordered(items, folded.operands, keys)
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


def _ordered(items: Sequence[Item], operands: list[list[int]], keys: list[int]) -> list[int]:
    """Return the items, what is used first and a frame before its contents, by their keys."""
    inside: list[list[int]] = [[] for _ in range(len(items) + 1)]
    depths: list[int] = []
    for place, item in enumerate(items):
        inside[item.parent].append(place)
        depths.append(0 if item.parent == NOTHING else depths[item.parent] + 1)
    waits: list[set[int]] = [set() for _ in items]
    users: list[list[int]] = [[] for _ in items]
    parents = [item.parent for item in items]
    for target, row in enumerate(operands):
        for source in row:
            one, other = beside(source, target, parents, depths)
            if one != other and one not in waits[other]:
                waits[other].add(one)
                users[one].append(other)
    order: list[int] = []
    levels = [NOTHING]
    # a frame's contents follow it: the levels are gone through depth first
    rows = {level: _sorted(inside[level], waits, users, keys) for level in _frames(items)}
    trail = [iter(rows[levels[0]])]
    while trail:
        at = next(trail[-1], NOTHING)
        if at == NOTHING:
            trail.pop()
            continue
        order.append(at)
        if items[at].kind == "frame":
            trail.append(iter(rows[at]))
    return order


def _frames(items: Sequence[Item]) -> list[int]:
    return [NOTHING, *[place for place, item in enumerate(items) if item.kind == "frame"]]


def _sorted(
    row: list[int], waits: list[set[int]], users: list[list[int]], keys: list[int]
) -> list[int]:
    """Return the items of a frame, each after those it waits for; where that cannot be, by key."""
    left = dict.fromkeys(row)
    free = [(keys[item], item) for item in row if not waits[item]]
    heapify(free)
    order: list[int] = []
    while left:
        if not free:  # they wait for each other: scopes that were not nested
            stuck = min(left, key=keys.__getitem__)
            free = [(keys[stuck], stuck)]
        _, item = heappop(free)
        if item not in left:
            continue
        del left[item]
        order.append(item)
        for user in users[item]:
            waits[user].discard(item)
            if not waits[user] and user in left:
                heappush(free, (keys[user], user))
    return order


def beside(one: int, other: int, parents: list[int], depths: list[int]) -> tuple[int, int]:
    """Return what holds the two items within the innermost frame around both.

    Where one holds the other, that is the same item twice.
    """
    while depths[one] > depths[other]:
        one = parents[one]
    while depths[other] > depths[one]:
        other = parents[other]
    while parents[one] != parents[other]:
        one, other = parents[one], parents[other]
    return one, other


def opened_by_default(graph: Graph) -> tuple[int, ...]:
    """Return the scopes that are open at first: all of a small graph, the outer ones of a large.

    Level by level, all that stand side by side or none of them, as long as the picture stays small;
    of a stack its first member. What was cut from a long run stays closed.
    """
    found, stacks = forest(graph), forest(graph).stacks
    if len(graph) <= FLAT:
        return tuple(range(len(stacks.first)))
    opened: list[int] = []
    shown, waiting = _parts(found, NO_SCOPE), [NO_SCOPE]
    for around in waiting:
        row = [
            scope
            for scope in stacks.within[around]
            if scope < len(graph.scopes) and _parts(found, scope) <= ENOUGH // 2
        ]
        more = sum(_parts(found, scope) for scope in row)
        if shown + more <= ENOUGH:
            shown += more
            opened += row
            waiting += row
    return tuple(opened)


def opened_to(graph: Graph, depth: int) -> tuple[int, ...]:
    """Return the scopes with fewer than `depth` scopes around them; of a stack its first member."""
    found = forest(graph)
    opened: list[int] = []
    waiting = list(found.stacks.within[NO_SCOPE])
    for scope in waiting:
        if found.scopes.depths[scope] >= depth:
            break
        waiting += found.stacks.within[scope]
        opened.append(scope)
    return tuple(opened)


def _parts(forest: Forest, scope: int) -> int:
    return len(forest.own(scope)) + len(forest.stacks.within[scope])


def turned(graph: Graph, opened: Sequence[int], member: int) -> tuple[int, ...]:
    """Return the open scopes with a member of a stack in place of the one that is open now.

    What is open inside the one is open inside the other, where that has such a part.
    """
    stacks = forest(graph).stacks
    paths, found = stacks.scopes.paths, list(opened)
    before = [scope for scope in opened if stacks.first[scope] == stacks.first[member]]
    if not before or before[-1] == member:
        return tuple(opened)
    old, new = paths[before[-1]], paths[member]
    for scope in opened:
        if paths[scope] == old or paths[scope].startswith(f"{old}."):
            same = stacks.scopes.by_path.get(new + paths[scope][len(old) :])
            found += [] if same is None else [same]
    return tuple(dict.fromkeys(scope for scope in found if scope not in before))


def is_flat(graph: Graph) -> bool:
    """Return whether a graph is small enough to be drawn without folding."""
    return len(graph) <= FLAT
