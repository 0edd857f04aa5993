# One neuron learns by hand: tanh(x1*w1 + x2*w2 + b) is to become 0.2.
# The inputs hold still; the weights and the bias learn.
from engine import Expr

x1 = Expr(2.0, label="x1", learnable=False)
x2 = Expr(1.0, label="x2", learnable=False)
w1 = Expr(-3.0, label="w1")
w2 = Expr(1.0, label="w2")
b = Expr(6.5, label="b")
n = x1 * w1 + x2 * w2 + b
n.label = "n"
o = n.tanh(label="o")
loss = (o - 0.2) ** 2

print(f"Output {o.data:.2f}, loss {loss.data:.4f}")
for step in range(1, 801):
    loss.learn(1e-3)
    loss.recalculate()
    if step % 100 == 0:
        print(f"Step {step}: loss {loss.data:.4f}, output {loss.find('o').data:.2f}")

print(
    f"tanh({x1.data:.2f}*{w1.data:.2f} + {x2.data:.2f}*{w2.data:.2f} + {b.data:.2f})"
    f" = tanh({n.data:.2f}) = {o.data:.2f}"
)
