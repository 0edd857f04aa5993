"""Tensors as arrays of Exprs; an element that is a plain number becomes a constant where used."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.expr import Expr
from engine.ops import OPS
from engine.pytorch.tape import Shape

Element = Expr | float
Array = NDArray[np.object_]


def array(elements: Iterable[Element], shape: Shape) -> Array:
    """Return elements, row by row, as an array of a shape."""
    listed = list(elements)
    made = np.empty(len(listed), object)
    made[:] = listed
    return made.reshape(shape)


def apply(name: str, *operands: Element) -> Element:
    """Return an op over elements; over plain numbers alone it is a plain number again."""
    if any(isinstance(each, Expr) for each in operands):
        return Expr.of(OPS[name], *operands)
    return OPS[name].value(*operands)


def each(name: str, *operands: Array | float) -> Array:
    """Return an op of OPS over arrays, element by element, broadcasting as NumPy does."""
    over = [np.asarray(operand, object) for operand in operands]
    shape = np.broadcast_shapes(*(operand.shape for operand in over))
    rows = zip(*(np.broadcast_to(operand, shape).ravel() for operand in over), strict=True)
    return array((apply(name, *row) for row in rows), shape)


def scaled(x: Array, factor: float) -> Array:
    """Return x times a plain number, which is x itself where it is 1."""
    return x if factor == 1 else each("mul", x, float(factor))


def total(elements: Sequence[Element]) -> Element:
    """Return a sum, added up from the left; 0 of none."""
    return reduce(lambda a, b: apply("add", a, b), elements) if len(elements) else 0.0


def product(elements: Sequence[Element]) -> Element:
    """Return a product, from the left; 1 of none."""
    return reduce(lambda a, b: apply("mul", a, b), elements) if len(elements) else 1.0


def mean(elements: Sequence[Element]) -> Element:
    """Return the sum through the count; of one element itself."""
    summed = total(elements)
    return apply("div", summed, float(len(elements))) if len(elements) != 1 else summed


def value(element: Element) -> float:
    """Return the present number of an element."""
    return element.data if isinstance(element, Expr) else element


def values(elements: Array) -> NDArray[np.float64]:
    """Return the present numbers of an array."""
    return np.array([value(element) for element in elements.ravel()], float).reshape(elements.shape)


def lines(x: Array, dims: Any) -> Array:
    """Return x as rows along some dimensions; all of them where `dims` is empty or None.

    Returns:
        (rows, elements of a row), the rows in the order of the other dimensions.
    """
    axes = axes_of(x, dims)
    moved = np.moveaxis(x, axes, range(-len(axes), 0)) if axes else x
    kept = x.ndim - len(axes)
    return moved.reshape(math.prod(moved.shape[:kept]), math.prod(moved.shape[kept:]))


def axes_of(x: Array, dims: Any) -> tuple[int, ...]:
    """Return dimensions as PyTorch names them, counted from 0 and in order."""
    if dims is None or dims == ():
        return tuple(range(x.ndim))
    listed = dims if isinstance(dims, tuple) else (dims,)
    return tuple(sorted(dim % x.ndim for dim in listed)) if x.ndim else ()


def along(x: Array, dim: int, rule: Callable[[list[Element]], Sequence[Element]]) -> Array:
    """Return x with every row along a dimension replaced by what a rule makes of it."""
    if not x.ndim:
        return array(rule(list(x.ravel())), ())
    moved = np.moveaxis(x, dim, -1)
    rows = moved.reshape(-1, moved.shape[-1]) if moved.size else moved.reshape(0, 1)
    made = array((element for row in rows for element in rule(list(row))), moved.shape)
    return np.moveaxis(made, -1, dim)


def over(x: Array, dims: Any, rule: Callable[[list[Element]], Element], shape: Shape) -> Array:
    """Return a rule applied to every row along dimensions, in a shape."""
    return array((rule(list(row)) for row in lines(x, dims)), shape)


def times(a: Array, b: Array) -> Array:
    """Return the matrix product of (..., n, k) and (..., k, m), or a vector on either side."""
    left = a if a.ndim > 1 else a[None, :]
    right = b if b.ndim > 1 else b[:, None]
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    n, k, m = left.shape[-2], left.shape[-1], right.shape[-1]
    left = np.broadcast_to(left, (*batch, n, k)).reshape(-1, n, k)
    right = np.broadcast_to(right, (*batch, k, m)).reshape(-1, k, m)
    made = (
        total([apply("mul", *pair) for pair in zip(row, column, strict=True)])
        for one, other in zip(left, right, strict=True)
        for row in one
        for column in other.T
    )
    outer = (() if a.ndim == 1 else (n,)) + (() if b.ndim == 1 else (m,))
    return array(made, (*batch, *outer))
