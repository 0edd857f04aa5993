"""PyTorch agrees: value and every leaf's gradient of a few hundred programs.

The figures are stored; `python -m bench.oracle --check` computes them again.
"""

import json
import math
from pathlib import Path

import pytest

from engine.evaluate import backward, forward
from engine.ops import OPS
from engine.program import parse

FIGURES = json.loads((Path(__file__).parents[1] / "data/torch_figures.json").read_text("utf-8"))
PROGRAMS = FIGURES["programs"]
RELATIVE = 1e-9


def agree(ours, theirs):
    theirs = float(theirs)  # what is not finite is stored as a text
    if math.isnan(theirs) or math.isinf(theirs):
        return ours == theirs or (math.isnan(ours) and math.isnan(theirs))
    return math.isclose(ours, theirs, rel_tol=RELATIVE)


@pytest.mark.parametrize("figures", PROGRAMS, ids=lambda row: row["source"][-40:])
def test_pytorch_agrees(figures):
    program = parse(figures["source"])
    graph = program.graph
    values = forward(graph, program.leaves(figures["inputs"]))
    gradients = backward(graph, values)[:, 0]
    assert agree(values[graph.output, 0], figures["value"])
    found = {name: gradients[leaf.node] for name, leaf in program.input_named.items()}
    for name, theirs in figures["gradients"].items():
        assert agree(found.get(name, 0.0), theirs), (name, found.get(name), theirs)
    assert found.keys() <= figures["gradients"].keys()
    assert figures["inputs"].keys() <= found.keys()


def test_there_are_enough_programs_and_every_op_is_among_them():
    assert len({row["source"] for row in PROGRAMS}) >= 240
    used = set()
    for row in PROGRAMS:
        graph = parse(row["source"]).graph
        used |= {op.name for _, op, _ in graph.steps}
    assert used == set(OPS)
    assert sum(row["value"] in {"nan", "inf", "-inf"} for row in PROGRAMS) >= 10


def test_the_lectures_neuron_is_among_them():
    row = next(row for row in PROGRAMS if row["source"].endswith("o = tanh(n)"))
    assert agree(0.7071067811865476, row["value"])
    assert row["gradients"] == pytest.approx(
        {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5}
    )
