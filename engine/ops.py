"""OPS: every operation, one row each. A new op is a new row and nothing else.

>>> OPS["tanh"].forward, OPS["tanh"].partials
('tanh(x)', ('1 - out**2',))

The forward rule, the partial rules and the domain are formulas that `rules` reads; `out` in a
partial rule is the op's own result. Where a function has a kink, `kink` says where and `why`
states which slope is taken there. The conventions are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from engine import rules

ALWAYS = "1 == 1"  # also the mask of an operand that only chooses
NEVER = "1 == 0"


@dataclass(frozen=True)
class Op:
    """One operation.

    >>> square = Op("square", ("x",), "x**2", ("2 * x",), "Twice the operand.", example=(3.0, 9.0))
    >>> square.value(3.0), square.slope[0](3.0, 9.0)
    (9.0, 6.0)

    Attributes:
        name: what it is called in programs and in the HTTP answers.
        params: names of the operands, in order, as the formulas use them.
        forward: formula of the result.
        partials: formulas of d out / d param, one a param; may use `out`.
        why: one sentence that explains the slope.
        symbol: what the badge shows; the name where it is empty.
        domain: condition under which the result is a real number; empty for everywhere.
        kink: condition under which the slope jumps; empty for nowhere.
        masks: one condition a param, under which nothing gets through to it, not even an infinite
            gradient (where a slope of 0 alone would make it nan); empty for never.
        flat: condition on `out` and the operands under which the curve has levelled off, so that
            little gets through; empty for never.
        example: operands and, last, the result there.
    """

    name: str
    params: tuple[str, ...]
    forward: str
    partials: tuple[str, ...]
    why: str
    symbol: str = ""
    domain: str = ""
    kink: str = ""
    masks: tuple[str, ...] = ()
    flat: str = ""
    example: tuple[float, ...] = ()

    @property
    def arity(self) -> int:
        """Return how many operands it takes."""
        return len(self.params)

    def hands_on(self, slot: int) -> bool:
        """Return whether anything ever gets through to one of its operands."""
        return self.partials[slot] != "0"

    @property
    def badge(self) -> str:
        """Return what stands on the rim of its card."""
        return self.symbol or self.name

    @cached_property
    def value(self) -> rules.Scalar:
        """Return the forward rule on floats: (*operands) -> result."""
        return rules.scalar(self.forward, self.params)

    @cached_property
    def values(self) -> rules.Lanes:
        """Return the forward rule on arrays of shape (lanes,)."""
        return rules.lanes(self.forward, self.params)

    @cached_property
    def slope(self) -> tuple[rules.Scalar, ...]:
        """Return the partial rules on floats, one a param: (*operands, out) -> slope."""
        return tuple(rules.scalar(partial, (*self.params, "out")) for partial in self.partials)

    @cached_property
    def slopes(self) -> tuple[rules.Lanes, ...]:
        """Return the partial rules on arrays of shape (lanes,)."""
        return tuple(rules.lanes(partial, (*self.params, "out")) for partial in self.partials)

    @cached_property
    def blocked(self) -> tuple[rules.Scalar, ...]:
        """Return the masks as conditions on floats, one a param; empty where there are none."""
        return tuple(rules.scalar(mask, self.params) for mask in self.masks)

    @cached_property
    def blocked_lanes(self) -> tuple[rules.Lanes, ...]:
        """Return the masks as conditions on arrays of shape (lanes,)."""
        return tuple(rules.lanes(mask, self.params) for mask in self.masks)

    @cached_property
    def holds(self) -> rules.Scalar:
        """Return the domain as a condition on floats; true everywhere where it is empty."""
        return rules.scalar(self.domain or ALWAYS, self.params)

    @cached_property
    def jumps(self) -> rules.Scalar:
        """Return the kink as a condition on floats; false everywhere where it is empty."""
        return rules.scalar(self.kink or NEVER, self.params)

    @cached_property
    def saturates(self) -> rules.Scalar:
        """Return `flat` as a condition on floats: (*operands, out); false where it is empty."""
        return rules.scalar(self.flat or NEVER, (*self.params, "out"))


X, XY, CX = ("x",), ("x", "y"), ("c", "x")

_ROWS = (
    Op(
        "add",
        XY,
        "x + y",
        ("1", "1"),
        "A sum hands its gradient on to both operands unchanged.",
        "+",
        example=(2.0, 3.0, 5.0),
    ),
    Op(
        "sub",
        XY,
        "x - y",
        ("1", "-1"),
        "A difference hands its gradient on, and turns its sign for what is taken away.",
        "−",
        example=(2.0, 3.0, -1.0),
    ),
    Op(
        "mul",
        XY,
        "x * y",
        ("y", "x"),
        "Each factor's slope is the other factor.",
        "×",
        example=(2.0, 3.0, 6.0),
    ),
    Op(
        "div",
        XY,
        "x / y",
        ("1 / y", "-out / y"),
        "The top gets 1 over the bottom; the bottom, minus the result over itself.",
        "÷",
        domain="y != 0",
        example=(6.0, 3.0, 2.0),
    ),
    Op(
        "pow",
        XY,
        "x**y",
        ("0 if y == 0 else y * x**(y - 1)", "0 if x == 0 and y >= 0 else out * log(x)"),
        "The exponent comes down as a factor; its own slope is the result times log of the base.",
        "^",
        domain="x > 0 or y == floor(y)",
        masks=("y == 0", NEVER),
        example=(2.0, 3.0, 8.0),
    ),
    Op(
        "neg",
        X,
        "-x",
        ("-1",),
        "Turning the sign turns the gradient's sign.",
        "−",
        example=(2.0, -2.0),
    ),
    Op(
        "exp",
        X,
        "exp(x)",
        ("out",),
        "exp is its own slope: the larger the result, the steeper.",
        example=(0.0, 1.0),
    ),
    Op(
        "log",
        X,
        "log(x)",
        ("1 / x",),
        "The slope is the reciprocal of the input.",
        domain="x > 0",
        example=(1.0, 0.0),
    ),
    Op(
        "sqrt",
        X,
        "sqrt(x)",
        ("1 / (2 * out)",),
        "Steep near 0, ever flatter beyond; at 0 the slope is infinite.",
        domain="x >= 0",
        example=(9.0, 3.0),
    ),
    Op(
        "sin",
        X,
        "sin(x)",
        ("cos(x)",),
        "The slope of sin is cos: steepest at 0, flat at the crests.",
        example=(0.0, 0.0),
    ),
    Op(
        "cos",
        X,
        "cos(x)",
        ("-sin(x)",),
        "The slope of cos is -sin: flat at 0, falling after it.",
        example=(0.0, 1.0),
    ),
    Op(
        "tan",
        X,
        "tan(x)",
        ("1 + out**2",),
        "Never flatter than 1, and without bound near its poles.",
        example=(0.0, 0.0),
    ),
    Op(
        "asin",
        X,
        "asin(x)",
        ("1 / sqrt(1 - x**2)",),
        "Slope 1 at 0, without bound towards -1 and 1.",
        domain="-1 <= x <= 1",
        example=(0.0, 0.0),
    ),
    Op(
        "acos",
        X,
        "acos(x)",
        ("-1 / sqrt(1 - x**2)",),
        "Falls as asin rises.",
        domain="-1 <= x <= 1",
        example=(1.0, 0.0),
    ),
    Op(
        "atan",
        X,
        "atan(x)",
        ("1 / (1 + x**2)",),
        "Slope 1 at 0; flat far out.",
        flat="abs(x) > 4",
        example=(0.0, 0.0),
    ),
    Op(
        "sinh",
        X,
        "sinh(x)",
        ("cosh(x)",),
        "The slope of sinh is cosh, at least 1 everywhere.",
        example=(0.0, 0.0),
    ),
    Op(
        "cosh",
        X,
        "cosh(x)",
        ("sinh(x)",),
        "The slope of cosh is sinh: flat at 0.",
        example=(0.0, 1.0),
    ),
    Op(
        "tanh",
        X,
        "tanh(x)",
        ("1 - out**2",),
        "Steepest at 0; flat where the curve saturates.",
        flat="abs(out) > 0.95",
        example=(0.0, 0.0),
    ),
    Op(
        "sigmoid",
        X,
        "1 / (1 + exp(-x))",
        ("out * (1 - out)",),
        "At most a quarter gets through, at 0; almost nothing far out.",
        symbol="σ",
        flat="out < 0.05 or out > 0.95",
        example=(0.0, 0.5),
    ),
    Op(
        "relu",
        X,
        "0 if x <= 0 else x",
        ("0 if x <= 0 else 1",),
        "Passes the gradient where the input is above 0, blocks it elsewhere; at 0 it blocks too.",
        kink="x == 0",
        masks=("x <= 0",),
        example=(-2.0, 0.0),
    ),
    Op(
        "leaky_relu",
        X,
        "0.01 * x if x <= 0 else x",
        ("0.01 if x <= 0 else 1",),
        "Passes everything above 0 and a hundredth below; at 0 the slope is taken as 0.01.",
        symbol="lrelu",
        kink="x == 0",
        example=(-2.0, -0.02),
    ),
    Op(
        "elu",
        X,
        "expm1(x) if x <= 0 else x",
        ("exp(x) if x <= 0 else 1",),
        "Straight above 0; below, an exponential that levels off at -1.",
        flat="out < -0.95",
        example=(2.0, 2.0),
    ),
    Op(
        "gelu",
        X,
        "x * (1 + erf(x / sqrt(2))) / 2",
        ("(1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * pi)",),
        "The input times the chance that a normal number lies below it; a smooth relu.",
        flat="x < -3",
        example=(0.0, 0.0),
    ),
    Op(
        "softplus",
        X,
        "(0 if x <= 0 else x) + log1p(exp(-abs(x)))",
        ("1 / (1 + exp(-x))",),
        "relu with its corner rounded; its slope is the sigmoid.",
        flat="x < -3",
        example=(0.0, 0.6931471805599453),
    ),
    Op(
        "abs",
        X,
        "abs(x)",
        ("1 if x > 0 else -1 if x < 0 else 0",),
        "Slope 1 above 0, -1 below; at 0 it is taken as 0.",
        symbol="|x|",
        kink="x == 0",
        example=(-2.0, 2.0),
    ),
    Op(
        "max",
        XY,
        "x if x >= y or x != x else y",
        ("0 if x < y else 0.5 if x == y else 1", "0 if y < x else 0.5 if x == y else 1"),
        "Only the larger operand gets the gradient; equals take half each.",
        kink="x == y",
        masks=("x < y", "y < x"),
        example=(2.0, 5.0, 5.0),
    ),
    Op(
        "min",
        XY,
        "x if x <= y or x != x else y",
        ("0 if x > y else 0.5 if x == y else 1", "0 if y > x else 0.5 if x == y else 1"),
        "Only the smaller operand gets the gradient; equals take half each.",
        kink="x == y",
        masks=("x > y", "y > x"),
        example=(2.0, 5.0, 2.0),
    ),
    Op(
        "equal",
        XY,
        "1 if x == y else 0",
        ("0", "0"),
        "A choice: 1 where both are the same, else 0. It is flat, so nothing gets through.",
        symbol="=",
        kink="x == y",
        masks=(ALWAYS, ALWAYS),
        example=(2.0, 2.0, 1.0),
    ),
    Op(
        "below",
        XY,
        "1 if x < y else 0",
        ("0", "0"),
        "A choice: 1 where the first is smaller, else 0. It is flat, so nothing gets through.",
        symbol="<",
        kink="x == y",
        masks=(ALWAYS, ALWAYS),
        example=(2.0, 5.0, 1.0),
    ),
    Op(
        "at_most",
        XY,
        "1 if x <= y else 0",
        ("0", "0"),
        "A choice: 1 where the first is no larger, else 0. It is flat, so nothing gets through.",
        symbol="≤",
        kink="x == y",
        masks=(ALWAYS, ALWAYS),
        example=(5.0, 5.0, 1.0),
    ),
    Op(
        "when",
        CX,
        "0 if c == 0 else x",
        ("0", "0 if c == 0 else 1"),
        "A gate: passes all of x while c is not 0, and nothing while it is.",
        kink="c == 0",
        masks=(ALWAYS, "c == 0"),
        example=(1.0, 5.0, 5.0),
    ),
    Op(
        "unless",
        CX,
        "0 if c != 0 else x",
        ("0", "0 if c != 0 else 1"),
        "A gate: passes all of x while c is 0, and nothing while it is not.",
        kink="c == 0",
        masks=(ALWAYS, "c != 0"),
        example=(1.0, 5.0, 0.0),
    ),
    Op(
        "erf",
        X,
        "erf(x)",
        ("2 / sqrt(pi) * exp(-x**2)",),
        "A bell curve is its slope: steepest at 0, flat far out.",
        flat="abs(out) > 0.98",
        example=(0.0, 0.0),
    ),
)

OPS: Mapping[str, Op] = MappingProxyType({row.name: row for row in _ROWS})
MOST_OPERANDS = max(op.arity for op in OPS.values())
