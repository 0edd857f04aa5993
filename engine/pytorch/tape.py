"""The autograd graph behind a tensor, as a list of nodes; PyTorch's own are only looked at."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from engine.errors import TorchError

Numbers = NDArray[np.float64]
Shape = tuple[int, ...]

# without a number at its end it is the name of a class that somebody has written in Python
_KIND = re.compile(r"(?:.*::)?(.*?)(?:Backward\d+(?:_copy)?)?")
_WRAPS = 2**63  # from here on a saved integer is a negative one, which PyTorch keeps unsigned
_PRECISIONS = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
LEAF = "AccumulateGrad"

GONE = (
    "PyTorch has let go of the numbers that this graph was computed with, as backward() does. Call "
    "from_torch before backward(), or use backward(retain_graph=True)."
)
CHANGED = (
    "A tensor of this graph was changed in place after it was used, so its number is lost. Compute "
    "the loss again, and write x = x + 1 where it says x += 1."
)
OLD = "This graph does not say the shapes of its results. PyTorch 2.2 and later do."


@dataclass(frozen=True, eq=False)
class Node:
    """One node of an autograd graph: an op that made tensors, or a tensor that gradients end at.

    Attributes:
        function: PyTorch's node.
        inputs: for each tensor it was computed from the node that made it, and which of that node's
            results it is; None where no gradient is wanted.
        shapes: the shape of each result.
        dtype: what the first result is made of, such as float32.
    """

    function: Any
    inputs: tuple[tuple[Node, int] | None, ...]
    shapes: tuple[Shape, ...]
    dtype: str

    @property
    def name(self) -> str:
        """Return what PyTorch calls it, such as TanhBackward0."""
        return str(self.function.name())

    @property
    def kind(self) -> str:
        """Return the op's name alone, such as Tanh."""
        found = _KIND.fullmatch(self.name)
        return found[1] if found else self.name

    @property
    def variable(self) -> Any:
        """Return the tensor that gradients end at."""
        return self.function.variable

    @property
    def precision(self) -> float:
        """Return how far the next number above 1 is, as a share of it."""
        return _PRECISIONS.get(self.dtype, 2.0**-7)

    def input_shape(self, slot: int) -> Shape | None:
        """Return the shape of an input that gradients go to."""
        source = self.inputs[slot] if slot < len(self.inputs) else None
        return source[0].shapes[source[1]] if source else None

    def saved(self, name: str) -> Any:
        """Return what the op kept under a name: a tensor, a number, a tuple; None for nothing.

        Raises:
            TorchError: it is gone, or was changed since.
        """
        try:
            return _signed(getattr(self.function, f"_saved_{name}", None))
        except RuntimeError as error:
            raise TorchError(CHANGED if "inplace" in str(error) else GONE) from error


def tape(root: Any) -> list[Node]:
    """Return the nodes below an autograd function, inputs first, itself last."""
    made: dict[Any, Node] = {}
    waiting = [root]
    while waiting:
        function = waiting[-1]
        below = [each for each, _ in function.next_functions if each is not None]
        missing = [each for each in reversed(below) if each not in made]
        if missing and function not in made:
            waiting.extend(missing)
            continue
        waiting.pop()
        if function not in made:
            made[function] = _node(function, made)
    return list(made.values())


def _node(function: Any, made: dict[Any, Node]) -> Node:
    inputs = tuple(
        None if each is None else (made[each], place) for each, place in function.next_functions
    )
    variable = getattr(function, "variable", None)
    results = getattr(function, "_input_metadata", None) if variable is None else (variable,)
    if not results:
        raise TorchError(OLD)
    shapes = tuple(tuple(map(int, each.shape)) for each in results)
    return Node(function, inputs, shapes, dtype_of(results[0]))


def dtype_of(tensor: Any) -> str:
    """Return what a tensor is made of, such as float32."""
    return str(tensor.dtype).rpartition(".")[2]


def is_tensor(thing: Any) -> TypeGuard[Any]:
    """Return whether something looks like a tensor, by its type alone."""
    return all(hasattr(type(thing), name) for name in ("grad_fn", "requires_grad", "tolist"))


def numbers(tensor: Any) -> Numbers:
    """Return a tensor's numbers as float64, in its shape."""
    return np.array(tensor.detach().tolist(), np.float64).reshape(tuple(tensor.shape))


def size(shape: Iterable[int] | None) -> int:
    """Return how many elements a shape has."""
    return 0 if shape is None else math.prod(shape)


def _signed(value: Any) -> Any:
    """Return a saved value with its integers signed, lists as tuples."""
    if isinstance(value, list | tuple):
        return tuple(map(_signed, value))
    return value - 2 * _WRAPS if isinstance(value, int) and value >= _WRAPS else value
