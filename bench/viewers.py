"""Viewers of runs, many in one light process: what they get, and how long the page takes meanwhile.

    python -m bench.viewers ADDRESS SECONDS PATH ...

Prints, as JSON, the frames a second of each stream, the milliseconds of each page and the bytes a
second, of all the time but a first moment.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import uvloop

FRAME = b"event: frame\n"
SETTLING = 2.0  # seconds until everybody has opened and the caches are warm
PAGE_EVERY = 0.05  # seconds


@dataclass(frozen=True)
class Seen:
    """What viewers saw: frames a second, in order of the streams; milliseconds of pages."""

    rates: list[float]
    pages: list[float]
    bytes: float


def start(address: str, paths: list[str], seconds: float) -> subprocess.Popen[str]:
    """Let a process of its own watch these streams for so long; `seen` waits for what it saw."""
    command = [sys.executable, "-m", "bench.viewers", address, str(seconds), *paths]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def seen(viewers: subprocess.Popen[str]) -> Seen:
    """Return what they saw, once they have."""
    said, _ = viewers.communicate()
    assert viewers.returncode == 0, "the viewers failed"
    return Seen(**json.loads(said))


class Stream(asyncio.Protocol):
    """One viewer; counts frames by their first line."""

    def __init__(self, path: str) -> None:
        self.frames = self.bytes = 0
        self._request = f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode()
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        """Ask for the stream."""
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count."""
        self.bytes += len(data)
        data = self._rest + data
        self.frames += data.count(FRAME)
        cut = data.rfind(FRAME) + len(FRAME) if FRAME in data else 0
        self._rest = data[max(cut, len(data) - len(FRAME) + 1) :]


async def watch(address: str, seconds: float, paths: list[str]) -> Seen:
    """Watch these streams, and ask for the page now and then."""
    where = urlsplit(address)
    loop = asyncio.get_running_loop()
    streams = []
    for path in paths:
        _, stream = await loop.create_connection(
            lambda path=path: Stream(path), where.hostname, where.port
        )
        streams.append(stream)
    await asyncio.sleep(SETTLING)
    begin, frames, size = time.perf_counter(), [each.frames for each in streams], _size(streams)
    pages = []
    while time.perf_counter() < begin + seconds:
        pages.append(await _page(where.hostname, where.port))
        await asyncio.sleep(PAGE_EVERY)
    took = time.perf_counter() - begin
    counts = [each.frames - before for each, before in zip(streams, frames, strict=True)]
    return Seen([count / took for count in counts], pages, (_size(streams) - size) / took)


def _size(streams: list[Stream]) -> int:
    return sum(each.bytes for each in streams)


async def _page(host: str | None, port: int | None) -> float:
    """Return how long the first page takes, in milliseconds."""
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET / HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")
    page = await reader.read()
    writer.close()
    assert page.startswith(b"HTTP/1.1 200"), page[:100]
    return (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    found = uvloop.run(watch(sys.argv[1], float(sys.argv[2]), sys.argv[3:]))
    print(json.dumps(found.__dict__))
