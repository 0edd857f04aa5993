"""From the start of a new process to its first trained step: the demo over 100 lanes.

Warm, the kernels lie in the cache folder. Cold, the folder is empty: the first step is either
Python's, which answers meanwhile, or the kernels', once they are compiled.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from bench.environment import ROOT
from bench.timing import Row

WARM_RUNS, COLD_RUNS = 9, 3
WARM_AIM = 1.0  # s


def rows() -> list[Row]:
    """Return the seconds of a warm start, and of a cold one in Python and with the kernels."""
    first_step()
    warm = [first_step() for _ in range(WARM_RUNS)]
    meanwhile = [_cold("python") for _ in range(COLD_RUNS)]
    compiled = [_cold() for _ in range(COLD_RUNS)]
    return [
        _row("first step, warm cache", "aim", warm, WARM_AIM),
        _row("first step, cold cache: Python meanwhile", "", meanwhile, None),
        _row("first step, cold cache: kernels compiled", "", compiled, None),
    ]


def first_step(*arguments: str, cache: str | None = None) -> float:
    """Return the seconds from the start of the process until it says its first loss."""
    known = {**os.environ, **({"XDG_CACHE_HOME": cache} if cache else {})}
    command = [sys.executable, "-m", "bench.first_step", *arguments]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=known, stdout=subprocess.PIPE) as child:
        assert child.stdout
        said = child.stdout.readline()
        taken = time.perf_counter() - start
    assert said, "no first step was taken"
    return taken


def _cold(*arguments: str) -> float:
    with tempfile.TemporaryDirectory(prefix="gradwalk-bench-") as folder:
        return first_step(*arguments, cache=folder)


def _row(work: str, peer: str, seconds: list[float], aim: float | None) -> Row:
    low, middle, high = statistics.quantiles(seconds, n=4)
    return Row(work, peer, middle, aim, "s", low, high)
