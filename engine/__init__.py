"""gradwalk's engine: autograd on scalar graphs, with one row of formulas an op.

`from engine import Expr` is where to begin; `from engine import Expr as Value` stands in for
micrograd's Value. The functions of OPS are here by name: `tanh(x)` is `x.tanh()`.
"""

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
__all__ += list(FUNCTIONS)
