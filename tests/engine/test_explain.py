"""One step explained: what stands on the card comes out as it stands there."""

import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.explain import explain, explain_event, sentence
from engine.expr import Expr
from engine.figures import shown
from engine.graph import Graph, leaf_numbers
from engine.graph import in_evaluation_order as ordered
from engine.notation import mathml, plain_line
from engine.ops import OPS
from engine.program import parse
from engine.trace import GRAINS, trace
from tests.engine.points import inside
from tests.engine.programs import numbers_of, written
from tests.engine.reading import meaning, rounds_to

every_op = pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
NEURON = "x1,x2=2,0\nw1,w2=-3,1\nb=6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"


def walk(source, inputs=None, mistakes=frozenset()):
    program = parse(source)
    return trace(program.graph, program.leaves(inputs or {}), mistakes=set(mistakes))


def node(walked, name):
    return next(k for k in range(len(walked.graph)) if walked.graph.name(k) == name)


def flows(walked, name=None):
    """Return the parts of every flow, or of those that a named node hands on."""
    return [
        explain_event(walked, place)
        for place, event in enumerate(walked.events)
        if event.kind == "flow" and (name is None or event.node == node(walked, name))
    ]


def row(part, role):
    return next((factor.number for factor in part.factors if factor.role == role), None)


def traced(op, point, weight):
    """Return the trace of weight * op(point)."""
    operands = [Expr(number, label=name) for name, number in zip("ab", point, strict=False)]
    loss = Expr(weight, label="w") * Expr.of(op, *operands, label="out")
    return trace(Graph.of(loss), leaf_numbers(ordered(loss)))


@every_op
@settings(max_examples=30)
@given(data=st.data(), weight=st.floats(-9, 9))
def test_the_factors_on_the_card_multiply_to_the_result_on_the_card(op, data, weight):
    parts = flows(traced(op, data.draw(inside(op)), weight))
    assert len(parts) == op.arity + 2
    for part in parts:
        upstream, local, handed = (row(part, r) for r in ("upstream", "local", "contribution"))
        assert rounds_to(shown(upstream) * shown(local), handed), part.factors


@every_op
@settings(max_examples=30)
@given(data=st.data(), weight=st.floats(-9, 9))
def test_displayed_operands_come_to_the_displayed_value_and_slope(op, data, weight):
    walked = traced(op, data.draw(inside(op)), weight)
    result = next(k for k in range(len(walked.graph)) if walked.graph.labels[k] == "out")
    value = explain_event(walked, walked.computed[result])
    given_ = [float(shown(f.number)) for f in value.factors if f.role == "operand"]
    if len(given_) == op.arity:  # equal operands stand once
        assert rounds_to(op.value(*given_), row(value, "value"))
    for part in flows(walked, "out"):
        last = part.lines[-1].right
        filled = last[0][1] if len(last) == 2 else last[-1][1]
        assert rounds_to(meaning(filled), row(part, "local")), part.lines


def test_both_paths_of_a_square_are_summed_on_the_card():
    first, second = flows(walk("x = 3\ny = x*x"))
    assert row(first, "sum") is None
    assert [f.words for f in second.factors if f.role == "sum"] == ["3 + 3"]
    assert row(second, "sum") == "+6"
    assert plain_line(second.sums[-1]) == "∂y/∂x = 3 + 3 = 6"


@settings(max_examples=30)
@given(made=written(), inputs=st.lists(st.floats(-4, 4), min_size=8, max_size=8))
def test_displayed_terms_add_up_to_the_displayed_sum(made, inputs):
    walked = walk(made.text, dict(zip(numbers_of(), inputs, strict=True)))
    for part in flows(walked):
        for line in part.sums[1:]:
            written_out = plain_line(line).split(" = ", 1)[1]
            terms, total = written_out.replace("≈", "=").rsplit(" = ", 1)
            numbers = [shown(term.strip("()")) for term in terms.split(" + ")]
            if all(math.isfinite(number) for number in numbers):  # of infinities there is no sum
                assert rounds_to(sum(numbers), total), plain_line(line)


def test_the_neuron_is_told_as_a_teacher_would():
    walked = walk(NEURON)
    told = [sentence(walked, place) for place in range(len(walked.events))]
    assert "w1 gradient: 0.5 upstream times 2, x1's value, makes 1." in told
    assert "n gradient: 1 upstream times 0.5, the slope of tanh at n, makes 0.5." in told
    assert "o is tanh(n): 0.7071." in told
    assert "w1 becomes −3.1: −3 minus the rate, 0.1, times its gradient, 1." in told


