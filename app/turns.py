"""A few threads that many jobs share, each for a short turn.

A job says when it wants its next turn; who changes something about it wakes it. No two threads ever
hold the same job, so what only turns touch needs no lock.
"""

from __future__ import annotations

import itertools
import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush

log = logging.getLogger("gradwalk")

NEVER = math.inf
# A turn of a job that would work without end: alone it may take its time, among many it may not,
# or those who watch the others wait.
LONGEST_TURN = 0.010  # seconds
SHORTEST_TURN = 0.0001
ROUND = 0.020  # what all of them together may take
# Short turns are mostly the interpreter's, which one thread holds at a time: a second one would
# only get in the way of the first. Long ones are the kernels'.
WORTH_A_THREAD = 0.0008  # seconds
TURNS_TO_JUDGE = 50
LATE = 0.02  # seconds; who waits longer for a turn needs another thread, so one looks after it
WITH_A_SPARE = 2  # threads
SECONDS_TO_END = 1.0
GOING_ON = 4  # of so many turns one is for a job that only wants to go on, however many are due


class Job:
    """What takes turns."""

    def __init__(self) -> None:
        """Begin asleep: it has no turn until it is woken."""
        self.at = NEVER  # when its next turn is, while it waits for one
        self.queued = self.held = self.woken = False

    def turn(self, seconds: float) -> float:
        """Work, for about so long, and return when it wants to go on, in `time.monotonic`.

        0 is as soon as the others had their turn, NEVER not until it is woken.
        """
        raise NotImplementedError


class Workers:
    """The threads and the order of turns; safe to use from any thread."""

    def __init__(self, count: int, after: Callable[[float, bool], None]) -> None:
        """Prepare so many threads; one for each processor if 0. They start with the first job.

        `after` is called when a turn has been taken: with the time, and whether more are waiting.
        """
        self._count = count or os.cpu_count() or 1
        self._after = after
        self._changed = threading.Condition()
        self._due: deque[Job] = deque()  # woken, or their time has come
        self._going: deque[Job] = deque()  # they only want to go on
        self._later: list[tuple[float, int, Job]] = []  # a heap; some in it were woken meanwhile
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._usual = 0.0  # seconds of a processor that a turn takes
        self._taken = 0.0  # when the last turn began
        self._closed = False

    def wake(self, job: Job) -> None:
        """Give a job a turn ahead of those that only want to go on; after its turn, if in one."""
        with self._changed:
            if job.held:
                job.woken = True
            elif not job.queued:
                self._queue(job, self._due)
                self._call()

    def close(self) -> None:
        """Take the turns that are waited for, and no more; then begin anew, without threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(SECONDS_TO_END)
        with self._changed:
            self._threads.clear()
            self._closed = False

    def _queue(self, job: Job, queue: deque[Job]) -> None:
        job.queued, job.at = True, NEVER
        queue.append(job)

    def _call(self) -> None:
        """See to it that somebody takes the next turn."""
        if self._idle:
            if self._wanted():
                self._changed.notify()
            return
        room = len(self._threads) < self._count and not self._closed
        if room and (self._wanted() or len(self._threads) < WITH_A_SPARE):
            thread = threading.Thread(target=self._work, name="runs", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _wanted(self, awake: int = 0) -> bool:
        """Tell whether one thread more has something to do that those awake do not do as well."""
        busy = len(self._threads) - self._idle - awake
        late = time.monotonic() > self._taken + LATE
        return not busy or late or self._usual > WORTH_A_THREAD

    def _work(self) -> None:
        """Take turns until all is over: one thread's whole life."""
        while (taken := self._next()) is not None:
            job, seconds = taken
            begin = time.thread_time()
            try:
                at = job.turn(seconds)
            except Exception:
                log.exception("A turn failed.")
                at = NEVER
            took = time.thread_time() - begin
            self._usual += (took - self._usual) / TURNS_TO_JUDGE
            self._put_back(job, at)
            self._after(time.monotonic(), len(self._due) + len(self._going) > 1)

    def _next(self) -> tuple[Job, float] | None:
        """Wait for a job whose turn it is; return it and how long it may take."""
        with self._changed:
            while True:
                now = time.monotonic()
                self._come_due(now)
                waiting = len(self._due) + len(self._going)
                if self._closed and not waiting:
                    return None
                if waiting and (self._closed or self._wanted(1)):
                    job = self._first()
                    job.queued, job.held, job.woken = False, True, False
                    self._taken = now
                    if waiting > 1:
                        self._call()
                    share = ROUND / waiting
                    return job, min(max(share, SHORTEST_TURN), LONGEST_TURN)
                self._rest(now, waiting)

    def _rest(self, now: float, waiting: int) -> None:
        """Wait until something changes, or the next job is due, or the others may be late."""
        wait = [self._later[0][0] - now] if self._later else []
        first = self._idle == 0 and len(self._threads) > 1
        if waiting or first:
            wait.append(LATE)
        self._idle += 1
        self._changed.wait(min(wait, default=None))
        self._idle -= 1

    def _first(self) -> Job:
        """Return the job whose turn it is; now and then one that only wants to go on."""
        first = next(self._numbers) % GOING_ON or not self._going
        return (self._due if self._due and first else self._going).popleft()

    def _come_due(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            at, _, job = heappop(self._later)
            if job.at == at:
                self._queue(job, self._due)

    def _put_back(self, job: Job, at: float) -> None:
        """Queue a job again; the thread that had it looks for the next one itself."""
        with self._changed:
            job.held = False
            if job.woken:
                self._queue(job, self._due)
            elif at <= 0:
                self._queue(job, self._going)
            elif at < NEVER:
                job.at = at
                heappush(self._later, (at, next(self._numbers), job))
