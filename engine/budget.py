"""What a program may use: limits, and the account of what it has used so far."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from time import thread_time

from engine.errors import LimitError
from engine.spans import Span

LOOK_EVERY = 256  # steps between two looks at the clock
ITEMS_A_STEP = 8  # items of a list that take as much room as a node
WAY_OUT = "Leave out what the output does not need."
SPLIT = "Split it over several lines, with a name for each part."


@dataclass(frozen=True)
class Limits:
    """What a program may use.

    Attributes:
        source_bytes: length of the text in UTF-8 bytes.
        nodes: of the graph that is drawn.
        depth: values nested in one expression.
        seconds: of one processor's time, to read it.
        steps: statements, turns of loops, calls and nodes made, all together.
        items: of one list, one text, one range that is turned into a list.
        calls: functions that wait for one another.
        printed: characters of all that is printed.
    """

    source_bytes: int = 100_000
    nodes: int = 200_000
    depth: int = 2_000
    seconds: float = 2.0
    steps: int = 1_000_000
    items: int = 100_000
    calls: int = 200
    printed: int = 20_000


class Budget:
    """How much of its limits a program has used.

    `left` counts the steps down to the next look at clock and limits: whoever takes one
    subtracts it and calls `look` where none is left.
    """

    __slots__ = ("_deadline", "_granted", "called", "left", "limits", "written")

    def __init__(self, limits: Limits, started: float) -> None:
        self.limits = limits
        self.called = 0
        self.written = 0
        self._deadline = started + limits.seconds
        self._granted = self.left = min(LOOK_EVERY, limits.steps)

    @property
    def steps(self) -> int:
        """Return how many steps have been taken."""
        return self._granted - self.left

    def look(self, span: Span) -> None:
        """Grant more steps; refuse at `span` where the time is up or there are none to grant.

        Raises:
            LimitError: it is.
        """
        self.check_time(span)
        more = min(LOOK_EVERY - min(self.left, 0), self.limits.steps - self._granted)
        if self._granted - self.left > self.limits.steps or more <= 0:
            message = f"This program takes more than {self.limits.steps:,} steps"
            message += f"; so many are reached on line {span.line}."
            raise LimitError(message, span, WAY_OUT)
        self._granted += more
        self.left += more

    @property
    def is_half_gone(self) -> bool:
        """Return whether half of the time is gone, or half of the steps."""
        late = thread_time() > self._deadline - self.limits.seconds / 2
        return late or self.steps > self.limits.steps // 2

    @property
    def is_gone(self) -> bool:
        """Return whether all of the time is gone."""
        return thread_time() > self._deadline

    def forgive(self) -> None:
        """Let what follows a loop that was cut short take half of the time."""
        self._deadline = thread_time() + self.limits.seconds / 2

    def step(self, span: Span, count: int = 1) -> None:
        """Take some steps.

        Raises:
            LimitError: there are not so many left.
        """
        self.left -= count
        if self.left < 0:
            self.look(span)

    def check_time(self, span: Span) -> None:
        """Refuse when the time is up.

        Raises:
            LimitError: it is.
        """
        if self.is_gone:
            message = f"This program takes longer than {self.limits.seconds:g} s; it had come to"
            raise LimitError(f"{message} line {span.line}.", span, WAY_OUT)

    def check_items(self, items: int | Sized, span: Span) -> None:
        """Refuse a list that is too long.

        Raises:
            LimitError: it is.
        """
        count = items if isinstance(items, int) else len(items)
        if count > self.limits.items:
            message = f"This would hold {count:,} items; the limit is {self.limits.items:,}."
            raise LimitError(message, span, "Take fewer.")

    def make_items(self, count: int, span: Span) -> None:
        """Count the items of a list that is about to be made as steps, some to a step.

        Raises:
            LimitError: they are too many.
        """
        self.check_items(count, span)
        self.step(span, count // ITEMS_A_STEP)

    def check_nodes(self, count: int, span: Span) -> None:
        """Refuse more nodes than are drawn.

        Raises:
            LimitError: there are more.
        """
        if count > self.limits.nodes:
            message = f"This program makes more than {self.limits.nodes:,} nodes; so many are"
            raise LimitError(f"{message} reached on line {span.line}.", span, WAY_OUT)

    def check_depth(self, depth: int, span: Span) -> None:
        """Refuse an expression that nests too deep.

        Raises:
            LimitError: it does.
        """
        if depth > self.limits.depth:
            message = f"This nests more than {self.limits.depth:,} values deep."
            raise LimitError(message, span, SPLIT)

    def enter_call(self, name: str, span: Span) -> None:
        """Note that a function has been called.

        Raises:
            LimitError: too many wait for one another.
        """
        self.step(span)
        self.called += 1
        if self.called > self.limits.calls:
            message = f"{name} is called from within calls more than {self.limits.calls:,} deep."
            raise LimitError(message, span, "Write a loop instead.")

    def leave_call(self) -> None:
        """Note that a function has returned."""
        self.called -= 1

    def check_printed(self, text: str, span: Span) -> None:
        """Count what is printed.

        Raises:
            LimitError: it is more than fits.
        """
        self.written += len(text) + 1
        if self.written > self.limits.printed:
            message = f"This program prints more than {self.limits.printed:,} characters"
            raise LimitError(f"{message}; so many are reached on line {span.line}.", span, WAY_OUT)
