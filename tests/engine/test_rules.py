"""A formula string, read on floats and on arrays."""

import math

import numpy as np
import pytest

from engine import rules
from engine.ops import OPS

FORMULAS = sorted(
    {
        (formula, (*op.params, "out"))
        for op in OPS.values()
        for formula in (op.forward, *op.partials)
    }
)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("1 / x", math.inf),
        ("-1 / x", -math.inf),
        ("log(x - 1)", math.nan),
        ("x**0.5", 0.0),
        ("(x - 2)**0.5", math.nan),
        ("exp(1000 + x)", math.inf),
        ("(10 + x)**400", math.inf),
        ("sqrt(x - 1)", math.nan),
        ("1 / (1 / x)", 0.0),
        ("cosh(1000)", math.inf),
        ("cos(1 / x)", math.nan),
        ("floor(1 / x)", math.inf),
        ("floor(x - 0.5)", -1.0),
        ("2", 2.0),
        ("pi", math.pi),
    ],
)
def test_where_python_raises_ieee_answers(formula, value):
    assert rules.scalar(formula, ["x"])(0.0) == pytest.approx(value, nan_ok=True)
    assert rules.lanes(formula, ["x"])(np.zeros(1)) == pytest.approx(value, nan_ok=True)


def test_whole_numbers_in_a_formula_are_floats():
    assert isinstance(rules.scalar("2**3", [])(), float)
    assert rules.scalar("2**2000", [])() == math.inf


@pytest.mark.parametrize(
    ("formula", "results"),
    [
        ("1 if x > 0 else -1 if x < 0 else 0", [-1, 0, 1]),
        ("-1 <= x <= 0", [1, 1, 0]),
        ("x < 0 or x > 0", [1, 0, 1]),
        ("x > -1 and x < 1", [0, 1, 0]),
    ],
)
def test_choices_are_made_lane_by_lane(formula, results):
    lanes = rules.lanes(formula, ["x"])(np.array([-1.0, 0.0, 1.0]))
    alone = [rules.scalar(formula, ["x"])(x) for x in (-1.0, 0.0, 1.0)]
    assert lanes.tolist() == alone == results


@pytest.mark.parametrize(("formula", "params"), FORMULAS, ids=lambda x: x if type(x) is str else "")
def test_an_array_reading_answers_with_the_shape_it_was_asked_in(formula, params):
    operands = [np.full(4, 0.5) for _ in params]
    answer = rules.lanes(formula, params)(*operands)
    assert answer.dtype == np.float64
    assert answer.shape in {(4,), ()}  # a constant slope broadcasts


def test_formulas_reach_no_builtin():
    with pytest.raises(NameError):
        rules.scalar("open", [])()
    with pytest.raises(NameError):
        rules.lanes("__import__", [])()


def test_a_warning_of_numpy_is_never_heard():
    assert np.isnan(rules.lanes("0 / x - 1 / x + log(x - 1)", ["x"])(np.zeros(3))).all()
