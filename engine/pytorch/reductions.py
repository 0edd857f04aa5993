"""Rules for ops that bring many elements together: sums and extremes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from itertools import accumulate

import numpy as np

from engine.pytorch.arrays import (
    Array,
    Element,
    along,
    apply,
    array,
    lines,
    mean,
    over,
    product,
    total,
    value,
)
from engine.pytorch.reading import Place, Rule
from engine.pytorch.tape import Numbers

Row = Callable[[list[Element]], Element]


def _over(rule: Row) -> Rule:
    return lambda at: over(at.given(0, "self"), at.saved("dim"), rule, at.shape)


def _extreme(name: str) -> Rule:
    """Return a rule for max and min; equals share alike, or the one that PyTorch chose has all."""

    def read(at: Place) -> Array:
        x = at.given(0, "self")
        indices = at.kept("indices")
        rows = lines(x, at.saved("dim"))
        chosen = [None] * len(rows) if indices is None else map(int, indices.ravel())
        pairs = zip(rows, chosen, strict=True)
        return array((best(name, list(row), choice) for row, choice in pairs), at.shape)

    return read


def best(name: str, row: list[Element], choice: int | None = None) -> Element:
    """Return the max or min of a row, as a chain of them.

    Args:
        name: max or min.
        row: at least one element.
        choice: which of equals has all of the gradient; None where they share alike.
    """
    numbers = [value(element) for element in row]
    end = max(numbers) if name == "max" else min(numbers)
    equals = [element for element, number in zip(row, numbers, strict=True) if number == end]
    if len(equals) < 2:
        return reduce(lambda a, b: apply(name, a, b), row)
    others = [element for element, number in zip(row, numbers, strict=True) if number != end]
    first = mean(equals) if choice is None else row[choice]
    return reduce(lambda a, b: apply(name, a, b), others, first)


def logsumexp(row: list[Element]) -> Element:
    """Return log(sum(exp)); far from 0 the largest is taken out first, as a plain number."""
    largest = max(value(element) for element in row)
    smallest = min(value(element) for element in row)
    shift = largest if math.isfinite(largest) and max(largest, -smallest) > _FAR else 0.0
    if not shift:
        return apply("log", total([apply("exp", element) for element in row]))
    exps = [apply("exp", apply("sub", element, shift)) for element in row]
    return apply("add", apply("log", total(exps)), shift)


_FAR = 50.0  # exp of it is 5e21: far from any overflow, and so is a sum of many


def _softmax(row: list[Element]) -> list[Element]:
    largest = max(value(element) for element in row)
    shift = largest if math.isfinite(largest) and abs(largest) > _FAR else 0.0
    exps = [apply("exp", apply("sub", element, shift) if shift else element) for element in row]
    summed = total(exps)
    return [apply("div", each, summed) for each in exps]


def _log_softmax(row: list[Element]) -> list[Element]:
    normal = logsumexp(row)
    return [apply("sub", element, normal) for element in row]


def _rows(
    rule: Callable[[list[Element]], list[Element]], undo: Callable[[Numbers], Numbers]
) -> Rule:
    def read(at: Place) -> Array:
        x = at.given(0, "self")
        at.undo(x, undo)  # but for a number that all of a row may share, and that changes nothing
        return along(x, at.saved("dim"), rule)

    return read


def _running(row: list[Element]) -> list[Element]:
    return list(accumulate(row, lambda a, b: apply("add", a, b)))


REDUCTIONS: Mapping[str, Rule] = {
    "Sum": _over(total),
    "Mean": _over(mean),
    "Prod": _over(product),
    "Max": _extreme("max"),
    "Min": _extreme("min"),
    "Amax": _extreme("max"),
    "Amin": _extreme("min"),
    "Logsumexp": _over(logsumexp),
    "Softmax": _rows(_softmax, np.log),
    "SafeSoftmax": _rows(_softmax, np.log),
    "LogSoftmax": _rows(_log_softmax, np.positive),
    "Cumsum": lambda at: along(at.given(0), at.saved("dim"), _running),
    "Trace": lambda at: array([total(np.diagonal(at.given(0)).tolist())], ()),
}
