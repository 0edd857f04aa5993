"""Every gradient beside its measured slope, as the page shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from app.walks import Walked
from engine.numerals import exact, minus, short
from engine.proof import Check, Proof, prove

MOST_CHECKS = 300  # rows of a proof
SIGNS = {"agrees": "✓", "differs": "✗", "kink": "∧", "unmeasured": "?"}
OUTCOMES = {"bad": "✗", "good": "✓", "open": "?"}
ORDER = ("differs", "kink", "unmeasured", "agrees")


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
