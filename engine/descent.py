"""Descent: an optimizer under way, with what it remembers from update to update."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.compiled import Kernels
from engine.errors import OptimizerError
from engine.optimizers import Optimizer

Array = NDArray[np.float64]


class Descent:
    """One optimizer for p parameters.

    Attributes:
        settings: its numbers, in the order of its row; may be changed between updates.
        state: (states, p) float64, what it remembers; zeros at first.
        updates: how many it has taken.
        kernels: what moves the weights; None for plain Python.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: int,
        given: Mapping[str, float] | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        """Begin, with settings other than the row's defaults where they are given.

        Raises:
            OptimizerError: the optimizer has no such setting.
        """
        self.optimizer = optimizer
        self.settings = optimizer.numbers(given)
        self.state = np.zeros((len(optimizer.states), parameters))
        self.updates = 0
        self.kernels = kernels

    def update(self, weights: Array, gradient: Array) -> None:
        """Move `weights` by one update, in place.

        Args:
            weights: (p,).
            gradient: (p,), d loss / d weight.

        Raises:
            OptimizerError: they are not of the p parameters that it was begun with.
        """
        parameters = self.state.shape[1:]
        if not weights.shape == gradient.shape == parameters:
            shapes = f"{weights.shape} and {gradient.shape}"
            raise OptimizerError(f"Weights and gradient are {shapes}, not {parameters} each.")
        self.updates += 1
        if self.kernels is None:
            self.optimizer.update(weights, gradient, self.state, self.settings, self.updates)
        else:
            code = self.optimizer.code
            self.kernels.update(
                code, weights, gradient, self.state, self.settings, float(self.updates)
            )
