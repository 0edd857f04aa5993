"""PyTorch's figures for the optimizers: 100 steps of each on the demo, full batch, float64.

    python -m bench.optimizers_oracle           write tests/data/optimizer_figures.json anew
    python -m bench.optimizers_oracle --check   compute the figures again and compare

The file is all that a test needs: the data by column, the weights at first, and for each case its
optimizer, the settings that are not the row's defaults, the loss before each step, and the weights
after the first step and after the last one. Weights stand by layer, by neuron, its bias last.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

try:
    import torch
except ModuleNotFoundError:  # run it from the bench environment
    from bench.environment import rerun

    rerun("bench.optimizers_oracle")

from bench import demo, torch_demo
from bench.oracle import same

FILE = Path(__file__).parents[1] / "tests" / "data" / "optimizer_figures.json"
STEPS = 100
KEPT = (1, STEPS)
SAME = (1e-9, 1e-12)  # relative, absolute: last digits differ between machines, and steps add up


@dataclass(frozen=True)
class Case:
    """One run: what it is called, the row of our OPTIMIZERS, and settings in that row's words."""

    name: str
    optimizer: str
    settings: dict[str, float] = field(default_factory=dict)


CASES = (
    Case("sgd", "sgd", {"rate": 0.1}),
    Case("sgd, weight decay", "sgd", {"rate": 0.1, "weight_decay": 0.01}),
    Case("momentum", "momentum", {"rate": 0.01}),
    Case("momentum, nesterov", "momentum", {"rate": 0.01, "nesterov": 1.0}),
    Case("momentum, dampening", "momentum", {"rate": 0.02, "dampening": 0.5}),
    Case("adam", "adam", {"rate": 0.01}),
    Case("adam, weight decay", "adam", {"rate": 0.01, "weight_decay": 0.01}),
    Case("adamw", "adamw", {"rate": 0.01}),
    Case("rmsprop", "rmsprop", {"rate": 0.003}),
)
# What each row is in PyTorch, and PyTorch's words for the settings.
KINDS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "adam": (torch.optim.Adam, {}),
    "adamw": (torch.optim.AdamW, {}),
    "rmsprop": (torch.optim.RMSprop, {}),
}
WORDS = {"rate": "lr"}


def figures(case: Case) -> dict[str, Any]:
    """Return the losses and weights of one case."""
    learning = torch_demo.parameters()
    points, labels = torch_demo.data()
    kind, always = KINDS[case.optimizer]
    given = {WORDS.get(name, name): number for name, number in case.settings.items()}
    if "nesterov" in given:
        given["nesterov"] = bool(given["nesterov"])
    optimizer = kind(learning, **always, **given)
    losses, weights = [], {}
    for step in range(1, STEPS + 1):
        loss = torch_demo.loss(learning, points, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step in KEPT:
            numbers = torch_demo.flat([part.detach() for part in learning])
            weights[str(step)] = numbers.tolist()
    return {**asdict(case), "losses": losses, "weights": weights}


def recorded() -> str:
    """Return the text of the file."""
    points, labels = demo.moons()
    head = {
        "torch": torch.__version__.partition("+")[0],
        "penalty": demo.PENALTY,
        "columns": {"x1": points[:, 0].tolist(), "x2": points[:, 1].tolist(), "y": labels.tolist()},
        "weights": demo.weights().tolist(),
    }
    parts = [f"{json.dumps(name)}: {json.dumps(what)}" for name, what in head.items()]
    cases = ",\n".join(json.dumps(figures(case)) for case in CASES)
    return "{" + ",\n ".join([*parts, f'"cases": [\n{cases}\n]']) + "}\n"


def check() -> int:
    """Compare the file with figures computed now; return how many cases differ."""
    stored, computed = json.loads(FILE.read_text("utf-8")), json.loads(recorded())
    pairs = list(zip(stored.pop("cases"), computed.pop("cases"), strict=True))
    agreed = same({**stored, "torch": None}, {**computed, "torch": None}, *SAME)
    differing = [new["name"] for old, new in pairs if not (agreed and same(old, new, *SAME))]
    for name in differing:
        print(f"differs: {name}")
    agreeing = f"{len(pairs) - len(differing)} of {len(pairs)}"
    print(f"{agreeing} optimizers as stored (PyTorch {torch.__version__})")
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
