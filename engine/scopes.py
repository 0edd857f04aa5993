"""Scopes: which part of a program each node was made in, as a forest beside the graph.

>>> with scope("loss"), scope("sample", turn=2):
...     current().path
'loss.sample[2]'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.spans import Span, printable

NO_SCOPE = -1
LEAST = 2  # a scope with fewer results, and no scope in it, is none worth a box; or fewer leaves

Ids = NDArray[np.int32]


class Scope:
    """One entry into a named part of a program: a call, a turn of a loop, a neuron.

    Attributes:
        name: what it is called.
        parent: the scope it was entered in; None outside of any.
        turn: which turn of a repetition it is, from 0; None where nothing is repeated.
        span: the words that it stands for; None where it came from no text.
    """

    __slots__ = ("name", "parent", "span", "turn")

    def __init__(
        self,
        name: str,
        parent: Scope | None = None,
        turn: int | None = None,
        span: Span | None = None,
    ) -> None:
        self.name = name
        self.parent = parent
        self.turn = turn
        self.span = span

    @property
    def path(self) -> str:
        """Return the names from the outermost scope to this one, joined by dots."""
        own = self.name if self.turn is None else f"{self.name}[{self.turn}]"
        return own if self.parent is None else f"{self.parent.path}.{own}"


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)
current = _current.get
enter = _current.set
leave = _current.reset


@contextmanager
def scope(name: str, turn: int | None = None) -> Iterator[Scope]:
    """Note where the nodes made within come from; scopes nest, and each entry is one of its own.

    >>> with scope("loss"):
    ...     current().name
    'loss'
    """
    entered = Scope(name, current(), turn)
    token = enter(entered)
    try:
        yield entered
    finally:
        leave(token)


@dataclass(frozen=True, eq=False)
class Scopes:
    """The s scopes that n nodes were made in; a scope stands before those within it.

    A scope that only wraps another one is left out, and so is one too small for a box. A leaf that
    one scope alone uses is counted there.

    Attributes:
        names: what each is called, in printable characters.
        turns: its number among the scopes of its name beside it, from 0; None where it is the
            only one.
        parents: (s,) int32, the scope around each, NO_SCOPE for none.
        spans: the words that each stands for.
        of: (n,) int32, the innermost scope of each node, NO_SCOPE for none.
    """

    names: tuple[str, ...]
    turns: tuple[int | None, ...]
    parents: Ids
    spans: tuple[Span | None, ...]
    of: Ids

    def __len__(self) -> int:
        """Return the number of scopes."""
        return len(self.names)

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Return each scope's name with its number: neuron3, sample[17]."""
        pairs = zip(self.names, self.turns, strict=True)
        return tuple(name if turn is None else f"{name}[{turn}]" for name, turn in pairs)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Return the titles from the outermost scope to each, joined by dots; they are unique."""
        found: list[str] = []
        for title, parent in zip(self.titles, self.parents.tolist(), strict=True):
            found.append(title if parent == NO_SCOPE else f"{found[parent]}.{title}")
        return tuple(found)

    @cached_property
    def by_path(self) -> dict[str, int]:
        """Return the scopes by path."""
        return {path: place for place, path in enumerate(self.paths)}

    @cached_property
    def depths(self) -> Ids:
        """Return (s,) int32: how many scopes stand around each."""
        found: list[int] = []
        for parent in self.parents.tolist():
            found.append(0 if parent == NO_SCOPE else found[parent] + 1)
        return np.array(found, np.int32)

    @cached_property
    def sizes(self) -> Ids:
        """Return (s,) int32: how many nodes each holds, those of the scopes within it included."""
        counts = np.bincount(self.of[self.of >= 0], minlength=len(self)).tolist()
        for place in range(len(self) - 1, -1, -1):
            if self.parents[place] != NO_SCOPE:
                counts[self.parents[place]] += counts[place]
        return np.array(counts, np.int32)

    def path(self, node: int) -> str:
        """Return the path of a node's scope, an empty string outside of any."""
        at = self.of[node]
        return "" if at == NO_SCOPE else self.paths[at]

    def nodes_in(self, scope: int) -> NDArray[np.int64]:
        """Return the nodes of a scope and of all within it, in evaluation order."""
        inside = np.zeros(len(self) + 1, bool)  # the last one is for nodes outside of any
        inside[scope] = True
        for place in range(scope + 1, len(self)):
            inside[place] = self.parents[place] != NO_SCOPE and inside[self.parents[place]]
        return np.flatnonzero(inside[self.of])

    def around(self, node: int) -> tuple[int, ...]:
        """Return the scopes of a node, the innermost first."""
        found = []
        at = int(self.of[node])
        while at != NO_SCOPE:
            found.append(at)
            at = int(self.parents[at])
        return tuple(found)


