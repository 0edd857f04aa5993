"""Rules for ops that work element by element; a row is PyTorch's name and ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from engine.pytorch.arrays import Array, each, scaled
from engine.pytorch.reading import Place, Rule
from engine.pytorch.tape import Numbers

Of = Callable[[Array], Array]
_TINY = 5e-324  # the smallest number above 0


def one(rule: Of, back: Callable[[Numbers], Numbers] | None = None) -> Rule:
    """Return a rule over one operand; `back` finds the operand where only the result is kept."""

    def read(at: Place) -> Array:
        x = at.given(0, "self")
        if back:
            at.undo(x, back)
        return rule(x)

    return read


def _named(name: str, back: Callable[[Numbers], Numbers] | None = None) -> Rule:
    return one(lambda x: each(name, x), back)


def _two(name: str) -> Rule:
    return lambda at: each(name, at.given(0, "self"), at.given(1, "other"))


def _add(at: Place) -> Array:
    return each("add", at.given(0), scaled(at.given(1), at.saved("alpha", 1)))


def _sub(at: Place) -> Array:
    return each("sub", at.given(0), scaled(at.given(1), at.saved("alpha", 1)))


def _rsub(at: Place) -> Array:
    """Return other - alpha * self, which is how `1 - x` is written down."""
    return each("sub", at.given(1), scaled(at.given(0), at.saved("alpha", 1)))


def _pow(at: Place) -> Array:
    """Return base ** exponent; a single number on either side is a setting and no input."""
    if at.node.name == "PowBackward2":  # the base is a number, and the one input the exponent
        return each("pow", float(at.saved("self")), at.given(0, "exponent"))
    return each("pow", at.given(0, "self"), at.given(1, "exponent"))


def _addcmul(at: Place) -> Array:
    product = each("mul", at.given(1, "tensor1"), at.given(2, "tensor2"))
    return each("add", at.given(0), scaled(product, at.saved("value", 1)))


def _addcdiv(at: Place) -> Array:
    quotient = each("div", at.given(1, "tensor1"), at.given(2, "tensor2"))
    return each("add", at.given(0), scaled(quotient, at.saved("value", 1)))


def _lerp(at: Place) -> Array:
    start, end = at.given(0, "self"), at.given(1, "end")
    weight = at.given(2, "weight")
    return each("add", start, each("mul", weight, each("sub", end, start)))


def _where(at: Place) -> Array:
    chosen = np.broadcast_to(at.held("condition") != 0, at.shape)
    return np.where(chosen, at.given(0), at.given(1))


def _masked_fill(at: Place) -> Array:
    mask = np.broadcast_to(at.held("mask") != 0, at.shape)
    return np.where(mask, at.given(1), at.given(0)) if mask.any() else at.given(0)


def _log_of(base: float) -> Of:
    return lambda x: each("div", each("log", x), math.log(base))


def _same(at: Place) -> Array:
    return at.given(0)


def _logit(result: Numbers) -> Numbers:
    inside = np.clip(result, _TINY, 1 - 2.0**-53)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _atanh(result: Numbers) -> Numbers:
    return np.arctanh(np.clip(result, 2.0**-53 - 1, 1 - 2.0**-53))


def _unrelu(result: Numbers) -> Numbers:
    return np.where(result > 0, result, np.nan)


ELEMENTWISE: Mapping[str, Rule] = {
    "Add": _add,
    "Sub": _sub,
    "Rsub": _rsub,
    "Mul": _two("mul"),
    "Div": _two("div"),
    "Pow": _pow,
    "Addcmul": _addcmul,
    "Addcdiv": _addcdiv,
    "Lerp": _lerp,
    "Neg": _named("neg"),
    "Exp": _named("exp", np.log),
    "Exp2": one(lambda x: each("pow", 2.0, x), np.log2),
    "Expm1": one(lambda x: each("sub", each("exp", x), 1.0), np.log1p),
    "Log": _named("log"),
    "Log1P": one(lambda x: each("log", each("add", 1.0, x))),
    "Log2": one(_log_of(2)),
    "Log10": one(_log_of(10)),
    "Sqrt": _named("sqrt", np.square),
    "Rsqrt": one(lambda x: each("div", 1.0, each("sqrt", x)), lambda y: y**-2.0),
    "Reciprocal": one(lambda x: each("div", 1.0, x), np.reciprocal),
    "Sin": _named("sin"),
    "Cos": _named("cos"),
    "Tan": _named("tan", np.arctan),
    "Asin": _named("asin"),
    "Acos": _named("acos"),
    "Atan": _named("atan"),
    "Sinh": _named("sinh"),
    "Cosh": _named("cosh"),
    "Tanh": _named("tanh", _atanh),
    "Sigmoid": _named("sigmoid", _logit),
    "Relu": _named("relu", _unrelu),
    "Abs": _named("abs"),
    "Maximum": _two("max"),
    "Minimum": _two("min"),
    "Where": _where,
    "MaskedFill": _masked_fill,
    "ToCopy": _same,
}
