"""Update: how one update moves every parameter, with the numbers that its optimizer works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.events import UPDATE, Rows, rows
from engine.optimizers import Optimizer

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Update:
    """One update of p parameters, about to be taken.

    Attributes:
        optimizer: its row.
        settings: its numbers, in the order of the row; the rate is the one of this update.
        t: which update it is, from 1.
        nodes: (p,) the parameters' ids.
        weights: (p,) float64, before it.
        gradient: (p,) d loss / d parameter, the mean over the samples that it is taken over.
        state: (states, p) what the optimizer remembers, before it.
        samples: over how many samples the gradient is a mean; 0 where it is that of one lane alone.
    """

    optimizer: Optimizer
    settings: Array
    t: int
    nodes: tuple[int, ...]
    weights: Array
    gradient: Array
    state: Array
    samples: int = 0

    @cached_property
    def key(self) -> bytes:
        """Return what tells it from any other of the same parameters."""
        numbers = (self.settings, self.weights, self.gradient, self.state)
        head = f"{self.optimizer.name} {self.t} {self.samples}".encode()
        return b"\0".join([head, *(each.tobytes() for each in numbers)])

    @cached_property
    def new(self) -> Array:
        """Return (p,) the weights after it."""
        weights = self.weights.copy()
        with np.errstate(all="ignore"):
            self.optimizer.update(weights, self.gradient, self.state.copy(), self.settings, self.t)
        return weights

    def rows(self) -> Rows:
        """Return the row of an event for each parameter that is moved."""
        return rows(UPDATE, list(self.nodes), value=self.new, total=self.gradient)

    def known(self, node: int) -> Mapping[str, float]:
        """Return the names in the optimizer's steps and their numbers, for one parameter."""
        place = self.nodes.index(node)
        numbers = {
            "weight": float(self.weights[place]),
            "grad": float(self.gradient[place]),
            "t": float(self.t),
        }
        numbers |= dict(zip(self.optimizer.states, self.state[:, place].tolist(), strict=True))
        return numbers | dict(zip(self.optimizer.settings, self.settings.tolist(), strict=True))
