# A network from nothing but Value: two layers of four neurons, and an output.
# It learns four samples by heart.
import random

from micrograd.engine import Value

random.seed(1337)


class Neuron:
    """A weighted sum of the inputs, squashed by tanh."""

    def __init__(self, nin):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(random.uniform(-1, 1))

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.tanh()

    def parameters(self):
        return self.w + [self.b]


class Layer:
    """Neurons side by side, all of which see the same inputs."""

    def __init__(self, nin, nout):
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x):
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    """Layers one after the other."""

    def __init__(self, nin, nouts):
        sizes = [nin] + nouts
        self.layers = [Layer(sizes[i], sizes[i + 1]) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        params = []
        for layer in self.layers:
            params.extend(layer.parameters())
        return params


xs = [
    [1.0, 2.0, -1.0],
    [2.0, -1.0, 0.5],
    [-0.5, 1.5, 1.0],
    [1.0, 1.0, -2.0],
]
ys = [1.0, -1.0, -1.0, 1.0]

net = MLP(3, [4, 4, 1])
print("parameters:", len(net.parameters()))

for step in range(20):
    # forward
    predicted = [net(x) for x in xs]
    loss = sum((yout - y) ** 2 for y, yout in zip(ys, predicted))

    # backward
    for p in net.parameters():
        p.grad = 0.0
    loss.backward()

    # downhill
    for p in net.parameters():
        p.data += -0.1 * p.grad

    print(step, loss.data)

print([round(out.data, 3) for out in predicted])
