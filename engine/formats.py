"""FORMATS: all that a graph with numbers can be written as, one row a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import TypedDict

from engine.computed import Computed
from engine.drawing.picture import Picture
from engine.export.dot import dot
from engine.export.engine_file import engine_file
from engine.export.labelled import json_text
from engine.export.numpy_file import numpy_file
from engine.export.tex import tex
from engine.export.torch_file import torch_file
from engine.standalone.document import document
from engine.standalone.raster import png
from engine.standalone.still import svg
from engine.trace import Grain, Trace


@dataclass(frozen=True)
class Wanted:
    """What of a graph is wanted, where a format can show it.

    Attributes:
        step: a step of the walk, from 1; None for the finished numbers.
        grain: what a step is.
        dark: whether a picture stands on dark ground.
        picture: what is open in a picture, and where it stands; as the page opens it if None.
        trace: another walk than the usual one.
    """

    step: int | None = None
    grain: Grain = "node"
    dark: bool = False
    picture: Picture | None = None
    trace: Trace | None = None


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


class _Walk(TypedDict):
    step: int | None
    grain: Grain
    trace: Trace | None


def _walk(of: Wanted) -> _Walk:
    """Return which step of which walk is wanted."""
    return {"step": of.step, "grain": of.grain, "trace": of.trace}


_ROWS = (
    Format(
        "svg",
        "SVG",
        "gradwalk.svg",
        "image/svg+xml",
        "The picture, sharp at any size.",
        lambda work, of: svg(work, dark=of.dark, picture=of.picture, **_walk(of)),
    ),
    Format(
        "png",
        "PNG",
        "gradwalk.png",
        "image/png",
        "The picture, for slides and chats.",
        lambda work, of: png(work, dark=of.dark, picture=of.picture, **_walk(of)),
    ),
    Format(
        "html",
        "Web page",
        "gradwalk.html",
        "text/html",
        "One file that steps, folds and explains itself without a network.",
        lambda work, of: document(work, **_walk(of)),
    ),
    Format(
        "py",
        "Python",
        "gradwalk.py",
        "text/x-python",
        "The program in gradwalk's own engine; with data, the mean over all samples.",
        lambda work, _: engine_file(work),
    ),
    Format(
        "torch",
        "PyTorch",
        "gradwalk_torch.py",
        "text/x-python",
        "The same in PyTorch: it prints loss and gradients; with data, their means.",
        lambda work, _: torch_file(work),
    ),
    Format(
        "numpy",
        "NumPy",
        "gradwalk_numpy.py",
        "text/x-python",
        "The same by hand, each derivative written out; with data, the means.",
        lambda work, _: numpy_file(work),
    ),
    Format(
        "tex",
        "LaTeX",
        "gradwalk.tex",
        "text/x-tex",
        "Every rule with its numbers; at a step, that step.",
        lambda work, of: tex(work, **_walk(of)),
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
