"""PyTorch's figures for a few hundred programs: what the engine's tests hold it to.

    python -m bench.oracle           write tests/data/torch_figures.json anew
    python -m bench.oracle --check   compute the figures again and compare them with the file

Each program is read here by a small walk of its own, which knows nothing of the engine's rules, and
computed by PyTorch: CPU, float64, its own backward pass. The file holds exact numbers: floats as
Python writes them, what is not finite as a text.
"""

from __future__ import annotations

import ast
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.oracle_programs import Case, cases

FILE = Path(__file__).parents[1] / "tests" / "data" / "torch_figures.json"

try:
    import torch
    from torch.nn import functional
except ModuleNotFoundError:  # run it from the bench environment
    from bench.environment import rerun

    rerun("bench.oracle")

Tensor = torch.Tensor
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "pow": torch.pow,
    "neg": torch.neg,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "asin": torch.asin,
    "acos": torch.acos,
    "atan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "softplus": functional.softplus,
    "abs": torch.abs,
    "max": torch.maximum,
    "min": torch.minimum,
    "equal": lambda x, y: torch.eq(x, y).double(),
    "below": lambda x, y: torch.lt(x, y).double(),
    "at_most": lambda x, y: torch.le(x, y).double(),
    "when": lambda c, x: torch.where(c != 0, x, torch.zeros_like(x)),
    "unless": lambda c, x: torch.where(c != 0, torch.zeros_like(x), x),
    "erf": torch.erf,
}
SIGNS: dict[type, Callable[..., Tensor]] = {
    ast.Add: torch.add,
    ast.Sub: torch.sub,
    ast.Mult: torch.mul,
    ast.Div: torch.div,
    ast.Pow: torch.pow,
}


class Reading:
    """One program, run by PyTorch."""

    def __init__(self, inputs: dict[str, float]) -> None:
        self.inputs = inputs
        self.names: dict[str, Tensor] = {}
        self.leaves: dict[str, Tensor] = {}

    def run(self, source: str) -> Tensor:
        """Return the program's output."""
        output: Tensor | None = None
        for statement in ast.parse(source.replace("^", "**")).body:
            output = self.statement(statement)
        assert output is not None
        return output

    def statement(self, node: ast.stmt) -> Tensor:
        """Run one line; return what it computed last."""
        if isinstance(node, ast.Expr):
            return self.value(node.value)
        if isinstance(node, ast.AugAssign):
            assert isinstance(node.target, ast.Name)
            sum_ = SIGNS[type(node.op)](self.names[node.target.id], self.value(node.value))
            self.names[node.target.id] = sum_
            return sum_
        assert isinstance(node, ast.Assign)
        (target,) = node.targets
        pairs = (
            zip(target.elts, node.value.elts, strict=True)
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            else [(target, node.value)]
        )
        bound = [(name, self.assigned(name, value)) for name, value in pairs]
        for name, value in bound:
            assert isinstance(name, ast.Name)
            self.names[name.id] = value
        return bound[-1][1]

    def assigned(self, name: ast.expr, node: ast.expr) -> Tensor:
        """Return what a name gets: a bare number is a leaf, and can be set from outside."""
        assert isinstance(name, ast.Name)
        number = _number(node)
        return self.value(node) if number is None else self.leaf(name.id, number)

    def leaf(self, name: str, number: float) -> Tensor:
        """Return a new named leaf."""
        made = torch.tensor(self.inputs.get(name, number), dtype=torch.float64, requires_grad=True)
        assert name not in self.leaves, "a name may stand for one leaf only here"
        self.leaves[name] = made
        return made

    def value(self, node: ast.expr) -> Tensor:
        """Return the value of an expression."""
        if isinstance(node, ast.BinOp):
            return SIGNS[type(node.op)](self.value(node.left), self.value(node.right))
        if isinstance(node, ast.UnaryOp):
            assert isinstance(node.op, ast.USub)
            return torch.neg(self.value(node.operand))
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            return FUNCTIONS[node.func.id](*map(self.value, node.args))
        if isinstance(node, ast.Name):
            if node.id in {"pi", "e"} - set(self.names):
                return torch.tensor(getattr(math, node.id), dtype=torch.float64)
            if node.id not in self.names:
                self.names[node.id] = self.leaf(node.id, 1.0)
            return self.names[node.id]
        assert isinstance(node, ast.Constant)
        return torch.tensor(float(node.value), dtype=torch.float64)  # type: ignore[arg-type]


def _number(node: ast.expr) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _number(node.operand)
        return None if number is None else -number
    return float(node.value) if isinstance(node, ast.Constant) else None  # type: ignore[arg-type]


def figures(case: Case) -> dict[str, Any]:
    """Return one program's value, and the gradient of every named leaf that it uses."""
    reading = Reading(case.inputs)
    output = reading.run(case.source)
    gradients = dict.fromkeys(reading.leaves, 0.0)
    if output.requires_grad:
        output.backward()
        for name, leaf in reading.leaves.items():
            gradients[name] = 0.0 if leaf.grad is None else leaf.grad.item()
    return {
        "source": case.source,
        "inputs": case.inputs,
        "value": written(output.item()),
        "gradients": {name: written(gradient) for name, gradient in gradients.items()},
    }


def written(number: float) -> float | str:
    """Return a number as the file holds it."""
    return number if math.isfinite(number) else str(number)


def recorded() -> str:
    """Return the text of the file."""
    rows = [json.dumps(figures(case), ensure_ascii=False) for case in cases()]
    head = json.dumps(torch.__version__.partition("+")[0])
    return f'{{"torch": {head},\n "programs": [\n' + ",\n".join(rows) + "\n]}\n"


def check() -> int:
    """Compare the file with figures computed now; return how many programs differ."""
    stored = json.loads(FILE.read_text("utf-8"))["programs"]
    computed = json.loads(recorded())["programs"]
    differing = [
        (old, new) for old, new in zip(stored, computed, strict=True) if not same(old, new)
    ]
    for old, new in differing:
        print(f"differs:\n  stored   {old}\n  computed {new}")
    agreeing = f"{len(computed) - len(differing)} of {len(computed)}"
    print(f"{agreeing} programs as stored (PyTorch {torch.__version__})")
    return len(differing)


def same(old: Any, new: Any, relative: float = 1e-11, absolute: float = 1e-14) -> bool:
    """Tell whether two figures agree; other machines' functions may differ in the last digits."""
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(
            same(old[key], new[key], relative, absolute) for key in old
        )
    if isinstance(old, list):
        return len(old) == len(new) and all(
            same(*pair, relative, absolute) for pair in zip(old, new, strict=True)
        )
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=relative, abs_tol=absolute)
    return bool(old == new)


def main(arguments: list[str]) -> int:
    """Write the file, or check it."""
    if arguments == ["--check"]:
        return min(check(), 1)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(recorded(), "utf-8")
    print(f"{len(cases())} programs written to {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
