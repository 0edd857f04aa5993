"""What is said of a run: in the answers to calls, and in the head of frames."""

from __future__ import annotations

from typing import Any

from engine.numerals import finite
from engine.regime import Regime
from engine.training import Measure, Moment, Trainer

Said = dict[str, Any]


def described(regime: Regime) -> Said:
    """Return how a run learns, as it can be asked for."""
    numbers = dict(zip(regime.row.settings, regime.settings.tolist(), strict=True))
    return {
        "optimizer": {"name": regime.optimizer, **numbers},
        "batch": regime.batch,
        "split": regime.split,
        "l1": regime.l1,
        "schedule": regime.schedule,
        "horizon": regime.horizon,
        "final": regime.final,
        "locked": sorted(regime.locked),
        "stop": {"after": regime.stop_after, "below": regime.stop_below},
    }


def status(trainer: Trainer, regime: Regime) -> Said:
    """Return what a trainer, which learns by this regime, knows without computing."""
    stop, constant = trainer.stopped, regime.schedule == "constant"
    rate = regime.rate if constant else float(regime.rates(trainer.step, 1)[0])
    trouble = stop and stop.kind == "trouble"
    return {
        "step": trainer.step,
        "reached": trainer.reached,
        "rate": rate,
        "epoch": round(trainer.epochs, 1),
        "trouble": _where(stop._asdict()) if stop and trouble else None,
    }


def measured(measure: Measure) -> Said:
    """Return how good a run is; what is not finite is null."""
    return {
        name: finite(value) if isinstance(value, float) else value
        for name, value in measure._asdict().items()
    }


def present(trainer: Trainer) -> Said:
    """Return what an answer says of the step that a run is at."""
    weights = trainer.weights.tolist()
    return {
        **measured(trainer.measure()),
        "parameters": dict(zip(trainer.names, weights, strict=True)),
    }


def past(moment: Moment) -> Said:
    """Return what an answer says of a step that was."""
    unknown: Said = {"test_accuracy": None, "confusion": ()}
    return {**unknown, **moment._asdict(), "loss": finite(moment.loss)}


def _where(trouble: Said) -> Said:
    return {name: trouble[name] for name in ("node", "sample", "step", "sentence")}
