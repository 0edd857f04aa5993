"""The programs in the examples menu: a title, what is worth seeing, the text, how it learns.

Those of more than some lines are the files in `examples`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent

from app.links import link
from app.paths import data_folder


@dataclass(frozen=True)
class Example:
    """One row of the menu.

    Attributes:
        title: what it is called.
        sentence: what is worth seeing in it.
        source: the program.
        run: how it learns, as links say it; empty where it is for stepping through.
    """

    title: str
    sentence: str
    source: str
    run: Mapping[str, str] = field(default_factory=dict)

    @property
    def learns(self) -> bool:
        """Return whether it opens learning."""
        return bool(self.run)

    @property
    def address(self) -> str:
        """Return the link that opens it."""
        words = {"learn": "1", **self.run} if self.run else {}
        return link(self.source, {}) + "".join(f"&{name}={word}" for name, word in words.items())


def _row(title: str, sentence: str, source: str, **run: str) -> Example:
    words = {name.replace("_", "-"): word for name, word in run.items()}
    return Example(title, sentence, dedent(source).strip(), words)


def _program(title: str, name: str) -> Example:
    """Return a row for a file of `examples`; the first line of it is its sentence."""
    source = (data_folder("examples") / f"{name}.py").read_text("utf-8").strip()
    return Example(title, source.partition("\n")[0].removeprefix("# "), source)


STEPPING = (
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

# The settings reach what tests/app/test_examples.py says, in so many updates.
LEARNING = (
    _row("Watch a neuron learn", "A line turns until it parts two moons as well as it can.", """
        x1, x2, y = data("moons")
        w1, w2, b = param(-1), param(1), param(0)
        n = x1*w1 + x2*w2 + b
        o = tanh(n)
        loss = mse(o, y)
        """, optimizer="sgd", lr="0.1"),
    _row("AND", "Only both together: one line is enough.", """
        x1, x2, y = data([[0, 0, -1], [0, 1, -1], [1, 0, -1], [1, 1, 1]])
        neuron = Neuron(2, activation=tanh, seed=1)
        o = neuron(x1, x2)
        loss = mse(o, y)
        """, optimizer="sgd", lr="0.5"),
    _row("OR", "One of them or both: the same neuron, another line.", """
        x1, x2, y = data([[0, 0, -1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
        neuron = Neuron(2, activation=tanh, seed=1)
        o = neuron(x1, x2)
        loss = mse(o, y)
        """, optimizer="sgd", lr="0.5"),
    _row("XOR", "No line parts them; two hidden neurons find two.", """
        x1, x2, y = data([[0, 0, -1], [0, 1, 1], [1, 0, 1], [1, 1, -1]])
        mlp = MLP(2, [2, 1], activation=tanh, seed=2)
        o = mlp(x1, x2)
        loss = mse(o, y)
        """, optimizer="sgd", lr="0.1"),
    _row("Two moons, 2-8-8-1", "Two hidden layers bend the line around both moons.", """
        x1, x2, y = data("moons")
        mlp = MLP(2, [8, 8, 1], activation=tanh, seed=1)
        o = tanh(mlp(x1, x2))
        loss = mse(o, y)
        """, optimizer="adam", lr="0.02", batch="20", split="0.3"),
    _row("Circles", "Four neurons close a ring around the inner circle.", """
        x1, x2, y = data("circles")
        mlp = MLP(2, [4, 1], activation=tanh, seed=1)
        o = tanh(mlp(x1, x2))
        loss = mse(o, y)
        """, optimizer="adam", lr="0.05"),
    _row("Spiral", "The hard one: 337 weights wind two arms apart.", """
        x1, x2, y = data("spiral")
        mlp = MLP(2, [16, 16, 1], activation=tanh, seed=1)
        o = tanh(mlp(x1, x2))
        loss = mse(o, y)
        """, optimizer="adam", lr="0.02"),
    _row("Three clouds, softmax", "A logit a class; cross-entropy pulls the right one up.", """
        x1, x2, y = data("blobs")
        layer = Layer(2, 3, activation=linear, seed=1)
        logits = layer(x1, x2)
        loss = cross_entropy(logits, y)
        """, optimizer="sgd", lr="0.5"),
    _row("A line by least squares", "Two numbers fall into place: slope and height.", """
        x, y = data("line", n=50)
        w, b = param(0), param(0)
        o = w*x + b
        loss = mse(o, y)
        """, optimizer="sgd", lr="0.1"),
    _row("A sine", "Eight neurons bend a line into two waves.", """
        x, y = data("sine", n=100)
        mlp = MLP(1, [8, 1], activation=tanh, seed=1)
        o = mlp(x)
        loss = mse(o, y)
        """, optimizer="adam", lr="0.05"),
    _row("The Rust port's backpropagation", "Three leaves learn until the neuron gives 0.2.", """
        x1, x2 = 2, 1
        w1, w2, b = param(-3), param(1), param(6.5)
        target = 0.2
        n = x1*w1 + x2*w2 + b
        o = tanh(n)
        loss = (o - target)^2
        """, optimizer="sgd", lr="0.001", stop_after="800"),
    _row("The Rust port's neuron", "No squashing: each update leaves 70 % of the error.", """
        x1, x2, x3 = 1, 2, 3
        target = 50
        neuron = Neuron(3, activation=linear, seed=1)
        y = neuron(x1, x2, x3)
        loss = (y - target)^2
        """, optimizer="sgd", lr="0.01", stop_after="100"),
    _row("The Rust port's layer", "Two neurons, the same inputs, two targets.", """
        x1, x2, x3 = 1, 2, 3
        t1, t2 = 15, 85
        layer = Layer(3, 2, activation=linear, seed=1)
        y1, y2 = layer(x1, x2, x3)
        loss = (y1 - t1)^2 + (y2 - t2)^2
        """, optimizer="sgd", lr="0.004", stop_after="100"),
    _row("The Rust port's mlp", "Counted in hundreds: in ones, tanh would saturate.", """
        x1, x2, x3, y = data([[1, 2, 3, 150], [4, 5, 6, 250], [7, 8, 9, 350]])
        mlp = MLP(3, [2, 2, 1], activation=tanh, seed=2)
        o = 100*mlp(x1, x2, x3)
        loss = mse(o, y)/100^2
        """, optimizer="sgd", lr="0.025", stop_after="100"),
    _row("micrograd's demo", "Its settings; the rate falls from 1 to 0.1 in 100 updates.", """
        x1, x2, y = data("moons", n=100, noise=0.1)
        model = MLP(2, [16, 16, 1], activation=relu, seed=1337)
        score = model(x1, x2)
        loss = hinge(score, y) + 1e-4*l2(model)
        """, optimizer="sgd", lr="1", schedule="linear", horizon="100", final="0.1",
        stop_after="100"),
)  # fmt: skip

# Plain Python, which CPython runs as well.
PROGRAMS = (
    _program("Four samples, learned by heart", "mlp_four_samples"),
    _program("A recurrent network", "recurrent_two_steps"),
    _program("Softmax, spelled out", "softmax_three_classes"),
    _program("Two moons in micrograd", "moons"),
)

EXAMPLES = (*STEPPING, *LEARNING)
MENU = (*STEPPING, *PROGRAMS, *LEARNING)
