"""What a program has said, and what is said about it: printed lines, remarks on its reading."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from engine import refusals
from engine.budget import Budget
from engine.expr import Expr
from engine.spans import START, Span
from engine.syntax import Text

MOST_SHOWN = 40  # characters of a notebook's command in a remark


class Told:
    """Keeps lines with their places.

    Attributes:
        text, budget: what is read, and what it may use.
        structured: whether it is more than lines of assignments.
        uses_values: whether it makes nodes with Value, as micrograd does.
        moved: leaves as they were before the program changed their numbers, each with the value of
            the program that it was, and where that was.
        printed, remarks: lines with their places.
    """

    def __init__(self, text: Text, budget: Budget, nature: tuple[bool, bool]) -> None:
        self.text = text
        self.budget = budget
        self.structured, self.uses_values = nature
        self.moved: dict[Expr, tuple[Expr, ast.AST]] = {}
        self.printed: list[tuple[str, Span]] = []
        self.remarks: list[tuple[str, Span | None]] = []
        self._latest: Expr | None = None
        self._decided: Span | None = None
        self._line = ""
        self._left_out: dict[str, Span] = {}

    def leave_out_magic(self) -> None:
        """Say that a notebook's own commands are left out."""
        for line in self.text.magic[:1]:
            words = self.text.lines[line - 1]
            said = f"{words.split()[0][:MOST_SHOWN]} is left out: only notebooks have it."
            self.remarks.append((said, Span(line, 1, line, len(words) + 1)))

    def end_line(self, at: Span) -> None:
        """Print what was begun and never ended with a new line."""
        if self._line:
            self.printed.append((self._line, at))

    def place_of(self, node: ast.AST) -> Span:
        """Return the place of a node in the typed text."""
        return self.text.span(node) if isinstance(node, ast.expr | ast.stmt) else START

    def print(self, text: str, node: ast.AST) -> None:
        """Add to what the program prints."""
        span = self.place_of(node)
        self.budget.check_printed(text, span)
        *lines, self._line = (self._line + text).split("\n")
        self.printed.extend((line, span) for line in lines)

    def remark(self, message: str, node: ast.AST | None) -> None:
        """Say once that something is read in another way than Python would run it."""
        if all(message != said for said, _ in self.remarks):
            self.remarks.append((message, self._first_line(node) if node is not None else None))

    def left_out(self, name: str, node: ast.AST) -> None:
        """Note that a function of a library is not had: what it gives is nothing."""
        self._left_out.setdefault(name, self._first_line(node))

    def _first_line(self, node: ast.AST) -> Span:
        return refusals.first_line(self.place_of(node), self.text)

    def replaced(self, node: ast.ClassDef) -> None:
        """Leave a pasted class Value out: ours stands for it."""
        self.uses_values = True
        self.remark(
            "This class Value is left out: gradwalk's own, which is drawn, stands for it.", node
        )

    def stops_early(self, turn: int, node: ast.For) -> bool:
        """Tell whether a loop that trains has taken half of the time: so many turns are enough."""
        return bool(turn) and self.budget.is_half_gone and self._stopped(turn, node)

    def gives_up(self, turn: int, node: ast.For) -> bool:
        """Tell whether a loop that trains may end within a turn, its time gone: there is a loss."""
        has_loss = bool(turn or self._latest)
        return has_loss and self.budget.is_gone and self._stopped(turn, node)

    def _stopped(self, turn: int, node: ast.For) -> bool:
        turns = f"{turn} turn" + ("" if turn == 1 else "s")
        words = f"The loop stops after {turns}: more would take longer than there is time for."
        self.remark(words, node)
        self.budget.forgive()
        return True

    def remark_on(self, nodes: Iterable[Expr]) -> None:
        """Say where the picture of these nodes keeps numbers that the program has changed since."""
        moved = self.moved
        changed = [moved[node][1] for node in nodes if node in moved] if moved else []
        if changed:
            words = "The picture keeps the numbers it was computed with; here they change."
            self.remark(words, changed[-1])
        if self._left_out:
            names, (first, *_) = ", ".join(self._left_out), self._left_out.values()
            self.remarks.append((f"Left out here, so they give nothing: {names}.", first))
        if self._decided is not None and self.structured:
            words = "A number decides here how the program goes on; sliders do not decide anew."
            self.remarks.append((words, self._decided))
