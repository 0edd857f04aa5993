# A recurrent network by hand: the same weights at each of two steps.
# The gradient of every weight adds up over both steps and over all sequences.
from micrograd.engine import Value

# two hidden values; what comes in, what is remembered, and a bias for each of them
Wx = [Value(0.5), Value(-0.3)]
Wh = [[Value(0.1), Value(0.4)], [Value(-0.2), Value(0.3)]]
bh = [Value(0.0), Value(0.1)]
# what is read out at the end
Wy = [Value(0.7), Value(-0.6)]
by = Value(0.05)
parameters = Wx + Wh[0] + Wh[1] + bh + Wy + [by]


def step(x, h):
    """Return the hidden values after one more input."""
    new = []
    for i in range(len(h)):
        total = Wx[i] * x + bh[i]
        for j, before in enumerate(h):
            total = total + Wh[i][j] * before
        new.append(total.tanh())
    return new


def read(sequence):
    h = [0.0, 0.0]
    for x in sequence:
        h = step(x, h)
    return sum((w * hi for w, hi in zip(Wy, h)), by)


# which came first, the larger or the smaller one?
sequences = [(1.0, -1.0), (-1.0, 1.0), (0.5, -0.25), (-0.5, 0.75)]
targets = [1.0, -1.0, 1.0, -1.0]

rate = 0.2
epoch = 0
while epoch < 3:
    outs = [read(sequence) for sequence in sequences]
    loss = sum((out - target) ** 2 for out, target in zip(outs, targets)) / len(outs)
    for p in parameters:
        p.grad = 0.0
    loss.backward()
    for p in parameters:
        p.data -= rate * p.grad
    print("epoch", epoch, "loss", round(loss.data, 6))
    epoch += 1

for sequence, out in zip(sequences, outs):
    print(sequence, "->", round(out.data, 4))
