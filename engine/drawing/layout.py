"""A graph laid out: where each card stands and how each wire runs.

A layered layout in four stages, each a module: columns (`layers`), order in the columns (`order`),
heights (`place`), wires (`wires`). What makes it fit expressions: products slide right to the sum
that uses them, a value has one trunk, and the order of the text comes first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from engine.drawing.layers import Array, Ids, Links, read, reading_order, trunks
from engine.drawing.order import Lattice, lattice, untangle
from engine.drawing.place import Lean, settle
from engine.drawing.redraw import NOBODY, resettle
from engine.drawing.route import route
from engine.drawing.wires import BADGE, TRACK, Frame, Turns, Way, Wire, draw, tracks, turns, ways

__all__ = ["Layout", "Wire", "lay_out"]

MARGIN = 24.0  # px around the picture
GAP = 52.0  # px between two columns, where wires curve and badges stand
WIDENING = ((240.0, 20.0), (720.0, 28.0), (2000.0, 40.0))  # (wires this steep, px more), summed


@dataclass(frozen=True, eq=False)
class Layout:
    """A picture without its ink.

    Attributes:
        x, y: (n,) float64, left and top of each card in px, whole or half.
        width, height: of the whole picture in px, cards, wires and a margin included.
        wires: one for each pair of a node and a distinct operand, by source, then target.
        left, top: the picture's own corner in px. (0, 0) unless it grew from a previous picture,
            whose cards stay where they were; it belongs into the viewBox.
    """

    x: Array
    y: Array
    width: float
    height: float
    wires: tuple[Wire, ...]
    left: float = 0.0
    top: float = 0.0


def lay_out(operands: Ids, sizes: Array, previous: Array | None = None) -> Layout:
    """Return where the cards stand and how the wires run.

    Args:
        operands: (n, 2) int32, the operands of each node, -1 for none. Ids stand in evaluation
            order: each operand is less than its node.
        sizes: (n, 2) float64, width and height of each card in px.
        previous: (n, 2) float64, x and y of the cards that stood in the picture before, NaN for
            new ones; they stay there as far as possible. None draws afresh.
    """
    if not len(operands):
        return Layout(np.zeros(0), np.zeros(0), 2 * MARGIN, 2 * MARGIN, ())
    links = read(operands)
    plan = arrange(links, sizes, previous)
    doubled = set(np.flatnonzero(operands[:, 0] == operands[:, 1]).tolist())
    wires = [draw(one, other, 2 if other in doubled else 1, way) for one, other, way in plan.ways]
    return framed(plan.x, plan.y, sizes, tuple(wires))


@dataclass(frozen=True)
class Joints:
    """Where wires meet items at other heights than their middles.

    Attributes:
        items: the item of each joint; the joints are numbered after all items.
        heights: how far below the item's top it lies, in px.
        users: of each item and each joint, the items and joints that its wires run to, ascending.
    """

    items: list[int]
    heights: list[float]
    users: list[list[int]]


def _lean(joints: Joints, sizes: Array) -> Lean:
    """Return how much the wires of two items lean that end at joints, the mean of several."""
    count = len(sizes)
    halves: list[float] = (sizes[:, 1] / 2).tolist()
    items = [*range(count), *joints.items]
    pairs = zip(joints.items, joints.heights, strict=True)
    below = [0.0] * count + [height - halves[item] for item, height in pairs]
    leans: dict[tuple[int, int], list[float]] = {}
    for source, users in enumerate(joints.users):
        for target in users:
            if source >= count or target >= count:
                pair = (items[source], items[target])
                leans.setdefault(pair, []).append(below[source] - below[target])
    return {pair: sum(each) / len(each) for pair, each in leans.items()}


@dataclass(frozen=True, eq=False)
class Plan:
    """Where items stand and how the wires between them run: x, y (n,), and the level pieces."""

    x: Array
    y: Array
    ways: list[tuple[int, int, Way]]


def arrange(
    links: Links,
    sizes: Array,
    previous: Array | None = None,
    joints: Joints | None = None,
    held: int = NOBODY,
    vacated: float = 0.0,
) -> Plan:
    """Return where n items stand and how the wires between them run.

    Args:
        links: the items, each after its operands.
        sizes: (n, 2) float64, in px.
        previous: (n, 2) float64, where they stood, NaN for new ones; None for no picture before.
        joints: where wires end that do not end at the middle of a side.
        held: the item that keeps its corner where it was; all others give way to it.
        vacated: how much lower that item is now, in px.
    """
    widths: list[float] = sizes[:, 0].tolist()
    heights: list[float] = sizes[:, 1].tolist()
    followed, far = trunks(links)
    grid = lattice(links, followed, reading_order(links))
    lean = _lean(joints, sizes) if joints else None
    middle = _middles(grid, links, heights, followed, sizes, previous, held, lean, vacated)
    y = np.round(2 * np.array(middle) - sizes[:, 1]) / 2
    ends = links
    if joints and joints.items:
        ends = Links([], joints.users, links.column + [links.column[k] for k in joints.items])
        followed, far = trunks(ends)
        tops: list[float] = y.tolist()
        pairs = zip(joints.items, joints.heights, strict=True)
        middle = middle + [tops[item] + below for item, below in pairs]
        heights = heights + [0.0] * len(joints.items)
    runs = route(ends.column, middle, heights, ends.users, followed, far)
    gaps = turns(ends.users, ends.column, middle, runs)
    lanes = [tracks(gap) for gap in gaps]
    lefts, rights = _columns(links, widths, gaps, lanes)
    _anchor(lefts, rights, links, widths, previous, held)
    ports = _ports(links, widths, lefts, rights)
    x = np.array([left for left, _ in ports])
    if joints:
        ports = ports + [ports[item] for item in joints.items]
    frame = Frame(lefts, rights, runs, _buses(lanes, lefts, rights))
    return Plan(x, y, ways(ends.users, ends.column, ports, middle, frame))


def _middles(
    grid: Lattice,
    links: Links,
    heights: list[float],
    followed: dict[int, int],
    sizes: Array,
    previous: Array | None,
    held: int,
    lean: Lean | None,
    vacated: float,
) -> list[float]:
    """Return the middle of every card in whole px."""
    if previous is None or np.isnan(previous).all():
        settled = settle(grid, untangle(grid), links, heights, lean)[: len(heights)]
        top = min([y - height / 2 for y, height in zip(settled, heights, strict=True)])
        return [_whole(y - top + MARGIN) for y in settled]
    before = [_whole(y) for y in (previous[:, 1] + sizes[:, 1] / 2).tolist()]
    tops: list[float] | None = previous[:, 1].tolist() if lean is not None else None
    settled = resettle(grid, links, heights, followed, before, held, lean, tops, vacated)
    settled = settled[: len(heights)]
    return [_whole(y) for y in settled]


def _whole(y: float) -> float:
    """Round halves up, so that whole distances stay what they are; NaN stays NaN."""
    return (y + 0.5) // 1


def framed(x: Array, y: Array, sizes: Array, wires: tuple[Wire, ...]) -> Layout:
    """Return the layout with the corner and the size of everything drawn."""
    heights = [point[1] for wire in wires for point in wire.points]
    top = min([float(y.min()), *heights]) - MARGIN
    bottom = max([float((y + sizes[:, 1]).max()), *heights]) + MARGIN
    left = float(x.min()) - MARGIN
    right = float((x + sizes[:, 0]).max()) + MARGIN
    return Layout(x, y, right - left, bottom - top, wires, left, top)


def _columns(
    links: Links, widths: list[float], gaps: list[Turns], lanes: list[dict[int, int]]
) -> tuple[list[float], list[float]]:
    """Return left and right of each column in px; more and steeper wires get wider gaps."""
    broad = [0.0] * len(gaps)
    for at, width in zip(links.column, widths, strict=True):
        broad[at] = max(broad[at], width)
    lefts, rights = [], []
    x = MARGIN
    for width, gap, lane in zip(broad, gaps, lanes, strict=True):
        lefts.append(x)
        x += float(np.ceil(width))
        rights.append(x)
        steep = max(
            [
                abs(height - y)
                for source, (y, heights) in gap.items()
                if source not in lane
                for height in heights
            ],
            default=0.0,
        )
        slant = sum([more for limit, more in WIDENING if steep > limit])
        x += GAP + max(slant, TRACK * max(lane.values(), default=0))
    return lefts, rights


def _buses(
    lanes: list[dict[int, int]], lefts: list[float], rights: list[float]
) -> list[dict[int, float]]:
    """Return x of each bus, the tracks of a gap about the middle of its curves."""
    buses = []
    for lane, right, left in zip(lanes, rights, [*lefts[1:], rights[-1]], strict=True):
        first = (right + left - BADGE - TRACK * max(lane.values(), default=0)) / 2
        buses.append({source: first + TRACK * track for source, track in lane.items()})
    return buses


def _anchor(
    lefts: list[float],
    rights: list[float],
    links: Links,
    widths: list[float],
    previous: Array | None,
    held: int,
) -> None:
    """Move the columns sideways, in place, so that most cards of the picture before stay."""
    if previous is None:
        return
    before: list[float] = previous[:, 0].tolist()
    if held != NOBODY:
        before = [x if item == held else float("nan") for item, x in enumerate(before)]
    moves = Counter(
        old - x
        for old, (x, _) in zip(before, _ports(links, widths, lefts, rights), strict=True)
        if old == old  # not NaN
    )
    if moves:
        move = max(moves, key=lambda move: (moves[move], -abs(move)))
        lefts[:] = [x + move for x in lefts]
        rights[:] = [x + move for x in rights]


def _ports(
    links: Links, widths: list[float], lefts: list[float], rights: list[float]
) -> list[tuple[float, float]]:
    """Return x of the left and right rim of each card: leaves stand right in their column."""
    ports = []
    for node, at in enumerate(links.column):
        if links.operands[node]:
            ports.append((lefts[at], lefts[at] + widths[node]))
        else:
            left = round(2 * (rights[at] - widths[node])) / 2
            ports.append((left, rights[at]))
    return ports
