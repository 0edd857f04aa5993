"""The file for this engine builds the same graph: labels, leaves that learn, structure."""

import re

import numpy as np
import pytest

from bench.exports_programs import programs
from engine.computed import Computed
from engine.errors import ProgramError
from engine.export.engine_file import engine_file
from engine.export.plan import Plan
from engine.expr import Expr
from engine.program import parse
from tests.engine.export.printing import TOLERANCE, expected, work_of

PROGRAMS = programs()
WITHOUT_DATA = [name for name, source in PROGRAMS.items() if "data(" not in source]


KINDS = {}


def shape(work):
    """Return what a graph is, whatever the order in which its nodes were made: a number, a size.

    Nodes have the same number where label, op or number, and operands are the same.
    """
    graph, plan = work.graph, Plan(work)
    found = {}
    for node in np.flatnonzero(graph.reaching).tolist():
        op = plan.ops[node]
        what = op.name if op else (repr(plan.numbers[node]), bool(graph.learnable[node]))
        kind = (graph.labels[node], what, *(found[k] for k in plan.operands[node]))
        found[node] = KINDS.setdefault(kind, len(KINDS))
    return found[graph.output], len(found)


def built(text):
    """Run a file; return the graph that it builds."""
    names = {"print": lambda *_: None}
    exec(compile(text, "exported", "exec"), names)
    return Computed.of(names[re.search(r"^(\w+)\.backward\(\)$", text, re.MULTILINE)[1]])


@pytest.mark.parametrize("name", WITHOUT_DATA)
def test_the_graph_is_the_same_node_for_node(name):
    work = work_of(PROGRAMS[name])
    again = built(engine_file(work))
    assert shape(again) == shape(work)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_typed_language_reads_the_file(name):
    work = work_of(PROGRAMS[name])
    again = work_of(engine_file(work))
    assert expected(again) == pytest.approx(expected(work), **TOLERANCE)
    if not work.columns:
        assert np.count_nonzero(again.graph.reaching) == np.count_nonzero(work.graph.reaching)


def test_a_leaf_that_does_not_learn_is_none_that_learns_in_the_file_either():
    x = Expr(2.0, label="x", learnable=False)
    text = engine_file(Computed.of(x * Expr(3.0, label="w")))
    assert 'x = Expr(2.0, label="x", learnable=False)' in text
    for again in (built(text), work_of(text)):
        learns = dict(zip(again.graph.labels, again.graph.learnable.tolist(), strict=True))
        assert (learns["x"], learns["w"]) == (False, True)


def test_a_result_keeps_its_label_however_it_is_written():
    x = Expr(2.0, label="x")
    line = (x * x + 1).tanh(label="a call")
    text = engine_file(Computed.of((line - x).exp(label="o" * 90)))
    assert 'a_call = (x * x + 1).tanh(label="a call")' in text
    assert f'.label = "{"o" * 90}"' in text
    assert built(text).graph.labels.count("o" * 90) == 1


def test_adding_zero_is_a_node_in_the_file_too():
    text = engine_file(Computed.of(Expr.of(work_of("x+1").graph.op(2), 0.0, Expr(1.0, label="x"))))
    assert "loss = 0.0 + x" in text


@pytest.mark.parametrize(
    "line", ["Expr.inline(1, 2)", "Expr.outline(1)", "Expr(1, 2, 3)", "Expr(1, grad=2)"]
)
def test_what_the_language_cannot_read_of_the_engine_is_refused(line):
    with pytest.raises(ProgramError):
        parse(f"from engine import Expr\nx = {line}\nx*x")
