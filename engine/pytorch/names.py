"""What the tensors of a PyTorch program are called: by its variables and its modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from engine.errors import TorchError
from engine.pytorch.tape import dtype_of, is_tensor, size

MOST_ITEMS = 1_000  # tensors in one list that are looked at

Named = tuple[str, Any]


class Names:
    """The names of tensors.

    Attributes:
        leaves: by the id of a tensor that gradients end at.
        results: by the autograd node that made it and its place among that node's results: its
            name, and the tensor.
        given: tensors that no gradient is wanted of, which have numbers in memory.
    """

    def __init__(self, named: Iterator[Named]) -> None:
        self.leaves: dict[int, str] = {}
        self.results: dict[tuple[Any, int], Named] = {}
        self.given: list[Named] = []
        for name, tensor in named:
            if tensor.grad_fn is not None:
                self.results.setdefault((tensor.grad_fn, tensor.output_nr), (name, tensor))
            elif tensor.requires_grad:
                self.leaves.setdefault(id(tensor), name)
            elif _lies_in_memory(tensor):
                self.given.append((name, tensor))

    def at(self, address: int) -> str | None:
        """Return what the element at an address in memory is called, such as x[3]."""
        for name, tensor in self.given:
            place, rest = divmod(address - tensor.data_ptr(), tensor.element_size())
            if not rest and 0 <= place < size(tensor.shape):
                return element_name(name, np.unravel_index(place, tuple(tensor.shape)))
        return None


def _lies_in_memory(tensor: Any) -> bool:
    """Return whether a tensor has real numbers, one after the other."""
    if "complex" in dtype_of(tensor) or "sparse" in str(getattr(tensor, "layout", "")):
        return False
    return bool(size(tensor.shape) and tensor.is_contiguous() and tensor.data_ptr())


def element_name(name: str, index: tuple[Any, ...]) -> str:
    """Return the name of one element of a tensor.

    >>> element_name("w", (0, 1)), element_name("loss", ())
    ('w[0][1]', 'loss')
    """
    return name + "".join(f"[{int(place)}]" for place in index)


def element_names(name: str, shape: tuple[int, ...]) -> list[str]:
    """Return the names of all elements of a tensor, row by row."""
    return [element_name(name, index) for index in np.ndindex(*shape)]


def named(names: Any) -> Iterator[Named]:
    """Yield the tensors of a mapping from names, or of a module, with what they are called.

    A module's parameters come before all else: the last one is often some loop's variable too.

    Raises:
        TorchError: `names` is neither.
    """
    if not isinstance(names, Mapping):
        if not hasattr(type(names), "named_parameters"):
            raise TorchError("names are a dictionary of tensors, or a module with its parameters.")
        yield from names.named_parameters()
        return
    items = [
        (name, thing)
        for name, thing in list(names.items())
        if isinstance(name, str) and not name.startswith("_")
    ]
    for name, thing in items:
        if hasattr(type(thing), "named_parameters"):
            for path, parameter in thing.named_parameters():
                yield f"{name}.{path}", parameter
    yield from ((name, thing) for name, thing in items if is_tensor(thing))
    for name, thing in items:
        for key, one in islice(_contents(thing), MOST_ITEMS):
            if is_tensor(one):
                yield f"{name}[{key!r}]", one


def _contents(thing: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(thing, dict):
        yield from thing.items()
    elif isinstance(thing, list | tuple):
        yield from enumerate(thing)
