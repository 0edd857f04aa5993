"""A Python file that computes a loss and its gradients with NumPy alone, derivatives by hand.

Each gradient is one line: the sum, over all that uses a value, of what is handed back to it. The
slopes are the rows' own partial rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cache

from engine.computed import Computed
from engine.export.dialects import NUMPY
from engine.export.pieces import PRODUCT, Piece, assignment, called, joined, literal
from engine.export.plan import Plan
from engine.export.script import columns, footer, headed, heading, page
from engine.export.spelling import composed, handed, repeated
from engine.export.writer import LONGEST_SUM, Writer
from engine.ops import Op
from engine.rules import uses

TITLE = "The loss of a computation and its gradients, in plain NumPy: the way back is by hand."
INLINE = 24  # characters of a gradient that needs no line of its own


def numpy_file(work: Computed) -> str:
    """Return the text of the file; run, it prints the loss and the gradient of every named leaf."""
    plan = Plan(work)
    forward = Writer(
        plan,
        lambda op, operands: composed(op, operands, NUMPY),
        number=_number,
        boxed=NUMPY.boxed,
        repeats=lambda op: repeated(op.forward),
        own=_kept(plan),
    )
    leaves = list(forward.leaves(lambda node, name: f"{name} = {_boxed(plan.numbers[node])}"))
    forward.results(node for node in range(len(plan.graph)) if plan.reaching[node])
    output = forward.variables[plan.graph.output]
    back = _Backward(plan, forward)
    back.write()
    loss = f"np.mean({output})" if plan.sampled else output
    gradients = [(name, back.names.get(node, "0.0")) for node, name in plan.printed]
    erf = any("erf(" in line for line in (*forward.lines, *back.lines))
    return page(
        heading(TITLE, work.source, plan.samples),
        ["import math"] if erf else [],
        ["import numpy as np"],
        ['np.seterr(all="ignore")  # inf and nan are numbers like all others'],
        ["erf = np.vectorize(math.erf, otypes=[float])"] if erf else [],
        [*columns(plan, NUMPY.module, "np.array(table).T"), *leaves],
        headed("# forward", forward.lines),
        headed("# backward: d_x is d loss / d x", back.lines),
        footer(f"float({loss})", gradients, "gradient", "float(gradient)"),
    )


def _number(value: float) -> Piece:
    return literal(value, NUMPY.module)


def _boxed(value: float) -> str:
    return NUMPY.boxed(_number(value)).text


def _kept(plan: Plan) -> set[int]:
    """Return the results that the way back asks for."""
    found = set()
    for node, op, operands in plan.graph.steps:
        if not plan.reached[node]:
            continue
        for slot, operand in enumerate(operands):
            partial = op.partials[slot]
            if not op.hands_on(slot) or not plan.wanted[operand]:
                continue
            names = _asked(partial, op.masks[slot] if op.masks else "")
            found |= {k for name, k in zip(op.params, operands, strict=True) if name in names}
            if "out" in names:
                found.add(node)
    return found


@cache
def _asked(partial: str, mask: str) -> Set[str]:
    """Return the names that a slope and its mask are computed from."""
    return uses(partial) | (uses(mask) if mask else set())


class _Backward:
    """The way back, from the output down.

    Attributes:
        names: the variable of each gradient that has one.
        lines: what was written so far.
    """

    def __init__(self, plan: Plan, forward: Writer) -> None:
        self.plan, self.forward = plan, forward
        self.names: dict[int, str] = {}
        self.lines: list[str] = []
        self._terms: dict[int, list[Piece]] = {}

    def write(self) -> None:
        """Write every gradient that leads to a leaf."""
        plan, output = self.plan, self.plan.graph.output
        if not plan.reached[output]:
            return
        lanes = "np.full(len(table), 1 / len(table))"
        self._terms[output] = [Piece(lanes if plan.sampled else "np.float64(1.0)")]
        for node in range(output, -1, -1):
            if node in self._terms:
                upstream = self._settled(node, self._terms.pop(node))
                op = plan.ops[node]
                if op is not None:
                    self._hand_down(node, op, upstream)

    def _hand_down(self, node: int, op: Op, upstream: Piece) -> None:
        plan, pieces = self.plan, self.forward.pieces
        operands = plan.operands[node]
        given = {name: pieces[k] for name, k in zip(op.params, operands, strict=True)}
        given["out"] = pieces[node]
        for slot, operand in enumerate(operands):
            if not op.hands_on(slot) or not plan.wanted[operand]:
                continue
            mask = op.masks[slot] if op.masks else ""
            term = handed(upstream, op.partials[slot], mask, given, NUMPY)
            if term.number is not None:  # a mask that is shut whatever the numbers are
                continue
            if plan.lanes[node] and not plan.lanes[operand]:
                term = called("np.sum", term)
            self._terms.setdefault(operand, []).append(term)

    def _settled(self, node: int, terms: list[Piece]) -> Piece:
        """Return what stands for a node's gradient, which has all its terms by now."""
        if len(terms) == 1 and node not in self.plan.names and self._is_light(node, terms[0]):
            return terms[0]
        name = self._name(node)
        for place, total in enumerate(_totals(terms)):
            sign = "+=" if place else "="
            self.lines.append(assignment(name, total, sign=sign))
        self.names[node] = name
        return Piece(name)

    def _is_light(self, node: int, term: Piece) -> bool:
        """Tell whether a gradient may stand wherever it is used: the name of one, or short."""
        if term.text.isidentifier():
            return True
        once = self.plan.uses[node] == 1
        return once and not term.deep and len(term.text) <= INLINE

    def _name(self, node: int) -> str:
        name = self.forward.variables.get(node)
        if name is None:
            return self.plan.identifiers.numbered("d_")
        return self.plan.identifiers.of(f"d_{name}")


def _totals(terms: Sequence[Piece]) -> Iterator[Piece]:
    """Yield sums of a few terms each."""
    total = terms[0]
    for term in terms[1:]:
        longer = _added(total, term)
        if len(longer.text) <= LONGEST_SUM:
            total = longer
        else:
            yield total
            total = term
    yield total


def _added(total: Piece, term: Piece) -> Piece:
    """Return one term more; what begins with a minus is taken away."""
    if term.binds >= PRODUCT and term.text.startswith("-"):
        return joined(total, "-", term._replace(text=term.text[1:], binds=PRODUCT))
    return joined(total, "+", term)
