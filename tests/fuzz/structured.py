"""Programs with loops, functions and classes, made at random: in order, half finished, broken."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent, indent

from hypothesis import strategies as st

from tests.fuzz.plain import plain_programs

EXAMPLES = Path(__file__).parents[2] / "examples"
LESSONS = [path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.py"))]
SHORT = [text for text in LESSONS if "moons" not in text]

IMPORTS = (
    "import random", "import math", "import numpy as np", "from micrograd.engine import Value",
    "from micrograd.nn import Neuron, Layer, MLP", "from micrograd.nn import *", "import os",
    "from sklearn.datasets import make_moons, make_blobs", "import matplotlib.pyplot as plt",
    "from graphviz import Digraph", "%matplotlib inline", "import torch", "from . import x",
    "from math import *", "import sys, math", "from random import uniform as u", "",
)  # fmt: skip
VALUES = (
    "x", "y", "w", "i", "n", "xs", "xs[0]", "xs[i]", "xs[-1]", "xs[:2]", "f(x)", "f(x, y)",
    "net(xs)", "g(n - 1)", "x.data", "x.grad", "p.data", "self.w", "self", "Value(2.0)",
    "Value(-1, label='v')", "Value(random.uniform(-1, 1))", "x.tanh()", "(x*w + y).relu()",
    "x.exp()", "x.log()", "1", "0", "2.5", "-3", "1e300", "x + y", "x * w", "x / y", "x ** 2",
    "x ** y", "-x", "x // 2", "x % 3", "x < y", "x < 1 < y", "x and y", "not x", "x if y else w",
    "x is None", "i in xs", "None", "True", "sum(xs)", "sum(x * x for x in xs)", "max(xs)",
    "min(x, y)", "len(xs)", "range(4)", "range(n)", "[x, y]", "[x, [y, w]]", "(x, y)", "(x,)", "()",
    "[]", "[0] * 3", "[[0] * 2] * 3", "xs + xs", "[v * w for v in xs]", "[v for v in xs if v > 0]",
    "[a + b for a in xs for b in xs]", "[[v for v in range(3)] for _ in range(2)]", "zip(xs, xs)",
    "enumerate(xs)", "list(zip(xs, xs))", "lambda v: v * w", "(lambda v: v)(x)", "map(f, xs)",
    "list(map(lambda v: v + 1, xs))", "sorted(xs)", "reversed(xs)", "round(x, 2)", "abs(x)",
    "float(x)", "int(x)", "tuple(xs)", "any(v > 0 for v in xs)", "f'{x:.3f}'", "f'{x} and {y!r}'",
    "'text'", "'a' * 3", "random.random()", "math.pi", "math.exp(x)", "np.array(xs)",
    "np.random.permutation(5)", "MLP(2, [3, 1])", "make_moons(n_samples=6, noise=0.1)",
    "net.parameters()", "mse(x, y)", "grad(y, x)", "grad(loss, xs)", "param(0.5)", "σ", "x^2",
    "{}", "{1: 2}", "{x}", "x := 3", "*xs", "await x", "b'x'", "1j", "...", "x @ y", "~x",
    "x & y", "x.__class__", "__import__('os')", "open('f')", "eval('x')", "type(x)", "print", "f",
    "Cell",
)  # fmt: skip
SIMPLE = (
    "{t} = {v}", "{t} = {v}", "{t} = {v}", "{t} += {v}", "{t} -= {v}", "{t} *= {v}",
    "{t}, y = {v}, {u}", "print({v})", "print({v}, {u})", "print({v}, end='')", "{v}", "return {v}",
    "pass", "break", "continue", "loss.backward()", "x.backward()", "net.zero_grad()",
    "p.data += -0.1 * p.grad", "p.grad = 0.0", "xs.append({v})", "xs.append(xs)", "draw_dot({v})",
    "assert {v}", "del {t}", "global x", "nonlocal x", "raise x", "x: int = 1", "plt.plot(xs)",
    "x.label = 'x'", "# {v}", "random.seed({v})", "{t}[0] = {v}", "{t}.w = {v}", "'''{v}'''",
    "yield {v}", "x = y = {v}",
)  # fmt: skip
TARGETS = (
    "x", "y", "w", "xs", "n", "net", "loss", "f", "i", "p", "self.w", "xs[0]", "a, b", "(a, b)",
)  # fmt: skip
HEADS = (
    "for {t} in {v}:", "for i in range({n}):", "for i, x in enumerate(xs):",
    "for a, b in zip(xs, xs):", "for p in net.parameters():", "while {v}:", "while n < {n}:",
    "if {v}:", "if {v}:", "def f(x):", "def f(x, y=1):", "def f(*xs):", "def g(n):",
    "def f(x, **more):", "class Cell:", "class Cell(Module):", "class Value:", "with {v}:", "try:",
    "async def f():", "match x:", "@f\ndef g(x):", "def __init__(self, nin):",
    "def __call__(self, x):",
)  # fmt: skip
PRELUDE = """
    import random
    from micrograd.engine import Value
    x, y, w = Value(2.0), Value(-1.0), Value(0.5)
    xs = [x, y, w]
    n = 3
    def f(x, y=1):
        return x * y
    def g(n):
        return n if n <= 0 else g(n - 1) + 1
    net = MLP(3, [2, 1])
