"""Programs that learn, and trainers of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from engine.data import Table
from engine.program import Bound, Predicted, parse
from engine.training import Regime, Trainer

SEED = 3


def program(text, columns, predicted=(), target="y", classes=()):
    """Return a program whose leaves of these names hold columns of numbers.

    Args:
        text: the program; the names of the columns are leaves in it.
        columns: numbers by name, the target last.
        predicted: names of what the loss compares with the target.
        target: the name of what it is compared with.
        classes: the target's values that are classes.
    """
    read = parse(text)
    named = {leaf.name: leaf.node for leaf in read.inputs}
    rows = np.column_stack([np.asarray(numbers, float) for numbers in columns.values()])
    nodes = tuple(named[name] for name in columns)
    learnable = read.graph.learnable.copy()
    learnable[list(nodes)] = False
    known = [read.graph.labels.index(name) for name in predicted]
    return replace(
        read,
        graph=replace(read.graph, learnable=learnable),
        inputs=tuple(leaf for leaf in read.inputs if leaf.node not in nodes),
        samples=Bound(Table("test", tuple(columns), rows, classes), nodes),
        predicted=Predicted(tuple(known), named[target]) if known else None,
    )


def moons(samples=60, noise=0.1):
    """Return two moons by column; y is -1 or 1."""
    random = np.random.default_rng(SEED)
    y = np.repeat([-1.0, 1.0], [samples // 2, samples - samples // 2])
    turn = random.uniform(0, np.pi, samples)
    x1 = np.where(y < 0, np.cos(turn), 1 - np.cos(turn)) + random.normal(0, noise, samples)
    x2 = np.where(y < 0, np.sin(turn), 0.5 - np.sin(turn)) + random.normal(0, noise, samples)
    return {"x1": x1, "x2": x2, "y": y}


NEURON = "x1, x2, y = 1, 1, 1\nw1, w2, b = 0.5, -0.3, 0.1\no = tanh(w1*x1 + w2*x2 + b)\n(o - y)^2"
LINE = "x, y = 1, 1\nw, b = 0.5, 0\no = w*x + b\n(o - y)^2"


def neuron(samples=60):
    """Return a neuron that tells the moons apart."""
    return program(NEURON, moons(samples), ["o"], classes=(-1.0, 1.0))


def line():
    """Return a linear regression."""
    x = np.linspace(-2, 2, 40)
    noise = np.random.default_rng(SEED).normal(0, 0.1, len(x))
    return program(LINE, {"x": x, "y": 2 * x - 1 + noise}, ["o"])


def perceptron(widths, weights, columns, activation="tanh", **more):
    """Return a network of named leaves with the mean squared error as its loss.

    Args:
        widths: of its layers, that of the inputs first.
        weights: by layer, by neuron, its bias last.
        columns: x1, x2, ... and y.
        activation: of every neuron.
        more: for `program`.
    """
    numbers = iter(np.asarray(weights).tolist())
    lines = [f"{name} = 1" for name in columns]
    values = list(columns)[: widths[0]]
    for layer, (inputs, outputs) in enumerate(pairwise(widths), 1):
        for neuron_ in range(1, outputs + 1):
            name = f"{layer}_{neuron_}"
            own = [f"w{name}_{place}" for place in range(1, inputs + 1)]
            lines += [f"{leaf} = {next(numbers)!r}" for leaf in (*own, f"b{name}")]
            total = " + ".join(f"{w}*{x}" for w, x in zip(own, values, strict=True))
            lines.append(f"h{name} = {activation}({total} + b{name})")
        values = [f"h{layer}_{each}" for each in range(1, outputs + 1)]
    lines.append(f"({values[0]} - y)^2")
    return program("\n".join(lines), columns, [values[0]], **more)


def trainer(learning, kernels, weights=None, **regime):
    """Return a trainer; `rate` is the optimizer's, the rest the regime's."""
    if "rate" in regime:
        regime["numbers"] = {"rate": regime.pop("rate")}
    return Trainer(learning, {}, Regime(**regime), SEED, kernels, weights=weights)
