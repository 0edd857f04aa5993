"""Who watches a run: a mailbox that holds one frame.

A frame is made only once the viewer has taken the one before and its interval is over: whoever is
slow gets fewer frames, and never one that has waited.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from app.frames import Film

BAG_SECONDS = 0.004  # from one wake-up of the loop to the next, while there is more to do


class Post:
    """The way from the threads that make frames to an event loop: one wake-up for many frames.

    A wake-up passes the interpreter from thread to thread and back, and takes longer than a frame.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Carry to this loop."""
        self._loop = loop
        self._bag: deque[Callable[[], None]] = deque()
        self._sent = 0.0

    def put(self, deliver: Callable[[], None]) -> None:
        """Have this called in the loop, once the bag is sent."""
        self._bag.append(deliver)

    def send(self, now: float, *, wait: bool) -> None:
        """Send the bag, from any thread; if it may wait, only when the last has gone a while ago.

        Nothing happens if the loop has ended.
        """
        if self._bag and not (wait and now < self._sent + BAG_SECONDS):
            self._sent = now
            with suppress(RuntimeError):  # the loop is closed: nobody is there to take anything
                self._loop.call_soon_threadsafe(self._empty)

    def _empty(self) -> None:
        for _ in range(len(self._bag)):
            self._bag.popleft()()


class Viewer:
    """One stream of frames: the loop takes, the thread that has the run's turn gives.

    Attributes:
        film: makes the frames.
        due: when the interval after the last frame is over, in `time.monotonic`.
        ready: the frame before is taken.
        taken: when it was.
        missed: there was something to send, but it was not ready.
    """

    def __init__(self, film: Film, fps: float, post: Post, hungry: Callable[[], None]) -> None:
        """Begin with an empty mailbox; `hungry` is called when a frame is waited for in vain."""
        self.film = film
        self.due = -math.inf
        self.ready = self.missed = False
        self.taken = time.monotonic()
        self._interval = 1 / fps
        self._post = post
        self._hungry = hungry
        self._frame: bytes | None = None
        self._arrived = asyncio.Event()
        self._closed = False

    def give(self, frame: bytes, now: float) -> None:
        """Put a frame into the mailbox, which is empty; the next one is due an interval later."""
        self.ready = self.missed = False
        # If this one came a little late, the next one is not later for it: the rate holds.
        self.due = max(self.due, now - self._interval / 2) + self._interval
        self._frame = frame
        self._post.put(self._arrived.set)

    def close(self) -> None:
        """End the stream: the run is gone."""
        self._closed = True
        self._post.put(self._arrived.set)

    async def frames(self) -> AsyncIterator[bytes]:
        """Yield frames as they come; to ask for the next is to have taken the one before."""
        while not self._closed:
            self.ready, self.taken = True, time.monotonic()
            if self.missed:
                self._hungry()
            await self._arrived.wait()
            self._arrived.clear()
            frame, self._frame = self._frame, None
            if frame is not None:
                yield frame
