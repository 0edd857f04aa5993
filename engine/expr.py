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
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Protocol, Self, SupportsFloat

import numpy as np

from engine.errors import ExprError
from engine.graph import in_evaluation_order
from engine.native import backward, forward
from engine.ops import OPS, Op
from engine.scopes import Scope, current
from engine.shown import image_of, picture_of
from engine.spans import Span
from engine.tapes import Tape, tape_of

Number = int | float | SupportsFloat
_serials = count()


class _Unary(Protocol):
    def __call__(self, *, label: str | None = None) -> Expr: ...


class _Binary(Protocol):
    def __call__(self, other: Expr | Number, /, *, label: str | None = None) -> Expr: ...


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
        "_grad",
        "_label",
        "_learnable",
        "_now",
        "_operands",
        "_place",
        "_row",
        "_scope",
        "_serial",
        "_tape",
        "span",
    )
    span: Span | None
    _now: Expr
    _place: int
    _tape: Tape | None
    __array_ufunc__ = None  # so that a NumPy scalar on the left leaves the operator to us

    if TYPE_CHECKING:  # what OPS sets below, for those who read types: a test holds it to the rows
        add: _Binary
        sub: _Binary
        mul: _Binary
        div: _Binary
        pow: _Binary
        neg: _Unary
        exp: _Unary
        log: _Unary
        sqrt: _Unary
        sin: _Unary
        cos: _Unary
        tan: _Unary
        asin: _Unary
        acos: _Unary
        atan: _Unary
        sinh: _Unary
        cosh: _Unary
        tanh: _Unary
        sigmoid: _Unary
        relu: _Unary
        leaky_relu: _Unary
        elu: _Unary
        gelu: _Unary
        softplus: _Unary
        abs: _Unary
        max: _Binary
        min: _Binary
        equal: _Binary
        below: _Binary
        at_most: _Binary
        when: _Binary
        unless: _Binary
        erf: _Unary

    def __init__(self, data: Number, *, label: str | None = None, learnable: bool = True) -> None:
        """Make a leaf.

        Raises:
            ExprError: `data` is no real number.
        """
        self._set(None, (), _real(data), _label(label))
        self._learnable = learnable

    @classmethod
    def of(cls, op: Op, *operands: Expr | Number, label: str | None = None) -> Self:
        """Return the result of `op` over `operands`; plain numbers become constants.

        >>> Expr.of(OPS["mul"], Expr(3.0), 2, label="double")
        Expr(data=6.0, grad=0.0, label='double')

        Raises:
            ExprError: the number of operands is not the op's, or one is no real number.
        """
        return cls.over(op, tuple([x if type(x) is Expr else _operand(x) for x in operands]), label)

    @classmethod
    def over(cls, op: Op, nodes: tuple[Expr, ...], label: str | None = None) -> Self:
        """Return the result of `op` over nodes as they are, also over a leaf that has moved on.

        Raises:
            ExprError: the number of nodes is not the op's.
        """
        if len(nodes) != len(op.params):
            raise ExprError(arity_message(op, len(nodes)))
        data = op.value(*[x._data if x._tape is None else x.data for x in nodes])
        self = object.__new__(cls)
        self._set(op, nodes, data, _label(label))
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
        self._row = op
        self._operands = operands
        self._data = data
        self._grad = 0.0
        self._tape = None
        self._serial = next(_serials)
        self._scope = current()
        self.span = None
        self._constant = self._learnable = False
        self._label = label

    @property
    def op(self) -> Op | None:
        """Return its row of OPS; None for a leaf."""
        return self._row

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
        return self._data if self._tape is None else self._tape.values.item(self._place)

    @data.setter
    def data(self, number: Number) -> None:
        if self._row is not None:
            message = (
                f"{self._row.name} computes this node. Set the data of a leaf, then recalculate."
            )
            raise ExprError(message)
        if self._constant:
            raise ExprError("A number written inline stays as it is. Make a leaf: Expr(2.0).")
        if self._tape is None:
            self._data = _real(number)
        else:
            self._tape.values[self._place] = _real(number)

    @property
    def grad(self) -> float:
        """Return d output / d this node, from the last `backward` that reached it."""
        return self._grad if self._tape is None else self._tape.grads.item(self._place)

    @grad.setter
    def grad(self, number: Number | None) -> None:
        gradient = 0.0 if number is None else _real(number)
        if self._tape is None:
            self._grad = gradient
        else:
            self._tape.grads[self._place] = gradient

    @property
    def label(self) -> str | None:
        """Return its name, or None."""
        return self._label

    @label.setter
    def label(self, name: str | None) -> None:
        self._label = _label(name)

    @property
    def learnable(self) -> bool:
        """Return whether `learn` moves it."""
        return self._learnable

    @learnable.setter
    def learnable(self, learns: bool) -> None:
        if learns and (self._row is not None or self._constant):
            message = "Only a leaf made by Expr(...) can learn, not a result or an inline constant."
            raise ExprError(message)
        self._learnable = learns

    @property
    def _op(self) -> str:
        """Return the sign of its op, empty for a leaf; what draws micrograd's graphs asks it."""
        return self._row.badge if self._row else ""

    @property
    def _prev(self) -> set[Expr]:
        """Return its operands, each once; what draws micrograd's graphs asks them."""
        return set(self._operands)

    def recalculate(self) -> Self:
        """Compute this node and all it depends on anew from the leaves; return it.

        >>> x = Expr(3.0)
        >>> y = x * x
        >>> x.data = 4.0
        >>> y.recalculate().data
        16.0
        """
        self._evaluated()
        return self

    def backward(self) -> None:
        """Set `grad` on this node and all it depends on to d this / d node.

        Values are brought up to date first. Gradients belong to this pass: nothing needs zeroing.

        >>> x = Expr(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        tape = self._evaluated()
        tape.grads = backward(tape.graph, tape.values)

    def learn(self, rate: float) -> None:
        """Take one step of gradient descent: each learnable leaf moves by -rate * grad.

        Values above the leaves stay as they were until `recalculate`.

        >>> w = Expr(1.0)
        >>> loss = (w - 3) ** 2
        >>> for _ in range(50):
        ...     loss.learn(0.2)
        >>> round(w.data, 6), round(loss.recalculate().data, 6)
        (3.0, 0.0)
        """
        rate = _real(rate)
        tape = self._evaluated()
        tape.grads = backward(tape.graph, tape.values)
        moved = [place for place, _ in tape.learning()]
        tape.values[moved] -= rate * tape.grads[moved]

    def find(self, label: str) -> Expr | None:
        """Return the first node with this label, in evaluation order, or None.

        >>> y = Expr(3.0, label="x") * 2
        >>> y.find("x"), y.find("z")
        (Expr(data=3.0, grad=0.0, label='x'), None)
        """
        return next((node for node in in_evaluation_order(self) if node.label == label), None)

    def parameters(self) -> list[Expr]:
        """Return the learnable leaves, in the order they were made.

        >>> x, w = Expr(2.0, label="x", learnable=False), Expr(3.0, label="w")
        >>> (x * w).parameters()
        [Expr(data=3.0, grad=0.0, label='w')]
        """
        return [leaf for _, leaf in tape_of(self).learning()]

    def copy(self) -> Expr:
        """Return an independent copy of this node and all it stands on.

        What is shared stays shared inside the copy; nothing is shared with the original. To use a
        value twice, use the node twice: `x * x` has one x.

        >>> x = Expr(3.0, label="x")
        >>> y = x * x
        >>> other = y.copy()
        >>> other.find("x").data = 5.0
        >>> other.recalculate().data, y.recalculate().data
        (25.0, 9.0)
        """
        return self.__deepcopy__({})

    def __copy__(self) -> Expr:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Expr:
        for node in in_evaluation_order(self):
            if id(node) not in memo:
                memo[id(node)] = node._again(tuple([memo[id(x)] for x in node._operands]))
        copied: Expr = memo[id(self)]
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is pickled: as its leaves, and the results over them row by row."""
        if self._row is None:
            return _leaf, (self._marks(), self._learnable, self._constant)
        nodes = in_evaluation_order(self)
        leaves = [node for node in nodes if node._row is None]
        results = [node for node in nodes if node._row is not None]
        places = {node: place for place, node in enumerate([*leaves, *results])}
        rows = [
            (node.op and node.op.name, [places[x] for x in node._operands], node._marks())
            for node in results
        ]
        return _result, (leaves, rows)

    def _again(self, operands: tuple[Expr, ...]) -> Expr:
        """Return a new node like this one over these operands."""
        node = _marked(self._row, operands, self._marks())
        node._constant, node._learnable = self._constant, self._learnable
        return node

    def _marks(self) -> tuple[Any, ...]:
        return self.data, self.grad, self._label, self._scope, self.span

    def _evaluated(self) -> Tape:
        tape = tape_of(self)
        tape.values = forward(tape.graph, tape.values)
        return tape

    def __repr__(self) -> str:
        """Return label, value and gradient; never the number graph."""
        name = f", label={self.label!r}" if self.label else ""
        return f"Expr(data={self.data!r}, grad={self.grad!r}{name})"

    def _repr_svg_(self) -> str | None:
        """Return the picture that a notebook shows; nothing is changed by it."""
        return picture_of(self)

    def _repr_html_(self) -> str | None:
        """Return it for front ends that trust no SVG, or let it be cut off."""
        return image_of(self)

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


