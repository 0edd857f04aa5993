"""The frozen structure: evaluation order, operands, what is kept of each node."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expr import Expr
from engine.graph import LEAF, NO_OPERAND, Graph, in_evaluation_order, leaf_numbers
from engine.ops import OPS
from engine.program import parse


@st.composite
def results(draw):
    """Draw an Expr over shared leaves, of any shape."""
    nodes = [Expr(draw(st.floats(-2, 2)), label=f"x{k}") for k in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(1, 12))):
        op = draw(st.sampled_from(list(OPS.values())))
        nodes.append(Expr.of(op, *(draw(st.sampled_from(nodes)) for _ in op.params)))
    return nodes[-1]


@given(output=results())
def test_every_operand_stands_before_its_user_and_the_output_last(output):
    graph = Graph.of(output)
    assert all(max(operands) < node for node, _, operands in graph.steps)
    assert graph.output == len(graph) - 1
    assert in_evaluation_order(output)[-1] is output


@given(output=results())
def test_each_node_stands_once_and_only_what_the_output_needs(output):
    nodes = in_evaluation_order(output)
    assert len(set(map(id, nodes))) == len(nodes) == len(Graph.of(output))
    used = {operand for _, _, operands in Graph.of(output).steps for operand in operands}
    assert used == set(range(len(nodes) - 1))


@given(output=results())
def test_the_structure_is_that_of_the_expressions(output):
    nodes, graph = in_evaluation_order(output), Graph.of(output)
    for node, expr in enumerate(nodes):
        assert graph.op(node) is expr.op
        assert [nodes[operand] for operand in graph.operands_of(node)] == list(expr.operands)
        assert graph.labels[node] == expr.label
        assert graph.learnable[node] == expr.learnable
        assert graph.constant[node] == expr.constant


def test_nodes_stand_in_the_order_they_were_made():
    b, a = Expr(1.0, label="b"), Expr(2.0, label="a")
    assert Graph.of(a * b + a).labels == ("b", "a", None, None)


def test_a_repeated_operand_stands_twice():
    x = Expr(3.0)
    graph = Graph.of(x * x)
    assert len(graph) == 2
    assert graph.operands_of(1) == (0, 0)


def test_a_leaf_has_neither_op_nor_operands():
    graph = Graph.of(Expr(1.0, label="x"))
    assert (graph.op(0), graph.operands_of(0), graph.steps) == (None, (), ())
    assert graph.codes.tolist() == [LEAF]
    assert graph.operands.tolist() == [[NO_OPERAND] * 2]
    assert graph.leaves.tolist() == [True]


def test_the_structure_is_frozen():
    graph = Graph.of(Expr(1.0) + 1)
    with pytest.raises(AttributeError):
        graph.labels = ("x",)


def test_leaf_numbers_are_the_data_of_every_node():
    x = Expr(2.0)
    y = x * 3
    assert leaf_numbers(in_evaluation_order(y)).tolist() == [[2.0], [3.0], [6.0]]


def test_arrays_have_the_types_the_kernels_read():
    graph = Graph.of(Expr(1.0).tanh() + 2)
    assert graph.codes.dtype == np.int16
    assert graph.operands.dtype == np.int32
    assert (graph.codes.shape, graph.operands.shape) == ((4,), (4, 2))
    assert (graph.constant.dtype, graph.learnable.dtype) == (bool, bool)


def test_a_graph_read_from_text_knows_the_words_of_each_node():
    graph = parse("y = x*x + 1\ntanh(y)").graph
    assert graph.words == ("x", "x*x", "1", "x*x + 1", "tanh(y)")
    assert Graph.of(Expr(1.0) + 1).words == ("", "1", "")
    assert Graph.of(Expr(1.0) + 1).spans == (None, None, None)


def test_no_walk_recurses():
    x = Expr(1.0)
    for _ in range(20_000):
        x = -x
    assert len(Graph.of(x)) == 20_001
