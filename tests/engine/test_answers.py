"""How numbers may be typed, and how many digits are enough."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.answers import CLOSE, TOO_LONG, means, near_miss, typed_number
from engine.numerals import exact

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(("typed", "number"), [
    ("0.5", 0.5), (".5", 0.5), ("0.50", 0.5), ("0,5", 0.5), ("5e-1", 0.5), ("5E−1", 0.5),
    ("1/2", 0.5), (" 1 / 2 ", 0.5), ("+2", 2), ("2.", 2), ("-3", -3), ("−3", -3), ("- 3", -3),
    ("-1/3", -1 / 3), ("1/-3", -1 / 3), ("0", 0), ("0.0", 0), ("-0", 0), ("1.5/0,5", 3),
])  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed, number):
    assert typed_number(typed).number == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize("typed", [
    "", " ", "x", "1 2", "1.2.3", "1,234.5", "--1", "1/0", "1/2/3", "/2", "nan", "inf", "0x10",
    "1_000", "1e999", "1e999999999999999999999", "e5", ".", "-", "٣", "2*3", "1e5.5", "1e9/1e-309",
])  # fmt: skip
def test_what_is_no_number_is_none(typed):
    assert typed_number(typed) is None


def test_an_endless_answer_is_read():
    assert typed_number("1" * 100_000 + "x") is None
    assert typed_number("1" * 100_000) is None
    assert typed_number("0." + "1" * 100_000).number == pytest.approx(1 / 9)
    assert typed_number("/" * 100_000) is None


@pytest.mark.parametrize(("typed", "digits"), [
    ("0.50", 2), ("007", 1), ("0,0120", 3), ("1000", 3), ("1230", 3), ("1234", 4), ("1230.0", 5),
    ("20", 2), ("2e5", 1), ("1/4", 0), ("0", 0), ("0.000", 0),
])  # fmt: skip
def test_digits_count_that_tell_something(typed, digits):
    assert typed_number(typed).digits == digits


@pytest.mark.parametrize(("right", "typed", "said"), [
    (0.70710678, "0.70710678", ""), (0.70710678, "0.707", ""), (0.70710678, "0.7071", ""),
    (0.70710678, ".70711", ""), (0.70710678, "0.708", "wrong"), (0.70710678, "0.7072", TOO_LONG),
    (0.70710678, "0.71", CLOSE), (0.70710678, "0.7", CLOSE), (0.70710678, "1/2", "wrong"),
    (1.0, "1.004", TOO_LONG), (1.0, "1.006", "wrong"), (1.0, "1.000", ""),
    (1.004, "1", CLOSE), (1.004, "1.00", ""), (1004.0, "1000", ""), (19.7, "20", CLOSE),
    (1234.5678, "1235", ""), (1234.5678, "1.23e3", ""), (1234.5678, "1230", ""),
    (1234.5678, "1230.0", TOO_LONG), (1234.5678, "1240", "wrong"), (123.4, "120", "wrong"),
    (0.0, "0", ""), (0.0, "0.000", ""), (0.0, "0.001", "wrong"), (1e-12, "0", "wrong"),
    (1e-12, "0.000", "wrong"), (-0.25, "−0.25", ""), (-0.25, "-1/4", ""), (-0.25, "1/4", "wrong"),
    (0.0625, "0.062", CLOSE), (1.0625, "1.062", ""), (1.0625, "1.063", ""), (1 / 3, "1/3", ""),
    (1e-320, "1e-320", ""), (1.7e308, "1.7e308", ""), (2e-5, "2e−5", ""), (2e-5, "0,00002", ""),
    (math.nan, "1.00", "wrong"), (math.inf, "1.00", "wrong"),
])  # fmt: skip
def test_three_digits_of_a_number_are_enough(right, typed, said):
    answer = typed_number(typed)
    assert means(answer, right) == (said == "")
    if said and math.isfinite(right):
        assert (near_miss(answer, right) or "wrong") == said


@given(number=FINITE, digits=st.integers(3, 20))
def test_a_number_is_meant_in_full_and_rounded(number, digits):
    assert means(typed_number(exact(number)), number)
    rounded = f"{number:.{digits - 1}e}"
    if math.isfinite(float(rounded)):
        assert means(typed_number(rounded), number)