def _leaf(marks: tuple[Any, ...], learns: bool, constant: bool) -> Expr:  # noqa: FBT001  as pickled
    leaf = _marked(None, (), marks)
    leaf._learnable, leaf._constant = learns, constant
    return leaf


def _result(leaves: list[Expr], rows: list[tuple[str, list[int], tuple[Any, ...]]]) -> Expr:
    nodes = [*leaves]
    for name, operands, marks in rows:
        nodes.append(_marked(OPS[name], tuple([nodes[place] for place in operands]), marks))
    return nodes[-1]


def _marked(op: Op | None, operands: tuple[Expr, ...], marks: tuple[Any, ...]) -> Expr:
    data, gradient, label, made_in, span = marks
    node = object.__new__(Expr)
    node._set(op, operands, data, label)
    node._grad, node._scope, node.span = gradient, made_in, span
    return node


def _operand(x: Any) -> Expr:
    """Return what an op is built on: the leaf that stands for a leaf now; a constant."""
    return present(x) if isinstance(x, Expr) else Expr.inline(x)


def check_expr(thing: Any, who: str) -> None:
    """Refuse what is no Expr.

    Raises:
        ExprError: `who` takes one.
    """
    if not isinstance(thing, Expr):
        raise ExprError(f"{who} takes an Expr, not {_kind(thing)}.")


