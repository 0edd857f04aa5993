"""Tables: a schedule and the room for its numbers; each pass of the kernels, called.

Lanes are taken in blocks small enough for the processor's cache. So the room does not grow with
their number: 16 bytes (a value and a gradient) a node that all lanes share, 16 a node and lane of
one block for the others. The schedule takes 35 to 45 bytes a node, data 8 a column and sample, and
what is asked for lane by lane 8 a node and lane.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.compiled import Kernels
from engine.errors import MemoryLimitError
from engine.schedule import Schedule

Array = NDArray[np.float64]
Chosen = NDArray[np.uint32]

BYTES_A_NUMBER = 8
# What numbers over lanes may take where nobody says otherwise: one gibibyte.
MEMORY = 1 << 30
# A block's values and gradients should lie in the second-level cache together, while a row needs
# lanes enough to be worth its dispatch, and a block to be worth its calls.
BLOCK_BYTES = 1 << 20
FEWEST_LANES, MOST_LANES = 16, 1024
_CACHE_LINE = 64


def block_width(nodes: int, lanes: int) -> int:
    """Return how many lanes are taken at once; depends on nothing else, so neither do sums.

    >>> block_width(1_000, 100), block_width(100_000, 100), block_width(10, 5)
    (56, 16, 8)
    """
    fitting = BLOCK_BYTES // (2 * BYTES_A_NUMBER * max(nodes, 1))
    widest = min(max(fitting // 8 * 8, FEWEST_LANES), MOST_LANES)
    blocks = -(-lanes // widest)
    return _whole_lines(-(-lanes // max(blocks, 1)))


def room(shared: int, per_lane: int, lanes: int) -> int:
    """Return the bytes of a table for so many nodes of each kind.

    >>> room(1_000, 0, 1), room(0, 1_000, 100_000)
    (16000, 1024000)
    """
    return 2 * BYTES_A_NUMBER * (shared + per_lane * block_width(per_lane, lanes))


def check_room(nodes: int, lanes: int, needed: int, memory: int) -> None:
    """Refuse what would take more than `memory` bytes.

    Raises:
        MemoryLimitError: it would.
    """
    if needed > memory:
        over, fewer = (f" over {lanes:,} lanes", "fewer samples or ") if lanes > 1 else ("", "")
        message = (
            f"The numbers of {nodes:,} nodes{over} would take {needed / 1e6:,.4g} MB; "
            f"the limit is {memory / 1e6:,.4g} MB. Take {fewer}a smaller graph."
        )
        raise MemoryLimitError(message)


class Tables:
    """Room for one schedule's numbers; for one thread at a time.

    Attributes:
        plan: in what order the graph runs.
        values, gradients: (slots,), of what all lanes share.
        lane_values, lane_gradients: (slots, block), of the others.
    """

    def __init__(self, plan: Schedule, kernels: Kernels, lanes: int = 0) -> None:
        """Make room for blocks of so many of `lanes` lanes as are taken at once."""
        self.plan = plan
        self._kernels = kernels
        self.values, self.gradients = np.zeros(len(plan.one)), np.zeros(len(plan.one))
        shape = (len(plan.lanes), block_width(len(plan.lanes), lanes))
        self.lane_values, self.lane_gradients = _aligned(shape), _aligned(shape)
        self._one, self._lanes = plan.one.tape, plan.lanes.tape
        slot = int(plan.slots[plan.output])
        self._output, self._lane_output = (-1, slot) if plan.output_per_lane else (slot, 0)

    @property
    def output(self) -> float:
        """Return the output, where all lanes share it."""
        return float(self.values[self._output])

    def blocks(self, lanes: int) -> Iterator[tuple[int, int]]:
        """Yield where each block begins, and how many lanes it has."""
        widest = self.lane_values.shape[1]
        for begin in range(0, lanes, widest):
            yield begin, min(widest, lanes - begin)

    def forward_one(self) -> None:
        """Evaluate what all lanes share, and hand it to the lanes."""
        self._kernels.forward_one(
            *self._one, self.values, self.plan.shared, self.lane_values, self.lane_gradients
        )

    def forward_lanes(self, columns: Array, chosen: Chosen, begin: int, width: int) -> float:
        """Evaluate a block; return the sum of the output over its lanes.

        Args:
            columns: (data leaves, samples), C-contiguous.
            chosen: the samples that the lanes are.
            begin: where the block begins among the chosen.
            width: how many lanes it has.
        """
        return self._kernels.forward_lanes(
            *self._lanes, self.lane_values, columns, chosen, begin, width, self._lane_output
        )

    def backward_lanes(self, width: int) -> None:
        """Back-propagate the block that was evaluated last."""
        self._kernels.backward_lanes(
            *self._lanes,
            self.lane_values,
            self.lane_gradients,
            len(self.plan.shared),
            width,
            self._lane_output,
        )

    def backward_one(self, lanes: int = 0) -> None:
        """Back-propagate what all lanes share, from the mean over so many lanes."""
        self._kernels.backward_one(
            *self._one,
            self.values,
            self.gradients,
            self.plan.shared,
            self.lane_gradients,
            lanes,
            self._output,
        )


def _whole_lines(lanes: int) -> int:
    numbers = _CACHE_LINE // BYTES_A_NUMBER
    return -(-lanes // numbers) * numbers


def _aligned(shape: tuple[int, int]) -> Array:
    """Return zeros whose rows begin where a line of the cache does."""
    size = shape[0] * shape[1] * BYTES_A_NUMBER
    raw = np.zeros(size + _CACHE_LINE, np.uint8)
    begin = -raw.ctypes.data % _CACHE_LINE
    return raw[begin : begin + size].view(np.float64).reshape(shape)
