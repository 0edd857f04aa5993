"""What is asked at each event, and what a wrong answer is told."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.answers import CLOSE, TOO_LONG, UNREADABLE
from engine.mistakes import MISTAKES
from engine.numerals import exact, short
from engine.ops import OPS
from engine.predict import asks, judge
from engine.program import parse
from engine.trace import trace
from tests.engine.graphs import ANY, graphs, numbers

NEURON = "n = x1*w1 + x2*w2 + b\no = tanh(n)"
POINT = {"x1": 2.0, "x2": 0.25, "w1": -3.0, "w2": 1.5, "b": 6.5}
SIGN = "The size is right; look at the sign again."


def traced(source, *mistakes, rate=0.1, **inputs):
    program = parse(source)
    return trace(program.graph, program.leaves(inputs), rate, frozenset(mistakes))


def find(trace, kind, node, operand=None, nth=0):
    """Return the event of a kind at a named node, a flow's to a named operand."""
    named = trace.graph.name
    found = [
        place
        for place, event in enumerate(trace.events)
        if (event.kind, named(event.node)) == (kind, node)
        and (operand is None or named(event.operand) == operand)
    ]
    return found[nth]


def predictable(trace):
    return [event for event in range(len(trace.events)) if asks(trace, event)]


def number_of(event):
    return event.contribution if event.kind == "flow" else event.value


@st.composite
def asked(draw):
    """Draw a trace, mistakes included, and one of its events at which something is asked."""
    graph = draw(graphs(most=10))
    mistakes = draw(st.frozensets(st.sampled_from(sorted(MISTAKES))))
    walked = trace(graph, draw(numbers(graph, 1, ANY)), 0.1, mistakes)
    places = predictable(walked)
    return (walked, draw(st.sampled_from(places))) if places else (traced("x*x", x=3), 1)


@pytest.mark.parametrize(("kind", "node", "operand", "question"), [
    ("forward", "o", None, "What is o, the tanh of n?"),
    ("forward", "x1*w1", None, "What is x1*w1, the product of x1 and w1?"),
    ("forward", "n", None, "What is n, the sum of x1*w1 + x2*w2 and b?"),
    ("flow", "o", "n", "What does o hand on to n?"),
    ("flow", "x1*w1", "w1", "What does x1*w1 hand on to w1?"),
    ("update", "w1", None, "What is w1 after the update?"),
])  # fmt: skip
def test_a_question_is_a_plain_sentence(kind, node, operand, question):
    walked = traced(NEURON, **POINT)
    assert asks(walked, find(walked, kind, node, operand)) == question


def test_an_operand_that_stands_twice_is_asked_about_by_its_place():
    walked = traced("b = a*a", a=3)
    first, second = (asks(walked, find(walked, "flow", "b", nth=nth)) for nth in (0, 1))
    assert first == "What does b hand on to a as its first operand?"
    assert second == "What does b hand on to a as its second operand?"


def test_nothing_is_asked_where_the_number_is_given():
    walked = traced("2*x", x=3)
    kinds = [(event.kind, asks(walked, place) is None) for place, event in enumerate(walked.events)]
    assert kinds == [
        ("forward", True), ("forward", True), ("forward", False), ("seed", True),
        ("flow", False), ("flow", False), ("update", False),
    ]  # fmt: skip


def test_nothing_is_asked_where_the_number_is_not_finite():
    walked = traced("log(x)", x=0)
    assert predictable(walked) == []
    with pytest.raises(ValueError, match="nothing to predict at event 1"):
        judge(walked, 1, "3")


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_every_op_is_asked_about_in_words_of_its_operands(op):
    signs = {"add": "x+y", "sub": "x-y", "mul": "x*y", "div": "x/y", "pow": "x^y", "neg": "-x"}
    call = signs.get(op.name, f"{op.name}({','.join(op.params)})")
    walked = traced(f"r = {call}", x=0.5, y=0.75)
    event = find(walked, "forward", "r")
    for words in (asks(walked, event), judge(walked, event, "7777").hint):
        assert set(op.params) <= set(re.findall(r"\w+", words))
    assert "{" not in judge(walked, event, "7777").hint


