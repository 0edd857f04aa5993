"""Random graphs of every op, and numbers to put on them."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from engine.expr import Expr
from engine.graph import Graph
from engine.ops import OPS

USUAL = st.floats(-3, 3)
ANY = USUAL | st.sampled_from([0.0, -0.0, 1.0, math.inf, -math.inf, math.nan, 1e200, -1e-200, 2.0])


EVERY_OP = tuple(OPS.values())


@st.composite
def graphs(draw, ops=EVERY_OP, most=40):
    """Draw a graph of any shape over a few leaves; late nodes may not reach the output."""
    return Graph.of_nodes(*draw(nodes_and_output(ops, most)))


@st.composite
def nodes_and_output(draw, ops=EVERY_OP, most=40):
    """Draw the nodes of such a graph, and its output."""
    nodes = [Expr(1.0, label=f"x{k}") for k in range(draw(st.integers(1, 5)))]
    nodes += [Expr.inline(draw(st.sampled_from([0.0, 0.5, 2.0, -1.0])))]
    for _ in range(draw(st.integers(1, most))):
        op = draw(st.sampled_from(ops))
        nodes.append(Expr.of(op, *(draw(st.sampled_from(nodes)) for _ in op.params)))
    output = draw(st.sampled_from(nodes[-3:]))
    return nodes, output


@st.composite
def numbers(draw, graph, lanes, number=ANY):
    """Draw (n, lanes) with a number for every leaf."""
    drawn = np.zeros((len(graph), lanes))
    leaves = np.flatnonzero(graph.leaves)
    row = st.lists(number, min_size=lanes, max_size=lanes)
    drawn[leaves] = draw(st.lists(row, min_size=len(leaves), max_size=len(leaves)))
    return drawn
