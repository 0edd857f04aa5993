"""The card of a step as HTML: what the page shows beside its picture."""

from __future__ import annotations

from markupsafe import Markup, escape

from engine.drawing.cards import tone
from engine.explain import explain
from engine.notation import mathml
from engine.parts import Factor, Part
from engine.trace import Grain, Trace
from engine.wording import HEADS, ROLES


def step_html(trace: Trace, step: int, grain: Grain) -> Markup:
    """Return the card of one step, counted from 0."""
    found = explain(trace, step, grain)
    phase = next(each.name for each in reversed(trace.phases(grain)) if each.start <= step)
    words = Markup().join(
        Markup("<strong>{}</strong>").format(text) if strong else escape(text)
        for text, strong in found.title
    )
    title = Markup('<p class="title">{}</p>').format(words) if words else ""
    more = Markup('<p class="why">And {} more in this step.</p>').format(found.more)
    return Markup('<section aria-label="{}"><h2>{}</h2>{}{}{}</section>').format(
        found.text,
        HEADS[phase],
        title,
        Markup().join(map(_part, found.parts)),
        more if found.more else "",
    )


def _part(part: Part) -> Markup:
    formula = Markup('<div class="formula" tabindex="0" role="group" aria-label="Formula">{}</div>')
    why = Markup('<p class="why">{}{} {}</p>').format(
        Markup('<span class="verdict">{}</span> ').format(part.verdict) if part.verdict else "",
        part.lesson,
        part.why,
    )
    pieces = [
        Markup("<h3>{}</h3>").format(part.title) if part.title else "",
        formula.format(Markup().join(map(mathml, part.lines))) if part.lines else "",
        _factors(part.factors) if part.factors else "",
        why if part.why else "",
    ]
    return Markup().join(pieces)


def _factors(factors: tuple[Factor, ...]) -> Markup:
    return Markup('<ul class="factors">{}</ul>').format(Markup().join(map(_factor, factors)))


def _factor(factor: Factor) -> Markup:
    operand = "" if factor.operand is None else Markup(' data-operand="{}"').format(factor.operand)
    return Markup(
        '<li class="{} {}"><button type="button" class="factor" data-node="{}"{}>'
        '<span class="role">{}</span> <span class="words" title="{}">{}</span>'
        ' <span class="amount">{}</span></button></li>'
    ).format(
        factor.role,
        "" if factor.amount is None else tone(factor.amount),
        factor.node,
        operand,
        ROLES[factor.role],
        factor.words,
        factor.words,
        factor.number,
    )
