# Three classes, and softmax written out: exp, a sum, a division, and a log.
import random

from micrograd.engine import Value

random.seed(42)

points = [
    [1.0, 0.2],
    [0.9, -0.3],
    [1.3, 0.1],
    [-0.5, 0.9],
    [-0.7, 1.1],
    [-0.2, 0.8],
    [-0.6, -0.9],
    [-0.4, -1.2],
    [-0.8, -0.7],
]
classes = [0, 0, 0, 1, 1, 1, 2, 2, 2]

# a linear layer: a row of weights for each class, and a bias
W = [[Value(random.uniform(-1, 1)) for _ in range(2)] for _ in range(3)]
b = [Value(0.0) for _ in range(3)]
parameters = [w for row in W for w in row] + b


def logits(x):
    return [sum((w * xi for w, xi in zip(row, x)), bias) for row, bias in zip(W, b)]


def softmax(zs):
    counts = [z.exp() for z in zs]
    total = sum(counts)
    return [count / total for count in counts]


def cross_entropy(probs, target):
    return -probs[target].log()


for step in range(5):
    predicted = [softmax(logits(x)) for x in points]
    losses = [cross_entropy(probs, target) for probs, target in zip(predicted, classes)]
    loss = sum(losses) / len(losses)

    for p in parameters:
        p.grad = 0.0
    loss.backward()
    for p in parameters:
        p.data += -1.0 * p.grad

    hits = 0
    for probs, target in zip(predicted, classes):
        best = max(range(3), key=lambda k: probs[k].data)
        if best == target:
            hits += 1
    print(f"step {step}: loss {loss.data:.6f}, {hits} of {len(points)} right")

for probs in predicted[::3]:
    print(", ".join(f"{p.data:.3f}" for p in probs))
