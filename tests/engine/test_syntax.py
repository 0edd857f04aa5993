"""Typed text and its places: what is read stands where the reader says it stands."""

import ast
import math

import pytest
from hypothesis import given, settings

from engine import syntax
from engine.errors import LimitError, ProgramError
from engine.evaluate import forward
from engine.program import parse
from engine.spans import cut
from tests.engine.programs import numbers_of, written


@given(made=written())
@settings(max_examples=200)
def test_every_node_of_an_expression_knows_its_place(made):
    graph = parse(made.text).graph
    found = [(graph.op(n).name if graph.op(n) else None, graph.spans[n]) for n in range(len(graph))]
    assert found == made.spans


@given(made=written())
@settings(max_examples=200)
def test_signs_bind_as_in_python(made):
    program = parse(made.text)
    value = forward(program.graph, program.leaves(numbers_of()))[program.graph.output, 0]
    if math.isfinite(made.value):
        assert value == pytest.approx(made.value, rel=1e-9, abs=1e-12)


@given(made=written())
def test_every_mention_of_a_name_is_that_name(made):
    program = parse(made.text)
    lines = made.text.split("\n")
    for mention in program.mentions:
        if label := program.graph.labels[mention.node]:
            assert cut(lines, mention.span) == label


@given(made=written())
def test_the_words_of_a_node_are_an_expression_of_their_own(made):
    program = parse(made.text)
    lines = made.text.split("\n")
    for span in program.graph.spans:
        words = cut(lines, span, most=10_000)
        ast.parse(words.replace("^", "**"), mode="eval")


@pytest.mark.parametrize(
    ("typed", "python"),
    [
        ("x^2", "x**2"),
        ("x^=2", "x**=2"),
        ("x # y^2", "x # y^2"),
        ("Value(1, label='a^b')", "Value(1, label='a^b')"),
        ("a^b^c\r\nd^e", "a**b**c\nd**e"),
        ("  a\n  b", "a\nb"),
        ("\ta\n\tb", "a\nb"),
        ("(a +\nb)", "(a +\nb)"),
        ("    # first\n  a\n  b", "  # first\na\nb"),
    ],
)
def test_text_is_made_ready_for_the_parser(typed, python):
    assert syntax.Text(typed).python == python


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind_count_as_one(end):
    with pytest.raises(ProgramError) as caught:
        parse(end.join(["a = 1", "b = a", "tnh(b)"]))
    assert tuple(caught.value.span) == (3, 1, 3, 4)


def test_what_the_parser_cannot_nest_is_a_limit():
    with pytest.raises(LimitError, match="too deep"):
        syntax.parse("-" * 20_000 + "x")


def test_nothing_typed_warns():
    for typed in ("1if x else y", "0x1for x in y", "5 is 5", "'a' (1)", "1or 2"):
        with pytest.raises(ProgramError):
            parse(typed)