def test_a_step_has_names_then_numbers_then_the_result():
    walked = walk(NEURON)
    step = walked.step_of(walked.settled[node(walked, "n")], "node")
    told = explain(walked, step, "node")
    assert "".join(words for words, _ in told.title) == "o passes its gradient on through tanh."
    assert [plain_line(line) for line in told.parts[0].lines] == [
        "∂o/∂n = 1 − o²",
        "= 1 − 0.7071² ≈ 0.5",
    ]
    assert told.latex == (
        "\\begin{aligned}\n"
        "\\frac{\\partial o}{\\partial n} &= 1 - {o}^{2} \\\\\n"
        "&= 1 - {0.7071}^{2} \\approx 0.5 \\\\\n"
        "\\frac{\\partial o}{\\partial o} \\cdot \\frac{\\partial o}{\\partial n}"
        " &= 1 \\times 0.5 = 0.5\n"
        "\\end{aligned}"
    )


@pytest.mark.parametrize(
    ("source", "verdict", "why"),
    [
        ("x = 4\ntanh(x)", "Saturated", "tanh is flat at x = 4, so little gets through."),
        ("x = -6\nsigmoid(x)", "Saturated", "sigmoid is flat at x = −6, so little gets through."),
        ("x = -2\nrelu(x)", "Dead", "relu lets nothing through at x = −2."),
        ("x = 0\ny = 5\nx*y", "Amplified", "The gradient gets 5 times as large."),
        ("x = 0\ny = 5\ny*x", "Blocked", "The local derivative is 0: nothing gets through."),
        ("x = 1\ny = 5\nmax(x, y)", "Blocked", "max lets nothing through at x = 1 and y = 5."),
        ("x = 0\nsqrt(x)", "No slope", "The slope of sqrt is infinite at x = 0."),
        ("x = -1\nlog(x)", "", "All of the gradient gets through, with its sign turned."),
        ("x = 0.25\nx*0.5", "", "0.5 of the gradient gets through."),
    ],
)
def test_what_comes_of_a_gradient_is_said_from_the_numbers_at_hand(source, verdict, why):
    first = flows(walk(source))[0]
    assert first.verdict == verdict
    assert first.why.endswith(why)


def test_a_constant_misses_no_gradient_and_a_condition_between_constants_is_not_worth_saying():
    to_base, to_constant = flows(walk("x = -3\ny = x^2"))
    assert plain_line(to_base.lines[0]) == "∂y/∂x = 2 · x^(2 − 1)"
    assert plain_line(to_constant.lines[0]) == "∂y/∂2 = y · log(x), if\N{NO-BREAK SPACE}x ≠ 0"
    assert to_constant.text == "2 is a constant: it needs no gradient, and none is missed."
    assert [factor.role for factor in to_constant.factors] == ["upstream", "local"]


def test_every_flow_says_the_why_of_its_row():
    for op in OPS.values():
        walked = traced(op, [0.5, 0.75][: op.arity], 2.0)
        for part in flows(walked, "out"):
            assert part.lesson == op.why


def test_a_lesson_is_given_once_a_step():
    walked = walk("x = 2\ny = 3\nz = x*y")
    step = walked.step_of(walked.computed[2] + 2, "node")
    first, second = explain(walked, step, "node").parts
    assert (first.lesson, second.lesson) == (OPS["mul"].why, "")


@pytest.mark.parametrize(
    ("source", "rate", "why"),
    [
        ("w = 2\ny = 3*w", 0.1, "A larger w makes y larger, so w goes down."),
        ("w = 2\ny = -w", 0.1, "A larger w makes y smaller, so w goes up."),
        (
            "w = 2\ny = -w",
            -0.1,
            "A larger w makes y smaller; the rate is negative, so w goes down.",
        ),
        ("w = 2\ny = 0*w", 0.1, "Its gradient is 0, so w stays."),
        ("w = 2\ny = 3*w", 0.0, "The rate is 0, so w stays."),
        ("w = 2\ny = 1e-20*w", 0.1, "The step is too small to count, so w stays."),
        ("w = 0\ny = sqrt(w)", 0.1, "Its gradient is ∞, so w is no finite number from now on."),
        ("w = 2", 0.1, "It is the output itself, and goes down."),
    ],
)
def test_an_update_says_why_a_leaf_goes_where_it_goes(source, rate, why):
    program = parse(source)
    walked = trace(program.graph, program.leaves({}), rate)
    assert explain_event(walked, len(walked.events) - 1).why == why


