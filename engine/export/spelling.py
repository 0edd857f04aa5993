"""A row's formula as Python for another library: a derivative is written once, in `ops`.

>>> from engine.export.dialects import NUMPY, TORCH
>>> spell("1 - out**2", {"out": Piece("o")}, NUMPY).flat
'1 - o**2'
>>> spell("0 if x <= 0 else x", {"x": Piece("n")}, TORCH).flat
'torch.where(n <= 0, 0.0, n)'
"""

from __future__ import annotations

import ast
import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from itertools import pairwise

from engine.export.dialects import Dialect
from engine.export.pieces import (
    TRUTH,
    Piece,
    called,
    fenced,
    joined,
    literal,
    negative,
    real,
    short,
)
from engine.ops import Op
from engine.rules import Scalar, parsed, scalar

Given = Mapping[str, Piece]


_SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_RELATIONS: Mapping[type[ast.cmpop], tuple[str, Callable[[float, float], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}


def spell(formula: str, given: Given, dialect: Dialect) -> Piece:
    """Return a formula over these pieces, with all that stands in it."""
    return _Speller(given, dialect, tidy=False).read(parsed(formula))


def composed(op: Op, operands: Sequence[Piece], dialect: Dialect) -> Piece:
    """Return an op over its operands.

    Plain numbers alone stay plain where Python's own signs come to something finite; else the
    first of them is made one of the library's, which never raises.
    """
    numbers = all(operand.number is not None for operand in operands)
    if numbers and is_sign(op.forward):
        piece = spell(op.forward, dict(zip(op.params, operands, strict=True)), dialect)
        if piece.number is not None and math.isfinite(piece.number):
            return piece
    if numbers:
        operands = [dialect.boxed(operands[0]), *operands[1:]]
    return spell(op.forward, dict(zip(op.params, operands, strict=True)), dialect)


def handed(upstream: Piece, partial: str, mask: str, given: Given, dialect: Dialect) -> Piece:
    """Return upstream times a partial rule; 0 where the mask lets nothing through.

    Args:
        upstream: the gradient of the node that hands it on.
        partial: the rule of its slope.
        mask: when nothing gets through; empty for never.
        given: what the names in both stand for.
        dialect: what it is written in.
    """
    speller = _Speller(given, dialect, tidy=True)
    slope = parsed(partial)
    shut = speller.read(parsed(mask)) if mask else _NEVER
    if shut.number is not None:
        return literal(0.0) if shut.number else speller.times(upstream, slope)
    if isinstance(slope, ast.IfExp) and ast.dump(slope.test) == ast.dump(parsed(mask)):
        slope = slope.orelse
    return called(f"{dialect.module}.where", shut, Piece("0.0"), speller.times(upstream, slope))


@cache
def repeated(formula: str) -> frozenset[str]:
    """Return the names that stand more than once in a formula.

    >>> sorted(repeated("x if x > y else 0"))
    ['x']
    """
    names = (node.id for node in ast.walk(parsed(formula)) if isinstance(node, ast.Name))
    return frozenset(name for name, count in Counter(names).items() if count > 1)


@cache
def is_sign(formula: str) -> bool:
    """Tell whether a formula is one of Python's own operators between its names.

    >>> is_sign("x * y"), is_sign("-x"), is_sign("tanh(x)"), is_sign("2 * x")
    (True, True, False, False)
    """
    match parsed(formula):
        case ast.BinOp(left=ast.Name(), right=ast.Name()):
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name()):
            return True
    return False


@cache
def _function(name: str) -> Scalar:
    """Return a function of formulas as one of plain numbers, which never raises."""
    return scalar(f"{name}(x)", ("x",))


_NEVER = Piece("False", number=0.0)


class _Speller:
    """The walk over one formula; our own rows only, so it is never deep.

    A tidy one leaves out factors and exponents of 1, and writes the result of short numbers.
    """

    def __init__(self, given: Given, dialect: Dialect, *, tidy: bool) -> None:
        self.given, self.dialect, self.tidy = given, dialect, tidy

    def read(self, node: ast.expr) -> Piece:
        """Return one part of a formula."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return literal(float(value), self.dialect.module)
            case ast.Name(id="pi"):
                return Piece(f"{self.dialect.module}.pi", number=math.pi)
            case ast.Name(id=name):
                return self.given[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negative(self.read(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self.joined(self.read(left), _SIGNS[type(op)], self.read(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.called(name, [self.read(argument) for argument in arguments])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(self.read(test), body, orelse)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self.compared([self.read(each) for each in (left, *others)], ops)
            case ast.BoolOp(op=op, values=values):
                terms = [self.read(each) for each in values]
                return _either(terms) if isinstance(op, ast.Or) else _both(terms)
        raise NotImplementedError(ast.dump(node))

    def joined(self, left: Piece, sign: str, right: Piece) -> Piece:
        """Return two parts with a sign between them."""
        if not self.tidy:
            return joined(left, sign, right)
        if right.number == 1 and left.number is None and sign in ("*", "/", "**"):
            return left
        if right.number == 0 and sign == "**":
            return literal(1.0)
        if left.number == 1 and right.number is None and sign == "*":
            return right
        return short(joined(left, sign, right), self.dialect.module)

    def called(self, name: str, arguments: Sequence[Piece]) -> Piece:
        """Return a function of some parts; of plain numbers it is one itself to NumPy."""
        numbers = [argument.number for argument in arguments]
        if self.dialect.boxes:
            return called(self.dialect.function(name), *map(self.dialect.boxed, arguments))
        plain = [number for number in numbers if number is not None]
        piece = called(self.dialect.function(name), *arguments)
        if len(plain) < len(numbers):
            return piece
        return piece._replace(number=_function(name)(*plain))

    def choice(self, test: Piece, body: ast.expr, orelse: ast.expr) -> Piece:
        """Return one of two parts, or what picks between them number by number."""
        if test.number is not None:
            return self.read(body if test.number else orelse)
        branches = [real(self.read(each)) for each in (body, orelse)]
        return called(f"{self.dialect.module}.where", test, *branches)

    def compared(self, terms: Sequence[Piece], ops: Sequence[ast.cmpop]) -> Piece:
        """Return a comparison, or several that hold at once."""
        links = zip(pairwise(terms), ops, strict=True)
        return _both([_compared(left, op, right) for (left, right), op in links])

    def times(self, upstream: Piece, slope: ast.expr) -> Piece:
        """Return a gradient times a slope, as one would write it: without a factor of 1."""
        match slope:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
                return negative(upstream)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.times(self.times(upstream, left), right)
            case ast.BinOp(left=ast.Constant(value=1), op=ast.Div(), right=right):
                return self.joined(upstream, "/", self.read(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                known = self.read(test).number
                if known is not None:
                    return self.times(upstream, body if known else orelse)
        return self.joined(upstream, "*", self.read(slope))


def _compared(left: Piece, op: ast.cmpop, right: Piece) -> Piece:
    sign, holds = _RELATIONS[type(op)]
    known = left.number is not None and right.number is not None
    number = float(holds(left.number or 0.0, right.number or 0.0)) if known else None
    return Piece(f"{left.flat} {sign} {right.flat}", TRUTH, number, max(left.deep, right.deep))


def _both(terms: Sequence[Piece]) -> Piece:
    return _combined(terms, "&", decides=0.0)


def _either(terms: Sequence[Piece]) -> Piece:
    return _combined(terms, "|", decides=1.0)


def _combined(terms: Sequence[Piece], sign: str, decides: float) -> Piece:
    """Return conditions joined; those whose answer is known are left out, or decide."""
    if any(term.number == decides for term in terms):
        return Piece(str(bool(decides)), number=decides)
    open_ones = [term for term in terms if term.number is None]
    if not open_ones:
        return Piece(str(not decides), number=1.0 - decides)
    return reduce(lambda a, b: _linked(a, sign, b), open_ones)


def _linked(left: Piece, sign: str, right: Piece) -> Piece:
    a, b = (each if sign in each.text else fenced(each, 1) for each in (left, right))
    return Piece(f"{a.text} {sign} {b.text}", TRUTH, None, max(a.deep, b.deep))
