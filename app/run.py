"""One run: what it is told is done, it goes on at its pace, and whoever watches gets frames.

A run is a job of `turns`: its trainer is touched in its turns alone. Whoever wants something of it
leaves an order and waits for the reply without holding a thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import orjson

from app.faults import RefusedError
from app.orders import Order, Orders, Pace
from app.scenes import Scene
from app.states import Said, described, past, present, status
from app.turns import LONGEST_TURN, NEVER, Job
from app.viewers import Viewer
from engine.errors import GradwalkError
from engine.training import LaneNumbers, Trainer
from engine.updates import Update

log = logging.getLogger("gradwalk")

UNSEEN = 0.05  # seconds between turns of a paced run whose viewers wait for nothing
LEAST_LEARNT = 0.1  # of a turn, however late the frames are
GONE = (404, "There is no such run.", "It was removed, or never made; POST /api/runs makes one.")
FAILED = (
    500,
    "Something went wrong in this run.",
    "It has been noted. Go back a step, or start anew.",
)
UNWATCHED = "Nobody watched, so it waits."


class Run(Job):
    """One training under way.

    Attributes:
        name: what it is called in addresses.
        trainer: what learns.
        pace: how fast it goes.
        viewers: who watches; replaced, never changed.
        looked: when somebody last watched or asked for something, in `time.monotonic`.
        playing: whether it goes on by itself.
        bytes: roughly what it holds.
    """

    def __init__(
        self, name: str, trainer: Trainer, patience: float, wake: Callable[[Job], None]
    ) -> None:
        """Begin paused; played with nobody looking, it pauses after `patience` seconds."""
        super().__init__()
        self.name = name
        self.trainer = trainer
        self.pace = Pace()
        self.viewers: tuple[Viewer, ...] = ()
        self.looked = time.monotonic()
        self.playing = False
        self.bytes = trainer.bytes
        self._patience = patience
        self._wake = wake
        self._orders = Orders()
        self._step: Order | None = None  # that is answered when so many updates more are taken:
        self._left = 0
        self._reason: str | None = None
        self._version = 0
        self._scene: Scene | None = None
        self._regime = trainer.regime
        self._described = described(self._regime)
        self._crowd = 1.0
        self._closed = False

    async def ask(
        self,
        do: Callable[[Run], int] | None = None,
        *,
        step: int | None = None,
        at_once: bool = False,
    ) -> bytes:
        """Have something done in a turn; return the answer, as JSON.

        Args:
            do: what; it returns how many updates are to be taken before the answer. None asks only
                how the run is.
            step: of which step the answer is to tell, instead of the one that the run is at.
            at_once: whether it is done while a step is under way.

        Raises:
            RefusedError: the run is gone, or it refuses.
            GradwalkError: its trainer refuses.
        """
        reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._orders.add(Order(do and partial(do, self), reply, step, at_once or do is None))
        self.look()
        return await reply

    async def ahead(self) -> Update:
        """Return the update that it would take next; it is not taken.

        Raises:
            RefusedError: the run is gone.
        """
        found: list[Update] = []

        def read(run: Run) -> int:
            found.append(run.trainer.ahead())
            return 0

        await self.ask(read, at_once=True)
        return found[0]

    async def lane(self, sample: int | None) -> LaneNumbers:
        """Return the numbers of one of its samples as they are now.

        Raises:
            RefusedError: the run is gone.
            GradwalkError: there is no such sample.
        """
        found: list[LaneNumbers] = []

        def read(run: Run) -> int:
            found.append(run.trainer.lane(sample, {}))
            return 0

        await self.ask(read, at_once=True)
        return found[0]

    def look(self) -> None:
        """Note that somebody looks, and take a turn."""
        self.looked = time.monotonic()
        self._wake(self)

    def close(self) -> None:
        """End it: every order is refused, every stream ends."""
        self._closed = True
        self._wake(self)

    @property
    def working(self) -> bool:
        """Whether it goes on by itself, or with a step that it was told to take."""
        return self.playing or self._step is not None

    def play(self) -> None:
        """Go on until told otherwise; in a turn only."""
        self.playing, self._reason = True, None
        self.pace.begin(time.monotonic())

    def pause(self, reason: str | None = None) -> None:
        """Stand still, with a step that is under way cut short; in a turn only."""
        self.playing, self._reason = False, reason
        self._left = 0

    def turn(self, seconds: float) -> float:
        """Do what was ordered, learn for so long, show it to whoever watches."""
        if self._closed:
            return self._end()
        begin = time.monotonic()
        try:
            with np.errstate(all="ignore"):  # numbers may leave their range: trainers tell
                self._obey()
                if self.working:
                    self._learn(begin, seconds)
                self._crowd = LONGEST_TURN / seconds
                return min(self._show(time.monotonic()), self._goes_on())
        except Exception:
            log.exception("A run failed.")
            self._refuse_step(RefusedError(*FAILED))
            self.pause(FAILED[1])
            return NEVER

    def _obey(self) -> None:
        """Carry out orders, up to one that takes updates."""
        while (order := self._orders.next(stepping=self._step is not None)) is not None:
            try:
                count = order.do() if order.do else 0
            except (RefusedError, GradwalkError) as error:
                order.answer(error)
                continue
            except Exception:
                order.answer(RefusedError(*FAILED))
                raise
            self._version += order.do is not None
            if self._left <= 0:
                self._finish()  # a step that this one cut short
            if count:
                self._step, self._left = order, count
            else:
                self._reply(order)

    def _learn(self, begin: float, seconds: float) -> None:
        """Take updates, until the next frame is due at the latest."""
        due = min((viewer.due for viewer in self.viewers if viewer.ready), default=NEVER)
        deadline = begin + min(seconds, max(due - begin, seconds * LEAST_LEARNT))
        count = self._left if self._step else self.pace.owed(begin)
        if count > 0:
            taken = self.trainer.advance(count, deadline)
            self._version += taken > 0
            if self._step:
                self._left -= taken
            else:
                self.pace.took(taken, time.monotonic())
        if self.trainer.stopped:
            self.pause()
            self._version += 1
        elif self.playing and not self._watched(begin - self._patience):
            self.pause(UNWATCHED)
            self._version += 1
        if self._left <= 0:
            self._finish()

    def _watched(self, since: float) -> bool:
        """Tell whether anybody has looked lately, or waits for a frame."""
        return self.looked > since or any(
            viewer.ready or viewer.taken > since for viewer in self.viewers
        )

    def _finish(self) -> None:
        """Answer the step that was under way, if there was one; the run has come to rest."""
        step, self._step = self._step, None
        if step:
            self._version += 1
            self._reply(step)

    def _reply(self, order: Order) -> None:
        """Answer an order with how the run is, or how it was at a step."""
        try:
            order.answer(orjson.dumps(self._answer(order.step)))
        except GradwalkError as error:
            order.answer(error)
        except Exception:
            order.answer(RefusedError(*FAILED))
            raise

    def _answer(self, step: int | None) -> Said:
        trainer = self.trainer
        now = step is None or step == trainer.step
        found = present(trainer) if now or step is None else past(trainer.at(step))
        return {"id": self.name, **self._status(), **found, "epoch": trainer.epoch_size}

    def _status(self) -> Said:
        """Return what is known without computing."""
        stopped, regime = self.trainer.stopped, self.trainer.regime
        self.bytes = self.trainer.bytes
        if self._regime != regime:
            self._regime, self._described = regime, described(regime)
        state = "running" if self.working else "stopped" if stopped else "paused"
        return {
            **status(self.trainer, regime),
            "state": state,
            "reason": stopped.sentence if stopped and state == "stopped" else self._reason,
            "speed": self.pace.speed,
            "regime": self._described,
        }

    def _show(self, now: float) -> float:
        """Make a frame for each viewer who is ready for news; return when the next is due."""
        soonest = NEVER
        for viewer in self.viewers:
            news = viewer.film.version != self._version
            due = viewer.due if news else max(viewer.due, viewer.film.at)
            if due > now:
                soonest = min(soonest, due)
                continue
            viewer.missed = True
            if viewer.ready:
                frame = viewer.film.frame(self._look_at(), now)
                if frame is None:
                    viewer.missed = False
                else:
                    viewer.give(frame, now)
                soonest = min(soonest, max(viewer.due, viewer.film.at))
        return soonest

    def _look_at(self) -> Scene:
        """Return the run as it is at this moment."""
        settled = not self.working
        known = self._scene
        if known is None or known.version != self._version or known.settled != settled:
            known = Scene(
                self.trainer, self._version, self._status(), settled=settled, crowd=self._crowd
            )
            self._scene = known
        return known

    def _goes_on(self) -> float:
        """Return when it has to learn on; before the next frame nobody would see it."""
        if self._step or self._orders.wait:
            return 0.0
        if not self.playing:
            return NEVER
        if self.pace.speed is None:
            return 0.0
        seen = min((viewer.due for viewer in self.viewers), default=NEVER)
        return max(self.pace.next(), min(seen, time.monotonic() + UNSEEN))

    def _end(self) -> float:
        """Refuse whatever is still asked, and end the streams."""
        gone = RefusedError(*GONE)
        self._refuse_step(gone)
        while (order := self._orders.next(stepping=False)) is not None:
            order.answer(gone)
        for viewer in self.viewers:
            viewer.close()
        self.playing = False
        return NEVER

    def _refuse_step(self, error: RefusedError) -> None:
        step, self._step = self._step, None
        if step:
            step.answer(error)
