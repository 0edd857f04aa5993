"""PyTorch's figures for the lessons in examples/, and what CPython prints when it runs them.

    python -m bench.lessons_oracle           write tests/data/lesson_figures.json anew
    python -m bench.lessons_oracle --check   compute the figures again and compare

Of each lesson the file holds the loss of its last pass, the number and the gradient of every leaf
that learns, from PyTorch; and the printed lines, from CPython with micrograd. Where the two differ
by more than `SAME` on loss or gradients, nothing is written.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    import torch
except ModuleNotFoundError:  # run it from the bench environment
    from bench.environment import rerun

    rerun("bench.lessons_oracle")

from bench import lessons, lessons_torch
from bench.oracle import same

FILE = Path(__file__).parents[1] / "tests" / "data" / "lesson_figures.json"
SAME = (1e-9, 1e-12)  # relative, absolute; micrograd adds in another order from run to run
NUMBER = re.compile(r"(-?\d+\.\d+(?:e[+-]?\d+)?)")


@dataclass(frozen=True)
class Lesson:
    """A program of examples/, as PyTorch has it, and where its run has the same.

    `loss` and `parameters` are read with the names that the run leaves behind.
    """

    name: str
    figures: Callable[[], lessons_torch.Figures]
    loss: str
    parameters: str


LESSONS = (
    Lesson("manual_neuron", lessons_torch.manual_neuron, "o", "x1, x2, w1, w2, b"),
    Lesson("mlp_four_samples", lessons_torch.mlp_four_samples, "loss", "net.parameters()"),
    Lesson("moons", lessons_torch.moons, "total_loss", "model.parameters()"),
    Lesson("moons_training", lessons_torch.moons_training, "total_loss", "model.parameters()"),
    Lesson("softmax_three_classes", lessons_torch.softmax_three_classes, "loss", "parameters"),
    Lesson("recurrent_two_steps", lessons_torch.recurrent_two_steps, "loss", "parameters"),
)


def figures(lesson: Lesson) -> dict[str, Any]:
    """Return the figures of one lesson."""
    loss, leaves = lesson.figures()
    names, printed = lessons.run(lesson.name)
    found = eval(lesson.loss, names)
    parameters = eval(lesson.parameters, names)
    if not any(each.grad for each in parameters):  # the lesson does not go backward itself
        found.backward()
    theirs = [loss, *(gradient for _, gradient in leaves)]
    ours = [float(found.data), *(float(each.grad) for each in parameters)]
    assert same(theirs, ours, *SAME), f"PyTorch and micrograd differ on {lesson.name}"
    return {"lesson": lesson.name, "loss": loss, "leaves": leaves, "printed": printed}


def recorded() -> str:
    """Return the text of the file."""
    head = json.dumps(torch.__version__.partition("+")[0])
    rows = ",\n".join(json.dumps(figures(lesson)) for lesson in LESSONS)
    return f'{{"torch": {head},\n "lessons": [\n{rows}\n]}}\n'


def check() -> int:
    """Compare the file with figures computed now; return how many lessons differ."""
    stored = json.loads(FILE.read_text("utf-8"))["lessons"]
    computed = json.loads(recorded())["lessons"]
    pairs = zip(stored, computed, strict=True)
    differing = [new["lesson"] for old, new in pairs if not same(_read(old), _read(new), *SAME)]
    for name in differing:
        print(f"differs: {name}")
    agreeing = f"{len(computed) - len(differing)} of {len(computed)}"
    print(f"{agreeing} lessons as stored (PyTorch {torch.__version__})")
    return len(differing)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """Return a lesson's figures with the decimals within its lines as numbers."""
    lines = [NUMBER.split(line) for line in row["printed"]]
    read = [[float(part) if n % 2 else part for n, part in enumerate(line)] for line in lines]
    return {**row, "printed": read}


def main(arguments: list[str]) -> int:
    """Write the file, or check it."""
    if arguments == ["--check"]:
        return min(check(), 1)
    FILE.write_text(recorded(), "utf-8")
    print(f"{len(LESSONS)} lessons written to {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
