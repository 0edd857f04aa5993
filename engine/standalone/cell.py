"""What a notebook shows of an Expr, of a graph, and of `show(...)`.

>>> from engine.expr import Expr
>>> x = Expr(3.0, label="x")
>>> show(x * x)
<the picture of a graph of 2 nodes; a notebook shows it, .save("name.html") keeps it>
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import Any

from engine.computed import Computed
from engine.errors import ExportError, ExprError
from engine.expr import Expr
from engine.graph import Graph
from engine.shown import image, shown_by
from engine.standalone.document import document
from engine.standalone.raster import png
from engine.standalone.scene import usual_picture
from engine.standalone.still import structure_svg, svg

LOWEST, HIGHEST = 400, 640  # px of a cell
AROUND = 140.0  # px of it that are not the picture


@dataclass(frozen=True, eq=False)
class Shown:
    """A graph that a notebook shows as a picture that folds, lights up and steps.

    It is one HTML document in a frame of its own, and needs no kernel and no network: in a saved
    notebook it goes on working.

    Attributes:
        work: the graph and its numbers, as they were when it was shown.
        height: px.
    """

    work: Computed
    height: int

    @cached_property
    def html(self) -> str:
        """Return the whole document."""
        return document(self.work)

    @cached_property
    def svg(self) -> str:
        """Return the picture alone."""
        return svg(self.work, dark=None)

    def save(self, path: str | Path) -> None:
        """Keep it as a file: the document, or the picture, by what the name ends in.

        Raises:
            ExportError: the name ends in none of .html, .svg and .png.
        """
        match Path(path).suffix.lower():
            case ".html" | ".htm":
                Path(path).write_text(self.html, "utf-8")
            case ".svg":
                Path(path).write_text(self.svg, "utf-8")
            case ".png":
                Path(path).write_bytes(png(self.work))
            case _:
                raise ExportError(
                    f"A file is kept as .html, .svg or .png, and {Path(path).name} is none of them."
                )

    def _repr_html_(self) -> str:
        """Return the document in a frame whose scripts can reach nothing outside of it.

        Where a notebook is not trusted, front ends leave out the frame and keep what is in it.
        """
        inside = self.html.replace("&", "&amp;").replace("'", "&#39;")
        return (
            f'<iframe sandbox="allow-scripts" width="100%" height="{self.height}" title="A graph,'
            f' step by step" style="border: 0" srcdoc=\'{inside}\'>'
            f"{image(self.svg)}"
            "<p>Once this notebook is trusted, the picture steps and folds.</p></iframe>"
        )

    def _repr_svg_(self) -> str:
        """Return the picture alone."""
        return self.svg

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return every form of it: front ends take the best that they can show."""
        return {
            "text/html": self._repr_html_(),
            "image/svg+xml": self.svg,
            "text/plain": repr(self),
        }

    def __repr__(self) -> str:
        """Return what it is, for a terminal."""
        count = len(self.work.graph)
        return (
            f"<the picture of a graph of {count} node{'s' if count > 1 else ''}; "
            'a notebook shows it, .save("name.html") keeps it>'
        )


def show(thing: Any, height: int | None = None) -> Shown:
    """Return an Expr, or a graph with its numbers, as a picture that a notebook can step through.

    Args:
        thing: an Expr, or a Computed; it is not changed, nor followed when it changes later.
        height: px of the cell; by the picture if None.

    Raises:
        ExprError: it has no numbers to show, or no cell is so high.
    """
    if isinstance(thing, Graph):
        raise ExprError("A Graph has no numbers to step through. Show the Expr it was made of.")
    if not isinstance(thing, Expr | Computed):
        raise ExprError(f"show takes an Expr, not this {type(thing).__name__}.")
    work = thing if isinstance(thing, Computed) else Computed.of(thing)
    if height is None:
        found = usual_picture(work.graph).height + AROUND
        height = round(min(max(found, LOWEST), HIGHEST))
    return Shown(work, _px(height))


def _px(height: Any) -> int:
    """Return the height of a cell.

    Raises:
        ExprError: it is no number from 1 on.
    """
    number = float(height) if isinstance(height, Real) else math.nan
    if height is True or not 1 <= number < math.inf:
        raise ExprError(f"The height of a cell is a number of px from 1 on, not {height!r}.")
    return round(number)


def picture(thing: Any) -> str:
    """Return an Expr with its numbers, or a graph without any, as one `<svg>`."""
    if isinstance(thing, Graph):
        return structure_svg(thing, dark=None)
    return svg(Computed.of(thing), dark=None)


shown_by(picture)
