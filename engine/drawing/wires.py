"""Wires: level inside the columns, curves in the gaps between them, one bus a fan.

Between two columns stands nothing but badges, so a wire may curve there as it likes. A value that
turns to many users in one gap does so on one upright line, its bus, from which they tap off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine.drawing.route import Run

BADGE = 14.0  # px left of a card's rim where its wires are level, under the badge
FAN = 3  # ways that a value turns in one gap before it gets a bus
TRACK = 10.0  # px between two buses in a gap
CORNER = 16.0  # px, the radius where a wire joins and leaves its bus
COORDINATES = 16_384  # whose words are kept: the cards of a column share theirs
ROUND = 0.5523  # how far the control points of a quarter circle stand, in radii

Point = tuple[float, float]
# What turns in one gap: for each source the height it comes at, and those it goes to.
Turns = dict[int, tuple[float, list[float]]]


@dataclass(frozen=True, slots=True)
class Wire:
    """One operand's way into its user.

    Attributes:
        source, target: the operand and the node that uses it.
        count: how many of the target's operands it is: 2 in x*x.
        path: SVG path data, in px.
        points: the same as cubic Bezier control points (3k + 1 of them); x never falls along it.
    """

    source: int
    target: int
    count: int
    path: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Frame:
    """Where the columns stand, the way of every trunk, and the buses in the gaps.

    Attributes:
        lefts, rights: edges of each column in px.
        runs: the level pieces of the trunks.
        buses: x of the bus of a source, in px, for the gap right of each column.
    """

    lefts: list[float]
    rights: list[float]
    runs: dict[int, list[Run]]
    buses: list[dict[int, float]]


def turns(
    users: list[list[int]], column: list[int], middle: list[float], runs: dict[int, list[Run]]
) -> list[Turns]:
    """Return what turns in the gap right of each column."""
    gaps: list[Turns] = [{} for _ in range(max(column) + 1)]
    for source, targets in enumerate(users):
        if not targets:
            continue
        y = middle[source]
        trunk = iter(runs.get(source, ()))
        run = next(trunk, None)
        ends: dict[int, list[float]] = {}
        for target in targets:
            ends.setdefault(column[target] - 1, []).append(middle[target])
        for gap in sorted({*ends, *[run.first - 1 for run in runs.get(source, ())]}):
            while run and run.first <= gap:
                y = run.y
                run = next(trunk, None)
            heights = ends.get(gap, [])
            if run and run.first == gap + 1:
                heights = [*heights, run.y]
            gaps[gap][source] = (y, heights)
    return gaps


def tracks(gap: Turns) -> dict[int, int]:
    """Return the sources that get a bus in a gap, each with the track it runs on, from the left.

    Buses that share heights stand side by side; others may stand one above the other.
    """
    fans = []
    for source, (y, heights) in gap.items():
        if len(heights) >= FAN:
            fans.append((min(y, *heights), max(y, *heights), source))
    fans.sort()
    ends: list[float] = []
    chosen = {}
    for top, bottom, source in fans:
        track = next((k for k, end in enumerate(ends) if end + 2 * CORNER < top), len(ends))
        ends[track : track + 1] = [bottom]
        chosen[source] = track
    return chosen


# A level piece of a wire: x where it begins, x where it ends, y, and x of the bus before it.
Level = tuple[float, float, float, float | None]
Way = list[Level]


def ways(
    users: list[list[int]],
    column: list[int],
    ports: list[tuple[float, float]],
    middle: list[float],
    frame: Frame,
) -> list[tuple[int, int, Way]]:
    """Return source, target and the level pieces of all wires, by source and then by target.

    Args:
        users: of each card, ascending.
        column: of each card.
        ports: x of each card's left and right rim, in px.
        middle: y of each card's middle, in px.
        frame: the columns, trunks and buses.
    """
    found = []
    for source, targets in enumerate(users):
        trunk = frame.runs.get(source, [])
        for target in targets:
            way = _levels(source, target, trunk, column, ports, middle, frame)
            found.append((source, target, way))
    return found


def _levels(
    source: int,
    target: int,
    trunk: list[Run],
    column: list[int],
    ports: list[tuple[float, float]],
    middle: list[float],
    frame: Frame,
) -> Way:
    """Return the level pieces of a wire, left to right; pieces at one height are joined."""
    at, last = column[source], column[target] - 1
    y, start, end = middle[source], ports[source][1], frame.rights[at]
    way: Way = []
    bus = None
    for run in trunk:
        if run.first > last:
            break
        if run.y != y:
            way.append((start, end, y, bus))
            bus = frame.buses[run.first - 1].get(source)
            y, start = run.y, frame.lefts[run.first] - BADGE
        end = frame.rights[min(run.last, last)]
    rim = ports[target][0]
    if middle[target] == y:
        return [*way, (start, rim, y, bus)]
    turn = frame.buses[last].get(source)
    return [*way, (start, end, y, bus), (rim - BADGE, rim, middle[target], turn)]


def draw(source: int, target: int, count: int, way: Way) -> Wire:
    """Return the wire that runs level along these pieces and curves between them."""
    x, _, y, _ = way[0]
    points = [(x, y)]
    path = [f"M{_px(x)} {_px(y)}"]
    for k, (start, stop, height, bus) in enumerate(way):
        if k:
            if bus is None:
                _curve(points, path, (start, height))
            else:
                _along_bus(points, path, bus, (start, height))
        if stop > start:
            _line(points, path, (stop, height))
    return Wire(source, target, count, "".join(path), tuple(points))


def _curve(points: list[Point], path: list[str], end: Point) -> None:
    """Add an S with level ends."""
    (x, y), (right, height) = points[-1], end
    bend = (x + right) / 2
    points += [(bend, y), (bend, height), end]
    across, down = _px(bend), _px(height)
    path.append(f"C{across} {_px(y)} {across} {down} {_px(right)} {down}")


def _along_bus(points: list[Point], path: list[str], bus: float, end: Point) -> None:
    """Add the way to an upright line, along it, and off it at the height of the end."""
    (_, y), (_, height) = points[-1], end
    radius = min(CORNER, abs(height - y) / 2)
    down = radius if height > y else -radius
    near, turn = bus - radius, down * (1 - ROUND)
    _line(points, path, (near, y))
    _bezier(points, path, (near + radius * ROUND, y), (bus, y + turn), (bus, y + down))
    if height - down != y + down:
        _line(points, path, (bus, height - down))
    far = bus + radius
    _bezier(points, path, (bus, height - turn), (far - radius * ROUND, height), (far, height))
    _line(points, path, end)


def _line(points: list[Point], path: list[str], end: Point) -> None:
    """Add a level or an upright line."""
    (x, y), (right, bottom) = points[-1], end
    across, down = (right - x) / 3, (bottom - y) / 3
    points += [(x + across, y + down), (right - across, bottom - down), end]
    path.append(f"H{_px(right)}" if bottom == y else f"V{_px(bottom)}")


def _bezier(points: list[Point], path: list[str], one: Point, two: Point, end: Point) -> None:
    points += [one, two, end]
    path.append(
        f"C{_px(one[0])} {_px(one[1])} {_px(two[0])} {_px(two[1])} {_px(end[0])} {_px(end[1])}"
    )


@lru_cache(COORDINATES)
def _px(value: float) -> str:
    """Return a coordinate rounded to a tenth, without a needless fraction."""
    whole = int(value)
    return str(whole if whole == value else round(value, 1))
