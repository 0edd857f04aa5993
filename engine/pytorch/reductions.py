"""Rules for ops that bring many elements together: sums, extremes, norms."""

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
    each,
    lines,
    mean,
    over,
    product,
    total,
    value,
    values,
)
from engine.pytorch.reading import Place, Rule
from engine.pytorch.recover import common, simplest
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
        return array((_best(name, list(row), choice) for row, choice in pairs), at.shape)

    return read


def _best(name: str, row: list[Element], choice: int | None) -> Element:
    numbers = [value(element) for element in row]
    best = max(numbers) if name == "max" else min(numbers)
    equals = [element for element, number in zip(row, numbers, strict=True) if number == best]
    if len(equals) < 2:
        return reduce(lambda a, b: apply(name, a, b), row)
    others = [element for element, number in zip(row, numbers, strict=True) if number != best]
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


def _variance(at: Place) -> Array:
    x = at.given(0, "self")
    correction = float(at.saved("correction", 1))
    return over(x, at.saved("dim"), lambda row: _spread(row, correction), at.shape)


def _spread(row: list[Element], correction: float) -> Element:
    middle = mean(row)
    squares = [apply("pow", apply("sub", element, middle), 2.0) for element in row]
    return apply("div", total(squares), len(row) - correction)


def _norm(at: Place) -> Array:
    """Return the norm of each row: 2, 1, or the largest size."""
    order = float(at.saved("ord"))
    sizes = each("abs", at.given(0, "self"))
    if order == 1:
        return over(sizes, at.saved("dim"), total, at.shape)
    if math.isinf(order):
        name = "max" if order > 0 else "min"
        return over(sizes, at.saved("dim"), lambda row: _best(name, row, None), at.shape)
    base = at.given(0, "self") if order == 2 else sizes
    powers = over(each("pow", base, order), at.saved("dim"), total, at.shape)
    return each("sqrt", powers) if order == 2 else each("pow", powers, 1 / order)


def _layer_norm(at: Place) -> Array:
    """Return (x - mean) / sqrt(variance + eps) * weight + bias over the last dimensions."""
    x, wanted = at.given(0, "input"), at.saved("normalized_shape")
    dims = tuple(range(x.ndim - len(wanted), x.ndim))
    outer = (*x.shape[: dims[0]], *[1] * len(wanted))
    middle = over(x, dims, mean, outer)
    spread = over(x, dims, lambda row: _spread(row, 0.0), outer)
    return _normed(at, x, middle, spread, wanted)


def _normed(at: Place, x: Array, middle: Array, spread: Array, shape: tuple[int, ...]) -> Array:
    scale = each("sqrt", each("add", spread, _eps(at, spread)))
    made = each("div", each("sub", x, middle), scale)
    if at.inputs[1] is not None or at.saved("weight") is not None:
        made = each("mul", made, at.given(1, "weight", shape))
    if at.inputs[2] is not None or at.saved("bias") is not None:
        made = each("add", made, at.given(2, "bias", shape))
    return made


def _eps(at: Place, spread: Array) -> float:
    """Return what was added to the variances, which is not kept; what they were divided by is."""
    pairs = zip(
        (at.held("result2") ** -2.0).ravel().tolist(), values(spread).ravel().tolist(), strict=True
    )
    slack = 8 * at.node.precision
    ranges = [(sum_ - var - slack * sum_, sum_ - var + slack * sum_) for sum_, var in pairs]
    return simplest(common(ranges) or min(ranges, key=lambda ends: ends[1] - ends[0]))


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
    "Var": _variance,
    "Std": lambda at: each("sqrt", _variance(at)),
    "LinalgVectorNorm": _norm,
    "NativeLayerNorm": _layer_norm,
}
