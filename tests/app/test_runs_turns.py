"""Turns are taken one thread at a time, paces are kept, parts of frames keep to their share."""

import threading
import time

import numpy as np
import pytest

from app import turns
from app.orders import MOST_BEHIND, WITHOUT_END, Pace
from app.scenes import SHARE, Delta, Part, Scene
from app.turns import NEVER, Job, Workers
from app.viewers import Viewer
from tests.app.runs import SECONDS, unpacked


class Counter(Job):
    """A job that counts its turns and notices when two threads have it."""

    def __init__(self, again=NEVER, most=1):
        super().__init__()
        self.turns = self.inside = self.together = 0
        self.done = threading.Event()
        self.again = again
        self.most = most
        self.seconds = []

    def turn(self, seconds):
        self.inside += 1
        self.together = max(self.together, self.inside)
        self.turns += 1
        self.seconds.append(seconds)
        time.sleep(0.0005)
        self.inside -= 1
        if self.turns >= self.most:
            self.done.set()
            return NEVER
        return self.again() if callable(self.again) else self.again


@pytest.fixture
def workers(monkeypatch):
    monkeypatch.setattr(turns, "WORTH_A_THREAD", 0.0)  # every thread takes turns
    workers = Workers(3, lambda now, more: None)
    yield workers
    workers.close()


def test_a_job_sleeps_until_it_is_woken(workers):
    job = Counter()
    workers.wake(job)
    assert job.done.wait(SECONDS)
    assert job.turns == 1


def test_no_two_threads_hold_the_same_job(workers):
    jobs = [Counter(again=0.0, most=60) for _ in range(4)]
    for _ in range(20):
        for job in jobs:
            workers.wake(job)
    assert all(job.done.wait(SECONDS) for job in jobs)
    assert [job.together for job in jobs] == [1] * 4


def test_who_is_woken_in_his_turn_has_another_one(workers):
    job = Counter(most=2)
    job.again = NEVER
    first = threading.Event()

    def turn(seconds, turn=job.turn):
        if not first.is_set():
            workers.wake(job)
            first.set()
        return turn(seconds)

    job.turn = turn
    workers.wake(job)
    assert job.done.wait(SECONDS)


def test_a_turn_comes_when_it_was_asked_for_and_not_before(workers):
    begin = time.monotonic()
    job = Counter(again=lambda: begin + 0.05, most=2)
    workers.wake(job)
    assert job.done.wait(SECONDS)
    assert time.monotonic() >= begin + 0.05


def test_who_is_due_goes_before_those_that_only_go_on_but_does_not_shut_them_out():
    workers = Workers(1, lambda now, more: None)
    greedy = [Counter(again=time.monotonic, most=200) for _ in range(3)]  # always due
    patient = Counter(again=0.0, most=20)
    for job in [*greedy, patient]:
        workers.wake(job)
    assert all(job.done.wait(SECONDS) for job in [*greedy, patient])
    workers.close()


def test_alone_a_job_may_take_its_time_and_among_many_it_may_not(workers):
    alone = Counter(again=0.0, most=5)
    workers.wake(alone)
    assert alone.done.wait(SECONDS)
    assert min(alone.seconds) == turns.LONGEST_TURN
    many = [Counter(again=0.0, most=5) for _ in range(40)]
    for job in many:
        workers.wake(job)
    assert all(job.done.wait(SECONDS) for job in many)
    assert min(min(job.seconds) for job in many) < turns.LONGEST_TURN / 5


def test_a_long_turn_keeps_nobody_waiting():
    class Long(Counter):
        def turn(self, seconds):
            assert quick.done.wait(SECONDS)
            return super().turn(seconds)

    workers, long, quick = Workers(2, lambda now, more: None), Long(), Counter()
    workers.wake(long)
    time.sleep(0.01)
    workers.wake(quick)
    assert long.done.wait(SECONDS)
    workers.close()


def test_a_turn_that_fails_takes_no_thread_with_it(workers, caplog):
    class Broken(Job):
        def turn(self, seconds):
            raise ZeroDivisionError

    for _ in range(5):
        workers.wake(Broken())
    job = Counter()
    workers.wake(job)
    assert job.done.wait(SECONDS)
    assert "A turn failed." in caplog.text


