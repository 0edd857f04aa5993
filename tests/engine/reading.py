"""Reading what a card displays, as a person with a pocket calculator would."""

from __future__ import annotations

import math
from decimal import Decimal

from engine.figures import SMALLEST_NORMAL, shown
from engine.numerals import LONG_EXPONENT
from engine.typeset import Fenced, Fraction, Math, Power, Root, Row, Word

FUNCTIONS = {name: getattr(math, name) for name in (
    "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "erf",
)}  # fmt: skip


def meaning(piece: Math) -> float:  # noqa: C901  one case a kind of piece
    """Return the number that a piece of mathematics stands for, as a reader would work it out."""
    match piece:
        case Word("e"):
            return math.e
        case Word("π"):
            return math.pi
        case Word(text, "number"):
            return float(text.replace("−", "-"))
        case Fraction(top, bottom):
            return meaning(top) / meaning(bottom)
        case Power(base, exponent):
            return math.pow(meaning(base), meaning(exponent))
        case Root(inside):
            return math.sqrt(meaning(inside))
        case Fenced(inside, bars):
            return abs(meaning(inside)) if bars else meaning(inside)
        case Row((Word("−", "sign"), inside)):
            return -meaning(inside)
        case Row((Word(name, "function"), argument)):
            return FUNCTIONS[name](meaning(argument))
        case Row((left, Word(sign, "sign"), right)):
            a, b = meaning(left), meaning(right)
            return {"+": a + b, "−": a - b, "×": a * b}[sign]
    raise AssertionError(piece)


def rounds_to(number: float | Decimal, text: str) -> bool:
    """Tell whether a number is displayed as `text`: no further off than half its last digit.

    Zeros at the end are not displayed: four digits are meant, three before a long exponent.
    """
    displayed = shown(text)
    if abs(number) < SMALLEST_NORMAL:  # there a double has fewer digits
        number = float(number)
    if not math.isfinite(float(displayed)) or displayed == 0 or math.isnan(number):
        return str(abs(float(number))) == str(abs(float(displayed)))
    least = 3 if abs(displayed.adjusted()) >= LONG_EXPONENT - 1 else 4
    digits = max(least, len(displayed.normalize().as_tuple().digits))
    last = Decimal(10) ** (displayed.adjusted() - digits + 1)
    return abs(Decimal(number) - displayed) <= last / 2
