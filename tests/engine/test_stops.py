"""At the first number that is not finite a run stops, and says where it began and why."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine import troubles
from engine.program import parse
from tests.engine.learning import line, neuron, program, trainer


@pytest.fixture(params=["native", "plain"])
def either(request, kernels):
    return kernels if request.param == "native" else None


def stop(learning, kernels, updates=3000, **regime):
    run = trainer(learning, kernels, **regime)
    run.advance(updates)
    assert run.stopped, "it should have met trouble"
    assert run.stopped.kind == "trouble"
    assert run.stopped.step == run.step
    assert run.advance(10) == 0, "it goes no further"
    return run, run.stopped


def test_a_linear_regression_at_rate_1000_says_that_the_rate_is_too_high(either):
    run, found = stop(line(), either, rate=1000)
    assert found.sentence == (
        f"A power overflowed at step {run.step} in (o - y)^2; rate 1000 is too high for SGD here."
    )
    assert 5 < run.step < 100
    assert run.graph.name(found.node) == "(o - y)^2"
    shown = run.lane(found.sample, {}).values
    assert not math.isfinite(shown[found.node]), "the drawn lane shows it"
    assert np.isfinite(run.weights).all()


@pytest.mark.parametrize(
    ("activation", "sentence"),
    [
        (
            "exp",
            "exp overflowed at step 2 in mlp.layer1.neuron1; rate 10 is too high for SGD",
        ),
        ("relu", "A product overflowed at step 6 in mlp.layer2.neuron1; rate 10 is too high for"),
    ],
)
def test_an_overflow_in_a_network_names_its_neuron(either, activation, sentence):
    text = (
        'x1, x2, y = data("moons", n=40, noise=0.1, seed=1)\n'
        f"mlp = MLP(2, [4, 1], activation={activation}, seed=2)\n"
        "mse(mlp(x1, x2), y)"
    )
    run, found = stop(parse(text), either, rate=10)
    assert found.sentence.startswith(sentence)
    assert found.sample is not None
    assert not math.isfinite(run.lane(found.sample, {}).values[found.node])
    assert run.graph.scopes.path(found.node) in found.sentence


def test_a_logarithm_of_a_negative_number_blames_the_sample_that_met_it(either):
    learning = program(
        "x, y = 1, 1\nw = 2\no = log(w*x)\n(o - y)^2",
        {"x": [1.0, 2.0, -0.15, 3.0], "y": [0.0, 1.0, 0.0, 1.0]},
        ["o"],
    )
    _, found = stop(learning, either, rate=0.01)
    assert found.sentence == "log has no real value at −0.3: sample 3 at step 0 in o."
    assert (found.sample, found.step) == (2, 0)


def test_a_step_over_the_edge_of_a_domain_is_the_places_fault_not_the_rates(either):
    learning = parse("w = 0.5\no = log(w)\no*o*0 + w")
    run, found = stop(learning, either, rate=0.2)
    assert found.sentence == f"log has no real value at −0.1, at step {run.step} in o."
    assert found.sample is None


def test_division_by_nothing_is_called_so(either):
    learning = program("x, y, w = 1, 1, 3\nw/x - y", {"x": [1.0, 0.0], "y": [1.0, 1.0]})
    _, found = stop(learning, either, rate=0.1)
    assert found.sentence == "Division by 0: sample 2 at step 0 in w/x."


def test_an_infinite_slope_is_found_where_it_begins(either):
    learning = program("x, y = 1, 1\nw = 4\no = sqrt(w*x)\no - y", {"x": [1, 0], "y": [1, 2]})
    _, found = stop(learning, either, rate=0.1)
    assert found.sentence == "The slope of sqrt is infinite at 0: sample 2 at step 0 in o."


def test_a_slope_towards_what_does_not_learn_is_no_trouble(either):
    learning = program("x, y = 1, 1\nw = 4\no = w + sqrt(x)\no - y", {"x": [1, 0], "y": [1, 2]})
    run = trainer(learning, either, rate=0.1)
    assert run.advance(20) == 20
    assert run.stopped is None


def test_a_parameter_that_leaves_the_numbers_is_named(either):
    run, found = stop(parse("w = 1e-10\nlog(w)"), either, rate=1e300)
    assert found.sentence == "w became −∞ at step 1; rate 1e300 is too high for SGD here."
    assert run.step == 1


def test_sums_that_overflow_over_the_samples_are_told_apart(either):
    many = {"x": np.full(4, 1.0), "y": np.full(4, 1e308)}
    _, found = stop(program("x, y, w = 1, 1, 1\nw*x + y", many), either, rate=0.1)
    assert found.sentence.startswith("The sum of the losses overflowed")
    many = {"x": np.full(4, 1e308), "y": np.zeros(4)}
    _, found = stop(program("x, y, w = 1, 1, 0\nw*x + y", many), either, rate=0.1)
    assert found.sentence.startswith("The sum of the gradients overflowed")


def test_a_weight_set_by_hand_is_not_the_rates_fault(kernels):
    run = trainer(line(), kernels, rate=0.1)
    run.advance(50)
    run.set_weight("w", 1e200)
    run.advance(1)
    assert run.stopped.kind == "trouble"
    assert "rate" not in run.stopped.sentence


def test_a_loss_that_falls_without_end_is_not_the_rates_fault(kernels):
    _, found = stop(parse("w = 1\n-w*w"), kernels, rate=10)
    assert "rate" not in found.sentence


@pytest.mark.parametrize("batch", [None, 5])
def test_trouble_is_found_again_and_mended_by_going_back(either, batch):
    run, found = stop(line(), either, rate=1000, batch=batch)
    losses = run.curve.train()[1]
    assert np.isfinite(losses).all()
    run.rewind(2)
    assert run.stopped is None
    run.rewind(found.step)
    assert run.stopped == found
    run.rewind(2)
    run.advance(3000)
    assert run.stopped == found
    run.rewind(0)
    run.change(replace(run.regime, numbers={"rate": 0.1}))
    assert run.advance(200) == 200
    assert run.stopped is None
    assert run.measure().loss < 0.1
    assert len(run.curve.branches) == 1


def test_trouble_among_many_lanes_is_the_first_node_then_the_first_lane(monkeypatch):
    monkeypatch.setattr(troubles, "NUMBERS_AT_ONCE", 30)
    graph = parse("x, w = 1, 1\na = log(x)\nb = exp(w*x)\na + b").graph
    leaves = np.ones((len(graph), 40))
    leaves[0, [7, 21]] = 1000.0, -3.0

    def first():
        return troubles.in_values(graph, np.arange(40), lambda samples: leaves[:, samples])

    found = first()
    assert (graph.labels[found.node], found.sample) == ("a", 21)
    leaves[0, 21] = 1.0
    found = first()
    assert (graph.labels[found.node], found.sample, found.what) == ("b", 7, "exp overflowed")
    leaves[0, 7] = 1.0
    assert first() is None


def test_long_names_are_cut():
    graph = parse("x, y, w = 1, 1, 1\n" + " + ".join(["x*y*w"] * 20)).graph
    assert len(troubles.place(graph, graph.output)) == troubles.LONGEST_NAME


def test_a_healthy_run_never_stops(kernels):
    run = trainer(neuron(), kernels, optimizer="adam", rate=0.05, batch=7)
    assert run.advance(5000) == 5000
    assert run.stopped is None


def test_a_locked_parameter_meets_no_trouble_of_its_own(either):
    learning = parse("w, v = 0, 1\nsqrt(w) + v*v")
    run = trainer(learning, either, rate=0.1, locked=frozenset({"w"}))
    assert run.advance(20) == 20
    run.change(replace(run.regime, locked=frozenset()))
    run.advance(1)
    assert run.stopped.sentence == "The slope of sqrt is infinite at 0, at step 20 in sqrt(w)."
