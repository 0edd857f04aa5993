"""What folding needs to know of a graph, found once and kept as long as the graph lives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from engine.drawing.chunks import chunked
from engine.drawing.stacks import Edges, Ids, Stacks, edges_of
from engine.graph import Graph
from engine.ops import OPS
from engine.scopes import NO_SCOPE, Scopes


@dataclass(frozen=True, eq=False)
class Forest:
    """The scopes of one graph as a picture shows them.

    Attributes:
        stacks: the scopes, those made for long runs included, and which are shown as one.
        edges: the graph's operand edges.
        codes: (n,) int16, the op of each node.
    """

    stacks: Stacks
    edges: Edges
    codes: NDArray[np.int16]

    @property
    def scopes(self) -> Scopes:
        """Return the scopes."""
        return self.stacks.scopes

    @cached_property
    def _by_scope(self) -> tuple[Ids, Ids]:
        """Return the nodes sorted by scope, and where those of each scope begin, -1 first."""
        of = self.scopes.of
        order = np.argsort(of, kind="stable").astype(np.int32)
        counts = np.bincount(of + 1, minlength=len(self.scopes) + 1)
        return order, np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    def own(self, scope: int) -> Ids:
        """Return the nodes right inside a scope, NO_SCOPE for outside of any, ascending."""
        order, begins = self._by_scope
        return order[begins[scope + 1] : begins[scope + 2]]

    @cached_property
    def _extents(self) -> tuple[list[int], list[int]]:
        """Return the first result (or leaf) and the last node in each scope."""
        count, nodes = len(self.scopes), len(self.codes)
        inside = np.flatnonzero(self.scopes.of >= 0)
        results = inside[self.codes[inside] >= 0]
        found, parents = [], self.scopes.parents.tolist()
        for picked, best, reduce in ((results, nodes, np.minimum), (inside, -1, np.maximum)):
            each = np.full(count, best)
            reduce.at(each, self.scopes.of[picked], picked)
            extents = each.tolist()
            better = min if reduce is np.minimum else max
            for scope in range(count - 1, -1, -1):
                parent = parents[scope]
                if parent != NO_SCOPE:
                    extents[parent] = better(extents[parent], extents[scope])
            found.append(extents)
        return found[0], found[1]

    @property
    def first(self) -> list[int]:
        """Return the first result in each scope, the number of nodes where there is none."""
        return self._extents[0]

    @property
    def last(self) -> list[int]:
        """Return the last node in each scope: what it is there for."""
        return self._extents[1]

    @cached_property
    def shapes(self) -> NDArray[np.uint64]:
        """Return (s,) a number for each scope, alike where as many ops are joined alike within.

        A sum over all nodes and edges of what they are: two scopes that are built alike agree.
        """
        codes, edges, of = self.codes.astype(np.uint64), self.edges, self.scopes.of
        count = len(self.scopes)
        sources, targets = edges.sources, edges.targets
        # of what comes from elsewhere only that it does
        known = np.where(of[sources] == of[targets], codes[sources], np.uint64(len(OPS)))
        joints = _mixed(_mixed(known) * np.uint64(3) + _mixed(codes[targets]))
        sums = np.zeros(count + 1, np.uint64)
        np.add.at(sums, of, _mixed(codes))
        np.add.at(sums, of[targets], joints)
        parents = self.scopes.parents
        for level in reversed(self.stacks.by_depth):
            np.add.at(sums, parents[level], _mixed(sums[level]))
        return sums[:count]


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers whose sums hardly ever agree by chance.

    Source: the finalizer of SplitMix64 (Steele, Lea & Flood 2014).
    """
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


_kept: WeakKeyDictionary[Graph, Forest] = WeakKeyDictionary()


def forest(graph: Graph) -> Forest:
    """Return the forest of a graph; two threads may both make it, and neither waits."""
    known = _kept.get(graph)
    if known is None:
        edges = edges_of(graph.operands)
        known = _kept[graph] = Forest(chunked(graph, edges), edges, graph.codes)
    return known
