"""A formula string, read in every way that is needed; nothing else states a derivative.

A formula is Python's own arithmetic over a row's params, `out`, `pi`, numbers and the functions
below: `1 - out**2`, `x if x > 0 else 0`. It is written by this project, never by a visitor: typed
programs go through `program`, which compiles nothing.

Three readings live here. `scalar` works on Python floats, `lanes` on NumPy arrays, and `native` is
the text that `kernels` compiles. All follow IEEE 754 where Python itself would raise (`1/0` is inf,
`log(-1)` is nan, `exp(1000)` is inf), and all call the platform's own libm: they agree to the last
bit.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import trees

Scalar = Callable[..., float]
Lanes = Callable[..., NDArray[np.float64]]


def _ieee(fast: Scalar, exact: Callable[..., Any]) -> Scalar:
    """Return `fast`, with NumPy's `exact` answer wherever Python raises instead of inf or nan."""

    def answer(*operands: float) -> float:
        try:
            return fast(*operands)
        except (ValueError, OverflowError, ZeroDivisionError):
            with np.errstate(all="ignore"):
                return float(exact(*map(np.float64, operands)))

    return answer


# name: (math's function, NumPy's answer where that one raises). erf raises nowhere.
FUNCTIONS: Mapping[str, tuple[Scalar, Callable[..., Any]]] = {
    "exp": (math.exp, np.exp),
    "expm1": (math.expm1, np.expm1),
    "log": (math.log, np.log),
    "log1p": (math.log1p, np.log1p),
    "sqrt": (math.sqrt, np.sqrt),
    "sin": (math.sin, np.sin),
    "cos": (math.cos, np.cos),
    "tan": (math.tan, np.tan),
    "asin": (math.asin, np.arcsin),
    "acos": (math.acos, np.arccos),
    "atan": (math.atan, np.arctan),
    "sinh": (math.sinh, np.sinh),
    "cosh": (math.cosh, np.cosh),
    "tanh": (math.tanh, np.tanh),
    "erf": (math.erf, math.erf),
    "abs": (math.fabs, np.abs),
    "floor": (lambda x: float(math.floor(x)), np.floor),
    "divide": (lambda a, b: a / b, np.divide),
    "power": (math.pow, np.power),
}
# IEEE 754 fixes every bit of these. Of the others NumPy has variants of its own, which differ from
# libm in the last bit and from processor to processor.
_EXACT = {"sqrt", "abs", "floor", "divide"}

_SCALARS = {name: _ieee(fast, exact) for name, (fast, exact) in FUNCTIONS.items()}
_LANES = {
    name: exact if name in _EXACT else np.vectorize(_SCALARS[name], otypes=[np.float64])
    for name, (_, exact) in FUNCTIONS.items()
} | {
    "where": np.where,
    "either": np.logical_or,
    "both": np.logical_and,
}


def scalar(formula: str, params: Sequence[str]) -> Scalar:
    """Return `formula` as a function of floats.

    >>> scalar("1 / x", ["x"])(0.0)
    inf
    """
    return _function(_Scalar().visit(_parse(formula)), params, _SCALARS)


def lanes(formula: str, params: Sequence[str]) -> Lanes:
    """Return `formula` as a function of float64 arrays, shape (lanes,), broadcasting.

    >>> lanes("x if x > 0 else 0", ["x"])(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    inner = _function(_Lanes().visit(_parse(formula)), params, _LANES)

    def answer(*operands: Any) -> NDArray[np.float64]:
        with np.errstate(all="ignore"):
            return np.asarray(inner(*operands), dtype=np.float64)

    return answer


def native(formula: str) -> str:
    """Return `formula` as the text that numba compiles; its division never raises.

    The text calls `power` and the names of `FUNCTIONS`, which the generated module imports.

    >>> native("1 - x**2")
    '1.0 - x * x'
    """
    return ast.unparse(_Native().visit(_parse(formula)))


def uses(formula: str) -> set[str]:
    """Return the names in `formula`.

    >>> sorted(uses("out * log(x)"))
    ['log', 'out', 'x']
    """
    return {node.id for node in ast.walk(parsed(formula)) if isinstance(node, ast.Name)}


@cache
def parsed(formula: str) -> ast.expr:
    """Return a formula as Python's tree; it is kept, and not to be changed."""
    return _parse(formula)


def _parse(formula: str) -> ast.expr:
    return trees.expression(formula)


def _function(
    body: ast.expr, params: Sequence[str], names: Mapping[str, Any]
) -> Callable[..., Any]:
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(name) for name in params],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    known = {**names, "pi": math.pi, "__builtins__": {}}
    function: Callable[..., Any] = eval(compile(tree, "<rule>", "eval"), known)  # noqa: S307  our own rows only
    return function


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class _Native(ast.NodeTransformer):
    """Numbers are floats, a square is a product, and other powers become calls."""

    calls: Mapping[type[ast.operator], str] = {ast.Pow: "power"}

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Pow) and isinstance(right, ast.Constant) and right.value == 2:
            return ast.BinOp(left, ast.Mult(), left)  # as compilers do, and exact to the last bit
        name = self.calls.get(type(node.op))
        return _call(name, left, right) if name else ast.BinOp(left, node.op, right)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Constant(float(str(node.value)))


class _Scalar(_Native):
    """Division becomes a call too, since Python's own would raise."""

    calls: Mapping[type[ast.operator], str] = {ast.Pow: "power", ast.Div: "divide"}


class _Lanes(_Scalar):
    """Choices become `where`, which takes both sides and picks lane by lane."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return _call("where", self.visit(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        name = "either" if isinstance(node.op, ast.Or) else "both"
        return _joined(name, [self.visit(value) for value in node.values])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        terms = [self.visit(term) for term in (node.left, *node.comparators)]
        links = [
            ast.Compare(left, [comparison], [right])
            for (left, right), comparison in zip(pairwise(terms), node.ops, strict=True)
        ]
        return _joined("both", links)


def _joined(name: str, terms: Sequence[ast.expr]) -> ast.expr:
    return reduce(lambda joined, term: _call(name, joined, term), terms)
