"""How many digits a line needs so that it comes out as displayed.

Four digits read well, but `0.7071 × 1.234` is not what `0.87256...` rounds to. So the numbers of a
line get as few digits, from four on, as make the displayed ones come to the displayed result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from typing import Any

from engine.numerals import DIGITS, MINUS, short

MOST_DIGITS = 17  # from here on a double is told from its neighbours
EXACT_DIGITS = 2_000  # of Decimal: no sum or product of a few doubles has more
SMALLEST_NORMAL = 2.2250738585072014e-308

Combine = Callable[..., Any]


def shown(text: str) -> Decimal:
    """Return the number that was displayed.

    >>> shown("−1.5e−5")
    Decimal('-0.000015')
    """
    return Decimal(text.replace(MINUS, "-").replace("+", "").replace("∞", "Infinity"))


def digits(
    numbers: Sequence[float], result: float, combine: Combine, least: int = DIGITS
) -> tuple[int, int]:
    """Return how many digits the numbers of a line and its result need.

    Args:
        numbers: what the line holds.
        result: what the engine found.
        combine: numbers -> what they come to; takes Decimals, or floats where it is no arithmetic.
        least: of the result, at least so many.

    >>> digits([0.70710678, 1.4146], 0.70710678 * 1.4146, multiplied)
    (5, 4)
    """
    if not all(map(math.isfinite, (*numbers, result))):
        return least, least
    for of_result in range(least, MOST_DIGITS + 1):
        of_numbers = enough(numbers, result, of_result, combine, of_result)
        if of_numbers is not None:
            return of_numbers, of_result
    return MOST_DIGITS, MOST_DIGITS


def enough(
    numbers: Sequence[float], result: float, of_result: int, combine: Combine, least: int = DIGITS
) -> int | None:
    """Return the fewest digits with which numbers come to a result displayed with `of_result`.

    It is None, found at once, where even the most digits do not: where one bit changes everything.
    """
    wanted = short(result, of_result)

    def comes_out(of_numbers: int) -> bool:
        found = combine(*(shown(short(number, of_numbers)) for number in numbers))
        return _written(found, of_result) == wanted

    if not comes_out(MOST_DIGITS):
        return None
    return next(filter(comes_out, range(least, MOST_DIGITS)), MOST_DIGITS)


def exactly(numbers: Sequence[str], result: str, combine: Combine) -> bool:
    """Tell whether displayed numbers come to the displayed result without any rounding.

    `combine` is exact, and may give None where it cannot be. No number is equal to no number.

    >>> exactly(["1", "nan"], "nan", multiplied), exactly(["1.1", "1.1"], "1.2", multiplied)
    (True, False)
    """
    wanted = shown(result)
    try:
        with localcontext(prec=EXACT_DIGITS):
            found = combine(*map(shown, numbers))
    except InvalidOperation:  # infinity times 0
        return wanted.is_nan()
    if found is None:
        return False
    if isinstance(found, float):
        found = Decimal(found)
    if wanted.is_finite() and (isinstance(found, Fraction) or found.is_finite()):
        return Fraction(found) == Fraction(wanted)
    return str(found) == str(wanted)  # nan is nan


def relation(numbers: Sequence[str], result: str, combine: Combine) -> str:
    """Return "=" where displayed numbers come to the displayed result exactly, else "≈"."""
    return "=" if exactly(numbers, result, combine) else "≈"


def multiplied(*factors: Decimal) -> Decimal:
    """Return displayed numbers multiplied."""
    return math.prod(factors, start=Decimal(1))


def added(*terms: Decimal) -> Decimal:
    """Return displayed numbers added up."""
    return sum(terms, Decimal(0))


def _written(number: Decimal | float, count: int) -> str:
    """Return a result as it is displayed; beyond what a double can hold, as a double has it."""
    as_float = float(number)
    if not SMALLEST_NORMAL < abs(as_float) < math.inf or isinstance(number, float):
        return short(as_float, count)
    return short(number, count)
