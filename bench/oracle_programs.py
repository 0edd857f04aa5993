"""The programs of the oracle: chosen ones, and random ones from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

SEED = 20_240_229
RANDOM_PROGRAMS = 220
UNARY = (
    "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan",
    "sinh", "cosh", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "gelu", "softplus",
    "abs",
)  # fmt: skip
BINARY = ("add", "sub", "mul", "div", "pow", "max", "min")
SIGNS = ("+", "-", "*")
# how a random value is brought to where a function is smooth and of middling size
TAMED = {
    "exp": "exp(sin({}))",
    "log": "log(1.5 + ({})^2)",
    "sqrt": "sqrt(0.5 + ({})^2)",
    "tan": "tan(sin({}))",
    "asin": "asin(0.9*sin({}))",
    "acos": "acos(0.9*tanh({}))",
    "sinh": "sinh(tanh({}))",
    "cosh": "cosh(atan({}))",
}


@dataclass(frozen=True)
class Case:
    """A program, and numbers that override those in its text."""

    source: str
    inputs: dict[str, float] = field(default_factory=dict)


NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\n"
CHOSEN = (
    Case("x*x", {"x": 3.0}),
    Case("1/relu(x)", {"x": -1.0}), Case("1/(max(x, y) - 3)", {"x": 2.0, "y": 3.0}),
    Case("1/(min(x, y) - 2)", {"x": 2.0, "y": 3.0}), Case("log(x^y - 1)", {"x": 2.0, "y": 0.0}),
    Case("1/x^y", {"x": 0.0, "y": 2.0}), Case("1/tanh(x)", {"x": 0.0}),
    Case(NEURON + "o = tanh(n)"),
    Case(NEURON + "c = exp(2*n)\no = (c - 1)/(c + 1)"),
    Case("a, b, c = 2.0, -3.0, 10.0\nf = -2.0\nd = a*b + c\nd*f"),
    Case("a = -4.0\nb = 2.0\nc = a + b\nd = a*b + b^3\nc += c + 1\nc += 1 + c + (-a)\n"
         "d += d*2 + relu(b + a)\n"
         "d += 3*d + relu(b - a)\nf = c - d\ng = f^2\nh = g/2.0\nh += 10.0/f\nh"),
    Case("x = 3\n-x^2"), Case("2^3^2*x"), Case("x^2 + 1", {"x": -3.0}), Case("x**3", {"x": -2.0}),
    Case("x^-2", {"x": 0.5}), Case("x^0"), Case("x^y", {"x": 0.0, "y": 0.0}),
    Case("x^y", {"x": 0.0, "y": 2.0}), Case("x^y", {"x": -2.0, "y": 3.0}),
    Case("x^y", {"x": -2.0, "y": 0.5}), Case("x^y", {"x": 0.0, "y": -1.0}), Case("2^x",
    {"x": 10.0}),
    Case("x^0.5", {"x": -2.0}), Case("x^0.5", {"x": 0.0}), Case("x^y", {"x": 1e-200, "y": 2.0}),
    Case("1/x", {"x": 0.0}), Case("1/x", {"x": -0.0}), Case("x/y", {"x": 0.0, "y": 0.0}),
    Case("x/y", {"x": 1e300, "y": 1e200}), Case("x/y", {"x": 1e-300, "y": 1e-200}),
    Case("x/y", {"x": -1.0, "y": 1e-320}), Case("log(x)", {"x": -1.0}), Case("log(x)", {"x": 0.0}),
    Case("log(x)", {"x": 1e-300}), Case("sqrt(x)", {"x": 0.0}), Case("sqrt(x)", {"x": -1.0}),
    Case("exp(x)", {"x": 1000.0}), Case("exp(-x)", {"x": 1000.0}), Case("exp(x)*0", {"x": 1000.0}),
    Case("asin(x)", {"x": 1.0}), Case("acos(x)", {"x": -1.0}), Case("asin(x)", {"x": 2.0}),
    Case("tan(x)", {"x": 1.5707963267948966}), Case("cosh(x)", {"x": 1000.0}),
    Case("sinh(x)", {"x": -1000.0}), Case("tanh(x)", {"x": 30.0}), Case("sigmoid(x)",
    {"x": 1000.0}),
    Case("sigmoid(x)", {"x": -1000.0}), Case("sigmoid(x)", {"x": -40.0}),
    Case("softplus(x)", {"x": 100.0}), Case("softplus(x)", {"x": -100.0}),
    Case("softplus(x)", {"x": 25.0}), Case("elu(x)", {"x": -30.0}), Case("elu(x)", {"x": -5.0}),
    Case("elu(x)", {"x": 0.0}), Case("gelu(x)", {"x": -3.0}), Case("gelu(x)", {"x": 0.0}),
    Case("relu(x)", {"x": 0.0}), Case("relu(x)", {"x": -1.0}), Case("relu(x)", {"x": 2.0}),
    Case("leaky_relu(x)", {"x": 0.0}), Case("leaky_relu(x)", {"x": -2.0}),
    Case("abs(x)", {"x": 0.0}), Case("abs(x)", {"x": -2.0}), Case("max(x, y)", {"x": 2.0,
    "y": 2.0}),
    Case("min(x, y)", {"x": 2.0, "y": 2.0}), Case("max(x, y)", {"x": 2.0, "y": 3.0}),
    Case("min(x, y)", {"x": 2.0, "y": 3.0}), Case("max(x, x)"), Case("max(0, x)", {"x": 0.0}),
    Case("equal(x, y)*z + x", {"x": 2.0, "y": 2.0, "z": 3.0}),
    Case("equal(x, 1)*z + equal(x, 2)*y", {"x": 2.0, "y": 4.0, "z": 3.0}),
    Case("x + z*equal(log(x), log(x))", {"x": -1.0}),
    Case("max(log(x), y)", {"x": -1.0}), Case("min(y, log(x))", {"x": -1.0}),
    Case("relu(log(x))", {"x": -1.0}), Case("x - x"), Case("x/x", {"x": 3.0}), Case("-(-x)"),
    Case("add(x, sub(y, mul(x, neg(div(y, pow(x, 2))))))", {"x": 2.0, "y": 3.0}),
    Case("e^(-x^2/2)/sqrt(2*pi)", {"x": 0.7}), Case("pi*r^2", {"r": 2.0}),
    Case("1e308*x", {"x": 10.0}), Case("x*1e-200*1e-200", {"x": 1.0}), Case("sin(x)", {"x": 1e5}),
    Case("a, b, c = 2, 1, -1\n"
         "ea = exp(a); eb = exp(b); ec = exp(c)\np = eb/(ea + eb + ec)\n-log(p)"),
    Case("m = max(max(a, b), c)\nl = log(exp(a - m) + exp(b - m) + exp(c - m)) + m\nl - b",
         {"a": 2.0, "b": 1.0, "c": -1.0}),
    Case("x1, x2 = 1, -2\nh1 = tanh(0.5*x1 + u12*x2 + b1)\nh2 = tanh(u21*x1 - 0.7*x2 + b2)\n"
         "o = tanh(v1*h1 + v2*h2 + c)\n(o - 1)^2", {"b1": 0.3, "b2": -0.2, "c": 0.1, "v2": -1.5}),
    Case("h1 = relu(x*w1 + b1)\nh2 = relu(x*w2 + b2)\nh3 = relu(x*w3 + b3)\n"
         "(h1*v1 + h2*v2 + h3*v3 + c - t)^2 + 0.01*(w1^2 + w2^2 + w3^2)",
         {"x": 0.7, "w1": 1.2, "w2": -0.8, "w3": 0.4, "b1": 0.1, "t": 2.0}),
    Case("p = sigmoid(w*x + b)\n-(y*log(p) + (1 - y)*log(1 - p))", {"w": -0.4, "x": 1.5, "b": 0.2}),
    Case("x = 3\nx *= x\nx *= x\nx"), Case("x = 0.5\ny = ((2*x - 3)*x + 1)*x - 4\ny^2"),
    Case("r = sqrt(x^2 + y^2)\natan(y/x)*r", {"x": 3.0, "y": 4.0}),
    Case("x = 2\ny = x*x\nz = y*y + x\nz*z - y"),
    Case("σ = 0.3\nμ = 1.5\n((x - μ)/σ)^2/2 + log(σ)"),
    Case("\n".join(["h = x", *["h = tanh(1.5*h)"] * 12, "h"]), {"x": 0.4}),
    Case("+".join(f"x{k % 7}*{k}" for k in range(60))),
    Case("erf(x)", {"x": 0.35}), Case("erf(x)", {"x": -2.5}), Case("erf(x*y)^2", {"y": 0.4}),
    Case("below(x, y)*z + x", {"x": 1.0, "y": 2.0, "z": 3.0}), Case("below(x, x)*x"),
    Case("at_most(x, y)*z + at_most(y, 1)*x", {"x": 2.0, "y": 2.0, "z": 3.0}),
    Case("below(log(x), y) + at_most(y, log(x)) + x", {"x": -1.0}),
    Case("when(below(x, 0), y*x) + unless(below(x, 0), z*x)", {"x": -2.0, "y": 3.0, "z": 5.0}),
    Case("when(below(x, 0), y*x) + unless(below(x, 0), z*x)", {"x": 2.0, "y": 3.0, "z": 5.0}),
    Case("1/when(c, x)", {"c": 0.0, "x": 2.0}), Case("1/unless(c, x)", {"c": -1.0, "x": 2.0}),
    Case("when(c, log(x)) + x", {"c": 0.0, "x": -1.0}), Case("when(x, x)*x", {"x": 2.0}),
)  # fmt: skip


def cases() -> list[Case]:
    """Return every program of the oracle: each function alone, the chosen, the random."""
    alone = [
        Case(
            f"{name}({', '.join(('x', 'y')[:arity])})",
            {"x": x, "y": 1.7} if arity == 2 else {"x": x},
        )
        for names, arity in ((UNARY, 1), (BINARY, 2))
        for name in names
        for x in (0.35, 0.85)
    ]
    random = Random(SEED)
    return [*alone, *CHOSEN, *(_program(random) for _ in range(RANDOM_PROGRAMS))]


def _program(random: Random) -> Case:
    """Return a random program: some names with numbers, some lines that share values, an output."""
    names = [f"x{k}" for k in range(random.randint(1, 5))]
    lines = []
    inputs = {}
    for name in names:
        number = round(random.uniform(-2, 2), random.choice((1, 3, 15)))
        if random.random() < 0.5:
            lines.append(f"{name} = {number!r}")
        elif random.random() < 0.8:
            inputs[name] = number
    known = list(names)
    for k in range(random.randint(0, 4)):
        name = random.choice((f"t{k}", f"θ{k}"))
        lines.append(f"{name} = {_value(random, known, random.randint(1, 3))}")
        known.append(name)
        if random.random() < 0.2:
            sign = random.choice("+-*")
            lines.append(f"{name} {sign}= {_value(random, known, 1)}")
    output = _value(random, known[-4:], random.randint(2, 5))
    lines.append(f"1*{output}" if output in names else output)  # a lone new name is no output
    source = "\n".join(lines)
    return Case(source, {name: number for name, number in inputs.items() if name in source})


def _value(random: Random, known: list[str], depth: int) -> str:
    """Return a random expression over known names; operands repeat often."""
    if not depth or random.random() < 0.1:
        number = repr(round(random.uniform(0.1, 3), 2))
        return random.choice(known) if random.random() < 0.8 else number
    first, second = (_value(random, known, depth - 1) for _ in range(2))
    kind = random.random()
    if kind < 0.4:
        return f"({first} {random.choice(SIGNS)} {second})"
    if kind < 0.5:
        return f"({first})^{random.choice((2, 3, 2))}"
    if kind < 0.55:
        return f"(0.2 + ({first})^2)^({second})"
    if kind < 0.62:
        return f"{random.choice(('max', 'min'))}({first}, {second})"
    if kind < 0.67:
        return f"({first})/(1.1 + ({second})^2)"
    if kind < 0.72:
        return f"-({first})"
    name = random.choice(UNARY)
    return TAMED.get(name, name + "({})").format(first)
