"""Rules for activations and bounds, out of the ones that there are here."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from engine.pytorch.arrays import Array, each, scaled, values
from engine.pytorch.elementwise import one
from engine.pytorch.reading import Place, Rule


def _leaky(at: Place) -> Array:
    """Return leaky_relu, out of relu where the slope below 0 is not a hundredth."""
    x, slope = at.given(0, "self"), float(at.saved("negative_slope"))
    if math.isclose(slope, 0.01, rel_tol=1e-6):
        return each("leaky_relu", x)
    return each("add", scaled(each("relu", x), 1 - slope), scaled(x, slope))


def _prelu(at: Place) -> Array:
    """Return relu(x) - weight * relu(-x)."""
    x, weight = at.given(0, "self"), at.given(1, "weight")
    below = each("mul", weight, each("relu", each("neg", x)))
    return each("sub", each("relu", x), below)


def _elu(at: Place) -> Array:
    """Return elu; where it is scaled, what lies below 0 is elu less relu.

    celu and selu are such ones.
    """
    x, alpha = at.given(0, "self"), float(at.saved("alpha"))
    celu = at.node.kind == "Celu"
    scale = 1.0 if celu else float(at.saved("scale", 1))
    inner = 1 / alpha if celu else float(at.saved("input_scale", 1))
    if alpha == scale == inner == 1:
        return each("elu", x)
    within = scaled(x, inner)
    below = each("sub", each("elu", within), each("relu", within))
    return scaled(each("add", each("relu", x), scaled(below, alpha)), scale)


def _gelu(at: Place) -> Array:
    x = at.given(0, "self")
    if at.saved("approximate", "none") == "none":
        return each("gelu", x)
    cubed = scaled(each("pow", x, 3.0), 0.044715)
    inner = scaled(each("add", x, cubed), math.sqrt(2 / math.pi))
    return each("mul", scaled(x, 0.5), each("add", 1.0, each("tanh", inner)))


def _softplus(at: Place) -> Array:
    beta = float(at.saved("beta", 1))
    return scaled(each("softplus", scaled(at.given(0, "self"), beta)), 1 / beta)


def at_least(x: Array, low: Array | float, *, open_: bool = False) -> Array:
    """Return the larger of x and a bound; where they are equal all gets through to x.

    Args:
        x: any shape.
        low: the bound, which no gradient is wanted of.
        open_: where they are equal nothing gets through instead.
    """
    larger = each("max", x, low)
    ties = values(x) == values(np.asarray(low, object))
    if not ties.any():
        return larger
    rise = each("relu", each("sub", x, low) if open_ else each("sub", low, x))
    return np.where(ties, each("add", low if open_ else x, rise), larger)


def at_most(x: Array, high: Array | float, *, open_: bool = False) -> Array:
    """Return the smaller of x and a bound; ties as in `at_least`."""
    smaller = each("min", x, high)
    ties = values(x) == values(np.asarray(high, object))
    if not ties.any():
        return smaller
    fall = each("relu", each("sub", high, x) if open_ else each("sub", x, high))
    return np.where(ties, each("sub", high if open_ else x, fall), smaller)


def _clamp(at: Place) -> Array:
    """Return x within bounds, which are numbers or tensors, either of which may be missing."""
    x = at.given(0, "self")
    for name, slot, rule in (("min", 1, at_least), ("max", 2, at_most)):
        if at.saved(name) is not None:
            x = rule(x, at.given(slot, name))
    return x


def _hardtanh(at: Place) -> Array:
    low, high = float(at.saved("min_val")), float(at.saved("max_val"))
    return at_most(at_least(at.given(0, "self"), low, open_=True), high, open_=True)


ACTIVATIONS: Mapping[str, Rule] = {
    "LeakyRelu": _leaky,
    "PreluKernel": _prelu,
    "Elu": _elu,
    "Celu": _elu,
    "Gelu": _gelu,
    "Softplus": _softplus,
    "LogSigmoid": one(lambda x: each("neg", each("softplus", each("neg", x)))),
    "Silu": one(lambda x: each("mul", x, each("sigmoid", x))),
    "Mish": one(lambda x: each("mul", x, each("tanh", each("softplus", x)))),
    "Clamp": _clamp,
    "ClampMin": _clamp,
    "ClampMax": _clamp,
    "Hardtanh": _hardtanh,
}
