"""Rules for ops that move elements to other places: no node is made, the same ones are shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.errors import TorchError
from engine.pytorch.arrays import Array
from engine.pytorch.reading import Place, Rule
from engine.pytorch.tape import Shape


def _moved(move: Callable[[Place, Array], Array]) -> Rule:
    return lambda at: move(at, at.given(0))


def _permuted(at: Place, x: Array) -> Array:
    return x.transpose([dim % x.ndim for dim in at.saved("dims")])


def _transposed(at: Place, x: Array) -> Array:
    return np.swapaxes(x, at.saved("dim0"), at.saved("dim1")) if x.ndim else x


def _slice(at: Place, x: Array) -> Array:
    rows = np.moveaxis(x, at.saved("dim"), 0)
    part = rows[slice(at.saved("start", 0), at.saved("end"), at.saved("step", 1))]
    return np.moveaxis(part, 0, at.saved("dim"))


def _index(at: Place, x: Array) -> Array:
    kept = at.saved("indices")
    listed = [slice(None) if each is None else np.array(each.tolist()) for each in kept]
    return np.asarray(x[tuple(listed)], object).reshape(at.shape)


def _gather(at: Place, x: Array) -> Array:
    places = at.places("index")
    dim = at.saved("dim") % max(x.ndim, 1)
    if not x.ndim:
        return x
    corner = [slice(None) if axis == dim else slice(n) for axis, n in enumerate(places.shape)]
    return np.take_along_axis(x[tuple(corner)], places, dim)


def _chosen(at: Place, x: Array) -> Array:
    """Return the elements of each row that sort or topk chose, in that order."""
    return np.take_along_axis(x, at.places("indices"), at.saved("dim")) if x.ndim else x


def _pieces(at: Place) -> tuple[Array, ...]:
    """Return x cut along a dimension, at the sizes that the results have."""
    x, dim = at.given(0), at.saved("dim")
    ends = np.cumsum([shape[dim] for shape in at.node.shapes])[:-1]
    return tuple(np.split(x, ends.tolist(), dim))


def _unbound(at: Place) -> tuple[Array, ...]:
    rows = np.moveaxis(at.given(0), at.saved("dim"), 0)
    return tuple(np.asarray(row, object) for row in rows)


def _stack(at: Place) -> Array:
    dim = at.saved("dim") % len(at.shape)
    shape = at.shape[:dim] + at.shape[dim + 1 :]
    parts = [at.given(slot, shape=shape) for slot in range(len(at.inputs))]
    return np.stack(parts, dim)


def _cat(at: Place) -> Array:
    dim = at.saved("dim") % len(at.shape)
    parts = [
        at.given(slot, shape=_part(at, dim) if source is None else None)
        for slot, source in enumerate(at.inputs)
    ]
    return np.concatenate(parts, dim)


def _part(at: Place, dim: int) -> Shape:
    """Return the shape of the one tensor in a cat that is not in the graph."""
    known = sum(each.shape[dim] for each in at.inputs if each is not None)
    left, count = at.shape[dim] - known, sum(each is None for each in at.inputs)
    if left % count:
        raise TorchError(
            "Tensors of different sizes that want no gradient were joined by torch.cat; how large "
            "each was is lost. Set requires_grad=True on them."
        )
    return (*at.shape[:dim], left // count, *at.shape[dim + 1 :])


def _triangle(keep: Callable[[Array, int], Array]) -> Callable[[Place, Array], Array]:
    def move(at: Place, x: Array) -> Array:
        kept = keep(np.ones(x.shape, bool), at.saved("diagonal", 0))
        return np.where(kept, x, 0.0)

    return move


def _roll(at: Place, x: Array) -> Array:
    shifts, dims = at.saved("shifts"), at.saved("dims")
    return np.roll(x, shifts, dims) if dims else np.roll(x, shifts[0])


_AS_IT_LIES = _moved(lambda at, x: x.reshape(at.shape))

SHAPING: Mapping[str, Rule] = {
    "View": _AS_IT_LIES,
    "UnsafeView": _AS_IT_LIES,
    "ReshapeAlias": _AS_IT_LIES,
    "Squeeze": _AS_IT_LIES,
    "Unsqueeze": _AS_IT_LIES,
    "Clone": _AS_IT_LIES,
    "Alias": _AS_IT_LIES,
    "Expand": _moved(lambda at, x: np.broadcast_to(x, at.shape)),
    "T": _moved(lambda _, x: x.T),
    "Transpose": _moved(_transposed),
    "Permute": _moved(_permuted),
    "Select": _moved(lambda at, x: np.take(x, at.saved("index"), at.saved("dim"))),
    "Slice": _moved(_slice),
    "Index": _moved(_index),
    "IndexSelect": _moved(lambda at, x: np.take(x, at.places("index"), at.saved("dim"))),
    "Take": _moved(lambda at, x: x.ravel()[at.places("index")]),
    "Gather": _moved(_gather),
    "Embedding": _moved(lambda at, x: x[at.places("indices")]),
    "Sort": _moved(_chosen),
    "Topk": _moved(_chosen),
    "Diagonal": _moved(
        lambda at, x: np.diagonal(x, at.saved("offset"), at.saved("dim1"), at.saved("dim2"))
    ),
    "Flip": _moved(lambda at, x: np.flip(x, at.saved("dims"))),
    "Roll": _moved(_roll),
    "Repeat": _moved(lambda at, x: np.tile(x, at.saved("repeats"))),
    "Tril": _moved(_triangle(np.tril)),
    "Triu": _moved(_triangle(np.triu)),
    "Unbind": _unbound,
    "Split": _pieces,
    "SplitWithSizes": _pieces,
    "UnsafeSplit": _pieces,
    "Stack": _stack,
    "Cat": _cat,
}
