"""Small data in links: it comes back as it was."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.carried import (
    LONGEST,
    MOST_ROWS,
    carried,
    carried_rule,
    rule_carried,
    table_carried,
)
from app.csvs import TableError, read_csv
from app.planes import Rule, from_points, from_rule
from engine.data import Table
from engine.errors import ProgramError

numbers = st.floats(-1e6, 1e6, allow_nan=False)


def same(one, other):
    assert one.columns == other.columns
    assert one.rows.tolist() == other.rows.tolist()
    assert (one.classes, one.labels) == (other.classes, other.labels)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=12))
def test_numbers_come_back_to_the_last_bit(rows):
    table = Table("mine", ("a", "b", "y"), np.array(rows))
    same(table_carried(carried(table)), table)


@pytest.mark.parametrize(
    "text",
    ["x,kind\n1,no\n2,yes", "x,kind\n1,a dog\n2,Bär\n3,c-3", "x1,x2,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0",
     "x,y\n1,3\n2,5\n3,3\n4,5", "x,y\n1,1\n2,1", "x,y\n1,0.5"],
)  # fmt: skip
def test_classes_and_what_they_are_called_come_back(text):
    table = read_csv(text).table
    same(table_carried(carried(table)), table)


def test_points_of_one_class_come_back_with_both():
    table = from_points([[0, 0.5, 1]], known=[-1, 1])
    assert carried(table) == "x1,x2,y:-1:1;0,0.5,1"
    same(table_carried("x1,x2,y:-1:1;0,0.5,1;"), table)


def test_what_is_too_large_for_a_link_is_not_carried():
    rows = np.full((MOST_ROWS + 1, 2), 0.5)
    assert carried(Table("mine", ("x", "y"), rows[1:]))
    assert carried(Table("mine", ("x", "y"), rows)) == ""
    wide = Table("mine", tuple(f"c{each}" for each in range(100)), np.full((60, 100), 0.125))
    assert len(";".join(wide.columns)) < LONGEST
    assert carried(wide) == ""


def test_labels_that_hold_its_signs_are_not_carried():
    assert carried(read_csv("x,kind\n1,a;b\n2,c=d").table) == ""


@pytest.mark.parametrize(
    "rule",
    [Rule("y > x^2"), Rule("x2 < sin(3*x1)", 50, 0.125, 7), Rule("y>x", classes=(0.0, 1.0))],
)
def test_a_rule_comes_back_as_a_rule(rule):
    assert rule_carried(carried_rule(rule)) == rule
    same(table_carried(carried_rule(rule)), from_rule(rule))


def test_a_rule_may_be_alone_and_a_table_is_none():
    assert rule_carried("y > x^2") == Rule("y > x^2")
    assert rule_carried("x,y;1,2") is None
    assert carried_rule(Rule("y > x; x")) == ""


@pytest.mark.parametrize(
    "text",
    ["", "x", "x,y", "x,y;1", "x,y;1,2;3", "x,y;a,b", "x,y;nan,1", "x,y:0:1;3,2", "x,y:a:b;3,2",
     "x,x;1,2", "y > x;0", "y > x;2000000", "y > x;9;-1", "y > x;9;inf", "x,y;1e200,1",
     "y > x;9;0;-1", "y > x;9;0;1;4:3", "y > x;9;0;1;0:1;5", "y > x > 2"],
)  # fmt: skip
def test_an_address_that_was_cut_or_changed_is_refused(text):
    with pytest.raises(TableError):
        table_carried(text)


@given(st.text("xy0123456789.,;:=<>-+en ", max_size=40))
def test_whatever_stands_in_an_address_is_a_table_or_refused(text):
    with suppress(TableError, ProgramError):
        assert len(table_carried(text).rows)
