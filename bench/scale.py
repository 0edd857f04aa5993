"""From 10^3 to 10^6 nodes, from one lane to 10,000: time and memory of a training step.

The graphs are the demo's without the penalty: 985 nodes for one sample, 648 more for each further
one. Over lanes, a node that all lanes share counts once; the others count once a lane.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

from bench.demo import Array
from bench.demo_graphs import Training, bound, data, literal, one_sample
from bench.timing import RUNS, Row, laps, median_row
from engine.compiled import Kernels
from engine.graph import Graph

SAMPLES = (1, 15, 154, 1_543)  # unrolled, of 10^3 to 10^6 nodes
LANES = (1, 10, 100, 1_000, 10_000)
LARGEST_AIM = 12.0  # ns a node at 10^6


def rows(kernels: Kernels) -> list[Row]:
    """Return a row of time and one of memory for each size."""
    times, memory = [], []
    for samples in SAMPLES:
        with _no_collector():
            output = literal(samples, penalty=0)
            parts = bound(output, {})
        training, held = _training(*parts, kernels)
        nodes = len(training.graph)
        spent = _nanoseconds(training, nodes)
        aim = LARGEST_AIM if samples == SAMPLES[-1] else None
        work = f"scale, {nodes:,} nodes, 1 lane"
        times.append(median_row(f"{work}: a step", "aim" if aim else "", spent, aim, "ns/node"))
        memory.append(Row(f"{work}: memory", "", held / nodes, None, "B/node"))
        del output, parts, training
    for lanes in LANES:
        parts = bound(one_sample(penalty=0), data(lanes))
        training, held = _training(*parts, kernels)
        numbers = _numbers(training.graph, parts[2], lanes)
        spent = _nanoseconds(training, numbers)
        work = f"scale, {len(training.graph):,} nodes, {lanes:,} lane{'s' * (lanes > 1)}"
        times.append(median_row(f"{work}: a step", "", spent, None, "ns/node, lane"))
        memory.append(Row(f"{work}: memory", "", held / numbers, None, "B/node, lane"))
    return times + memory


def _training(
    graph: Graph, leaves: Array, columns: dict[int, Array], kernels: Kernels
) -> tuple[Training, int]:
    """Return the training, and how many bytes it holds beside the graph itself."""
    tracemalloc.start()
    training = Training(graph, leaves, columns, kernels)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return training, held


def _nanoseconds(training: Training, numbers: int) -> list[float]:
    training.step()
    return [seconds * 1e9 / numbers for seconds in laps(training.step, RUNS * 2)]


def _numbers(graph: Graph, columns: dict[int, Array], lanes: int) -> int:
    """Return how many nodes there are, those that depend on data once a lane."""
    per_lane = [node in columns for node in range(len(graph))]
    for node, operands in enumerate(graph.operands.tolist()):
        per_lane[node] |= any(per_lane[operand] for operand in operands if operand >= 0)
    return len(graph) + sum(per_lane) * (lanes - 1)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Leave out the garbage collector, which takes longer over a million Exprs than making them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
