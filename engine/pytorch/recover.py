"""Numbers that PyTorch did not keep, recovered from those it did.

An autograd graph keeps what its backward pass needs. The 1 of `w*x + 1` is not needed, and is gone;
but what a later op kept, or the loss itself, says what came out. Between a lost number and the next
kept one all ops are linear (others keep their operand or their result), so each kept number is one
linear equation in the lost ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np

from engine.expr import Expr
from engine.graph import in_evaluation_order
from engine.ops import OPS

Interval = tuple[float, float]
Shares = dict[Expr, float]  # how much a number grows with each of the lost ones

ANYTHING: Interval = (-math.inf, math.inf)
_CARE = 8.0  # roundings that may add up between two kept numbers


@dataclass(frozen=True)
class Pin:
    """A number that is known, and how far it may be off by rounding."""

    value: float
    slack: float


@dataclass(frozen=True)
class Equation:
    """The sum of shares times lost numbers is `rest`, but for `slack`; or, `at_most`, no more."""

    shares: Shares
    rest: float
    slack: float
    at_most: bool = False


def bounds(
    output: Expr, lost: Set[Expr], pins: Mapping[Expr, Pin], precision: float
) -> dict[Expr, Interval]:
    """Return between which numbers each lost one lies.

    Args:
        output: what all of it is for.
        lost: leaves whose number is unknown; they stand at 0.
        pins: what is known of the nodes.
        precision: of PyTorch's numbers, relative.
    """
    equations = _equations(output, lost, pins, precision)
    found = _solved([each for each in equations if not each.at_most])
    for each in (each for each in equations if each.at_most):
        _limit(each, found)
    return {leaf: found.get(leaf, ANYTHING) for leaf in lost}


def simplest(interval: Interval) -> float:
    """Return the number with the fewest digits in an interval; 0 where it lies in it.

    >>> simplest((0.99999994, 1.00000006)), simplest((-math.inf, -2.5))
    (1.0, -2.5)
    """
    low, high = interval
    if low <= 0 <= high:
        return 0.0
    middle = high if math.isinf(low) else low if math.isinf(high) else low + (high - low) / 2
    if not math.isfinite(middle):
        return middle
    shorter = (float(f"{middle:.{digits}e}") for digits in range(17))
    return next((number for number in shorter if low <= number <= high), middle)


def common(intervals: list[Interval]) -> Interval | None:
    """Return what lies in all intervals, or None."""
    low, high = max(each[0] for each in intervals), min(each[1] for each in intervals)
    return (low, high) if low <= high else None


def _equations(
    output: Expr, lost: Set[Expr], pins: Mapping[Expr, Pin], precision: float
) -> list[Equation]:
    """Return one equation a kept number that lost ones reach; from there on it is as kept."""
    values: dict[Expr, float] = {}
    shares: dict[Expr, Shares] = {}
    found: list[Equation] = []
    for node in in_evaluation_order(output):
        value, share = _counted(node, lost, values, shares)
        pin = pins.get(node) if share else None
        if pin is not None:
            blocked = node.op is OPS["relu"] and pin.value == 0
            reached = node.operands[0] if blocked else node
            known = values[reached] if blocked else value
            slack = _CARE * (pin.slack + precision * abs(known))
            share = shares[reached] if blocked else share
            found.append(Equation(share, pin.value - known, slack, at_most=blocked))
            value, share = pin.value, {}
        values[node], shares[node] = value, share
    return found


def _counted(
    node: Expr, lost: Set[Expr], values: dict[Expr, float], shares: dict[Expr, Shares]
) -> tuple[float, Shares]:
    """Return a node's number with the lost ones at 0, and its share of each."""
    if node.op is None:
        return node.data, {node: 1.0} if node in lost else {}
    operands = [values[each] for each in node.operands]
    value = node.op.value(*operands)
    share: Shares = {}
    for slope, operand in zip(node.op.slope, node.operands, strict=True):
        if shares[operand]:
            local = slope(*operands, value)
            for leaf, part in shares[operand].items():
                share[leaf] = share.get(leaf, 0.0) + local * part
    return value, share


def _solved(equations: list[Equation]) -> dict[Expr, Interval]:
    """Return the lost numbers that equations settle: one by one, what is left together."""
    found: dict[Expr, Interval] = {}
    waiting = equations
    while waiting:
        later = [each for each in waiting if not _settles(each, found)]
        if len(later) == len(waiting):
            break
        waiting = later
    return found | _together([_reduced(each, found) for each in waiting])


def _settles(equation: Equation, found: dict[Expr, Interval]) -> bool:
    """Return whether an equation has no use any more, having settled at most one number."""
    left = _reduced(equation, found)
    if len(left.shares) == 1:
        ((leaf, share),) = left.shares.items()
        number, slack = left.rest / share, left.slack / abs(share)
        found[leaf] = (number - slack, number + slack) if math.isfinite(slack) else (number,) * 2
    return len(left.shares) <= 1


def _reduced(equation: Equation, found: dict[Expr, Interval]) -> Equation:
    """Return an equation in the numbers that are still lost."""
    rest, open_ = equation.rest, {}
    for leaf, share in equation.shares.items():
        if leaf in found:
            rest -= share * sum(found[leaf]) / 2
        elif share and math.isfinite(share):
            open_[leaf] = share
    return Equation(open_, rest, equation.slack, equation.at_most)


def _together(equations: list[Equation]) -> dict[Expr, Interval]:
    """Return the smallest numbers that solve equations of several lost ones."""
    usable = [each for each in equations if math.isfinite(each.rest)]
    leaves = list(dict.fromkeys(leaf for each in usable for leaf in each.shares))
    if not leaves:
        return {}
    places = {leaf: place for place, leaf in enumerate(leaves)}
    matrix = np.zeros((len(usable), len(leaves)))
    for row, each in enumerate(usable):
        for leaf, share in each.shares.items():
            matrix[row, places[leaf]] = share
    numbers = np.linalg.lstsq(matrix, np.array([each.rest for each in usable]), rcond=None)[0]
    slack = min(each.slack for each in usable)
    return {leaf: (x - slack, x + slack) for leaf, x in zip(leaves, numbers.tolist(), strict=True)}


def _limit(equation: Equation, found: dict[Expr, Interval]) -> None:
    """Note that the one lost number of an equation may not grow, or fall, beyond it."""
    left = _reduced(equation, found)
    if len(left.shares) == 1:
        ((leaf, share),) = left.shares.items()
        end = left.rest / share
        found[leaf] = (-math.inf, end) if share > 0 else (end, math.inf)
