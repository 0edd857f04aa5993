"""PyTorch's second derivatives, by double backward: what derivatives of derivatives are held to.

    python -m bench.second_oracle           write tests/data/second_figures.json anew
    python -m bench.second_oracle --check   compute the figures again and compare

A row is a program with its inputs, d output / d leaf for each named leaf, and of each of those
d / d leaf again. CPU, float64; floats as Python writes them, what is not finite as a text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

try:
    import torch
except ModuleNotFoundError:  # run it from the bench environment
    from bench.environment import rerun

    rerun("bench.second_oracle")

from bench.oracle import Reading, same, written
from bench.oracle_programs import BINARY, NEURON, UNARY, Case, cases

FILE = Path(__file__).parents[1] / "tests" / "data" / "second_figures.json"
RANDOM = 60  # of the oracle's random programs
ABOVE_ZERO = {"asin", "acos", "sqrt", "log"}
BENT = {"elu"}  # the second derivative jumps at 0: PyTorch takes that from above, our row the other
POINTS = (-2.0, -0.3, 0.0, 0.6, 1.9)
CHOSEN = (
    Case("x**3", {"x": 2.0}),
    Case("x**0", {"x": 2.0}),
    Case("x**2", {"x": 0.0}),
    Case("x**2.5", {"x": 1.3}),
    Case("x^y", {"x": 1.3, "y": 2.5}),
    Case("x^y", {"x": 0.4, "y": -1.5}),
    Case("2^x", {"x": 0.7}),
    Case("relu(x)^2 * y", {"x": 1.5, "y": 2.0}),
    Case("relu(x)^2 * y", {"x": -1.5, "y": 2.0}),
    Case("max(x*y, x + y)*x", {"x": 2.0, "y": 3.0}),
    Case("max(x*y, x + y)*x", {"x": 2.0, "y": 2.0}),
    Case("min(x^2, y)*y", {"x": 0.5, "y": 3.0}),
    Case("abs(x)*x", {"x": -2.0}),
    Case("erf(x)", {"x": 0.8}),
    Case("erf(x*y)*y", {"x": 0.8, "y": -0.5}),
    Case("when(below(x, y), x^3) + unless(below(x, y), y*x)", {"x": 0.5, "y": 2.0}),
    Case("gelu(x*w)*tanh(w + x)", {"x": 0.7, "w": -1.2}),
    Case("softplus(elu(x*y) - y)", {"x": -0.7, "y": 1.2}),
    Case("sigmoid(x)/(1 + exp(-y*x))", {"x": 0.7, "y": 1.2}),
    Case(NEURON + "tanh(n)"),
)


def programs() -> list[Case]:
    """Return each function at several points, the chosen programs, and some of the random ones."""
    alone = [
        Case(f"{name}(x)", {"x": x})
        for name in UNARY
        for x in POINTS
        if (0 < x < 1 or name not in ABOVE_ZERO) and (x or name not in BENT)
    ]
    pairs = [Case(f"{name}(x, y)", {"x": x, "y": 1.7}) for name in BINARY for x in (0.35, 1.85)]
    return [*alone, *pairs, *CHOSEN, *cases()[-RANDOM:]]


def figures(case: Case) -> dict[str, Any]:
    """Return a program's first and second derivatives by its named leaves."""
    reading = Reading(case.inputs)
    output = reading.run(case.source)
    first = _slopes(output, reading.leaves)
    names = list(reading.leaves)
    return {
        "source": case.source,
        "inputs": case.inputs,
        "first": {name: written(first[name].item()) for name in names},
        "second": {
            name: [written(each.item()) for each in _slopes(first[name], reading.leaves).values()]
            for name in names
        },
    }


def _slopes(of: torch.Tensor, leaves: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return d of / d leaf, to be differentiated again; zeros where nothing depends on a leaf."""
    if not of.requires_grad:
        return {name: torch.zeros((), dtype=torch.float64) for name in leaves}
    found = torch.autograd.grad(
        of, list(leaves.values()), create_graph=True, allow_unused=True, materialize_grads=True
    )
    return dict(zip(leaves, found, strict=True))


def recorded() -> str:
    """Return the text of the file."""
    rows = [json.dumps(figures(case), ensure_ascii=False) for case in programs()]
    head = json.dumps(torch.__version__.partition("+")[0])
    return f'{{"torch": {head},\n "programs": [\n' + ",\n".join(rows) + "\n]}\n"


def main(arguments: list[str]) -> int:
    """Write the file, or check it."""
    if arguments != ["--check"]:
        FILE.write_text(recorded(), "utf-8")
        print(f"{len(programs())} programs written to {FILE.name}")
        return 0
    stored, computed = (
        json.loads(text)["programs"] for text in (FILE.read_text("utf-8"), recorded())
    )
    agreeing = sum(same(old, new) for old, new in zip(stored, computed, strict=True))
    print(f"{agreeing} of {len(computed)} programs as stored (PyTorch {torch.__version__})")
    return int(agreeing < len(computed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
