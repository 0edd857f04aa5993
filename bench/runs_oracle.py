"""PyTorch's figures for whole runs: 100 updates of each optimizer, full batch and mini-batch.

    python -m bench.runs_oracle           write tests/data/run_figures.json anew
    python -m bench.runs_oracle --check   compute the figures again and compare

The file is all that a test needs: the data by column, the weights at first, and for each case how
it learns, the loss before each update, and the weights after the first update and after the last
one. Weights stand by layer, by neuron, its bias last. Which samples an update takes is drawn here
as `engine.batches` says it draws them, not by it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

try:
    import torch
except ModuleNotFoundError:  # run it from the bench environment
    from bench.environment import rerun

    rerun("bench.runs_oracle")

from torch import Tensor
from torch.nn import functional
from torch.optim import lr_scheduler

from bench import demo, torch_demo
from bench.optimizers_oracle import KEPT, KINDS, SAME, STEPS, WORDS
from bench.oracle import same

FILE = Path(__file__).parents[1] / "tests" / "data" / "run_figures.json"
SAMPLES = 50
WIDTHS = (2, 4, 2, 1)
SEED = 7


@dataclass(frozen=True)
class Case:
    """One run, in the words of `engine.regime`."""

    optimizer: str
    numbers: dict[str, float] = field(default_factory=dict)
    batch: int | None = None
    split: float = 0.0
    l1: float = 0.0
    schedule: str = "constant"
    horizon: int = 1000


RATES = {"sgd": 0.1, "momentum": 0.02, "adam": 0.01, "adamw": 0.01, "rmsprop": 0.003}
CASES = (
    *(Case(name, {"rate": rate}) for name, rate in RATES.items()),
    *(Case(name, {"rate": rate}, 7, 0.3) for name, rate in RATES.items()),
    Case("sgd", {"rate": 0.1, "weight_decay": 0.01}, 10, l1=0.002),
    Case("momentum", {"rate": 0.05}, 10, schedule="linear", horizon=80),
    Case("adam", {"rate": 0.05}, None, 0.2, schedule="cosine", horizon=100),
)


def weights() -> demo.Array:
    """Return the weights at first: by layer, by neuron, its bias last."""
    random = np.random.default_rng(SEED)
    return np.round(random.uniform(-1, 1, sum((a + 1) * b for a, b in pairwise(WIDTHS))), 4)


def tensors() -> list[Tensor]:
    """Return matrix and biases of each layer, one after the other."""
    found, begin, numbers = [], 0, weights()
    for inputs, outputs in pairwise(WIDTHS):
        end = begin + outputs * (inputs + 1)
        rows = numbers[begin:end].reshape(outputs, inputs + 1)
        found += [torch.tensor(part, requires_grad=True) for part in (rows[:, :-1], rows[:, -1])]
        begin = end
    return found


def batches(case: Case) -> Iterator[demo.Array]:
    """Yield the samples of each update."""
    order = np.random.default_rng([SEED]).permutation(SAMPLES)
    training = np.sort(order[round(case.split * SAMPLES) :])
    epoch = 0
    while True:
        if case.batch is None:
            yield training
            continue
        shuffled = np.random.default_rng([SEED, epoch]).permutation(training)
        for begin in range(0, len(shuffled), case.batch):
            yield shuffled[begin : begin + case.batch]
        epoch += 1


def loss(learning: list[Tensor], points: Tensor, labels: Tensor) -> Tensor:
    """Return the mean squared error of a network of tanh."""
    values = points
    for matrix, bias in zip(learning[::2], learning[1::2], strict=True):
        values = torch.tanh(functional.linear(values, matrix, bias))
    return functional.mse_loss(values[:, 0], labels)


def scheduler(case: Case, optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler:
    """Return PyTorch's own schedule."""
    if case.schedule == "linear":
        return lr_scheduler.LinearLR(optimizer, 1.0, 0.0, case.horizon)
    if case.schedule == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, case.horizon)
    return lr_scheduler.ConstantLR(optimizer, 1.0)


def figures(case: Case) -> dict[str, Any]:
    """Return the losses and weights of one case."""
    learning = tensors()
    points, labels = (torch.tensor(part) for part in demo.moons(SAMPLES))
    kind, always = KINDS[case.optimizer]
    given = {WORDS.get(name, name): number for name, number in case.numbers.items()}
    optimizer = kind(learning, **always, **given)
    schedule = scheduler(case, optimizer)
    losses, kept = [], {}
    for step, chosen in zip(range(1, STEPS + 1), batches(case), strict=False):
        found = loss(learning, points[chosen], labels[chosen])
        optimizer.zero_grad()
        (found + case.l1 * sum(part.abs().sum() for part in learning)).backward()
        optimizer.step()
        schedule.step()
        losses.append(found.item())
        if step in KEPT:
            kept[str(step)] = torch_demo.flat([part.detach() for part in learning]).tolist()
    return {**asdict(case), "losses": losses, "weights": kept}


def recorded() -> str:
    """Return the text of the file."""
    points, labels = demo.moons(SAMPLES)
    head = {
        "torch": torch.__version__.partition("+")[0],
        "seed": SEED,
        "widths": WIDTHS,
        "columns": {"x1": points[:, 0].tolist(), "x2": points[:, 1].tolist(), "y": labels.tolist()},
        "weights": weights().tolist(),
    }
    parts = [f"{json.dumps(name)}: {json.dumps(what)}" for name, what in head.items()]
    cases = ",\n".join(json.dumps(figures(case)) for case in CASES)
    return "{" + ",\n ".join([*parts, f'"cases": [\n{cases}\n]']) + "}\n"


def check() -> int:
    """Compare the file with figures computed now; return how many cases differ."""
    stored, computed = json.loads(FILE.read_text("utf-8")), json.loads(recorded())
    pairs = list(zip(stored.pop("cases"), computed.pop("cases"), strict=True))
    agreed = same({**stored, "torch": None}, {**computed, "torch": None}, *SAME)
    differing = [new for old, new in pairs if not (agreed and same(old, new, *SAME))]
    for case in differing:
        print(f"differs: {case['optimizer']}, batch {case['batch']}, {case['schedule']}")
    agreeing = f"{len(pairs) - len(differing)} of {len(pairs)}"
    print(f"{agreeing} runs as stored (PyTorch {torch.__version__})")
    return len(differing)


def main(arguments: list[str]) -> int:
    """Write the file, or check it."""
    if arguments == ["--check"]:
        return min(check(), 1)
    FILE.write_text(recorded(), "utf-8")
    print(f"{len(CASES)} cases written to {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
