"""The lessons in examples/, each as a PyTorch program in float64: loss, and leaves with gradients.

Each returns the loss of its last pass, and the leaves in the order of the lesson's parameters,
with the numbers that this loss was computed from and with its gradients.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from bench import lessons

Figures = tuple[float, list[tuple[float, float]]]
torch.set_default_dtype(torch.float64)


def leaf(numbers: object) -> Tensor:
    """Return a tensor that learns."""
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def descend(leaves: list[Tensor], loss: Callable[[], Tensor], rates: list[float]) -> Figures:
    """Take a pass for each rate; return the figures of the last one, before its update."""
    for rate in rates:
        for each in leaves:
            each.grad = None
        found = loss()
        found.backward()
        before = [each.detach().clone() for each in leaves]
        with torch.no_grad():
            for each in leaves:
                assert each.grad is not None
                each.sub_(rate * each.grad)
    pairs = zip(before, leaves, strict=True)
    return found.item(), [
        pair
        for numbers, each in pairs
        for pair in zip(numbers.ravel().tolist(), each.grad.ravel().tolist(), strict=True)
    ]


def manual_neuron() -> Figures:
    """The lecture's neuron."""
    leaves = [leaf(number) for number in (2.0, 0.0, -3.0, 1.0, 6.8813735870195432)]
    x1, x2, w1, w2, b = leaves
    return descend(leaves, lambda: torch.tanh(x1 * w1 + x2 * w2 + b), [0.0])


def drawn(widths: tuple[int, ...], *, biased: bool) -> Iterator[Tensor]:
    """Yield matrices with a last column of biases, drawn neuron by neuron; biases too, or 0."""
    for inputs, outputs in pairwise(widths):
        rows = []
        for _ in range(outputs):
            weights = [random.uniform(-1, 1) for _ in range(inputs)]
            rows.append([*weights, random.uniform(-1, 1) if biased else 0.0])
        yield leaf(rows)


def mlp_four_samples() -> Figures:
    """Twenty passes over four samples."""
    random.seed(1337)
    layers = list(drawn((3, 4, 4, 1), biased=True))
    points = torch.tensor([[1.0, 2.0, -1.0], [2.0, -1.0, 0.5], [-0.5, 1.5, 1.0], [1.0, 1.0, -2.0]])
    targets = torch.tensor([1.0, -1.0, -1.0, 1.0])

    def loss() -> Tensor:
        values = points
        for layer in layers:
            values = torch.tanh(functional.linear(values, layer[:, :-1], layer[:, -1]))
        return functional.mse_loss(values[:, 0], targets, reduction="sum")

    return descend(layers, loss, [0.1] * 20)


def _moons(rates: list[float]) -> Figures:
    lessons.GLOBAL.seed(1337)
    random.seed(1337)
    made, labelled = lessons.make_moons(100, 0.1)
    points, labels = torch.tensor(made), torch.tensor(labelled * 2.0 - 1)
    layers = list(drawn((2, 16, 16, 1), biased=False))

    def loss() -> Tensor:
        values = points
        for number, layer in enumerate(layers):
            values = functional.linear(values, layer[:, :-1], layer[:, -1])
            values = torch.relu(values) if number < len(layers) - 1 else values
        hinge = torch.relu(1 - labels * values[:, 0]).mean()
        return hinge + 1e-4 * torch.stack([(layer**2).sum() for layer in layers]).sum()

    return descend(layers, loss, rates)


def moons() -> Figures:
    """The demo of micrograd before any learning."""
    return _moons([0.0])


def moons_training() -> Figures:
    """Two passes of it."""
    return _moons([1.0 - 0.9 * k / 100 for k in range(2)])


def softmax_three_classes() -> Figures:
    """Five passes of a linear layer with softmax."""
    random.seed(42)
    weights = leaf([[random.uniform(-1, 1) for _ in range(2)] for _ in range(3)])
    biases = leaf([0.0] * 3)
    near = ([1.0, 0.2], [0.9, -0.3], [1.3, 0.1])
    above = ([-0.5, 0.9], [-0.7, 1.1], [-0.2, 0.8])
    below = ([-0.6, -0.9], [-0.4, -1.2], [-0.8, -0.7])
    points, classes = torch.tensor([*near, *above, *below]), torch.arange(3).repeat_interleave(3)

    def loss() -> Tensor:
        return functional.cross_entropy(functional.linear(points, weights, biases), classes)

    return descend([weights, biases], loss, [1.0] * 5)


def recurrent_two_steps() -> Figures:
    """Three passes of a recurrent network over four sequences."""
    wx, wh = leaf([0.5, -0.3]), leaf([[0.1, 0.4], [-0.2, 0.3]])
    bh, wy, by = leaf([0.0, 0.1]), leaf([0.7, -0.6]), leaf([0.05])
    sequences = torch.tensor([[1.0, -1.0], [-1.0, 1.0], [0.5, -0.25], [-0.5, 0.75]])
    targets = torch.tensor([1.0, -1.0, 1.0, -1.0])

    def loss() -> Tensor:
        hidden = torch.zeros(4, 2)
        for inputs in sequences.T:
            hidden = torch.tanh(torch.outer(inputs, wx) + hidden @ wh.T + bh)
        return functional.mse_loss(hidden @ wy + by, targets)

    return descend([wx, wh, bh, wy, by], loss, [0.2] * 3)
