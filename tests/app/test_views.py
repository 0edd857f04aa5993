"""What the templates print: rows, notes and sentences."""

import math
from dataclasses import FrozenInstanceError, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import views
from app.links import Walk
from app.pictures import Pictures
from app.settings import Settings
from engine.names import node_names
from engine.ops import OPS
from engine.program import parse


@pytest.fixture
def pictures():
    return Pictures(Settings())


def leaf_rows(pictures, source, inputs=None):
    return {row.name: row for row in views.leaf_views(pictures.numbers(source, inputs or {}))}


def test_every_view_is_frozen(pictures):
    kinds = [kind for name, kind in vars(views).items() if name.endswith("View")]
    assert len(kinds) >= 7
    assert all(is_dataclass(kind) for kind in kinds)
    view = views.graph_view(pictures, "x*x", {})
    with pytest.raises(FrozenInstanceError):
        view.link = ""


def test_a_leaf_row_shows_short_and_exact_numbers(pictures):
    row = leaf_rows(pictures, "x = 3\nx*x", {"x": 1 / 3})["x"]
    assert (row.value, row.exact, row.written) == ("0.3333", repr(1 / 3), "3")
    assert (row.changed, row.learns, row.setting) == (True, True, f"x:{1 / 3!r}")
    assert not leaf_rows(pictures, "x = 3\nx*x", {"x": 3.0})["x"].changed


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_slider_reaches_beyond_its_number_on_both_sides(number):
    row = leaf_rows(Pictures(Settings()), "x*x", {"x": number})["x"]
    reach, step = float(row.reach), float(row.step)
    assert math.isfinite(reach)
    assert reach >= abs(number)
    assert 0 < step < reach


def test_trouble_is_noted_before_what_is_unused(pictures):
    notes = views.note_views(pictures.numbers("a = 1\ny = log(x - 2)\ny*y", {}))
    assert notes[0].kind == "trouble"
    assert notes[-1].kind == "unused"
    assert notes[0].place == "line 2, column 5"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x*x", "The output is 1. 2 nodes."),
        ("y = x*x", "y is 1. 2 nodes."),
        ("x", "x is 1. 1 node."),
    ],
)
def test_a_sentence_sums_the_picture_up(pictures, source, sentence):
    assert views.summary(pictures.numbers(source, {})) == sentence


def test_the_sentence_tells_of_trouble(pictures):
    assert "Trouble" in views.summary(pictures.numbers("log(-1)", {}))


def test_the_help_lists_every_function_with_its_sentence():
    rows = views.function_views()
    assert [row.call for row in rows][:1] == ["add(x, y)"]
    assert [row.why for row in rows] == [op.why for op in OPS.values()]


def test_a_page_shows_a_program_or_its_fault_never_both(pictures):
    drawn = views.page_view(pictures, "x*x", {})
    refused = views.page_view(pictures, "tnh(x)", {})
    assert (drawn.fault, refused.graph) == (None, None)
    assert drawn.graph
    assert refused.fault.message == "There is no function called tnh."
    assert refused.source == "tnh(x)"


LEARNS = 'x, y = data("line")\nw = 1\nmse(w*x, y)'


@pytest.mark.parametrize(
    ("source", "walk", "learning", "mode"),
    [
        (LEARNS, views.WHOLE, False, "learn"),
        (LEARNS, Walk(step=2), False, "walk"),
        (LEARNS, Walk(mistakes=frozenset({"overwrite"})), True, "learn"),
        ("x = 3\nx*x", views.WHOLE, False, "walk"),
        ("x = 3\nx*x", views.WHOLE, True, "learn"),
        ("1 + 2", views.WHOLE, True, "walk"),
        ("x = tnh(3)", views.WHOLE, True, "walk"),
        ('x, y = data("line")\nmse(x, y)', views.WHOLE, False, "walk"),
    ],
)
def test_a_program_with_data_opens_learning_unless_the_address_walks(
    pictures, source, walk, learning, mode
):
    assert views.page_view(pictures, source, {}, walk, learning=learning).mode == mode


@given(
    written=st.dictionaries(st.sampled_from("abc"), st.sampled_from([1.0, 2.0])),
    before=st.dictionaries(st.sampled_from("abc"), st.sampled_from([1.0, 2.0])),
    inputs=st.dictionaries(st.sampled_from("abc"), st.floats(-9, 9)),
)
def test_a_setting_stays_while_its_number_in_the_text_does(written, before, inputs):
    kept = views.still_set(written, before, inputs)
    for name, number in inputs.items():
        if name in written and name in before:
            assert (name in kept) == (written[name] == before[name])
        assert kept.get(name, number) == number


def test_node_names_are_unique_and_survive_an_edit():
    before = node_names(parse("y = x*w + b\ntanh(y)").graph).keys
    after = node_names(parse("y = x*w + b + c*c\ntanh(y)").graph).keys
    assert len(set(before)) == len(before)
    assert {"x#1", "w#1", "b#1", "x*w#1", "y#1", "tanh(y)#1"} <= {*before} & {*after}


def test_equal_words_are_told_apart():
    names = node_names(parse("(x + 1)*(x + 1)").graph).keys
    assert {"x + 1#1", "x + 1#2", "1#1", "1#2"} <= set(names)


def test_a_program_and_its_drawing_are_made_once(pictures):
    program = pictures.program("x*x")
    assert pictures.program("x*x") is program
    drawing = pictures.drawing(program)
    assert pictures.drawing(program) is drawing
    assert pictures.drawn(drawing.key) is drawing


def test_no_cache_is_no_hindrance():
    pictures = Pictures(Settings(cache_nodes=0))
    assert views.graph_view(pictures, "x*x", {}).svg == views.graph_view(pictures, "x*x", {}).svg
