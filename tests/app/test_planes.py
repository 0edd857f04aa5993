"""Tables drawn in the plane: random points under a rule, and points that were clicked."""

import numpy as np
import pytest

from app.csvs import TableError
from app.planes import MOST_SHOWN, REACH, Rule, from_points, from_rule, points_of
from engine.data import Table
from engine.errors import ProgramError
from engine.spans import Span


@pytest.mark.parametrize(
    ("text", "holds"),
    [("y > x^2", lambda x, y: y > x**2), ("x2 > sin(3*x1)", lambda x, y: y > np.sin(3 * x)),
     ("x1 < 0.5", lambda x, y: x < 0.5), ("x^2 + y^2 ≤ 4", lambda x, y: x**2 + y**2 < 4),
     ("0 >= x*y", lambda x, y: x * y < 0), ("abs(x) > max(y, 1)",
     lambda x, y: abs(x) > np.maximum(y, 1))],
)  # fmt: skip
def test_a_point_is_of_the_class_that_the_rule_says(text, holds):
    table = from_rule(Rule(text, samples=500))
    x, y, label = table.rows.T
    assert table.columns == ("x1", "x2", "y")
    assert table.classes == (-1, 1)
    assert np.array_equal(label == 1, holds(x, y))
    assert set(label) == {-1, 1}


def test_points_fill_the_plane_evenly():
    table = from_rule(Rule("y > x", samples=5_000))
    points = table.rows[:, :2]
    assert np.abs(points).max() <= REACH
    assert np.allclose(points.mean(axis=0), 0, atol=0.1)
    assert np.allclose(points.std(axis=0), REACH / np.sqrt(3), atol=0.1)


def test_the_same_seed_gives_the_same_points_and_noise_moves_them_only():
    calm = from_rule(Rule("y > x", seed=3)).rows
    noisy = from_rule(Rule("y > x", seed=3, noise=0.1)).rows
    assert np.array_equal(calm, from_rule(Rule("y > x", seed=3)).rows)
    assert not np.array_equal(calm, from_rule(Rule("y > x", seed=4)).rows)
    assert np.array_equal(calm[:, 2], noisy[:, 2])
    assert (noisy - calm)[:, :2].std() == pytest.approx(0.1, rel=0.1)


def test_classes_can_be_counted_from_zero():
    table = from_rule(Rule("y > x", classes=(0.0, 1.0)))
    assert set(table.rows[:, 2]) == set(table.classes) == {0, 1}


def test_where_a_rule_has_no_value_there_are_no_points():
    rows = from_rule(Rule("sqrt(x) > y", samples=300)).rows
    assert len(rows) == 300
    assert rows[:, 0].min() >= 0


@pytest.mark.parametrize(
    ("text", "message"),
    [("y", "This is no comparison."), ("y = x^2", "This is no comparison."),
     ("y > x > 2", "This compares more than once."),
     ("> x", "One side of the comparison is missing."),
     ("y >  ", "One side of the comparison is missing."),
     ("log(-1 - x^2) > y", "This rule has a value nowhere in the plane.")],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_the_way_out(text, message):
    with pytest.raises(TableError) as caught:
        from_rule(Rule(text))
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [("y > tnh(x)", "There is no function called tnh.", 5),
     ("  2*a < y", "a is no direction of the plane.", 5),
     ("x2 > 3*", "A value is missing after *.", 7)],
)  # fmt: skip
def test_a_side_that_is_refused_says_where_in_the_rule(text, message, column):
    with pytest.raises(ProgramError) as caught:
        from_rule(Rule(text))
    assert caught.value.message == message
    assert caught.value.span[:2] == Span(1, column, 1, 0)[:2]


def test_points_become_a_table_of_the_classes_that_are_known():
    table = from_points([[0, 0.5, -1], [1, 0, -1]], known=[-1, 1])
    assert table.rows.tolist() == [[0, 0.5, -1], [1, 0, -1]]
    assert (table.columns, table.classes) == (("x1", "x2", "y"), (-1, 1))
    assert from_points([[0, 0, 2]], known=[0, 1, 2]).classes == (0, 1, 2)


def test_classes_are_found_out_where_none_are_known():
    assert from_points([[0, 0], [1, 1], [2, 1], [3, 0]], ["x", "y"]).classes == (0, 1)
    assert from_points([[0, 0.25], [1, 1.5]], ["x", "y"]).classes == ()


@pytest.mark.parametrize(
    ("points", "columns", "known"),
    [([], ["x", "y"], []), ([[1, 2, 3]], ["x", "y"], []), ([[1, 2], [1]], ["x", "y"], []),
     ([[1, 2]], ["x", "x"], []), ([[1]], ["x"], []), ([[1, 2]], ["x", "y"], [0, 1]),
     ([[1e200, 2]], ["x", "y"], [])],
)  # fmt: skip
def test_points_that_fit_no_table_are_refused(points, columns, known):
    with pytest.raises(TableError):
        from_points(points, columns, known)


def test_a_few_points_of_classes_are_shown_as_points():
    table = from_points([[0, 0.5, -1], [1, 0, 1]], known=[-1, 1])
    assert points_of(table) == [[0, 0.5, 0], [1, 0, 1]]
    many = np.zeros((MOST_SHOWN + 1, 3))
    assert points_of(Table("mine", table.columns, many, (0.0, 1.0))) is None
    assert points_of(Table("mine", table.columns, many[:5])) is None
    assert points_of(Table("mine", ("x", "y"), many[:5, :2], (0.0, 1.0))) is None
