"""from_torch: a PyTorch loss with its whole history as an Expr, element by element.

w = torch.tensor([1.0, -2.0], requires_grad=True)
loss = (w * x).tanh().sum()
from_torch(loss).find("w[1]").grad
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.errors import TorchError
from engine.expr import Expr
from engine.graph import in_evaluation_order
from engine.pytorch.arrays import Array
from engine.pytorch.names import Names, named
from engine.pytorch.reading import Reading
from engine.pytorch.recover import Interval, Pin, bounds, common, simplest
from engine.pytorch.rules import RULES, check, expected
from engine.pytorch.tape import Node, Numbers, is_tensor, numbers, size, tape

LIMIT = 2_000
_ROUGHLY = 4  # what the shapes say is right within this factor; nearer the limit it is counted


def from_torch(loss: Any, names: Mapping[str, Any] | Any = None, *, limit: int = LIMIT) -> Expr:
    """Return what a PyTorch tensor was computed by, as an Expr on which backward() has been run.

    >>> from_torch(3.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    engine.errors.TorchError: from_torch takes the tensor that ... ends with, not float.

    Call it before `loss.backward()`, which lets go of the numbers, or use
    `loss.backward(retain_graph=True)`. Torch is not imported: the tensor is asked for its
    `grad_fn`. Tensors are unrolled into scalars called `w[0][1]`; where PyTorch has one op for
    what is several here (softmax, a loss), it becomes those several. Values are float64, begun
    from the tensors' own numbers. Leaves that require a gradient learn; other tensors that
    PyTorch kept are leaves that don't; plain numbers are constants.

    PyTorch keeps only what its backward pass needs. What it has not kept, such as the 1 of
    `w*x + 1`, is worked out from the numbers it kept further on and from the loss: a tensor of
    the caller's that fits, else one number for all elements, else one for each, with as few digits
    as agree with the rest. Where nothing settles a number, no gradient depends on it, and it is
    chosen so that the loss comes out right.

    Args:
        loss: a tensor of one real number.
        names: tensors by name, or a module; None for the caller's variables, and the parameters
            of modules among them, such as `net.0.weight`.
        limit: how many nodes there may be.

    Raises:
        TorchError: `loss` has no history, or is not one real number; an op has no rule here;
            PyTorch has let go of the numbers; there would be more than `limit` nodes.
    """
    known = Names(named(_around() if names is None else names))
    found = _tape(loss)
    check(found)
    _hold(expected(found), limit * _ROUGHLY, limit, "about ")
    output = _read(found, known, float(numbers(loss).ravel()[0]))
    _hold(len(in_evaluation_order(output)), limit, limit, "")
    output.backward()
    return output


def _around() -> dict[str, Any]:
    """Return the variables of whoever called from_torch, and of the module it was called in."""
    frame = sys._getframe(2)  # noqa: SLF001  CPython's and PyPy's only way to it
    return {
        **frame.f_locals,
        **{k: v for k, v in frame.f_globals.items() if k not in frame.f_locals},
    }


def _tape(loss: Any) -> list[Node]:
    """Return the nodes below a loss; refuse what is none."""
    if not is_tensor(loss):
        kind = type(loss).__name__
        raise TorchError(
            f"from_torch takes the tensor that a PyTorch program ends with, not {kind}."
        )
    if size(loss.shape) != 1:
        shape = "x".join(map(str, loss.shape))
        raise TorchError(f"This tensor has {shape} elements. Take its .sum() or .mean() first.")
    if loss.grad_fn is None:
        raise TorchError(
            "This tensor has no history: nothing that it was computed from requires a gradient, or "
            "it was computed under torch.no_grad(). Make the parameters with requires_grad=True."
        )
    found = tape(loss.grad_fn)
    if any("complex" in node.dtype for node in found):
        raise TorchError("Complex tensors cannot be read: an Expr holds one real number.")
    return found


def _hold(count: int, most: int, limit: int, word: str) -> None:
    if count > most:
        raise TorchError(
            f"That would be {word}{count:,} nodes, more than the limit of {limit:,}. Take "
            f"fewer samples or a smaller network, or pass a larger limit."
        )


def _read(found: list[Node], names: Names, loss: float) -> Expr:
    """Return the output, read again where numbers had to be recovered."""
    first = Reading(names)
    output = first.read(found, RULES)
    precision = max(node.precision for node in found)
    if first.lost:
        pins = {**first.derived, **first.direct, output: Pin(loss, abs(loss) * precision)}
        lost = {leaf for leaves in first.lost.values() for leaf in leaves.ravel()}
        intervals = bounds(output, lost, pins, precision)
        recovered = {
            slot: _recovered(leaves, intervals, names) for slot, leaves in first.lost.items()
        }
        output = Reading(names, recovered).read(found, RULES)
    _agree(output.data, loss, precision)
    return output


def _recovered(leaves: Array, intervals: Mapping[Expr, Interval], names: Names) -> Numbers | Any:
    """Return a tensor of the caller's that fits; else numbers, the same for all where that fits."""
    ranges = [intervals[leaf] for leaf in leaves.ravel()]
    low, high = (np.array(ends).reshape(leaves.shape) for ends in zip(*ranges, strict=True))
    fitting = [tensor for _, tensor in names.given if _fits(tensor, low, high)]
    if fitting:
        return max(fitting, key=lambda tensor: size(tensor.shape))
    shared = common(ranges)
    found = [simplest(shared)] * len(ranges) if shared else [simplest(each) for each in ranges]
    return np.array(found).reshape(leaves.shape)


def _fits(tensor: Any, low: Numbers, high: Numbers) -> bool:
    """Return whether all of a tensor's numbers lie within bounds, some of which are narrow."""
    shape = tuple(tensor.shape)
    dims = zip(reversed(shape), reversed(low.shape), strict=False)
    if len(shape) > low.ndim or any(own not in {1, other} for own, other in dims):
        return False
    found = numbers(tensor)
    narrow = np.isfinite(low) & np.isfinite(high)
    return bool(narrow.any() and ((low <= found) & (found <= high)).all())


def _agree(ours: float, theirs: float, precision: float) -> None:
    """Refuse a reading that comes to another loss than PyTorch did."""
    same = ours == theirs or (math.isnan(ours) and math.isnan(theirs))
    near = math.sqrt(precision)
    if not same and not math.isclose(ours, theirs, rel_tol=near, abs_tol=near):
        raise TorchError(
            f"What was read comes to {ours:.9g}, and PyTorch's loss is {theirs:.9g}: it did not "
            "keep enough. Set requires_grad=True on the tensors that are added or joined."
        )
