"""Who stands above whom in a column: the order of the text first, sweeps only to untangle it.

Long wires are cut where they pass a column: each passage is an item of that column like a card, so
that every wire joins neighbouring columns. Items 0..n-1 are the cards, the rest are passages.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from engine.drawing.layers import Links, households

# Work the sweeps may do, in items moved; a small graph gets more sweeps than a large one.
EFFORT = 6000

# Large households stand in the order of the text. So do the values they build, but those may
# stand anywhere among the members of others; passages and small households (a shared leaf, a
# shared product) go where they tangle least.
FIRM, AMONG, FREE = range(3)
SMALL = 3  # cards

Rows = list[list[int]]


@dataclass(frozen=True)
class Lattice:
    """The graph cut into columns.

    `carries[item]` is the value an item shows or carries, `ins[item]` and `outs[item]` its
    neighbours in the columns left and right of it, `rows[column]` the items from top to bottom.
    `ease[item]` is how easily an item leaves the order of the text.
    """

    cards: int
    carries: list[int]
    ins: list[list[int]]
    outs: list[list[int]]
    rows: Rows
    ease: list[int]


def lattice(links: Links, followed: dict[int, int], rank: list[int]) -> Lattice:
    """Return the lattice of the graph in reading order; wires of other trunks are left out."""
    column = links.column
    count = len(column)
    carries = list(range(count))
    ins: list[list[int]] = [[] for _ in column]
    outs: list[list[int]] = [[] for _ in column]
    rows: Rows = [[] for _ in range(max(column, default=-1) + 1)]
    for node, at in enumerate(column):
        rows[at].append(node)
    for node, users in enumerate(links.users):
        at = column[node]
        carriers = {at: node}
        before = node
        for passed in range(at + 1, followed.get(node, at) + 1):
            item = len(carries)
            carries.append(node)
            ins.append([before])
            outs.append([])
            outs[before].append(item)
            rows[passed].append(item)
            carriers[passed] = before = item
        for user in users:
            carrier = carriers.get(column[user] - 1)
            if carrier is not None:
                outs[carrier].append(user)
                ins[user].append(carrier)
    for row in rows:
        row.sort(key=lambda item: rank[carries[item]])
    home = households(links)
    size = Counter(home)
    ease = [FREE if size[at] <= SMALL else AMONG if at == v else FIRM for v, at in enumerate(home)]
    ease += [FREE if len(links.users[value]) > 1 else ease[value] for value in carries[count:]]
    return Lattice(count, carries, ins, outs, rows, ease)


def crossings(lattice: Lattice, rows: Rows) -> list[int]:
    """Return how many pairs of wires cross right of each column, trunks counted once."""
    return [
        *[_gap_crossings(lattice.outs, a, b) for a, b in pairwise(rows)],
        0,
    ]


def _gap_crossings(outs: list[list[int]], left: list[int], right: list[int]) -> int:
    place = {item: k for k, item in enumerate(right)}
    ends: list[int] = []
    total = 0
    for item in left:
        targets = [place[out] for out in outs[item]]
        if ends and targets and min(targets) < ends[-1]:
            total += sum([len(ends) - bisect_right(ends, target) for target in targets])
        for target in targets:
            insort(ends, target)
    return total


def untangle(lattice: Lattice) -> Rows:
    """Return the rows with fewer crossings, or the reading order if no sweep improves on it."""
    best = rows = lattice.rows
    tangled = crossings(lattice, best)
    fewest = sum(tangled)
    idle = 0
    for sweep in range(max(2, min(6, EFFORT // (len(lattice.carries) + 1)))):
        if not fewest or idle == 2:
            break
        rows = _swept(lattice, rows, rightwards=sweep % 2 == 1)
        _swap_neighbours(lattice, rows)
        tangled = crossings(lattice, rows)
        idle += 1
        if sum(tangled) < fewest:
            idle = 0
            best, fewest = [row[:] for row in rows], sum(tangled)
    return best


def _swept(lattice: Lattice, rows: Rows, *, rightwards: bool) -> Rows:
    """Return the rows with each column ordered by the medians of its fixed neighbour column."""
    swept = [row[:] for row in rows]
    links = lattice.ins if rightwards else lattice.outs
    ease = lattice.ease
    place = [0.0] * len(lattice.carries)
    walk = range(len(rows)) if rightwards else range(len(rows) - 1, -1, -1)
    for at in walk:
        row = swept[at]
        if any(ease[item] for item in row):
            key = {
                item: _median([place[other] for other in links[item]])
                for item in row
                if links[item]
            }
            swept[at] = _merged(row, key, ease)
        for k, item in enumerate(swept[at]):
            place[item] = float(k)
    return swept


def _merged(row: list[int], key: dict[int, float], ease: list[int]) -> list[int]:
    """Return the row sorted by `key` as far as the ease of its items allows."""
    merged = [item for item in row if ease[item] == FIRM or item not in key]
    among = [item for item in row if ease[item] == AMONG and item in key]
    free = [item for item in row if ease[item] == FREE and item in key]
    free.sort(key=key.__getitem__)
    for movers in (among, free):
        if movers:
            merged = _woven(merged, movers, key)
    return merged


def _woven(row: list[int], movers: list[int], key: dict[int, float]) -> list[int]:
    """Return both lists as one, each in its own order, movers before what has a larger key."""
    woven = []
    k = 0
    for item in row:
        if item in key:
            while k < len(movers) and key[movers[k]] < key[item]:
                woven.append(movers[k])
                k += 1
        woven.append(item)
    return woven + movers[k:]


def _median(places: list[float]) -> float:
    places.sort()
    half = len(places) // 2
    return places[half] if len(places) % 2 else (places[half - 1] + places[half]) / 2


def _swap_neighbours(lattice: Lattice, rows: Rows) -> None:
    """Swap items that stand next to each other, in place, wherever that removes crossings."""
    ease, ins, outs = lattice.ease, lattice.ins, lattice.outs
    place = [0] * len(lattice.carries)
    for row in rows:
        for k, item in enumerate(row):
            place[item] = k
    for row in rows:
        for k in range(len(row) - 1):
            above, below = row[k], row[k + 1]
            loose = ease[above] != ease[below] or ease[above] == FREE or outs[above] == outs[below]
            if loose and (
                _gain(ins[above], ins[below], place) + _gain(outs[above], outs[below], place) > 0
            ):
                row[k], row[k + 1] = below, above
        for k, item in enumerate(row):
            place[item] = k


def _gain(above: list[int], below: list[int], place: list[int]) -> int:
    """Return how many crossings go when two neighbours with these wire ends change places."""
    if not above or not below:
        return 0
    upper = sorted([place[item] for item in above])
    lower = sorted([place[item] for item in below])
    gain = -sum([bisect_left(upper, end) for end in lower])
    if upper[-1] > lower[0]:
        gain += sum([bisect_left(lower, end) for end in upper])
    return gain
