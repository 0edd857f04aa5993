"""Nodes where no sample is: over two features, along one, and the residuals of many."""

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.plane import MARGIN
from engine.program import parse
from tests.engine.learning import line, moons, neuron, perceptron, program, trainer


@pytest.fixture(params=["native", "plain"])
def either(request, kernels):
    return kernels if request.param == "native" else None


def test_a_field_has_each_node_at_the_middle_of_each_cell_bottom_up(either):
    run = trainer(neuron(), either, rate=0.1)
    run.advance(20)
    at = run.graph.labels.index
    found = run.field([at("o"), at("x1"), at("x2"), at("y"), at("w1")], 8, 5)
    (low, high), (bottom, top) = run.domain
    across = low + (np.arange(8) + 0.5) * (high - low) / 8
    up = bottom + (np.arange(5) + 0.5) * (top - bottom) / 5
    x1, x2 = np.meshgrid(across, up)
    w1, w2, b = run.weights
    assert found.shape == (5, 5, 8)
    assert found[0] == pytest.approx(np.tanh(w1 * x1 + w2 * x2 + b), rel=1e-12)
    assert found[1] == pytest.approx(x1)
    assert found[2] == pytest.approx(x2)
    assert (found[3] == 0).all(), "no sample is there, so no target"
    assert (found[4] == w1).all()


def test_a_field_follows_the_weights(either):
    run = trainer(neuron(), either, rate=0.1)
    node = [run.graph.labels.index("o")]
    first = run.field(node, 12, 12)
    run.advance(10)
    assert not np.array_equal(run.field(node, 12, 12), first)
    run.rewind(0)
    assert np.array_equal(run.field(node, 12, 12), first)
    assert run.field(node, 3, 4).shape == (1, 4, 3)


def test_the_domain_is_what_the_samples_span_and_a_margin(kernels):
    run = trainer(line(), kernels)
    assert run.domain == ((-2 - 4 * MARGIN, 2 + 4 * MARGIN),)
    alone = program("x, y, w = 1, 1, 1\nx*w - y", {"x": [3.0, 3.0], "y": [0.0, 1.0]})
    assert trainer(alone, kernels).domain == ((2.0, 4.0),)
    assert trainer(parse("w*w"), kernels).domain == ()


def test_features_beyond_the_second_stay_at_their_means(kernels):
    columns = moons(20)
    more = {"x1": columns["x1"], "x2": columns["x2"], "x3": np.arange(20.0), "y": columns["y"]}
    learning = program("x1, x2, x3, y = 1, 1, 1, 1\nw = 2\no = w*x3 + x1\no - y + x2", more, ["o"])
    run = trainer(learning, kernels)
    found = run.field([run.graph.labels.index("x3")], 4, 4)
    assert (found == 9.5).all()


def test_a_fitted_curve_reaches_both_ends_of_the_domain(either):
    run = trainer(line(), either, rate=0.1)
    run.advance(200)
    (found,) = run.fitted([run.graph.labels.index("o")], 50)
    w, b = run.weights
    assert found == pytest.approx(w * np.linspace(*run.domain[0], 50) + b)


def test_another_number_of_features_is_refused(kernels):
    with pytest.raises(TrainingError, match="two features"):
        trainer(line(), kernels).field([0], 4, 4)
    with pytest.raises(TrainingError, match="one feature"):
        trainer(neuron(), kernels).fitted([0], 4)
    with pytest.raises(TrainingError, match="two features"):
        trainer(parse("w*w"), kernels).field([0], 4, 4)


def test_residuals_are_predictions_beside_targets(either):
    run = trainer(line(), either, rate=0.1)
    run.advance(50)
    rows = run.program.samples.table.rows
    chosen, predicted, target = run.residuals(1000)
    assert chosen.tolist() == list(range(40))
    w, b = run.weights
    assert predicted == pytest.approx(w * rows[:, 0] + b)
    assert target.tolist() == rows[:, 1].tolist()
    few, predicted, target = run.residuals(7)
    assert len(few) == len(predicted) == len(target) == 7
    assert target.tolist() == rows[few, 1].tolist()


def test_without_a_prediction_there_are_no_residuals(kernels):
    learning = program("x, y, w = 1, 1, 1\nx*w - y", {"x": [1.0, 2.0], "y": [0.0, 1.0]})
    assert [len(part) for part in trainer(learning, kernels).residuals(10)] == [0, 0, 0]


def test_thumbnails_of_every_neuron_come_at_once(kernels):
    weights = np.linspace(-1, 1, 337)
    run = trainer(perceptron((2, 16, 16, 1), weights, moons()), kernels)
    neurons = [node for node, _, _ in run.graph.steps if run.graph.labels[node]]
    assert len(neurons) == 33
    assert run.field(neurons, 12, 12).shape == (33, 12, 12)
