"""The lessons in examples/ come to PyTorch's figures, and print what CPython prints.

The figures are stored; `python -m bench.lessons_oracle --check` computes them again.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from engine.native import forward, gradients
from engine.program import Limits, parse

ROOT = Path(__file__).parents[2]
EXAMPLES = {path.stem: path.read_text("utf-8") for path in (ROOT / "examples").glob("*.py")}
FIGURES = json.loads((ROOT / "tests/data/lesson_figures.json").read_text("utf-8"))["lessons"]
LESSONS = {row["lesson"]: row for row in FIGURES}
LIMITS = Limits(seconds=60.0)
TOLERANCE = {"rel": 1e-9, "abs": 1e-9}
NUMBER = re.compile(r"(-?\d+\.\d+(?:e[+-]?\d+)?)")

every_lesson = pytest.mark.parametrize("name", LESSONS)
programs = {}


def program_of(name):
    if name not in programs:
        programs[name] = parse(EXAMPLES[name], LIMITS)
    return programs[name]


@every_lesson
def test_a_lesson_comes_to_pytorchs_loss_and_gradients(name):
    program = program_of(name)
    graph = program.graph
    values = forward(graph, program.leaves())
    found = gradients(graph, values)
    assert values[graph.output, 0] == pytest.approx(LESSONS[name]["loss"], **TOLERANCE)
    leaves = [node for node in range(len(graph)) if leads_nowhere(graph, node)]
    ours = np.column_stack([values[leaves, 0], found.nodes[leaves, 0]])
    assert strangers(ours, LESSONS[name]["leaves"]) == []


def leads_nowhere(graph, node):
    """Tell whether a node is a leaf that may learn."""
    return bool((graph.operands[node] < 0).all()) and not graph.constant[node]


def strangers(ours, theirs):
    """Return the leaves, each a number and a gradient, that have no match of their own in ours.

    No order is asked for: it is not said in which one a program makes the leaves of its graph.
    """
    free = np.ones(len(ours), bool)
    lost = []
    for leaf in theirs:
        near = np.isclose(ours, leaf, rtol=1e-9, atol=1e-9).all(axis=1) & free
        if near.any():
            free[near.argmax()] = False
        else:
            lost.append(leaf)
    return lost


@every_lesson
def test_a_lesson_prints_what_cpython_prints(name):
    printed = "\n".join(line.text for line in program_of(name).printed)
    ours, theirs = parted(printed), parted("\n".join(LESSONS[name]["printed"]))
    assert ours[::2] == theirs[::2]
    assert list(map(float, ours[1::2])) == pytest.approx(
        list(map(float, theirs[1::2])), **TOLERANCE
    )


def parted(printed):
    """Return the text between numbers and the decimals, in turn.

    A gradient that nobody asked for yet is 0 to micrograd and 0.0 to us.
    """
    return NUMBER.split(re.sub(r"grad=0(?!\.)", "grad=0.0", printed))


def test_there_is_a_figure_for_every_lesson():
    assert EXAMPLES.keys() == LESSONS.keys()
    assert len(LESSONS) >= 6


def test_the_demo_of_micrograd_comes_to_the_number_in_its_notebook():
    assert LESSONS["moons"]["printed"][-1] == "Value(data=0.8958441028683222, grad=0) 0.5"
    assert LESSONS["moons"]["loss"] == pytest.approx(0.8958441028683222, rel=1e-14)


def test_the_lectures_neuron_is_among_them():
    gradients_of = [gradient for _, gradient in LESSONS["manual_neuron"]["leaves"]]
    assert gradients_of == pytest.approx([-1.5, 0.5, 1.0, 0.0, 0.5])
