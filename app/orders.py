"""What a run is told: orders, whose replies are waited for, and how fast to go."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

WITHOUT_END = 1 << 40  # updates
MOST_BEHIND = 0.25  # seconds; a run that cannot go as fast as it should does not catch up more


@dataclass(eq=False)
class Order:
    """Something to do in a run's turn.

    Attributes:
        do: what; it returns how many updates are to be taken before the reply. None only reads.
        reply: of who waits for it.
        step: of which step the reply is to tell; None for the step that the run is at.
        at_once: whether it is done while a step is under way.
    """

    do: Callable[[], int] | None
    reply: asyncio.Future[bytes]
    step: int | None
    at_once: bool

    def answer(self, found: bytes | Exception) -> None:
        """Send the reply, from any thread; nothing happens if nobody waits any more."""
        with suppress(RuntimeError):  # that loop is closed
            self.reply.get_loop().call_soon_threadsafe(self._settle, found)

    def _settle(self, found: bytes | Exception) -> None:
        if self.reply.done():
            return
        if isinstance(found, Exception):
            self.reply.set_exception(found)
        else:
            self.reply.set_result(found)


class Orders:
    """Orders, first those that are done at once, then the others in turn."""

    def __init__(self) -> None:
        """Begin without any."""
        self._at_once: deque[Order] = deque()
        self._in_turn: deque[Order] = deque()

    def add(self, order: Order) -> None:
        """Leave an order, from any thread."""
        (self._at_once if order.at_once else self._in_turn).append(order)

    @property
    def wait(self) -> bool:
        """Return whether there are any: some may have come while a step was under way."""
        return bool(self._at_once or self._in_turn)

    def next(self, *, stepping: bool) -> Order | None:
        """Take the next one, if there is one that need not wait until a step is done."""
        if self._at_once:
            return self._at_once.popleft()
        return self._in_turn.popleft() if self._in_turn and not stepping else None


class Pace:
    """How many updates are owed by now.

    Attributes:
        speed: updates a second; None is as fast as it goes.
    """

    def __init__(self) -> None:
        """Begin at full speed."""
        self.speed: float | None = None
        self._begin = 0.0
        self._taken = 0

    def begin(self, now: float) -> None:
        """Count anew; the first update is owed at once."""
        self._begin, self._taken = now, -1

    def set(self, speed: float | None) -> None:
        """Go on at another speed."""
        self.speed = speed
        self._begin, self._taken = time.monotonic(), 0

    def owed(self, now: float) -> int:
        """Return how many updates to take now."""
        if self.speed is None:
            return WITHOUT_END
        return int((now - self._begin) * self.speed) - self._taken

    def took(self, count: int, now: float) -> None:
        """Note updates that were taken; what is owed since long is forgiven."""
        self._taken += count
        if self.speed is not None and self.owed(now) > 1 + self.speed * MOST_BEHIND:
            self._begin, self._taken = now, 0

    def next(self) -> float:
        """Return when the next update is owed."""
        return 0.0 if self.speed is None else self._begin + (self._taken + 1) / self.speed
