"""Many updates at once: natively as one by one in Python, to the last bit, and never too many."""

from dataclasses import replace

import numpy as np
import pytest

from engine import tables
from engine.batches import Batches
from engine.course import Course
from engine.descent import Descent
from engine.kernels import Halt
from engine.lanes import Lanes
from engine.optimizers import OPTIMIZERS
from engine.program import parse
from engine.regime import Regime
from engine.stretches import Stretch, take
from tests.engine.learning import SEED, neuron

ROWS = pytest.mark.parametrize("optimizer", OPTIMIZERS)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(tables, "MOST_LANES", 16)  # so that few lanes are several blocks


def bound(program, kernels):
    columns = {}
    if program.samples:
        rows = program.samples.table.rows
        columns = {node: rows[:, place] for place, node in enumerate(program.samples.nodes)}
    return Lanes(program.graph, program.written[:, 0], columns, kernels)


def course(program, regime, lane_kernels, kernels):
    names = [leaf.name for leaf in program.inputs]
    return Course(bound(program, lane_kernels), names, regime, SEED, kernels)


def run(each, updates):
    while each.step < updates:
        assert each.take(updates - each.step).halt is Halt.DONE
    return each.lanes.weights.tolist(), each.descent.state.tolist(), each.gradient.tolist()


@ROWS
@pytest.mark.parametrize("batch", [None, 7, 50])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"l1": 0.01, "schedule": "cosine", "horizon": 60, "split": 0.2},
        {"locked": frozenset({"w2"}), "schedule": "linear", "horizon": 40},
    ],
    ids=["plain", "l1 and cosine", "locked and linear"],
)
def test_native_updates_are_those_of_python_to_the_last_bit(kernels, optimizer, batch, more):
    rate = {"rate": 0.05, "weight_decay": 0.01}
    regime = Regime(optimizer=optimizer, numbers=rate, batch=batch, **more)
    native, stepwise = (course(neuron(), regime, kernels, each) for each in (kernels, None))
    assert run(native, 50) == run(stepwise, 50)


@ROWS
def test_of_one_lane_no_kernel_and_all_kernels_make_the_same(kernels, optimizer):
    program = parse("x, w, b = 1.5, -0.7, 0.2\ntanh(x*w + b)^2 + log(1 + w*w)")
    regime = Regime(optimizer=optimizer, numbers={"rate": 0.02}, l1=0.001)
    native, plain = (course(program, regime, each, each) for each in (kernels, None))
    assert run(native, 50) == run(plain, 50)


@pytest.mark.parametrize("batch", [None, 7])
def test_over_many_lanes_python_agrees_but_for_the_order_of_sums(kernels, batch):
    regime = Regime(optimizer="adam", numbers={"rate": 0.05}, batch=batch, split=0.1)
    (native, *_), (plain, *_) = (run(course(neuron(), regime, k, k), 50) for k in (kernels, None))
    assert native == pytest.approx(plain, rel=1e-11)


def test_a_locked_parameter_stays_and_is_not_remembered(kernels):
    regime = Regime(optimizer="adamw", numbers={"rate": 0.1}, locked=frozenset({"w1"}), l1=0.1)
    for each in (kernels, None):
        locked = course(neuron(), regime, kernels, each)
        weights, state, gradient = run(locked, 20)
        assert weights[0] == 0.5
        assert weights[1] != -0.3
        assert [row[0] for row in state] == [0.0, 0.0]
        assert gradient[0] == 0.0


def halted(kernels, text, rate, below=-np.inf, columns=(), updates=40):
    """Return how a stretch ended, natively and in Python: both the same."""
    ends = []
    for each in (kernels, None):
        program = parse(text)
        nodes = {program.input_named[name].node: np.array(c) for name, c in dict(columns).items()}
        lanes = Lanes(program.graph, program.written[:, 0], nodes, kernels)
        descent = Descent(OPTIMIZERS["sgd"], len(lanes.weights), {"rate": rate}, each)
        batches = Batches(lanes.samples, 0.0, None, SEED)
        none = np.zeros(0, np.uint32)
        rates = np.full(updates, rate)
        stretch = Stretch(*batches.plan(0, 0, updates), rates, 0.0, none, below)
        with np.errstate(all="ignore"):
            taken = take(lanes, descent, stretch, np.zeros(len(lanes.weights)))
        assert taken.updates == len(taken.losses) == descent.updates
        ends.append((taken.updates, taken.halt, taken.losses.tolist(), lanes.weights.tolist()))
    assert str(ends[0]) == str(ends[1])
    return ends[0]


def test_it_ends_before_an_update_whose_loss_is_not_finite(kernels):
    updates, halt, losses, weights = halted(kernels, "w = 3\nexp(w*w)", -1.0)
    assert halt is Halt.LOSS
    assert 0 < updates < 40
    assert np.isfinite(losses).all()
    assert np.isfinite(weights).all()


def test_it_ends_before_an_update_whose_gradient_is_not_finite(kernels):
    updates, halt, _, weights = halted(kernels, "w = 0\nx = 1\nsqrt(w)*x", 0.1, columns={"x": [1]})
    assert (updates, halt, weights) == (0, Halt.GRADIENT, [0.0])


def test_it_ends_after_an_update_that_makes_a_weight_infinite(kernels):
    updates, halt, _, weights = halted(kernels, "w = 1e-10\nlog(w)", 1e300)
    assert (updates, halt) == (1, Halt.WEIGHTS)
    assert weights == [-np.inf]


def test_it_ends_where_the_loss_is_small_enough(kernels):
    updates, halt, losses, weights = halted(kernels, "w = 1\nw*w", 0.1, below=0.1)
    assert halt is Halt.BELOW
    assert weights[0] ** 2 < 0.1 <= losses[-1]
    assert 0 < updates < 40


def test_an_update_that_kernels_cannot_take_is_taken_in_python(kernels):
    calls = []

    def now_and_then(*given):
        calls.append(len(given[-1]))
        return (0, Halt.GRADIENT) if len(calls) % 3 else kernels.descend(*given)

    regime = Regime(optimizer="momentum", numbers={"rate": 0.01}, batch=7)
    halting = replace(kernels, descend=now_and_then)
    hindered, native = (course(neuron(), regime, kernels, k) for k in (halting, kernels))
    assert run(hindered, 30) == run(native, 30)
    assert len(calls) > 2
