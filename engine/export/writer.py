"""The forward part of a file: which results get a line of their own, and what stands on it.

A result that is used once and has no name stands within its user's line, as long as that stays
readable; so a chain of any length becomes lines of a few terms each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from engine.export.pieces import BREAK, SUM, Piece, assignment
from engine.export.plan import Plan
from engine.ops import Op

DEEPEST = 4  # parentheses within each other
LONGEST = 64  # characters of an expression that no line end may part
LONGEST_SUM = 480  # characters of a sum, over several lines

Compose = Callable[[Op, Sequence[Piece]], Piece]
Label = Callable[[str, Piece, str, str], str]


class Writer:
    """Lines of assignments, and what stands for each node from then on.

    Attributes:
        pieces: what to write for each node that was met.
        variables: the nodes that have a line of their own, and their names.
        lines: what was written so far.
    """

    def __init__(
        self,
        plan: Plan,
        compose: Compose,
        *,
        number: Callable[[float], Piece],
        boxed: Callable[[Piece], Piece] = lambda piece: piece,
        repeats: Callable[[Op], Set[str]] = lambda _: frozenset(),
        own: Set[int] = frozenset(),
        labelled: Label | None = None,
    ) -> None:
        """Begin.

        Args:
            plan: what is written.
            compose: an op over its operands' pieces -> its piece.
            number: a leaf that is a plain number -> its piece.
            boxed: what a plain number becomes where it gets a name.
            repeats: which operands `compose` writes more than once.
            own: the nodes that need a line of their own whatever their length.
            labelled: how a line is written that gives a label to its result; as any other if None.
        """
        self.plan = plan
        self.pieces: dict[int, Piece] = {}
        self.variables: dict[int, str] = {}
        self.lines: list[str] = []
        self._compose, self._number, self._boxed = compose, number, boxed
        self._repeats = repeats
        self._own, self._labelled = own, labelled
        self._scope = ""

    def leaves(self, spelled: Callable[[int, str], str]) -> Iterator[str]:
        """Yield a line for each leaf that has a name and is no data."""
        plan = self.plan
        for node, name in sorted(plan.names.items()):
            if plan.ops[node] is None:
                self.variables[node] = name
                self.pieces[node] = Piece(name)
                if node not in plan.columns:
                    yield spelled(node, name)

    def results(self, nodes: Iterable[int], indent: str = "") -> None:
        """Write these results, in evaluation order."""
        plan = self.plan
        for node in nodes:
            op = plan.ops[node]
            if op is None:
                if node not in self.pieces:
                    self.pieces[node] = self._number(plan.numbers[node])
                continue
            self.pieces[node] = self._result(node, op, indent)
            if self._stands_alone(node):
                self.spill(node, indent)

    def spill(self, node: int, indent: str = "") -> None:
        """Give a node that was met a line of its own."""
        plan = self.plan
        name = plan.names.get(node) or plan.identifiers.numbered("t")
        written, label = self._boxed(self.pieces[node]), plan.graph.labels[node]
        self._note_scope(node, indent)
        if label and self._labelled:
            self.lines.append(self._labelled(name, written, label, indent))
        else:
            self.lines.append(assignment(name, written, indent))
        self.variables[node] = name
        self.pieces[node] = Piece(name)

    def _stands_alone(self, node: int) -> bool:
        plan = self.plan
        if node in plan.names or node in self._own:
            return True
        return plan.uses[node] > 1 and self.pieces[node].number is None

    def _result(self, node: int, op: Op, indent: str) -> Piece:
        """Return a node's piece; where it would be long or deep, its operands get lines first."""
        operands = self.plan.operands[node]
        repeats = self._repeats(op)
        for param, operand in zip(op.params, operands, strict=True):
            if param in repeats and not self._is_short(operand):
                self.spill(operand, indent)
        piece = self._composed(op, operands)
        longest_first = sorted(set(operands), key=lambda each: -len(self.pieces[each].text))
        for operand in longest_first:
            if _reads_well(piece):
                break
            if not self._is_short(operand):
                self.spill(operand, indent)
                piece = self._composed(op, operands)
        return piece

    def _composed(self, op: Op, operands: Sequence[int]) -> Piece:
        return self._compose(op, [self.pieces[operand] for operand in operands])

    def _is_short(self, node: int) -> bool:
        """Tell whether a node is written as a name or a number."""
        return node in self.variables or self.pieces[node].number is not None

    def _note_scope(self, node: int, indent: str) -> None:
        """Say which part of the program begins."""
        scope = self.plan.graph.scopes.path(node)
        if scope != self._scope and scope.isprintable():
            self._scope = scope
            if scope:
                self.lines.append(f"{indent}# {scope}")


def _reads_well(piece: Piece) -> bool:
    if piece.deep > DEEPEST:
        return False
    if piece.binds != SUM or BREAK not in piece.text:
        return len(piece.text) <= LONGEST
    return len(piece.text) <= LONGEST_SUM
