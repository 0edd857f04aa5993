# A neuron without an activation: its three weights and its bias learn one target.
from engine import Expr, Neuron, tree

target = Expr(50.0, label="target", learnable=False)
neuron = Neuron(3, activation=None, seed=1)
x = [Expr(number, learnable=False) for number in (1.0, 2.0, 3.0)]
y = neuron(x)
loss = (y - target) ** 2

print(neuron)
print(f"Before: {y.data:.2f} for {target.data:g}, loss {loss.data:.2f}")
for step in range(1, 101):
    loss.learn(0.01)
    loss.recalculate()
    if step % 20 == 0:
        print(f"Step {step}: {y.data:.2f}, loss {loss.data:.4f}")

for parameter in neuron.parameters():
    print(f"{parameter.label} = {parameter.data:.4f}")
print(tree(loss))
