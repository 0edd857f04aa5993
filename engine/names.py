"""The name of every node at once: a network spells few formulas, over and over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from engine.graph import DEEPEST, LEAF, NO_OPERAND, Graph, unnumbered

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Names:
    """A name a node that survives edits: its label or words, counted where they repeat."""

    keys: tuple[str, ...]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Return the nodes by name."""
        return {key: node for node, key in enumerate(self.keys)}


_named: WeakKeyDictionary[Graph, Names] = WeakKeyDictionary()


def node_names(graph: Graph) -> Names:
    """Return the names of a graph's nodes; two threads may both make them."""
    known = _named.get(graph)
    if known is None:
        count: Counter[str] = Counter()
        keys = []
        for name in every_name(graph):
            count[name] += 1
            keys.append(f"{name}#{count[name]}")
        known = _named[graph] = Names(tuple(keys))
    return known


def every_name(graph: Graph) -> tuple[str, ...]:
    """Return `graph.name(node)` of every node; of nodes that are spelled alike one is asked.

    Two are where the same op made them of operands that are spelled alike as deep as a formula
    goes, in scopes that leave out the same part of every label.
    """
    words = _words(graph)
    alike = _alike(words, _seen_from(graph), _spelled(graph, words, DEEPEST))
    firsts, which = np.unique(alike, return_index=True, return_inverse=True)[1:]
    names = np.array([graph.name(node) for node in firsts.tolist()], object)
    return tuple(names[which].tolist())


def _words(graph: Graph) -> Ids:
    """Return (n,): a number for each label, or the words of a node without one; 0 for neither."""
    numbers: dict[Any, int] = {}
    rows = zip(graph.labels, graph.words, graph.constant.tolist(), strict=True)
    keys = (((label or words), constant) for label, words, constant in rows)
    return np.array([numbers.setdefault(key, len(numbers) + 1) if key[0] else 0 for key in keys])


def _seen_from(graph: Graph) -> Ids:
    """Return (n,): a number for what of each node's scope a label may share with it."""
    begun = {label.partition(".")[0] for label in {*graph.labels, *graph.words} if label}
    numbers: dict[tuple[str, ...], int] = {}
    found = []
    for path in graph.scopes.paths:
        parts = unnumbered(path)
        first = next((k for k, part in enumerate(parts) if part in begun), len(parts))
        found.append(numbers.setdefault(tuple(parts[first:]), len(numbers)))
    outside = numbers.setdefault((), len(numbers))
    return np.array([*found, outside])[graph.scopes.of]


def _spelled(graph: Graph, words: Ids, deep: int) -> Ids:
    """Return (n,) numbers that are the same where formulas so deep are."""
    below = np.where(graph.codes == LEAF, LEAF, 0)
    for _ in range(deep):
        named = _alike(words, np.where(words > 0, 0, below)) + 1
        handed = np.where(graph.operands == NO_OPERAND, 0, named[graph.operands])
        below = _alike(graph.codes.astype(np.int64), *handed.T)
    return below


def _alike(*columns: Ids) -> Ids:
    """Return (n,) numbers from 0 that are the same where all columns are."""
    found = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        numbers = np.unique(column, return_inverse=True)[1]
        found = np.unique(found * (len(numbers) + 1) + numbers, return_inverse=True)[1]
    return found


def leaf_names(graph: Graph, data: Container[int | None] = ()) -> dict[int, str]:
    """Return the leaves that have a name and are no data, in order; names are unique.

    A second leaf of a name is called name#2.
    """
    count: dict[str, int] = {}
    found = {}
    for node in np.flatnonzero(graph.leaves).tolist():
        label = graph.labels[node]
        if label and node not in data:
            times = count[label] = count.get(label, 0) + 1
            found[node] = label if times == 1 else f"{label}#{times}"
    return found
