"""Formulas read as nodes come to what the formulas come to, conditions included."""

import pytest

from engine.algebra import Algebra
from engine.expr import Expr
from engine.rules import parsed, scalar
from engine.symbolic import Reading

POINTS = [(-1.0, 2.0), (0.0, 0.0), (2.0, 2.0), (3.0, -1.0), (float("nan"), 1.0), (0.0, 1.0)]


@pytest.mark.parametrize(
    "formula",
    [
        "x if x >= y or x != x else y",
        "1 if x > 0 else -1 if x < 0 else 0",
        "3 if x == 0 and y >= 0 else 4",
        "3 if x != 0 and y <= 1 else 4",
        "3 if x != 0 and y != 0 and x < y else 4",
        "3 if x == y or y == 0 else exp(y)",
        "3 if 1 < 2 else x",
        "3 if 1 == 2 or x > y else 5",
        "3 if 1 == 1 and x > y else 5",
        "3 if 1 == 1 or x > y else 5",
        "2 * pi * sin(y) - y**2 / 4 + abs(y)",
    ],
)
def test_a_formula_of_nodes_follows_its_leaves(formula):
    x, y = Expr(0.5), Expr(0.25)
    node = Reading(Algebra(), {"x": x, "y": y}).read(parsed(formula))
    for point in POINTS:
        x.data, y.data = point
        wanted = scalar(formula, ("x", "y"))(*point)
        assert node.recalculate().data == pytest.approx(wanted, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("formula", ["floor(x)", "x if x else 1", "[x]"])
def test_what_no_row_says_is_not_read(formula):
    with pytest.raises(NotImplementedError):
        Reading(Algebra(), {"x": Expr(1.0)}).read(parsed(formula))
