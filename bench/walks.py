"""A walk through micrograd's own demo, every sample unrolled: time and memory of its trace."""

from __future__ import annotations

import tracemalloc

from bench.demo_graphs import bound, literal
from bench.timing import RUNS, Row, laps, median_row
from engine.evaluate import broken_slopes
from engine.names import every_name
from engine.native import forward, gradients
from engine.trace import GRAINS, Trace, trace

TRACE_AIM, WRONG_AIM = 300.0, 3_000.0  # ms; without and with mistakes
MEMORY_AIM = 30.0  # MB, with all that a walk asks of a trace


def rows() -> list[Row]:
    """Return what a page at a step waits for, and what a trace takes."""
    graph, leaves, _ = bound(literal(), {})
    values = forward(graph, leaves[:, None])
    found = gradients(graph, values)

    def walk() -> Trace:
        return trace(graph, values)

    def wrong() -> object:
        return trace(graph, values, mistakes={"order", "unzeroed"}).wrong

    work = f"walk, {len(graph):,} nodes"
    timed = (
        (f"trace of {len(walk().events):,} events", "aim", walk, TRACE_AIM),
        ("trace with two mistakes", "aim", wrong, WRONG_AIM),
        ("all that is asked of a trace", "", lambda: _use(walk()), None),
        ("every name", "", lambda: every_name(graph), None),
        ("slopes that break", "", lambda: broken_slopes(graph, values, found), None),
    )
    times = [
        median_row(f"{work}: {what}", peer, [1e3 * lap for lap in laps(done, RUNS)], aim, "ms")
        for what, peer, done, aim in timed
    ]
    tracemalloc.start()
    walked = walk()
    _use(walked)
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return [
        *times,
        Row(f"{work}: memory held", "aim", held / 1e6, MEMORY_AIM, "MB"),
        Row(f"{work}: memory at most", "", most / 1e6, None, "MB"),
    ]


def _use(walked: Trace) -> None:
    """Ask a trace for everything that the page and its cards do."""
    for grain in GRAINS:
        walked.phases(grain)
    output = walked.graph.output
    first = next(iter(walked.carried))
    parts = (walked.computed, walked.settled, walked.gradients, walked.updated)
    assert all(map(len, (*parts, walked.moments[output], walked.carried[first])))
