"""The items of a folded picture: found from the outside in, and put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Literal

import numpy as np

from engine.drawing.forest import forest
from engine.drawing.stacks import Ids
from engine.graph import Graph
from engine.scopes import NO_SCOPE

Kind = Literal["card", "box", "stack", "frame"]
NOTHING = -1  # no item, no node, no frame around
OPEN, UNKNOWN = -2, -3  # what holds the nodes of a scope: their own cards; not known yet


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


class Parts:
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


def ordered(items: Sequence[Item], operands: list[list[int]], keys: list[int]) -> list[int]:
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
