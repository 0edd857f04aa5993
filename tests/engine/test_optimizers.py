"""Every optimizer: natively as in Python, to the last bit, and as PyTorch has it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.descent import Descent
from engine.errors import OptimizerError
from engine.optimizers import OPTIMIZERS

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


@ROWS
def test_settings_may_change_on_the_way(kernels, row):
    weights = np.array([1.0])
    descent = Descent(row, 1, {"rate": 0.1}, kernels)
    descent.update(weights, np.array([1.0]))
    moved = weights.copy()
    descent.settings[list(row.settings).index("rate")] = 0.0
    descent.update(weights, np.array([1.0]))
    assert weights.tolist() == moved.tolist()
