"""Which column each node stands in, and where the trunk of a value passes columns on its way.

Leaves stand left and results right. A node slides right to its first user where that shortens
wires: a product meets the sum that uses it, a private leaf meets its product, and a leaf shared by
many stands left of the first of them; the neurons of a layer stay level. All wires of one value
share one trunk, so a value used far away costs the columns up to its furthest user once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ids = NDArray[np.int32]

# Trunks are followed column by column while there are at most this many passages to follow (plus
# four per node). Beyond it the longest trunks run below the picture, where nothing stands.
PASSAGES = 6000

FAN = 3  # users or more


@dataclass(frozen=True)
class Links:
    """Operands and users as plain lists: at a few hundred nodes these beat arrays.

    `operands[v]` holds the distinct operands of v in the order of the text, `users[v]` the nodes
    that use v, ascending; `column[v]` is 0 for the leftmost column.
    """

    operands: list[list[int]]
    users: list[list[int]]
    column: list[int]


def read(operands: Ids) -> Links:
    """Return the graph of (n, 2) operands, -1 for none, with a column for every node."""
    rows: list[list[int]] = operands.tolist()
    ins = [[a] if a == b or b < 0 else [a, b] if a >= 0 else [b] for a, b in rows]
    ins = [[] if row == [-1] else row for row in ins]
    users = used_by(ins)
    return Links(ins, users, _columns(ins, users))


def linked(operands: list[list[int]], before: int, after: int) -> Links:
    """Return a graph of items with any number of distinct operands, each below its user.

    The first `before` items stand in the leftmost column alone, the last `after` in the rightmost.
    """
    users = used_by(operands)
    column = _columns(operands, users)
    last = len(column) - after
    if before:
        shift = 1 - min(column[before:last], default=1)
        column = [0] * before + [at + max(shift, 0) for at in column[before:]]
    if after:
        column[last:] = [1 + max(column[:last], default=0)] * after
    return Links(operands, users, column)


def used_by(operands: list[list[int]]) -> list[list[int]]:
    """Return the users of each node, ascending."""
    users: list[list[int]] = [[] for _ in operands]
    for node, row in enumerate(operands):
        for operand in row:
            users[operand].append(node)
    return users


def _columns(operands: list[list[int]], users: list[list[int]]) -> list[int]:
    """Return the column of every node: results as far left as they can, what slides, far right."""
    column: list[int] = []
    room = _room(operands, users)
    for row in operands:
        column.append(max([column[operand] + room[operand] for operand in row], default=0))
    held = _held(operands, users)
    for node in range(len(operands) - 1, -1, -1):
        if users[node]:
            limit = min([column[user] for user in users[node]]) - room[node]
            for operand in held[node]:
                others = [column[user] for user in users[operand] if user != node]
                limit = min(limit, max([column[node], *others]))
            column[node] = limit
    return column


def _room(operands: list[list[int]], users: list[list[int]]) -> list[int]:
    """Return how many columns before its users each node stands at least.

    One, but where the first two terms of a sum both use values that fan out (a neuron's inputs),
    the first term stands a column ahead: so two buses never turn in the same gap and cross.
    """
    fans: list[bool] = []
    for row, own in zip(operands, users, strict=True):
        shared = len(row) == 2 and any(len(users[operand]) >= FAN for operand in row)
        fans.append(len(own) == 1 and (shared or (len(row) == 1 and fans[row[0]])))
    room = [1] * len(operands)
    for row in operands:
        if len(row) == 2 and fans[row[0]] and fans[row[1]]:
            room[row[0]] = 2
    return room


def _held(operands: list[list[int]], users: list[list[int]]) -> list[list[int]]:
    """Return for each node the operands that hold it back from sliding right; none if it slides.

    Sliding a node shortens its own trunk and lengthens those that reach it; what it alone uses
    slides along. A trunk for a trunk wins nothing: then a node with a leaf of its own leaves the
    shared value it uses for its user (a product meets its sum), and all others stay where their
    operands are (an activation by its neuron).
    """
    held: list[list[int]] = []
    pulls: list[int] = []
    leafy: list[bool] = []  # a leaf of its own slides along
    for row in operands:
        fixed = [node for node in row if held[node] or len(users[node]) > 1]
        moving = [node for node in row if node not in fixed]
        pull = sum([1 if len(users[node]) > 1 else 2 for node in fixed]) + sum(
            [pulls[node] for node in moving]
        )
        leafy.append(any(leafy[node] or not operands[node] for node in moving))
        slides = pull == 0 or (pull == 1 and leafy[-1])
        held.append([] if slides else fixed or row)
        pulls.append(pull)
    return held


def reading_order(links: Links) -> list[int]:
    """Return for each node when a reader meets it: depth first, operands in turn."""
    rank = [-1] * len(links.column)
    met = 0
    for result, users in enumerate(links.users):
        if users:
            continue
        stack = [result]
        while stack:
            node = stack.pop()
            if rank[node] < 0:
                rank[node] = met
                met += 1
                stack.extend(reversed(links.operands[node]))
    return rank


def households(links: Links) -> list[int]:
    """Return for each node the value its household builds: a result, or a value used repeatedly.

    A node with one user lives with that user: a neuron is one household, with its own weights.
    """
    home = list(range(len(links.column)))
    for node in range(len(home) - 1, -1, -1):
        if len(links.users[node]) == 1:
            home[node] = home[links.users[node][0]]
    return home


def trunks(links: Links) -> tuple[dict[int, int], dict[int, int]]:
    """Return the values whose wires pass columns, each with the last column its trunk passes.

    Returns:
        Those whose trunk is followed through the columns, and those that run below the picture.
    """
    column = links.column
    last = {}
    for node, users in enumerate(links.users):
        if users:
            end = max([column[user] for user in users]) - 1
            if end > column[node]:
                last[node] = end
    allowed = PASSAGES + 4 * len(column)
    far: dict[int, int] = {}
    if sum(end - column[node] for node, end in last.items()) > allowed:
        for node in sorted(last, key=lambda node: last[node] - column[node]):
            allowed -= last[node] - column[node]
            if allowed < 0:
                far[node] = last.pop(node)
    return last, far
