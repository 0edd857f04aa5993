"""The programs that are measured: the lecture's neuron, a small network, longer chains."""

from __future__ import annotations

from random import Random

NEURON = """\
x1, x2 = 2, 0
w1, w2 = -3, 1
b = 6.8813735870195432
n = x1*w1 + x2*w2 + b
o = tanh(n)"""


def network(*widths: int, seed: int = 1) -> str:
    """Return a tanh network on one sample with its squared error, as one would type it."""
    random = Random(seed)
    inputs = [f"x{k + 1}" for k in range(widths[0])]
    lines = [f"{', '.join(inputs)} = {_numbers(random, len(inputs))}"]
    for layer, width in enumerate(widths[1:]):
        outputs = [f"{'hgklmno'[layer]}{k + 1}" for k in range(width)]
        for output in outputs:
            weights = [f"{output}_{name}" for name in inputs]
            lines.append(f"{', '.join(weights)}, {output}_b = {_numbers(random, len(inputs) + 1)}")
            terms = [f"{name}*{weight}" for name, weight in zip(inputs, weights, strict=True)]
            lines.append(f"{output} = tanh({' + '.join(terms)} + {output}_b)")
        inputs = outputs
    return "\n".join([*lines, "y = 1.0", f"loss = ({inputs[0]} - y)^2"])


def _numbers(random: Random, count: int) -> str:
    return ", ".join(f"{random.uniform(-1, 1):.3f}" for _ in range(count))


NETWORK = network(3, 4, 4, 1)
DRAWN = {"the neuron": NEURON, "3-4-4-1 network": NETWORK}


def told_apart(source: str, number: int) -> str:
    """Return the program with one number changed, so that no cache knows it."""
    return f"{source} + {number}e-9"


def lines(nodes: int) -> str:
    """Return a program of about so many nodes: each line uses two values made before."""
    random = Random(nodes)
    made = ["t0 = x", "t1 = y"]
    while 2 * len(made) < nodes:
        first, second = (random.randrange(max(len(made) - 8, 0), len(made)) for _ in range(2))
        made.append(f"t{len(made)} = tanh(t{first}*t{second})")
    return "\n".join(made)
