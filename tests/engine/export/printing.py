"""Exported files, run in this process; what they print, and what they should."""

import contextlib
import io

import numpy as np

from engine import evaluate
from engine.computed import Computed
from engine.export.engine_file import engine_file
from engine.export.numpy_file import numpy_file
from engine.export.plan import Plan
from engine.export.torch_file import torch_file
from engine.program import Limits, parse

LIMITS = Limits(seconds=60.0)
FILES = {"py": engine_file, "numpy": numpy_file, "torch": torch_file}
TOLERANCE = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}


def work_of(source, inputs=None):
    """Return a typed program with its numbers."""
    return Computed.of_program(parse(source, LIMITS), inputs)


def run(text):
    """Run a file; return what it prints, by name."""
    printed = io.StringIO()
    with np.errstate(), contextlib.redirect_stdout(printed):
        exec(compile(text, "exported", "exec"), {})
    return read(printed.getvalue())


def read(printed):
    """Return printed lines as numbers by name."""
    pairs = [line.rpartition(" = ") for line in printed.splitlines()]
    assert len({name for name, _, _ in pairs}) == len(pairs), "each line has a name of its own"
    return {name: float(number) for name, _, number in pairs}


def expected(work):
    """Return what should be printed: of data the means over the samples."""
    graph, plan = work.graph, Plan(work)
    leaves = work.values
    if plan.columns:
        leaves = np.repeat(work.values, len(next(iter(plan.columns.values()))), axis=1)
        for node, column in plan.columns.items():
            leaves[node] = column
    with np.errstate(all="ignore"):
        values = evaluate.forward(graph, leaves)
        gradients = evaluate.backward(graph, values).mean(axis=1)
        loss = values[graph.output].mean()
    return {"loss": loss} | {f"d loss / d {name}": gradients[node] for node, name in plan.printed}


def code(text):
    """Return the lines of a file but for the program in its comment and the table of its data."""
    return [line for line in text.splitlines() if not line.startswith("#     ")]