"""


@st.composite
def lines(draw: st.DrawFn, depth: int = 3) -> str:
    """Draw a few statements that stand together."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        form = draw(st.sampled_from(HEADS if depth and draw(st.booleans()) else SIMPLE))
        words = {
            "t": draw(st.sampled_from(TARGETS)),
            "v": draw(values),
            "u": draw(values),
            "n": draw(st.integers(0, 12)),
        }
        found.append(form.format(**words))
        if form in HEADS:
            found.append(indent(draw(lines(depth=depth - 1)), "    "))
            if draw(st.integers(0, 3)) == 0:
                found.append(draw(st.sampled_from(("else:", "elif x > 1:", "except:", "finally:"))))
                found.append(indent(draw(lines(depth=0)), "    "))
    return "\n".join(found)


values = st.one_of(
    st.sampled_from(VALUES),
    st.builds(
        lambda form, one, other: form.format(one, other),
        st.sampled_from(
            ("({} + {})", "({} * {})", "f({}, {})", "[{} for v in {}]", "({}, {})", "({})[{}]",
             "({} if {} else x)", "max({}, {})", "({}).tanh() - {}", "(lambda v: {})({})")
        ),
        st.sampled_from(VALUES),
        st.sampled_from(VALUES),
    ),
)  # fmt: skip

any_lines = st.builds(
    lambda imports, prelude, made: "\n".join([*imports, prelude, made]),
    st.lists(st.sampled_from(IMPORTS), max_size=3),
    st.sampled_from((dedent(PRELUDE), dedent(PRELUDE), "")),
    lines(),
)

networks = st.builds(
    lambda passes, sizes, squash, rate, samples: dedent(f"""
        import random
        from micrograd.engine import Value
        random.seed({passes})
        class Neuron:
            def __init__(self, nin):
                self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
                self.b = Value(0.0)
            def __call__(self, x):
                return sum((wi * xi for wi, xi in zip(self.w, x)), self.b).{squash}()
            def parameters(self):
                return self.w + [self.b]
        layers, width = [], 2
        for size in {sizes}:
            layers.append([Neuron(width) for _ in range(size)])
            width = size
        def net(x):
            for layer in layers:
                x = [neuron(x) for neuron in layer]
            return x[0]
        params = [p for layer in layers for neuron in layer for p in neuron.parameters()]
        for k in range({passes}):
            loss = sum((net([0.1 * i, 1.0]) - i % 2) ** 2 for i in range({samples}))
            for p in params:
                p.grad = 0.0
            loss.backward()
            for p in params:
                p.data += -{rate} * p.grad
            print(f"{{k}}: {{loss.data:.4f}}")
        """),
    st.integers(0, 12),
    st.lists(st.integers(0, 4), max_size=3),
    st.sampled_from(("tanh", "relu", "exp", "log", "sigmoid", "nothing")),
    st.sampled_from((0.1, -1, 1e9, "k", "rate")),
    st.integers(0, 5),
)

