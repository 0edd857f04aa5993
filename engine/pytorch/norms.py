"""Rules for variances, norms, and layers that normalize."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from engine.pytorch.arrays import Array, Element, apply, each, mean, over, total, values
from engine.pytorch.reading import Place, Rule
from engine.pytorch.recover import common, simplest
from engine.pytorch.reductions import best
from engine.pytorch.tape import Shape

_CARE = 8.0  # roundings that may add up in a variance


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
        return over(sizes, at.saved("dim"), lambda row: best(name, row), at.shape)
    base = at.given(0, "self") if order == 2 else sizes
    powers = over(each("pow", base, order), at.saved("dim"), total, at.shape)
    return each("sqrt", powers) if order == 2 else each("pow", powers, 1 / order)


def _layer_norm(at: Place) -> Array:
    """Return (x - mean) / sqrt(variance + eps) * weight + bias over the last dimensions."""
    x, shape = at.given(0, "input"), at.saved("normalized_shape")
    dims = tuple(range(x.ndim - len(shape), x.ndim))
    outer = (*x.shape[: dims[0]], *[1] * len(shape))
    middle = over(x, dims, mean, outer)
    spread = over(x, dims, lambda row: _spread(row, 0.0), outer)
    made = _normalized(x, middle, spread, _eps(at, spread))
    biased = at.inputs[2] is not None or at.saved("bias") is not None
    return _affine(at, made, shape, biased=biased)


def _batch_norm(at: Place) -> Array:
    """Return the same, by channel over all samples; or with the running figures, out of training.

    The channels are dimension 1. What the weight is for, a bias is too, which PyTorch doesn't keep.
    """
    x = np.moveaxis(at.given(0, "input"), 1, -1)
    shape, dims = (x.shape[-1],), tuple(range(x.ndim - 1))
    if at.saved("training"):
        middle = over(x, dims, mean, shape)
        spread = over(x, dims, lambda row: _spread(row, 0.0), shape)
    else:
        middle, spread = (at.reading.constant(at.saved(f"running_{kind}")) for kind in _RUNNING)
    made = _normalized(x, middle, spread, float(at.saved("eps")))
    biased = at.inputs[2] is not None or at.saved("weight") is not None
    return np.moveaxis(_affine(at, made, shape, biased=biased), -1, 1)


_RUNNING = ("mean", "var")


def _normalized(x: Array, middle: Array, spread: Array, eps: float) -> Array:
    return each("div", each("sub", x, middle), each("sqrt", each("add", spread, eps)))


def _affine(at: Place, x: Array, shape: Shape, *, biased: bool) -> Array:
    """Return x * weight + bias, as far as there are any."""
    if at.inputs[1] is not None or at.saved("weight") is not None:
        x = each("mul", x, at.given(1, "weight", shape))
    return each("add", x, at.given(2, "bias", shape)) if biased else x


def _eps(at: Place, spread: Array) -> float:
    """Return what was added to the variances, which is not kept; what they were divided by is."""
    squares = (at.held("result2") ** -2.0).ravel().tolist()
    pairs = zip(squares, values(spread).ravel().tolist(), strict=True)
    slack = _CARE * at.node.precision
    ranges = [
        (square - variance - slack * square, square - variance + slack * square)
        for square, variance in pairs
    ]
    return simplest(common(ranges) or min(ranges, key=lambda ends: ends[1] - ends[0]))


NORMS: Mapping[str, Rule] = {
    "Var": _variance,
    "Std": lambda at: each("sqrt", _variance(at)),
    "LinalgVectorNorm": _norm,
    "NativeLayerNorm": _layer_norm,
    "NativeBatchNorm": _batch_norm,
}
