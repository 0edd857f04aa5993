"""Scopes where a program gave none: a long run of nodes cut into consecutive boxes.

A scope with very many nodes of its own, a chain or a sum, would not fit a picture. Its nodes are
put into boxes in evaluation order, "1…250" and so on; large boxes are cut again.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from engine.drawing.stacks import Edges, Ids, Stacks, circling, lifted, stacked
from engine.graph import Graph
from engine.scopes import Scopes

LONG = 400  # nodes of its own that a scope may have in one picture
OUTSIDE = 40  # nodes outside of any scope that a picture may always show
PIECES = 40  # boxes that a run is cut into, at most
SHORTEST = 200  # nodes in a box, where there are enough
CRUMB = 8  # nodes that are left as they are
SHARED = "shared parameters"  # the box of the weights that several others use


def chunked(graph: Graph, edges: Edges) -> Stacks:
    """Return the scopes of a graph, long runs of nodes cut into scopes of their own.

    The scopes that the program gave keep their numbers; those made here come after them.
    """
    scopes = graph.scopes
    stacks = stacked(scopes, edges, graph.leaves)
    own = np.bincount(scopes.of + 1, minlength=len(scopes) + 1)
    most = np.full(len(own), LONG)
    if len(graph) > LONG:
        most[0] = OUTSIDE
    if (own <= most).all():
        return stacks
    names, parents, of = list(scopes.names), scopes.parents.tolist(), scopes.of.copy()
    level, source, target = lifted(scopes, edges)
    for at in (np.flatnonzero(own > most) - 1).tolist():
        nodes = np.flatnonzero(scopes.of == at).astype(np.int32)
        there = level == at
        ends = (_units(source[there], stacks), _units(target[there], stacks))
        shared = _shared(nodes, *ends, graph, len(scopes))
        if len(shared) > CRUMB:
            nodes = np.setdiff1d(nodes, shared)
            of[shared] = _added(SHARED, at, names, parents)
            if len(shared) > LONG:
                _cut(int(of[shared[0]]), shared, np.zeros_like(shared), names, parents, of)
        if len(nodes) > most[at + 1]:
            _cut(at, nodes, _steps(nodes, *ends, graph, len(scopes)), names, parents, of)
    added = len(names) - len(scopes)
    made = Scopes(
        tuple(names),
        (*scopes.turns, *[None] * added),
        np.array(parents, np.int32),
        (*scopes.spans, *[None] * added),
        of,
    )
    return Stacks(made, [*stacks.first, *range(len(scopes), len(names))])


def _units(units: Ids, stacks: Stacks) -> list[int]:
    count = len(stacks.first)
    firsts = np.array([*stacks.first, 0])
    found: list[int] = np.where(units < count, firsts[np.minimum(units, count)], units).tolist()
    return found


def _shared(nodes: Ids, sources: list[int], targets: list[int], graph: Graph, count: int) -> Ids:
    """Return the learnable leaves among the nodes that several others or a box use."""
    users: dict[int, set[int]] = defaultdict(set)
    for source, target in zip(sources, targets, strict=True):
        users[source].add(target)
    learnable = nodes[graph.learnable[nodes] & graph.leaves[nodes]]
    uses = [users[node + count] for node in learnable.tolist()]
    return learnable[[len(units) > 1 or min(units, default=count) < count for units in uses]]


def _added(name: str, around: int, names: list[str], parents: list[int]) -> int:
    """Return a new scope."""
    names.append(name)
    parents.append(around)
    return len(names) - 1


def _steps(nodes: Ids, sources: list[int], targets: list[int], graph: Graph, count: int) -> Ids:
    """Return for each node after how many of the boxes beside it stands.

    Nodes of one step may share a box: none of them waits for a box that waits for another.
    """
    behind: dict[int, list[int]] = defaultdict(list)
    ahead: dict[int, list[int]] = defaultdict(list)
    for a, b in zip(sources, targets, strict=True):
        if a != b:
            behind[b].append(a)
            ahead[a].append(b)
    boxes = {unit for unit in (*sources, *targets) if unit < count}
    if not boxes or circling(sources, targets) & boxes:
        return np.zeros(len(nodes), np.int32)
    step = _in_turn(behind, ahead, boxes)
    for node in nodes[graph.leaves[nodes]].tolist():  # a leaf waits until it is used
        users = ahead.get(node + count)
        if users:
            step[node + count] = min(step[u] - (u < count) for u in users)
    return np.array([step.get(node + count, 0) for node in nodes.tolist()], np.int32)


def _in_turn(
    behind: dict[int, list[int]], ahead: dict[int, list[int]], boxes: set[int]
) -> dict[int, int]:
    """Return how many boxes come before each unit: each box comes one after those before it."""
    waits = {unit: len(behind[unit]) for unit in {*behind, *ahead}}
    free = [unit for unit, count in waits.items() if not count]
    step: dict[int, int] = {}
    while free:
        unit = free.pop()
        before = [step[a] for a in behind[unit]]
        step[unit] = max(before, default=0) + (unit in boxes)
        for user in ahead[unit]:
            waits[user] -= 1
            if not waits[user]:
                free.append(user)
    return step


def _cut(at: int, nodes: Ids, steps: Ids, names: list[str], parents: list[int], of: Ids) -> None:
    """Put the nodes of a scope into new scopes, in place."""
    size = max(SHORTEST, -(-len(nodes) // PIECES))
    done = 0
    for step in np.unique(steps).tolist():
        run = nodes[steps == step]
        if len(run) <= CRUMB:
            done += len(run)
            continue
        pieces = -(-len(run) // size)
        for piece in np.array_split(run, pieces):
            scope = _added(f"{done + 1}…{done + len(piece)}", at, names, parents)
            of[piece] = scope
            done += len(piece)
            if len(piece) > LONG:
                _cut(scope, piece, np.zeros_like(piece), names, parents, of)
