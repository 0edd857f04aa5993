# Two neurons side by side: the same inputs, two targets.
from engine import Expr, Layer

targets = [Expr(15.0, label="t1", learnable=False), Expr(85.0, label="t2", learnable=False)]
layer = Layer(3, 2, activation=None, seed=1)
x = [Expr(number, learnable=False) for number in (1.0, 2.0, 3.0)]
outputs = layer(x)
loss = sum((y - target) ** 2 for y, target in zip(outputs, targets))


def told():
    """Return the outputs and the loss as they are now."""
    found = ", ".join(f"{y.data:.2f}" for y in outputs)
    return f"{found}, loss {loss.data:.4f}"


print(layer)
print("Before:", told())
for step in range(1, 101):
    loss.learn(0.004)
    loss.recalculate()
    if step % 20 == 0:
        print(f"Step {step}:", told())
