"""Paths: every one of a small graph, the largest of a large one, and how many there are."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.evaluate import backward, flows, forward
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.ops import OPS
from engine.paths import Path, Paths, paths
from engine.program import parse
from tests.engine.graphs import graphs, numbers

FINITE = st.floats(-3, 3) | st.sampled_from([0.0, 1.0])
CORNERS = FINITE | st.sampled_from([math.inf, math.nan, 1e200])
SMOOTH = [OPS[name] for name in ("add", "sub", "mul", "sin", "cos", "tanh", "relu", "max", "abs")]


def numbered(source, **inputs):
    program = parse(source)
    return program, forward(program.graph, program.leaves(inputs))


def paths_of(source, name, **inputs):
    program, values = numbered(source, **inputs)
    return paths(program.graph, values, program.input_named[name].node)


def every_path(graph, values, start):
    """Walk all paths, one by one: (nodes, slopes, product), in no order."""
    ups = {}
    for flow in flows(graph, values):
        op, operands = graph.op(flow.node), graph.operands_of(flow.node)
        at = [values[operand, 0] for operand in operands]
        shut = bool(op.masks) and op.blocked[flow.slot](*at)
        ups.setdefault(flow.operand, []).append((flow.node, flow.local, shut))
    found, waiting = [], [((start,), (), ())]
    while waiting:
        nodes, slopes, gates = waiting.pop()
        if nodes[-1] == graph.output:
            product = 1.0
            for slope, shut in zip(reversed(slopes), reversed(gates), strict=True):
                product = 0.0 if shut else product * slope
            found.append((nodes, slopes, product))
        for node, slope, shut in ups.get(nodes[-1], ()):
            waiting.append(((*nodes, node), (*slopes, slope), (*gates, shut)))
    return found


def sizes(products):
    return sorted((math.inf if math.isnan(p) else abs(p) for p in products), reverse=True)


def few_paths(draw, ops, number):
    graph = draw(graphs(ops=ops, most=10))
    return graph, forward(graph, draw(numbers(graph, 1, number)))


@given(data=st.data())
@settings(max_examples=60)
def test_with_room_for_all_every_path_is_there_once(data):
    graph, values = few_paths(data.draw, tuple(OPS.values()), CORNERS)
    node = data.draw(st.integers(0, len(graph) - 1))
    wanted = every_path(graph, values, node)
    found = paths(graph, values, node, most=len(wanted) + 1)
    assert found.count == len(wanted) == len(found.paths)
    assert sorted(map(repr, found.paths)) == sorted(
        f"Path(nodes={nodes}, slopes={slopes}, product={product})"
        for nodes, slopes, product in wanted
    )


@given(data=st.data(), most=st.integers(1, 5))
@settings(max_examples=60)
def test_those_returned_are_the_largest(data, most):
    graph, values = few_paths(data.draw, tuple(OPS.values()), CORNERS)
    node = data.draw(st.integers(0, len(graph) - 1))
    wanted = every_path(graph, values, node)
    found = paths(graph, values, node, most)
    products = [path.product for path in found.paths]
    assert found.count == len(wanted)
    assert sizes(products) == sizes(product for _, _, product in wanted)[:most]
    marks = [(not math.isnan(product), -abs(product)) for product in products]
    assert marks == sorted(marks)


@given(data=st.data())
@settings(max_examples=60)
def test_the_products_sum_to_the_gradient(data):
    graph, values = few_paths(data.draw, SMOOTH, FINITE)
    gradients = backward(graph, values)[:, 0]
    for node in range(len(graph)):
        found = paths(graph, values, node, most=2000)
        assert len(found.paths) == found.count
        products = [path.product for path in found.paths]
        room = 1e-12 * sum(map(abs, products))
        assert sum(products) == pytest.approx(gradients[node], rel=1e-12, abs=room)


def test_a_repeated_operand_makes_two_paths_over_the_same_nodes():
    found = paths_of("x*x", "x", x=3.0)
    assert found.count == 2
    assert found.paths == (Path((0, 1), (3.0,), 3.0),) * 2


def test_the_output_has_one_path_to_itself():
    program, values = numbered("x*y", x=2.0, y=3.0)
    found = paths(program.graph, values, program.graph.output)
    assert found == Paths((Path((program.graph.output,), (), 1.0),), 1)


def test_what_the_output_does_not_depend_on_has_no_path():
    program, values = numbered("z = x + 1\nu = z*2\nx*3", x=2.0)
    aside = program.graph.labels.index("u")
    assert paths(program.graph, values, aside) == Paths((), 0)
    assert paths_of("z = x + 1\nu = z*2\nx*3", "x", x=2.0).count == 1


def test_through_a_shut_gate_the_product_is_zero_even_under_an_infinite_slope():
    (path,) = paths_of("1/relu(x)", "x", x=-1.0).paths
    assert path.slopes[0] == 0.0
    assert math.isinf(path.slopes[1])
    assert path.product == 0.0


def test_equal_products_stand_in_evaluation_order_then_by_slot():
    source = "a = x + 1\nb = x + 2\nc = x + 3\n(b + a) + c"
    found = paths_of(source, "x", x=1.0)
    program, _ = numbered(source, x=1.0)
    names = [program.graph.labels[path.nodes[1]] for path in found.paths]
    assert names == ["a", "b", "c"]
    left, right = paths_of("x*x - 0.5", "x", x=1.0), paths_of("x - x", "x", x=1.0)
    assert [path.product for path in left.paths] == [1.0, 1.0]
    assert [path.product for path in right.paths] == [1.0, -1.0]


def test_nan_stands_first_even_where_a_zero_was_the_smallest():
    """0 times the infinite slope of sqrt at 0 is nan, though 0 is the least of what comes after."""
    found = paths_of("s = sqrt(x)\n4*s + 3*s + 0*s", "x", x=0.0)
    program, values = numbered("s = sqrt(x)\n4*s + 3*s + 0*s", x=0.0)
    node = program.input_named["x"].node
    (first,) = paths(program.graph, values, node, most=1).paths
    assert math.isnan(first.product)
    assert [path.product for path in found.paths[1:]] == [math.inf, math.inf]


def test_more_paths_than_atoms_are_counted_exactly():
    node = x = Expr(1.0, label="x")
    for step in range(2500):
        node = (node * 0.5 + node * 0.25).tanh() if step % 7 == 0 else node + node
    graph = Graph.of(node)
    values = forward(graph, leaf_numbers(in_evaluation_order(node)))
    found = paths(graph, values, in_evaluation_order(node).index(x))
    assert found.count == 2**2500
    assert len(found.paths) == 20


def test_a_chain_of_5000_nodes_is_one_path():
    node = Expr(0.5, label="x")
    for _ in range(5000):
        node = node.sin()
    graph = Graph.of(node)
    values = forward(graph, leaf_numbers(in_evaluation_order(node)))
    (path,) = paths(graph, values, 0).paths
    assert path.nodes == tuple(range(5001))
    assert path.product == backward(graph, values)[0, 0]


def test_numbers_of_another_graph_are_refused():
    program, _ = numbered("x*x", x=1.0)
    with pytest.raises(GraphError, match="2 nodes"):
        paths(program.graph, np.zeros((3, 1)), 0)
