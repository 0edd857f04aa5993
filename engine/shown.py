"""How a node or a graph shows itself in a notebook.

What draws them stands on them, so they cannot import it: `engine.standalone.cell` comes here and
says how.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

Draw = Callable[[Any], str]
_draws: list[Draw] = []


def shown_by(draw: Draw) -> None:
    """Say what draws a node or a graph as SVG text, in place of what did before."""
    _draws[:] = [draw]


def image(svg: str) -> str:
    """Return a picture as HTML that front ends show also where they trust no SVG of a notebook."""
    inside = base64.b64encode(svg.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{inside}" alt="Computation graph"'
        ' style="max-width:100%; height:auto"/>'
    )


def image_of(thing: Any) -> str | None:
    """Return the picture of a node or a graph as HTML; None where nothing draws."""
    svg = picture_of(thing)
    return svg and image(svg)


def picture_of(thing: Any) -> str | None:
    """Return the picture of a node or a graph; None, which shows its text, where nothing draws."""
    return _draws[0](thing) if _draws else None
