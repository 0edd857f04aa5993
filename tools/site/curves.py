"""Small drawings for the reference: an op with its slope, a table's points. CSS colours them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.data import Source
from engine.ops import Op

Array = NDArray[np.float64]

SPAN = 4.0  # both axes of a curve run from -4 to 4
SIZE = 120.0  # px, of either side
POINTS = 240
SAMPLES = 200


def curve(op: Op) -> str:
    """Return the curve of an op with one operand and, dashed, of its slope.

    >>> from engine.ops import OPS
    >>> curve(OPS["log"]).count("<path")
    3
    """
    x = np.linspace(-SPAN, SPAN, POINTS + 1)
    values = op.values(x)
    slope = np.broadcast_to(op.slopes[0](x, values), x.shape)
    with np.errstate(invalid="ignore"):
        real = np.broadcast_to(np.array([op.holds(each) for each in x.tolist()]), x.shape)
    middle, end = _px(0.0), SIZE
    axes = f"M0 {middle:g}H{end:g}M{middle:g} 0V{end:g}"
    label = f"The curve of {op.name} from −4 to 4, and dashed its slope"
    return (
        f'<svg class="curve" viewBox="0 0 {end:g} {end:g}" width="{end:g}" height="{end:g}"'
        f' role="img" aria-label="{label}"><path class="axes" d="{axes}"/>'
        f'<path class="slope" d="{_line(x, slope, real)}"/>'
        f'<path class="value" d="{_line(x, values, real)}"/></svg>'
    )


def points(source: Source) -> str:
    """Return the samples of a table, coloured by class or by the sign of the target.

    >>> from engine.data import TABLES
    >>> points(TABLES["moons"]).count("<circle")
    200
    """
    rows = source.table(SAMPLES).rows
    flat = len(source.columns) == 2
    x, y = rows[:, 0], rows[:, 1]
    kinds = np.zeros(len(rows), int) if flat else _kinds(source, rows[:, -1])
    most = max(np.abs(rows[:, :2]).max() * 1.05, 1e-9)
    scale = SPAN / most
    dots = "".join(
        f'<circle class="class{kind}" cx="{_px(a):.1f}" cy="{_px(-b):.1f}" r="1.6"/>'
        for a, b, kind in zip((x * scale).tolist(), (y * scale).tolist(), kinds, strict=True)
    )
    return (
        f'<svg class="curve" viewBox="0 0 {SIZE:g} {SIZE:g}" width="{SIZE:g}" height="{SIZE:g}"'
        f' role="img" aria-label="200 samples of {source.name}">{dots}</svg>'
    )


def _kinds(source: Source, target: Array) -> list[int]:
    if source.classes:
        return [source.classes.index(each) for each in target.tolist()]
    return [0 if each < 0 else 1 for each in target.tolist()]


def _px(number: float) -> float:
    return (number + SPAN) / (2 * SPAN) * SIZE


def _line(x: Array, y: Array, real: NDArray[np.bool_]) -> str:
    """Return a path through what is real and in the picture; a gap is a new start."""
    lines = ("L".join(f"{_px(a):.1f} {_px(-b):.1f}" for a, b in run) for run in _runs(x, y, real))
    return "".join(f"M{line}" for line in lines)


def _runs(x: Array, y: Array, real: NDArray[np.bool_]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for a, b, there in zip(x.tolist(), y.tolist(), real.tolist(), strict=True):
        jump = bool(run) and abs(b - run[-1][1]) > SPAN / 4  # a pole, or a step
        if run and (jump or not there or not abs(b) <= SPAN):
            yield run
            run = []
        if there and abs(b) <= SPAN:
            run.append((a, b))
    if run:
        yield run
