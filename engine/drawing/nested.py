"""A folded graph laid out: the inside of each frame by itself, then the frame as one large card.

An inside is laid out like any graph; the ports on the rims of its frame are items of no size in its
first and its last column. Insides of one shape are laid out once. Wires are put together from
their pieces, which meet at the ports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan

import numpy as np

from engine.drawing.folding import Folded
from engine.drawing.items import NOTHING
from engine.drawing.layers import Array
from engine.drawing.levels import Level, levels, pieces
from engine.drawing.picture import Picture, Spot, port_key, size_key
from engine.drawing.redraw import NOBODY
from engine.drawing.shapes import Inside, Shape, afresh, laid_out, moved
from engine.drawing.wires import Way, draw

NOWHERE = (nan, nan)


@dataclass(frozen=True)
class Before:
    """The picture before: where the items of this one stood in it, and which one stays.

    Attributes:
        spots: (x, y) of each item, NaN for a new one.
        held: the item that keeps its corner, NOTHING for none.
        was: where that corner was.
        around: that item and the frames around it.
        ports: where each port stood and how large boxes were, as `Picture.places` has it.
        keys: of the items.
    """

    spots: list[Spot]
    held: int
    was: Spot
    around: frozenset[int]
    ports: Mapping[str, Spot]
    keys: Sequence[str]


@dataclass
class _Build:
    """A level's numbering: of its items, and of the ports of the frames among them."""

    level: Level
    numbers: dict[int, int]
    sockets: dict[tuple[int, bool, int], int] = field(default_factory=dict)

    def end(self, item: int, value: int, *, coming: bool) -> int:
        """Return the number of what a wire of this value ends at: an item, a port or a joint."""
        if item == self.level.frame:
            first = 0 if not coming else len(self.level.ins) + len(self.level.items)
            ports = self.level.outs if coming else self.level.ins
            return first + ports[value]
        return self.sockets.get((item, coming, value), self.numbers[item])


def lay_out_folded(
    folded: Folded,
    sizes: Array,
    keys: Sequence[str] = (),
    previous: Mapping[str, Spot] | None = None,
    anchor: str = "",
) -> Picture:
    """Return where the items stand and how the wires run.

    Args:
        folded: the items.
        sizes: (items, 2) float64, width and height in px; those of frames are found here.
        keys: of the items; only needed with `previous`.
        previous: where items stood in the picture before, by their keys. They stay there as far as
            possible.
        anchor: the key of the item that keeps its corner exactly.
    """
    before = _before(folded, keys, previous, anchor) if previous else None
    builds: dict[int, _Build] = {}
    insides: dict[int, Inside] = {}
    extents = sizes.tolist()
    for frame, level in reversed(levels(folded).items()):
        build = _Build(level, _numbered(level))
        shape = _shape(build, builds, insides, extents)
        insides[frame] = inside = _begun(shape, level, before)
        builds[frame] = build
        if frame != NOTHING:
            extents[frame] = [inside.width, inside.height]
            if before:
                x, y = before.spots[frame]
                before.spots[frame] = (x + inside.corner[0], y + inside.corner[1])
    return _put_together(folded, builds, insides, np.array(extents).reshape(-1, 2), before)


def _before(
    folded: Folded, keys: Sequence[str], previous: Mapping[str, Spot], anchor: str
) -> Before:
    spots = [previous.get(key, NOWHERE) for key in keys]
    held = keys.index(anchor) if anchor in keys and anchor in previous else NOTHING
    around = set()
    at = held
    while at != NOTHING:
        around.add(at)
        at = folded.items[at].parent
    was = NOWHERE if held == NOTHING else spots[held]
    return Before(spots, held, was, frozenset(around), previous, keys)


def _numbered(level: Level) -> dict[int, int]:
    return {item: number for number, item in enumerate(level.items, len(level.ins))}


