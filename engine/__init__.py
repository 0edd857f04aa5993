"""gradwalk's engine: autograd on scalar graphs, with one row of formulas an op.

`from engine import Expr` is where to begin; `from engine import Expr as Value` stands in for
micrograd's Value. The functions of OPS are here by name: `tanh(x)` is `x.tanh()`. Those that have
the name of one of Python's own (abs, max, min, pow) are not among what `*` imports.
"""

import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.computed import Computed
from engine.derivative import grad
from engine.errors import GradwalkError
from engine.export.labelled import from_json
from engine.expr import FUNCTIONS, Expr
from engine.graph import Graph
from engine.losses import binary_cross_entropy, cross_entropy, hinge, l1, l2, mse
from engine.nn import MLP, Layer, Neuron
from engine.ops import OPS, Op
from engine.outline import tree
from engine.program import Program, parse
from engine.pytorch.imported import from_torch
from engine.standalone.cell import show

globals().update(FUNCTIONS)

if TYPE_CHECKING:  # what the line above sets, for those who read types: a test holds it to OPS
    add: Callable[..., Expr]
    sub: Callable[..., Expr]
    mul: Callable[..., Expr]
    div: Callable[..., Expr]
    pow: Callable[..., Expr]
    neg: Callable[..., Expr]
    exp: Callable[..., Expr]
    log: Callable[..., Expr]
    sqrt: Callable[..., Expr]
    sin: Callable[..., Expr]
    cos: Callable[..., Expr]
    tan: Callable[..., Expr]
    asin: Callable[..., Expr]
    acos: Callable[..., Expr]
    atan: Callable[..., Expr]
    sinh: Callable[..., Expr]
    cosh: Callable[..., Expr]
    tanh: Callable[..., Expr]
    sigmoid: Callable[..., Expr]
    relu: Callable[..., Expr]
    leaky_relu: Callable[..., Expr]
    elu: Callable[..., Expr]
    gelu: Callable[..., Expr]
    softplus: Callable[..., Expr]
    abs: Callable[..., Expr]
    max: Callable[..., Expr]
    min: Callable[..., Expr]
    equal: Callable[..., Expr]
    below: Callable[..., Expr]
    at_most: Callable[..., Expr]
    when: Callable[..., Expr]
    unless: Callable[..., Expr]
    erf: Callable[..., Expr]

__all__ = [
    "MLP",
    "OPS",
    "Computed",
    "Expr",
    "GradwalkError",
    "Graph",
    "Layer",
    "Neuron",
    "Op",
    "Program",
    "binary_cross_entropy",
    "cross_entropy",
    "from_json",
    "from_torch",
    "grad",
    "hinge",
    "l1",
    "l2",
    "mse",
    "parse",
    "show",
    "tree",
]
__all__ += [name for name in FUNCTIONS if not hasattr(builtins, name)]