recursions = st.builds(
    lambda base, step, depth, other: dedent(f"""
        from micrograd.engine import Value
        x = Value(0.5)
        def f(n, v):
            if n <= {base}:
                return v
            return {step}
        f({depth}, {other})
        """),
    st.sampled_from((0, 1, -1, "n", "v")),
    st.sampled_from(
        ("f(n - 1, v * x)", "f(n - 1, v) * x", "f(n - 1, v) + f(n - 2, x)", "f(n, v)",
         "f(n + 1, v)",
         "f(n / 2, v.tanh())", "[f(n - 1, v)]", "(lambda m: f(m, v))(n - 1)", "f(n - 1)", "f")
    ),
    st.sampled_from((0, 1, 5, 12, 40, 150, 900, 10**6)),
    st.sampled_from(("x", "1.0", "[x]", "x.tanh()", "f", "None")),
)  # fmt: skip

hostile = st.builds(
    lambda head, body, tail: f"{head}\n{indent(body, '    ')}\n{tail}",
    st.sampled_from(
        ("while True:", "for i in range(10**9):", "for i in range(300):", "while x:", "def f(n):",
         "for v in xs:", "if True:", "for i in range(5):\n  for j in range(10**6):")
    ),
    st.sampled_from(
        ("pass", "x = x * x", "xs.append(1)", "s = s + s", "n = n * n", "xs = xs + xs",
         "xs = [xs, xs]",
         "print('a' * 999)", "x = x.tanh()", "return f(n) + f(n)", "xs.append(xs)", "n = n ** n",
         "y = [0] * 10**6", "y = list(range(10**6))", "x = [f for _ in range(9999)]", "f(1)",
         "y = sum(x * x for _ in range(2000))", "net = MLP(30, [30, 30])", "print(xs)",
         "x.backward()")
    ),
    st.sampled_from(("x * x", "f(2)", "print(xs)", "x = Value(1.0)\nx", "")),
).map(lambda text: "x, xs, s, n = Value(2.0), [1], 'a', 2\n" + text)  # fmt: skip

complete = st.one_of(
    networks,
    recursions,
    hostile,
    any_lines,
    st.sampled_from(SHORT),
    plain_programs().map(lambda text: f"import math\nv = Value(2.0)\n{text}\nv * v"),
)

WORD = re.compile(r"\w+|\s+|[^\w\s]")
PUT_IN = (
    "(", ")", "[", "]", ":", "=", ",", ".", "'", '"', "f'{", "}", "\n", "    ", "\t", "for", "in",
    "if", "else", "def ", "class ", "lambda", "return", "not", "self", "0", "1e999", "x", "**", "*",
    "#", "\\\n", "'''", "@", "->", ":=", "==", "σ", "\0", "None", "range(10**9)", "while True:",
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> str:
    """Draw a program with words or lines left out, doubled, moved; or one that is half typed."""
    text = draw(complete)
    for _ in range(draw(st.integers(1, 4))):
        by_line = draw(st.booleans())
        parts = text.split("\n") if by_line else WORD.findall(text)
        if not parts:
            break
        at = draw(st.integers(0, len(parts) - 1))
        way = draw(st.sampled_from(("leave out", "double", "swap", "put in", "cut", "shift")))
        if way == "leave out":
            del parts[at]
        elif way == "double":
            parts.insert(at, parts[at])
        elif way == "swap":
            other = draw(st.integers(0, len(parts) - 1))
            parts[at], parts[other] = parts[other], parts[at]
        elif way == "put in":
            parts.insert(at, draw(st.sampled_from(PUT_IN)))
        elif way == "cut":
            del parts[at + 1 :]
        elif by_line:
            parts[at] = draw(st.sampled_from(("  ", "    ", "\t"))) + parts[at]
        else:
            parts[at] = draw(st.sampled_from(PUT_IN))
        text = ("\n" if by_line else "").join(parts)
    return text
