"""Names found together are those that each node has by itself."""

import pytest
from hypothesis import given

from app.examples import EXAMPLES
from engine.expr import Expr
from engine.graph import Graph
from engine.names import every_name
from engine.nn import MLP
from engine.program import parse
from tests.engine.graphs import graphs


def one_by_one(graph):
    return tuple(graph.name(node) for node in range(len(graph)))


@given(graph=graphs())
def test_of_a_random_graph(graph):
    assert every_name(graph) == one_by_one(graph)


@pytest.mark.parametrize("source", [row.source for row in EXAMPLES], ids=lambda text: text[:12])
def test_of_a_typed_program(source):
    graph = parse(source).graph
    assert every_name(graph) == one_by_one(graph)


def test_of_a_network_called_again_and_again():
    network = MLP(2, [3, 3, 1])
    outputs = [network([Expr(0.5, label="x"), Expr(0.1)]) for _ in range(4)]
    graph = Graph.of(sum(outputs, Expr(0.0)))
    names = every_name(graph)
    assert names == one_by_one(graph)
    assert len(set(names)) < len(graph) / 2
