"""LaTeX: a document of the whole computation, and any one step."""

import re

import pytest

from engine.computed import Computed
from engine.errors import GraphError
from engine.explain import explain
from engine.export import tex as tex_module
from engine.export.tex import step_tex, tex
from engine.expr import Expr
from engine.trace import trace
from tests.engine.export.printing import work_of

SOURCE = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\no = tanh(x1*w1 + x2*w2 + b)"
NEURON = work_of(SOURCE)
ENVIRONMENT = re.compile(r"\\(begin|end)\{(\w+)\}")


def balanced(text):
    """Tell whether environments and braces close as they open."""
    open_ones = []
    for what, name in ENVIRONMENT.findall(text):
        if what == "begin":
            open_ones.append(name)
        elif not open_ones or open_ones.pop() != name:
            return False
    bare = re.sub(r"\\.", "", text)
    return not open_ones and bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0


def test_a_document_has_every_leaf_every_rule_and_every_chain_rule():
    text = tex(NEURON)
    assert text.startswith("\\documentclass{article}\n\\usepackage{amsmath}\n")
    assert text.endswith("\\end{document}\n")
    assert balanced(text)
    assert r"\mathit{x1} &= 2" in text
    assert r"o &= \tanh" in text
    assert r"&= 1 - {0.7071}^{2} \approx 0.5" in text
    trace = NEURON.trace
    phases = {phase.name: phase.start for phase in trace.phases("node")}
    for step in range(phases["update"]):
        assert explain(trace, step, "node").latex in text
    assert "leftarrow" not in text


@pytest.mark.parametrize("grain", ["node", "edge", "phase"])
def test_any_step_is_a_formula(grain):
    for step in range(NEURON.trace.total(grain)):
        found = step_tex(NEURON, step + 1, grain)
        assert found == (explain(NEURON.trace, step, grain).latex or found)
        assert balanced(found)
        assert found.startswith("\\begin{aligned}")


def test_a_given_value_is_a_formula_too():
    work = work_of("x = 2\nx*3")
    assert step_tex(work, 1) == "\\begin{aligned}\nx &= 2\n\\end{aligned}"
    assert step_tex(work, 2).splitlines()[1].strip() == "3"


@pytest.mark.parametrize("step", [-1, 0, 22])
def test_a_step_that_there_is_not_is_refused(step):
    with pytest.raises(GraphError, match=f"There is no step {step}: this walk has 21."):
        step_tex(NEURON, step)


def test_names_that_latex_would_stumble_over_are_escaped():
    text = tex(Computed.of(Expr(1.0, label="100% {a_b} #1 & $c ~^\\名") * Expr(2.0, label="σ")))
    assert balanced(text)
    assert r"\DeclareUnicodeCharacter{540D}{\texttt{U+540D}}" in text
    assert r"\sigma &= 2" in text
    assert "100\\% \\{a\\_b\\} \\#1 \\& \\$c" in text


def test_of_a_very_long_computation_the_rest_is_left_out_and_it_is_said(monkeypatch):
    monkeypatch.setattr(tex_module, "MOST_STEPS", 3)
    text = tex(work_of("+".join(f"x{k}" for k in range(8))))
    assert text.count("4 more steps are left out.") == 1
    assert text.count("5 more steps are left out.") == 1
    assert text.count("5 more leaves are left out.") == 1
    assert "left out" not in tex(work_of("x + y"))


def test_a_step_is_also_a_document_that_stands_alone():
    text = tex(NEURON, step=12)
    assert text.startswith("\\documentclass{article}\n\\usepackage{amsmath}\n")
    assert text.endswith("\\end{document}\n")
    assert step_tex(NEURON, 12) in text
    assert "passes its gradient on through tanh" in text
    assert text.count("aligned") == 2
    assert balanced(text)
    strange = tex(Computed.of(Expr(1.0, label="名") * 2.0), step=1)
    assert r"\DeclareUnicodeCharacter{540D}" in strange
    with pytest.raises(GraphError, match="There is no step 99"):
        tex(NEURON, step=99)


def test_another_walk_is_told_with_its_mistakes():
    work = work_of("a = 3\nb = a*a + a")
    wrong = trace(work.graph, work.values, mistakes={"overwrite"})
    last = wrong.total("node")
    assert tex(work, step=last, trace=wrong) != tex(work, step=last)