def test_what_waits_is_done_before_the_end_and_then_all_can_begin_again(workers):
    for _ in range(2):
        jobs = [Counter() for _ in range(20)]
        for job in jobs:
            workers.wake(job)
        workers.close()
        assert all(job.turns == 1 for job in jobs)


def test_a_pace_owes_one_update_at_once_and_then_as_many_as_time_has_passed():
    pace = Pace()
    assert pace.owed(0.0) == WITHOUT_END
    pace.speed = 10.0
    pace.begin(100.0)
    assert pace.owed(100.0) == 1
    pace.took(1, 100.0)
    assert pace.owed(100.05) == 0
    assert pace.next() == pytest.approx(100.1)
    assert pace.owed(100.21) == 2


def test_what_is_owed_since_long_is_forgiven():
    pace = Pace()
    pace.speed = 10.0
    pace.begin(100.0)
    pace.took(1, 100.0 + MOST_BEHIND + 9)
    assert pace.owed(100.0 + MOST_BEHIND + 9) == 0


def test_a_viewer_keeps_its_rate_though_a_frame_comes_a_little_late():
    viewer = Viewer(None, 10.0, _Bin(), lambda: None)
    viewer.give(b"", 50.0)
    assert viewer.due == pytest.approx(50.05)  # after a silence the next may come sooner
    viewer.give(b"", 50.06)
    assert viewer.due == pytest.approx(50.15)
    viewer.give(b"", 50.3)  # what was missed is not made up for
    assert viewer.due == pytest.approx(50.35)


class _Bin:
    def put(self, deliver):
        pass


def scene(version, *, settled=False, crowd=1.0):
    return Scene(None, version, {}, settled=settled, crowd=crowd)


def test_a_costly_part_is_made_less_often_until_the_run_rests():
    def costly(scene):
        time.sleep(0.002)
        return {"part": scene.version}

    part = Part(costly)
    assert part.made(scene(1), 10.0) == {"part": 1}
    assert part.made(scene(1), 99.0) == {}  # it is the same
    assert part.at > 10.0 + 0.002 / SHARE * 0.9
    assert part.made(scene(2), 10.01) == {}
    assert part.made(scene(2, settled=True), 10.01) == {"part": 2}
    crowded = Part(costly)
    crowded.made(scene(1, crowd=10.0), 10.0)
    assert crowded.at > 10.0 + 0.02 / SHARE * 0.9


def test_of_a_few_numbers_all_are_sent_of_many_those_that_changed():
    numbers = np.arange(5.0)
    delta = Delta()
    assert unpacked(delta.changes(values=numbers)["values"]).tolist() == [0, 1, 2, 3, 4]
    delta, many = Delta(), np.arange(100.0)
    assert "at" not in delta.changes(values=many)
    many[[7, 70]] = 0.5
    part = delta.changes(values=many)
    assert unpacked(part["at"], "<u4").tolist() == [7, 70]
    assert unpacked(part["values"]).tolist() == [0.5, 0.5]
    assert delta.changes(values=many) == {}
    many[:60] += 1
    assert "at" not in delta.changes(values=many)


def test_nan_is_no_change_and_what_single_precision_cannot_hold_is_sent_whole_and_wide():
    delta, many = Delta(), np.full(100, np.nan)
    delta.changes(values=many)
    assert delta.changes(values=many) == {}
    for number in (1e300, -1e-300):
        many[3] = number
        found = delta.changes(values=many)
        assert found["wide"]
        assert unpacked(found["values"], "<f8")[3] == number
    many[3] = np.inf
    found = delta.changes(values=many)
    assert "wide" not in found
    assert len(unpacked(found["values"])) == 100
    assert delta.changes(values=many) == {}


def test_what_several_want_of_one_moment_is_made_once():
    made = []
    moment = scene(1)
    for _ in range(3):
        assert moment.once("key", lambda: made.append(1) or 7) == 7
    assert made == [1]
