"""The runs that there are: made, found, watched, removed, within the limits of the settings."""

from __future__ import annotations

import asyncio
import secrets
import time
from threading import Lock

from sse_starlette.sse import AppStatus

from app.faults import RefusedError
from app.frames import Film
from app.run import GONE, Run
from app.scenes import Wish
from app.settings import Settings
from app.turns import NEVER, Job, Workers
from app.viewers import Post, Viewer
from engine.training import Trainer

LOOK_SECONDS = 0.2  # between looks whether the server is to end
SWEEP = 5.0  # seconds between looks for runs that have been left alone too long
NAME_BYTES = 9  # of a run's name: nobody guesses another's


class Runs(Job):
    """Every run of one app; safe to use from any thread. As a job it sweeps."""

    def __init__(self, settings: Settings) -> None:
        """Begin without any; no thread starts before there is one."""
        super().__init__()
        self._settings = settings
        self._workers = Workers(settings.workers, self._deliver)
        self._runs: dict[str, Run] = {}
        self._viewers = 0
        self._posts: dict[asyncio.AbstractEventLoop, Post] = {}
        self._lock = Lock()

    def add(self, trainer: Trainer) -> Run:
        """Make a run of a trainer, which nobody else may touch from here on.

        Raises:
            RefusedError: there are as many as there may be, all watched or running.
        """
        run = Run(
            secrets.token_urlsafe(NAME_BYTES),
            trainer,
            self._settings.unwatched_seconds,
            self._workers.wake,
        )
        with self._lock:
            if not self._make_room(1, run.bytes):
                raise RefusedError(429, *self._full())
            self._runs[run.name] = run
        self._workers.wake(self)
        return run

    def find(self, name: str) -> Run:
        """Return a run.

        Raises:
            RefusedError: there is none of that name.
        """
        run = self._runs.get(name)
        if run is None:
            raise RefusedError(*GONE)
        return run

    def remove(self, name: str) -> None:
        """End a run, and the streams of whoever watches it.

        Raises:
            RefusedError: there is none of that name.
        """
        run = self.find(name)
        with self._lock:
            self._drop(run)

    def watch(self, run: Run, wish: Wish) -> Viewer:
        """Begin to watch a run, from the event loop that takes the frames; `leave` ends it.

        Raises:
            RefusedError: too many watch already.
        """
        loop = asyncio.get_running_loop()
        with self._lock:
            if len(run.viewers) >= self._settings.run_viewers:
                message = f"{len(run.viewers):,} watch this run already; there is room for no more."
                raise RefusedError(429, message, "Try again when one of them has gone.")
            if self._viewers >= self._settings.viewers:
                message = f"{self._viewers:,} streams are open; there is room for no more."
                raise RefusedError(429, message, "Close a page that shows a run, or try later.")
            post = self._posts.setdefault(loop, Post(loop))
            viewer = Viewer(Film(wish, run.trainer.program), wish.fps, post, run.look)
            run.viewers = (*run.viewers, viewer)
            self._viewers += 1
        run.look()
        return viewer

    def leave(self, run: Run, viewer: Viewer) -> None:
        """Watch a run no more."""
        with self._lock:
            run.viewers = tuple(each for each in run.viewers if each is not viewer)
            self._viewers -= 1
        run.look()

    async def end_with_server(self) -> None:
        """End everything as soon as the server is told to end: it waits for open streams."""
        while not AppStatus.should_exit:  # noqa: ASYNC110  a flag, which no one can wait for
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """End every run, every stream and the threads."""
        with self._lock:
            for run in list(self._runs.values()):
                self._drop(run)
        self._workers.close()

    def turn(self, seconds: float) -> float:  # noqa: ARG002  it takes no time
        """Remove the runs that were left alone too long, or take too much room."""
        longest = time.monotonic() - self._settings.kept_minutes * 60
        with self._lock:
            for run in self._idle():
                if run.looked < longest:
                    self._drop(run)
            self._make_room(0, 0)
            return time.monotonic() + SWEEP if self._runs else NEVER

    def _deliver(self, now: float, more: bool) -> None:  # noqa: FBT001  called by the workers
        for post in tuple(self._posts.values()):
            post.send(now, wait=more)

    def _make_room(self, more: int, size: int) -> bool:
        """Remove what was left alone longest, as long as there is no room for so much more."""
        for run in self._idle():
            if self._fits(more, size):
                break
            self._drop(run)
        return self._fits(more, size)

    def _fits(self, more: int, size: int) -> bool:
        held = size + sum(run.bytes for run in self._runs.values())
        room = self._settings.runs_megabytes * 1e6
        return len(self._runs) + more <= self._settings.runs and held <= room

    def _idle(self) -> list[Run]:
        """Return the runs that stand still and nobody watches, the one left alone longest first."""
        idle = [run for run in self._runs.values() if not (run.viewers or run.working)]
        return sorted(idle, key=lambda run: run.looked)

    def _drop(self, run: Run) -> None:
        self._runs.pop(run.name, None)
        run.close()

    def _full(self) -> tuple[str, str]:
        """Say that there is no room for a run, and the way out."""
        count = len(self._runs)
        if count >= self._settings.runs:
            message = f"There are {count:,} runs already, and somebody uses each of them."
        else:
            message = "The runs take all the memory that they may."
        return message, "Pause one of yours and close its page, or try again in a minute."
