"""An exported Python file, when run, prints the loss and the gradients that the engine finds.

What the PyTorch files print is stored; `python -m bench.exports_oracle` runs them.
"""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.exports_programs import CHOSEN, fingerprint, programs
from engine.computed import Computed
from engine.export.pieces import WIDTH
from engine.export.plan import Plan
from engine.expr import Expr
from engine.graph import Graph
from engine.native import forward
from engine.ops import OPS, Op
from tests.engine.export.printing import FILES, TOLERANCE, code, expected, read, run, work_of
from tests.engine.graphs import USUAL, graphs, numbers

ROOT = Path(__file__).parents[3]
FIGURES = json.loads((ROOT / "tests/data/export_figures.json").read_text("utf-8"))["programs"]
PROGRAMS = programs()
RUN_AGAIN = "PyTorch files are written otherwise now: run python -m bench.exports_oracle"
works = {}

every_program = pytest.mark.parametrize("name", PROGRAMS)
every_file = pytest.mark.parametrize("kind", ["py", "numpy", "torch"])
both_that_run_here = pytest.mark.parametrize("kind", ["py", "numpy"])


def work(name):
    if name not in works:
        works[name] = work_of(PROGRAMS[name])
    return works[name]


@both_that_run_here
@every_program
def test_a_file_prints_the_loss_and_every_gradient(name, kind):
    assert run(FILES[kind](work(name))) == pytest.approx(expected(work(name)), **TOLERANCE)


@pytest.mark.parametrize("figures", FIGURES, ids=lambda row: row["program"])
def test_pytorch_printed_the_loss_and_every_gradient(figures):
    assert PROGRAMS.get(figures["program"]) == figures["source"], RUN_AGAIN
    found = work(figures["program"])
    assert fingerprint(FILES["torch"](found)) == figures["sha256"], RUN_AGAIN
    assert read("\n".join(figures["printed"])) == pytest.approx(expected(found), **TOLERANCE)


def test_there_are_figures_for_every_program_and_every_op():
    assert {row["program"] for row in FIGURES} == PROGRAMS.keys(), RUN_AGAIN
    assert {op.name for name in PROGRAMS for _, op, _ in work(name).graph.steps} == set(OPS)


@every_file
@every_program
def test_no_line_of_code_is_too_long(name, kind):
    assert max(map(len, code(FILES[kind](work(name))))) <= WIDTH


