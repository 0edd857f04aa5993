"""Stops: why a run goes no further, in a sentence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.course import Course, Weight
from engine.graph import Graph
from engine.kernels import Halt
from engine.numerals import short
from engine.recording import Recording
from engine.troubles import Leaves, Trouble, grew, in_slopes, in_values, place

# Over so many updates before a trouble one looks whether the parameters grew.
LOOK_BACK = 10

WORDS = {"a", "an", "the", "division"}  # that a sentence may begin with


class Stop(NamedTuple):
    """Why a run goes no further.

    Attributes:
        kind: "trouble" where a number is not finite, "done" where a stop condition is met.
        sentence: why.
        node: where the trouble began; None if no node is to blame.
        sample: in which sample; None where all share it.
        step: at which step.
    """

    kind: str
    sentence: str
    node: int | None
    sample: int | None
    step: int


def after(step: int) -> Stop:
    """Return the stop of a run that took as many updates as it should."""
    return Stop("done", f"Done: {step:,} updates were taken.", None, None, step)


def below(step: int, loss: float, limit: float) -> Stop:
    """Return the stop of a run whose loss is as small as it should become."""
    sentence = f"Done: the training loss is {short(loss)} at step {step:,}, below {short(limit)}."
    return Stop("done", sentence, None, None, step)


def trouble(graph: Graph, recording: Recording, leaves: Leaves, halt: Halt) -> Stop:
    """Return where and why a number is not finite.

    Args:
        graph: what learns.
        recording: stands at the step that met it.
        leaves: makes of some samples the numbers of their lanes, at the present weights.
        halt: what was not finite.
    """
    course, step = recording.course, recording.step
    if halt is Halt.WEIGHTS:
        return _stop(recording, _in_weights(graph, course), f"at step {step:,}")
    if halt is Halt.LOSS:
        found = in_values(graph, course.batch, leaves) or Trouble(
            "the sum of the losses overflowed", graph.output, None
        )
    else:
        lost = int(np.flatnonzero(~np.isfinite(course.gradient))[0])
        found = in_slopes(graph, course.batch, leaves, course.learning) or Trouble(
            "the sum of the gradients overflowed", int(course.lanes.parameters[lost]), None
        )
    if not graph.above(course.lanes.data.tolist())[found.node]:
        found = found._replace(sample=None)
    return _stop(recording, found, f"at step {step:,} in {place(graph, found.node)}")


def _in_weights(graph: Graph, course: Course) -> Trouble:
    """Return the first parameter that is not finite."""
    lost = int(np.flatnonzero(~np.isfinite(course.lanes.weights))[0])
    node, number = int(course.lanes.parameters[lost]), float(course.lanes.weights[lost])
    return Trouble(f"{place(graph, node)} became {short(number)}", node, None)


def _stop(recording: Recording, found: Trouble, where: str) -> Stop:
    """Return the stop; the rate is blamed if the run shows that it is too high, else the place."""
    step, regime = recording.step, recording.course.regime
    if _too_high(recording):
        apart = ", " if " at " in found.what else " "
        rate = f"rate {short(regime.rate)} is too high for {regime.row.title} here"
        sentence = f"{found.what}{apart}{where}; {rate}."
    elif found.sample is not None:
        # people count samples from 1, as the page does
        sentence = f"{found.what}: sample {found.sample + 1:,} {where}."
    else:
        sentence = f"{found.what}, {where}."
    if sentence.split()[0] in WORDS:  # names of functions and parameters stay as they are
        sentence = sentence[0].upper() + sentence[1:]
    return Stop("trouble", sentence, found.node, found.sample, step)


def _too_high(recording: Recording) -> bool:
    """Return whether the updates of the run were too large, as far as the run shows it."""
    course, step = recording.course, recording.step
    back = max(step - LOOK_BACK, 0)
    by_hand = [
        isinstance(change, Weight)
        for each in range(back, step + 1)
        for change in recording.history.at(each)
    ]
    if step == 0 or any(by_hand):
        return False
    now = course.lanes.weights.copy()
    with recording.elsewhere(back):
        earlier = course.lanes.weights.copy()
    _, first = recording.curve.train(0, 2)
    _, recent = recording.curve.train(back, LOOK_BACK + 1)
    return grew(earlier, now, np.concatenate([first[:1], recent]))
