"""Proof: every gradient held to the slope that forward alone shows.

Each node in turn is moved by a little, and no partial is asked for a slope. A few steps settle most
nodes; a node that they do not settle is looked at ever more closely, down to the last bits, before
it is said to differ.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.differences import EPS, FEW, Bend, Pairs, Slope, Slopes
from engine.evaluate import check
from engine.graph import Graph
from engine.moves import Late, Moves
from engine.numerals import short

Array = NDArray[np.float64]
Nodes = NDArray[np.intp]
Mark = Literal["agrees", "differs", "kink", "unmeasured"]
SIGNS = {"agrees": "✓", "differs": "✗", "kink": "∧", "unmeasured": "?"}
ORDER: tuple[Mark, ...] = ("differs", "kink", "unmeasured", "agrees")  # what to look at first

CLOSE = 1e-6  # relative: two slopes no further apart agree
SURE = 1e-4  # relative: a slope known no better than this is not measured
FIRST = 0.25 ** np.array([3.0, 4.0, 5.0])  # steps at first, in units of a node's value
CLOSER = 2.0**-5 * 0.25 ** np.arange(22.0)  # steps of a closer look, down to 2^-47
LEAST = float(np.finfo(np.float64).smallest_normal)


@dataclass(frozen=True)
class Check:
    """One gradient, and the slope that was measured.

    Attributes:
        node: its id.
        gradient: d output / d node as it was given.
        difference: the same by differences; nan where none could be taken.
        relative: how far they are apart, of the larger one; 0 where both are 0.
        mark: "agrees"; "differs"; "kink": the slope jumps here, and the gradient lies between its
            two sides; "unmeasured": no difference is good enough to tell.
        note: a sentence where there is something to say, or an empty string.
    """

    node: int
    gradient: float
    difference: float
    relative: float
    mark: Mark
    note: str = ""


@dataclass(frozen=True)
class Proof:
    """The checks made in the time allowed, in evaluation order; `asked` counts all there are."""

    checks: tuple[Check, ...]
    asked: int

    @property
    def worst(self) -> float:
        """Return the largest relative difference among those that agree; 0 if there are none."""
        return max((c.relative for c in self.checks if c.mark == "agrees"), default=0.0)

    @property
    def left(self) -> int:
        """Return how many gradients were not reached in the time allowed."""
        return self.asked - len(self.checks)

    @property
    def outcome(self) -> Literal["bad", "good", "open"]:
        """Return "bad" if one differs, "good" if all that could be measured agree, else "open"."""
        marks = {check.mark for check in self.checks}
        return "bad" if "differs" in marks else "good" if "agrees" in marks else "open"

    @property
    def sentence(self) -> str:
        """Return what came of it in one sentence."""
        count = Counter(check.mark for check in self.checks)
        agrees = f"{count['agrees']:,} of {self.asked:,} gradients agree with finite differences"
        if self.asked == 1 == count["agrees"]:
            agrees = "The gradient agrees with finite differences"
        if count["agrees"]:
            agrees += f" (worst {short(self.worst, 1)})"
        said = [agrees]
        if count["unmeasured"] == len(self.checks) > 0:
            return f"No gradient could be measured: {self.checks[0].note}"
        if count["differs"]:
            said.append(f"{count['differs']:,} do not" if count["differs"] > 1 else "1 does not")
        if count["kink"]:
            said.append(f"{count['kink']:,} at a kink")
        if count["unmeasured"]:
            said.append(f"{count['unmeasured']:,} could not be measured")
        if self.left:
            said.append(f"{self.left:,} not reached in the time allowed")
        return "; ".join(said) + "."


def prove(graph: Graph, values: Array, gradients: Array, seconds: float = 2.0) -> Proof:
    """Check the gradient of every node that is no constant.

    >>> from engine import Computed, parse
    >>> work = Computed.of_program(parse("x = 3; x*x"))
    >>> proof = prove(work.graph, work.values, work.found.nodes)
    >>> proof.outcome, [check.mark for check in proof.checks]
    ('good', ['agrees', 'agrees'])
    >>> prove(work.graph, work.values, 2 * work.found.nodes).outcome
    'bad'

    Args:
        graph: n nodes in evaluation order.
        values: (n, 1) float64, as `forward` returned them.
        gradients: (n, 1) float64, d output / d node: what is to be checked.
        seconds: when to stop; what was not reached by then is not among the checks. Leaves come
            first.

    Raises:
        GraphError: `values` or `gradients` came from another graph.
    """
    check(graph, values)
    check(graph, gradients)
    asked = np.flatnonzero(~graph.constant)[::-1]  # the nearer to the output, the sooner done
    queue = asked[np.argsort(~graph.leaves[asked], kind="stable")]
    judge = _Judge(Moves(graph, values, time.monotonic() + seconds), gradients[:, 0])
    checks: dict[int, Check] = {}
    try:
        with np.errstate(all="ignore"):
            for found in judge.checks(queue):
                checks[found.node] = found
    except Late:
        pass
    return Proof(tuple(checks[node] for node in sorted(checks)), len(asked))


@dataclass(frozen=True, eq=False)
class _Judge:
    """What is said of each of the gradients, (n,), by what moves show."""

    moves: Moves
    gradients: Array

    def checks(self, queue: Nodes) -> Iterator[Check]:
        """Yield a check of each node, some nodes at a time."""
        for nodes in self.moves.parts(queue, FIRST):
            slopes, settled = self.first_look(nodes)
            for node, slope in zip(nodes[settled].tolist(), slopes[settled].tolist(), strict=True):
                yield self.check(node, slope, "agrees")
            for few in self.moves.parts(nodes[~settled], CLOSER):
                yield from self.closer_look(few)

    def first_look(self, nodes: Nodes) -> tuple[Array, NDArray[np.bool_]]:
        """Return the slopes of nodes by a few steps, and which of them are settled and agree."""
        size, gradients = abs(self.moves.values[nodes]), self.gradients[nodes]
        pairs = self.moves.pairs(nodes, np.where(size > 0, size, 1.0) * FIRST)
        entries = pairs.extrapolated()
        slopes, errors = entries.slopes[:, -1], entries.errors[:, -1]
        most = np.maximum(abs(gradients), abs(slopes))
        settled = (abs(gradients - slopes) <= CLOSE * most) & (errors <= SURE * most)
        settled &= np.isfinite(slopes) & ~pairs.bent.any(axis=1)
        still = ((pairs.high == pairs.output) & (pairs.low == pairs.output)).all(axis=1)
        flat = still & (gradients == 0) & (pairs.ups[:, 0] >= self.reach[nodes])
        return np.where(flat, 0.0, slopes), settled | flat

    def closer_look(self, nodes: Nodes) -> Iterator[Check]:
        """Yield a check of each node, from steps of all sizes."""
        size = abs(self.moves.values[nodes])
        scales = np.hstack([np.where(size > 0, size, CLOSER[-1]), np.ones_like(size)])
        pairs = self.moves.pairs(nodes, np.kron(scales, CLOSER))
        noise = self.moves.noise(nodes).tolist()
        for place, node in enumerate(nodes.tolist()):
            yield self.judge(node, pairs.of_one(place, noise[place], scales.shape[1]))

    def judge(self, node: int, pairs: Pairs) -> Check:
        """Return the check of a node by steps of all sizes, (scales, steps)."""
        value, gradient = float(self.moves.values[node, 0]), float(self.gradients[node])
        for name, number in (("output", pairs.output), ("gradient", gradient), ("value", value)):
            if not math.isfinite(number):
                note = f"The {name} here is {short(number)}, so there is no slope to measure."
                return self.check(node, math.nan, "unmeasured", note)
        found = self.tell(node, pairs, pairs.extrapolated())
        if found.mark == "differs" or (found.mark == "agrees" and found.gradient == 0):
            way = self.moves.on_the_way(node, pairs.ups)
            if way.restless[:, 0].any():
                note = "However small the step, the slope changes within it: it cannot be measured."
                return self.check(node, math.nan, "unmeasured", note)
            return self.tell(node, pairs, _ungainsaid(pairs.extrapolated(), way.extrapolated()))
        return found

    def tell(self, node: int, pairs: Pairs, entries: Slopes) -> Check:
        """Return the check of a node by the slopes that are to be believed."""
        best = entries.best()
        if best is None:
            note = "The output has no finite value on one side, so no difference can be taken."
            return self.check(node, math.nan, "unmeasured", note)
        bend = pairs.bend()
        near = bend if bend and best.step >= bend.step else None
        if near and near.sound and self.moves.kinks(node).every:
            return self.check(node, best.slope, *self.at_a_kink(node, near))
        return self.check(node, best.slope, *self.compare(node, best, near, entries))

    def at_a_kink(self, node: int, bend: Bend) -> tuple[Mark, str]:
        """Return mark and note of a node from which the slope jumps, however small the step."""
        gradient, kinks = float(self.gradients[node]), self.moves.kinks(node)
        low, high = sorted((bend.left, bend.right))
        outside = max(low - gradient, gradient - high, 0.0)
        room = FEW * bend.error + CLOSE * max(abs(low), abs(high))
        here = f"At a kink of {kinks.names}" if kinks.exact else f"Within {bend.step:.0e} of a kink"
        note = (
            f"{here}: the slope is {short(bend.left)} from the left and {short(bend.right)} from "
            f"the right; backprop takes {short(gradient)}."
        )
        if outside <= room or kinks.exact > 1:
            return "kink", note
        alone = 1 in (kinks.exact, kinks.every)
        return "differs" if alone and outside > 2 * room else "unmeasured", note

    def compare(
        self, node: int, best: Slope, bend: Bend | None, entries: Slopes
    ) -> tuple[Mark, str]:
        """Return mark and note of a node by the best slope, and by the bend that it spans."""
        gradient = float(self.gradients[node])
        gap, most = abs(gradient - best.slope), max(abs(gradient), abs(best.slope))
        error = best.error + float(self.moves.spread[node])
        close, few = CLOSE * most, FEW * error
        if error <= SURE * most and gap <= max(close, few):
            return "agrees", ""
        proved = best.step >= self.reach[node] and best.error <= self.nothing[node]
        if gradient == 0 and gap <= FEW * best.error and proved:
            return "agrees", ""
        if bend:
            note = f"The slope changes within {bend.step:.0e} of here, too close to tell."
            return "unmeasured", note
        if gap <= max(close, 2 * few, self.lost) or entries.back(gradient, 0.1 * gap):
            note = f"Rounding hides the slope: it is known no better than to ±{short(error, 2)}."
            return "unmeasured", note
        if (kinks := self.moves.kinks(node)).exact > 1:
            return "kink", f"Kinks of {kinks.names} meet here; backprop takes {short(gradient)}."
        note = f"Backprop says {short(gradient)}; the measured slope is {short(best.slope)}."
        return "differs", note

    @cached_property
    def above(self) -> tuple[Array, Array]:
        """Return of what lies above each node, (n,): its gradient; the most that a bit may hide.

        The gradient is the largest right above it, or, where that is 0, above that. The other is
        the largest value times its gradient, in units of the output.
        """
        graph, gradients = self.moves.graph, abs(self.gradients)
        weights = np.nan_to_num(abs(self.moves.values[:, 0]) * gradients, nan=0.0).tolist()
        handed, reaching = gradients.tolist(), graph.reaching.tolist()
        above, most = np.zeros((2, len(graph)))
        for node, _, operands in reversed(graph.steps):
            if reaching[node]:
                for operand in operands:
                    above[operand] = max(above[operand], handed[node] or above[node])
                    most[operand] = max(most[operand], weights[node], most[node])
        return above, most

    @cached_property
    def nothing(self) -> Array:
        """Return (n,): a millionth of the gradient above; so little passes for 0 if 0 is said."""
        return np.where(self.moves.graph.reaching, CLOSE * self.above[0], np.inf)

    @cached_property
    def reach(self) -> Array:
        """Return (n,): how far a node must be moved to prove that its gradient is 0.

        So far that no sum on the way can swallow what would be more than `nothing`.
        """
        hidden = EPS * self.above[1]
        return np.where(hidden > 0, hidden / self.nothing, 0.0)

    @cached_property
    def lost(self) -> float:
        """Return how much of a gradient may be lost to slopes too small for a number."""
        values = self.moves.values
        largest = float(abs(values[np.isfinite(values)]).max(initial=1.0))
        return 1e8 * LEAST * largest * largest

    def check(self, node: int, slope: float, mark: Mark, note: str = "") -> Check:
        """Return a check with the gradient and the relative difference filled in."""
        gradient = float(self.gradients[node])
        gap, most = abs(gradient - slope), max(abs(gradient), abs(slope))
        if mark == "agrees" and gradient == 0:
            gap = 0.0  # what was measured is rounding
        return Check(node, gradient, slope, gap / most if most else gap, mark, note)


def _ungainsaid(entries: Slopes, on_the_way: Slopes) -> Slopes:
    """Return slopes of which the best is gainsaid by no node on the way to the output."""
    while (place := entries.choice()) is not None and on_the_way.gainsays(place):
        entries = entries.without(place)
    return entries
