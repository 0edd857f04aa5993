"""The words of a walk: what a node is called in a sentence, what its slope is, what comes of it."""

from __future__ import annotations

import ast
import math
from typing import NamedTuple

from engine.events import Event
from engine.graph import Graph
from engine.numerals import short
from engine.ops import Op
from engine.rules import parsed
from engine.trace import Trace

# What stands before each factor of a step, by its role, and over the steps of each phase.
ROLES = {
    "given": "value",
    "operand": "operand",
    "value": "= value",
    "upstream": "upstream",
    "local": "× local",
    "contribution": "= contribution",
    "sum": "sum so far",
    "old": "old number",
    "rate": "− rate",
    "slope": "× gradient",
    "state": "remembered",
    "gradient": "gradient",
    "new": "= new number",
}
HEADS = {
    "forward": "Forward",
    "seed": "The seed",
    "backward": "Chain rule",
    "update": "Update",
}

LONGEST_NAME = 40  # characters of a name in a sentence
AMPLIFIED = 2.0


class Verdict(NamedTuple):
    """What comes of a gradient at one op: a word for it, if there is one, and a sentence why."""

    word: str
    why: str


def name_of(graph: Graph, node: int, longest: int = LONGEST_NAME) -> str:
    """Return a node's name, cut to so many characters."""
    name = graph.name(node)
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def op_word(op: Op) -> str:
    """Return what an op is called in a sentence: its sign if it has one that is no letter."""
    return op.symbol if len(op.symbol) == 1 and not op.symbol.isalpha() else op.name


def slope_words(graph: Graph, node: int, slot: int) -> str:
    """Return what the slope of a node towards one of its operands is, in words.

    It is "x1's value" where the rule is nothing but that, else "the slope of tanh at n".
    """
    op = graph.op(node)
    if op is None:
        return ""
    operands = graph.operands_of(node)
    rule = parsed(op.partials[slot])
    if isinstance(rule, ast.Name):
        whose = node if rule.id == "out" else operands[op.params.index(rule.id)]
        name = name_of(graph, whose)
        return f"the constant {name}" if graph.constant[whose] else f"{name}'s value"
    if not isinstance(rule, ast.IfExp) and not any(isinstance(e, ast.Name) for e in ast.walk(rule)):
        return f"the slope of {op_word(op)}"
    return f"the slope of {op_word(op)} at {' and '.join(name_of(graph, o) for o in operands)}"


def verdict(trace: Trace, event: Event) -> Verdict:
    """Return what comes of the gradient in one flow: blocked, saturated, amplified."""
    graph, op = trace.graph, trace.graph.op(event.node)
    upstream, local, slot = event.upstream, event.local, event.slot
    if op is None or local is None or upstream is None or slot is None:
        return Verdict("", "")
    operands = graph.operands_of(event.node)
    numbers = [float(trace.values[operand, 0]) for operand in operands]
    at = _place(trace, operands)
    name = op_word(op)
    if op.masks and op.blocked[slot](*numbers):
        word = "Dead" if op.arity == 1 else "Blocked"
        return Verdict(word, f"{name} lets nothing through at {at}.")
    if not all(map(math.isfinite, numbers)):
        return Verdict("", f"With {at} there is no finite slope to speak of.")
    if math.isnan(local):
        return Verdict("No slope", f"The slope of {name} does not exist at {at}.")
    if math.isinf(local):
        return Verdict("No slope", f"The slope of {name} is infinite at {at}.")
    if local == 0:
        return Verdict("Blocked", "The local derivative is 0: nothing gets through.")
    if op.saturates(*numbers, float(trace.values[event.node, 0])):
        return Verdict("Saturated", f"{name} is flat at {at}, so little gets through.")
    return _share(local, upstream, name_of(graph, event.node))


def _share(local: float, upstream: float, name: str) -> Verdict:
    """Return how much of the gradient gets through."""
    if upstream == 0:
        return Verdict("", f"The gradient of {name} is 0, so there is nothing to hand on.")
    if not math.isfinite(upstream):
        return Verdict("", f"The gradient of {name} is {short(upstream)} already.")
    size, turned = abs(local), ", with its sign turned" if local < 0 else ""
    if size > 1:
        word = "Amplified" if size >= AMPLIFIED else ""
        return Verdict(word, f"The gradient gets {short(size)} times as large{turned}.")
    if size == 1:
        return Verdict("", f"All of the gradient gets through{turned}.")
    share = short(size)
    return Verdict(
        "", f"{'Nearly all' if share == '1' else share} of the gradient gets through{turned}."
    )


def _place(trace: Trace, operands: tuple[int, ...]) -> str:
    """Return where an op's operands are: "n = 0.8814"."""
    graph = trace.graph
    places = []
    for operand in dict.fromkeys(operands):
        number, name = short(float(trace.values[operand, 0])), name_of(graph, operand)
        places.append(number if graph.constant[operand] else f"{name} = {number}")
    return " and ".join(places)
