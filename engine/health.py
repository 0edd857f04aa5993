"""Health: how large activations and gradients are, layer by layer, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.graph import Graph
from engine.numerals import short
from engine.ops import Op
from engine.program import Program
from engine.rules import Lanes, lanes

Array = NDArray[np.float64]

# Gradients this many times smaller (larger) than the last layer's vanish (explode); in a healthy
# net they stay within a factor of some tens.
ORDERS = 1e3
# A neuron is at a flat end of its curve if it is so on this share of the samples, and a layer is
# dead or saturated if more than half of its neurons are.
MOST_SAMPLES, HALF = 0.9, 0.5


class Layer(NamedTuple):
    """How a layer is.

    Attributes:
        name: "mlp.layer1", or "program" where there is no network.
        activation: mean size of its neurons' values, over samples and neurons.
        gradient: mean size of its biases' gradients, sample by sample: of what comes back to the
            sums of its neurons. Of all parameters where there is no network.
        verdict: "", "vanishing", "exploding", "dead" or "saturated".
        sentence: the verdict with its figures; "" without one.
    """

    name: str
    activation: float
    gradient: float
    verdict: str
    sentence: str


@dataclass(frozen=True)
class Group:
    """What is looked at together: nodes of neurons, and those whose gradients stand for them."""

    name: str
    neurons: tuple[int, ...]
    signals: tuple[int, ...]


def groups(program: Program) -> tuple[tuple[Group, ...], ...]:
    """Return the layers of each network, first to last; one group of all without a network."""
    if not program.networks:
        graph = program.graph
        parameters = tuple(np.flatnonzero(graph.learnable & graph.reaching).tolist())
        return ((Group("program", tuple(_activations(program)), parameters),),)
    return tuple(
        tuple(
            Group(
                layer[0].name.rpartition(".")[0] or layer[0].name,
                tuple(neuron.node for neuron in layer),
                tuple(neuron.bias for neuron in layer),
            )
            for layer in network.layers
        )
        for network in program.networks
    )


def _activations(program: Program) -> Iterator[int]:
    """Yield the nodes with a curve that can be flat, from the data to what is predicted.

    What the loss computes of it does not count: relu in a hinge loss rests at 0 when all is well.
    """
    graph = program.graph
    ends = program.predicted.nodes if program.predicted else (graph.output,)
    needed = set(ends)
    for node, op, operands in reversed(graph.steps):
        if node in needed:
            needed.update(operands)
            if op.arity == 1 and (op.flat or op.masks):
                yield node


def layers(program: Program, values: Array, *, settled: bool) -> tuple[Layer, ...]:
    """Return how each layer is.

    Args:
        program: what learns.
        values: (n, lanes), of some samples.
        settled: whether most samples are predicted right: then an output at a flat end is no
            fault, but what was wanted.
    """
    graph = program.graph
    gradients = np.abs(native.backward(graph, values))
    resting = set(program.predicted.nodes) if settled and program.predicted else set()
    found = []
    for network in groups(program):
        sizes = [_mean(gradients[list(group.signals)]) for group in network]
        for group, size in zip(network, sizes, strict=True):
            neurons = [node for node in group.neurons if node not in resting]
            verdict, sentence = _verdict(graph, neurons, values)
            if not verdict:
                verdict, sentence = _drift(size, sizes[-1])
            activation = _mean(np.abs(values[list(group.neurons)]))
            found.append(Layer(group.name, activation, size, verdict, sentence))
    return tuple(found)


def _verdict(graph: Graph, neurons: Sequence[int], values: Array) -> tuple[str, str]:
    """Return whether too many neurons let nothing through, and how many they are."""
    for verdict, stuck in (("dead", _dead), ("saturated", _saturated)):
        count = sum(stuck(graph, node, values) for node in neurons)
        if count > HALF * len(neurons):
            many = f"{count:,} of {len(neurons):,} neurons"
            one, several = _WORDS[verdict]
            return verdict, f"{many} {several}" if len(neurons) > 1 else f"It {one}"
    return "", ""


# of one neuron, and of several
_WORDS = {
    "dead": (
        "gives 0 on every sample, so no gradient gets through to its weights.",
        "give 0 on every sample, so no gradient gets through to their weights.",
    ),
    "saturated": (
        "is at a flat end of its curve on most samples: little gradient gets through.",
        "are at a flat end of their curve on most samples: little gradient gets through.",
    ),
}


def _dead(graph: Graph, node: int, values: Array) -> bool:
    """Return whether a node lets nothing through in any lane."""
    op = graph.op(node)
    if op is None or op.arity != 1 or not op.masks:
        return False
    return bool(op.blocked_lanes[0](values[graph.operands[node, 0]]).all())


def _saturated(graph: Graph, node: int, values: Array) -> bool:
    """Return whether a node is where its curve has levelled off, in most lanes."""
    op = graph.op(node)
    if op is None or not op.flat:
        return False
    numbers = values[list(graph.operands_of(node))]
    return float(_flat(op)(*numbers, values[node]).mean()) > MOST_SAMPLES


@cache
def _flat(op: Op) -> Lanes:
    """Return the op's `flat` as a condition on arrays of shape (lanes,)."""
    return lanes(op.flat, (*op.params, "out"))


def _drift(size: float, last: float) -> tuple[str, str]:
    """Return whether gradients have shrunk or grown on their way down from the last layer."""
    if 0 < size * ORDERS < last:
        times = short(last / size, 2)
        return "vanishing", f"Gradients are {times} times smaller here than in the last layer."
    if 0 < last * ORDERS < size:
        times = short(size / last, 2)
        return "exploding", f"Gradients are {times} times larger here than in the last layer."
    return "", ""


def _mean(sizes: Array) -> float:
    return float(sizes.mean()) if sizes.size else 0.0
