"""Pictures of the documentation, drawn by the engine while the pages are built.

    ```{gradwalk}
    :set: x=2, w=-3
    :step: 12
    :caption: The neuron, half way back.

    o = tanh(w*x + b)
    ```

The body is a program. `set` gives numbers to its inputs, `step` shows it at that step of its walk,
from 1, `interactive` puts a page into the page that can be folded and stepped. Light and dark are
two files, of which the theme shows one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from engine.computed import Computed
from engine.errors import ProgramError
from engine.numerals import short
from engine.program import parse
from engine.standalone.document import document
from engine.standalone.still import svg

MOST_TOLD = 6  # numbers in the words that stand for a picture


class picture(nodes.General, nodes.Element):  # noqa: N801  docutils names its nodes so
    """A drawn program; `files` are written when a page needs them."""


class Gradwalk(SphinxDirective):
    """The directive."""

    has_content = True
    option_spec: ClassVar[Mapping[str, Any]] = {
        "set": directives.unchanged,
        "step": directives.positive_int,
        "caption": directives.unchanged,
        "alt": directives.unchanged,
        "interactive": directives.flag,
        "height": directives.nonnegative_int,
    }

    def run(self) -> list[nodes.Node]:
        """Return a figure; a program that is refused is a warning at its place."""
        source = "\n".join(self.content)
        settings = _settings(self.options.get("set", ""))
        step = self.options.get("step")
        try:
            work = Computed.of_program(parse(source), settings)
        except ProgramError as error:
            raise self.error(f"This program is refused: {error} {error.hint}") from error
        words = self.options.get("alt") or spoken(work, source, step)
        node = picture("", alt=words, height=self.options.get("height", 420))
        node["framed"] = "interactive" in self.options
        node["files"] = {
            look: _framed(work, look)
            if node["framed"]
            else svg(work, dark=look == "dark", step=step)
            for look in ("light", "dark")
        }
        figure = nodes.figure("", node, classes=["gradwalk"])
        if caption := self.options.get("caption"):
            inline, messages = self.parse_inline(caption)
            figure += nodes.caption(caption, "", *inline)
            return [figure, *messages]
        return [figure]


def _settings(text: str) -> dict[str, float]:
    """Return the numbers of `x=2, w=-3` by name.

    >>> _settings("x=2, w=-3")
    {'x': 2.0, 'w': -3.0}
    """
    pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
    return {name.strip(): float(number) for name, _, number in pairs}


def _framed(work: Computed, look: str) -> str:
    """Return the page that is put into the page; it follows the site, not the reader's system."""
    return document(work).replace("<html ", f'<html data-theme="{look}" ', 1)


def spoken(work: Computed, source: str, step: int | None = None) -> str:
    """Return the words that stand for a picture: how large, what comes out, the gradients.

    >>> spoken(Computed.of_program(parse("y = x*x"), {"x": 3}), "y = x*x")
    'The graph of y = x*x: y is 9; gradients: x 6.'
    """
    graph = work.graph
    told = [node for node, op in enumerate(graph.codes.tolist()) if op < 0 and graph.labels[node]]
    gradients = work.found.nodes[:, 0]
    numbers = ", ".join(f"{graph.name(node)} {short(gradients[node])}" for node in told[:MOST_TOLD])
    last = graph.name(graph.output)
    what = source.strip() if source.strip().count("\n") == 0 else f"{len(graph)} nodes"
    if step:
        return f"The graph of {what} at step {step} of {work.trace.total('node')}."
    return f"The graph of {what}: {last} is {short(work.output)}; gradients: {numbers}."


def visit_picture(self: HTML5Translator, node: picture) -> None:
    """Write the files beside the page's images, and the elements that show them."""
    folder = Path(self.builder.outdir, self.builder.imagedir)
    folder.mkdir(parents=True, exist_ok=True)
    for look, text in node["files"].items():
        ending = "html" if node["framed"] else "svg"
        name = f"gradwalk-{hashlib.sha256(text.encode()).hexdigest()[:16]}.{ending}"
        (folder / name).write_text(text, "utf-8")
        alt = escape(node["alt"])
        place = f'class="only-{look}" src="{self.builder.imgpath}/{name}" loading="lazy"'
        self.body.append(
            f'<iframe {place} title="{alt}" height="{node["height"]}"></iframe>'
            if node["framed"]
            else f'<img {place} alt="{alt}">'
        )
    raise nodes.SkipNode


def visit_words(self: Any, node: picture) -> None:
    """Elsewhere a picture is its words."""
    self.add_text(node["alt"])
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_node(picture, html=(visit_picture, None), text=(visit_words, None))
    app.add_directive("gradwalk", Gradwalk)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
