"""Losses: how far a prediction is from its target, out of visible nodes.

Each is the loss of one sample; training takes its mean over the samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType

from engine.errors import ExprError
from engine.expr import Expr, Number
from engine.nn import Module
from engine.ops import OPS
from engine.scopes import scope

# e**-100: with it added, the log of a probability of 0 is -100, as PyTorch has it, its slope has an
# end, and what is no probability at all still shows as trouble
LEAST = 3.720075976020836e-44

Value = Expr | Number


def mse(predicted: Value | Sequence[Value], target: Value | Sequence[Value]) -> Expr:
    """Return the squared error, of several outputs their mean.

    >>> mse(0.5, 1.0).data, mse([0.5, 2.0], [1.0, 1.0]).data
    (0.25, 0.625)
    """
    pairs = _pairs(predicted, target)
    with scope("mse"):
        squares = [Expr.of(OPS["pow"], Expr.of(OPS["sub"], *pair), 2.0) for pair in pairs]
        total = _sum(squares)
        return total / float(len(squares)) if len(squares) > 1 else total


def hinge(score: Value, target: Value) -> Expr:
    """Return relu(1 - target * score); the target is -1 or 1.

    >>> hinge(0.25, 1).data, hinge(0.25, -1).data, hinge(3.0, 1).data
    (0.75, 1.25, 0.0)
    """
    with scope("hinge"):
        against = Expr.of(OPS["mul"], Expr.of(OPS["neg"], target), score)
        return Expr.of(OPS["relu"], Expr.of(OPS["add"], 1.0, against))


def binary_cross_entropy(probability: Value, target: Value) -> Expr:
    """Return -log of the probability that is given to the target, which is 0 or 1.

    >>> round(binary_cross_entropy(0.25, 1).data, 6), round(binary_cross_entropy(0.25, 0).data, 6)
    (1.386294, 0.287682)

    A probability that came to exactly 0 or 1 costs 100 at most and stops no run, as in
    torch.nn.functional.binary_cross_entropy.
    """
    with scope("binary_cross_entropy"):
        yes = Expr.of(OPS["mul"], target, _log(probability))
        no = Expr.of(OPS["sub"], 1.0, target) * _log(Expr.of(OPS["sub"], 1.0, probability))
        return -(yes + no)


def cross_entropy(logits: Sequence[Value], target: Value) -> Expr:
    """Return log of the sum of exp(logits), less the target's logit.

    >>> round(cross_entropy([2.0, 0.0, 0.0], 0).data, 6)
    0.239545

    Args:
        logits: one a class.
        target: the class, from 0; an Expr where it differs by sample.

    Raises:
        ExprError: there is one logit only, or none of the target's number.
    """
    if len(logits) < 2:
        raise ExprError("cross_entropy needs a logit for each of two classes or more.")
    with scope("cross_entropy"):
        largest = reduce(lambda a, b: Expr.of(OPS["max"], a, b), logits)
        exps = [Expr.of(OPS["exp"], Expr.of(OPS["sub"], each, largest)) for each in logits]
        normal = Expr.of(OPS["log"], _sum(exps)) + largest
        return normal - _chosen(logits, target)


def l2(module: Module) -> Expr:
    """Return the sum of the squares of all parameters.

    >>> from engine.nn import Neuron
    >>> neuron = Neuron(2)
    >>> neuron.weights[0].data, neuron.weights[1].data = 3.0, -4.0
    >>> l2(neuron).data
    25.0
    """
    _check_module(module, "l2")
    with scope("l2"):
        return _sum([parameter * parameter for parameter in module.parameters()])


def l1(module: Module) -> Expr:
    """Return the sum of the sizes of all parameters.

    >>> from engine.nn import Neuron
    >>> neuron = Neuron(2)
    >>> neuron.weights[0].data, neuron.weights[1].data = 3.0, -4.0
    >>> l1(neuron).data
    7.0
    """
    _check_module(module, "l1")
    with scope("l1"):
        return _sum([abs(parameter) for parameter in module.parameters()])


def _check_module(module: object, name: str) -> None:
    if not isinstance(module, Module):
        kind = type(module).__name__
        raise ExprError(f"{name} takes a Neuron, a Layer or an MLP, not a {kind}.")


def _log(probability: Value) -> Expr:
    return Expr.of(OPS["log"], Expr.of(OPS["add"], probability, LEAST))


def _chosen(logits: Sequence[Value], target: Value) -> Value:
    """Return the target's logit; for a target that is a node, each times whether it is the one."""
    if isinstance(target, Expr):
        terms = [
            Expr.of(OPS["mul"], Expr.of(OPS["equal"], target, float(place)), logit)
            for place, logit in enumerate(logits)
        ]
        return _sum(terms)
    number = float(target)
    if not (number.is_integer() and 0 <= number < len(logits)):
        raise ExprError(f"The target is a whole number from 0 to {len(logits) - 1}.")
    return logits[int(number)]


def _pairs(
    predicted: Value | Sequence[Value], target: Value | Sequence[Value]
) -> list[tuple[Value, Value]]:
    first, second = (each if isinstance(each, Sequence) else [each] for each in (predicted, target))
    if len(first) != len(second) or not first:
        counts = f"{len(first)} with {len(second)}"
        raise ExprError(f"mse compares as many outputs as targets, not {counts}.")
    return list(zip(first, second, strict=True))


def _sum(terms: Sequence[Expr]) -> Expr:
    return reduce(lambda a, b: a + b, terms)


LOSSES: Mapping[str, Callable[..., Expr]] = MappingProxyType(
    {
        "mse": mse,
        "hinge": hinge,
        "binary_cross_entropy": binary_cross_entropy,
        "cross_entropy": cross_entropy,
    }
)
PENALTIES: Mapping[str, Callable[[Module], Expr]] = MappingProxyType({"l1": l1, "l2": l2})
