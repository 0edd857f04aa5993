"""What was looked for in the graph, as the page's search shows it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.states import Said
from engine.drawing.forest import forest
from engine.errors import QueryError
from engine.find import Found, asks_numbers, find
from engine.graph import Graph
from engine.numerals import short, signed

MOST = 1_000  # nodes that an answer tells of
PREDICTING = "That would tell numbers. Turn off Predict each number first, or look for names."
NOTHING: NDArray[np.intp] = np.zeros(0, np.intp)

Array = NDArray[np.float64]


def found_view(
    graph: Graph,
    values: Array,
    gradients: Array,
    query: str,
    names: Sequence[str],
    *,
    predicting: bool,
) -> Said:
    """Return a sentence, how many nodes match, and the first of them.

    A node is [id, name, path of its scope, value, gradient, what the picture calls it]. While a
    number is to be predicted none is told.

    Args:
        graph: n nodes.
        values: (n, 1).
        gradients: (n, 1).
        query: what is looked for.
        names: (n,) what the picture calls each node.
        predicting: whether numbers are to be predicted.
    """
    if predicting and asks_numbers(query):
        found = Found(NOTHING, PREDICTING)
    else:
        try:
            found = find(graph, values, gradients, query)
        except QueryError as error:
            found = Found(NOTHING, str(error))
    nodes, scopes = found.nodes[:MOST].tolist(), forest(graph).scopes
    sentence = found.sentence
    if len(found.nodes) > MOST:
        sentence += f" The first {MOST:,} are shown."
    return {
        "sentence": sentence,
        "count": len(found.nodes),
        "nodes": [
            [
                node,
                graph.name(node),
                scopes.path(node),
                "" if predicting else short(float(values[node, 0])),
                "" if predicting else signed(float(gradients[node, 0])),
                names[node],
            ]
            for node in nodes
        ],
    }
