r"""A computation as LaTeX: every value's rule with names and numbers, then every chain rule.

>>> from engine.expr import Expr
>>> work = Computed.of(Expr(2.0, label="x").tanh(label="o"))
>>> print(step_tex(work, 2))
\begin{aligned}
o &= \tanh \left( x \right) \\
&= \tanh \left( 2 \right) \approx 0.964
\end{aligned}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.computed import Computed
from engine.derivation import word
from engine.explain import Explanation, explain
from engine.latex import LAST_LATIN, latex, prose
from engine.numerals import short
from engine.trace import Grain, Trace
from engine.typeset import Line, Word

MOST_STEPS = 4_000  # of each direction; more than that nobody reads, and LaTeX takes minutes
LINES_TOGETHER = 20  # leaves in one formula, which a page must hold
BUILT_IN = "–—‘’“”…"  # signs beyond Latin letters that LaTeX knows by itself


def step_tex(work: Computed, step: int, grain: Grain = "node", trace: Trace | None = None) -> str:
    """Return one step of the walk as a formula for amsmath.

    Args:
        work: what is walked.
        step: which step, from 1, as pictures count.
        grain: how large a step is.
        trace: another walk than the usual one.

    Raises:
        GraphError: there is no such step.
    """
    walk = trace or work.trace
    walk.check_step(step, grain)
    found = explain(walk, step - 1, grain).latex
    if found:
        return found
    return latex([_given(work, walk.step(step - 1, grain)[0].node)])


def tex(
    work: Computed,
    *,
    step: int | None = None,
    grain: Grain = "node",
    trace: Trace | None = None,
) -> str:
    """Return a whole document: leaves, each result, each step of the way back; or one step.

    Args:
        work: what is walked.
        step: the step that it is about, from 1; None for all of them.
        grain: how large a step is.
        trace: another walk than the usual one.

    Raises:
        GraphError: there is no such step.
    """
    walk = trace or work.trace
    if step is None:
        body = _whole(work, walk)
    else:
        formula = _display(step_tex(work, step, grain, walk))
        body = ["", rf"\noindent {_title(explain(walk, step - 1, grain))}", formula]
    return "\n".join([*_preamble("".join(body)), *body, r"\end{document}", ""])


def _whole(work: Computed, walk: Trace) -> list[str]:
    """Return all steps but those of the update, by what they do."""
    graph = work.graph
    starts = dict(walk.phases("node"))
    forward = [k for k in range(starts["seed"]) if not graph.leaves[walk.step(k, "node")[0].node]]
    back = range(starts["seed"], starts.get("update", walk.total("node")))
    leaves = graph.leaves.nonzero()[0].tolist()
    named = [node for node in leaves if graph.labels[node] or graph.learnable[node]]
    return [
        *_section("Given", _leaves(work, named)),
        *_section("Values, from the leaves to the output", _steps(walk, forward)),
        *_section("Gradients, from the output back to the leaves", _steps(walk, back)),
    ]


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", rf"\section*{{{title}}}", *found)


def _leaves(work: Computed, nodes: Sequence[int]) -> Iterator[str]:
    for begin in range(0, min(len(nodes), MOST_STEPS), LINES_TOGETHER):
        together = nodes[begin : begin + LINES_TOGETHER]
        yield _display(latex([_given(work, node) for node in together]))
    yield from _left_out(len(nodes), "leaves")


def _given(work: Computed, node: int) -> Line:
    """Return a leaf and its number; of a constant the number alone."""
    number = Word(short(float(work.values[node, 0])), "number")
    if work.graph.constant[node]:
        return Line(number, ())
    return Line(word(work.graph, node), (("=", number),))


def _steps(walk: Trace, steps: Sequence[int]) -> Iterator[str]:
    for step in steps[:MOST_STEPS]:
        told = explain(walk, step, "node")
        yield f"\n\\noindent {_title(told)}"
        yield _display(told.latex)
    yield from _left_out(len(steps), "steps")


def _title(told: Explanation) -> str:
    return "".join(prose(words) for words, _ in told.title)


def _left_out(count: int, what: str) -> Iterator[str]:
    if count > MOST_STEPS:
        yield f"\n\\noindent {count - MOST_STEPS:,} more {what} are left out."


def _display(formula: str) -> str:
    return f"\\[\n{formula}\n\\]"


def _preamble(body: str) -> Iterator[str]:
    """Yield what stands before the text; pdfTeX is told what to print for letters it lacks."""
    yield r"\documentclass{article}"
    yield r"\usepackage{amsmath}"
    strange = sorted({each for each in body if each > LAST_LATIN} - set(BUILT_IN))
    if strange:
        yield r"\ifdefined\DeclareUnicodeCharacter"
        for each in strange:
            code = f"{ord(each):04X}"
            yield rf"  \DeclareUnicodeCharacter{{{code}}}{{\texttt{{U+{code}}}}}"
        yield r"\fi"
    yield r"\begin{document}"
