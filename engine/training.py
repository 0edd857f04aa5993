"""Trainer: a program learning from its data, update by update; any step can be gone back to.

The same program, data, seed and commands give the same parameters to the last bit, and going back
and playing on repeats them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import stops
from engine.compiled import Kernels
from engine.course import Weight
from engine.curve import Curve
from engine.errors import TrainingError
from engine.health import Layer
from engine.kernels import Halt
from engine.lanes import Lanes
from engine.measures import Confusion, Measure, measured
from engine.numerals import short
from engine.onelane import LaneNumbers
from engine.outlook import Outlook
from engine.program import Program
from engine.recording import Recording
from engine.regime import Regime
from engine.stops import Stop
from engine.tables import MEMORY
from engine.updates import Update

__all__ = ["Curve", "LaneNumbers", "Layer", "Measure", "Moment", "Regime", "Stop", "Trainer"]

Array = NDArray[np.float64]
Samples = NDArray[np.uint32]

# A call of the kernels takes about this long, so that a deadline is not overrun by more.
CALL_SECONDS = 2e-3
MOST_UPDATES_A_CALL = 1 << 12
SETTLED = 0.75  # accuracy from which on an output at a flat end of its curve is right there


class Moment(NamedTuple):
    """A step of a run: what `measure` says there, and the parameters by name."""

    step: int
    loss: float
    test_loss: float | None
    accuracy: float | None
    parameters: Mapping[str, float]
    test_accuracy: float | None = None
    confusion: Confusion = ()


class Trainer:
    """A run; for one thread at a time.

    Attributes:
        program, graph: what learns.
        names: (p,) the parameters' names, in the order of `weights`.
        parameters: (p,) their nodes.
        seed: of the split and the batches.
        lane, residuals: what `Outlook` says at the present weights.
        field, fitted, domain: what `Plane` does.
        wires: (wires, 2), operand and node, in the order in which `lane` has what they carry.
    """

    def __init__(
        self,
        program: Program,
        inputs: Mapping[str, float],
        regime: Regime,
        seed: int,
        kernels: Kernels | None,
        memory: int = MEMORY,
        weights: int | None = None,
    ) -> None:
        """Begin at step 0.

        Args:
            program: what learns.
            inputs: numbers of leaves other than the program's own, by name.
            regime: how it learns.
            seed: of the split and the batches, from 0 up.
            kernels: what computes; None for plain Python.
            memory: how many bytes the numbers over the lanes may take.
            weights: seed of new parameters; None for those of the program and `inputs`.

        Raises:
            TrainingError: nothing learns in the program, or there is no such regime or seed.
            OptimizerError: the optimizer has no such setting.
            MemoryLimitError: it would take more than `memory` bytes.
        """
        self.program = program
        self.graph = program.graph
        self.seed = _seed(seed)
        leaves = program.leaves(inputs)[:, 0]
        columns = program.samples.columns if program.samples else {}
        self._lanes = Lanes(self.graph, leaves, columns, kernels, memory)
        self.parameters = tuple(self._lanes.parameters.tolist())
        if not self.parameters:
            message = "Nothing learns here: every leaf is data or a constant."
            raise TrainingError(f"{message} Write w = param(0.5), and use w.")
        names = {leaf.node: leaf.name for leaf in program.inputs}
        self.names = tuple(names.get(node, self.graph.name(node)) for node in self.parameters)
        regime.check(self.names)
        self._kernels = kernels
        self._outlook = Outlook(program, inputs, self._lanes, kernels)
        self.lane, self.residuals = self._outlook.lane, self._outlook.residuals
        plane = self._outlook.plane
        self.field, self.fitted, self.domain = plane.field, plane.fitted, plane.domain
        self.wires = self._outlook.one.wires
        self._stops = regime.stop_after, regime.stop_below
        self._regime: tuple[Regime, tuple[int | None, float | None], Regime] | None = None
        self._begin(regime.learning, weights)

    def _begin(self, regime: Regime, weights: int | None) -> None:
        """Start a history, with new parameters if there is a seed for them."""
        if weights is not None:
            self._lanes.weights[:] = self._drawn(weights)
        self._recording = Recording(self._lanes, self.names, regime, self.seed, self._kernels)
        self._stop: Stop | None = None
        self._measured: Measure | None = None
        self._seconds = CALL_SECONDS  # that an update takes, as far as is known

    def _drawn(self, seed: int) -> Array:
        """Return new parameters: from -1 to 1, and 0 for the biases of modules."""
        drawn = np.random.default_rng(_seed(seed)).uniform(-1.0, 1.0, len(self.parameters))
        biases = {
            neuron.bias
            for network in self.program.networks
            for layer in network.layers
            for neuron in layer
        }
        drawn[[node in biases for node in self.parameters]] = 0.0
        return drawn

    @property
    def regime(self) -> Regime:
        """Return how it learns now, and when it is done."""
        learning, known = self._recording.course.regime, self._regime
        if known is None or known[:2] != (learning, self._stops):
            after, below = self._stops
            whole = replace(learning, stop_after=after, stop_below=below)
            self._regime = known = (learning, self._stops, whole)
        return known[2]

    @property
    def step(self) -> int:
        """Return how many updates were taken."""
        return self._recording.step

    @property
    def reached(self) -> int:
        """Return the highest step so far."""
        return self._recording.history.reached

    @property
    def stopped(self) -> Stop | None:
        """Return why it goes no further from this step; None if it does."""
        return self._stop if self._stop and self._stop.step == self.step else None

    @property
    def weights(self) -> Array:
        """Return a copy of the parameters, (p,)."""
        return self._lanes.weights.copy()

    @property
    def gradient(self) -> Array:
        """Return (p,), what the last update went by; zeros before the first."""
        return self._recording.course.gradient.copy()

    @property
    def curve(self) -> Curve:
        """Return the losses so far."""
        return self._recording.curve

    @property
    def training(self) -> Samples:
        """Return the samples that are learned from, ascending."""
        return self._recording.course.batches.training

    @property
    def test(self) -> Samples:
        """Return the samples that are kept for testing, ascending."""
        return self._recording.course.batches.test

    @property
    def epoch_size(self) -> int:
        """Return the updates of one epoch."""
        return self._recording.course.batches.epoch_size

    @property
    def epochs(self) -> float:
        """Return how many epochs are done, the one under way as a fraction."""
        return self._recording.course.epochs

    @property
    def bytes(self) -> int:
        """Return roughly what it holds."""
        parts = (self._recording.history, self._recording.curve, self._lanes, self._outlook)
        return sum(part.bytes for part in parts)

    def advance(self, count: int, deadline: float | None = None) -> int:
        """Take updates; return how many.

        Args:
            count: how many at most; fewer if it stops.
            deadline: until when on the clock of `time.monotonic`; one update is always taken.
        """
        begin, (after, below) = self.step, self._stops
        goal = begin + count if after is None else min(begin + count, after)
        while self.step < goal and self.stopped is None:
            self._measured = None
            self._forward(goal - self.step, below, deadline)
            if deadline is not None and time.monotonic() >= deadline:
                break
        if after is not None and self.step >= after and self.stopped is None:
            self._stop = stops.after(self.step)
        return self.step - begin

    def _forward(self, most: int, below: float | None, deadline: float | None) -> None:
        """Take updates in one call, and stop if they met a reason to."""
        course, start = self._recording.course, time.monotonic()
        if deadline is not None:
            seconds = min(CALL_SECONDS, deadline - start)
            most = min(most, max(int(seconds / self._seconds), 1))
        most = min(most, MOST_UPDATES_A_CALL)
        whole = course.regime.batch is None
        if below is not None and not whole:
            most = min(most, course.epoch_left)
        taken = self._recording.forward(most, below if whole and below is not None else -math.inf)
        if taken.updates:
            self._seconds = max((time.monotonic() - start) / taken.updates, 1e-9)
        if taken.halt in (Halt.LOSS, Halt.GRADIENT, Halt.WEIGHTS):
            leaves = self._outlook.leaves
            self._stop = stops.trouble(self.graph, self._recording, leaves, taken.halt)
            return
        passed = not whole and course.epoch_left == self.epoch_size
        if below is not None and (passed or taken.halt is Halt.BELOW):
            loss = self.measure().loss
            if loss < below:
                self._stop = stops.below(self.step, loss, below)

    def rewind(self, step: int) -> None:
        """Go to any step that was reached, as it was then; playing on repeats what was.

        Raises:
            TrainingError: there is no such step.
        """
        self._check(step)
        if step != self.step:
            self._recording.go(step)
            self._measured = None

    def reset(self, weights: int | None = None) -> None:
        """Begin anew at step 0, with the regime of now; what was is forgotten.

        Args:
            weights: seed of new parameters; None for those that step 0 had.
        """
        regime, version = self._recording.course.regime, self.curve.version
        self._recording.go(0)
        self._begin(regime, weights)
        self.curve.version = version + 1

    def change(self, regime: Regime) -> None:
        """Learn in another way from this step on; what lay ahead becomes a branch of the curve.

        Raises:
            TrainingError, OptimizerError: there is no such regime.
        """
        regime.check(self.names)
        self._stops = regime.stop_after, regime.stop_below
        self._stop = self._measured = None
        if regime.learning != self._recording.course.regime:
            self._recording.change(regime.learning)

    def set_weight(self, name: str, number: float) -> None:
        """Set a parameter by hand at this step; what lay ahead becomes a branch of the curve.

        Raises:
            TrainingError: there is no such parameter, or the number is none.
        """
        if name not in self.names:
            raise TrainingError(f"There is no parameter called {name}.")
        if not math.isfinite(number):
            raise TrainingError(f"{name} cannot be set to {short(number)}.")
        self._stop = self._measured = None
        self._recording.change(Weight(self.names.index(name), float(number)))

    def measure(self) -> Measure:
        """Return how good the present parameters are; kept until they change."""
        if self._measured is None:
            self._measured = self._measure()
        if self._measured.test_loss is not None and self.step == self.reached:
            self.curve.add_test(self.step, self._measured.test_loss)
        return self._measured

    def _measure(self) -> Measure:
        return measured(self._lanes, self._recording.course.batches, self._outlook.judge)

    def at(self, step: int) -> Moment:
        """Return a step as `rewind` would find it; the run stays where it is.

        Raises:
            TrainingError: there is no such step.
        """
        self._check(step)
        if step == self.step:
            return self._moment(self.measure())
        with self._recording.elsewhere(step):
            return self._moment(self._measure())

    def _moment(self, found: Measure) -> Moment:
        parameters = dict(zip(self.names, self._lanes.weights.tolist(), strict=True))
        losses = found.loss, found.test_loss, found.accuracy
        return Moment(self.step, *losses, parameters, found.test_accuracy, found.confusion)

    def _check(self, step: int) -> None:
        if not 0 <= step <= self.reached:
            message = f"There is no step {step:,} yet; they go from 0 to {self.reached:,}."
            raise TrainingError(message)

    def ahead(self) -> Update:
        """Return the update that comes next, about to be taken."""
        return self._recording.course.ahead()

    def health(self) -> tuple[Layer, ...]:
        """Return how each layer is."""
        accuracy = self.measure().accuracy
        settled = accuracy is not None and accuracy >= SETTLED
        return self._outlook.health(self.training, settled=settled)


def _seed(seed: int) -> int:
    if seed < 0:
        raise TrainingError(f"The seed is {seed}; take a whole number from 0 up.")
    return seed
