"""Predict, then reveal: what the next number of a trace is, and what a wrong answer has missed.

A hint names what is missing and never gives the number away: it holds no digits but those of names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from engine.answers import UNREADABLE, Typed, means, near_miss, typed_number
from engine.events import Event, Kind
from engine.graph import Graph
from engine.rules import Scalar, scalar
from engine.trace import Trace
from engine.wording import name_of, op_word, slope_words

SIGN = "The size is right; look at the sign again."
FACTORS = "The factors are multiplied."
STEP = "That is the step. What is missing is the old number of {leaf}."

# op: what its result is called, what to do to get it; an op that is not here is applied
_SAID: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "add": ("the sum of {} and {}", "Add {} and {}."),
        "sub": ("{} minus {}", "From {} subtract {}."),
        "mul": ("the product of {} and {}", "Multiply {} by {}."),
        "div": ("{} divided by {}", "Divide {} by {}."),
        "pow": ("{} to the power of {}", "Raise {} to the power of {}."),
        "neg": ("the negative of {}", "Turn the sign of {}."),
        "abs": ("the absolute value of {}", "Take {} without its sign."),
        "sqrt": ("the square root of {}", "Take the square root of {}."),
        "max": ("the larger of {} and {}", "Take the larger of {} and {}."),
        "min": ("the smaller of {} and {}", "Take the smaller of {} and {}."),
    }
)
_NTH = ("first", "second")


class Judgement(NamedTuple):
    """What comes of an answer: whether it is right, and else what is missing in it."""

    right: bool
    hint: str


class _Case(NamedTuple):
    """What a wrong answer is held against.

    Attributes:
        numbers: what the formulas of slips use.
        words: what the hints of slips use.
        general: the hint where the answer is none of them.
    """

    numbers: Mapping[str, float]
    words: Mapping[str, str]
    general: str


class _Slip(NamedTuple):
    """One way to go wrong: the number it leads to, as a rule over what it uses, and the hint."""

    uses: tuple[str, ...]
    rule: Scalar
    hint: str


def asks(trace: Trace, event: int) -> str | None:
    """Return what is asked at an event of `trace.events`, as a sentence.

    It is None where there is nothing to predict: at a given leaf, at the seed, and where the number
    is not finite.
    """
    moment = trace.events[event]
    return None if _right(trace, moment) is None else _ASKED[moment.kind](trace, moment)


def judge(trace: Trace, event: int, answer: str) -> Judgement:
    """Return whether an answer is the number of an event, and what is missing if it is not.

    Right is what the trace holds, mistakes included: the number itself, or that number rounded to
    three significant digits or more.

    Args:
        trace: any trace.
        event: an index into `trace.events` at which something is asked.
        answer: as typed, such as "0.5", ".5", "0,5", "−3", "5e-1" or "-1/3".

    Raises:
        ValueError: nothing is asked at this event.
    """
    moment = trace.events[event]
    right = _right(trace, moment)
    if right is None:
        raise ValueError(f"There is nothing to predict at event {event}.")
    typed = typed_number(answer)
    if typed is None:
        return Judgement(right=False, hint=UNREADABLE)
    if means(typed, right):
        return Judgement(right=True, hint="")
    return Judgement(right=False, hint=_hint(trace, moment, typed, right))


def _right(trace: Trace, event: Event) -> float | None:
    """Return the number that is asked for, None where nothing is."""
    given = event.kind == "forward" and trace.graph.op(event.node) is None
    number = event.contribution if event.kind == "flow" else event.value
    return None if given or number is None or not math.isfinite(number) else number


def _hint(trace: Trace, event: Event, typed: Typed, right: float) -> str:
    case = _CASES[event.kind](trace, event)
    numbers = {**case.numbers, "right": right}
    for slip in _SLIPS[event.kind]:
        if means(typed, slip.rule(*(numbers[name] for name in slip.uses))):
            return slip.hint.format(**case.words)
    return near_miss(typed, right) or case.general


# Questions


def _ask_value(trace: Trace, event: Event) -> str:
    result, _ = _said(trace.graph, event.node)
    return f"What is {name_of(trace.graph, event.node)}, {result}?"


def _ask_contribution(trace: Trace, event: Event) -> str:
    operand, operands = event.operand or 0, trace.graph.operands_of(event.node)
    which = f" as its {_NTH[event.slot or 0]} operand" if operands.count(operand) > 1 else ""
    name, to = name_of(trace.graph, event.node), name_of(trace.graph, operand)
    return f"What does {name} hand on to {to}{which}?"


def _ask_update(trace: Trace, event: Event) -> str:
    return f"What is {name_of(trace.graph, event.node)} after the update?"


_ASKED: Mapping[Kind, Callable[[Trace, Event], str]] = MappingProxyType(
    {"forward": _ask_value, "flow": _ask_contribution, "update": _ask_update}
)


def _said(graph: Graph, node: int) -> tuple[str, str]:
    """Return what a result is called, and what to do to get it."""
    names = [name_of(graph, operand) for operand in graph.operands_of(node)]
    op = graph.op(node)
    name = op.name if op else ""
    listed = " and ".join("{}" for _ in names)
    called, todo = _SAID.get(name, (f"the {name} of {listed}", f"Apply {name} to {listed}."))
    return called.format(*names), todo.format(*names)


# Wrong answers


def _value_case(trace: Trace, event: Event) -> _Case:
    _, todo = _said(trace.graph, event.node)
    return _Case({}, {}, todo)


def _flow_case(trace: Trace, event: Event) -> _Case:
    """The factors of one edge; `own` is the operand's value where its slope is the other's."""
    graph, op = trace.graph, trace.graph.op(event.node)
    operand, slot = event.operand or 0, event.slot or 0
    is_product = op is not None and op.name == "mul"
    numbers = {
        "upstream": event.upstream or 0.0,
        "local": event.local or 0.0,
        "total": event.total or 0.0,
        "own": float(trace.values[operand, 0]) if is_product else math.nan,
    }
    words = {
        "node": name_of(graph, event.node),
        "slope": slope_words(graph, event.node, slot),
        "other": name_of(graph, graph.operands_of(event.node)[slot - 1]),
    }
    if op is not None and numbers["upstream"] * numbers["local"] != event.contribution:
        general = f"{op_word(op)} lets nothing through to {name_of(graph, operand)} here."
    else:
        general = f"Multiply the gradient of {words['node']} by {words['slope']}."
    return _Case(numbers, words, general)


def _update_case(trace: Trace, event: Event) -> _Case:
    leaf = name_of(trace.graph, event.node)
    old = float(trace.values[event.node, 0])
    numbers = {"old": old, "grad": event.total or 0.0, "rate": trace.rate}
    return _Case(numbers, {"leaf": leaf}, f"{leaf} minus the rate times its gradient.")


_CASES: Mapping[Kind, Callable[[Trace, Event], _Case]] = MappingProxyType(
    {"forward": _value_case, "flow": _flow_case, "update": _update_case}
)


def _slips(uses: str, hints: Mapping[str, str]) -> tuple[_Slip, ...]:
    names = tuple(uses.split())
    return tuple(_Slip(names, scalar(formula, names), hint) for formula, hint in hints.items())


# What people answer instead, and the hint for it; the first that fits is given.
_FLOW_SLIPS = {
    "-right": SIGN,
    "upstream": "You have the upstream gradient. The local derivative is missing: {slope}.",
    "local": "You have the local derivative. The upstream one, the gradient of {node}, is missing.",
    "upstream * own": "The local derivative of a product is the other factor, {other}.",
    "total": "That is the sum over the paths so far; asked is what this one adds.",
    "upstream / local": FACTORS,
    "local / upstream": FACTORS,
    "upstream + local": FACTORS,
}
_UPDATE_SLIPS = {
    "old": "That is {leaf} before the update.",
    "old + rate * grad": "Against the gradient: the step is subtracted.",
    "old - grad": "The learning rate is missing.",
    "old + grad": "The learning rate is missing, and the step is subtracted.",
    "rate * grad": STEP,
    "-rate * grad": STEP,
    "-right": SIGN,
}
_SLIPS: Mapping[Kind, tuple[_Slip, ...]] = MappingProxyType(
    {
        "forward": _slips("right", {"-right": SIGN}),
        "flow": _slips("right upstream local total own", _FLOW_SLIPS),
        "update": _slips("right old grad rate", _UPDATE_SLIPS),
    }
)
