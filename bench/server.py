"""Server time: from a request to the finished fragment.

In process the app is called as a server would call it; over loopback a real uvicorn answers. `new
text` is a program no cache knows, drawn afresh; `an edit` also starts from the picture before, as
typing does; `same text` is what the caches spare.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx

from app.main import create_app
from app.settings import Settings
from bench.programs import DRAWN, told_apart
from bench.timing import RUNS, Row, median_row

AIMS = {"the neuron": 8.0, "3-4-4-1 network": 40.0}  # ms
SECONDS_TO_START = 30
SECONDS_TO_SETTLE = 3  # a server that has just started still loads its kernels
_texts = count(1)


def rows(address: str) -> list[Row]:
    """Return the rows of both programs, in process and at a server's address."""
    found = []
    for name, source in DRAWN.items():
        inside = asyncio.run(_inside(source))
        over = _over_loopback(address, source)
        for kind, times in [*inside.items(), *over.items()]:
            aim = None if "same text" in kind else AIMS[name]
            found.append(median_row(f"{name}: {kind}", "aim" if aim else "", times, aim, "ms"))
    return found


async def _inside(source: str) -> dict[str, list[float]]:
    """Return the times of an app called in this process; the first one finds everything cold."""
    found: dict[str, list[float]] = {"new text": [], "an edit": [], "same text": []}
    transport = httpx.ASGITransport(create_app(Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        drawing = ""
        for _ in range(RUNS):
            new, edit = (told_apart(source, next(_texts)) for _ in range(2))
            for kind, text, after in (
                ("new text", new, ""),
                ("an edit", edit, drawing),
                ("same text", new, ""),
            ):
                start = time.perf_counter()
                answer = await client.post("/graph", data={"source": text, "after": after})
                found[kind].append((time.perf_counter() - start) * 1e3)
                drawing = _drawing(answer)
    return found


def _over_loopback(address: str, source: str) -> dict[str, list[float]]:
    times = []
    with httpx.Client(base_url=address) as client:
        for _ in range(RUNS):
            text = told_apart(source, next(_texts))
            start = time.perf_counter()
            answer = client.post("/graph", data={"source": text})
            times.append((time.perf_counter() - start) * 1e3)
            _drawing(answer)
    return {"new text, over loopback": times}


def _drawing(answer: httpx.Response) -> str:
    answer.raise_for_status()
    found = re.search(r'data-drawing="(\w+)"', answer.text)
    assert found, "the fragment holds no drawing"
    return found[1]


def cards(source: str) -> int:
    """Return how many cards a program's picture has."""
    from engine.program import parse

    return len(parse(source).graph)


@contextmanager
def running() -> Iterator[str]:
    """Serve the app from a process of its own; give its address."""
    with process() as (address, _):
        yield address


@contextmanager
def process() -> Iterator[tuple[str, int]]:
    """Serve the app from a process of its own; give its address and the process's number."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(server, address)
        time.sleep(SECONDS_TO_SETTLE)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(10)


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            if httpx.get(f"{address}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            assert server.poll() is None, "the server ended before it listened"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
