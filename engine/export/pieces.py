"""Python expressions put together from pieces: few parentheses, short lines.

>>> product = joined(Piece("x"), "*", Piece("w"))
>>> joined(Piece("a"), "-", joined(product, "-", Piece("b"))).flat
'a - (x * w - b)'
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

TRUTH, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)  # how tightly a piece holds together
WIDTH = 100  # characters of a line
BREAK = "\n"  # stands before the signs of a sum, where a line may end
SHORT = 6  # digits of a number that may stand in place of what it is computed from

_SIGNS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}


class Piece(NamedTuple):
    """A stretch of Python.

    Attributes:
        text: what stands there; BREAK is a space where a line may end.
        binds: how tightly it holds together.
        number: what it comes to, where it is a plain number to Python; else None.
        deep: how many parentheses lie within each other in it.
    """

    text: str
    binds: int = ATOM
    number: float | None = None
    deep: int = 0

    @property
    def flat(self) -> str:
        """Return the text on one line."""
        return self.text.replace(BREAK, " ")


def literal(number: float, module: str = "math") -> Piece:
    """Return a number; whole ones without a point.

    >>> [literal(x).text for x in (2.0, -0.5, 0.0, -0.0, float("-inf"), 1e300)]
    ['2', '-0.5', '0', '-0.0', '-math.inf', '1e+300']
    """
    if math.isnan(number):
        return Piece(f"{module}.nan", number=number)
    negative = math.copysign(1.0, number) < 0
    if math.isinf(number):
        text = f"{module}.inf"
    elif number.is_integer() and abs(number) < 1e15 and (number or not negative):
        text = str(int(abs(number)))
    else:
        text = repr(abs(number))
    return Piece(f"-{text}", SIGN, number) if negative else Piece(text, number=number)


def real(piece: Piece) -> Piece:
    """Return a number with its point, since a whole one would make a whole number of the result.

    >>> real(literal(2.0)).text, real(Piece("2 * 3", PRODUCT, 6.0)).text, real(Piece("x")).text
    ('2.0', '6.0', 'x')
    """
    if piece.number is None or not piece.number.is_integer():
        return piece
    return piece._replace(text=repr(piece.number), binds=SIGN if piece.number < 0 else ATOM)


def joined(left: Piece, sign: str, right: Piece) -> Piece:
    """Return two pieces with a sign between them."""
    binds, number = _SIGNS[sign], None
    if left.number is not None and right.number is not None:
        number = _computed(left.number, sign, right.number)
    if sign == "**":
        before, after = fenced(left, ATOM), fenced(right, SIGN)
        space = ""
    else:
        before = fenced(left, binds)
        after = fenced(right, ATOM if right.text.startswith("-") else binds + 1)
        space = " "
    broken = BREAK if binds == SUM else space
    text = f"{before.text}{broken}{sign}{space}{after.text}"
    return Piece(text, binds, number, max(before.deep, after.deep))


def short(piece: Piece, module: str) -> Piece:
    """Return what a piece comes to, where that is known and as short or not finite.

    >>> short(Piece("2 - 1", SUM, 1.0), "np").text, short(Piece("1 / 3", PRODUCT, 1 / 3), "np").text
    ('1', '1 / 3')
    """
    if piece.number is None:
        return piece
    written = literal(piece.number, module)
    return written if len(written.text) <= SHORT or not math.isfinite(piece.number) else piece


def negative(piece: Piece) -> Piece:
    """Return a piece with its sign turned."""
    inner = fenced(piece, ATOM if piece.text.startswith("-") else SIGN)
    number = None if piece.number is None else -piece.number
    return Piece(f"-{inner.text}", SIGN, number, inner.deep)


def fenced(piece: Piece, binds: int) -> Piece:
    """Return a piece, in parentheses if it holds together less than that."""
    if piece.binds >= binds:
        return piece
    return Piece(f"({piece.flat})", ATOM, piece.number, piece.deep + 1)


def called(name: str, *arguments: Piece) -> Piece:
    """Return a call."""
    deep = max((argument.deep for argument in arguments), default=0) + 1
    return Piece(f"{name}({', '.join(argument.flat for argument in arguments)})", deep=deep)


def assignment(name: str, piece: Piece, indent: str = "", sign: str = "=") -> str:
    """Return `name = piece`, over several lines where one is too long."""
    line = f"{indent}{name} {sign} {piece.flat}"
    if len(line) <= WIDTH:
        return line
    lines = _filled(piece.text.split(BREAK), indent + "    ")
    if max(map(len, lines)) > WIDTH:
        lines = _filled(piece.flat.split(" "), indent + "    ")
    return "\n".join([f"{indent}{name} {sign} (", *lines, f"{indent})"])


def listed(items: list[str], indent: str = "    ") -> list[str]:
    """Return items with commas between them, as many on a line as fit."""
    return _filled([f"{item}," for item in items], indent)


def _filled(words: list[str], indent: str) -> list[str]:
    """Return words on lines, as many on each as fit."""
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += " " + word
        else:
            lines.append(indent + word)
    return lines


def _computed(left: float, sign: str, right: float) -> float:
    """Return what two numbers come to, as IEEE 754 has it."""
    a, b = np.float64(left), np.float64(right)
    with np.errstate(all="ignore"):
        match sign:
            case "+":
                return float(a + b)
            case "-":
                return float(a - b)
            case "*":
                return float(a * b)
            case "/":
                return float(a / b)
    with np.errstate(all="ignore"):
        return float(np.power(a, b))
