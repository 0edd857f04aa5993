"""Tables of samples: what `data(...)` binds to leaves, one lane a sample.

Every table is drawn with NumPy's RandomState, whose stream never changes: the same name, n, noise
and seed are the same numbers in every version. Samples stand in random order, classes are as even
as n allows, and all inputs lie within about -3 to 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

Array = NDArray[np.float64]
Points = tuple[Array, Array]
Make = Callable[[int, float, RandomState], Points]

MOST_SAMPLES = 100_000
MOST_CLASSES = 10  # whole numbers that differ in a target; more of them are amounts
TWO, THREE = (-1.0, 1.0), (0.0, 1.0, 2.0)


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of numbers with named columns, the last of which is the target.

    Attributes:
        name: what it is called in a program.
        columns: their names.
        rows: (samples, columns) float64.
        classes: the target's values, ascending, where it is a class; () where it is a number.
        labels: what the classes are called, where they are words; () otherwise.
    """

    name: str
    columns: tuple[str, ...]
    rows: Array
    classes: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()

    def relabelled(self, low: float, high: float) -> Table:
        """Return a table of two classes with other numbers for them."""
        rows = self.rows.copy()
        rows[:, -1] = np.where(self.rows[:, -1] == self.classes[0], low, high)
        return replace(self, rows=rows, classes=tuple(sorted((low, high))))


def classes_of(target: Array) -> tuple[float, ...]:
    """Return the values of a target that is a class: a few whole numbers; () if it is an amount.

    >>> classes_of(np.array([1.0, -1.0, 1.0])), classes_of(np.array([0.5, 1.0]))
    ((-1.0, 1.0), ())
    """
    values = np.unique(target)
    whole = bool((values == np.floor(values)).all())
    few = 2 <= len(values) <= MOST_CLASSES and len(values) < max(len(target), 3)
    return tuple(values.tolist()) if whole and few else ()


@dataclass(frozen=True)
class Source:
    """One table that is built in.

    Attributes:
        name: what it is called in a program.
        columns: their names, the target's last.
        classes: the target's values where it is a class.
        noise: how much, where a program does not say.
        make: (n, noise, random) -> inputs of shape (n, columns - 1), target of shape (n,).
        why: one sentence that tells what is worth seeing.
    """

    name: str
    columns: tuple[str, ...]
    classes: tuple[float, ...]
    noise: float
    make: Make
    why: str

    def table(self, n: int = 200, noise: float | None = None, seed: int = 1) -> Table:
        """Return `n` samples of it."""
        inputs, target = self.make(n, self.noise if noise is None else noise, RandomState(seed))
        rows = np.column_stack([inputs, target]).astype(np.float64)
        return Table(self.name, self.columns, rows, self.classes)


def _halves(n: int) -> tuple[int, int]:
    return n // 2, n - n // 2


def _shuffled(inputs: Array, target: Array, noise: float, random: RandomState) -> Points:
    """Return points in random order, then moved by noise, as scikit-learn has it."""
    order = np.arange(len(target))
    random.shuffle(order)
    inputs, target = inputs[order], target[order]
    return inputs + random.normal(scale=noise, size=inputs.shape), target


def _moons(n: int, noise: float, random: RandomState) -> Points:
    """Return make_moons(n, noise=noise, random_state=seed) of scikit-learn, number by number."""
    outer, inner = _halves(n)
    turn, back = np.linspace(0, math.pi, outer), np.linspace(0, math.pi, inner)
    x = np.append(np.cos(turn), 1 - np.cos(back))
    y = np.append(np.sin(turn), 1 - np.sin(back) - 0.5)
    return _shuffled(np.column_stack([x, y]), np.repeat(TWO, [outer, inner]), noise, random)


def _circles(n: int, noise: float, random: RandomState) -> Points:
    """Return make_circles(n, noise=noise, factor=0.5, random_state=seed) of scikit-learn."""
    outer, inner = _halves(n)
    turns = [np.linspace(0, 2 * math.pi, count, endpoint=False) for count in (outer, inner)]
    x = np.append(np.cos(turns[0]), 0.5 * np.cos(turns[1]))
    y = np.append(np.sin(turns[0]), 0.5 * np.sin(turns[1]))
    return _shuffled(np.column_stack([x, y]), np.repeat(TWO, [outer, inner]), noise, random)


def _xor(n: int, noise: float, random: RandomState) -> Points:
    """Return points of four squares; those across from each other are of one class."""
    size = random.uniform(0.1, 2, (n, 2))
    quarter = np.arange(n) % 4
    signs = np.column_stack([np.where(quarter < 2, 1, -1), np.where(quarter % 3 == 0, 1, -1)])
    return _shuffled(size * signs, np.where(quarter % 2 == 0, 1.0, -1.0), noise, random)