def test_an_update_shows_as_many_digits_as_tell_old_from_new():
    program = parse("w = 2\ny = 0.00001*w")
    walked = trace(program.graph, program.leaves({}))
    part = explain_event(walked, len(walked.events) - 1)
    assert (row(part, "old"), row(part, "new")) == ("2", "1.999999")


def test_an_update_by_a_wrong_gradient_says_so():
    walked = walk("a = 1\ny = 2*a - 5*a", mistakes={"overwrite"})
    part = explain_event(walked, len(walked.events) - 1)
    assert part.verdict == "Wrong"
    assert part.why == "The gradient of a should be −3: the mistake has moved it wrongly."


def test_a_value_that_is_not_finite_says_why_where_it_begins():
    walked = walk("x = 1\ninner = sqrt(x - 2)\ny = 2*inner")
    inner = explain_event(walked, walked.computed[node(walked, "inner")])
    assert inner.verdict == "Trouble"
    assert inner.why == "sqrt has no real value at −1. sqrt(x) needs x ≥ 0."
    assert explain_event(walked, walked.computed[node(walked, "y")]).why == ""


def test_beside_nan_the_displayed_slope_still_comes_out():
    walked = walk("x = 1.3\ns = sigmoid(x*2)\ny = s*log(x - 2)")
    (part,) = flows(walked, "s")
    assert rounds_to(meaning(part.lines[-1].right[0][1]), row(part, "local"))


def test_what_a_mask_shuts_is_no_product():
    walked = walk("x = -1\nr = relu(x)\ny = sqrt(r)")
    (part,) = flows(walked, "r")
    assert plain_line(part.sums[0]) == "∂y/∂r · ∂r/∂x = 0, nothing gets through"


def test_a_long_sum_shows_what_came_before_and_what_comes_now():
    walked = walk("x = 3\ny = x + x + x + x + x + x + x")
    words = [f.words for part in flows(walked) for f in part.factors if f.role == "sum"]
    assert words[-3:] == ["1 + 1 + 1 + 1 + 1", "5 + 1", "6 + 1"]


def test_a_wrong_number_is_told_with_the_right_one_beside_it():
    first, second = flows(walk("a = 3\nb = a + a", mistakes={"overwrite"}))
    assert (first.verdict, second.verdict) == ("", "Wrong")
    assert second.why == "The gradient of a should be 2 by now."
    assert row(second, "sum") is None  # nothing is added where the last path overwrites


def test_what_another_pass_has_left_stands_first_in_the_sum():
    parts = flows(walk("a = 3\nb = a + a", mistakes={"unzeroed"}))
    words = [f.words for part in parts for f in part.factors if f.role == "sum"]
    assert words == ["1 + 1", "2 + 1", "2 + 1 + 1"]


@settings(max_examples=40)
@given(
    made=written(),
    inputs=st.lists(st.floats(-4, 4) | st.sampled_from([0.0, 1e-8, 1e200]), min_size=8, max_size=8),
    grain=st.sampled_from(GRAINS),
    mistakes=st.sets(st.sampled_from(["overwrite", "order", "unzeroed"])),
)
def test_every_step_of_any_program_is_told_in_one_sentence_and_sound_markup(
    made, inputs, grain, mistakes
):
    walked = walk(made.text, dict(zip(numbers_of(), inputs, strict=True)), mistakes)
    for step in range(walked.total(grain)):
        told = explain(walked, step, grain)
        assert told.text.endswith(".")
        assert "\n" not in told.text
        for part in told.parts:
            for line in (*part.lines, *part.sums, *filter(None, [part.rule])):
                ET.fromstring(f"<div>{mathml(line)}</div>")


def test_the_rule_to_predict_from_holds_no_number_that_would_tell():
    walked = walk("x = 3\ny = tanh(x) * relu(x)")
    rules = [
        explain_event(walked, e).rule
        for e in walked.computed
        if walked.graph.op(walked.events[e].node)
    ]
    assert [plain_line(rule) if rule else None for rule in rules] == [
        "tanh(x)", None, "y = tanh(x) · relu(x)"
    ]  # fmt: skip
