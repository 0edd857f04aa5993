"""PyTorch's double backward agrees: first and second derivatives of many programs.

The figures are stored; `python -m bench.second_oracle --check` computes them again.
"""

import json
import math
from pathlib import Path

import pytest

from engine.derivative import grad
from engine.expr import Expr
from engine.program import parse

FIGURES = json.loads((Path(__file__).parents[1] / "data/second_figures.json").read_text("utf-8"))
PROGRAMS = FIGURES["programs"]


def built(source, inputs):
    """Return a program's output as an Expr, and its named leaves."""
    program = parse(source)
    graph, numbers = program.graph, program.leaves(inputs)
    nodes = []
    for node in range(len(graph)):
        op = graph.op(node)
        if op is not None:
            nodes.append(Expr.of(op, *(nodes[each] for each in graph.operands_of(node))))
        else:
            make = Expr.inline if graph.constant[node] else Expr
            nodes.append(make(numbers[node, 0]))
    return nodes[graph.output], {
        name: nodes[leaf.node] for name, leaf in program.input_named.items()
    }


def agree(ours, theirs, scale):
    theirs = float(theirs)  # what is not finite is stored as a text
    if not math.isfinite(theirs):
        return ours == theirs or (math.isnan(ours) and math.isnan(theirs))
    return ours == pytest.approx(theirs, rel=1e-9, abs=1e-12 * scale)


@pytest.mark.parametrize("figures", PROGRAMS, ids=lambda row: row["source"][-40:])
def test_pytorch_agrees_on_first_and_second_derivatives(figures):
    output, leaves = built(figures["source"], figures["inputs"])
    names = list(figures["first"])
    asked = [leaves.get(name, Expr(0.0)) for name in names]
    firsts = grad(output, asked)
    sizes = [abs(float(each)) for row in figures["second"].values() for each in row]
    scale = max([1.0, *filter(math.isfinite, sizes)])  # terms cancel to the last digits
    for name, first in zip(names, firsts, strict=True):
        assert agree(first.data, figures["first"][name], scale), name
        for second, wanted in zip(grad(first, asked), figures["second"][name], strict=True):
            assert agree(second.data, wanted, scale), (name, second.data, wanted)


def test_curves_that_bend_are_among_them():
    bent = {row["source"] for row in PROGRAMS if any(any(each) for each in row["second"].values())}
    assert {"gelu(x)", "softplus(x)", "elu(x)", "tanh(x)", "x^y", "erf(x)"} <= bent
    assert len(bent) > 80