@pytest.mark.parametrize(("typed", "hint"), [
    ("x", UNREADABLE), ("", UNREADABLE), ("−0.707", ""), ("-0.71", CLOSE), ("-0.7072", TOO_LONG),
    ("0.707", SIGN), ("-1/2", "From x subtract 0."),
])  # fmt: skip
def test_a_number_is_read_and_held_to_three_digits(typed, hint):
    walked = traced("x - 0", x=-0.70710678)
    assert judge(walked, 2, typed) == (hint == "", hint)


FLOW, UPDATE = "flow", "update"


@pytest.mark.parametrize(("kind", "node", "operand", "answer", "hint"), [
    ("forward", "o", None, lambda e: -e.value, SIGN),
    ("forward", "o", None, lambda e: 7, "Apply tanh to n."),
    ("forward", "x1*w1", None, lambda e: 7, "Multiply x1 by w1."),
    (FLOW, "h", "o", lambda e: e.upstream,
     "You have the upstream gradient. The local derivative is missing: o*o's value."),
    (FLOW, "o", "n", lambda e: e.upstream,
     "You have the upstream gradient. The local derivative is missing: the slope of tanh at n."),
    (FLOW, "o", "n", lambda e: e.local,
     "You have the local derivative. The upstream one, the gradient of o, is missing."),
    (FLOW, "o", "n", lambda e: -e.contribution, SIGN),
    (FLOW, "o", "n", lambda e: e.upstream / e.local, "The factors are multiplied."),
    (FLOW, "o", "n", lambda e: e.local / e.upstream, "The factors are multiplied."),
    (FLOW, "o", "n", lambda e: e.upstream + e.local, "The factors are multiplied."),
    (FLOW, "o", "n", lambda e: 77, "Multiply the gradient of o by the slope of tanh at n."),
    (FLOW, "x1*w1", "w1", lambda e: e.upstream * -3,
     "The local derivative of a product is the other factor, x1."),
    (FLOW, "x1*w1", "x1", lambda e: e.upstream * 2,
     "The local derivative of a product is the other factor, w1."),
    (FLOW, "x1*w1", "x1", lambda e: 77, "Multiply the gradient of x1*w1 by w1's value."),
    (UPDATE, "w1", None, lambda e: -3, "That is w1 before the update."),
    (UPDATE, "w1", None, lambda e: 0.1 * e.total,
     "That is the step. What is missing is the old number of w1."),
    (UPDATE, "w1", None, lambda e: -0.1 * e.total,
     "That is the step. What is missing is the old number of w1."),
    (UPDATE, "w1", None, lambda e: -3 + 0.1 * e.total,
     "Against the gradient: the step is subtracted."),
    (UPDATE, "w1", None, lambda e: -3 - e.total, "The learning rate is missing."),
    (UPDATE, "w1", None, lambda e: -3 + e.total,
     "The learning rate is missing, and the step is subtracted."),
    (UPDATE, "w1", None, lambda e: -e.value, SIGN),
    (UPDATE, "w1", None, lambda e: 77, "w1 minus the rate times its gradient."),
])  # fmt: skip
def test_a_wrong_answer_is_told_what_is_missing(kind, node, operand, answer, hint):
    walked = traced(f"{NEURON}\nh = o*o*o", **POINT)
    place = find(walked, kind, node, operand)
    given = float(answer(walked.events[place]))
    assert judge(walked, place, exact(given)) == (False, hint)
    assert judge(walked, place, f"{given:.3e}") == (False, hint)


def test_the_sum_over_the_paths_so_far_is_not_what_one_adds():
    walked = traced("a*b + a", a=3, b=4)
    place = find(walked, "flow", "a*b", "a")
    hint = "That is the sum over the paths so far; asked is what this one adds."
    assert judge(walked, place, "5") == (False, hint)
    assert judge(walked, place, "4").right


