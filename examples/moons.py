# Two moons and a network that tells them apart: the loss before any learning.
import random

import numpy as np
from micrograd.engine import Value
from micrograd.nn import MLP
from sklearn.datasets import make_moons

np.random.seed(1337)
random.seed(1337)

X, y = make_moons(n_samples=100, noise=0.1)
y = y * 2 - 1  # the labels are -1 and 1

model = MLP(2, [16, 16, 1])
print("number of parameters", len(model.parameters()))


def loss(batch_size=None):
    """Return the loss over all samples, or over a few at random, and the accuracy."""
    if batch_size is None:
        Xb, yb = X, y
    else:
        chosen = np.random.permutation(X.shape[0])[:batch_size]
        Xb, yb = X[chosen], y[chosen]

    # forward
    inputs = [list(map(Value, row)) for row in Xb]
    scores = list(map(model, inputs))

    # the max-margin loss: be right by at least 1
    losses = [(1 + -yi * score).relu() for yi, score in zip(yb, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))

    # L2 regularization
    alpha = 1e-4
    reg_loss = alpha * sum((p * p for p in model.parameters()))
    total_loss = data_loss + reg_loss

    accuracy = [(yi > 0) == (score.data > 0) for yi, score in zip(yb, scores)]
    return total_loss, sum(accuracy) / len(accuracy)


total_loss, acc = loss()
print(total_loss, acc)
