"""Proof: no false alarm however hostile the numbers, and no wrong rule that goes unseen."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine.evaluate
import engine.graph
from engine.errors import GraphError
from engine.evaluate import backward, forward
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.ops import OPS
from engine.program import parse
from engine.proof import Check, Proof, prove
from engine.trace import trace
from tests.engine.graphs import graphs, numbers
from tests.engine.points import inside
from tests.engine.programs import numbers_of, written

HOSTILE = st.floats(-3, 3) | st.sampled_from(
    [0.0, 1.0, -1.0, 1e-8, -1e-7, 1e6, 30.0, -8.2, 1.5707, 1 - 1e-10, 1e-300, 1e-320, 1e200]
)
PLANTS = [(op, slot) for op in OPS.values() for slot in range(op.arity)]
LEAST = 1e-6  # a gradient below this may drown in rounding, so a hundredth of it does not show


def use(patch, row):
    """Put a row in place of the one of its name, where graphs and backprop look."""
    rows = tuple(row if old.name == row.name else old for old in OPS.values())
    patch.setattr(engine.graph, "ROWS", rows)
    patch.setattr(engine.evaluate, "ROWS", rows)


def proof_of(source, **inputs):
    program = parse(source)
    values = forward(program.graph, program.leaves(inputs))
    return program, prove(program.graph, values, backward(program.graph, values))


def check_of(source, name="x", **inputs):
    program, proof = proof_of(source, **inputs)
    node = program.input_named[name].node
    return next(check for check in proof.checks if check.node == node)


def marks(proof):
    return {check.mark for check in proof.checks}


def deep(length, grow):
    """Return graph and values of a chain: each node is `grow` of the last one and a new leaf."""
    node = Expr(0.5, label="x")
    for _ in range(length):
        node = grow(node)
    nodes = in_evaluation_order(node)
    graph = Graph.of_nodes(nodes, node)
    return graph, forward(graph, leaf_numbers(nodes))


@given(data=st.data())
@settings(max_examples=60)
def test_no_graph_of_right_rules_differs_whatever_its_numbers(data):
    graph = data.draw(graphs(most=20))
    values = forward(graph, data.draw(numbers(graph, 1, HOSTILE)))
    proof = prove(graph, values, backward(graph, values), seconds=60)
    assert len(proof.checks) == proof.asked == (~graph.constant).sum()
    assert [check for check in proof.checks if check.mark == "differs"] == []


@given(made=written())
@settings(max_examples=60)
def test_no_typed_program_differs(made):
    program = parse(made.text)
    known = {name: number for name, number in numbers_of().items() if name in program.input_named}
    values = forward(program.graph, program.leaves(known))
    assert "differs" not in marks(prove(program.graph, values, backward(program.graph, values)))


@pytest.mark.parametrize(("op", "slot"), PLANTS, ids=lambda x: getattr(x, "name", x))
@given(data=st.data())
@settings(max_examples=15)
def test_every_op_agrees_where_it_is_smooth_and_differs_with_a_partial_one_percent_off(
    op, slot, data
):
    output = Expr.of(op, *map(Expr, data.draw(inside(op))))
    nodes = in_evaluation_order(output)
    values = forward(Graph.of(output), leaf_numbers(nodes))
    place = nodes.index(output.operands[slot])

    def found(row):
        with pytest.MonkeyPatch.context() as patch:
            use(patch, row)
            graph = Graph.of(output)
            checks = prove(graph, values, backward(graph, values)).checks
        return next(check for check in checks if check.node == place)

    right = found(op)
    if abs(right.gradient) > LEAST:
        assert right.mark == "agrees"
        partials = list(op.partials)
        partials[slot] = f"({partials[slot]}) * 1.01"
        wrong = found(replace(op, partials=tuple(partials)))
        assert wrong.mark == "differs"
        assert wrong.relative == pytest.approx(0.01 / 1.01, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "partials", "source", "x"),
    [
        ("log", ("1 / log(x)",), "log(x)", 3.0),
        ("mul", ("x", "y"), "x*5", 2.0),
        ("tanh", ("1 - out",), "tanh(x)*3", 0.5),
        ("relu", ("0",), "relu(x) + x", 1e-7),
        ("relu", ("2",), "relu(x) + x", 0.5),
        ("sub", ("1", "1"), "1e6 - x", 2.0),
        ("pow", ("x**(y - 1)", "0"), "x^3", 1e-8),
        ("exp", ("x",), "exp(x)", 30.0),
        ("div", ("1 / y", "out / y"), "1/x", 1e-8),
    ],
)
def test_a_wrong_rule_differs(monkeypatch, name, partials, source, x):
    assert check_of(source, x=x).mark == "agrees"
    use(monkeypatch, replace(OPS[name], partials=partials))
    found = check_of(source, x=x)
    assert found.mark == "differs"
    assert found.note.startswith("Backprop says ")


def test_a_wrong_rule_differs_at_a_kink_too(monkeypatch):
    use(monkeypatch, replace(OPS["abs"], partials=("3",)))
    found = check_of("abs(x)", x=0.0)
    assert (found.mark, found.note) == (
        "differs",
        "At a kink of abs: the slope is −1 from the left and 1 from the right; backprop takes 3.",
    )


def test_an_overwritten_gradient_differs_and_only_that_one():
    program = parse("a = 3\nb = a + a\nb*2")
    wrong = trace(program.graph, program.leaves(), mistakes={"overwrite"})
    first, *others = prove(program.graph, wrong.values, wrong.gradients).checks
    assert (first.mark, first.gradient, first.relative) == ("differs", 2.0, 0.5)
    assert first.difference == pytest.approx(4.0, rel=1e-9)
    assert {check.mark for check in others} == {"agrees"}


@pytest.mark.parametrize(
    ("source", "x"),
    [
        ("log(x)", 1e-8),
        ("x*x", 1e6),
        ("exp(x)", 30.0),
        ("relu(x)", 1e-7),
        ("relu(x - 1 + 1e-7)", 1.0),
        ("x*x*x", 0.0),
        ("sqrt(x)", 1e-12),
        ("tan(x)", 1.5707),
        ("(x + 1e6) - 1e6", 1.0),
        ("relu(x)*5", -1.0),
        ("sin(x)^2 + x", 1e-300),
        ("x^2", -3.0),
        ("max(x, x)", 2.0),
        ("x + 1e-9*tanh(1e9*(x - 1))", 1.0),
    ],
)
def test_badly_scaled_slopes_agree(source, x):
    found = check_of(source, x=x)
    assert (found.mark, found.note) == ("agrees", "")
    assert found.relative < 1e-4


@pytest.mark.parametrize(
    ("source", "x", "left", "right", "takes"),
    [
        ("relu(x)", 0.0, "0", "1", "0"),
        ("abs(x)", 0.0, "−1", "1", "0"),
        ("leaky_relu(x)", 0.0, "0.01", "1", "0.01"),
        ("max(x, 2)", 2.0, "0", "1", "0.5"),
        ("x*x + 3*abs(x)", 0.0, "−3", "3", "0"),
    ],
)
def test_at_a_kink_both_slopes_are_told(source, x, left, right, takes):
    found = check_of(source, x=x)
    name = source.split("(")[0].split("*")[-1]
    assert found.mark == "kink"
    assert found.note == (
        f"At a kink of {name}: the slope is {left} from the left and {right} from the right; "
        f"backprop takes {takes}."
    )


def test_a_kink_nearer_than_rounding_lets_see_is_told():
    found = check_of("abs(x - 1 + 1e-15)", x=1.0)
    assert found.mark in {"kink", "unmeasured"}
    assert found.note


def test_kinks_that_meet_are_no_wrong_rule():
    """relu(x) - relu(-x) is x, but backprop takes slope 0 of either at 0: convention, no error."""
    found = check_of("relu(x) - relu(-x)", x=0.0)
    assert (found.gradient, found.mark) == (0.0, "kink")
    assert found.difference == pytest.approx(1.0)
    assert "relu" in found.note


@pytest.mark.parametrize(
    ("source", "x", "words"),
    [
        ("sqrt(x)", 0.0, "The gradient here is ∞"),
        ("log(x)", -1.0, "The output here is nan"),
        ("x^1.5", 0.0, "no finite value on one side"),
        ("tanh(x)", 18.0, "Rounding hides the slope"),
        ("gelu(x)", -12.0, "Rounding hides the slope"),
        ("tanh(x)", math.inf, "The value here is ∞"),
    ],
)
def test_what_cannot_be_measured_says_why(source, x, words):
    program = parse(source)
    leaves = program.leaves({"x": 0.0})
    leaves[program.input_named["x"].node] = x
    values = forward(program.graph, leaves)
    found = prove(program.graph, values, backward(program.graph, values)).checks[0]
    assert found.mark == "unmeasured"
    assert words in found.note


@pytest.mark.parametrize(
    ("source", "x"),
    [
        ("1/x + 1e23", 1e-6),  # steps of 1 leave the pole's range, and the sum hides it
        ("1/x + 1e17*x + 1e23", 1e-6),
        ("sin(x) + x", 1e30),  # a step of one bit leads anywhere in the wave
        ("tan(sin(-x))", 1e17),
        ("y = 0*x\n1e20*x + sin(1e99*x + y)", 0.0),
        ("((1e200 + x) - 1e200)*1e200", 0.8),  # a bit of the sum is more than any number
        ("z = x - x\nx*1e-20 - z", -1e-7),  # 1e-20 - 1 + 1 is 0 in backprop's own sum
    ],
)
def test_what_only_seems_to_differ_is_not_said_to(source, x):
    assert "differs" not in marks(proof_of(source, x=x)[1])


def marked(source, gradient, **inputs):
    """Return the mark of x where backprop is said to have this gradient."""
    program = parse(source)
    values = forward(program.graph, program.leaves(inputs))
    given_ = backward(program.graph, values)
    node = program.input_named["x"].node
    given_[node] = gradient
    checks = prove(program.graph, values, given_).checks
    return next(check.mark for check in checks if check.node == node)


@pytest.mark.parametrize(
    ("source", "x"),
    [
        ("x + 1e17", 2.0),
        ("x + 1e15", 2.0),
        ("1e3*x + 1e17", 2.0),
        ("1e-5*x + 1e9", 2.0),
        ("cos((x + 1e200)/-2.5)", 1.0),
        ("sin(x + 1)", 1e23),
    ],
)
def test_a_gradient_of_0_is_not_proved_by_a_sum_that_swallows_every_move(source, x):
    assert marked(source, 0.0, x=x) == "unmeasured"


@pytest.mark.parametrize(
    ("source", "x"),
    [
        ("relu(x) + 1", -1e-7),
        ("relu(x)*3 + 5", -2.0),
        ("max(x, 3)*2 + 1", 1.0),
        ("x*0 + 1e6", 1e-5),
        ("tanh(x)*2", 30.0),
        ("tanh(relu(x))", -1.0),
        ("(x - x)*7 + 1", 3.0),
        ("x^0 + 5", 2.0),
        ("x*x + 4", 0.0),
    ],
)
def test_a_gradient_of_0_agrees_where_it_is_0_and_a_planted_one_differs(source, x):
    assert marked(source, 0.0, x=x) == "agrees"
    assert marked(source, 0.01, x=x) == "differs"


def test_what_the_output_does_not_depend_on_agrees_at_zero():
    _, proof = proof_of("z = 2*x\nx + 1", x=3.0)
    assert marks(proof) == {"agrees"}
    assert Check(2, 0.0, 0.0, 0.0, "agrees", "") in proof.checks


def test_constants_are_not_asked_for():
    program, proof = proof_of("2*x + 3", x=1.0)
    assert proof.asked == len(proof.checks) == len(program.graph) - 2
    assert not any(program.graph.constant[check.node] for check in proof.checks)


def test_the_worst_is_of_those_that_agree():
    checks = (
        Check(0, 1.0, 1.0, 1e-9, "agrees"),
        Check(1, 1.0, 1.0, 1e-8, "agrees"),
        Check(2, 1.0, 2.0, 0.5, "differs"),
    )
    assert Proof(checks, 3).worst == 1e-8
    assert Proof(checks[2:], 3).worst == 0.0


def test_in_no_time_nothing_is_reached_and_all_is_asked():
    graph, values = deep(10, lambda node: node.tanh())
    assert prove(graph, values, backward(graph, values), seconds=0.0) == Proof((), 11)


def test_all_of_some_hundred_nodes_are_checked():
    graph, values = deep(66, lambda node: (node * Expr(0.9) + 0.1).tanh())
    proof = prove(graph, values, backward(graph, values), seconds=60)
    assert len(proof.checks) == proof.asked == 265


def test_what_the_time_does_not_reach_is_left_out_and_leaves_come_first():
    graph, values = deep(2500, lambda node: (node + Expr(0.01)).sin())
    proof = prove(graph, values, backward(graph, values), seconds=0.5)
    assert len(proof.checks) < proof.asked == 7501
    assert all(graph.leaves[check.node] for check in proof.checks)


def test_a_wrong_gradient_beside_a_slope_beyond_all_numbers_does_not_agree():
    program = parse("x*1e8")
    values = forward(program.graph, program.leaves({"x": 1.78e300}))
    assert np.isfinite(values).all()
    wrong = backward(program.graph, values)
    wrong[0, 0] *= 1.5
    (check,) = [c for c in prove(program.graph, values, wrong).checks if c.node == 0]
    assert check.mark != "agrees"
    assert all(
        np.isfinite(c.difference)
        for c in prove(program.graph, values, wrong).checks
        if c.mark == "agrees"
    )


def test_the_same_question_has_the_same_answer():
    graph, values = deep(20, lambda node: (node * 1.3).sin() + 1e6)
    gradients = backward(graph, values)
    assert prove(graph, values, gradients) == prove(graph, values, gradients)


def test_numbers_of_another_graph_are_refused():
    program = parse("x*x")
    good, bad = np.ones((2, 1)), np.ones((3, 1))
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(GraphError, match="2 nodes"):
            prove(program.graph, *pair)
