"""micrograd's own demo, as numbers: the data and the weights that every peer starts from.

Two moons of 50 samples each, labelled -1 and 1; a network of 2-16-16-1 with ReLU; the mean hinge
loss, plus 1e-4 times the sum of all squared weights; 337 weights, the full batch at each step.

Source: demo.ipynb of micrograd 0.1.0, which takes the moons of scikit-learn.
"""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array]]

SEED = 1337
SAMPLES = 100
WIDTHS = (2, 16, 16, 1)
NOISE = 0.1
PENALTY = 1e-4
RATE = 0.1
GRID = 64


def moons(samples: int = SAMPLES) -> tuple[Array, Array]:
    """Return points, (samples, 2), and their labels, (samples,).

    >>> points, labels = moons(4)
    >>> points.shape, labels.tolist()
    ((4, 2), [-1.0, -1.0, 1.0, 1.0])
    """
    random = Random(SEED)
    outer = samples // 2
    turns = [np.linspace(0, math.pi, count) for count in (outer, samples - outer)]
    x = np.concatenate([np.cos(turns[0]), 1 - np.cos(turns[1])])
    y = np.concatenate([np.sin(turns[0]), 0.5 - np.sin(turns[1])])
    noise = [[random.gauss(0, NOISE) for _ in range(2)] for _ in range(samples)]
    return np.column_stack([x, y]) + noise, np.repeat([-1.0, 1.0], [outer, samples - outer])


def grid() -> Array:
    """Return the points under a decision boundary, (GRID * GRID, 2)."""
    axis = np.linspace(-2, 2, GRID)
    return np.array(np.meshgrid(axis, axis)).reshape(2, -1).T.copy()


def weights() -> Array:
    """Return the weights at first, (337,): by layer, by neuron, its weights and then its bias."""
    random = Random(SEED)
    return np.array(
        [
            number
            for inputs, outputs in pairwise(WIDTHS)
            for _ in range(outputs)
            for number in (*(random.uniform(-1, 1) for _ in range(inputs)), 0.0)
        ]
    )


def layers(numbers: Array) -> Layers:
    """Return each layer's matrix, (outputs, inputs), and its biases, (outputs,)."""
    found = []
    begin = 0
    for inputs, outputs in pairwise(WIDTHS):
        end = begin + outputs * (inputs + 1)
        rows = numbers[begin:end].reshape(outputs, inputs + 1)
        found.append((rows[:, :-1].copy(), rows[:, -1].copy()))
        begin = end
    return found


def flat(parts: Layers) -> Array:
    """Return all numbers of the layers as one vector: the way back from `layers`.

    >>> bool((flat(layers(weights())) == weights()).all())
    True
    """
    return np.concatenate([np.column_stack(layer).ravel() for layer in parts])
