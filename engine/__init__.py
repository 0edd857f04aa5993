"""gradwalk's engine: autograd on scalar graphs, with one row of formulas an op."""

from engine.expr import FUNCTIONS, Expr
from engine.graph import Graph
from engine.ops import OPS, Op

globals().update(FUNCTIONS)

__all__ = ["OPS", "Expr", "Graph", "Op"]
__all__ += list(FUNCTIONS)
