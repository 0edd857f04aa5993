"""A program that has learned, over the plane of its data: drawn while the pages are built.

    ```{learned}
    :optimizer: adam
    :rate: 0.05
    :updates: 0, 10, 60

    x1, x2, y = data("moons")
    o = tanh(MLP(2, [8, 1], activation=tanh)(x1, x2))
    loss = mse(o, y)
    ```

Each number of updates is one square: its ground is the prediction, blue above 0 and orange below,
the paler the closer; its dots are the samples in the colour of their class.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from engine.numerals import short
from engine.program import parse
from engine.regime import Regime
from engine.training import Trainer

CELLS = 48  # of the ground, on either side
SIZE = 216.0  # px, of either side
SHADES = 6  # of either colour
DOT = 2.2  # px


class Learned(SphinxDirective):
    """The directive."""

    has_content = True
    option_spec: ClassVar[Mapping[str, Any]] = {
        "optimizer": directives.unchanged,
        "rate": float,
        "updates": directives.unchanged_required,
        "caption": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a figure with a square for each number of updates."""
        numbers = {"rate": self.options["rate"]} if "rate" in self.options else {}
        regime = Regime(self.options.get("optimizer", "sgd"), numbers)
        trainer = Trainer(parse("\n".join(self.content)), {}, regime, seed=1, kernels=None)
        counts = [int(word) for word in self.options["updates"].split(",")]
        squares = "".join(squares_of(trainer, counts))
        figure = nodes.figure("", nodes.raw("", squares, format="html"), classes=["learned"])
        if caption := self.options.get("caption"):
            inline, messages = self.parse_inline(caption)
            figure += nodes.caption(caption, "", *inline)
            return [figure, *messages]
        return [figure]


def squares_of(trainer: Trainer, counts: list[int]) -> Iterator[str]:
    r"""Yield the plane after each of so many updates, ascending, with what is to be said of it.

    >>> program = parse("x1, x2, y = data('xor', n=40)\nmse(tanh(a*x1 + b*x2), y)")
    >>> trainer = Trainer(program, {}, Regime("sgd", {"rate": 0.1}), seed=1, kernels=None)
    >>> [square.count("<circle") for square in squares_of(trainer, [0, 5])]
    [40, 40]
    """
    for count in counts:
        trainer.advance(count - trainer.step)
        loss = short(trainer.measure().loss, 3)
        after = "at the start" if not count else f"after {count} updates"
        words = f"Prediction and samples {after}; loss {loss}"
        yield f'<span class="square">{plane(trainer, words)}{after}, loss {loss}</span>'


def plane(trainer: Trainer, words: str) -> str:
    """Return the prediction over the plane and the samples on it, as one `<svg>`."""
    return (
        f'<svg class="plane" viewBox="0 0 {SIZE:g} {SIZE:g}" width="{SIZE:g}" height="{SIZE:g}"'
        f' role="img" aria-label="{words}">{"".join(_ground(trainer))}{"".join(_dots(trainer))}'
        "</svg>"
    )


def _ground(trainer: Trainer) -> Iterator[str]:
    """Yield bands of one shade each, row by row from the top."""
    assert trainer.program.predicted is not None
    (node,) = trainer.program.predicted.nodes
    field = np.clip(trainer.field([node], CELLS, CELLS)[0], -1.0, 1.0)
    shades = np.rint(field * SHADES).astype(int)[::-1]
    side = SIZE / CELLS
    for row, line in enumerate(shades.tolist()):
        for shade, cells in groupby(range(CELLS), key=line.__getitem__):
            if shade:
                run = list(cells)
                yield (
                    f'<rect class="class{int(shade > 0)}" x="{run[0] * side:g}" y="{row * side:g}"'
                    f' width="{len(run) * side:g}" height="{side:g}"'
                    f' opacity="{abs(shade) / SHADES * 0.3:.2f}"/>'
                )


def _dots(trainer: Trainer) -> Iterator[str]:
    assert trainer.program.samples is not None
    table, ((left, right), (bottom, top)) = trainer.program.samples.table, trainer.domain
    for x, y, target in table.rows.tolist():
        across, down = (x - left) / (right - left) * SIZE, (top - y) / (top - bottom) * SIZE
        kind = table.classes.index(target)
        yield f'<circle class="class{kind}" cx="{across:.1f}" cy="{down:.1f}" r="{DOT}"/>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("learned", Learned)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
