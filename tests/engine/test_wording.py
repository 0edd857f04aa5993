"""The words of a walk: names cut short, slopes by what they are, what comes of a gradient."""

import pytest

from engine.program import parse
from engine.trace import trace
from engine.wording import AMPLIFIED, LONGEST_NAME, name_of, op_word, slope_words, verdict


def walk(source):
    program = parse(source)
    return trace(program.graph, program.leaves({}))


def flow(walked, name, slot=0):
    """Return the flow that a named node hands to one of its operands."""
    named = walked.graph.name
    return next(
        e for e in walked.events if e.kind == "flow" and (named(e.node), e.slot) == (name, slot)
    )


@pytest.mark.parametrize("slope", ["5", "-0.5", "1", "0.3"])
def test_of_a_gradient_of_0_it_is_said_that_there_is_nothing_to_hand_on(slope):
    walked = walk(f"x = 2\nh = {slope}*x\nz = 0\ny = h*z")
    said = verdict(walked, flow(walked, "h", 1))
    assert said == ("", "The gradient of h is 0, so there is nothing to hand on.")


@pytest.mark.parametrize(
    ("slope", "word", "why"),
    [
        (5, "Amplified", "The gradient gets 5 times as large."),
        (-5, "Amplified", "The gradient gets 5 times as large, with its sign turned."),
        (AMPLIFIED, "Amplified", "The gradient gets 2 times as large."),
        (1.5, "", "The gradient gets 1.5 times as large."),
        (1, "", "All of the gradient gets through."),
        (-1, "", "All of the gradient gets through, with its sign turned."),
        (0.25, "", "0.25 of the gradient gets through."),
        (-0.25, "", "0.25 of the gradient gets through, with its sign turned."),
        (0, "Blocked", "The local derivative is 0: nothing gets through."),
    ],
)
def test_what_comes_of_a_gradient_is_said_by_the_size_of_the_slope(slope, word, why):
    walked = walk(f"x = 2\nh = {slope}*x\ny = 3*h")
    assert verdict(walked, flow(walked, "h", 1)) == (word, why)


def test_of_what_is_no_flow_there_is_nothing_to_say():
    walked = walk("x = 2\n3*x")
    for event in walked.events:
        if event.kind != "flow":
            assert verdict(walked, event) == ("", "")


def test_a_long_name_is_cut_in_a_sentence():
    graph = parse(f"y = tanh({' + '.join(['x'] * 60)})\ny").graph
    names = [name_of(graph, node) for node in range(len(graph))]
    assert max(map(len, names)) == LONGEST_NAME
    assert all(name.endswith("…") for name in names if len(name) == LONGEST_NAME)
    assert name_of(graph, 0, 1) == "x"


@pytest.mark.parametrize(
    ("source", "slot", "words"),
    [
        ("h = x*w", 0, "w's value"), ("h = x*w", 1, "x's value"), ("h = x*3", 0, "the constant 3"),
        ("h = exp(x)", 0, "h's value"), ("h = x + w", 0, "the slope of +"),
        ("h = x - w", 1, "the slope of −"), ("h = tanh(x)", 0, "the slope of tanh at x"),
        ("h = relu(x)", 0, "the slope of relu at x"), ("h = x/w", 1, "the slope of ÷ at x and w"),
        ("h = sigmoid(x)", 0, "the slope of sigmoid at x"),
    ],
)  # fmt: skip
def test_a_slope_is_called_by_what_it_is(source, slot, words):
    graph = parse(source).graph
    assert slope_words(graph, graph.output, slot) == words


def test_a_leaf_has_no_slope_and_an_op_its_sign_unless_that_is_a_letter():
    graph = parse("sigmoid(x) + abs(x)").graph
    assert slope_words(graph, 0, 0) == ""
    called = {op_word(graph.op(node)) for node in range(len(graph)) if graph.op(node)}
    assert called == {"sigmoid", "abs", "+"}
