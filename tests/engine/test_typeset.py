"""Formulas as mathematics: what is written down means what the row means."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.notation import latex, mathml, plain
from engine.numerals import short
from engine.ops import OPS
from engine.rules import scalar
from engine.typeset import Line, Word, partial, read
from tests.engine.points import inside
from tests.engine.reading import meaning

every_op = pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)


def formulas(op):
    """Return each formula of a row with the names that it may use."""
    return [(op.forward, op.params)] + [(each, (*op.params, "out")) for each in op.partials]


@every_op
@settings(max_examples=20)
@given(data=st.data())
def test_every_formula_filled_with_numbers_means_what_the_row_computes(op, data):
    point = data.draw(inside(op))
    known = dict(zip((*op.params, "out"), (*point, op.value(*point)), strict=True))
    for formula, names in formulas(op):
        numbers = {name: known[name] for name in names}
        figures = {name: Word(repr(x).replace("-", "−"), "number") for name, x in numbers.items()}
        filled, _ = read(formula, figures, numbers, "×")
        assert meaning(filled) == pytest.approx(scalar(formula, names)(*numbers.values()), rel=1e-9)


@every_op
@settings(max_examples=5)
@given(data=st.data())
def test_every_formula_is_well_formed_mathml_and_balanced_latex(op, data):
    point = data.draw(inside(op))
    known = dict(zip((*op.params, "out"), (*point, op.value(*point)), strict=True))
    words = {name: Word(f"<{name}&>", "words", 3) for name in known}
    for formula, names in formulas(op):
        rule, condition = read(formula, words, {name: known[name] for name in names})
        line = Line(partial(Word("σ"), Word("x_1")), (("=", rule),), condition)
        tree = ET.fromstring(f"<div>{mathml(line)}</div>")
        assert [each.tag for each in tree] == ["math"] * (1 if condition is None else 2)
        assert all(each.get("data-node") == "3" for each in tree.iter("mtext") if each.get("class"))
        written = latex([line]).replace(r"\{", "").replace(r"\}", "")
        assert written.count("{") == written.count("}")
        assert written.count(r"\left") == written.count(r"\right")


@pytest.mark.parametrize(
    ("formula", "numbers", "shown"),
    [
        ("x - y", {"x": 1.0, "y": -0.5}, "1 − (−0.5)"),
        ("x + y", {"x": -1.0, "y": -0.5}, "−1 + (−0.5)"),
        ("x * y", {"x": -2.0, "y": -0.5}, "−2 × (−0.5)"),
        ("x**y", {"x": -2.0, "y": 3.0}, "(−2)³"),
        ("-x", {"x": -2.0}, "−(−2)"),
        ("out * (1 - out)", {"out": 0.25}, "0.25 × (1 − 0.25)"),
        ("-out / y", {"out": 4.0, "y": -0.5}, "−4/(−0.5)"),
        ("1 / (2 * out)", {"out": 3.0}, "1/(2 × 3)"),
        ("exp(-x)", {"x": 1e-5}, "e^(−1e−5)"),
        ("x**2", {"x": 1e-5}, "(1e−5)²"),
    ],
)
def test_parentheses_stand_where_a_reader_needs_them_and_nowhere_else(formula, numbers, shown):
    figures = {name: Word(short(number), "number") for name, number in numbers.items()}
    assert plain(read(formula, figures, numbers, "×")[0]) == shown


@pytest.mark.parametrize(
    ("op", "numbers", "condition"),
    [
        ("relu", {"x": 2.0}, "x > 0"),
        ("relu", {"x": -2.0}, "x ≤ 0"),
        ("abs", {"x": 0.0, "out": 0.0}, "otherwise"),
        ("abs", {"x": -1.0, "out": 1.0}, "x < 0"),
        ("max", {"x": 1.0, "y": 2.0}, "x < y"),
        ("pow", {"x": 2.0, "y": 3.0, "out": 8.0}, "y ≠ 0"),
    ],
)
def test_a_choice_shows_the_branch_taken_and_when(op, numbers, condition):
    words = {name: Word(name) for name in numbers}
    assert plain(read(OPS[op].partials[0], words, numbers)[1]) == condition


def test_a_name_of_several_words_is_kept_together():
    whole = Word("a + b", "words", binds=0)
    assert plain(partial(Word("o"), whole)) == "∂o/∂(a + b)"
    product, _ = read("x * y", {"x": whole, "y": Word("c")}, {"x": 1.0, "y": 1.0})
    assert plain(product) == "(a + b) · c"


def test_latex_spells_greek_names_and_powers_of_ten():
    line = Line(Word("σ"), (("≈", Word("−1.5e−5", "number")),))
    assert latex([line]).split("\n")[1] == r"\sigma &\approx -1.5 \cdot 10^{-5}"


def test_latex_escapes_what_a_person_named():
    assert latex([Line(Word("a_b"), ())]).split("\n")[1].strip() == r"\mathit{a\_b}"
    assert (
        latex([Line(Word("100% {x}", "words"), ())]).split("\n")[1].strip() == r"\text{100\% \{x\}}"
    )