def _shape(
    build: _Build,
    builds: dict[int, _Build],
    insides: dict[int, Inside],
    extents: list[list[float]],
) -> Shape:
    """Return the shape of a level whose inner frames are laid out, and number their joints."""
    level = build.level
    count = len(level.ins) + len(level.items) + len(level.outs)
    joints: list[tuple[int, float]] = []
    for item in level.items:
        if item in builds:
            inner, inside = builds[item].level, insides[item]
            for values, heights, coming in (
                (inner.ins, inside.ins, True),
                (inner.outs, inside.outs, False),
            ):
                for value, height in zip(values, heights, strict=True):
                    build.sockets[item, coming, value] = count + len(joints)
                    joints.append((build.numbers[item], height))
    operands: list[list[int]] = [[] for _ in range(count)]
    users: list[list[int]] = [[] for _ in range(count + len(joints))]
    for value, source, target in level.wires:
        start, end = build.end(source, value, coming=False), build.end(target, value, coming=True)
        one = joints[start - count][0] if start >= count else start
        other = joints[end - count][0] if end >= count else end
        if one < other:  # else it would run backwards: not nested, not drawn
            users[start].append(end)
            if one not in operands[other]:
                operands[other].append(one)
    inner_sizes = tuple((width, height) for width, height in (extents[k] for k in level.items))
    point = ((0.0, 0.0),)
    return Shape(
        tuple(map(tuple, operands)),
        (*point * len(level.ins), *inner_sizes, *point * len(level.outs)),
        len(level.ins),
        len(level.outs),
        tuple(joints),
        tuple(tuple(sorted(row)) for row in users),
        level.frame != NOTHING,
    )


def _begun(shape: Shape, level: Level, before: Before | None) -> Inside:
    """Return the inside of a level; one that stood before starts from there."""
    if before is None:
        return afresh(shape)
    corner = (0.0, 0.0) if level.frame == NOTHING else before.spots[level.frame]
    spots = [before.spots[k] for k in level.items]
    if all(isnan(left) for left, _ in spots):
        inside = afresh(shape)
        return inside if level.frame == NOTHING else replace(inside, corner=(0.0, 0.0))
    ins = _stood(before, level, level.ins, coming=True)
    outs = _stood(before, level, level.outs, coming=False)
    previous = np.array([*ins, *spots, *outs]) - corner
    for k, item in enumerate(level.items, shape.ins):
        if item in before.around and not isnan(previous[k, 0]):
            height = shape.sizes[k][1]
            _, was = before.ports.get(size_key(before.keys[item]), (0.0, height))
            return laid_out(shape, previous, k, was - height)
    return laid_out(shape, previous, NOBODY)


def _stood(before: Before, level: Level, values: Iterable[int], *, coming: bool) -> list[Spot]:
    """Return where the ports of a level stood."""
    keys = [port_key(before.keys, level.frame, value, coming) for value in values]
    return [before.ports.get(key, NOWHERE) for key in keys]


def _put_together(
    folded: Folded,
    builds: dict[int, _Build],
    insides: dict[int, Inside],
    extents: Array,
    before: Before | None,
) -> Picture:
    """Return the picture of the insides: each moved to where its frame stands."""
    count = len(folded.items)
    outer = insides[NOTHING]
    corners = {NOTHING: outer.corner}
    x, y = [0.0] * count, [0.0] * count
    for frame in sorted(builds):
        build = builds[frame]
        inside, (left, top) = insides[frame], corners[frame]
        for item, number in build.numbers.items():
            x[item], y[item] = left + inside.x[number], top + inside.y[number]
            if item in builds:
                corners[item] = (x[item], y[item])
    move = (0.0, 0.0)
    if before and before.held != NOTHING:
        move = (before.was[0] - x[before.held], before.was[1] - y[before.held])
    wires = []
    parents = [item.parent for item in folded.items]
    for source, target, bundled in sorted(folded.wires):
        way: Way = []
        for frame, one, other in pieces(source, target, parents, folded.depths):
            build = builds[frame]
            ends = (build.end(one, source, coming=False), build.end(other, source, coming=True))
            piece = insides[frame].ways.get(ends)
            if piece is None:
                break
            left, top = corners[frame]
            way = _joined(way, moved(piece, left + move[0], top + move[1]))
        else:
            wires.append(draw(source, target, bundled, way))
    ports = {
        (frame, value, coming): (
            x[frame] + move[0] + (0.0 if coming else inside.width),
            y[frame] + move[1] + height,
        )
        for frame, inside in insides.items()
        for values, heights, coming in (
            (builds[frame].level.ins, inside.ins, True),
            (builds[frame].level.outs, inside.outs, False),
        )
        for value, height in zip(values, heights, strict=True)
    }
    left, top = corners[NOTHING]
    return Picture(
        folded,
        np.array(x) + move[0],
        np.array(y) + move[1],
        extents[:, 0],
        extents[:, 1],
        tuple(wires),
        left + move[0],
        top + move[1],
        outer.width,
        outer.height,
        ports,
    )


def _joined(way: Way, more: Way) -> Way:
    """Return two ways as one: the second begins where the first ends, on the same level."""
    if not way:
        return more
    start, _, level, bus = way[-1]
    _, stop, _, _ = more[0]
    return [*way[:-1], (start, stop, level, bus), *more[1:]]
