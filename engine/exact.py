"""A formula on fractions: what a line says is `=` only where no digit was rounded away."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from engine.rules import parsed

MOST_BITS = 20_000  # of a power; a longer one is not worked out

# name: (where it is known, what it is there); of all others it is known that they are 0 at 0.
KNOWN = {"exp": (0, 1), "cos": (0, 1), "cosh": (0, 1), "log": (1, 0), "acos": (1, 0)}
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def exact(formula: str, numbers: Mapping[str, Fraction]) -> Fraction | None:
    """Return what a row's formula comes to, or None where that is no fraction that is known.

    Raises:
        ZeroDivisionError: it divides by 0.

    >>> exact("1 - out**2", {"out": Fraction("0.6")})
    Fraction(16, 25)
    >>> exact("tanh(x)", {"x": Fraction(0)}), exact("tanh(x)", {"x": Fraction(20)})
    (Fraction(0, 1), None)
    """
    return _value(parsed(formula), numbers)


def _value(node: ast.expr, numbers: Mapping[str, Fraction]) -> Fraction | None:
    match node:
        case ast.Constant(value=value):
            return Fraction(str(value))
        case ast.Name(id=name):
            return numbers.get(name)  # pi is no fraction
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inside = _value(operand, numbers)
            return None if inside is None else -inside
        case ast.BinOp(left=left, op=op, right=right):
            return _joined(op, _value(left, numbers), _value(right, numbers))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _called(name, _value(argument, numbers))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            holds = _holds(test, numbers)
            return None if holds is None else _value(body if holds else orelse, numbers)
    raise NotImplementedError(ast.dump(node))


def _joined(op: ast.operator, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if isinstance(op, ast.Mult) and 0 in (left, right):
        return Fraction(0)  # whatever the other one is
    if isinstance(op, ast.Div) and left == 0 and right is None:
        return left
    if left is None or right is None:
        return None
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.Pow():
            return _power(left, right)
    raise NotImplementedError(type(op).__name__)


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator > 1 or abs(exponent) * bits > MOST_BITS:
        return None
    return Fraction(base ** int(exponent))


def _called(name: str, value: Fraction | None) -> Fraction | None:
    if value is None:
        return None
    if name == "abs":
        return abs(value)
    if name == "floor":
        return Fraction(math.floor(value))
    if name == "sqrt":
        root = Fraction(math.isqrt(abs(value.numerator)), math.isqrt(value.denominator))
        return root if root * root == value else None
    at, known = KNOWN.get(name, (0, 0))
    return Fraction(known) if value == at else None


def _holds(test: ast.expr, numbers: Mapping[str, Fraction]) -> bool | None:
    """Tell whether a condition holds; None where that is unknown."""
    match test:
        case ast.BoolOp(op=op, values=values):
            found = [_holds(value, numbers) for value in values]
            if None in found:
                return None
            return any(found) if isinstance(op, ast.Or) else all(found)
        case ast.Compare(left=left, ops=[comparison], comparators=[right]):
            sides = _value(left, numbers), _value(right, numbers)
            return None if None in sides else COMPARISONS[type(comparison)](*sides)
    return None
