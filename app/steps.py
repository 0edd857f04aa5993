"""What the page shows of one step: the picture's timelines, the chain-rule card, an opened node."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from app.asked import Question
from app.links import link
from app.pictures import Drawing
from app.views import card_list, changed_inputs, stand
from app.walks import Walked, seen
from engine.drawing.cards import tone
from engine.explain import Explanation, explain
from engine.figures import digits, multiplied
from engine.mistakes import MISTAKES
from engine.moments import state_at
from engine.notation import mathml
from engine.numerals import DIGITS, exact, minus, short, signed
from engine.parts import Factor, Part
from engine.paths import Path, paths
from engine.predict import Judgement, asks, judge
from engine.proof import Check, Proof, prove

LONGEST_NAME = 22  # characters of a name on a path
LONGEST_PATH = 8  # nodes of a path that are named
MOST_CHECKS = 300  # rows of a proof


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
class PathView:
    """One path from a node to the output: its names, its slopes multiplied, the product."""

    names: str
    slopes: str
    product: str
    tone: str


@dataclass(frozen=True)
class OpenNodeView:
    """The node whose card is open beside the picture."""

    node: int
    key: str
    name: str
    value: str
    grad: str
    why: str
    computed: int
    settled: int | None
    paths: tuple[PathView, ...]
    count: int
    more: int
    together: str


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


@dataclass(frozen=True)
class CheckView:
    """One gradient and the slope that was measured, in every digit."""

    node: int
    name: str
    gradient: str
    difference: str
    relative: str
    mark: str
    sign: str
    note: str


@dataclass(frozen=True)
class ProofView:
    """What came of checking every gradient; what does not agree stands first.

    `outcome` is "bad" if one differs, "good" if all that could be measured agree, else "open".
    """

    outcome: str
    sign: str
    sentence: str
    rows: tuple[CheckView, ...]
    more: int


SIGNS = {"agrees": "✓", "differs": "✗", "kink": "∧", "unmeasured": "?"}
OUTCOMES = {"bad": "✗", "good": "✓", "open": "?"}
ORDER = ("differs", "kink", "unmeasured", "agrees")


def steps_view(at: Walked, drawing: Drawing, asked: Question) -> dict[str, object]:
    """Return what the picture shows at every step, of as much of it as is seen.

    A card's timeline is a list of [events, what it shows from then on]; a wire's likewise.
    """
    nodes, wires = seen(drawing, asked.box)
    ends = drawing.layout.wires
    events = at.trace.events
    return {
        **stand(at),
        "whole": at.whole,
        "cuts": at.trace.cuts(at.walk.grain),
        "nodes": [event.node for event in events],
        "operands": [event.operand for event in events],
        "cards": {
            node: [[since, *card_list(card)] for since, card in at.card_times(node)]
            for node in nodes
        },
        "wires": {
            place: [
                [since, wire.tone, wire.width]
                for since, wire in at.wire_times(ends[place].source, ends[place].target)
            ]
            for place in wires
        },
        "known": at.events if at.walk.predict else None,
        "wrong": _step(at, at.trace.wrong.event) if at.trace.wrong else None,
        "next": _next_pass(at),
        "leaves": {
            leaf.name: short(float(at.numbers.values[leaf.node, 0]))
            for leaf in at.numbers.program.inputs
        },
        "link": link(at.numbers.program.source, changed_inputs(at.numbers)),
    }


def _step(at: Walked, event: int) -> int:
    """Return the step that holds an event, from 1."""
    return at.trace.step_of(event, at.walk.grain) + 1


def _next_pass(at: Walked) -> dict[str, str] | None:
    """Return the inputs that the next pass begins with, once the update is all known."""
    found = at.next_inputs() if at.known == len(at.trace.events) else None
    return None if found is None else {name: exact(number) for name, number in found.items()}


def card_view(at: Walked, drawing: Drawing, asked: Question) -> CardView:
    """Return the card of the step that the walk stands at, and of the node that is open."""
    explained = None if at.step is None else explain(at.trace, at.step, at.walk.grain)
    hidden = explained is not None and at.asked is not None
    question = _question(at, explained, asked) if explained and hidden else None
    wrong, wrong_step = _wrong(at)
    return CardView(
        step=None if at.step is None else at.step + 1,
        total=at.total,
        phase=_phase(at),
        title=explained.title if explained else (),
        parts=tuple(map(_part, explained.parts)) if explained and not hidden else (),
        more=explained.more if explained and not hidden else 0,
        text=question.asked if question else explained.text if explained else "",
        latex=explained.latex if explained and not hidden else "",
        question=question,
        found=at.walk.predict and at.walk.found,
        wrong=wrong,
        wrong_step=wrong_step,
        next_pass=_ends(at) and not hidden,
        node=_open_node(at, drawing),
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
    """Return what is asked; the rule stands in names, without a number."""
    question = asks(at.trace, at.asked) if at.asked is not None else None
    if at.asked is None or question is None:
        return None
    verdict = judge(at.trace, at.asked, asked.answer) if asked.answer.strip() else None
    rule = explained.parts[0].rule if explained.parts else None
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
    step, name = _step(at, wrong.event), at.trace.graph.name(wrong.node)
    shown = state_at(at.trace.moments[wrong.node], at.trace.cuts(at.walk.grain)[step])
    number, right = (
        (shown.gradient, shown.right) if shown.right is not None else (wrong.number, wrong.right)
    )
    sentence = f"The first wrong number: the gradient of {name} comes to {short(number or 0.0)}."
    return f"{sentence} Right would be {short(right or 0.0)}.", step


def _open_node(at: Walked, drawing: Drawing) -> OpenNodeView | None:
    """Return the node whose card is open; while predicting, no more than is known by then."""
    key = at.walk.node
    if key not in drawing.names:
        return None
    node, graph = drawing.names.index(key), at.trace.graph
    moment = state_at(at.trace.moments[node], at.events)
    found = paths(graph, at.numbers.values, node) if not at.walk.predict else None
    settled, op = at.trace.settled[node], graph.op(node)
    return OpenNodeView(
        node=node,
        key=key,
        name=graph.name(node),
        value="" if moment.value is None else exact(moment.value),
        grad="" if moment.gradient is None else exact(moment.gradient),
        why=op.why if op else "",
        computed=_step(at, at.trace.computed[node]),
        settled=None if settled is None else _step(at, settled),
        paths=tuple(_path(at, path) for path in found.paths) if found else (),
        count=found.count if found else 0,
        more=found.count - len(found.paths) if found else 0,
        together=_together(at, node, found.count if found else 0),
    )


def _together(at: Walked, node: int, count: int) -> str:
    """Return what the paths come to; under a mistake not the gradient that is shown."""
    if count < 2:
        return ""
    if not at.trace.mistakes:
        return "All together they make the gradient."
    return f"All together they make the right gradient, {signed(float(at.trace.right[node, 0]))}."


def _path(at: Walked, path: Path) -> PathView:
    names = [_cut(at.trace.graph.name(node)) for node in path.nodes]
    shut = path.product == 0 and not all(map(math.isfinite, path.slopes))
    of_slopes = of_product = DIGITS
    if len(path.slopes) <= LONGEST_PATH:
        of_slopes, of_product = digits(path.slopes, path.product, multiplied)
    slopes = [short(slope, of_slopes) for slope in path.slopes]
    if len(names) > LONGEST_PATH:
        half = LONGEST_PATH // 2
        names[half:-half] = [f"{len(names) - 2 * half} more"]
        slopes[half:-half] = ["…"]
    return PathView(
        " → ".join(names),
        (" × ".join(slopes) or "1") + (", blocked" if shut else ""),
        signed(path.product, of_product),
        tone(path.product),
    )


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


def proof_view(at: Walked) -> ProofView:
    """Check every gradient that the picture shows, mistakes included."""
    found = prove(at.trace.graph, at.numbers.values, at.trace.gradients)
    checks = sorted(found.checks, key=lambda check: ORDER.index(check.mark))
    rows = tuple(_check(at, check) for check in checks[:MOST_CHECKS])
    marks = {check.mark for check in found.checks}
    outcome = "bad" if "differs" in marks else "good" if "agrees" in marks else "open"
    more = max(len(checks) - MOST_CHECKS, 0)
    return ProofView(outcome, OUTCOMES[outcome], _proved(found), rows, more)


def _check(at: Walked, check: Check) -> CheckView:
    return CheckView(
        node=check.node,
        name=at.trace.graph.name(check.node),
        gradient=minus(exact(check.gradient)),
        difference=minus(exact(check.difference)),
        relative=short(check.relative, 1),
        mark=check.mark,
        sign=SIGNS[check.mark],
        note=check.note,
    )


def _proved(proof: Proof) -> str:
    """Return the proof in one sentence."""
    count = Counter(check.mark for check in proof.checks)
    agrees = f"{count['agrees']} of {proof.asked} gradients agree with finite differences"
    if proof.asked == 1 == count["agrees"]:
        agrees = "The gradient agrees with finite differences"
    if count["agrees"]:
        agrees += f" (worst {short(proof.worst, 1)})"
    said = [agrees]
    if count["unmeasured"] == len(proof.checks) > 0:
        return f"No gradient could be measured: {proof.checks[0].note}"
    if count["differs"]:
        said.append(f"{count['differs']} do not" if count["differs"] > 1 else "1 does not")
    if count["kink"]:
        said.append(f"{count['kink']} at a kink")
    if count["unmeasured"]:
        said.append(f"{count['unmeasured']} could not be measured")
    left = proof.asked - len(proof.checks)
    if left:
        said.append(f"{left} not reached in the time allowed")
    return "; ".join(said) + "."
