"""What the page knows of a program that can learn: its data, its parameters, its networks."""

from __future__ import annotations

from engine.program import Bound, Network, Predicted, Program


def learn_view(program: Program) -> dict[str, object] | None:
    """Return what the page's modules read of it; None where nothing learns."""
    graph = program.graph
    parameters = [[leaf.name, leaf.node] for leaf in program.inputs if graph.learnable[leaf.node]]
    if not parameters:
        return None
    return {
        "samples": _samples(program.samples) if program.samples else None,
        "predicted": _predicted(program.predicted) if program.predicted else None,
        "parameters": parameters,
        "networks": [_network(network) for network in program.networks],
    }


def _samples(samples: Bound) -> dict[str, object]:
    table = samples.table
    return {
        "name": table.name,
        "columns": table.columns,
        "nodes": samples.nodes,
        "count": len(table.rows),
        "classes": table.classes,
        "labels": table.labels,
    }


def _predicted(predicted: Predicted) -> dict[str, object]:
    return {"nodes": predicted.nodes, "target": predicted.target}


def _network(network: Network) -> dict[str, object]:
    return {
        "name": network.name,
        "sizes": network.sizes,
        "span": network.sizes_span,
        "inputs": network.inputs,
        "layers": [
            [
                {
                    "name": neuron.name,
                    "node": neuron.node,
                    "weights": neuron.weights,
                    "bias": neuron.bias,
                    "operands": neuron.operands,
                }
                for neuron in layer
            ]
            for layer in network.layers
        ],
    }
