"""Every optimizer: natively as in Python, to the last bit, and as PyTorch has it."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.descent import Descent
from engine.errors import OptimizerError
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order
from engine.lanes import Lanes
from engine.optimizers import OPTIMIZERS

FIGURES = json.loads((Path(__file__).parents[1] / "data/optimizer_figures.json").read_text("utf-8"))
WIDTHS = (2, 16, 16, 1)
CASES = pytest.mark.parametrize("case", FIGURES["cases"], ids=lambda case: case["name"])
ROWS = pytest.mark.parametrize("row", OPTIMIZERS.values(), ids=lambda row: row.name)


@ROWS
@given(
    start=st.lists(st.floats(-5, 5), min_size=1, max_size=9),
    seed=st.integers(0, 1000),
    decay=st.sampled_from([0.0, 0.1]),
)
def test_native_updates_are_those_of_the_formulas(kernels, row, start, seed, decay):
    random = np.random.default_rng(seed)
    native, plain = np.array(start), np.array(start)
    given = {"rate": 0.1, "weight_decay": decay}
    ours, theirs = (Descent(row, len(start), given, k) for k in (kernels, None))
    for _ in range(5):
        gradient = random.normal(size=len(start)) * 10.0 ** random.integers(-6, 6)
        ours.update(native, gradient)
        theirs.update(plain, gradient)
        assert native.tolist() == plain.tolist()
        assert ours.state.tolist() == theirs.state.tolist()


@ROWS
def test_every_optimizer_finds_the_bottom_of_a_bowl(kernels, row):
    weights = np.array([3.0, -2.0])
    descent = Descent(row, 2, {"rate": 0.05}, kernels)
    for _ in range(500):
        descent.update(weights, 2 * (weights - [1.0, 1.0]))
    assert weights == pytest.approx([1.0, 1.0], abs=0.05)


@ROWS
def test_every_optimizer_says_why_and_has_a_rate(row):
    assert row.why.endswith(".")
    assert "rate" in row.settings
    assert row.steps[-1][0] == "weight"


def test_a_setting_it_does_not_have_is_refused():
    with pytest.raises(
        OptimizerError, match=r"sgd has no setting called beta1. It has rate, weight"
    ):
        Descent(OPTIMIZERS["sgd"], 3, {"beta1": 0.9})


def test_weights_that_it_does_not_know_are_refused(kernels):
    for each in (kernels, None):
        descent = Descent(OPTIMIZERS["momentum"], 2, {}, each)
        for weights, gradient in ((np.zeros(3), np.zeros(3)), (np.zeros(2), np.zeros(1))):
            with pytest.raises(OptimizerError, match=r"not \(2,\) each"):
                descent.update(weights, gradient)


@ROWS
def test_whole_numbers_are_settings_too(kernels, row):
    descent = Descent(row, 1, dict.fromkeys(row.settings, 0), kernels)
    descent.settings[0] = 0.5
    descent.update(np.zeros(1), np.ones(1))
    assert descent.settings[0] == 0.5


@ROWS
def test_settings_may_change_on_the_way(kernels, row):
    weights = np.array([1.0])
    descent = Descent(row, 1, {"rate": 0.1}, kernels)
    descent.update(weights, np.array([1.0]))
    moved = weights.copy()
    descent.settings[list(row.settings).index("rate")] = 0.0
    descent.update(weights, np.array([1.0]))
    assert weights.tolist() == moved.tolist()


def demo(kernels):
    """Return micrograd's demo over lanes: a network of 337 parameters, hinge loss, weight decay."""
    columns = {name: Expr(1.0, label=name, learnable=False) for name in FIGURES["columns"]}
    weights = iter(FIGURES["weights"])
    made, signals = [], [columns["x1"], columns["x2"]]
    for width in WIDTHS[1:]:
        sums = []
        for _ in range(width):
            own = [Expr(next(weights)) for _ in range(len(signals) + 1)]
            sums.append(sum((w * x for w, x in zip(own, signals, strict=False)), own[-1]))
            made += own
        signals = [each.relu() for each in sums]
    loss = (1 - columns["y"] * sums[0]).relu() + FIGURES["penalty"] * sum(w * w for w in made)
    nodes = in_evaluation_order(loss)
    leaves = np.array([node.data for node in nodes])
    data = {
        nodes.index(columns[name]): np.array(column) for name, column in FIGURES["columns"].items()
    }
    return Lanes(Graph.of(loss), leaves, data, kernels)


def agrees_after_100_updates(case, kernels):
    lanes = demo(kernels)
    assert lanes.weights.tolist() == FIGURES["weights"]
    row = OPTIMIZERS[case["optimizer"]]
    descent = Descent(row, len(lanes.weights), case["settings"], kernels)
    for step, theirs in enumerate(case["losses"], 1):
        loss, gradient = lanes.gradient()
        assert loss == pytest.approx(theirs, rel=1e-9)
        descent.update(lanes.weights, gradient)
        if str(step) in case["weights"]:
            assert lanes.weights == pytest.approx(case["weights"][str(step)], rel=1e-9, abs=1e-12)
    assert step == 100


@CASES
def test_a_hundred_updates_of_the_demo_are_those_of_pytorch(kernels, case):
    agrees_after_100_updates(case, kernels)


def test_a_hundred_updates_without_kernels_are_those_of_pytorch():
    agrees_after_100_updates(FIGURES["cases"][0], None)


def test_every_optimizer_has_its_figures():
    assert {case["optimizer"] for case in FIGURES["cases"]} == set(OPTIMIZERS)
    assert all("100" in case["weights"] for case in FIGURES["cases"])
