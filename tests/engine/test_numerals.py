"""Numbers as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.numerals import MINUS, exact, short, signed

finite = st.floats(allow_nan=False, allow_infinity=False)
WIDEST = 9  # characters, without the sign


def read(text):
    return float(text.replace(MINUS, "-"))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.70710678, "0.7071"),
        (1e-5, "1e−5"),
        (0.001, "0.001"),
        (0.00099999, "1e−3"),
        (-3.0, "−3"),
        (2.0, "2"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.3333"),
        (12.3456, "12.35"),
        (99999.5, "100000"),
        (123456.0, "123456"),
        (999999.4, "999999"),
        (1e6, "1e6"),
        (1234567.0, "1.235e6"),
        (2.5e300, "2.5e300"),
        (1.2345e-308, "1.23e−308"),
        (5e-324, "4.94e−324"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
        (-0.0, "0"),
    ],
)
def test_a_number_shows_its_significant_digits(number, text):
    assert short(number) == text


@given(number=st.floats(-1e308, 1e308))
def test_what_is_shown_is_near_what_is_meant(number):
    shown = read(short(number))
    assert math.isclose(shown, number, rel_tol=1e-2 if 0 < abs(number) < 1e-300 else 6e-3)


@given(number=finite.filter(bool))
def test_a_number_that_is_not_zero_never_reads_as_zero(number):
    assert read(short(number)) != 0 or abs(number) < 5e-324


@given(number=st.floats())
def test_no_number_is_wider_than_its_room(number):
    assert len(short(number)) <= WIDEST + (1 if number < 0 else 0)


@given(number=finite)
def test_a_sign_is_a_real_minus_and_a_plus_is_written_when_asked_for(number):
    assert "-" not in short(number)
    assert signed(number).startswith("+") == (number > 0)
    assert signed(number).lstrip("+") == short(number)


@given(number=finite)
def test_the_exact_text_reads_back_as_the_very_number(number):
    assert float(exact(number)) == number


@pytest.mark.parametrize(
    ("number", "text"), [(3.0, "3"), (-0.5, "-0.5"), (1e15, "1000000000000000.0"), (1e22, "1e+22")]
)
def test_exact_is_the_shortest_text_of_a_number(number, text):
    assert exact(number) == text


def test_what_is_not_finite_has_an_exact_text_too():
    assert [exact(x) for x in (math.inf, -math.inf, math.nan)] == ["inf", "-inf", "nan"]
