"""The lessons in examples/, run by CPython with micrograd itself: what our reading is held to.

micrograd 0.1.0 has no tanh, exp, log and no label, which its author's lecture adds, and the bench
has no scikit-learn: both are made up for here, before a lesson runs. Its names are then asked for
the loss and for the parameters.
"""

from __future__ import annotations

import io
import math
import random
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from micrograd.engine import Value
from numpy.typing import NDArray

EXAMPLES = Path(__file__).parents[1] / "examples"
GLOBAL = np.random.mtrand._rand  # noqa: SLF001  what np.random.seed seeds
Points = tuple[NDArray[np.float64], NDArray[np.int64]]


def run(name: str) -> tuple[dict[str, Any], list[str]]:
    """Return the names that a lesson leaves behind, and the lines that it prints."""
    prepare()
    names: dict[str, Any] = {"__name__": name, "draw_dot": lambda _: None}
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compiled(name), names)
    return names, printed.getvalue().splitlines()


def compiled(name: str) -> Any:
    """Return a lesson as CPython runs it."""
    path = EXAMPLES / f"{name}.py"
    return compile(path.read_text("utf-8"), str(path), "exec")


def prepare() -> None:
    """Add what micrograd and the environment lack, and forget what was seeded."""
    random.seed(0)
    GLOBAL.seed(0)
    if "sklearn" in sys.modules:
        return
    sklearn, datasets = ModuleType("sklearn"), ModuleType("sklearn.datasets")
    datasets.__dict__.update(make_moons=make_moons, make_circles=make_circles)
    sklearn.__dict__["datasets"] = datasets
    sys.modules |= {"sklearn": sklearn, "sklearn.datasets": datasets}
    _complete(Value)


# Source: samples_generator.py of scikit-learn; without a random_state it draws from np.random.


def make_moons(n_samples: int = 100, noise: float | None = None) -> Points:
    """Return two half circles that reach into each other, labelled 0 and 1."""
    outer, inner = n_samples // 2, n_samples - n_samples // 2
    turn, back = np.linspace(0, np.pi, outer), np.linspace(0, np.pi, inner)
    x = np.append(np.cos(turn), 1 - np.cos(back))
    y = np.append(np.sin(turn), 1 - np.sin(back) - 0.5)
    return _shuffled(x, y, outer, inner, noise)


def make_circles(n_samples: int = 100, noise: float | None = None, factor: float = 0.8) -> Points:
    """Return a circle within another, labelled 1 and 0."""
    outer, inner = n_samples // 2, n_samples - n_samples // 2
    turns = [np.linspace(0, 2 * np.pi, count, endpoint=False) for count in (outer, inner)]
    x = np.append(np.cos(turns[0]), factor * np.cos(turns[1]))
    y = np.append(np.sin(turns[0]), factor * np.sin(turns[1]))
    return _shuffled(x, y, outer, inner, noise)


def _shuffled(
    x: NDArray[np.float64], y: NDArray[np.float64], outer: int, inner: int, noise: float | None
) -> Points:
    order = np.arange(outer + inner)
    GLOBAL.shuffle(order)
    points = np.column_stack([x, y])[order]
    labels = np.repeat(np.array([0, 1]), [outer, inner])[order]
    if noise is not None:
        points += GLOBAL.normal(scale=noise, size=points.shape)
    return points, labels


# Source: "The spelled-out intro to neural networks and backpropagation: building micrograd".


def _complete(kind: Any) -> None:
    """Give micrograd's Value what the lecture has."""
    plain = kind.__init__

    def begin(self: Any, data: float, _children: Any = (), _op: str = "", label: str = "") -> None:
        plain(self, data, _children, _op)
        self.label = label

    def unary(
        name: str, of: Callable[[float], float], slope: Callable[[float, float], float]
    ) -> Callable[[Any], Any]:
        def apply(self: Any) -> Any:
            out = kind(of(self.data), (self,), name)

            def _backward() -> None:
                self.grad += slope(self.data, out.data) * out.grad

            out._backward = _backward  # noqa: SLF001  as its own operators do
            return out

        return apply

    kind.__init__ = begin
    kind.tanh = unary("tanh", math.tanh, lambda _, out: 1 - out**2)
    kind.exp = unary("exp", math.exp, lambda _, out: out)
    kind.log = unary("log", math.log, lambda data, _: 1 / data)
