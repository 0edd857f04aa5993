"""One lane, again and again: the numbers of Python's own passes, to the last bit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import evaluate
from engine.errors import TrainingError
from engine.onelane import OneLane
from engine.program import parse
from tests.engine.graphs import graphs, numbers
from tests.engine.learning import neuron, trainer


@pytest.fixture(params=["native", "plain"])
def either(request, kernels):
    return kernels if request.param == "native" else None


def same(ours, theirs):
    return np.array_equal(ours, theirs, equal_nan=True)


def agree(lane, graph, leaves):
    found = lane.evaluate(leaves[:, 0])
    with np.errstate(all="ignore"):
        values = evaluate.forward(graph, leaves)
        gradients = evaluate.gradients(graph, values)
        carried = [
            sum(gradients.edges[node, slot, 0] for slot in slots)
            for (_, node), slots in wires(graph).items()
        ]
    assert same(found.values, values[:, 0])
    assert same(found.gradients, gradients.nodes[:, 0])
    assert same(found.carried, carried)


def wires(graph):
    """Return the slots of each operand and node, in order."""
    found = {}
    for node, _, operands in graph.steps:
        for slot, operand in enumerate(operands):
            found.setdefault((operand, node), []).append(slot)
    return found


@given(graph=graphs(), data=st.data())
@settings(max_examples=100)
def test_values_gradients_and_wires_are_those_of_evaluate(kernels, graph, data):
    for each in (kernels, None):
        lane = OneLane(graph, each)
        assert [tuple(pair) for pair in lane.wires.tolist()] == list(wires(graph))
        for _ in range(2):
            agree(lane, graph, data.draw(numbers(graph, 1)))


def test_both_slots_of_a_repeated_operand_go_along_one_wire(either):
    graph = parse("x = 3\nx*x").graph
    lane = OneLane(graph, either)
    assert lane.wires.tolist() == [[0, 1]]
    assert lane.evaluate(np.array([3.0, 0.0])).carried.tolist() == [6.0]


def test_a_lane_is_a_sample_at_the_present_weights(either):
    run = trainer(neuron(), either, rate=0.1)
    run.advance(30)
    x1, x2, y = run.program.samples.table.rows[17].tolist()
    w1, w2, b = run.weights.tolist()
    found = run.lane(17, {})
    values = dict(zip(run.graph.labels, found.values.tolist(), strict=True))
    assert values["o"] == math.tanh(w1 * x1 + w2 * x2 + b)
    assert found.values[run.graph.output] == (values["o"] - y) ** 2
    assert found.gradients[run.graph.output] == 1.0
    assert run.wires.shape == (len(found.carried), 2)


def test_leaves_may_be_given_data_too(either):
    run = trainer(neuron(), either)
    fictional = run.lane(None, {"x1": 2.0, "x2": -1.0, "y": 0.5, "w1": 3.0, "nobody": 1.0})
    values = dict(zip(run.graph.labels, fictional.values.tolist(), strict=True))
    assert [values[name] for name in ("x1", "x2", "y", "w1", "w2")] == [2.0, -1.0, 0.5, 3.0, -0.3]
    moved = run.lane(17, {"x1": 2.0})
    x2 = run.program.samples.table.rows[17, 1]
    at = run.graph.labels.index
    assert moved.values[at("x1")] == 2.0
    assert moved.values[at("x2")] == x2
    assert run.lane(17, {}).values[at("x1")] != 2.0, "what was given is not kept"


def test_a_sample_that_there_is_not_is_refused(kernels):
    run = trainer(neuron(60), kernels)
    for sample in (-1, 60):
        with pytest.raises(TrainingError, match="they go from 0 to 59"):
            run.lane(sample, {})
