# One neuron, step by step: two inputs, two weights, a bias, and a squashing.
from micrograd.engine import Value

# what comes in
x1 = Value(2.0, label="x1")
x2 = Value(0.0, label="x2")
# what the neuron has learned
w1 = Value(-3.0, label="w1")
w2 = Value(1.0, label="w2")
# a bias that makes all slopes come out round
b = Value(6.8813735870195432, label="b")

x1w1 = x1 * w1
x1w1.label = "x1*w1"
x2w2 = x2 * w2
x2w2.label = "x2*w2"
both = x1w1 + x2w2
both.label = "x1*w1 + x2*w2"
n = both + b
n.label = "n"
o = n.tanh()
o.label = "o"

o.backward()

print("o =", o.data)
for leaf in (x1, x2, w1, w2, b):
    print(f"{leaf.label}: value {leaf.data}, gradient {leaf.grad:.4f}")

draw_dot(o)
