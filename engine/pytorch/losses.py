"""Rules for PyTorch's losses, as the arithmetic that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.errors import TorchError
from engine.losses import LEAST
from engine.pytorch.arrays import Array, apply, array, each, mean, scaled, total, values
from engine.pytorch.reading import Place, Rule

_EACH = "nll_loss of every sample is not read; leave out reduction='none'."
_NONE, _MEAN = 0, 1  # PyTorch's numbers for the reductions; 2 is the sum


def reduced(at: Place, each_: Array) -> Array:
    """Return the losses of all elements, or their mean, or their sum."""
    how = at.saved("reduction", _MEAN)
    if how == _NONE:
        return each_
    return array([(mean if how == _MEAN else total)(list(each_.ravel()))], ())


def _loss(rule: Callable[[Place, Array, Array], Array]) -> Rule:
    """Return a rule out of what a prediction costs against its target."""
    return lambda at: reduced(at, rule(at, *_pair(at)))


def _pair(at: Place) -> tuple[Array, Array]:
    kept = at.saved("self")
    shape = at.node.input_shape(0) or (tuple(kept.shape) if kept is not None else at.shape)
    return at.given(0, "self", shape), at.given(1, "target", shape)


def _squared(_: Place, x: Array, y: Array) -> Array:
    return each("pow", each("sub", x, y), 2.0)


def _bent(at: Place, x: Array, y: Array) -> Array:
    """Return half the square near 0, and a straight line beyond.

    With c the smaller of the distance and where it bends: c^2/2 + bend*(distance - c).
    """
    huber = at.node.kind == "HuberLoss"
    bend = float(at.saved("delta" if huber else "beta"))
    distance = each("abs", each("sub", x, y))
    if not bend:
        return distance
    near = each("min", distance, bend)
    beyond = scaled(each("sub", distance, near), bend if huber else 1.0)
    square = scaled(each("pow", near, 2.0), 0.5 if huber else 0.5 / bend)
    return each("add", square, beyond)


def _log(x: Array) -> Array:
    """Return the log of probabilities; of exactly 0 it is -100, as PyTorch has it."""
    return each("log", np.where(values(x) == 0, each("add", x, LEAST), x))


def _cross_entropy(at: Place, x: Array, y: Array) -> Array:
    yes = each("mul", y, _log(x))
    no = each("mul", each("sub", 1.0, y), _log(each("sub", 1.0, x)))
    return _weighted(at, each("neg", each("add", yes, no)))


def _with_logits(at: Place, x: Array, y: Array) -> Array:
    """Return (1 - y)*x + softplus(-x), the latter times 1 + (p - 1)*y where ones weigh p."""
    missed = each("softplus", each("neg", x))
    weight = at.option("pos_weight")
    if weight is not None:
        missed = each("mul", each("add", 1.0, each("mul", each("sub", weight, 1.0), y)), missed)
    return _weighted(at, each("add", each("mul", each("sub", 1.0, y), x), missed))


def _weighted(at: Place, made: Array) -> Array:
    weight = at.option("weight")
    return made if weight is None else each("mul", weight, made)


def _soft_margin(_: Place, x: Array, y: Array) -> Array:
    return each("softplus", each("neg", each("mul", y, x)))


def _nll(at: Place) -> Array:
    """Return the losses of the targets' classes; of several their mean by weight."""
    x, target = at.given(0, "self"), at.places("target")
    classes = np.moveaxis(x, 1, -1) if x.ndim > 1 else x
    rows = classes.reshape(-1, classes.shape[-1])
    weight, ignored = at.kept("weight"), at.saved("ignore_index")
    if at.saved("reduction", _MEAN) == _NONE:
        raise TorchError(_EACH)
    losses, weights = [], []
    for row, place in zip(rows, target.ravel().tolist(), strict=True):
        if place == ignored:
            continue
        weighs = 1.0 if weight is None else float(weight[place])
        loss = apply("neg", row[place])
        losses.append(loss if weighs == 1 else apply("mul", weighs, loss))
        weights.append(weighs)
    whole = sum(weights) if at.saved("reduction", _MEAN) == _MEAN else 1.0
    return array([total(losses) if whole == 1 else apply("div", total(losses), whole)], ())


LOSSES: Mapping[str, Rule] = {
    "MseLoss": _loss(_squared),
    "HuberLoss": _loss(_bent),
    "SmoothL1Loss": _loss(_bent),
    "BinaryCrossEntropy": _loss(_cross_entropy),
    "BinaryCrossEntropyWithLogits": _loss(_with_logits),
    "SoftMarginLoss": _loss(_soft_margin),
    "NllLoss": _nll,
    "NllLoss2D": _nll,
}
