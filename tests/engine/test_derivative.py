"""Derivatives as graphs: what they come to, what they look like, and that they decide anew."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.derivative import grad
from engine.errors import ExprError
from engine.evaluate import forward, gradients
from engine.expr import FUNCTIONS, Expr, move
from engine.graph import Graph, formula, in_evaluation_order, leaf_numbers
from engine.losses import mse
from engine.nn import MLP
from engine.ops import OPS
from tests.engine.graphs import nodes_and_output
from tests.engine.points import FROM_A_KINK, inside

every_op = pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
NUMBERS = st.floats(-3, 3) | st.sampled_from([0.0, 1.0, -1.0, 2.0])
relu, tanh, maximum = FUNCTIONS["relu"], FUNCTIONS["tanh"], FUNCTIONS["max"]


def words(node):
    """Return a node as a formula over its leaves."""
    graph = Graph.of(node)
    named = node.constant or node.label
    return graph.name(graph.output) if named else formula(graph, graph.output)


def leaves_of(node):
    return [each for each in in_evaluation_order(node) if each.op is None and not each.constant]


def over(op, point):
    """Return an op over leaves named as its params, and these."""
    leaves = [Expr(number, label=name) for name, number in zip(op.params, point, strict=True)]
    return Expr.of(op, *leaves), leaves


# numbers


@given(drawn=nodes_and_output(most=14), data=st.data())
@settings(max_examples=150)
def test_it_is_what_backward_finds_on_any_graph(drawn, data):
    _, output = drawn
    leaves = leaves_of(output)
    for leaf in leaves:
        leaf.data = data.draw(NUMBERS)
    found = dict(zip(leaves, grad(output, leaves), strict=True))
    below = in_evaluation_order(output)
    graph = Graph.of_nodes(below, output)
    backward = gradients(graph, forward(graph, leaf_numbers(below)))
    sizes = np.abs(backward.edges[np.isfinite(backward.edges)])
    lost = 1e-14 * sizes.max(initial=0.0)  # what rounding leaves of terms that cancel
    for node, wanted in zip(below, backward.nodes[:, 0].tolist(), strict=True):
        if node in found and math.isfinite(wanted):
            assert found[node].data == pytest.approx(wanted, rel=1e-12, abs=lost)


@every_op
@given(data=st.data())
@settings(max_examples=12)
def test_second_derivatives_are_the_slopes_of_first_ones(op, data):
    point = data.draw(inside(op))
    if op.name == "pow" and abs(point[1]) < FROM_A_KINK:
        point[1] = 1.0  # at an exponent of 0 a gate is shut
    output, leaves = over(op, point)
    for first, slope in zip(grad(output, leaves), op.slope, strict=True):
        assert first.data == pytest.approx(slope(*point, output.data), rel=1e-12, abs=1e-300)
        seconds = grad(first, leaves)
        for slot, second in enumerate(seconds):
            wanted = difference(op, slope, point, slot)
            assert second.data == pytest.approx(
                wanted, rel=1e-5, abs=1e-7 * max(1, abs(first.data))
            )


def difference(op, slope, point, slot, step=1e-4):
    """Return the slope of a slope along one operand, to the fourth order of the step."""

    def at(move):
        moved = list(point)
        moved[slot] += move
        return slope(*moved, op.value(*moved))

    return (8 * (at(step) - at(-step)) - at(2 * step) + at(-2 * step)) / (12 * step)


def test_the_cube_differentiated_three_times_is_six():
    x = Expr(2.0, label="x")
    first = grad(x**3, x)
    second = grad(first, x)
    third = grad(second, x)
    assert [words(each) for each in (first, second, third)] == ["3*x^2", "6*x", "6"]
    assert [each.data for each in (first, second, third)] == [12.0, 12.0, 6.0]
    x.data = -5.0
    assert [each.recalculate().data for each in (first, second, third)] == [75.0, -30.0, 6.0]
    assert grad(third, x).data == 0.0


def test_a_derivative_is_a_graph_that_lanes_run_through():
    x = Expr(2.0, label="x")
    graph = Graph.of(grad(grad(x**3, x), x))
    lanes = np.array([[0.0, 1.0, -2.0, 0.5]] * len(graph))
    lanes[graph.constant] = 6.0
    assert forward(graph, lanes)[graph.output].tolist() == [0.0, 6.0, -12.0, 3.0]


def test_a_penalty_on_a_slope_learns():
    x, w = Expr(0.5, label="x"), Expr(3.0, label="w")
    loss = mse(grad(tanh(w * x), x), 0.25)
    before = loss.data
    for _ in range(50):
        loss.learn(0.1)
    assert loss.recalculate().data < before / 100
    assert w.data != 3.0


@pytest.mark.parametrize("wrt", ["leaf", "result"])
def test_a_slope_goes_by_any_node_and_only_over_what_lies_between(wrt):
    x = Expr(0.5, label="x")
    h = tanh(x * 3)
    found = grad(h * h * x, h if wrt == "result" else x)
    (h * h * x).backward()
    assert found.data == pytest.approx((h if wrt == "result" else x).grad)
    assert grad(x * h, h) is x


def test_of_several_there_is_a_list_in_their_order():
    a, b = Expr(2.0, label="a"), Expr(3.0, label="b")
    assert [each.data for each in grad(a * b * b, [b, a, b])] == [12.0, 9.0, 12.0]
    assert grad(a * b, ()) == []


def test_what_nothing_depends_on_has_a_slope_of_zero():
    a, b = Expr(2.0), Expr(3.0)
    found = grad(a * a, b)
    assert (found.constant, found.data) == (True, 0.0)
    assert grad(a, a).data == 1.0
    assert grad(FUNCTIONS["below"](a, b) * b, a).data == 0.0


def test_stale_values_are_brought_up_to_date_first():
    x = Expr(2.0)
    y = x.exp()
    x.data = 0.0
    assert grad(y, x).data == 1.0


def test_a_leaf_that_was_moved_is_found_as_the_output_has_it():
    w = Expr(2.0, label="w")
    before = w**2
    move(w, 5.0)
    after = w**2
    assert (grad(before, w).data, grad(after, w).data) == (4.0, 10.0)


def test_no_chain_is_too_deep():
    x = Expr(0.5)
    y = x
    for _ in range(1_000):
        y = -(tanh(y) * 1.1) + relu(y) * 0.5
    slope = grad(y, x)
    y.backward()
    assert slope.data == pytest.approx(x.grad, rel=1e-9)
    for _ in range(11_000):
        y = -y
    assert abs(grad(y * y, x).data) == pytest.approx(abs(2 * y.data * x.grad), rel=1e-9)


@pytest.mark.parametrize("bad", [(2.0, Expr(1.0)), (Expr(1.0), 2.0), (Expr(1.0), ["x"])])
def test_what_is_no_node_is_refused(bad):
    with pytest.raises(ExprError, match="grad takes Exprs, not"):
        grad(*bad)


# kinks, masks, and leaves that change


@every_op
def test_conditions_decide_anew_when_leaves_change(op):
    output, leaves = over(op, (0.5, 0.75)[: op.arity])
    slopes = grad(output, leaves)
    for point in ([-0.5, 0.25], [0.0, 0.0], [0.75, 0.75], [0.9, 0.1], [0.0, 2.0], [2.0, 0.0]):
        for leaf, number in zip(leaves, point, strict=False):
            leaf.data = number
        output.recalculate()
        for slot, slope in enumerate(slopes):
            numbers = point[: op.arity]
            wanted = op.slope[slot](*numbers, output.data)
            if not (op.masks and op.blocked[slot](*numbers)):
                assert slope.recalculate().data == pytest.approx(wanted, rel=1e-12, nan_ok=True)
            else:
                assert slope.recalculate().data == 0.0


@every_op
def test_a_mask_blocks_an_infinite_gradient_too(op):
    if not op.masks:
        return
    for point in ([-1.0, 2.0], [0.0, 0.0], [2.0, 0.0], [0.0, 1.0]):
        output, leaves = over(op, point[: op.arity])
        steep = Expr(math.inf, label="steep")
        for slot, slope in enumerate(grad(steep * output, leaves)):
            wanted = math.inf * op.slope[slot](*point[: op.arity], output.data)
            shut = op.blocked[slot](*point[: op.arity])
            assert slope.data == pytest.approx(0.0 if shut else wanted, nan_ok=True)


@pytest.mark.parametrize(
    ("make", "at", "slopes"),
    [
        (relu, 0.0, [0.0]),
        (lambda x: relu(x) * relu(x), 3.0, [6.0]),
        (lambda x: 1 / relu(x), -1.0, [0.0]),
        (abs, 0.0, [0.0]),
        (lambda x: maximum(x, x), 2.0, [1.0]),
        (lambda x: maximum(x, 2.0), 2.0, [0.5]),
        (lambda x: x**0, 0.0, [0.0]),
        (lambda x: x**2, 0.0, [0.0, 2.0]),
        (lambda x: relu(x) ** 2, 3.0, [6.0, 2.0]),
        (lambda x: relu(x) ** 2, -3.0, [0.0, 0.0]),
        (FUNCTIONS["elu"], -1.0, [math.exp(-1), math.exp(-1), math.exp(-1)]),
        (lambda x: relu(x.log()), -1.0, [-1.0]),
    ],
)
def test_at_a_kink_the_slope_is_the_stated_one(make, at, slopes):
    x = Expr(at)
    y = make(x)
    for wanted in slopes:
        y = grad(y, x)
        assert y.data == pytest.approx(wanted)


# how they read


@pytest.mark.parametrize(
    ("name", "slope", "second"),
    [
        ("exp", "y", "y"),
        ("log", "1/x", "-s/x"),
        ("sin", "cos(x)", "-sin(x)"),
        ("tanh", "1 - y^2", "-2*y*s"),
        ("sigmoid", "y*(1 - y)", "(1 - y - y)*s"),
        ("softplus", "sigmoid(x)", "s*(1 - s)"),
        ("relu", "unless(at_most(x, 0), 1)", "0"),
        ("abs", "below(0, x) + unless(below(0, x), -below(x, 0))", "0"),
        ("elu", "when(at_most(x, 0), exp(x)) + unless(at_most(x, 0), 1)", "at_most(x, 0)*exp(x)"),
        ("neg", "-1", "0"),
    ],
)
def test_it_reads_like_what_a_person_derives(name, slope, second):
    output, (x,) = over(OPS[name], [0.5])
    output.label = "y"
    first = grad(output, x)
    assert words(first) == slope
    first.label = first.label or "s"
    assert words(grad(first, x)) == second


def test_sums_products_and_shared_values_read_so_too():
    x, w = Expr(0.5, label="x"), Expr(2.0, label="w")
    assert words(grad(x * x, x)) == "x + x"
    assert words(grad(tanh(w * x, label="h"), w)) == "(1 - h^2)*x"
    assert words(grad(tanh(x * 3, label="h") * 2 - w, x)) == "6*(1 - h^2)"
    assert words(grad(w / x, x)) == "-w/x/x"
    assert grad(x * w, x) is w
    assert words(grad(x**w, x)) == "when(w, w*x^(w - 1))"


def test_values_of_the_graph_are_taken_and_not_computed_again():
    x = Expr(0.5, label="x")
    y = x.sin() * x.cos()
    slope = grad(y, x)
    made = [node.op.name for node in in_evaluation_order(slope) if node.op]
    assert (made.count("sin"), made.count("cos")) == (1, 1)


def test_it_holds_only_what_it_needs():
    x, w = Expr(0.5, label="x"), Expr(2.0, label="w")
    slope = grad(tanh(x * w) + x.exp() * x.sin(), w)
    assert {node.op.name for node in in_evaluation_order(slope) if node.op} == {
        "mul", "tanh", "sub", "pow",
    }  # fmt: skip


def test_scopes_are_those_of_the_graph_within_one_of_its_own():
    net = MLP(2, [3, 1], activation="tanh", seed=1)
    x = Expr(0.5, label="x")
    slope = grad(net(x, 1.0), x)
    paths = Graph.of(slope).scopes.paths
    name = net(x, 1.0).scope.path.partition(".")[0]
    assert f"grad.{name}.layer1.neuron2" in paths
    assert sum(path.split(".")[0] == "grad" for path in paths) >= 4