NONE = Scopes((), (), np.zeros(0, np.int32), (), np.zeros(0, np.int32))


def gathered(made_in: Sequence[Scope | None], operands: Ids, leaves: NDArray[np.bool_]) -> Scopes:
    """Return the scopes of n nodes.

    Args:
        made_in: the scope that each node was made in.
        operands: (n, slots) int32, -1 for none.
        leaves: (n,) bool.
    """
    found: dict[int, int] = {}
    scopes: list[Scope] = []
    parents: list[int] = []

    def number(each: Scope | None) -> int:
        missing: list[Scope] = []
        while each is not None and id(each) not in found:
            missing.append(each)
            each = each.parent
        at = NO_SCOPE if each is None else found[id(each)]
        for new in reversed(missing):
            found[id(new)] = len(scopes)
            parents.append(at)
            at = len(scopes)
            scopes.append(new)
        return at

    places = {each: number(each) for each in dict.fromkeys(made_in)}
    of = np.array([places[each] for each in made_in], np.int32)
    return _trimmed(scopes, parents, _settled(of, operands, leaves, parents), leaves)


def _settled(of: Ids, operands: Ids, leaves: NDArray[np.bool_], parents: list[int]) -> Ids:
    """Return the scope of each node, leaves where one scope alone uses them counted there.

    A leaf made outside of any scope is counted in the innermost scope around all of its users.
    """
    users, slots = np.nonzero(operands >= 0)
    used = operands[users, slots]
    of_leaf = leaves[used]
    span = len(parents) + 1
    pairs = np.unique(used[of_leaf].astype(np.int64) * span + of[users[of_leaf]] + 1)
    nodes, places = pairs // span, pairs % span - 1
    alone = np.bincount(nodes, minlength=len(of))[nodes] == 1
    settled = of.copy()
    settled[nodes[alone]] = places[alone]
    nearest: dict[int, int] = {}
    shared = ~alone & (of[nodes] == NO_SCOPE)
    for leaf, place in zip(nodes[shared].tolist(), places[shared].tolist(), strict=True):
        nearest[leaf] = _common(nearest.get(leaf, place), place, parents)
    settled[list(nearest)] = list(nearest.values())
    return settled


def _common(one: int, other: int, parents: list[int]) -> int:
    """Return the innermost scope around both; a scope stands before those within it."""
    while one != other:
        if one > other:
            one = parents[one]
        else:
            other = parents[other]
    return one


def _trimmed(scopes: list[Scope], parents: list[int], of: Ids, leaves: NDArray[np.bool_]) -> Scopes:
    """Return the scopes without those that hold next to nothing, or only one other scope."""
    count = len(scopes)
    own = np.bincount(of[of >= 0], minlength=count).tolist()
    ops = np.bincount(of[(of >= 0) & ~leaves], minlength=count).tolist()
    within = [0] * count
    kept = [True] * count
    for place in range(count - 1, -1, -1):
        leaves_alone = own[place] - ops[place] >= LEAST and not ops[place]
        kept[place] = bool(within[place]) or ops[place] >= LEAST or leaves_alone
        if kept[place] and within[place] == 1 and not own[place]:
            kept[place] = False  # it only wraps another one, which stands for both
        if parents[place] != NO_SCOPE:
            around = parents[place]
            within[around] += 1 if kept[place] or within[place] else 0
            if not kept[place]:  # what it holds is counted around it
                own[around] += own[place]
                ops[around] += ops[place]
    moved: list[int] = []
    order: list[int] = []
    for place in range(count):
        outer = NO_SCOPE if parents[place] == NO_SCOPE else moved[parents[place]]
        moved.append(len(order) if kept[place] else outer)
        if kept[place]:
            order.append(place)
    above = [NO_SCOPE if parents[place] == NO_SCOPE else moved[parents[place]] for place in order]
    names = [printable(_joined(place, scopes, parents, kept)) for place in order]
    siblings = Counter(zip(above, names, strict=True))
    met: Counter[tuple[int, str]] = Counter()
    turns: list[int | None] = []
    for key in zip(above, names, strict=True):
        turns.append(met[key] if siblings[key] > 1 else None)
        met[key] += 1
    return Scopes(
        tuple(names),
        tuple(turns),
        np.array(above, np.int32).reshape(-1),
        tuple(scopes[place].span for place in order),
        np.array([*moved, NO_SCOPE], np.int32)[of],
    )


def _joined(place: int, scopes: list[Scope], parents: list[int], kept: list[bool]) -> str:
    """Return a scope's name after those of the wrappers that are left out right around it.

    A turn that wraps a call is called by the call's name alone.
    """
    name = scopes[place].name
    around = parents[place]
    while around != NO_SCOPE and not kept[around] and scopes[around].turn is None:
        name = f"{scopes[around].name}.{name}"
        around = parents[around]
    return name
