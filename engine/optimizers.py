"""OPTIMIZERS: one row of formulas each, like the ops; PyTorch's rules, settings and defaults.

A row's steps are read one after the other for each parameter by itself: `weight` is the parameter,
`grad` its gradient, `t` counts the updates from 1, the states begin at 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import OptimizerError
from engine.rules import Lanes, lanes

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Optimizer:
    """One rule of learning.

    Attributes:
        name: what it is called in requests.
        title: what people call it.
        settings: the name and default of each of its settings.
        states: what it remembers of each parameter from one update to the next.
        steps: (name, formula), one after the other; the last gives `weight`.
        why: one sentence that explains it.
    """

    name: str
    title: str
    settings: Mapping[str, float]
    states: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    why: str

    @cached_property
    def code(self) -> int:
        """Return its place among the rows."""
        return list(OPTIMIZERS).index(self.name)

    @cached_property
    def rate_place(self) -> int:
        """Return the place of the learning rate among its settings."""
        return list(self.settings).index("rate")

    @cached_property
    def rules(self) -> tuple[tuple[str, Lanes], ...]:
        """Return the steps on arrays of shape (parameters,)."""
        return tuple((name, lanes(formula, self._names)) for name, formula in self.steps)

    @property
    def _names(self) -> tuple[str, ...]:
        return ("weight", "grad", "t", *self.states, *self.settings)

    def numbers(self, given: Mapping[str, float] | None = None) -> Array:
        """Return its settings as an array, in their order; what is not given keeps its default.

        Raises:
            OptimizerError: it has no such setting.
        """
        given = given or {}
        for name in given:
            if name not in self.settings:
                known = ", ".join(self.settings)
                message = f"{self.name} has no setting called {name}. It has {known}."
                raise OptimizerError(message)
        numbers = [given.get(name, default) for name, default in self.settings.items()]
        return np.array(numbers, np.float64)

    def update(
        self, weights: Array, gradient: Array, state: Array, settings: Array, t: int
    ) -> None:
        """Take one update, in place.

        Args:
            weights: (parameters,).
            gradient: (parameters,), d loss / d parameter.
            state: (states, parameters); zeros before the first update.
            settings: as `numbers` returns them.
            t: which update it is, from 1.
        """
        known: dict[str, Any] = dict(zip(self.settings, settings.tolist(), strict=True))
        known |= dict(zip(self.states, state, strict=True))
        known |= {"weight": weights, "grad": gradient, "t": float(t)}
        for name, rule in self.rules:
            known[name] = rule(*(known[each] for each in self._names))
        weights[:] = known["weight"]
        for row, name in zip(state, self.states, strict=True):
            row[:] = known[name]


_DECAY = ("grad", "grad + weight_decay * weight if weight_decay != 0 else grad")

_ADAM = (
    "weight",
    "weight - rate / (1 - beta1**t) * mean / (sqrt(square) / sqrt(1 - beta2**t) + eps)",
)

_ROWS = (
    Optimizer(
        "sgd",
        "SGD",
        {"rate": 1e-3, "weight_decay": 0.0},
        (),
        (_DECAY, ("weight", "weight - rate * grad")),
        "Each parameter goes against its gradient, in proportion to it.",
    ),
    Optimizer(
        "momentum",
        "momentum",
        {"rate": 1e-3, "momentum": 0.9, "dampening": 0.0, "nesterov": 0.0, "weight_decay": 0.0},
        ("velocity",),
        (
            _DECAY,
            (
                "velocity",
                "grad if t == 1 else momentum * velocity + (1 - dampening) * grad",
            ),
            ("grad", "grad + momentum * velocity if nesterov != 0 else velocity"),
            ("weight", "weight - rate * grad"),
        ),
        "Gradients that agree from step to step add up to speed; those that quarrel cancel.",
    ),
    Optimizer(
        "adam",
        "Adam",
        {"rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0},
        ("mean", "square"),
        (
            _DECAY,
            ("mean", "mean + (1 - beta1) * (grad - mean)"),
            ("square", "beta2 * square + (1 - beta2) * grad**2"),
            _ADAM,
        ),
        "Every parameter has a rate of its own: the mean gradient over its usual size.",
    ),
    Optimizer(
        "adamw",
        "AdamW",
        {"rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 1e-2},
        ("mean", "square"),
        (
            ("weight", "weight * (1 - rate * weight_decay)"),
            ("mean", "mean + (1 - beta1) * (grad - mean)"),
            ("square", "beta2 * square + (1 - beta2) * grad**2"),
            _ADAM,
        ),
        "Adam, with the decay of the weights kept out of the gradient.",
    ),
    Optimizer(
        "rmsprop",
        "RMSprop",
        {"rate": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0},
        ("square",),
        (
            _DECAY,
            ("square", "alpha * square + (1 - alpha) * grad**2"),
            ("weight", "weight - rate * grad / (sqrt(square) + eps)"),
        ),
        "The gradient over its usual size: steep and flat directions move alike.",
    ),
)

OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType({row.name: row for row in _ROWS})
