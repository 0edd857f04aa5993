"""A run: the same commands give the same bits, any step can be gone back to, and all may change."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import history
from engine.errors import OptimizerError, TrainingError
from engine.lanes import Lanes
from engine.optimizers import OPTIMIZERS
from engine.program import parse
from engine.training import Regime, Trainer
from tests.engine.learning import NEURON, SEED, line, moons, neuron, perceptron, program, trainer

FIGURES = json.loads((Path(__file__).parents[1] / "data/run_figures.json").read_text("utf-8"))
CASES = pytest.mark.parametrize(
    "case",
    FIGURES["cases"],
    ids=lambda case: f"{case['optimizer']}-{case['batch'] or 'full'}-{case['schedule']}",
)


@pytest.fixture(params=["native", "plain"])
def either(request, kernels):
    return kernels if request.param == "native" else None


@pytest.fixture
def _often(monkeypatch):
    """Take snapshots so often, and keep so few, that they are thinned."""
    monkeypatch.setattr(history, "SPACING", 8)
    monkeypatch.setattr(history, "MOST", 9)


def bits(run):
    return run.weights.tolist(), run.gradient.tolist()


@CASES
def test_a_hundred_updates_are_those_of_pytorch(kernels, case):
    learning = perceptron(FIGURES["widths"], FIGURES["weights"], FIGURES["columns"])
    names = ("optimizer", "numbers", "batch", "split", "l1", "schedule", "horizon")
    regime = Regime(**{name: case[name] for name in names})
    run = Trainer(learning, {}, regime, FIGURES["seed"], kernels)
    assert run.weights.tolist() == FIGURES["weights"]
    for step, weights in case["weights"].items():
        run.advance(int(step) - run.step)
        assert run.weights == pytest.approx(weights, rel=1e-9, abs=1e-12)
    assert run.curve.train()[1] == pytest.approx(case["losses"], rel=1e-9)
    assert run.step == 100


def test_every_optimizer_has_its_figures_full_batch_and_mini_batch():
    for whole in (True, False):
        cases = [each for each in FIGURES["cases"] if (each["batch"] is None) == whole]
        assert {each["optimizer"] for each in cases} == set(OPTIMIZERS)


def test_the_same_commands_give_the_same_bits_however_they_are_cut(either):
    runs = [trainer(neuron(), either, optimizer="adam", batch=7, split=0.2) for _ in range(2)]
    runs[0].advance(90)
    for count in (1, 2, 40, 0, 46, 1):
        runs[1].advance(count)
    assert bits(runs[0]) == bits(runs[1])
    assert runs[0].curve.train()[1].tolist() == runs[1].curve.train()[1].tolist()
    other = Trainer(neuron(), {}, runs[0].regime, SEED + 1, either)
    other.advance(90)
    assert bits(other) != bits(runs[0])


def changed(kernels):
    """Return a run of many changes, and what its weights and gradient were at every step."""
    run = trainer(neuron(), kernels, rate=0.1, batch=7)
    seen = [bits(run)]

    def play(count):
        for _ in range(count):
            run.advance(1)
            seen.append(bits(run))

    play(37)
    run.change(replace(run.regime, optimizer="momentum", numbers={"rate": 0.02}))
    play(5)
    run.set_weight("w1", 0.25)
    seen[-1] = bits(run)
    play(11)
    run.change(replace(run.regime, batch=10, split=0.3, l1=0.01))
    play(30)
    run.change(replace(run.regime, optimizer="adam", numbers={"rate": 0.05}, batch=None))
    run.change(replace(run.regime, schedule="cosine", horizon=150, locked=frozenset({"b"})))
    play(40)
    return run, seen


@pytest.mark.usefixtures("_often")
def test_every_step_is_found_again_and_playing_on_repeats_what_was(either):
    run, seen = changed(either)
    losses = run.curve.train(0, 1000)[1].tolist()
    assert run.reached == len(seen) - 1 == 123
    for step in (*range(0, 124, 11), 37, 42, 53, 83, 123):
        run.rewind(step)
        assert (run.step, run.reached) == (step, 123)
        assert bits(run) == seen[step]
    for step in (3, 36, 37, 38, 83, 84):
        run.rewind(step)
        run.advance(123 - step)
        assert bits(run) == seen[123]
    assert run.curve.train(0, 1000)[1].tolist() == losses
    assert not run.curve.branches
    again, _ = changed(either)
    again.rewind(50)
    for each in (run, again):
        each.advance(200 - each.step)
    assert bits(run) == bits(again)


@pytest.mark.usefixtures("_often")
def test_the_regime_is_as_it_was_then_but_for_when_to_stop(kernels):
    run, _ = changed(kernels)
    run.change(replace(run.regime, stop_after=500))
    optimizers = []
    for step in (0, 36, 37, 82, 83, 123):
        run.rewind(step)
        optimizers.append(run.regime.optimizer)
        assert run.regime.stop_after == 500
    assert optimizers == ["sgd", "sgd", "momentum", "momentum", "adam", "adam"]
    assert run.reached == 123, "when to stop changes nothing that was"


@pytest.mark.usefixtures("_often")
def test_what_is_changed_behind_makes_a_branch(either):
    run, seen = changed(either)
    run.rewind(60)
    run.change(replace(run.regime, numbers={"rate": 0.001}))
    assert (run.step, run.reached) == (60, 60)
    steps, losses = run.curve.branches[-1]
    assert steps.tolist() == list(range(59, 123))
    assert run.curve.count == 60
    run.advance(63)
    assert bits(run) != seen[123]
    assert run.regime.optimizer == "momentum", "later changes are of the other branch"
    assert run.curve.train(61)[1].tolist() != losses[2:].tolist()
    run.rewind(59)
    assert bits(run) == seen[59]


def test_a_weight_set_behind_makes_a_branch_too(kernels):
    run = trainer(neuron(), kernels, rate=0.1)
    run.advance(20)
    run.rewind(10)
    run.set_weight("w2", 3.0)
    assert run.reached == 10
    run.advance(5)
    there = bits(run)
    run.rewind(10)
    assert run.weights[1] == 3.0
    run.advance(5)
    assert bits(run) == there


@pytest.mark.usefixtures("_often")
def test_a_step_that_was_is_told_without_going_there(either):
    run, seen = changed(either)
    run.rewind(90)
    here = bits(run), run.regime
    for step in (0, 42, 53, 90, 123):
        moment = run.at(step)
        assert moment.step == step
        assert list(moment.parameters.values()) == seen[step][0]
        assert list(moment.parameters) == list(run.names)
        assert (bits(run), run.regime) == here
        run.rewind(step)
        measure = run.measure()
        assert moment[1:4] == (measure.loss, measure.test_loss, measure.accuracy)
        assert moment[5:] == (measure.test_accuracy, measure.confusion)
        run.rewind(90)
    run.advance(33)
    assert bits(run) == seen[123]


def test_steps_that_were_not_are_refused(kernels):
    run = trainer(line(), kernels, rate=0.1)
    run.advance(5)
    for step in (-1, 6):
        for call in (run.rewind, run.at):
            with pytest.raises(TrainingError, match="they go from 0 to 5"):
                call(step)


def test_starting_anew_keeps_the_first_weights_and_the_regime_of_now(either):
    run = trainer(neuron(), either, rate=0.1, batch=7)
    run.set_weight("w1", 2.0)
    first = run.weights.tolist()
    run.advance(40)
    run.change(replace(run.regime, numbers={"rate": 0.5}))
    run.advance(3)
    version = run.curve.version
    run.reset()
    assert run.weights.tolist() == first
    assert first[0] == 2.0
    assert (run.step, run.reached, run.curve.count, run.regime.rate) == (0, 0, 0, 0.5)
    assert run.curve.version > version
    run.advance(9)
    run.rewind(0)
    assert run.weights.tolist() == first


def test_new_weights_are_drawn_by_their_seed(kernels):
    run, same = trainer(neuron(), kernels), trainer(neuron(), kernels, weights=9)
    drawn = np.random.default_rng(9).uniform(-1, 1, 3).tolist()
    assert run.weights.tolist() == [0.5, -0.3, 0.1]
    run.advance(10)
    run.reset(weights=9)
    assert run.weights.tolist() == same.weights.tolist() == drawn
    run.advance(10)
    run.rewind(0)
    assert run.weights.tolist() == drawn


def test_an_epoch_goes_once_through_the_training_samples(kernels):
    run = trainer(neuron(50), kernels, batch=8, split=0.2)
    assert (run.epoch_size, run.epochs) == (5, 0)
    run.advance(12)
    assert run.epochs == 2.4
    run.change(replace(run.regime, batch=None))
    assert (run.epoch_size, run.epochs) == (1, 3), "new batches begin a new epoch"
    run.advance(4)
    assert run.epochs == 7
    run.rewind(11)
    assert run.epochs == 2.2


def test_it_stops_after_so_many_updates(either):
    run = trainer(line(), either, rate=0.1, stop_after=25)
    assert run.advance(100) == 25
    assert run.stopped.kind == "done"
    assert run.stopped.sentence == "Done: 25 updates were taken."
    assert run.advance(1) == 0
    run.rewind(10)
    assert run.stopped is None
    assert run.advance(100) == 15
    run.change(replace(run.regime, stop_after=30))
    assert run.stopped is None
    assert run.advance(100) == 5


@pytest.mark.parametrize("batch", [None, 7])
def test_it_stops_when_the_training_loss_is_small_enough(either, batch):
    run = trainer(line(), either, rate=0.1, batch=batch, stop_below=0.02)
    run.advance(1000)
    stop, loss = run.stopped, run.measure().loss
    assert stop.kind == "done"
    assert loss < 0.02
    assert f"at step {run.step}, below 0.02" in stop.sentence
    before = max(run.step - run.epoch_size, 0)
    assert run.at(before).loss >= 0.02
    assert run.advance(10) == 0
    run.change(replace(run.regime, stop_below=None))
    assert run.advance(10) == 10


def test_without_data_the_output_itself_is_the_loss(either):
    run = trainer(parse("w = 3\nw*w"), either, rate=0.1, batch=4, split=0.5)
    run.advance(60)
    assert run.measure() == (run.weights[0] ** 2, None, None, None, ())
    assert run.measure().loss < 1e-4
    assert len(run.curve.train()[0]) == 60


def test_what_learns_is_named_as_the_program_names_it(kernels):
    run = trainer(neuron(), kernels)
    assert run.names == ("w1", "w2", "b")
    assert [run.graph.labels[node] for node in run.parameters] == ["w1", "w2", "b"]
    twice = trainer(parse("w = 1\nv = w*2\nw = 3\nv + w*w"), kernels)
    assert twice.names == ("w", "w#2")


def test_numbers_of_leaves_may_be_given(kernels):
    run = Trainer(neuron(), {"w2": 7.0}, Regime(), SEED, kernels)
    assert run.weights.tolist() == [0.5, 7.0, 0.1]


def test_what_cannot_be_is_refused(kernels):
    run = trainer(neuron(), kernels)
    with pytest.raises(TrainingError, match="no parameter called x1"):
        run.set_weight("x1", 1.0)
    with pytest.raises(TrainingError, match="cannot be set to nan"):
        run.set_weight("w1", float("nan"))
    with pytest.raises(TrainingError, match="no optimizer called lion"):
        run.change(Regime("lion"))
    with pytest.raises(OptimizerError, match="no setting called beta1"):
        trainer(neuron(), kernels, numbers={"beta1": 1.0})
    with pytest.raises(TrainingError, match="The seed is -1"):
        Trainer(neuron(), {}, Regime(), -1, kernels)
    with pytest.raises(TrainingError, match="Nothing learns here"):
        trainer(program("x, y = 1, 1\nx*y", {"x": [1.0], "y": [2.0]}), kernels)
    assert run.step == 0


def test_a_deadline_ends_it_after_one_update_at_least(either):
    run = trainer(neuron(), either, rate=0.1)
    assert 1 <= run.advance(10**9, deadline=0.0) < 10**6
    assert run.step == run.reached > 0


@pytest.mark.usefixtures("_often")
def test_snapshots_are_thinned_and_nothing_is_lost(kernels):
    run = trainer(neuron(), kernels, optimizer="adam", batch=7)
    run.advance(100)
    early = bits(run)
    run.advance(3000)
    late = bits(run)
    assert run._recording.history.spacing == 8 * 64
    run.rewind(100)
    assert bits(run) == early
    run.rewind(3100)
    assert bits(run) == late


def test_ten_thousand_updates_of_337_parameters_stay_under_50_megabytes(kernels):
    weights = np.random.default_rng(1).uniform(-1, 1, 337)
    learning = perceptron((2, 16, 16, 1), weights, moons(20), "relu")
    run = trainer(learning, kernels, optimizer="adam", batch=10)
    run.advance(10_000)
    assert len(run.names) == 337
    assert 1e6 < run.bytes < 5e7
    taken = sum(each.numbers.nbytes for each in run._recording.history._snapshots)
    assert taken <= history.MOST_BYTES + 8 * 3 * 337


def test_the_update_ahead_is_the_one_that_is_taken(either):
    run = trainer(neuron(), either, optimizer="adam", batch=7, l1=0.01, schedule="linear")
    run.advance(13)
    ahead = run.ahead()
    assert ahead.samples == 7
    assert ahead.nodes == run.parameters
    assert ahead.weights.tolist() == run.weights.tolist()
    run.advance(1)
    assert ahead.new.tolist() == run.weights.tolist()
    assert ahead.gradient.tolist() == run.gradient.tolist()
    assert ahead.t == 14


def test_the_gradient_is_the_mean_over_the_batch_of_the_last_update(kernels):
    run = trainer(neuron(), kernels, rate=0.1)
    assert run.gradient.tolist() == [0.0, 0.0, 0.0]
    columns = run.program.samples.table.rows.T
    bound = dict(zip(run.program.samples.nodes, columns, strict=True))
    lanes = Lanes(run.graph, parse(NEURON).written[:, 0], bound, kernels)
    run.advance(1)
    assert run.gradient.tolist() == lanes.gradient()[1].tolist()
