"""Tables: a schedule and the room for its numbers; each pass of the kernels, called.

Lanes are taken in blocks small enough for the processor's cache. So the room does not grow with
their number: 16 bytes (a value and a gradient) a node that all lanes share, 16 a node and lane of
one block for the others. The schedule takes 35 to 45 bytes a node, data 8 a column and sample, and
what is asked for lane by lane 8 a node and lane.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

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
_LINE_LANES = _CACHE_LINE // BYTES_A_NUMBER


def block_width(nodes: int, lanes: int) -> int:
    """Return how many lanes are taken at once; depends on nothing else, so neither do sums.

    >>> block_width(1_000, 100), block_width(100_000, 100), block_width(10, 5)
    (56, 16, 8)
    """
    fitting = BLOCK_BYTES // (2 * BYTES_A_NUMBER * max(nodes, 1))
    widest = min(max(fitting // _LINE_LANES * _LINE_LANES, FEWEST_LANES), MOST_LANES)
    blocks = max(_parts(lanes, widest), 1)
    return _parts(_parts(lanes, blocks), _LINE_LANES) * _LINE_LANES


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
        output, lane_output: the output's slot among those that lanes share, or else -1 and its slot
            among the others.
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
        self.output, self.lane_output = (-1, slot) if plan.output_per_lane else (slot, 0)

    def evaluated(self, columns: Array, chosen: Chosen) -> Iterator[tuple[slice, float]]:
        """Evaluate everything, block by block; yield each block once its values are there.

        Args:
            columns: (data leaves, samples), C-contiguous.
            chosen: (lanes,), the samples that the lanes are.

        Yields:
            Which of the lanes the block is, and the sum of the output over them. Nothing where no
            node has a number per lane.
        """
        self.forward_one()
        for block in self.blocks(len(chosen) if len(self.plan.lanes) else 0):
            yield (
                block,
                self._kernels.forward_lanes(
                    *self._lanes,
                    self.lane_values,
                    columns,
                    chosen,
                    block.start,
                    block.stop - block.start,
                    self.lane_output,
                ),
            )

    @property
    def bytes(self) -> int:
        """Return what its numbers take."""
        tables = (self.values, self.gradients, self.lane_values, self.lane_gradients)
        return sum(table.nbytes for table in tables)

    def forward_one(self) -> None:
        """Evaluate what all lanes share."""
        self._kernels.forward_one(
            *self._one, self.values, self.plan.shared, self.lane_values, self.lane_gradients
        )

    def found(self, nodes: Sequence[int], columns: Array, chosen: Chosen) -> tuple[float, Array]:
        """Return the sum of the output over the lanes, and what nodes are in them, (k, lanes)."""
        total, found = 0.0, np.empty((len(nodes), len(chosen)))
        per_lane, slots = self.plan.per_lane[list(nodes)], self.plan.slots[list(nodes)]
        for block, part in self.evaluated(columns, chosen):
            total += part
            width = block.stop - block.start
            found[per_lane, block] = self.lane_values[slots[per_lane], :width]
        found[~per_lane] = self.values[slots[~per_lane], None]
        return total, found

    def blocks(self, lanes: int) -> Iterator[slice]:
        """Yield which lanes are taken together."""
        widest = self.lane_values.shape[1]
        for begin in range(0, lanes, widest):
            yield slice(begin, min(begin + widest, lanes))

    def mean(self, total: float, lanes: int) -> float:
        """Return the output's mean over lanes of this sum; where they share it, itself."""
        return total / lanes if self.plan.output_per_lane else float(self.values[self.output])

    def backward_lanes(self, block: slice) -> None:
        """Back-propagate the block that was evaluated last, if the output differs by lane."""
        if not self.plan.output_per_lane:
            return
        self._kernels.backward_lanes(
            *self._lanes,
            self.lane_values,
            self.lane_gradients,
            len(self.plan.shared),
            block.stop - block.start,
            self.lane_output,
        )

    @property
    def numbers(self) -> tuple[Any, ...]:
        """Return both sections with their numbers, as `descend` takes them."""
        one = (*self._one, self.values, self.gradients)
        return (*one, *self._lanes, self.lane_values, self.lane_gradients, self.plan.shared)

    def backward_one(self, lanes: int = 0) -> None:
        """Back-propagate what all lanes share, from the mean over so many lanes."""
        self._kernels.backward_one(
            *self._one,
            self.values,
            self.gradients,
            self.plan.shared,
            self.lane_gradients,
            lanes,
            self.output,
        )

    def hand_down(self, *operands: Array) -> None:
        """Write what each computed slot that all lanes share hands to its operands, (slots,) each.

        To be called after `backward_one`.
        """
        self._kernels.hand_down(*self._one, self.values, self.gradients, *operands)


def _parts(whole: int, part: int) -> int:
    """Return how many parts hold the whole, the last one perhaps not full."""
    return -(-whole // part)


def _aligned(shape: tuple[int, int]) -> Array:
    """Return zeros whose rows begin where a line of the cache does."""
    size = shape[0] * shape[1] * BYTES_A_NUMBER
    raw = np.zeros(size + _CACHE_LINE, np.uint8)
    begin = -raw.ctypes.data % _CACHE_LINE
    return raw[begin : begin + size].view(np.float64).reshape(shape)
