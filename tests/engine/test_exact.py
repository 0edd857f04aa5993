"""Exact: what a row's formula comes to where nothing is rounded, and the sign that says so."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exact import exact
from engine.explain import explain_event
from engine.figures import multiplied, relation
from engine.notation import plain_line
from engine.ops import OPS
from engine.program import parse
from engine.trace import trace
from tests.engine.points import inside

FORMULAS = [(f, (*op.params, "out")) for op in OPS.values() for f in (op.forward, *op.partials)]


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
@given(data=st.data())
def test_what_is_exact_is_what_the_rule_says(op, data):
    point = data.draw(inside(op) | st.just([0.0, 1.0][: op.arity]))
    found = None
    if op.holds(*point):
        found = exact(op.forward, dict(zip(op.params, map(Fraction, point), strict=False)))
    if found is not None:
        assert float(found) == pytest.approx(op.value(*point), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(("formula", "params"), FORMULAS)
def test_every_formula_of_every_row_is_read(formula, params):
    for number in (Fraction("-0.7"), Fraction("0.3"), Fraction(2)):
        with suppress(ZeroDivisionError):
            exact(formula, dict.fromkeys(params, number))


@pytest.mark.parametrize(
    ("formula", "x", "result"),
    [
        ("sin(x)", 0, 0), ("cos(x)", 0, 1), ("exp(x)", 0, 1), ("tanh(x)", 0, 0), ("log(x)", 1, 0),
        ("sqrt(x)", "2.25", "1.5"), ("x**3", "1.1", "1.331"), ("x**(-1)", 3, "1/3"),
        ("abs(x)", -2, 2), ("x if x > 0 else 0", 3, 3), ("0 * log(x)", 3, 0),
        ("x * (1 + erf(x / sqrt(2))) / 2", 0, 0),
        ("tanh(x)", 20, None), ("expm1(x)", "-5e-103", None), ("sqrt(x)", 2, None),
        ("x**0.5", 4, None), ("x**99999", "1.1", None), ("pi * x", 1, None),
    ],
)  # fmt: skip
def test_a_fraction_or_nothing(formula, x, result):
    found = exact(formula, {"x": Fraction(x)})
    assert found == (None if result is None else Fraction(result))


@pytest.mark.parametrize(
    ("numbers", "result", "sign"),
    [
        (["1", "nan"], "nan", "="), (["0", "∞"], "nan", "="), (["2", "∞"], "∞", "="),
        (["2", "−∞"], "∞", "≈"), (["0", "−3"], "0", "="), (["1.1", "1.1"], "1.21", "="),
        (["1.1", "1.1"], "1.2", "≈"), (["1e200", "1e200"], "∞", "≈"), (["1", "nan"], "1", "≈"),
        (["1.2345678901234567", "1.2345678901234567"], "1.524157875323883", "≈"),
    ],
)  # fmt: skip
def test_a_product_is_equal_only_where_nothing_is_rounded(numbers, result, sign):
    assert relation(numbers, result, multiplied) == sign


@pytest.mark.parametrize(
    ("source", "ends"),
    [
        ("x = 0\ny = -x", "= −0 = 0"), ("x = 0\n-sin(x)", "= 0"), ("x = 0\nx/(-1.8)", "= 0"),
        ("x = 20\ny = tanh(x)", "≈ 1"), ("x = -5e-103\nelu(x)", "≈ −5e−103"),
        ("x = 0\ny = exp(x)", "= 1"), ("x = 3\ny = relu(x)", "= 3"), ("x = 1.5\ny = x*x", "= 2.25"),
        ("x = 1\ny = x/3", "≈ 0.3333"), ("x = 1/0\ny = x - x", "= nan"),
    ],
)  # fmt: skip
def test_a_value_is_equal_only_where_nothing_is_rounded(source, ends):
    program = parse(source)
    walked = trace(program.graph, program.leaves())
    part = explain_event(walked, walked.computed[program.graph.output])
    assert plain_line(part.lines[-1]).endswith(ends)
