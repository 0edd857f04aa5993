"""A column of cells: numbers as people write them, or words that are classes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data import TWO, Array, classes_of
from engine.numerals import MINUS, exact

LONGEST_CELL = 24  # characters that a sentence repeats
LARGEST = 1e100  # squares and sums of larger numbers would soon be too large

_DECIMAL = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?"
_NUMBER = re.compile(rf"({_DECIMAL})(?:\s*/\s*({_DECIMAL}))?", re.IGNORECASE)


class Column(NamedTuple):
    """Cells, read.

    Attributes:
        values: (rows,) float64, the numbers, nan where there is none; of words, which of `words`.
        complaints: why a row has none.
        words: those there are; () of numbers.
    """

    values: Array
    complaints: dict[int, str]
    words: tuple[str, ...] = ()


class Target(NamedTuple):
    """The last column: its numbers, and what they stand for where they are classes."""

    values: Array
    classes: tuple[float, ...]
    labels: tuple[str, ...]


def feature(name: str, cells: Sequence[str], point: str) -> Column:
    """Return a column read as numbers.

    Args:
        name: what the column is called, for the complaints.
        cells: one a row.
        point: what decimals are written with, a point or a comma.
    """
    values = _plainly(cells, point)
    if values is not None:
        return Column(values, {})
    found = [number(cell, point) for cell in cells]
    complaints = {
        row: _complaint(name, cells[row], point) for row, each in enumerate(found) if each is None
    }
    return Column(np.array([math.nan if each is None else each for each in found]), complaints)


def last(name: str, cells: Sequence[str], point: str) -> Column:
    """Return the last column, read as numbers, or as words if most cells hold no number."""
    if _plainly(cells, point) is None and _is_words(cells):
        return _words(name, cells)
    return feature(name, cells, point)


def target(column: Column, kept: Sequence[int]) -> Target:
    """Return the last column, of the rows that are kept, as what is to be learnt."""
    values = column.values[list(kept)]
    return (
        worded([column.words[int(each)] for each in values]) if column.words else numbered(values)
    )


def numbered(values: Array) -> Target:
    """Return numbers as what is to be learnt: classes, where they are a few whole ones.

    Losses want two classes as -1 and 1 or as 0 and 1, and more of them from 0 upwards. Others are
    counted so if each is there twice on average, and what they were becomes their label. -1 or 1
    alone is one of two classes, too.

    >>> numbered(np.array([3.0, 5.0, 5.0, 3.0]))[1:]
    ((-1.0, 1.0), ('3', '5'))
    """
    if set(values.tolist()) <= set(TWO):
        return Target(values, TWO, ())
    given = classes_of(values)
    if given in {(0.0, 1.0), usual_classes(len(given))}:
        return Target(values, given, ())
    if not given or 2 * len(given) > len(values):
        return Target(values, (), ())
    labels = [exact(each).replace("-", MINUS) for each in given]
    return _renamed(np.searchsorted(given, values), labels)


def worded(words: Sequence[str]) -> Target:
    """Return words as classes, in order of appearance.

    >>> worded(["no", "yes", "no"])[1:]
    ((-1.0, 1.0), ('no', 'yes'))
    """
    labels = list(dict.fromkeys(words))
    place = {label: at for at, label in enumerate(labels)}
    return _renamed(np.array([place[word] for word in words]), labels)


def usual_classes(count: int) -> tuple[float, ...]:
    """Return the numbers of so many classes, as losses want them.

    >>> usual_classes(2), usual_classes(3)
    ((-1.0, 1.0), (0.0, 1.0, 2.0))
    """
    return TWO if count == 2 else tuple(map(float, range(count)))


def decimal_sign(columns: Sequence[Sequence[str]]) -> str:
    """Return what decimals are written with: a comma, if some are and none with a point."""
    text = "\t".join("\t".join(column) for column in columns)
    return "," if "," in text and "." not in text else "."


def number(cell: str, point: str = ".") -> float | None:
    """Return a number as people write it, None where it is none that can be learnt from.

    >>> number(" −0,50 ", ","), number("1/4"), number("1,234"), number("inf")
    (-0.5, 0.25, None, None)
    """
    found = _NUMBER.fullmatch(cell.strip().replace(MINUS, "-").replace(point, "."))
    if found is None:
        return None
    over, under = float(found[1]), float(found[2] or 1)
    return over / under if under and usable(over / under) else None


def usable(values: Array | float) -> bool:
    """Tell whether all these numbers can be learnt from: they are finite, and not too large."""
    return bool((np.abs(values) <= LARGEST).all())


def _renamed(places: NDArray[np.intp], labels: Sequence[str]) -> Target:
    """Return classes counted as losses want them; `places` says which label a row has."""
    classes = usual_classes(len(labels))
    return Target(np.array(classes)[places], classes, tuple(labels))


def _plainly(cells: Sequence[str], point: str) -> Array | None:
    """Return a column whose cells are all written as programs write them; None for any other."""
    written = cells if point == "." else [cell.replace(point, ".") for cell in cells]
    try:
        values = np.array(list(map(float, written)))
    except ValueError:
        return None
    odd = not usable(values) or any("_" in cell for cell in cells)
    return None if odd else values


def _is_words(cells: Sequence[str]) -> bool:
    """Tell whether most of the cells that hold something hold no number."""
    filled = [cell for cell in cells if cell.strip()]
    unread = sum(number(cell) is number(cell, ",") is None for cell in filled)
    return 2 * unread > len(filled)


def _words(name: str, cells: Sequence[str]) -> Column:
    """Return a column's words, with their blanks made single."""
    words = [" ".join(cell.split()) for cell in cells]
    place = {word: at for at, word in enumerate(dict.fromkeys(words))}
    complaints = {row: f"{name} is empty." for row, word in enumerate(words) if not word}
    return Column(np.array([float(place[word]) for word in words]), complaints, tuple(place))


def _complaint(name: str, cell: str, point: str) -> str:
    """Say why a cell is no number."""
    text = cell.strip()
    if not text:
        return f"{name} is empty."
    shown = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
    if point == "." and number(text, ",") is not None:
        return f"{name} is {shown}: write {text.replace(',', '')} or {text.replace(',', '.')}."
    try:
        size = abs(float(text))
    except ValueError:
        return f"{name} is {shown}, which is no number."
    too_large = LARGEST < size < math.inf
    return f"{name} is {shown}, which is {'too large' if too_large else 'no finite number'}."
