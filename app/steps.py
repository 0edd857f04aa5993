"""What the page shows of one step: the picture's timelines, and the chain-rule card."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.asked import Question
from app.drawings import Drawing
from app.links import link
from app.nodes import OpenNodeView, open_node
from app.views import card_list, changed_inputs, stand
from app.walks import Walked, seen
from engine.drawing.cards import tone
from engine.events import NOTHING, Rows
from engine.explain import Explanation, explain
from engine.mistakes import MISTAKES
from engine.moments import state_at
from engine.notation import mathml
from engine.numerals import exact, short
from engine.parts import Factor, Part
from engine.predict import Judgement, asks, judge


@dataclass(frozen=True)
class FactorView:
    """One row under the formula; pointing at it lights a node, or the edge node -> operand."""

    role: str
    words: str
    number: str
    tone: str
    node: int
    operand: int | None


@dataclass(frozen=True)
class PartView:
    """One value, one contribution or one update: formulas, factors, a sentence why."""

    title: str
    lines: tuple[Markup, ...]
    factors: tuple[FactorView, ...]
    lesson: str
    verdict: str
    why: str


@dataclass(frozen=True)
class QuestionView:
    """What is to be predicted, and what was said to the last answer."""

    asked: str
    rule: Markup | None
    answer: str
    verdict: Judgement | None


@dataclass(frozen=True)
class CardView:
    """The chain-rule card of one step, and the open node."""

    step: int | None
    total: int
    phase: str
    title: tuple[tuple[str, bool], ...]
    parts: tuple[PartView, ...]
    more: int
    text: str
    latex: str
    question: QuestionView | None
    found: bool
    wrong: str
    wrong_step: int | None
    next_pass: bool
    node: OpenNodeView | None


def steps_view(at: Walked, drawing: Drawing, asked: Question) -> dict[str, object]:
    """Return what the picture shows at every step, of as much of it as is seen.

    A card's timeline is a list of [events, what it shows from then on]; a wire's likewise. Of a
    long walk that is a window of steps, from `first` on: the page asks anew where it leaves it.
    """
    nodes, wires = seen(drawing, asked.box)
    places = drawing.names.places
    (first, cuts), acting = at.window, at.acting
    return {
        **stand(at),
        "whole": at.whole,
        "first": first,
        "cuts": cuts,
        "nodes": acting["node"].tolist(),
        "operands": [None if k == NOTHING else k for k in acting["operand"].tolist()],
        "cards": {
            node: [[since, *card_list(card)] for since, card in at.card_times(node)]
            for node in nodes
        },
        "wires": {
            place: [[since, wire.tone, wire.width] for since, wire in at.wire_times(*ends)]
            for place in wires
            if (ends := drawing.picture.ends[place])
        },
        "holders": _holders(acting, drawing),
        "stops": at.steps_of([places[key] for key in asked.stops if key in places]),
        "known": at.events if at.walk.predict else None,
        "wrong": at.step_of(at.trace.wrong.event) if at.trace.wrong else None,
        "next": _next_pass(at),
        "leaves": {
            leaf.name: short(float(at.numbers.values[leaf.node, 0]))
            for leaf in at.numbers.program.inputs
        },
        "link": link(at.numbers.program.source, changed_inputs(at.numbers)),
    }


def _holders(acting: Rows, drawing: Drawing) -> dict[int, str]:
    """Return the boxes that hold what acts, by node, where it has no card of its own."""
    nodes = np.unique(np.concatenate([acting["node"], acting["operand"]])).tolist()
    found = {node: drawing.holder(node) for node in nodes if node != NOTHING}
    return {node: box for node, box in found.items() if box}


def _next_pass(at: Walked) -> dict[str, str] | None:
    """Return the inputs that the next pass begins with, once the update is all known."""
    found = at.next_inputs() if at.known == len(at.trace.events) else None
    return None if found is None else {name: exact(number) for name, number in found.items()}


def card_view(at: Walked, drawing: Drawing, asked: Question) -> CardView:
    """Return the card of the step that the walk stands at, and of the node that is open."""
    explained = None if at.step is None else explain(at.trace, at.step, at.walk.grain)
    question = _question(at, explained, asked) if explained else None
    wrong, wrong_step = _wrong(at)
    return CardView(
        step=None if at.step is None else at.step + 1,
        total=at.total,
        phase=_phase(at),
        title=explained.title if explained else (),
        parts=tuple(map(_part, explained.parts)) if explained and not question else (),
        more=explained.more if explained and not question else 0,
        text=question.asked if question else explained.text if explained else "",
        latex=explained.latex if explained and not question else "",
        question=question,
        found=at.walk.predict and at.walk.found,
        wrong=wrong,
        wrong_step=wrong_step,
        next_pass=_ends(at) and not question,
        node=open_node(at, drawing),
    )


def _ends(at: Walked) -> bool:
    """Return whether it stands at the last update, and another pass can begin."""
    last = at.step == at.total - 1 and bool(at.trace.updated)
    return last and at.next_inputs() is not None


def _phase(at: Walked) -> str:
    if at.step is None:
        return ""
    return next(p.name for p in reversed(at.trace.phases(at.walk.grain)) if p.start <= at.step)


def _part(part: Part) -> PartView:
    return PartView(
        part.title,
        tuple(mathml(line) for line in part.lines),
        tuple(map(_factor, part.factors)),
        part.lesson,
        part.verdict,
        part.why,
    )


def _factor(factor: Factor) -> FactorView:
    return FactorView(
        factor.role,
        factor.words,
        factor.number,
        "" if factor.amount is None else tone(factor.amount),
        factor.node,
        factor.operand,
    )


def _question(at: Walked, explained: Explanation, asked: Question) -> QuestionView | None:
    """Return what is asked, None where nothing is; the rule stands in names, without a number."""
    if at.asked is None:
        return None
    verdict = judge(at.trace, at.asked, asked.answer) if asked.answer.strip() else None
    rule = explained.parts[0].rule if explained.parts else None
    question = asks(at.trace, at.asked) or ""
    return QuestionView(question, mathml(rule) if rule else None, asked.answer, verdict)


def _wrong(at: Walked) -> tuple[str, int | None]:
    """Return what comes of the mistakes: the first wrong number and the right one, and where."""
    if not at.trace.mistakes or at.walk.predict:
        return "", None
    wrong = at.trace.wrong
    if wrong is None:
        mistake, *more = at.trace.mistakes
        reason = "" if more else f": {MISTAKES[mistake].spared}"
        return f"Nothing comes out wrong here{reason}.", None
    step, name = at.step_of(wrong.event), at.trace.graph.name(wrong.node)
    shown = state_at(at.trace.moments[wrong.node], at.trace.cuts(at.walk.grain)[step])
    number, right = (
        (shown.gradient, shown.right) if shown.right is not None else (wrong.number, wrong.right)
    )
    sentence = f"The first wrong number: the gradient of {name} comes to {short(number or 0.0)}."
    return f"{sentence} Right would be {short(right or 0.0)}.", step