@both_that_run_here
def test_a_file_runs_by_itself(kind, tmp_path):
    file = tmp_path / "neuron.py"
    file.write_text(FILES[kind](work("neuron")), "utf-8")
    done = subprocess.run(
        [sys.executable, str(file)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert read(done.stdout) == pytest.approx(expected(work("neuron")), **TOLERANCE)
    assert done.stdout.splitlines()[0].startswith("loss = 0.70710678118654")


@both_that_run_here
@settings(max_examples=60)
@given(data=st.data())
def test_any_graph_of_any_ops_is_written_so_that_it_comes_to_the_same(kind, data):
    graph = data.draw(graphs(most=25))
    values = forward(graph, data.draw(numbers(graph, 1, USUAL.map(_middling))))
    found = Computed(graph, values)
    text = FILES[kind](found)
    assert max(map(len, code(text))) <= WIDTH
    printed, wanted = run(text), expected(found)
    assert printed.keys() == wanted.keys()
    if np.isfinite([*values[:, 0], *found.found.nodes[:, 0]]).all():
        assert printed == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def _middling(number):
    """Return a number without the far digits and sizes in which another order of factors shows."""
    return round(number, 2)


def test_the_numpy_file_of_the_neuron_reads_as_one_would_write_it():
    lines = FILES["numpy"](work("neuron")).splitlines()
    begin = lines.index("# forward")
    assert lines[begin : begin + 13] == [
        "# forward",
        "n = x1 * w1 + x2 * w2 + b",
        "o = np.tanh(n)",
        "",
        "# backward: d_x is d loss / d x",
        "d_o = np.float64(1.0)",
        "d_n = d_o * (1 - o**2)",
        "d_b = d_n",
        "d_w2 = d_n * x2",
        "d_w1 = d_n * x1",
        "d_x2 = d_n * w2",
        "d_x1 = d_n * w1",
        "",
    ]


@every_file
def test_a_file_says_what_it_is_and_is_the_same_each_time(kind):
    text = FILES[kind](work("moons"))
    assert ast.get_docstring(ast.parse(text))
    assert text == FILES[kind](work_of(PROGRAMS["moons"]))
    assert text.endswith(")\n")
    assert "\n\n\n" not in text


@every_file
def test_the_program_stands_above_as_a_comment(kind):
    text = FILES[kind](work("neuron"))
    assert text.startswith('"""')
    assert "# The program:\n#\n#     x1, x2 = 2, 0\n" in text
    assert "# The program" not in FILES[kind](Computed.of(Expr(2.0, label="x") * 3))


def test_a_comment_cannot_end_and_become_code():
    source = "x = 2 # \x0cimport os\r\u2028raise SystemExit\ny = x*x"
    found = Computed(work("neuron").graph, work("neuron").values, source)
    for kind in ("py", "numpy"):
        assert run(FILES[kind](found)) == pytest.approx(expected(found), **TOLERANCE)


def test_labels_that_are_no_names_stay_apart_and_are_printed_as_they_are():
    labels = ["a b", "a.b", "a_b", "lambda", "np", "torch", "print", "x", "x", "", "→", "名", "2nd"]
    labels += ["d_x", "t1", "loss", "table", 'quo"te', "back\\slash", "new\nline", "a" * 90]
    labels += ["\N{LATIN SMALL LIGATURE FI}", "fi", "\ud800"]
    leaves = [Expr(0.1 * k - 1, label=label) for k, label in enumerate(labels, 1)]
    total = sum(leaf * leaf.sin() * k for k, leaf in enumerate(leaves, 1))
    found = Computed.of((total + total.tanh()).exp(label="exp"))
    for kind in ("py", "numpy"):
        printed = run(FILES[kind](found))
        assert printed == pytest.approx(expected(found), **TOLERANCE)
        assert FILES[kind](found).encode()
        assert {"d loss / d a b", "d loss / d x#2", "d loss / d new\\nline"} <= printed.keys()


@cache
def long_chain():
    """Return a sum of 10,000 products and 2,000 sines of sines, and what should be printed."""
    leaves = [Expr(0.5 + k, label=f"x{k}") for k in range(20)]
    total = leaves[0]
    for k in range(10_000):
        total = total + leaves[k % 20] * (k % 7)
    nested = leaves[1]
    for _ in range(2_000):
        nested = (nested * 0.9).sin()
    found = Computed.of(total + nested)
    return found, expected(found)


@both_that_run_here
def test_a_chain_of_ten_thousand_terms_is_still_python(kind):
    found, wanted = long_chain()
    assert run(FILES[kind](found)) == pytest.approx(wanted, **TOLERANCE)


def test_leaves_without_a_name_that_learn_are_printed_and_data_is_not():
    weight, given = Expr(0.5), Expr(2.0, learnable=False)
    found = Computed.of(weight * given + given)
    assert [name for _, name in Plan(found).printed] == ["p1"]
    assert run(FILES["py"](found)) == {"loss": 3.0, "d loss / d p1": 2.0}
    moons = run(FILES["numpy"](work("moons")))
    assert not {"d loss / d x1", "d loss / d y"} & moons.keys()
    assert len(moons) == 1 + 17


def test_what_the_output_does_not_depend_on_is_left_out():
    text = FILES["numpy"](work_of("x = 2\nunused = 3\nz = unused*2\nx*x"))
    assert "unused" not in "\n".join(code(text))


def test_a_new_op_needs_no_word_of_pytorchs(monkeypatch):
    row = Op("gap", ("x", "y"), "0 if x <= y else x - y", ("0 if x <= y else 1",) * 2, "w")
    monkeypatch.setattr("engine.graph.ROWS", (*OPS.values(), row))
    monkeypatch.setattr("engine.graph.CODES", {op: k for k, op in enumerate((*OPS, "gap"))})
    x, y = Expr(3.0, label="x"), Expr(1.0, label="y")
    output = Expr.of(row, x, y)
    found = Computed(Graph.of(output), np.array([[3.0], [1.0], [2.0]]))
    assert "torch.where(x <= y, 0.0, x - y)" in FILES["torch"](found)
    assert "np.where(x <= y, 0.0, x - y)" in FILES["numpy"](found)
    assert "x.gap(y)" in FILES["py"](found)


def test_the_chosen_programs_are_of_every_kind():
    assert sum(bool(work(name).columns) for name in CHOSEN) >= 3
    assert any(not np.isfinite(work(name).output) for name in CHOSEN)


def test_of_data_a_file_says_that_its_loss_is_a_mean_and_over_how_many():
    of_data = work_of('x, y = data("sine", n=50, seed=1)\nw = param(1)\nmse(w*x, y)')
    for kind, write in FILES.items():
        assert "The loss is the mean over 50 samples." in ast.get_docstring(
            ast.parse(write(of_data))
        )
        assert "the mean over" not in FILES[kind](work("neuron"))


def test_a_leaf_more_costs_the_pytorch_file_no_look_at_all_others(monkeypatch):
    def looks(count):
        seen = []
        kept = Plan.__dict__["leaves"]
        monkeypatch.setattr(
            Plan, "leaves", property(lambda plan: seen.append(1) or kept.func(plan))
        )
        FILES["torch"](work_of("+".join(f"x{k}" for k in range(count))))
        monkeypatch.undo()
        return len(seen)

    assert looks(30) == looks(3)
