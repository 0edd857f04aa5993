"""micrograd's own demo in PyTorch, eager: what the bench times, and what holds our optimizers."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from bench import demo

torch.set_num_threads(1)


def parameters() -> list[Tensor]:
    """Return matrix and biases of each layer, one after the other, as they are at first."""
    return [
        torch.tensor(part, requires_grad=True)
        for layer in demo.layers(demo.weights())
        for part in layer
    ]


def data() -> tuple[Tensor, Tensor]:
    """Return points and labels."""
    points, labels = demo.moons()
    return torch.tensor(points), torch.tensor(labels)


def scores(learning: list[Tensor], points: Tensor) -> Tensor:
    """Return what the network says of each point, (samples,)."""
    w1, b1, w2, b2, w3, b3 = learning
    hidden = torch.relu(functional.linear(points, w1, b1))
    hidden = torch.relu(functional.linear(hidden, w2, b2))
    return functional.linear(hidden, w3, b3)[:, 0]


def loss(learning: list[Tensor], points: Tensor, labels: Tensor) -> Tensor:
    """Return the demo's loss."""
    hinge = torch.relu(1 - labels * scores(learning, points)).mean()
    squares = sum((part * part).sum() for part in learning)
    return hinge + demo.PENALTY * squares


def flat(tensors: list[Tensor]) -> demo.Array:
    """Return all numbers as one vector, in the order of `demo.weights`."""
    arrays = [tensor.numpy() for tensor in tensors]
    return demo.flat(list(zip(arrays[::2], arrays[1::2], strict=True)))
