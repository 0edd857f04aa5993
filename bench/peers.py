"""The peers on micrograd's own demo: micrograd, PyTorch, hand-written NumPy.

    echo "torch step 50" | python -m bench.peers      (in the bench environment)

Each line asks for a work and how often, and is answered by a line of JSON, the seconds of each
time. `figures` is answered by the loss, the gradient and the sum of the grid's scores that each
peer finds at first, so that all can be held to the same maths. One thread, float64.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from typing import Any

# Read when NumPy and PyTorch are imported.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import numpy as np
import torch
from micrograd.engine import Value
from micrograd.nn import MLP

from bench import demo, torch_demo
from bench.demo import Array
from bench.timing import laps, quiet_heap


class Micrograd:
    """The demo as micrograd's notebook has it."""

    def __init__(self) -> None:
        random.seed(demo.SEED)
        self.model = MLP(demo.WIDTHS[0], list(demo.WIDTHS[1:]))
        points, labels = demo.moons()
        self.points, self.labels = points.tolist(), labels.tolist()

    def build(self) -> Value:
        """Return the loss: a node for every number."""
        scores = [self.model(list(map(Value, point))) for point in self.points]
        pairs = zip(self.labels, scores, strict=True)
        losses = [(1 + -label * score).relu() for label, score in pairs]
        squares = sum(p * p for p in self.model.parameters())
        return sum(losses) * (1.0 / len(losses)) + demo.PENALTY * squares

    def step(self) -> Value:
        """Build, go backward, update."""
        loss = self.build()
        self.model.zero_grad()
        loss.backward()
        for p in self.model.parameters():
            p.data -= demo.RATE * p.grad
        return loss

    def figures(self) -> dict[str, Any]:
        """Return loss and gradient, and how many nodes the loss depends on."""
        loss = self.step()
        nodes, waiting = {loss}, [loss]
        while waiting:
            new = waiting.pop()._prev - nodes  # noqa: SLF001  it has no other name for operands
            nodes |= new
            waiting += new
        gradient = [p.grad for p in self.model.parameters()]
        return {"loss": loss.data, "gradient": gradient, "nodes": len(nodes)}


class Torch:
    """The demo in PyTorch, eager."""

    def __init__(self) -> None:
        self.learning = torch_demo.parameters()
        self.data = torch_demo.data()
        self.points = torch.tensor(demo.grid())
        self.optimizer = torch.optim.SGD(self.learning, lr=demo.RATE)

    def step(self) -> torch.Tensor:
        """Go forward and backward, update."""
        loss = torch_demo.loss(self.learning, *self.data)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def grid(self) -> torch.Tensor:
        """Return the scores of the grid."""
        with torch.no_grad():
            return torch_demo.scores(self.learning, self.points)

    def figures(self) -> dict[str, Any]:
        """Return loss, gradient and the sum of the grid's scores."""
        grid, loss = self.grid().sum().item(), self.step().item()
        gradient = torch_demo.flat([part.grad for part in self.learning]).tolist()
        return {"loss": loss, "gradient": gradient, "grid": grid}


class Numpy:
    """The demo in NumPy, its gradient worked out by hand."""

    def __init__(self) -> None:
        self.learning = [part for layer in demo.layers(demo.weights()) for part in layer]
        self.points, self.labels = demo.moons()
        self.field = demo.grid()

    def gradient(self) -> tuple[float, list[Array]]:
        """Return the loss, and d loss / d each part."""
        w1, b1, w2, b2, w3, b3 = self.learning
        h1 = np.maximum(self.points @ w1.T + b1, 0)
        h2 = np.maximum(h1 @ w2.T + b2, 0)
        margin = 1 - self.labels * (h2 @ w3.T + b3)[:, 0]
        squares = sum(np.vdot(part, part) for part in self.learning)
        loss = np.maximum(margin, 0).mean() + demo.PENALTY * squares
        d3 = np.where(margin > 0, -self.labels / len(self.labels), 0)[:, None]
        d2 = d3 @ w3 * (h2 > 0)
        d1 = d2 @ w2 * (h1 > 0)
        flows = (
            *(d1.T @ self.points, d1.sum(0)),
            *(d2.T @ h1, d2.sum(0)),
            *(d3.T @ h2, d3.sum(0)),
        )
        pairs = zip(flows, self.learning, strict=True)
        return float(loss), [flow + 2 * demo.PENALTY * part for flow, part in pairs]

    def step(self) -> None:
        """Go forward and backward, update."""
        for part, slope in zip(self.learning, self.gradient()[1], strict=True):
            np.subtract(part, demo.RATE * slope, out=part)

    def grid(self) -> Array:
        """Return the scores of the grid."""
        w1, b1, w2, b2, w3, b3 = self.learning
        hidden = np.maximum(np.maximum(self.field @ w1.T + b1, 0) @ w2.T + b2, 0)
        return (hidden @ w3.T + b3)[:, 0]

    def figures(self) -> dict[str, Any]:
        """Return loss, gradient and the sum of the grid's scores."""
        loss, slopes = self.gradient()
        gradient = demo.flat(list(zip(slopes[::2], slopes[1::2], strict=True))).tolist()
        return {"loss": loss, "gradient": gradient, "grid": float(self.grid().sum())}


KINDS: dict[str, Callable[[], Any]] = {"micrograd": Micrograd, "torch": Torch, "numpy": Numpy}


def answer(line: str, peers: dict[str, Any]) -> object:
    """Return what one line asks for."""
    if line == "figures":
        return {name: kind().figures() for name, kind in KINDS.items()}
    name, work, times = line.split()
    return laps(getattr(peers[name], work), int(times))


def main() -> None:
    """Answer line by line, until there are no more."""
    peers = {name: kind() for name, kind in KINDS.items()}
    with quiet_heap():
        for line in sys.stdin:
            print(json.dumps(answer(line.strip(), peers)), flush=True)


if __name__ == "__main__":
    main()
