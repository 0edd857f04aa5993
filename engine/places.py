"""Places in a long list, found by the node that they concern."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.integer[Any]]


class Places:
    """For each node the places that concern it: many lists in two arrays.

    >>> Places(np.array([2, 0, 2]), np.array([5, 6, 7]), 3)[2].tolist()
    [5, 7]
    """

    def __init__(self, nodes: Ids, places: Ids, count: int) -> None:
        """Take the places, rising, and whom each concerns: one of so many nodes."""
        order = np.argsort(nodes, kind="stable")
        self._places = places[order].astype(np.int32)
        self._begins = np.searchsorted(nodes[order], np.arange(count + 1)).astype(np.int32)

    def __getitem__(self, node: int) -> Ids:
        """Return the places that concern a node, rising."""
        found: Ids = self._places[self._begins[node] : self._begins[node + 1]]
        return found
