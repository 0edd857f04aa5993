"""How a run learns: rates by schedule, and what is refused."""

import math
from dataclasses import replace

import pytest

from engine.errors import OptimizerError, TrainingError
from engine.regime import Regime

NAMES = ("w", "b")


def test_a_constant_rate_is_the_optimizers():
    assert Regime().rates(5, 3).tolist() == [1e-3] * 3
    assert Regime("adam", {"rate": 0.5}).rate == 0.5


def test_cosine_begins_at_the_rate_and_ends_at_nothing():
    rates = Regime(numbers={"rate": 2.0}, schedule="cosine", horizon=10).rates(0, 12).tolist()
    assert rates[0] == 2.0
    assert rates[5] == pytest.approx(1.0)
    assert rates[10:] == [0.0, 0.0]


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_a_rate_depends_on_its_step_alone(schedule):
    regime = Regime(schedule=schedule, horizon=30)
    assert regime.rates(0, 40).tolist() == [regime.rates(step, 1)[0] for step in range(40)]


def test_when_to_stop_does_not_decide_the_weights():
    regime = Regime(batch=3)
    assert replace(regime, stop_after=3, stop_below=0.1).learning == regime


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"optimizer": "lion"}, "no optimizer called lion. Take sgd, momentum"),
        ({"schedule": "cosign"}, "no schedule called cosign. Take constant"),
        ({"numbers": {"rate": math.nan}}, "rate is nan; take a number from 0 up"),
        ({"numbers": {"rate": -1}}, "rate is −1"),
        ({"batch": 0}, "batch is 0; take a number from 1 up"),
        ({"split": 0.95}, "split is 0.95; take a number from 0 to 0.9"),
        ({"l1": -0.1}, "l1 is −0.1"),
        ({"l1": math.inf}, "l1 is ∞"),
        ({"horizon": 0}, "horizon is 0"),
        ({"stop_after": 0}, "stop after is 0"),
        ({"stop_below": math.nan}, "stop below is nan"),
        ({"locked": frozenset({"v"})}, "no parameter called v to lock"),
    ],
)
def test_what_nothing_can_learn_by_is_refused(change, reason):
    with pytest.raises(TrainingError, match=reason):
        Regime(**change).check(NAMES)
    Regime(locked=frozenset(NAMES)).check(NAMES)


def test_a_setting_that_the_optimizer_does_not_have_is_refused():
    with pytest.raises(OptimizerError, match="sgd has no setting called beta1"):
        Regime(numbers={"beta1": 0.9}).check(NAMES)
