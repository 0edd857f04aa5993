"""Updates explained: every step of the optimizer's row, at the numbers of one leaf."""

from __future__ import annotations

import numpy as np
import pytest

from engine.explain import explain, sentence
from engine.notation import plain
from engine.numerals import short
from engine.optimizers import OPTIMIZERS
from engine.program import parse
from engine.trace import trace
from engine.updates import Update

LINE = "x = 2\nw = 0.5\nloss = (w*x - 3)^2"
W = 1  # its node


def walked(name, gradient=-2.125, remembered=0.25, t=12, samples=200, **settings):
    """Return the trace of LINE with the update that a run is about to take."""
    program, row = parse(LINE), OPTIMIZERS[name]
    nodes = (0, W)
    update = Update(
        row,
        row.numbers({"rate": 0.05, **settings}),
        t,
        nodes,
        program.written[list(nodes), 0],
        np.array([0.5, gradient]),
        np.full((len(row.states), 2), remembered),
        samples,
    )
    return trace(program.graph, program.leaves(), update=update)


def last(found):
    """Return the explanation of the last step: w moves."""
    return explain(found, found.total("node") - 1, "node")


def spelled(part):
    return ["".join(f"{sign} {plain(math)} " for sign, math in line.right) for line in part.lines]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_new_number_is_what_the_optimizer_itself_makes(name):
    found = walked(name)
    weights, state = found.update.weights.copy(), found.update.state.copy()
    row = OPTIMIZERS[name]
    row.update(weights, found.update.gradient, state, found.update.settings, found.update.t)
    event = found.events[-1]
    assert (event.kind, event.node, event.value) == ("update", W, weights[1])
    assert found.update.new.tolist() == weights.tolist()
    (part,) = last(found).parts
    assert part.factors[-1].number in {short(weights[1], digits) for digits in range(4, 18)}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_finding_the_new_number_leaves_what_the_optimizer_remembers_alone(name):
    found = walked(name)
    assert found.update.new is found.update.new
    assert (found.update.state == 0.25).all()
    assert found.update.weights.tolist() == [2.0, 0.5]


def test_adam_is_written_out_step_by_step_with_its_memory_and_its_count():
    (part,) = last(walked("adam")).parts
    mean, with_numbers, square, *_ = spelled(part)
    assert mean == "← m + (1 − β₁) · (g − m) "
    assert with_numbers == "= 0.25 + (1 − 0.9) × (−2.125 − 0.25) = 0.0125 "
    assert square == "← β₂ · s + (1 − β₂) · g² "
    assert [row.role for row in part.factors] == ["old", "rate", "slope", "state", "state", "new"]
    assert part.factors[2].words == "mean over 200"
    assert part.lesson == OPTIMIZERS["adam"].why


def test_a_decay_that_is_zero_is_not_written_out_and_one_that_is_not_comes_first():
    (without,) = last(walked("sgd")).parts
    assert spelled(without) == ["← w − η · g ", "= 0.5 − 0.05 × (−2.125) ≈ 0.6062 "]
    (part,) = last(walked("sgd", weight_decay=0.1)).parts
    assert spelled(part)[0] == "← g + λ · w "


def test_what_momentum_remembers_can_carry_a_leaf_against_its_gradient():
    (part,) = last(walked("momentum", remembered=30.0)).parts
    assert part.why == "What momentum remembers carries w down."
    (part,) = last(walked("momentum", remembered=0.0)).parts
    assert part.why == "A larger w makes loss smaller, so w goes up."


def test_the_sentence_says_which_update_of_which_optimizer_it_is_and_over_how_many_samples():
    found = walked("rmsprop", samples=1_000)
    assert sentence(found, len(found.events) - 1).startswith("w becomes ")
    said = "update 12 of RMSprop with rate 0.05 and the mean gradient of 1,000 samples, −2.125."
    assert sentence(found, len(found.events) - 1).endswith(said)


def test_a_locked_leaf_is_not_moved():
    program = parse(LINE)
    found = trace(program.graph, program.leaves(), locked={W})
    assert [event.node for event in found.events if event.kind == "update"] == [0]
    assert W not in found.updated
