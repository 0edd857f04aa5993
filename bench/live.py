"""Runs on the server, watched from another process over real loopback.

What a viewer costs: updates a second of a run at full speed while its page takes 30 frames a
second, beside the bare loop of `updates` on this machine at that moment. And whether 200 runs, each
with a viewer of its own, keep their 20 frames a second while the page still answers.

    python -m bench.live
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from bench import server, updates, viewers
from bench.timing import HEAD, RUNS, Row, median_row
from engine.compiled import KERNELS, Kernels
from engine.program import Program, parse

SECONDS = 0.2  # that a turn takes; ours and theirs in turn
PAGE = "fps=30&sample=0&wires=1&field=1&thumbs=1&health=1&samples=1"  # all that the page shows
MANY, FPS, FEWEST = 200, 20, 18  # viewers, frames a second, and what each should have at least
PAGE_AIM = 100.0  # ms, 95 of 100 pages
SECONDS_OF_MANY = 10.0
NEURON = """\
x1, x2, y = data("moons", n=200, noise=0.1, seed=1)
w1, w2, b = param(0.1), param(-0.2), param(0)
o = tanh(x1*w1 + x2*w2 + b)
mse(o, y)"""
SPEEDS = {"20 updates/s": 20.0, "60 updates/s": 60.0, "full speed": None}


def rows(kernels: Kernels, address: str) -> list[Row]:
    """Return the rows of watched runs and of many of them."""
    return [
        *watched("2-4-2-1, 250 samples, batch 10", "[4, 2, 1]", 250, 10, kernels, address),
        *watched("2-16-16-1, 100 samples, full batch", "[16, 16, 1]", 100, None, kernels, address),
        *(row for name in SPEEDS for row in many(name, address)),
    ]


def watched(
    work: str, layers: str, samples: int, batch: int | None, kernels: Kernels, address: str
) -> list[Row]:
    """Return updates a second of a watched run beside the bare loop, and its frames a second."""
    program = updates.program(layers, samples)
    step = updates.bare(program, batch, kernels)
    ours, theirs = [], []
    with _client(address) as client, _runs(client, program, 1, batch) as (run,):
        watching = viewers.start(address, [f"{run}/frames?{PAGE}"], RUNS * SECONDS * 2)
        time.sleep(viewers.SETTLING)
        for _ in range(RUNS):
            theirs.append(_bare_rate(step))
            ours.append(_rate(client, run))
        _tell(client, run, do="play")
        watching.communicate()
        seen = viewers.start(address, [f"{run}/frames?{PAGE}"], 3.0)
        frames = viewers.seen(seen).rates[0]
    row = median_row(
        f"{work}: watched", "bare kernels", ours, statistics.median(theirs), "updates/s"
    )
    return [row, Row(f"{work}: watched", "asked for", frames, 30.0, "frames/s")]


def many(name: str, address: str) -> Iterator[Row]:
    """Yield how many frames a second the slowest of many viewers gets, and how long pages take."""
    program = parse(NEURON)
    with _client(address) as client, _runs(client, program, MANY, None) as runs:
        for run in runs:
            _tell(client, run, do="play", speed=SPEEDS[name])
        paths = [f"{run}/frames?fps={FPS}" for run in runs]
        seen = viewers.seen(viewers.start(address, paths, SECONDS_OF_MANY))
    low, _, high = statistics.quantiles(seen.rates, n=4)
    work = f"{MANY} runs at {name}"
    yield Row(f"{work}, slowest viewer", "aim", min(seen.rates), FEWEST, "frames/s", low, high)
    late = statistics.quantiles(seen.pages, n=20)[-1]
    yield Row(f"{work}: the page, 95th percentile", "aim", late, PAGE_AIM, "ms")


@contextmanager
def _runs(
    client: httpx.Client, program: Program, count: int, batch: int | None
) -> Iterator[list[str]]:
    """Give the addresses of so many runs; remove them afterwards."""
    asked = {"source": program.source, "batch": batch, "optimizer": {"rate": updates.RATE}}
    made = [client.post("/api/runs", json=asked).raise_for_status() for _ in range(count)]
    paths = [f"/api/runs/{each.json()['id']}" for each in made]
    yield paths
    for path in paths:
        client.delete(path)


def _client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, timeout=60)


def _tell(client: httpx.Client, run: str, **command: object) -> int:
    """Return the step at which a command was done."""
    answer = client.post(f"{run}/commands", json=command).raise_for_status()
    return int(answer.json()["step"])


def _rate(client: httpx.Client, run: str) -> float:
    """Return how many updates a second a run takes, played for a moment at full speed."""
    begin = _tell(client, run, do="play")
    start = time.perf_counter()
    time.sleep(SECONDS)
    end = _tell(client, run, do="pause")
    return (end - begin) / (time.perf_counter() - start)


def _bare_rate(step: Callable[[], None]) -> float:
    end, count, start = time.perf_counter() + SECONDS, 0, time.perf_counter()
    while time.perf_counter() < end:
        for _ in range(20):
            step()
        count += 20
    return count / (time.perf_counter() - start)


if __name__ == "__main__":
    loaded = KERNELS.wait()
    assert loaded, "there are no kernels"
    with server.running() as serving:
        print("\n".join([HEAD, *(row.line() for row in rows(loaded, serving))]))
