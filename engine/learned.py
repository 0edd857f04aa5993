"""An update of one leaf in formulas, numbers and a sentence: every step of its optimizer's row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from engine.derivation import Rule, word
from engine.events import Event
from engine.figures import MOST_DIGITS, digits
from engine.graph import Graph
from engine.mistakes import same
from engine.numerals import DIGITS, short, signed
from engine.parts import Factor, Part, number_of
from engine.rules import scalar
from engine.trace import Trace
from engine.typeset import Line, Math, Word, partial
from engine.updates import Update
from engine.wording import name_of

# what stands in a formula for a name of the optimizers' rows
SYMBOLS = {
    "rate": "η",
    "velocity": "v",
    "mean": "m",
    "square": "s",
    "momentum": "μ",
    "dampening": "τ",
    "nesterov": "nesterov",
    "beta1": "β₁",
    "beta2": "β₂",
    "alpha": "α",
    "eps": "ε",
    "weight_decay": "λ",
    "t": "t",
}


class _Step(NamedTuple):
    """One formula of an optimizer's row at the numbers of one leaf.

    Attributes:
        name: what it gives.
        result: the number that it gives.
        digits: how many digits the numbers in it need.
        shown: the result as displayed.
        lines: the derivation.
    """

    name: str
    result: float
    digits: int
    shown: str
    lines: tuple[Line, ...]


def explain_update(trace: Trace, event: Event) -> Part:
    """Return how one leaf moves."""
    graph, node, update = trace.graph, event.node, trace.update
    name = name_of(graph, node)
    steps = list(_steps(graph, node, update))
    lines = tuple(line for step in steps for line in step.lines)
    rows = tuple(_rows(name, node, update, steps))
    text = _text(name, node, update, steps[-1])
    gradient, right = number_of(event.total), float(trace.right[node, 0])
    if trace.mistakes and not same(gradient, right):
        why = f"The gradient of {name} should be {short(right)}: the mistake has moved it wrongly."
        return Part(lines[0], lines, rows, verdict="Wrong", why=why, text=text)
    output = graph.name(graph.output) if graph.labels[graph.output] else "the output"
    why = _direction(name, output, node, update)
    lesson = update.optimizer.why if update.samples else ""
    return Part(lines[0], lines, rows, lesson=lesson, why=why, text=text)


def _steps(graph: Graph, node: int, update: Update) -> Iterator[_Step]:
    """Yield the steps that do something: a decay of 0 changes no gradient."""
    numbers, leaf = dict(update.known(node)), word(graph, node)
    words: dict[str, Math] = {name: Word(symbol) for name, symbol in SYMBOLS.items()}
    slope = partial(word(graph, graph.output), leaf)
    words |= {"weight": leaf, "grad": Word("g") if update.samples else slope}
    for name, formula in update.optimizer.steps:
        rule = Rule(formula, scalar(formula, list(numbers)), words, numbers, {"weight": node})
        result = rule.run(*numbers.values())
        if name == "grad" and result == numbers["grad"]:
            continue
        old = numbers.get(name, result)
        count, of_result = digits(rule.figures, result, rule.combine, _telling(old, result))
        shown = short(result, of_result)
        first, *others = rule.lines(words[name], count, shown)
        arrow = first._replace(right=(("←", first.right[0][1]),))
        yield _Step(name, result, count, shown, (arrow, *others))
        numbers = numbers | {name: result}


def _rows(name: str, node: int, update: Update, steps: list[_Step]) -> Iterator[Factor]:
    """Yield the numbers that met: before, what the optimizer remembers, after."""
    known, last = update.known(node), steps[-1]
    gradient = known["grad"]
    of_gradient = f"mean over {update.samples:,}" if update.samples else f"gradient of {name}"
    yield Factor("old", f"{name} so far", short(known["weight"], last.digits), None, node)
    yield Factor("rate", "learning rate η", short(known["rate"], last.digits), None, node)
    yield Factor("slope", of_gradient, signed(gradient, last.digits), gradient, node)
    for step in steps[:-1]:
        if step.name in update.optimizer.states:
            words = f"{step.name} {SYMBOLS[step.name]}"
            yield Factor("state", words, step.shown, None, node)
    yield Factor("new", name, last.shown, None, node)


def _text(name: str, node: int, update: Update, last: _Step) -> str:
    """Return the update in one sentence."""
    known = update.known(node)
    old, rate, gradient = (short(known[each], last.digits) for each in ("weight", "rate", "grad"))
    if not update.samples:
        text = f"{name} becomes {last.shown}: {old} minus the rate, "
        return f"{text}{rate}, times its gradient, {gradient}."
    text = (
        f"{name} becomes {last.shown}, from {old}: update {update.t:,} of {update.optimizer.title}"
    )
    return (
        f"{text} with rate {rate} and the mean gradient of {update.samples:,} samples, {gradient}."
    )


def _telling(old: float, new: float) -> int:
    """Return how many digits it takes to tell a number from the one before."""
    apart = (d for d in range(DIGITS, MOST_DIGITS) if short(old, d) != short(new, d))
    return next(apart, DIGITS)


def _direction(name: str, output: str, node: int, update: Update) -> str:
    """Return why a leaf goes where it goes."""
    known = update.known(node)
    old, gradient, rate = known["weight"], known["grad"], known["rate"]
    new = float(update.new[update.nodes.index(node)])
    if not math.isfinite(new):
        return f"Its gradient is {short(gradient)}, so {name} is no finite number from now on."
    if new == old:
        reason = "Its gradient is 0" if gradient == 0 else "The step is too small to count"
        return f"{'The rate is 0' if rate == 0 else reason}, so {name} stays."
    moves = "up" if new > old else "down"
    if name == output:
        return f"It is the output itself, and goes {moves}."
    grows = "larger" if gradient > 0 else "smaller"
    if rate < 0:
        return (
            f"A larger {name} makes {output} {grows}; the rate is negative, so {name} goes {moves}."
        )
    if (new > old) == (gradient > 0) or gradient == 0:
        return f"What {update.optimizer.title} remembers carries {name} {moves}."
    return f"A larger {name} makes {output} {grows}, so {name} goes {moves}."
