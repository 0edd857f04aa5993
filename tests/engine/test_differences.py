"""Differences: slopes at step 0, the jump at a kink, and which measurement is believed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.differences import Pairs, Slope, Slopes

STEPS = 2.0**-5 * 0.25 ** np.arange(22.0)


def pairs_of(function, x=0.0, noise=0.0):
    """Return what a function of arrays makes of moves up and down from x."""
    ups, downs = (x + STEPS) - x, x - (x - STEPS)
    output = float(function(np.array(x)))
    return Pairs(output, noise, ups, downs, function(x + ups), function(x - downs))


@pytest.mark.parametrize(
    ("function", "x", "slope"),
    [(np.exp, 1.0, math.e), (np.sin, 0.0, 1.0), (lambda x: x**4, 3.0, 108.0), (np.abs, 2.0, 1.0)],
)
def test_a_smooth_slope_is_found_within_its_error(function, x, slope):
    found = pairs_of(function, x).extrapolated().best()
    assert found.slope == pytest.approx(slope, rel=1e-10)
    assert abs(found.slope - slope) <= 5 * found.error
    assert not pairs_of(function, x).bent.any()
    assert pairs_of(function, x).bend() is None


@given(left=st.floats(-9, 9), right=st.floats(-9, 9), curve=st.floats(-9, 9))
def test_a_jump_shows_both_its_slopes(left, right, curve):
    if abs(left - right) > 0.1:
        bend = pairs_of(lambda x: np.where(x < 0, left * x, right * x) + curve * x * x).bend()
        assert bend.sound
        assert (bend.left, bend.right) == pytest.approx((left, right), rel=1e-9, abs=1e-9)
        assert bend.step == STEPS[-1]


def test_a_jump_further_off_is_seen_from_the_steps_that_reach_it_only():
    pairs = pairs_of(lambda x: np.maximum(x, 1e-3))
    assert not pairs.bent[pairs.ups < 1e-3].any()
    best = pairs.extrapolated().best()
    assert (best.slope, best.error) == pytest.approx((0.0, 0.0), abs=1e-10)


def test_noise_widens_every_error():
    quiet, loud = (pairs_of(np.exp, 1.0, noise).extrapolated() for noise in (0.0, 1e-9))
    assert (loud.errors > quiet.errors).all()
    assert (loud.slopes == quiet.slopes).all()


@pytest.mark.parametrize(("slopes", "errors", "best"), [
    ([1.0, 1.0], [0.1, 0.01], Slope(1.0, 0.01, 0.5)),
    ([1.0, 1.1], [0.01, 0.1], Slope(1.0, 0.01, 1.0)),
    ([1.0, 9.0], [0.01, 0.1], Slope(9.0, 0.1, 0.5)),  # the smaller step gainsays the larger
    ([math.nan, 9.0], [0.01, 0.1], Slope(9.0, 0.1, 0.5)),
    ([1.0, 9.0], [0.01, math.inf], Slope(1.0, 0.01, 1.0)),
    ([math.nan, math.inf], [0.01, 0.1], None),
])  # fmt: skip
def test_the_smallest_error_is_believed_unless_a_smaller_step_gainsays_it(slopes, errors, best):
    measured = Slopes(np.array(slopes), np.array(errors), np.array([1.0, 0.5]))
    assert measured.best() == best


def test_what_leads_as_far_with_the_last_steps_as_with_the_first_is_restless():
    for function, restless in [
        (lambda x: np.sin(1e99 * x), True),
        (np.sin, False),
        (np.abs, False),
        (lambda x: x + 1e17, False),
    ]:
        pairs = pairs_of(function, 1.0)
        outputs = np.array([[[pairs.output]]])
        assert replace(pairs, output=outputs).restless.all() == restless


def test_a_slope_is_gainsaid_by_a_smaller_step_of_any_row():
    slopes, errors = np.array([[1.0, 1.0], [1.0, 9.0]]), np.full((2, 2), 0.1)
    measured = Slopes(slopes, errors, np.array([1.0, 0.5]))
    assert measured.gainsays(0)
    assert not measured.gainsays(1)
    assert not Slopes(slopes[:1], errors[:1], measured.steps).gainsays(0)
    assert not Slopes(slopes[:0], errors[:0], measured.steps).gainsays(0)


def test_what_is_left_out_is_not_chosen():
    measured = Slopes(np.array([1.0, 1.1]), np.array([0.01, 0.1]), np.array([1.0, 0.5]))
    assert measured.choice() == 0
    assert measured.without(0).choice() == 1
    assert measured.without(0).without(1).choice() is None


def test_a_slope_is_backed_by_one_that_is_near_and_good_enough():
    measured = Slopes(np.array([1.0, 2.0]), np.array([0.01, 0.1]), np.array([1.0, 0.5]))
    assert measured.back(1.04, error=0.02)
    assert not measured.back(1.06, error=0.02)
    assert not measured.back(2.0, error=0.02)
