"""Graphs as files: one row a format.

>>> from engine.expr import Expr
>>> work = Computed.of(Expr(2.0, label="x").tanh(label="o"))
>>> FORMATS["dot"].write(work).splitlines()[0]
'digraph gradwalk {'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.computed import Computed
from engine.export import dot, engine_file, labelled, numpy_file, tex, torch_file
from engine.export.labelled import read
from engine.export.tex import step_tex

__all__ = ["FORMATS", "Format", "read", "step_tex"]


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        name: what it is called where one chooses.
        suffix: how such a file's name ends.
        media: its media type.
        sentence: what is in it.
        write: a graph with its numbers -> the text of the file.
    """

    name: str
    suffix: str
    media: str
    sentence: str
    write: Callable[[Computed], str]


_PYTHON = "text/x-python"
_ROWS = (
    Format(
        "dot",
        ".dot",
        "text/vnd.graphviz",
        "The graph for Graphviz: name, op, value and gradient of each node, scopes as clusters.",
        dot.dot,
    ),
    Format(
        "json",
        ".json",
        "application/json",
        "The graph with all its numbers, as POST /api/graph answers; it can be read back.",
        labelled.json_text,
    ),
    Format(
        "tex",
        ".tex",
        "text/x-tex",
        "A LaTeX document: the rule of each value and each step of the chain rule, with numbers.",
        tex.tex,
    ),
    Format(
        "py",
        ".py",
        _PYTHON,
        "A Python file that builds the graph with this engine and prints loss and gradients.",
        engine_file.engine_file,
    ),
    Format(
        "torch",
        "_torch.py",
        _PYTHON,
        "A Python file that computes the same with PyTorch and prints loss and gradients.",
        torch_file.torch_file,
    ),
    Format(
        "numpy",
        "_numpy.py",
        _PYTHON,
        "A Python file with NumPy alone: forward, and the way back written out by hand.",
        numpy_file.numpy_file,
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({row.name: row for row in _ROWS})
