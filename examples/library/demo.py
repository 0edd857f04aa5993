# micrograd's demo: a network of 337 parameters learns to tell two moons apart.
# Built once, then learned on compiled kernels: 65,000 nodes, a hundred passes, some seconds.
from engine import MLP, Expr
from engine.data import TABLES

table = TABLES["moons"].table(n=100, noise=0.1, seed=1337)
points, labels = table.rows[:, :2], table.rows[:, 2]

model = MLP(2, [16, 16, 1], seed=1337)
scores = [model([Expr(x, learnable=False) for x in point]) for point in points]

# the max-margin loss: be right by at least 1; and small weights
losses = [(1 - label * score).relu() for label, score in zip(labels, scores)]
penalty = 1e-4 * sum(p * p for p in model.parameters())
loss = sum(losses) * (1.0 / len(losses)) + penalty


def accuracy():
    """Return the share of points on the right side."""
    right = [(label > 0) == (score.data > 0) for label, score in zip(labels, scores)]
    return sum(right) / len(right)


print("number of parameters", len(model.parameters()))
for step in range(100):
    loss.learn(1.0 - 0.9 * step / 100)
    if step % 10 == 0:
        print(f"step {step} loss {loss.data:.4f}, accuracy {accuracy():.0%}")
    loss.recalculate()
print(f"after all: loss {loss.data:.4f}, accuracy {accuracy():.0%}")
