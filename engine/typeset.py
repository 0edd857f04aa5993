"""A formula as mathematics: a row's own string becomes a tree that `notation` writes down.

`1 - out**2` becomes 1 − o² with names and 1 − 0.7071² with numbers, by putting other words for `x`
and `out`. Of a choice the branch that is taken is shown, and when it is.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from engine.numerals import MINUS, short
from engine.rules import Scalar, parsed, scalar

SUM, PRODUCT, ATOM = range(3)  # how tightly a piece holds together


class Word(NamedTuple):
    """One name, number or sign; `node` says what it stands for on the picture.

    `binds` says how tightly words such as `a + b` hold together.
    """

    text: str
    kind: Literal["name", "number", "sign", "function", "words"] = "name"
    node: int | None = None
    binds: int = ATOM


class Row(NamedTuple):
    """Pieces side by side; `binds` is SUM, PRODUCT or ATOM."""

    parts: tuple[Math, ...]
    binds: int = ATOM


class Fraction(NamedTuple):
    """One piece over another."""

    top: Math
    bottom: Math


class Power(NamedTuple):
    """A base with an exponent."""

    base: Math
    exponent: Math


class Root(NamedTuple):
    """A square root."""

    inside: Math


class Fenced(NamedTuple):
    """A piece in parentheses, or between bars for its size."""

    inside: Math
    bars: bool = False


Math = Word | Row | Fraction | Power | Root | Fenced


class Line(NamedTuple):
    """One line of a derivation: `left`, None where it goes on from above, then what it equals."""

    left: Math | None
    right: tuple[tuple[str, Math], ...]
    condition: Math | None = None


def sign(text: str) -> Word:
    """Return an operator or a relation."""
    return Word(text, "sign")


def partial(of: Math, by: Math) -> Fraction:
    """Return the derivative of one thing by another, as it is written: a fraction of ∂."""
    parts = [Row((Word("∂"), fenced_below(each, ATOM))) for each in (of, by)]
    return Fraction(*parts)


def product(*factors: Math, times: str = "·") -> Math:
    """Return factors side by side; sums among them, and signs inside, stand in parentheses."""
    joined = fenced_below(factors[0], PRODUCT)
    for factor in factors[1:]:
        joined = Row((joined, sign(times), _inner(factor, PRODUCT)), PRODUCT)
    return joined


def total(*terms: Math) -> Math:
    """Return terms added up; negative ones stand in parentheses."""
    joined = terms[0]
    for term in terms[1:]:
        joined = Row((joined, sign("+"), _inner(term, SUM)), SUM)
    return joined


def read(
    formula: str, words: Mapping[str, Math], numbers: Mapping[str, float], times: str = "·"
) -> tuple[Math, Math | None]:
    """Return a row's formula as mathematics, and the condition under which it holds.

    Args:
        formula: as the row has it.
        words: what to write for each name in it.
        numbers: their present numbers, which decide the choices.
        times: the sign of a product.

    >>> from engine.notation import plain
    >>> plain(read("1 - out**2", {"out": Word("o")}, {"out": 0.5})[0])
    '1 − o²'
    """
    body = parsed(formula)
    reader = _Reader(words, numbers, times)
    if not isinstance(body, ast.IfExp):
        return reader.read(body), None
    chosen, condition = reader.choose(body)
    return reader.read(chosen), condition if _tells(condition) else None


def _tells(condition: Math) -> bool:
    """Tell whether a condition says something: between two constants it says nothing."""
    match condition:
        case Row((Word(kind="number"), _, Word(kind="number"))):
            return False
    return True


SIGNS: Mapping[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Eq: "=",
    ast.NotEq: "≠",
}
OPPOSITE = {"<": "≥", "≤": ">", ">": "≤", "≥": "<", "=": "≠", "≠": "="}


@dataclass(frozen=True)
class _Reader:
    """The walk over one formula; its own rows only, so it is never deep."""

    words: Mapping[str, Math]
    numbers: Mapping[str, float]
    times: str

    def read(self, node: ast.expr) -> Math:
        """Return one piece of a formula."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return Word(short(value), "number")
            case ast.Name(id=name):
                return Word("π") if name == "pi" else self.words[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _negative(self.read(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self.joined(self.read(left), op, self.read(right))
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                return _called(name, self.read(argument))
            case ast.IfExp():
                return self.read(self.choose(node)[0])
        raise NotImplementedError(ast.dump(node))

    def joined(self, left: Math, op: ast.operator, right: Math) -> Math:
        """Return two pieces with the sign between them."""
        match op:
            case ast.Add():
                return total(left, right)
            case ast.Sub():
                return Row((left, sign(MINUS), _inner(right, PRODUCT)), SUM)
            case ast.Mult():
                return product(left, right, times=self.times)
            case ast.Div():
                return Fraction(left, right)
            case ast.Pow():
                return Power(base_of(left), right)
        raise NotImplementedError(type(op).__name__)

    def choose(self, choice: ast.IfExp) -> tuple[ast.expr, Math]:
        """Return the branch that is taken now, and when it is taken."""
        if self.holds(choice.test):
            return choice.body, self.condition(choice.test)
        if isinstance(choice.orelse, ast.IfExp):
            branch, condition = self.choose(choice.orelse)
            last = branch is choice.orelse.orelse
            return branch, Word("otherwise", "words") if last else condition
        return choice.orelse, self.condition(choice.test, opposite=True)

    def holds(self, test: ast.expr) -> bool:
        """Tell whether a condition holds at the present numbers."""
        return bool(_condition(test, tuple(self.numbers))(*self.numbers.values()))

    def condition(self, test: ast.expr, *, opposite: bool = False) -> Math:
        """Return a condition, or its opposite; of alternatives the first says enough."""
        if isinstance(test, ast.BoolOp):
            test = test.values[0]
        if not isinstance(test, ast.Compare):
            raise NotImplementedError(ast.dump(test))
        relation = SIGNS[type(test.ops[0])]
        left, right = self.read(test.left), self.read(test.comparators[0])
        return Row((left, sign(OPPOSITE[relation] if opposite else relation), right), SUM)


@cache  # the tests stand in `parsed`, which is kept: there are few
def _condition(test: ast.expr, names: tuple[str, ...]) -> Scalar:
    """Return a condition as a function of the numbers of these names."""
    return scalar(ast.unparse(test), names)


def _called(name: str, inside: Math) -> Math:
    """Return a function of something, as it is written by hand."""
    one = Word("1", "number")
    match name:
        case "exp":
            return Power(Word("e"), inside)
        case "expm1":
            return Row((Power(Word("e"), inside), sign(MINUS), one), SUM)
        case "log1p":
            return _called("log", total(one, inside))
        case "sqrt":
            return Root(inside)
        case "abs":
            return Fenced(inside, bars=True)
    return Row((Word(name, "function"), Fenced(inside)))


def _negative(inside: Math) -> Math:
    if isinstance(inside, Word) and inside.kind == "number" and not _opens_with_minus(inside):
        return inside._replace(text=MINUS + inside.text)
    return Row((sign(MINUS), _inner(inside, PRODUCT)), PRODUCT)


def binding(piece: Math) -> int:
    """Return how tightly a piece holds together."""
    match piece:
        case Row(binds=binds):
            return binds
        case Word(kind="number", text=text):
            return PRODUCT if text.startswith(MINUS) or "e" in text else ATOM
        case Word(binds=binds):
            return binds
        case Fraction():
            return PRODUCT
    return ATOM


def _opens_with_minus(piece: Math) -> bool:
    match piece:
        case Word(text=text):
            return text.startswith(MINUS)
        case Row(parts=parts):
            return _opens_with_minus(parts[0])
        case Power(base=base):
            return _opens_with_minus(base)
    return False


def fenced_below(piece: Math, binds: int) -> Math:
    """Return a piece, in parentheses if it holds together less than that."""
    return Fenced(piece) if binding(piece) < binds else piece


def _inner(piece: Math, binds: int) -> Math:
    """Return a piece as it stands after a sign."""
    return Fenced(piece) if _opens_with_minus(piece) else fenced_below(piece, binds)


def base_of(piece: Math) -> Math:
    """Return a piece as the base of a power."""
    return Fenced(piece) if binding(piece) < ATOM or isinstance(piece, Power) else piece
