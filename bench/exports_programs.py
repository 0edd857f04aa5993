"""The programs whose exported PyTorch files the oracle runs, and the tests hold to its figures."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from engine.ops import OPS

EXAMPLES = Path(__file__).parents[1] / "examples"
LESSONS = ("manual_neuron", "mlp_four_samples", "softmax_three_classes", "recurrent_two_steps")
NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\n"
MOONS = 'x1, x2, y = data("moons", n=20)\nnet = MLP(2, [4, 1], activation=tanh)\n'
BLOBS = 'x1, x2, y = data("blobs", n=15)\nnet = MLP(2, [3], output="linear")\n'
CHOSEN = {
    "neuron": NEURON + "o = tanh(n)",
    "a leaf alone": "x = 3\nx",
    "numbers alone": "2*3 + 1/4",
    "kinks": "a, b = 0, 0\nrelu(a) + 2*abs(a) + 3*leaky_relu(b) + 4*max(a, b) + 5*min(b, a + 1)",
    "constant operands": "x = 0.7\nmax(0, x) + min(x, 2) + 2^x + x^(1/2) + x^-2 - relu(-1) + x/3",
    "powers": "x, y = 2, 0\nx^3 + x^0 + y^2 + y^1 + (x + 1)^y + x^x",
    "what is not finite": "x, y = 0, 2\nlog(x - 1)*0 + y/x + exp(1000*y)",
    "a slope that blocks": "x = -1\ny = 2\n1/relu(x) + y",
    "nothing gets through": "x, y = 2, 2\nz = 3\nequal(x, y)*z",
    "nothing at all": "x, y = 2, 2\nequal(x, y)",
    "used many times": "x = 0.5\ny = x*x\nz = y*y + x\nz*z - y*x",
    "signs": "a, b = 1.5, -2\n-(-a) - (-b) + (a - (b - a))/(a/(b*a)) - (-a)^2 + -a^2",
    "odd labels": "a = Value(2.0, label='np')\nb = Value(-1.5, label='lambda')\n"
    "c = Value(0.5, label='a b')\nd = Value(0.25, label='a.b')\nσ = a*b + c\n"
    "e1 = Value(3.0, label='2nd → x')\no = tanh(σ*d - e1*a)\no*o",
    "a long sum": " + ".join(f"{k % 7 + 1}*x{k % 9}" for k in range(90)),
    "a long chain": "\n".join(["h = x", *["h = tanh(1.5*h) + sin(h)"] * 30, "h"]),
    "moons": MOONS + "o = net(x1, x2)\nloss = hinge(o, y) + 0.01*l2(net)",
    "moons, a loss by hand": MOONS + "p = sigmoid(net(x1, x2))\n(p - (y + 1)/2)^2",
    "three classes": BLOBS + "cross_entropy(net(x1, x2), y)",
}


DECIMAL = re.compile(r"\d+\.\d+(?:e[+-]?\d+)?")


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a file, but for the last digits: data differ in them by processor."""
    rounded = DECIMAL.sub(lambda found: f"{float(found[0]):.10g}", text)
    return hashlib.sha256(rounded.encode()).hexdigest()


def programs() -> dict[str, str]:
    """Return the programs by name: those chosen, some lessons, and one an op."""
    found = dict(CHOSEN)
    for name in LESSONS:
        found[name] = (EXAMPLES / f"{name}.py").read_text("utf-8")
    for op in OPS.values():
        operands = ("a", "b", "c")[: op.arity]
        there, back = ", ".join(operands), ", ".join(reversed(operands))
        other = back if op.arity > 1 else "b"
        found[f"op {op.name}"] = (
            f"a, b, c = 0.35, 0.85, 0.6\n{op.name}({there}) + 2*{op.name}({other})*c"
        )
    return found
