"""The inside of a frame laid out by itself; insides of one shape are laid out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.drawing.layers import Array, linked
from engine.drawing.layout import MARGIN, Joints, arrange
from engine.drawing.redraw import NOBODY
from engine.drawing.wires import Way

TITLE = 30.0  # px, the bar on top of a frame
PADDING = 18.0  # px between the rim of a frame and what it holds
INSIDES = 256  # shapes that are kept

Spot = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """The inside of a frame, as far as it matters to its layout. Hashable.

    Attributes:
        operands: of each item, in this order: ports on the left, items, ports on the right.
        sizes: of each item, in px.
        ins, outs: how many ports there are.
        joints: item and height of the ports of the frames inside.
        users: of each item and joint.
        framed: whether there is a frame around it.
    """

    operands: tuple[tuple[int, ...], ...]
    sizes: tuple[Spot, ...]
    ins: int
    outs: int
    joints: tuple[tuple[int, float], ...]
    users: tuple[tuple[int, ...], ...]
    framed: bool


@dataclass(frozen=True, eq=False)
class Inside:
    """A shape laid out, in px from its own corner: that of its frame.

    Attributes:
        x, y: of each item.
        ins, outs: heights of the ports on the left and on the right.
        ways: of each wire, by the numbers of its ends.
        corner: how far that corner is from where the frame's corner was before.
    """

    x: list[float]
    y: list[float]
    ins: list[float]
    outs: list[float]
    ways: dict[tuple[int, int], Way]
    width: float
    height: float
    corner: Spot


@lru_cache(INSIDES)
def afresh(shape: Shape) -> Inside:
    """Return a shape laid out without a picture before."""
    return laid_out(shape, None, NOBODY)


def laid_out(shape: Shape, previous: Array | None, held: int, vacated: float = 0.0) -> Inside:
    """Return a shape laid out."""
    count = len(shape.operands)
    if not count:
        width, height = 2 * MARGIN, 2 * MARGIN + TITLE
        return Inside([], [], [], [], {}, width, height, (0.0, 0.0))
    links = linked(list(map(list, shape.operands)), shape.ins, shape.outs)
    sizes = np.array(shape.sizes)
    joints = Joints(
        [item for item, _ in shape.joints],
        [height for _, height in shape.joints],
        list(map(list, shape.users)),
    )
    plan = arrange(links, sizes, previous, joints, held, vacated)
    x, y = plan.x.tolist(), plan.y.tolist()
    last = count - shape.outs
    ys = [level[2] for _, _, way in plan.ways for level in way]
    right = max([left + width for left, (width, _) in zip(x, shape.sizes, strict=True)])
    bottom = max([top + height for top, (_, height) in zip(y, shape.sizes, strict=True)] + ys)
    margin = PADDING if shape.framed else MARGIN
    left = x[0] if shape.ins else min(x) - margin
    top = min(y + ys) - margin - (TITLE if shape.framed else 0.0)
    right = x[-1] if shape.outs else right + margin
    height = bottom + margin - top
    return Inside(
        [at - left for at in x],
        [at - top for at in y],
        [at - top for at in y[: shape.ins]],
        [at - top for at in y[last:]],
        {(one, other): moved(way, -left, -top) for one, other, way in plan.ways},
        right - left,
        2 * float(np.ceil(height / 2)) if shape.framed else height,
        (left, top),
    )


def moved(way: Way, x: float, y: float) -> Way:
    """Return a way moved by x and y px."""
    return [
        (start + x, stop + x, level + y, None if bus is None else bus + x)
        for start, stop, level, bus in way
    ]
