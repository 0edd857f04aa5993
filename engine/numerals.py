"""Numbers as people read them: significant digits, a real minus sign, an exact form."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

DIGITS = 4
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-3, 1e6
LONG_EXPONENT = 100  # from here on an exponent takes a digit's place
MINUS = "\N{MINUS SIGN}"


def short(number: float | Decimal, digits: int = DIGITS) -> str:
    """Return `number` to `digits` significant digits, for a card or a table.

    >>> [short(x) for x in (0.70710678, 1e-5, -3.0, 123456.0, 2.5e300, 0.0)]
    ['0.7071', '1e−5', '−3', '123456', '2.5e300', '0']
    >>> short(float("-inf")), short(float("nan"))
    ('−∞', 'nan')
    """
    if math.isnan(number):
        return "nan"
    sign = MINUS if number < 0 else ""
    size = -number if number < 0 else number
    if math.isinf(size):
        return sign + "∞"
    if size == 0:
        return "0"
    if SMALLEST_PLAIN <= size < LARGEST_PLAIN:
        return sign + _plain(size, digits)
    return sign + _scientific(size, digits)


def signed(number: float, digits: int = DIGITS) -> str:
    """Return `short`, with a plus sign before what is above zero.

    >>> signed(0.5), signed(-1.5), signed(0.0)
    ('+0.5', '−1.5', '0')
    """
    return "+" + short(number, digits) if number > 0 else short(number, digits)


def finite(number: float) -> float | None:
    """Return a number; None, JSON's null, where it is nan or infinite."""
    return number if math.isfinite(number) else None


def exact(number: float) -> str:
    """Return the shortest text that reads back as this very number.

    >>> exact(0.1), exact(-3.0), exact(1e-5)
    ('0.1', '-3', '1e-05')
    """
    return repr(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def minus(text: str) -> str:
    """Return a written number with a real minus sign.

    >>> minus("-1e-05")
    '−1e−05'
    """
    return text.replace("-", MINUS)


def _plain(size: float | Decimal, digits: int) -> str:
    """Positional notation; whole digits before the point are never rounded away."""
    whole = len(str(int(size))) if size >= 1 else 0
    if whole >= digits:
        return f"{size:.0f}"
    rounded = Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(Decimal(size))
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(size: float | Decimal, digits: int) -> str:
    if not 10.0**-LONG_EXPONENT < size < 10.0**LONG_EXPONENT:
        digits = max(digits - 1, 1)
    mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)
