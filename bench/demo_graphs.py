"""micrograd's own demo, of our Exprs: every sample unrolled, or one sample for all lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from bench import demo
from bench.demo import Array
from engine.compiled import Kernels
from engine.descent import Descent
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.lanes import Lanes
from engine.optimizers import OPTIMIZERS
from engine.scopes import scope

Neuron = tuple[list[Expr], Expr]


def literal(samples: int = demo.SAMPLES, penalty: float = demo.PENALTY) -> Expr:
    """Return the loss as micrograd builds it: one scalar graph, every sample with nodes of its own.

    Args:
        samples: how many there are.
        penalty: of the squared weights; 0 leaves the nodes of that part out.
    """
    network, learning = _network()
    points, labels = demo.moons(samples)
    losses = []
    for turn, (point, label) in enumerate(zip(points.tolist(), labels.tolist(), strict=True)):
        with scope("sample", turn):
            inputs = [Expr(number, learnable=False) for number in point]
            losses.append((1 + -label * _score(network, inputs)).relu())
    return _with_penalty(sum(losses) * (1.0 / len(losses)), learning, penalty)


def one_sample(penalty: float = demo.PENALTY) -> Expr:
    """Return the loss of one sample; x1, x2 and y are the leaves that hold data, score a result."""
    network, learning = _network()
    x1, x2, y = (Expr(1.0, label=name, learnable=False) for name in ("x1", "x2", "y"))
    score = _score(network, [x1, x2])
    score.label = "score"
    return _with_penalty((1 - y * score).relu(), learning, penalty)


def _network() -> tuple[list[list[Neuron]], list[Expr]]:
    """Return the network, and its weights in the order of `demo.weights`."""
    learning = [Expr(number) for number in demo.weights().tolist()]
    left = iter(learning)
    network = [
        [([next(left) for _ in range(inputs)], next(left)) for _ in range(outputs)]
        for inputs, outputs in pairwise(demo.WIDTHS)
    ]
    return network, learning


def _score(network: list[list[Neuron]], inputs: Sequence[Expr]) -> Expr:
    values = inputs
    for depth, layer in enumerate(network, 1):
        fired = []
        with scope(f"layer{depth}"):
            for place, (weights, bias) in enumerate(layer, 1):
                with scope(f"neuron{place}"):
                    total = sum((w * x for w, x in zip(weights, values, strict=True)), bias)
                    fired.append(total if layer is network[-1] else total.relu())
        values = fired
    return values[0]


def _with_penalty(loss: Expr, learning: list[Expr], penalty: float) -> Expr:
    return loss + penalty * sum(weight * weight for weight in learning) if penalty else loss


def bound(output: Expr, data: Mapping[str, Array]) -> tuple[Graph, Array, dict[int, Array]]:
    """Return the graph, its leaves' numbers, and the data by the nodes of these names."""
    nodes = in_evaluation_order(output)
    graph = Graph.of_nodes(nodes, output)
    columns = {graph.labels.index(name): column for name, column in data.items()}
    return graph, leaf_numbers(nodes)[:, 0], columns


def data(samples: int = demo.SAMPLES) -> dict[str, Array]:
    """Return the data of `one_sample` by name."""
    points, labels = demo.moons(samples)
    return {"x1": points[:, 0], "x2": points[:, 1], "y": labels}


class Training:
    """The demo under way: SGD on the full batch.

    Attributes:
        graph: its nodes.
        lanes: the graph and its data.
    """

    def __init__(
        self, graph: Graph, leaves: Array, columns: dict[int, Array], kernels: Kernels | None
    ) -> None:
        """Begin with what `bound` returned."""
        self.graph = graph
        self.lanes = Lanes(graph, leaves, columns, kernels)
        count = len(self.lanes.weights)
        self._descent = Descent(OPTIMIZERS["sgd"], count, {"rate": demo.RATE}, kernels)

    def step(self) -> float:
        """Take one step; return the loss before it."""
        loss, gradient = self.lanes.gradient()
        self._descent.update(self.lanes.weights, gradient)
        return loss


class Grid:
    """What the network of `one_sample` says at every point of the demo's grid; forward only."""

    def __init__(self, training: Training) -> None:
        points = demo.grid()
        self._lanes = training.lanes
        self._columns = np.vstack([points.T, np.zeros(len(points))])  # x1, x2 and an idle y
        self._score = [training.graph.labels.index("score")]

    def scores(self) -> Array:
        """Return the scores, (GRID * GRID,)."""
        return self._lanes.values(self._score, self._columns)[0]
