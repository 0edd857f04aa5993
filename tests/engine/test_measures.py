"""How good weights are: losses, accuracy and confusion, over training and test samples."""

import numpy as np
import pytest

from tests.engine.learning import line, moons, neuron, program, trainer

THREE = """x1, x2, y = 1, 1, 0
a1, b1, a2, b2, a3, b3 = 1, 0, 0, 1, -1, -1
o1 = a1*x1 + b1*x2
o2 = a2*x1 + b2*x2
o3 = a3*x1 + b3*x2
l = log(exp(o1) + exp(o2) + exp(o3))
(y - 1)*(y - 2)/2*(l - o1) + y*(2 - y)*(l - o2) + y*(y - 1)/2*(l - o3)"""


@pytest.fixture(params=["native", "plain"])
def either(request, kernels):
    return kernels if request.param == "native" else None


def three(**columns):
    random = np.random.default_rng(5)
    x1, x2 = random.uniform(-1, 1, (2, 90))
    y = np.array([x1, x2, -x1 - x2]).argmax(axis=0)
    columns = {"x1": x1, "x2": x2, "y": np.where(random.random(90) < 0.1, 0, y)}
    return program(THREE, columns, ["o1", "o2", "o3"], classes=(0.0, 1.0, 2.0))


def test_one_prediction_stands_for_the_nearest_class(either):
    run = trainer(neuron(), either, rate=0.1, split=0.3)
    run.advance(50)
    rows = run.program.samples.table.rows
    predicted = np.where(np.tanh(rows[:, :2] @ run.weights[:2] + run.weights[2]) > 0, 1.0, -1.0)
    right = predicted == rows[:, 2]
    found = run.measure()
    assert found.accuracy == right[run.training].mean()
    assert found.test_accuracy == right[run.test].mean()
    true, taken = rows[run.test, 2], predicted[run.test]
    assert found.confusion == tuple(
        tuple(int(((true == a) & (taken == b)).sum()) for b in (-1, 1)) for a in (-1, 1)
    )


def test_of_several_logits_the_largest_is_predicted(either):
    run = trainer(three(), either)
    rows = run.program.samples.table.rows
    logits = np.array([rows[:, 0], rows[:, 1], -rows[:, 0] - rows[:, 1]])
    right = logits.argmax(axis=0) == rows[:, 2]
    found = run.measure()
    assert found.accuracy == right.mean() < 1
    assert found.test_loss is found.test_accuracy is None
    table = np.array(found.confusion)
    assert table.sum() == 90
    assert table.trace() == right.sum()
    assert table.sum(axis=1).tolist() == [int((rows[:, 2] == each).sum()) for each in range(3)]


def test_losses_are_means_over_all_training_and_all_test_samples(either):
    run = trainer(line(), either, rate=0.05, batch=7, split=0.25)
    run.advance(30)
    x, y = run.program.samples.table.rows.T
    losses = (run.weights[0] * x + run.weights[1] - y) ** 2
    found = run.measure()
    assert found.loss == pytest.approx(losses[run.training].mean(), rel=1e-12)
    assert found.test_loss == pytest.approx(losses[run.test].mean(), rel=1e-12)
    assert found[2:] == (None, None, ()), "numbers have no classes"


def test_the_full_batchs_loss_is_the_one_that_the_next_update_goes_by(either):
    run = trainer(neuron(), either, rate=0.1, split=0.2)
    run.advance(9)
    loss = run.measure().loss
    run.advance(1)
    assert run.curve.train(9)[1].tolist() == [loss]


def test_a_new_split_changes_what_is_measured_from_then_on(kernels):
    run = trainer(neuron(), kernels, rate=0.1)
    run.advance(5)
    assert run.measure().test_loss is None
    assert sum(map(sum, run.measure().confusion)) == 60
    run.change(type(run.regime)(numbers={"rate": 0.1}, split=0.5))
    assert (len(run.training), len(run.test)) == (30, 30)
    assert sum(map(sum, run.measure().confusion)) == 30
    run.rewind(4)
    assert len(run.test) == 0
    assert run.at(5).test_loss is not None


def test_test_losses_are_on_the_curve_where_they_were_measured(kernels):
    run = trainer(neuron(), kernels, rate=0.1, split=0.2)
    found = []
    for _ in range(4):
        run.advance(5)
        found.append(run.measure().test_loss)
        assert run.measure().test_loss == found[-1]
    steps, losses = run.curve.test()
    assert steps.tolist() == [5, 10, 15, 20]
    assert losses.tolist() == found


def test_without_a_prediction_there_is_no_accuracy(kernels):
    columns = moons(20)
    text = "x1, x2, y = 1, 1, 1\nw = 1\n(w*x1 + x2 - y)^2"
    run = trainer(program(text, columns, classes=(-1.0, 1.0)), kernels)
    assert run.measure()[2:] == (None, None, ())


def test_measuring_moves_nothing(either):
    run, other = (trainer(neuron(), either, optimizer="adam", batch=7, split=0.2) for _ in "ab")
    for _ in range(10):
        run.advance(3)
        run.measure()
        run.lane(3, {})
        run.field([5], 4, 4)
        run.health()
        run.residuals(5)
    other.advance(30)
    assert run.weights.tolist() == other.weights.tolist()
