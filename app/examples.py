"""The programs in the examples menu: a title, what is worth seeing in it, and the text."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True)
class Example:
    """One row of the menu."""

    title: str
    sentence: str
    source: str


def _row(title: str, sentence: str, source: str) -> Example:
    return Example(title, sentence, dedent(source).strip())


EXAMPLES = (
    _row("A neuron", "Two inputs, two weights, a bias, and a squashing.", """
        x1, x2 = 2, 0
        w1, w2 = -3, 1
        b = 6.8813735870195432
        n = x1*w1 + x2*w2 + b
        o = tanh(n)
        """),
    _row("A product", "Each factor's gradient is the other factor.", """
        a = 2
        b = -3
        a*b
        """),
    _row("One value, used twice", "Both paths add up: the gradient of x*x is 2x.", """
        x = 3
        y = x*x
        """),
    _row("tanh, spelled out", "The same neuron out of exp: other steps, the same gradients.", """
        x1, x2 = 2, 0
        w1, w2 = -3, 1
        b = 6.8813735870195432
        n = x1*w1 + x2*w2 + b
        e = exp(2*n)
        o = (e - 1) / (e + 1)
        """),
    _row("A parabola's slope", "Drag x: the gradient is the slope under it.", """
        x = 3
        y = 3*x^2 - 4*x + 5
        """),
    _row("A polynomial, nested", "Horner's rule: a chain in which x comes back at every turn.", """
        x = 0.5
        p = ((2*x - 3)*x + 1)*x - 4
        """),
    _row("Squared error", "How far a line misses one point, and which way to move it.", """
        x, y = 2, 1
        w, b = 0.8, 0.3
        miss = w*x + b - y
        loss = miss^2
        """),
    _row("Sigmoid and log loss", "The tangle of logs comes down to p - y at the logit.", """
        x, y = 1.5, 1
        w, b = -0.4, 0.2
        z = w*x + b
        p = sigmoid(z)
        loss = -(y*log(p) + (1 - y)*log(1 - p))
        """),
    _row("Softmax and cross-entropy", "Each logit's gradient is its p minus its target.", """
        a, b, c = 2, 1, -1
        ea = exp(a); eb = exp(b); ec = exp(c)
        total = ea + eb + ec
        p = eb/total
        loss = -log(p)
        """),
    _row("A dead relu", "Below 0 nothing gets through: drag x to wake it.", """
        x = -1
        w = 0.5
        h = relu(w*x)
        y = 3*h + 1
        """),
    _row("A vanishing gradient", "Four squashings in a row; watch the bars shrink to the left.", """
        x = 2.5
        h1 = sigmoid(x)
        h2 = sigmoid(4*h1)
        h3 = sigmoid(4*h2)
        y = sigmoid(4*h3)
        """),
    _row("A network of two layers", "Two inputs, two hidden neurons, one output.", """
        x1, x2 = 1, -2
        h1 = tanh(0.5*x1 + u12*x2 + b1)
        h2 = tanh(u21*x1 - 0.7*x2 + b2)
        o = tanh(v1*h1 + v2*h2 + c)
        target = 1
        loss = (o - target)^2
        """),
    _row("A gate", "A sigmoid decides how much of the new value replaces the old.", """
        old, new = 0.2, 0.9
        g = sigmoid(1.2)
        state = g*new + (1 - g)*old
        """),
    _row("Distance", "The gradient of a distance is a unit vector.", """
        x, y = 3, 4
        r = sqrt(x^2 + y^2)
        """),
    _row("Trouble, found", "A root below zero: the mark stands where it begins.", """
        x = 1
        inner = sqrt(x - 2)
        y = 2*sqrt(inner) + x
        """),
)  # fmt: skip
