"""Updates a second of a run at full speed, beside the bare kernels in a tight loop.

Bare is `Lanes.gradient` and `Descent.update` on one batch after the other, nothing else: no curve,
no snapshots, no schedule, no look at what is finite. The batches are the run's own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import cycle

from bench.timing import RUNS, Row, quiet_heap
from engine.batches import Batches
from engine.compiled import Kernels
from engine.descent import Descent
from engine.lanes import Lanes
from engine.optimizers import OPTIMIZERS
from engine.program import Program, parse
from engine.training import Regime, Trainer

SECONDS = 0.05  # that a turn takes; ours and theirs in turn, so that a noisy moment meets both
SEED = 1
RATE = 0.05


def program(layers: str, samples: int) -> Program:
    """Return a network on two moons; layers are such as [4, 2, 1]."""
    return parse(
        f'x1, x2, y = data("moons", n={samples}, noise=0.1, seed=1)\n'
        f"mlp = MLP(2, {layers}, activation=tanh, seed=1)\n"
        "mse(mlp(x1, x2), y)"
    )


def rows(kernels: Kernels) -> list[Row]:
    """Return a row for a small batch and one for a full batch."""
    return [
        row("2-4-2-1, 250 samples, batch 10", program("[4, 2, 1]", 250), 10, kernels),
        row("2-16-16-1, 100 samples, full batch", program("[16, 16, 1]", 100), None, kernels),
    ]


def row(work: str, learning: Program, batch: int | None, kernels: Kernels) -> Row:
    """Return how many updates a second a run takes, and how many the bare kernels."""
    regime = Regime(numbers={"rate": RATE}, batch=batch)
    run = Trainer(learning, {}, regime, SEED, kernels)
    step = bare(learning, batch, kernels)

    def advance() -> int:
        return run.advance(1 << 40, time.monotonic() + SECONDS)

    def loop() -> int:
        end, count = time.perf_counter() + SECONDS, 0
        while time.perf_counter() < end:
            for _ in range(20):
                step()
            count += 20
        return count

    with quiet_heap():
        pairs = [(_rate(advance), _rate(loop)) for _ in range(RUNS)]
    ours, theirs = zip(*pairs, strict=True)
    low, middle, high = statistics.quantiles(ours, n=4)
    bare_rate = statistics.median(theirs)
    return Row(f"{work}: a run", "bare kernels", middle, bare_rate, "updates/s", low, high)


def bare(learning: Program, batch: int | None, kernels: Kernels) -> Callable[[], None]:
    """Return what takes one update, without anything around it."""
    samples = learning.samples
    assert samples is not None
    columns = {
        node: samples.table.rows[:, place]
        for place, node in enumerate(samples.nodes)
        if node is not None
    }
    lanes = Lanes(learning.graph, learning.leaves({})[:, 0], columns, kernels)
    descent = Descent(OPTIMIZERS["sgd"], len(lanes.weights), {"rate": RATE}, kernels)
    batches = Batches(lanes.samples, 0.0, batch, SEED)
    chosen, begins, ends = batches.plan(0, 0, batches.epoch_size)
    parts = [chosen[begin:end] for begin, end in zip(begins, ends, strict=True)]
    turn = cycle(parts)

    def step() -> None:
        _, gradient = lanes.gradient(next(turn))
        descent.update(lanes.weights, gradient)

    return step


def _rate(work: Callable[[], int]) -> float:
    """Return how many a second."""
    start = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - start)
