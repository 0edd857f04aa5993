"""Every gradient beside its measured slope, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from app.walks import Walked
from engine.numerals import exact, minus, short
from engine.proof import ORDER, SIGNS, Check, prove

MOST_CHECKS = 300  # rows of a proof
OUTCOMES = {"bad": "✗", "good": "✓", "open": "?"}


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
    """What came of checking every gradient; what does not agree stands first."""

    outcome: str
    sign: str
    sentence: str
    rows: tuple[CheckView, ...]
    more: int


def proof_view(at: Walked) -> ProofView:
    """Check every gradient that the picture shows, mistakes included."""
    found = prove(at.trace.graph, at.numbers.values, at.trace.gradients)
    checks = sorted(found.checks, key=lambda check: ORDER.index(check.mark))
    rows = tuple(_check(at, check) for check in checks[:MOST_CHECKS])
    more = max(len(checks) - MOST_CHECKS, 0)
    return ProofView(found.outcome, OUTCOMES[found.outcome], found.sentence, rows, more)


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
