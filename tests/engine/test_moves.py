"""Moves: the output by the forward rules alone, with one node held elsewhere."""

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate import forward
from engine.moves import NUMBERS_AT_ONCE, Kinks, Late, Moves
from engine.program import parse
from tests.engine.graphs import graphs, numbers

STEPS = np.array([0.5, 0.125])


def moves_of(source, seconds=60.0, **inputs):
    program = parse(source)
    values = forward(program.graph, program.leaves(inputs))
    return Moves(program.graph, values, time.monotonic() + seconds)


@given(data=st.data())
def test_a_moved_leaf_leads_where_forward_leads(data):
    graph = data.draw(graphs(most=20))
    leaves = data.draw(numbers(graph, 1, st.floats(-3, 3)))
    moves = Moves(graph, forward(graph, leaves), math.inf)
    nodes = np.flatnonzero(graph.leaves)
    with np.errstate(all="ignore"):
        pairs = moves.pairs(nodes, np.full((len(nodes), 2), STEPS))
    for place, node in enumerate(nodes):
        moved = np.repeat(leaves, 2, axis=1)
        moved[node] += STEPS
        expected = forward(graph, moved)[graph.output]
        inside = np.isfinite(pairs.high[place])  # outside a domain there is no number
        assert pairs.high[place][inside].tolist() == expected[inside].tolist()


def test_a_node_is_moved_whatever_its_operands_say():
    moves = moves_of("y = x*x\ny*3", x=2.0)
    pairs = moves.pairs(np.array([1]), STEPS[None])
    assert (pairs.output, pairs.high.tolist()) == (12.0, [[13.5, 12.375]])
    assert pairs.low.tolist() == [[10.5, 11.625]]


def test_outside_a_domain_there_is_no_output():
    pairs = moves_of("0^y", y=0.125).pairs(np.array([1]), STEPS[None])
    assert np.isnan(pairs.low[0, 0])


def test_noise_is_a_few_bits_and_many_where_digits_cancel():
    assert moves_of("x*3", x=2.0).noise(np.array([0])) == pytest.approx(0.0, abs=1e-14)
    assert moves_of("(x + 1e6) - 1e6", x=1.0).noise(np.array([0])) > 1e-11
    assert moves_of("x*3", x=2.0).noise(np.array([2])).tolist() == [0.0]


def test_between_a_node_and_the_output_each_node_tells_where_it_is_led():
    moves = moves_of("y = x*x\nz = 5*x\ny + 1", x=2.0)
    pairs = moves.on_the_way(0, STEPS[None])  # z does not reach the output
    assert pairs.output[:, 0, 0].tolist() == [4.0, 5.0]
    assert pairs.high[:, 0].tolist() == [[6.25, 4.515625], [7.25, 5.515625]]
    assert pairs.low[:, 0].tolist() == [[2.25, 3.515625], [3.25, 4.515625]]
    assert (pairs.noise[:, 0, 0] > 0).all()
    assert moves.on_the_way(moves.graph.output, STEPS[None]).high.shape == (0, 1, 2)


def test_what_the_sum_of_a_gradient_cannot_keep_counts_as_spread():
    assert moves_of("z = x - x\nx*1e-20 - z", x=1.0).spread[0] > 1e-16


def test_the_spread_of_gradients_is_of_their_last_bits():
    moves = moves_of("tanh(x)*3", x=0.5)
    assert moves.spread.shape == (len(moves.graph),)
    assert 0 < moves.spread[0] < 1e-14


@pytest.mark.parametrize(("source", "x", "kinks"), [
    ("tanh(x)", 0.0, Kinks(0, 0, "")),
    ("relu(x)", 0.0, Kinks(1, 1, "relu")),
    ("relu(x)", 1.0, Kinks(1, 0, "")),
    ("relu(x) + abs(x - 1) + abs(x)", 0.0, Kinks(3, 2, "abs and relu")),
    ("y = relu(x)\nx*2", 0.0, Kinks(0, 0, "")),
])  # fmt: skip
def test_kinks_above_a_node_are_counted(source, x, kinks):
    assert moves_of(source, x=x).kinks(0) == kinks


def test_when_the_time_is_over_nothing_is_moved():
    with pytest.raises(Late):
        moves_of("x*3", seconds=-1.0, x=2.0).pairs(np.array([0]), STEPS[None])


def test_nodes_come_in_parts_with_room_and_ascending():
    moves = moves_of("x*3", x=2.0)
    nodes = np.arange(5)[::-1]
    assert [part.tolist() for part in moves.parts(nodes, STEPS)] == [[0, 1, 2, 3, 4]]
    many = np.zeros(NUMBERS_AT_ONCE // len(moves.graph) // 8)
    assert [part.tolist() for part in moves.parts(nodes, many)] == [[3, 4], [1, 2], [0]]
