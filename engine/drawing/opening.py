"""Which scopes are open: at first, down to a depth, after a page is turned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.drawing.forest import Forest, forest
from engine.graph import Graph
from engine.scopes import NO_SCOPE

FLAT = 400  # nodes up to which nothing is folded
ENOUGH = 60  # items that a picture shows at first, at most


def opened_by_default(graph: Graph) -> tuple[int, ...]:
    """Return the scopes that are open at first: all of a small graph, the outer ones of a large.

    Breadth first, as long as the picture stays small; of a stack its first member.
    """
    stacks = forest(graph).stacks
    if len(graph) <= FLAT:
        return tuple(range(len(stacks.first)))
    return tuple(_outer(forest(graph), ENOUGH, None))


def opened_to(graph: Graph, depth: int) -> tuple[int, ...]:
    """Return the scopes with fewer than `depth` scopes around them; of a stack its first member."""
    return tuple(_outer(forest(graph), None, depth))


def _outer(forest: Forest, most: int | None, depth: int | None) -> Iterator[int]:
    """Yield the outer scopes, breadth first."""
    within = forest.stacks.within
    shown = _parts(forest, NO_SCOPE)
    waiting = list(within[NO_SCOPE])
    for scope in waiting:
        if depth is not None and forest.scopes.depths[scope] >= depth:
            return
        more = _parts(forest, scope)
        if most is None or shown + more <= most:
            shown += more
            waiting += within[scope]
            yield scope


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
