"""Places in a text, and the words that stand there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spans import START, Span, cut


@pytest.mark.parametrize(
    ("text", "span", "words"),
    [
        ("y = x*x + 1", Span(1, 5, 1, 8), "x*x"),
        ("tanh(a +\n     b)", Span(1, 1, 2, 8), "tanh(a + b)"),
        ("(a\n + b\n + c)", Span(1, 2, 3, 5), "a + b + c"),
        ("σ + λ", Span(1, 5, 1, 6), "λ"),
        ("𝔁 + y", Span(1, 5, 1, 6), "y"),
        ("x", START, ""),
    ],
)
def test_the_words_of_a_span_are_cut_out(text, span, words):
    assert cut(text.split("\n"), span) == words


def test_long_words_are_shortened():
    assert cut(["x" * 100], Span(1, 1, 1, 101), most=10) == "x" * 9 + "…"
    lines = ["(" + "a + " * 50, "b)"]
    assert cut(lines, Span(1, 2, 2, 2), most=12) == "a + a + a +…"


@given(words=st.text("ab+ ", min_size=1), before=st.text("xσ𝔁"), after=st.text("yλ"))
def test_what_stands_around_is_never_cut_out(words, before, after):
    span = Span(1, len(before) + 1, 1, len(before) + len(words) + 1)
    assert cut([before + words + after], span, most=1000) == " ".join(words.split())


def test_two_spans_join_from_the_start_of_one_to_the_end_of_the_other():
    assert Span(1, 3, 1, 5).through(Span(2, 1, 2, 4)) == Span(1, 3, 2, 4)


def test_the_narrower_of_two_spans_is_the_smaller():
    assert Span(1, 1, 1, 4).size < Span(1, 1, 1, 9).size < Span(1, 1, 2, 1).size