def _spiral(n: int, noise: float, random: RandomState) -> Points:
    """Return two arms that turn 1.75 times about each other."""
    arms = []
    for count, begin in zip(_halves(n), (math.pi, 0.0), strict=True):
        share = np.arange(count) / max(count, 1)
        turn = 1.75 * share * 2 * math.pi + begin
        arms.append(np.column_stack([2 * share * np.sin(turn), 2 * share * np.cos(turn)]))
    return _shuffled(np.vstack(arms), np.repeat(TWO, _halves(n)), noise, random)


def _gaussians(n: int, noise: float, random: RandomState) -> Points:
    target = np.repeat(TWO, _halves(n))
    return _shuffled(np.column_stack([target, target]), target, noise, random)


def _blobs(n: int, noise: float, random: RandomState) -> Points:
    target = (np.arange(n) % 3).astype(np.float64)
    turn = math.pi / 2 + target * 2 * math.pi / 3
    inputs = 1.5 * np.column_stack([np.cos(turn), np.sin(turn)])
    return _shuffled(inputs, target, noise, random)


def _yinyang(n: int, noise: float, random: RandomState) -> Points:
    """Return points of yin (0), of yang (1) and of the two dots (2).

    Source: Kriener, Göltz & Petrovici, The Yin-Yang dataset (2022); its circle of 0.5 is 1.5 here.
    """
    wanted = [len(range(kind, n, 3)) for kind in range(3)]
    found: list[list[Array]] = [[], [], []]
    while any(sum(map(len, got)) < want for got, want in zip(found, wanted, strict=True)):
        points = random.uniform(-1.5, 1.5, (4 * n + 16, 2))
        points = points[np.hypot(*points.T) <= 1.5]
        kinds = _yin_or_yang(points)
        for kind, got in enumerate(found):
            got.append(points[kinds == kind])
    inputs = [np.vstack(got)[:want] for got, want in zip(found, wanted, strict=True)]
    return _shuffled(np.vstack(inputs), np.repeat(THREE, wanted), noise, random)


def _yin_or_yang(points: Array) -> NDArray[np.intp]:
    right = np.hypot(points[:, 0] - 0.75, points[:, 1])
    left = np.hypot(points[:, 0] + 0.75, points[:, 1])
    upper = (points[:, 1] > 0) & (right > 0.75)
    yin = (right <= 0.3) | ((left > 0.3) & (left <= 0.75)) | upper
    return np.where((right < 0.3) | (left < 0.3), 2, np.where(yin, 0, 1))


def _line(n: int, noise: float, random: RandomState) -> Points:
    x = random.uniform(-2, 2, n)
    return x[:, None], 0.8 * x + 0.3 + random.normal(scale=noise, size=n)


def _sine(n: int, noise: float, random: RandomState) -> Points:
    x = random.uniform(-3, 3, n)
    return x[:, None], np.sin(2 * x) + random.normal(scale=noise, size=n)


def _plane(n: int, noise: float, random: RandomState) -> Points:
    inputs = random.uniform(-2, 2, (n, 2))
    return inputs, inputs.sum(axis=1) / 4 + random.normal(scale=noise, size=n)


def _multi_gauss(n: int, noise: float, random: RandomState) -> Points:
    """Return six hills and hollows, of radius 1, in turn."""
    inputs = random.uniform(-2.5, 2.5, (n, 2))
    target = np.zeros(n)
    for column, x in enumerate((-2.0, 0.0, 2.0)):
        for row, y in enumerate((1.25, -1.25)):
            height = np.maximum(1 - np.hypot(inputs[:, 0] - x, inputs[:, 1] - y), 0)
            height *= 1 if (column + row) % 2 == 0 else -1
            target = np.where(np.abs(height) > np.abs(target), height, target)
    return inputs, target + random.normal(scale=noise, size=n)


PLANE, ONE = ("x1", "x2", "y"), ("x", "y")
_ROWS = (
    Source("moons", PLANE, TWO, 0.1, _moons, "Two half circles that reach into each other."),
    Source("circles", PLANE, TWO, 0.05, _circles, "A ring about a ring: no line parts them."),
    Source("xor", PLANE, TWO, 0.0, _xor, "Four squares: one neuron cannot, two can."),
    Source("spiral", PLANE, TWO, 0.02, _spiral, "Two arms, wound into each other: the hard one."),
    Source("gaussians", PLANE, TWO, 0.5, _gaussians, "Two clouds: one neuron is enough."),
    Source("blobs", PLANE, THREE, 0.4, _blobs, "Three clouds, three classes."),
    Source("yinyang", PLANE, THREE, 0.0, _yinyang, "Yin, yang and their dots: small parts count."),
    Source("line", ONE, (), 0.2, _line, "A straight line with noise on it."),
    Source("sine", ONE, (), 0.1, _sine, "Two waves: a curve to be fitted."),
    Source("plane", PLANE, (), 0.0, _plane, "A slope over the plane: a number, no class."),
    Source("multi_gauss", PLANE, (), 0.0, _multi_gauss, "Hills and hollows over the plane."),
)
TABLES: Mapping[str, Source] = MappingProxyType({row.name: row for row in _ROWS})