def test_with_a_rate_of_no_account_the_slip_that_is_named_is_the_plainest():
    walked = traced("3*w", w=0)
    place = find(walked, "update", "w")
    assert judge(walked, place, "0.3").hint == "Against the gradient: the step is subtracted."
    assert judge(walked, place, "-0.3").right


def test_what_a_mask_shuts_is_not_to_be_multiplied():
    walked = traced("1/relu(x)", x=-1)
    place = find(walked, "flow", "relu(x)", "x")
    assert judge(walked, place, "1") == (False, "relu lets nothing through to x here.")
    assert judge(walked, place, "0").right


@pytest.mark.parametrize(("mistake", "answers"), [
    ((), ["1", "1", "2.8"]), (("overwrite",), ["1", "1", "2.9"]),
    (("unzeroed",), ["1", "1", "1", "1", "2.6"]),
])  # fmt: skip
def test_what_a_trace_with_mistakes_holds_is_right_there(mistake, answers):
    walked = traced("b = a + a", *mistake, a=3)
    places = [e for e in predictable(walked) if walked.events[e].kind != "forward"]
    assert [judge(walked, *each).right for each in zip(places, answers, strict=True)] == [
        True for _ in answers
    ]


def test_the_old_number_is_the_one_the_mistaken_gradient_moves():
    walked = traced("b = a + a", "overwrite", a=3)
    place = find(walked, "update", "a")
    assert judge(walked, place, "2.8").hint == "a minus the rate times its gradient."
    assert judge(walked, place, "3.1").hint == "Against the gradient: the step is subtracted."


def test_long_names_are_cut():
    walked = traced(f"tanh({' + '.join(['x'] * 60)})", x=0.01)
    event = find(walked, "flow", walked.graph.name(walked.graph.output))
    for words in (asks(walked, event), judge(walked, event, "77").hint):
        assert "…" in words
        assert len(words) < 150


@given(case=asked())
def test_the_number_itself_is_right_in_full_and_to_four_digits(case):
    walked, event = case
    right = number_of(walked.events[event])
    assert judge(walked, event, exact(right)) == (True, "")
    assert judge(walked, event, f"{right:.3e}") == (True, "")


@given(case=asked(), factor=st.sampled_from([1.02, 0.98, -1.0, 2.0, 0.5, -0.99, 1e6]))
def test_a_number_that_is_not_the_right_one_is_wrong_and_is_told_something(case, factor):
    walked, event = case
    right = number_of(walked.events[event])
    answer = right * factor if right else factor
    if not math.isclose(answer, right, rel_tol=1e-9) and math.isfinite(answer):
        judgement = judge(walked, event, exact(answer))
        assert not judgement.right
        assert judgement.hint.endswith(".")


def tempting(walked, place):
    """Return every number that somebody may answer instead."""
    event = walked.events[place]
    known = [*event[5:], *walked.values[:, 0], number_of(event), walked.rate]
    known = [float(number) for number in known if number is not None and math.isfinite(number)]
    pairs = [x * y for x in known for y in known] + [x + y for x in known for y in known]
    return [n for n in (*known, *(-n for n in known), *pairs) if math.isfinite(n)]


@given(case=asked(), data=st.data())
def test_no_hint_gives_the_number_away(case, data):
    walked, event = case
    answers = st.sampled_from(tempting(walked, event)).flatmap(
        lambda number: st.sampled_from([exact(number), short(number), f"{number:.1g}"])
    )
    hint = judge(walked, event, data.draw(answers | st.text("0123456789.,/-e x", max_size=6))).hint
    names = sorted(map(walked.graph.name, range(len(walked.graph))), key=len, reverse=True)
    for name in filter(None, names):
        hint = hint.replace(name, "")
    assert not re.search(r"\d", hint)
