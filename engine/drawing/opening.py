"""Which scopes are open: at first, and down to a depth."""

from __future__ import annotations

from engine.drawing.forest import Forest, forest
from engine.graph import Graph
from engine.scopes import NO_SCOPE

FLAT = 400  # nodes up to which nothing is folded
ENOUGH = 24  # items that a picture shows at first, at most
MOST = 2_500  # items that levels are unfolded to: more are slow to draw, and nobody reads them


def opened_by_default(graph: Graph) -> tuple[int, ...]:
    """Return the scopes that are open at first: all of a small graph, the outer ones of a large.

    Level by level, all that stand side by side or none of them, as long as the picture stays small;
    of a stack its first member. What holds much by itself stays closed, and what was cut from a
    long run.
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
            if scope < len(graph.scopes) and _parts(found, scope) <= ENOUGH
        ]
        more = sum(_parts(found, scope) for scope in row)
        if shown + more <= ENOUGH:
            shown += more
            opened += row
            waiting += row
    return tuple(opened)


def opened_to(graph: Graph, depth: int) -> tuple[int, ...]:
    """Return the scopes with fewer than `depth` scopes around them; of a stack its first member.

    What would make a picture of more than MOST items stays closed.
    """
    found = forest(graph)
    opened: list[int] = []
    waiting = list(found.stacks.within[NO_SCOPE])
    shown = _parts(found, NO_SCOPE)
    for scope in waiting:
        if found.scopes.depths[scope] >= depth:
            break
        parts = _parts(found, scope)
        if shown + parts > MOST:
            continue
        shown += parts
        waiting += found.stacks.within[scope]
        opened.append(scope)
    return tuple(opened)


def _parts(forest: Forest, scope: int) -> int:
    return len(forest.own(scope)) + len(forest.stacks.within[scope])


def is_flat(graph: Graph) -> bool:
    """Return whether a graph is small enough to be drawn without folding."""
    return len(graph) <= FLAT
