"""Expr: a number that remembers how it was computed.

>>> x, w, b = Expr(2.0, label="x"), Expr(-3.0, label="w"), Expr(6.88, label="b")
>>> o = (x * w + b).tanh(label="o")
>>> o.backward()
>>> round(o.data, 4), round(w.grad, 4)
(0.7064, 1.0019)
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any, Self, SupportsFloat
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from engine.errors import ExprError
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.native import backward, forward
from engine.ops import OPS, Op
from engine.scopes import Scope, current
from engine.shown import picture_of
from engine.spans import Span

Number = int | float | SupportsFloat
_serials = count()
_kept: dict[ref[Expr], tuple[list[Expr], Graph]] = {}


class Expr:
    """A node of a computation: a leaf, or an op over operands.

    `Expr(2.0, label="x")` makes a leaf; arithmetic and the functions named in OPS make results. A
    value used twice is one node. A number written inline becomes a constant, which never learns.

    Attributes:
        op: its row of OPS; None for a leaf.
        operands: the nodes it is computed from.
        data: its number. Settable on a leaf; call `recalculate` on the output afterwards.
        grad: d output / d this node, from the last `backward` that reached it; 0 before.
        label: its name, or None.
        learnable: whether `learn` moves it; only leaves learn.
        constant: whether it is a number written inline.
        serial: counts the nodes made; an operand's is below its user's.
        scope: what it was made in; None outside of any.
        span: the words of a program that it came from, or None.
    """

    __slots__ = (
        "__weakref__",
        "_constant",
        "_data",
        "_learnable",
        "_now",
        "_op",
        "_operands",
        "_scope",
        "_serial",
        "grad",
        "label",
        "span",
    )
    span: Span | None
    _now: Expr
    __array_ufunc__ = None  # so that a NumPy scalar on the left leaves the operator to us

    def __init__(self, data: Number, *, label: str | None = None, learnable: bool = True) -> None:
        """Make a leaf.

        Raises:
            ExprError: `data` is no real number.
        """
        self._set(None, (), _real(data), label)
        self._learnable = learnable

    @classmethod
    def of(cls, op: Op, *operands: Expr | Number, label: str | None = None) -> Self:
        """Return the result of `op` over `operands`; plain numbers become constants.

        Raises:
            ExprError: the number of operands is not the op's, or one is no real number.
        """
        if len(operands) != len(op.params):
            raise ExprError(arity_message(op, len(operands)))
        nodes = tuple([x if type(x) is Expr else _operand(x) for x in operands])
        self = object.__new__(cls)
        self._set(op, nodes, op.value(*[node._data for node in nodes]), label)
        return self

    @classmethod
    def inline(cls, data: Number) -> Self:
        """Return a constant: a leaf without a name that never learns."""
        self = object.__new__(cls)
        self._set(None, (), _real(data), None)
        self._constant = True
        return self

    def _set(
        self, op: Op | None, operands: tuple[Expr, ...], data: float, label: str | None
    ) -> None:
        self._op = op
        self._operands = operands
        self._data = data
        self._serial = next(_serials)
        self._scope = current()
        self.span = None
        self._constant = self._learnable = False
        self.grad = 0.0
        self.label = label

    @property
    def op(self) -> Op | None:
        """Return its row of OPS; None for a leaf."""
        return self._op

    @property
    def operands(self) -> tuple[Expr, ...]:
        """Return the nodes it is computed from."""
        return self._operands

    @property
    def serial(self) -> int:
        """Return its place among all nodes made."""
        return self._serial

    @property
    def scope(self) -> Scope | None:
        """Return the scope it was made in."""
        return self._scope

    @property
    def constant(self) -> bool:
        """Return whether it is a number written inline."""
        return self._constant

    @property
    def data(self) -> float:
        """Return its number."""
        return self._data

    @data.setter
    def data(self, number: Number) -> None:
        if self._op is not None:
            message = (
                f"{self._op.name} computes this node. Set the data of a leaf, then recalculate."
            )
            raise ExprError(message)
        self._data = _real(number)

    @property
    def learnable(self) -> bool:
        """Return whether `learn` moves it."""
        return self._learnable

    @learnable.setter
    def learnable(self, learns: bool) -> None:
        if learns and (self._op is not None or self._constant):
            message = "Only a leaf made by Expr(...) can learn, not a result or an inline constant."
            raise ExprError(message)
        self._learnable = learns

    def recalculate(self) -> Self:
        """Compute this node and all it depends on anew from the leaves; return it."""
        self._numbers()
        return self

    def backward(self) -> None:
        """Set `grad` on this node and all it depends on to d this / d node.

        Values are brought up to date first. Gradients belong to this pass: nothing needs zeroing.
        """
        nodes, graph, values = self._numbers()
        for node, gradient in zip(nodes, backward(graph, values)[:, 0].tolist(), strict=True):
            node.grad = gradient

    def learn(self, rate: float) -> None:
        """Take one step of gradient descent: each learnable leaf moves by -rate * grad.

        Values above the leaves stay as they were until `recalculate`.
        """
        self.backward()
        for leaf in self.parameters():
            leaf._data -= rate * leaf.grad

    def find(self, label: str) -> Expr | None:
        """Return the first node with this label, in evaluation order, or None."""
        return next((node for node in in_evaluation_order(self) if node.label == label), None)

    def parameters(self) -> list[Expr]:
        """Return the learnable leaves, in the order they were made."""
        return [node for node in self._structure()[0] if node._learnable]

    def _numbers(self) -> tuple[list[Expr], Graph, NDArray[np.float64]]:
        nodes, graph = self._structure()
        values = forward(graph, leaf_numbers(nodes))
        for node, value in zip(nodes, values[:, 0].tolist(), strict=True):
            node._data = value
        return nodes, graph, values

    def _structure(self) -> tuple[list[Expr], Graph]:
        """Return what this node depends on, itself last; kept for the last node that asked."""
        kept = _kept.get(ref(self))
        if kept is None:
            nodes = in_evaluation_order(self)
            kept = nodes[:-1], Graph.of_nodes(nodes, self)  # without itself, so that it can go
            _kept.clear()
            _kept[ref(self, _forget)] = kept
        below, graph = kept
        return [*below, self], graph

    def __repr__(self) -> str:
        """Return label, value and gradient; never the number graph."""
        name = f", label={self.label!r}" if self.label else ""
        return f"Expr(data={self._data!r}, grad={self.grad!r}{name})"

    def _repr_svg_(self) -> str | None:
        """Return the picture that a notebook shows; nothing is changed by it."""
        return picture_of(self)

    def __add__(self, other: Any) -> Expr:
        """Return self + other."""
        return _binary("add", self, other)

    def __radd__(self, other: Any) -> Expr:
        """Return other + self; the 0 that `sum` starts from adds no node."""
        return self if type(other) is int and other == 0 else _binary("add", other, self)

    def __sub__(self, other: Any) -> Expr:
        """Return self - other."""
        return _binary("sub", self, other)

    def __rsub__(self, other: Any) -> Expr:
        """Return other - self."""
        return _binary("sub", other, self)

    def __mul__(self, other: Any) -> Expr:
        """Return self * other."""
        return _binary("mul", self, other)

    def __rmul__(self, other: Any) -> Expr:
        """Return other * self."""
        return _binary("mul", other, self)

    def __truediv__(self, other: Any) -> Expr:
        """Return self / other."""
        return _binary("div", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        """Return other / self."""
        return _binary("div", other, self)

    def __pow__(self, other: Any) -> Expr:
        """Return self ** other."""
        return _binary("pow", self, other)

    def __rpow__(self, other: Any) -> Expr:
        """Return other ** self."""
        return _binary("pow", other, self)

    def __neg__(self) -> Expr:
        """Return -self."""
        return Expr.of(OPS["neg"], self)

    def __pos__(self) -> Expr:
        """Return the node itself."""
        return self

    def __abs__(self) -> Expr:
        """Return |self|."""
        return Expr.of(OPS["abs"], self)


class Moved(Expr):
    """A leaf whose number a program has changed: what is built from now on uses another leaf.

    What was built before keeps the number that it was computed with.
    """

    __slots__ = ()


def present(leaf: Expr) -> Expr:
    """Return the leaf that stands for a leaf now: itself, unless a program has moved it."""
    return leaf._now if type(leaf) is Moved else leaf


def move(leaf: Expr, number: Number) -> Expr:
    """Give a leaf another number for all that is built from now on; return the leaf that has it.

    Raises:
        ExprError: it is no leaf, or `number` is no real number.
    """
    before = present(leaf)
    if before.op is not None:
        before.data = number  # says why not
    after = Expr(number, label=before.label, learnable=before.learnable)
    after._constant, after._scope = before._constant, before._scope
    after.span, after.grad = before.span, before.grad
    leaf.__class__ = Moved
    leaf._now = after
    return after


def _operand(x: Any) -> Expr:
    """Return what an op is built on: the leaf that stands for a leaf now; a constant."""
    return present(x) if isinstance(x, Expr) else Expr.inline(x)


def _forget(gone: ref[Expr]) -> None:
    _kept.pop(gone, None)


def arity_message(op: Op, given: int) -> str:
    """Return the sentence for a wrong number of operands.

    >>> arity_message(OPS["tanh"], 2)
    'tanh takes one operand, tanh(x), not 2.'
    """
    many = ("no operands", "one operand", "two operands")[op.arity]
    return f"{op.name} takes {many}, {op.name}({', '.join(op.params)}), not {given}."


def _real(number: Any) -> float:
    """Return a number as a float; an int beyond the largest float is infinite."""
    if not isinstance(number, numbers.Real | Decimal):
        message = f"An Expr holds one real number, not {_kind(number)}."
        raise ExprError(message)
    size: Any = number
    try:
        return float(size)
    except OverflowError:
        return math.inf if size > 0 else -math.inf


def _kind(thing: Any) -> str:
    kind = type(thing).__name__
    return f"a {kind}" + (f" ({thing!r})" if isinstance(thing, str | complex) else "")


def _binary(name: str, left: Any, right: Any) -> Expr:
    for operand in (left, right):
        if not isinstance(operand, Expr | numbers.Real | Decimal):
            return NotImplemented  # type: ignore[no-any-return] # Python's own signal
    return Expr.of(OPS[name], left, right)


def _function(op: Op) -> Callable[..., Expr]:
    """Return `op` as a function of Exprs and numbers, which serves as a method too."""

    def apply(*operands: Expr | Number, label: str | None = None) -> Expr:
        return Expr.of(op, *operands, label=label)

    apply.__name__ = apply.__qualname__ = op.name
    apply.__doc__ = f"Return {op.forward}. {op.why}"
    return apply


FUNCTIONS = {name: _function(op) for name, op in OPS.items()}
for _name, _apply in FUNCTIONS.items():
    setattr(Expr, _name, _apply)
