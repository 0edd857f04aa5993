"""How many runs and viewers there may be, how long a run goes on alone, and how all of it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from fastapi.testclient import TestClient

from app import live
from app.main import create_app
from app.settings import Settings
from tests.app.runs import NEURON, SECONDS, Steered, talking
from tests.conftest import serve


@contextmanager
def serving(**settings):
    """Give a client of a real server with such settings."""
    serving = serve(create_app(Settings(**settings)))
    with talking(next(serving)) as client:
        yield client
    next(serving, None)


@contextmanager
def calling(**settings):
    """Give a client of an app with such settings."""
    with TestClient(create_app(Settings(**settings))) as client:
        yield client


def gone(run):
    return run.client.get(run.path).status_code == 404


def test_one_run_too_many_takes_the_place_of_the_one_left_alone_longest(kernels):
    with calling(runs=3) as client:
        runs = [Steered(client) for _ in range(3)]
        runs[0].do("play")
        runs[1].read()
        fourth = Steered(client)
        assert [gone(run) for run in [*runs, fourth]] == [False, False, True, False]


def test_where_all_are_at_work_a_further_one_is_refused(kernels):
    with calling(runs=2) as client:
        for run in (Steered(client), Steered(client)):
            run.do("play")
        refused = client.post("/api/runs", json={"source": NEURON})
        assert refused.status_code == 429
        error = refused.json()["error"]
        assert error["message"] == "There are 2 runs already, and somebody uses each of them."
        assert error["hint"]
        run.do("pause")
        assert not gone(Steered(client))


def test_a_run_that_is_watched_keeps_its_place(kernels):
    with serving(runs=1) as client, Steered(client).watched() as watched:
        next(watched)
        assert client.post("/api/runs", json={"source": NEURON}).status_code == 429


def test_the_memory_of_all_runs_is_bounded(kernels):
    with calling(runs_megabytes=0.001) as client:
        refused = client.post("/api/runs", json={"source": NEURON})
        assert refused.status_code == 429
        assert refused.json()["error"]["message"] == "The runs take all the memory that they may."


@pytest.mark.parametrize(("limit", "words"), [("run_viewers", "watch"), ("viewers", "streams")])
def test_viewers_are_bounded_and_whoever_goes_makes_room(kernels, limit, words):
    with serving(**{limit: 2}) as client:
        run = Steered(client)
        with ExitStack() as open_ones:
            each = [open_ones.enter_context(run.watched()) for _ in range(2)]
            assert [next(watched)["step"] for watched in each] == [0, 0]
            refused = client.get(f"{run.path}/frames")
            assert refused.status_code == 429
            assert words in refused.json()["error"]["message"]
        deadline = time.monotonic() + SECONDS
        while True:
            with client.stream("GET", f"{run.path}/frames") as response:
                if response.status_code == 200:
                    break
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_run_that_nobody_watches_pauses_after_a_while(kernels):
    with calling(unwatched_seconds=0.2) as client:
        run = Steered(client)
        run.do("play")
        time.sleep(0.6)
        alone = run.read()
        assert alone["state"] == "paused"
        assert alone["reason"] == "Nobody watched, so it waits."
        run.do("play", speed=100)
        time.sleep(0.6)
        assert run.read()["state"] == "paused"


def test_a_run_that_is_watched_goes_on(kernels):
    with serving(unwatched_seconds=0.2) as client:
        run = Steered(client)
        with run.watched() as watched:
            run.do("play", speed=50)
            begin = time.monotonic()
            for _ in watched:
                if time.monotonic() > begin + 0.6:
                    break
            assert run.read()["state"] == "running"


def test_a_step_is_taken_to_its_end_though_nobody_watches(kernels):
    with calling(unwatched_seconds=0.0) as client:
        assert Steered(client).do("step", count=20_000)["step"] == 20_000


def test_a_run_that_was_left_alone_long_is_removed(kernels, monkeypatch):
    monkeypatch.setattr(live, "SWEEP", 0.02)
    with calling(kept_minutes=0.002) as client:
        run = Steered(client)
        time.sleep(0.4)
        assert gone(run)


def test_an_app_that_has_ended_can_begin_again(kernels):
    app = create_app(Settings())
    for _ in range(2):
        with TestClient(app) as client:
            assert Steered(client).do("step")["step"] == 1


def test_a_server_that_is_told_to_end_ends_its_streams_and_its_steps(kernels, tmp_path):
    environment = {**os.environ, "GRADWALK_PORT": "0", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "app.cli"]
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as server:
        said = ""
        while "running on http" not in said:
            said = server.stderr.readline()
            assert said, "the server did not start"
        address = said.partition("running on ")[2].split()[0]
        ends = []

        def watch(run):
            with run.watched() as watched:
                ends.append([frame for frame in watched if frame][-1])

        with talking(address) as client:
            played, stepped = Steered(client), Steered(client)
            threads = [threading.Thread(target=watch, args=(played,))]
            threads.append(
                threading.Thread(target=lambda: ends.append(stepped.tell("step", count=10**6)))
            )
            played.do("play")
            for thread in threads:
                thread.start()
            stepped.wait(lambda now: now["state"] == "running")
            server.send_signal(signal.SIGTERM)
            for thread in threads:
                thread.join(SECONDS)
        rest = server.stderr.read()
    assert len(ends) == 2  # both were answered to the end
    assert "ERROR" not in rest, rest
    assert "Finished server process" in rest
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{address}/healthz")