def arity_message(op: Op, given: int) -> str:
    """Return the sentence for a wrong number of operands.

    >>> arity_message(OPS["tanh"], 2)
    'tanh takes one operand, tanh(x), not 2.'
    """
    many = ("no operands", "one operand", "two operands")[op.arity]
    return f"{op.name} takes {many}, {op.name}({', '.join(op.params)}), not {given}."


def _label(name: Any) -> str | None:
    if name is None or isinstance(name, str):
        return name
    raise ExprError(f"A label is a text or None, not {_kind(name)}.")


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
    except ValueError:  # a Decimal that signals: it is no number
        return math.nan


# what is no real number and has no arithmetic with Exprs of its own: refused with a sentence
_NO_NUMBERS = (
    str,
    bytes,
    complex,
    list,
    tuple,
    dict,
    set,
    np.ndarray,
    np.complexfloating,
    type(None),
)


def _kind(thing: Any) -> str:
    if thing is None:
        return "None"
    if isinstance(thing, np.ndarray):
        way = "take its items one by one" if thing.shape else "take its .item()"
        return f"an array of shape {thing.shape}; {way}"
    kind = type(thing).__name__
    article = "an" if kind[0] in "aeio" else "a"
    return f"{article} {kind}" + (f" ({short(thing)})" if isinstance(thing, str | complex) else "")


def _binary(name: str, left: Any, right: Any) -> Expr:
    for operand in (left, right):
        if isinstance(operand, _NO_NUMBERS):
            raise ExprError(
                f"{OPS[name].badge} takes Exprs and real numbers, not {_kind(operand)}."
            )
        if not isinstance(operand, Expr | numbers.Real | Decimal):
            return NotImplemented  # type: ignore[no-any-return] # Python's own signal
    return Expr.of(OPS[name], left, right)


def _function(op: Op) -> Callable[..., Expr]:
    """Return `op` as a function of Exprs and numbers, which serves as a method too."""

    def apply(*operands: Expr | Number, label: str | None = None) -> Expr:
        return Expr.of(op, *operands, label=label)

    apply.__name__ = apply.__qualname__ = op.name
    apply.__doc__ = f"Return {op.forward}. {op.why}\n\n{_example(op)}"
    return apply


def _example(op: Op) -> str:
    """Return the row's example as a session, which the tests run."""
    first, *others, result = op.example
    given = ", ".join(map(repr, others))
    return f">>> Expr({first!r}).{op.name}({given}).data\n{result!r}\n"


FUNCTIONS = {name: _function(op) for name, op in OPS.items()}
for _name, _apply in FUNCTIONS.items():
    setattr(Expr, _name, _apply)
