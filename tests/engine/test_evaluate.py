"""Forward and backward over (nodes, lanes), edge by edge, and where trouble begins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.evaluate import (
    backward,
    broken_slopes,
    flows,
    forward,
    gradients,
    needs,
    problems,
    slopes,
)
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.ops import OPS
from engine.program import parse
from tests.engine.graphs import graphs, numbers
from tests.engine.test_graph import results


def numbered(output):
    graph = Graph.of(output)
    return graph, forward(graph, leaf_numbers(in_evaluation_order(output)))


def troubles(source):
    program = parse(source)
    values = forward(program.graph, program.leaves())
    return [
        (program.graph.words[found.node], found.message)
        for found in problems(program.graph, values)
    ]


@given(output=results())
def test_the_flows_into_a_node_sum_to_its_gradient(output):
    graph, values = numbered(output)
    sums = np.zeros(len(graph))
    sums[graph.output] = 1.0
    for flow in flows(graph, values):
        with np.errstate(all="ignore"):
            sums[flow.operand] = sums[flow.operand] + flow.contribution
        shut = graph.op(flow.node).masks and flow.local == 0 and flow.contribution == 0
        if not (shut and not np.isfinite(flow.upstream)):
            assert flow.contribution == pytest.approx(flow.upstream * flow.local, nan_ok=True)
        assert flow.total == pytest.approx(sums[flow.operand], nan_ok=True)
        assert graph.operands_of(flow.node)[flow.slot] == flow.operand
    assert backward(graph, values)[:, 0] == pytest.approx(sums, nan_ok=True)


@pytest.mark.parametrize(
    ("source", "name"),
    [("1/relu(x)", "x"), ("1/(max(y, x + 1) - 2)", "y"), ("log(x^0 - 1)", "x")],
)
@pytest.mark.parametrize("lanes", [1, 3])
def test_a_shut_gate_lets_not_even_an_infinite_gradient_through(source, name, lanes):
    program = parse(source)
    leaves = np.repeat(program.leaves({"x": -1.0 if "relu" in source else 1.0}), lanes, axis=1)
    values = forward(program.graph, leaves)
    node = program.input_named[name].node
    assert (backward(program.graph, values)[node] == 0).all()


@given(output=results())
def test_a_node_is_taken_only_when_all_its_users_have_been(output):
    graph, values = numbered(output)
    waiting = {node: len(graph.operands_of(node)) for node in range(len(graph))}
    users = {
        node: {user for user, _, operands in graph.steps if node in operands} for node in waiting
    }
    for flow in flows(graph, values):
        assert all(waiting[user] == 0 for user in users[flow.node])
        waiting[flow.node] -= 1
    assert not any(waiting.values())


@given(output=results(), data=st.data())
@settings(max_examples=50)
def test_many_lanes_are_as_good_as_one_lane_at_a_time(output, data):
    graph = Graph.of(output)
    number = st.floats(-3, 3) | st.sampled_from([0.0, math.inf, math.nan, 1e200])
    rows = data.draw(st.lists(st.tuples(number, number, number), min_size=4, max_size=4))
    lanes = np.zeros((len(graph), 3))
    leaves = np.flatnonzero(graph.leaves)
    lanes[leaves] = np.array(rows)[: len(leaves)]
    together = forward(graph, lanes)
    found = gradients(graph, together)
    for lane in range(3):
        alone = forward(graph, lanes[:, [lane]])
        assert np.array_equal(together[:, [lane]], alone, equal_nan=True)
        again = gradients(graph, together[:, [lane]])
        assert np.array_equal(found.nodes[:, [lane]], again.nodes, equal_nan=True)
        assert np.array_equal(found.edges[..., [lane]], again.edges, equal_nan=True)


@given(x=st.floats(-2, 2), w=st.floats(-2, 2))
def test_gradients_are_the_slopes_that_differences_find(x, w):
    program = parse("h = tanh(x*w + 0.5*x)\nh*h + softplus(w - h)*x")

    def output(**inputs):
        return forward(program.graph, program.leaves(inputs))[-1, 0]

    values = forward(program.graph, program.leaves({"x": x, "w": w}))
    slopes = backward(program.graph, values)[:, 0]
    step = 1e-6
    for name, number in (("x", x), ("w", w)):
        up, down = ({"x": x, "w": w, name: number + move} for move in (step, -step))
        difference = (output(**up) - output(**down)) / (2 * step)
        assert slopes[program.input_named[name].node] == pytest.approx(
            difference, rel=1e-6, abs=1e-7
        )


def test_the_edges_hold_what_each_node_hands_to_each_operand():
    x, y = Expr(3.0), Expr(4.0)
    graph, values = numbered(x * y + x)
    found = gradients(graph, values)
    assert found.edges[..., 0].tolist() == [[0, 0], [0, 0], [4, 3], [1, 1]]
    assert found.nodes[:, 0].tolist() == [5, 3, 1, 1]


def test_the_output_has_gradient_one_even_where_it_is_a_leaf():
    graph, values = numbered(Expr(3.0))
    assert backward(graph, values).tolist() == [[1.0]]
    assert list(flows(graph, values)) == []


def test_only_the_rows_of_leaves_are_read():
    x = Expr(3.0)
    graph = Graph.of(x * x)
    assert forward(graph, np.array([[3.0], [math.nan]])).tolist() == [[3.0], [9.0]]
    start = np.array([[3.0], [0.0]])
    forward(graph, start)
    assert start.tolist() == [[3.0], [0.0]]


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (2,), (3, 5)])
def test_numbers_of_another_graph_are_refused(shape):
    graph = Graph.of(Expr(3.0).tanh())
    with pytest.raises(GraphError, match="2 nodes"):
        forward(graph, np.zeros(shape))
    with pytest.raises(GraphError, match="2 nodes"):
        backward(graph, np.zeros(shape))


def test_no_lane_is_no_trouble():
    graph = Graph.of(Expr(3.0).tanh())
    assert forward(graph, np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x*x", []),
        ("2*log(x - 2)", [("log(x - 2)", "log has no real value at −1. log(x) needs x > 0.")]),
        ("1/(x - 1)", [("1/(x - 1)",
         "1 / 0 has no finite value. It needs a divisor other than 0.")]),
        ("(x - 3)^0.5", [("(x - 3)^0.5",
         "pow has no real value at (−2, 0.5). pow(x, y) needs x > 0 or a whole y.")]),
        ("exp(1000)", [("exp(1000)", "exp(1000) is too large: numbers end near 1.8e308.")]),
        ("(x - 1)^(-2)", [("(x - 1)^(-2)", "pow(0, −2) grows without bound: the result is ∞.")]),
        ("asin(x + 1)", [("asin(x + 1)",
         "asin has no real value at 2. asin(x) needs −1 ≤ x ≤ 1.")]),
        ("1e308*10*x", [("1e308*10", "mul(1e308, 10) is too large: numbers end near 1.8e308.")]),
        ("1e300/1e-300", [("1e300/1e-300",
         "div(1e300, 1e−300) is too large: numbers end near 1.8e308.")]),
    ],
)  # fmt: skip
def test_trouble_is_named_where_it_begins(source, found):
    assert troubles(source) == found


def test_what_only_hands_trouble_on_is_not_blamed():
    assert [words for words, _ in troubles("a = log(-1)\nb = a + 1\nexp(b)*a")] == ["log(-1)"]
    assert [words for words, _ in troubles("sqrt(-1) + log(-1)")] == ["sqrt(-1)", "log(-1)"]


def test_trouble_is_looked_for_in_the_lane_that_is_asked_for():
    program = parse("log(x)")
    values = forward(program.graph, np.array([[1.0, -1.0], [0.0, 0.0]]))
    assert problems(program.graph, values) == []
    assert [found.node for found in problems(program.graph, values, lane=1)] == [1]


@given(data=st.data())
def test_what_begins_trouble_is_what_a_walk_finds(data):
    graph = data.draw(graphs())
    values = forward(graph, data.draw(numbers(graph, 2)))
    for lane in range(2):
        finite = np.isfinite(values[:, lane])
        begins = [
            node
            for node, _, operands in graph.steps
            if not finite[node] and all(finite[k] for k in operands)
        ]
        assert [found.node for found in problems(graph, values, lane)] == begins


@given(data=st.data())
def test_the_slopes_that_break_are_what_a_walk_finds(data):
    graph = data.draw(graphs())
    values = forward(graph, data.draw(numbers(graph, 1)))
    last = {}
    for flow in flows(graph, values):
        begins = math.isfinite(flow.upstream) and not math.isfinite(flow.contribution)
        if begins and np.isfinite(values[flow.node, 0]) and not graph.constant[flow.operand]:
            last[flow.node] = flow
    found = broken_slopes(graph, values)
    assert found == broken_slopes(graph, values, gradients(graph, values))
    assert [each.node for each in found] == sorted(last)
    for node, message in found:
        local = last[node].local
        words = "is infinite" if math.isinf(local) else "does not exist"
        assert ("too large" if math.isfinite(local) else words) in message


@given(data=st.data())
def test_slopes_are_those_of_the_flows(data):
    graph = data.draw(graphs())
    lanes = data.draw(st.integers(1, 3))
    values = forward(graph, data.draw(numbers(graph, lanes)))
    found, seen = slopes(graph, values), np.zeros((len(graph), 2, lanes))
    with np.errstate(all="ignore"):
        for flow in flows(graph, values):
            seen[flow.node, flow.slot] = flow.local
    assert np.array_equal(found, seen, equal_nan=True)
    assert np.array_equal(np.signbit(found[found == 0]), np.signbit(seen[seen == 0]))


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.domain], ids=lambda op: op.name)
def test_every_domain_reads_as_mathematics(op):
    words = needs(op.domain)
    assert not set(words) & set("=-()") or op.name == "pow"
    assert "==" not in words
