"""The way of each trunk through the free space of the columns: level, straight, clear of cards.

It depends on the cards alone: the same cards always get the same wires, whatever was drawn before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from engine.drawing.place import CLEAR, WIRE_GAP

REACH = 160.0  # px a trunk may leave its height to run straight for longer


@dataclass(frozen=True)
class Run:
    """A level piece of a trunk: it passes the columns `first` to `last` at height `y` (px)."""

    first: int
    last: int
    y: float


class Free:
    """The free heights of one column, above, between and below what stands in it."""

    def __init__(self, taken: list[tuple[float, float]]) -> None:
        """Take the blocked intervals (top, bottom) in px, sorted; touching ones become one."""
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        for top, bottom in taken:
            if self.bottoms and top < self.bottoms[-1]:
                self.bottoms[-1] = max(bottom, self.bottoms[-1])
            else:
                self.tops.append(top)
                self.bottoms.append(bottom)

    def between(self, low: float, high: float) -> list[tuple[float, float]]:
        """Return the free intervals that meet low..high, cut to it."""
        k = bisect_right(self.bottoms, low)
        free = []
        start = low
        while k < len(self.tops) and self.tops[k] <= high:
            if self.tops[k] >= start:
                free.append((start, self.tops[k]))
            start = max(start, self.bottoms[k])
            k += 1
        if start <= high:
            free.append((start, high))
        return free

    def take(self, y: float) -> None:
        """Block the height y for other trunks."""
        top, bottom = y - WIRE_GAP, y + WIRE_GAP
        k = bisect_left(self.bottoms, top)
        while k < len(self.tops) and self.tops[k] <= bottom:
            top, bottom = min(top, self.tops.pop(k)), max(bottom, self.bottoms.pop(k))
        self.tops.insert(k, top)
        self.bottoms.insert(k, bottom)


def route(
    column: list[int],
    middle: list[float],
    heights: list[float],
    users: list[list[int]],
    followed: dict[int, int],
    far: dict[int, int],
) -> dict[int, list[Run]]:
    """Return the level pieces of every trunk, from its own column (exclusive) to its last.

    Args:
        column: of each card.
        middle: of each card, in px.
        heights: of each card, in px.
        users: of each card.
        followed: values whose trunk is threaded through the columns, with the last one it passes.
        far: values whose trunk runs below the picture.
    """
    runs: dict[int, list[Run]] = {}
    columns = max([*column, *followed.values()], default=-1) + 1
    free = _free(columns, column, middle, heights) if followed else []
    for node in sorted(followed, key=lambda node: (column[node] - followed[node], middle[node])):
        ends = [middle[user] for user in users[node]]
        runs[node] = _threaded(column[node] + 1, followed[node], middle[node], ends, free)
    floor = max([y + height / 2 for y, height in zip(middle, heights, strict=True)], default=0.0)
    floor = max([floor, *(run.y for trunk in runs.values() for run in trunk)]) + 2 * WIRE_GAP
    for lane, node in enumerate(sorted(far, key=lambda node: (column[node], node))):
        runs[node] = [Run(column[node] + 1, far[node], floor + lane * WIRE_GAP / 2)]
    return runs


def _free(columns: int, column: list[int], middle: list[float], heights: list[float]) -> list[Free]:
    """Return the free heights of each column, clear of its cards."""
    clear = CLEAR - 1  # so that rounding cannot close a gap just wide enough
    taken: list[list[tuple[float, float]]] = [[] for _ in range(columns)]
    for at, y, height in zip(column, middle, heights, strict=True):
        taken[at].append((y - height / 2 - clear, y + height / 2 + clear))
    return [Free(sorted(row)) for row in taken]


def _threaded(first: int, last: int, y: float, ends: list[float], free: list[Free]) -> list[Run]:
    """Return the runs of one trunk: each goes on as long as it can, near the height before it."""
    runs = []
    ends.sort()
    goal = ends[len(ends) // 2] if ends else y
    while first <= last:
        choice = free[first].between(y - REACH, y + REACH)
        if not choice:
            choice = free[first].between(-1e12, 1e12)
        at = first
        while at < last:
            narrower = _common(choice, free[at + 1])
            if not narrower:
                break
            choice = narrower
            at += 1
        y = float(round(_nearest(choice, y, goal)))
        for passed in range(first, at + 1):
            free[passed].take(y)
        runs.append(Run(first, at, y))
        first = at + 1
    return runs


def _common(choice: list[tuple[float, float]], free: Free) -> list[tuple[float, float]]:
    return [cut for low, high in choice for cut in free.between(low, high)]


def _nearest(choice: list[tuple[float, float]], y: float, goal: float) -> float:
    """Return the allowed height nearest to y; of two as near, the one towards the goal."""
    inside = [min(max(y, low), high) for low, high in choice]
    return min(inside, key=lambda height: (abs(height - y), abs(height - goal)))
