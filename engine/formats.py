"""FORMATS: all that a graph with numbers can be written as, one row a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType

from engine.computed import Computed
from engine.export.dot import dot
from engine.export.engine_file import engine_file
from engine.export.labelled import json_text
from engine.export.numpy_file import numpy_file
from engine.export.tex import step_tex, tex
from engine.export.torch_file import torch_file
from engine.standalone.document import document
from engine.standalone.raster import png
from engine.standalone.still import svg
from engine.trace import Grain


@dataclass(frozen=True)
class Wanted:
    """What of a graph is wanted, where a format can show it.

    Attributes:
        step: a step of the walk, from 1; None for the finished numbers.
        grain: what a step is.
        dark: whether a picture stands on dark ground.
    """

    step: int | None = None
    grain: Grain = "node"
    dark: bool = False


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        name: what it is asked for by.
        title: what people call it.
        file: what a file of it is called.
        media: its media type.
        sentence: what it is good for.
        make: (what is computed, what of it is wanted) -> the file.
    """

    name: str
    title: str
    file: str
    media: str
    sentence: str
    make: Callable[[Computed, Wanted], str | bytes]

    @property
    def suffix(self) -> str:
        """Return what the name of such a file ends in."""
        return PurePath(self.file).suffix


_ROWS = (
    Format(
        "svg",
        "SVG",
        "gradwalk.svg",
        "image/svg+xml",
        "The picture, sharp at any size.",
        lambda work, of: svg(work, dark=of.dark, step=of.step, grain=of.grain),
    ),
    Format(
        "png",
        "PNG",
        "gradwalk.png",
        "image/png",
        "The picture, for slides and chats.",
        lambda work, of: png(work, dark=of.dark, step=of.step, grain=of.grain),
    ),
    Format(
        "html",
        "Web page",
        "gradwalk.html",
        "text/html",
        "One file that steps, folds and explains itself without a network.",
        lambda work, _: document(work),
    ),
    Format(
        "py",
        "Python",
        "gradwalk.py",
        "text/x-python",
        "The program in gradwalk's own engine, to be run.",
        lambda work, _: engine_file(work),
    ),
    Format(
        "torch",
        "PyTorch",
        "gradwalk_torch.py",
        "text/x-python",
        "The same in PyTorch: it prints the same loss and gradients.",
        lambda work, _: torch_file(work),
    ),
    Format(
        "numpy",
        "NumPy",
        "gradwalk_numpy.py",
        "text/x-python",
        "The same by hand: forward and backward, each derivative written out.",
        lambda work, _: numpy_file(work),
    ),
    Format(
        "tex",
        "LaTeX",
        "gradwalk.tex",
        "text/x-tex",
        "Every rule with its numbers, forward and back; or the step alone.",
        lambda work, of: tex(work) if of.step is None else step_tex(work, of.step, of.grain),
    ),
    Format(
        "json",
        "JSON",
        "gradwalk.json",
        "application/json",
        "Nodes, values and gradients, as /api/graph has them.",
        lambda work, _: json_text(work),
    ),
    Format(
        "dot",
        "DOT",
        "gradwalk.dot",
        "text/vnd.graphviz",
        "For Graphviz, with the parts of the program as clusters.",
        lambda work, _: dot(work),
    ),
)
FORMATS: Mapping[str, Format] = MappingProxyType({row.name: row for row in _ROWS})


def by_file(name: str) -> Format | None:
    """Return the first format whose files are called so; None where there is none.

    >>> by_file("o.svg").name
    'svg'
    """
    suffix = {".gv": ".dot", ".htm": ".html"}.get(*[PurePath(name).suffix.lower()] * 2)
    return next((row for row in FORMATS.values() if row.suffix == suffix), None)
