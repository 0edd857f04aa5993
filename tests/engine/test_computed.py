"""What a graph, a program and its numbers are called in a terminal: one short line."""

from engine import Expr, Graph
from engine.computed import Computed
from engine.program import parse


def test_they_say_how_many_nodes_they_have_and_what_comes_out():
    program = parse("x = 3\ny = x*x")
    assert repr(program) == "Program of 2 nodes, output y"
    assert repr(program.graph) == "Graph of 2 nodes, output y"
    assert repr(Computed.of_program(program)) == "Computed graph of 2 nodes, output y = 9.0"
    assert repr(Graph.of(Expr(2.0, label="x"))) == "Graph of 1 node, output x"
