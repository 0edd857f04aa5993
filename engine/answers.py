"""Answers: a number as people type it, and whether it is meant for another, or for that rounded."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context
from typing import NamedTuple

from engine.numerals import MINUS

EXACT = 1e-9  # relative: typed in full
ENOUGH = 3  # significant digits, if the number is rounded

UNREADABLE = "Write one number: with a point, as a fraction, or with e and a power of ten."
CLOSE = "Close. Give at least three digits."
TOO_LONG = "Close. Three digits are enough; those after them do not fit."

_NUMBER = re.compile(
    rf"([-+{MINUS}]?)\s*([0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:e([-+{MINUS}]?[0-9]+))?", re.IGNORECASE
)


class Typed(NamedTuple):
    """A number as it was typed; `digits` counts its significant ones, 0 where none is rounded."""

    number: float
    digits: int


def typed_number(answer: str) -> Typed | None:
    """Return a number as people write it, None where it is none.

    >>> typed_number(" −0,50 "), typed_number("1/4")
    (Typed(number=-0.5, digits=2), Typed(number=0.25, digits=0))
    """
    parts = [_decimal(part.strip()) for part in answer.split("/")]
    match parts:
        case [Typed() as alone]:
            return alone
        case [Typed() as top, Typed() as bottom] if bottom.number != 0:
            number = top.number / bottom.number
            return Typed(number, 0) if math.isfinite(number) else None
        case _:
            return None


def _decimal(text: str) -> Typed | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, mantissa, exponent = found.groups(default="")
    written = f"{sign}{mantissa}e{exponent or 0}".replace(MINUS, "-").replace(",", ".")
    number = float(written)
    return Typed(number, _significant(mantissa)) if math.isfinite(number) else None


def _significant(mantissa: str) -> int:
    """Return how many digits of a number count; zeros that end a whole one only fill it up."""
    digits = mantissa.replace(".", "").replace(",", "").lstrip("0")
    whole = mantissa.isdecimal()
    return max(len(digits.rstrip("0")), min(len(digits), ENOUGH)) if whole else len(digits)


def means(typed: Typed, number: float) -> bool:
    """Return whether a number was meant: in full, or rounded to enough digits."""
    if not math.isfinite(number):
        return False
    if number == typed.number or math.isclose(number, typed.number, rel_tol=EXACT):
        return True
    return typed.digits >= ENOUGH and _rounds(number, typed)


def _rounds(number: float, typed: Typed) -> bool:
    """Return whether a number, rounded to as many digits as typed, is what was typed."""
    contexts = (Context(typed.digits, rounding) for rounding in (ROUND_HALF_UP, ROUND_HALF_DOWN))
    return any(float(each.create_decimal(repr(number))) == typed.number for each in contexts)


def near_miss(typed: Typed, right: float) -> str:
    """Return what to say of a number with too few digits, or with more than were known."""
    if 0 < typed.digits < ENOUGH and _rounds(right, typed):
        return CLOSE
    shorter = Typed(float(f"{typed.number:.{ENOUGH - 1}e}"), ENOUGH)
    return TOO_LONG if typed.digits > ENOUGH and _rounds(right, shorter) else ""
