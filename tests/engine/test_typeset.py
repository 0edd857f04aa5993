"""Formulas as mathematics: what is written down means what the row means."""

import re
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.latex import latex
from engine.notation import mathml, plain
from engine.numerals import short
from engine.ops import OPS
from engine.rules import scalar
from engine.typeset import Fenced, Line, Power, Root, Row, Word, partial, read, sign
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
    assert tex(Word("a_b")) == r"\mathit{a\_b}"
    assert tex(Word("100% {x}", "words")) == r"\text{100\% \{x\}}"
    assert tex(Word("50%")) == r"\text{50\%}"


def tex(piece):
    """Return the LaTeX of one piece alone."""
    return latex([Line(piece, ())]).split("\n")[1].strip()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Α", r"\mathrm{A}"), ("Ε", r"\mathrm{E}"), ("Ρ", r"\mathrm{P}"), ("ο", "o"),
        ("ς", r"\varsigma"), ("ε", r"\varepsilon"), ("λx", r"\mathit{\lambda x}"),
        ("έ", r"\acute{\varepsilon}"), ("ŷ", r"\hat{y}"), ("x̂", r"\hat{x}"), ("é", r"\acute{e}"),
        ("Ω_1", r"\mathit{\Omega \_1}"), ("名前", r"\text{名前}"), ("größe", r"\text{größe}"),
        ("Δ名", r"\text{$\Delta$名}"), ("long_na…", r"\text{long\_na…}"),
    ],
)  # fmt: skip
def test_latex_writes_names_with_commands_that_exist(name, written):
    assert tex(Word(name)) == written


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("log(−Ω_1)", r"\text{log(-$\Omega$\_1)}"),
        ("ά·x̂", r"\text{$\acute{\alpha}$·$\hat{x}$}"),
        ("a < b", r"\text{a $<$ b}"),
    ],
)
def test_latex_writes_letters_among_words_as_mathematics(words, written):
    assert tex(Word(words, "words")) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("−∞", r"-\infty"), ("nan", r"\mathrm{nan}"), ("1_000", r"1\_000"),
        ("1E5", r"1 \cdot 10^{5}"),
        ("0xe1", r"\mathrm{0xe1}"), ("0b_1", r"\mathrm{0b\_1}"), ("−.5e−07", r"-.5 \cdot 10^{-07}"),
    ],
)  # fmt: skip
def test_latex_writes_numbers_as_they_were_typed(number, written):
    assert tex(Word(number, "number")) == written


def commands(written):
    return set(re.findall(r"\\(?:[a-zA-Z]+|.)", written, re.DOTALL))


# What LaTeX and amsmath have, of what may be needed: listed by hand.
KNOWN = commands(
    r"""\begin \end \text \mathit \mathrm \operatorname \frac \sqrt \left \right \quad \cdot \times
    \le \ge \ne \approx \leftarrow \infty \partial \sin \cos \tan \sinh \cosh \tanh \log \exp \max
    \min \acute \grave \hat \tilde \bar \breve \dot \ddot \mathring \check \alpha \beta \gamma
    \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi \pi
    \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta
    \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \textbackslash \textasciicircum
    \textasciitilde \_ \# \$ \% \& \{ \} \\"""
)
GREEK = [
    letter
    for letter in map(chr, range(0x386, 0x3CF))
    if unicodedata.name(letter, "").startswith("GREEK") and letter.isalpha()
]
anything = st.text(
    st.sampled_from("xyΑλέΰς_{}$\\^~#%&∂∞−·<|名éø ̂") | st.characters(exclude_categories=["C"]),
    min_size=1,
    max_size=8,
)
kinds = st.sampled_from(["name", "words", "number"])
pieces = st.recursive(
    st.builds(Word, anything, kinds)
    | st.builds(Word, st.sampled_from(sorted(OPS)), st.just("function")),
    lambda inner: (
        st.builds(partial, inner, inner)
        | st.builds(Power, inner, inner)
        | st.builds(Root, inner)
        | st.builds(Fenced, inner, st.booleans())
        | st.builds(lambda a, b, s: Row((a, sign(s), b)), inner, inner, st.sampled_from("+−·×<≤"))
    ),
    max_leaves=5,
)


def unbalanced(written):
    """Return how many braces are left open, None where one closes too early."""
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\.", "", written)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return None
    return depth


@given(piece=pieces)
def test_latex_holds_only_commands_that_exist_and_braces_that_match(piece):
    written = latex([Line(piece, (("≈", piece),), piece)])
    assert commands(written) <= KNOWN
    assert unbalanced(written) == 0
    bare = re.sub(r"\\.", "", written)
    assert not set("#%~") & set(bare)
    assert bare.count("$") % 2 == 0
    for named in re.findall(r"\\operatorname\{((?:[^{}\\]|\\.)*)\}", written):
        assert "_" not in re.sub(r"\\.", "", named)


@pytest.mark.parametrize("letter", GREEK)
@pytest.mark.parametrize("kind", ["name", "words"])
def test_every_greek_letter_is_written_in_ascii_with_a_command_that_exists(letter, kind):
    written = tex(Word(letter, kind))
    assert written.isascii()
    assert commands(written) <= KNOWN
    assert unbalanced(written) == 0
