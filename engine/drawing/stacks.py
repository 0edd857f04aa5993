"""Which scopes a picture shows as one: turns of the same name side by side, drawn as a stack.

A stack stands for all its members at once, so it can use what it helps to make: where turns of two
names alternate, each would use the other. Such turns stay apart, a box each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.scopes import NO_SCOPE, Scopes

Ids = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Edges:
    """The m operand edges of a graph, by node and then by slot: (m,) int32 each."""

    sources: Ids
    targets: Ids


def edges_of(operands: Ids) -> Edges:
    """Return the edges of (n, slots) operands, -1 for none."""
    targets, slots = np.nonzero(operands >= 0)
    return Edges(operands[targets, slots].astype(np.int32), targets.astype(np.int32))


@dataclass(frozen=True, eq=False)
class Stacks:
    """The scopes of a graph, those that are shown as one put together.

    Attributes:
        scopes: s of them.
        first: of each scope, the first member of its stack: itself where it stands alone.
    """

    scopes: Scopes
    first: list[int]

    @cached_property
    def members(self) -> dict[int, tuple[int, ...]]:
        """Return the members of each stack, by its first one."""
        found: dict[int, list[int]] = {}
        for scope, first in enumerate(self.first):
            found.setdefault(first, []).append(scope)
        return {first: tuple(scopes) for first, scopes in found.items()}

    @cached_property
    def within(self) -> dict[int, list[int]]:
        """Return the stacks right inside each scope, by their first members."""
        found: dict[int, list[int]] = defaultdict(list)
        parents = self.scopes.parents.tolist()
        for first in self.members:
            found[parents[first]].append(first)
        return found

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Return the path of each scope's stack: no turn stands in it, unless it stands alone."""
        found: list[str] = []
        for scope, parent in enumerate(self.scopes.parents.tolist()):
            stacked = len(self.members[self.first[scope]]) > 1
            title = self.scopes.names[scope] if stacked else self.scopes.titles[scope]
            found.append(title if parent == NO_SCOPE else f"{found[parent]}.{title}")
        return tuple(found)

    @cached_property
    def by_depth(self) -> list[Ids]:
        """Return the scopes of each depth, the outermost first."""
        depths = self.scopes.depths
        order = np.argsort(depths, kind="stable").astype(np.int32)
        return np.split(order, np.cumsum(np.bincount(depths))[:-1]) if len(order) else []


def stacked(scopes: Scopes, edges: Edges, leaves: NDArray[np.bool_]) -> Stacks:
    """Return the scopes with equally named neighbours as stacks, where no stack uses itself.

    Args:
        scopes: s scopes of n nodes.
        edges: of the graph.
        leaves: (n,) bool.
    """
    met: dict[tuple[int, str], int] = {}
    pairs = zip(scopes.parents.tolist(), scopes.names, strict=True)
    first = [met.setdefault(key, scope) for scope, key in enumerate(pairs)]
    if len(met) == len(first):
        return Stacks(scopes, first)
    level, source, target = lifted(scopes, edges)
    units = np.concatenate([np.array(first), np.arange(len(scopes), len(scopes) + len(leaves))])
    source, target = units[source], units[target]
    low, high = _reach(scopes, units, leaves)
    from_leaf = np.concatenate([np.zeros(len(scopes), bool), leaves])[source]
    inner = (source != target) & ~from_leaf
    apart: set[int] = set()
    for at in np.unique(level[inner & (high[source] >= low[target])]).tolist():
        there = inner & (level == at)
        apart |= circling(source[there].tolist(), target[there].tolist())
    return Stacks(scopes, [k if stack in apart else stack for k, stack in enumerate(first)])


def lifted(scopes: Scopes, edges: Edges) -> tuple[Ids, Ids, Ids]:
    """Return for each edge the innermost scope around it, and what it joins right inside there.

    Returns:
        (m,) each: the scope; then the scope's own parts that hold both ends: a scope, or s + node.
    """
    count = len(scopes)
    depths = np.append(scopes.depths, -1)  # the last one stands for outside of any
    parents = np.append(scopes.parents, NO_SCOPE)
    units = [edges.sources + count, edges.targets + count]
    places = [scopes.of[edges.sources], scopes.of[edges.targets]]
    apart = np.flatnonzero(places[0] != places[1])
    while len(apart):
        deep = [depths[place[apart]] for place in places]
        for side, mine, other in ((0, deep[0], deep[1]), (1, deep[1], deep[0])):
            rising = apart[mine >= other]
            units[side][rising] = places[side][rising]
            places[side][rising] = parents[places[side][rising]]
        apart = apart[places[0][apart] != places[1][apart]]
    return places[0], units[0], units[1]


def _reach(scopes: Scopes, units: Ids, leaves: NDArray[np.bool_]) -> tuple[Ids, Ids]:
    """Return the first and the last result in each stack and node, by unit."""
    count = len(scopes)
    results = np.flatnonzero(~leaves)
    low, high = np.full(count + 1, len(leaves)), np.full(count + 1, -1)
    np.minimum.at(low, scopes.of[results], results)
    np.maximum.at(high, scopes.of[results], results)
    lows, highs = low.tolist(), high.tolist()
    parents, stacks = scopes.parents.tolist(), units[:count].tolist()
    for scope in range(count - 1, -1, -1):
        for around in {parents[scope], stacks[scope]} - {NO_SCOPE, scope}:
            lows[around] = min(lows[around], lows[scope])
            highs[around] = max(highs[around], highs[scope])
    nodes = np.arange(len(leaves))
    return (
        np.concatenate([np.array(lows[:count], np.int64), nodes]),
        np.concatenate([np.array(highs[:count], np.int64), nodes]),
    )


def circling(sources: list[int], targets: list[int]) -> set[int]:
    """Return what lies on a circle of these edges, or between two circles."""
    left = set(sources) | set(targets)
    for one, other in ((sources, targets), (targets, sources)):
        ahead: dict[int, list[int]] = defaultdict(list)
        waits: dict[int, int] = defaultdict(int)
        for a, b in zip(one, other, strict=True):
            if a in left and b in left:
                ahead[a].append(b)
                waits[b] += 1
        free = [unit for unit in left if not waits[unit]]
        while free:
            unit = free.pop()
            left.discard(unit)
            for user in ahead[unit]:
                waits[user] -= 1
                if not waits[user]:
                    free.append(user)
    return left
