"""A Python file that computes the same with PyTorch, whose own backward pass finds the gradients.

An op without a word of PyTorch's is spelled by its row's formula, so a new row needs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from types import MappingProxyType

from engine.computed import Computed
from engine.export.dialects import TORCH
from engine.export.pieces import Piece, called, literal
from engine.export.plan import Plan
from engine.export.script import columns, footer, headed, heading, page
from engine.export.spelling import composed, repeated
from engine.export.writer import Writer
from engine.ops import Op

TITLE = "The loss of a computation and its gradients, with PyTorch."
# What PyTorch calls an op, and what else it is told; by default softplus is cut off from 20 on.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **{name: (f"torch.{name}", "") for name in ("exp", "log", "sqrt", "abs", "erf")},
        **{name: (f"torch.{name}", "") for name in ("sin", "cos", "tan", "asin", "acos", "atan")},
        **{name: (f"torch.{name}", "") for name in ("sinh", "cosh", "tanh", "sigmoid", "relu")},
        **{name: (f"functional.{name}", "") for name in ("leaky_relu", "elu", "gelu")},
        "softplus": ("functional.softplus", "threshold=40"),
        "max": ("torch.maximum", ""),
        "min": ("torch.minimum", ""),
    }
)


def torch_file(work: Computed) -> str:
    """Return the text of the file; run, it prints the loss and the gradient of every named leaf."""
    plan = Plan(work)
    writer = Writer(
        plan,
        _compose,
        number=lambda value: literal(value, TORCH.module),
        boxed=TORCH.boxed,
        repeats=_repeats,
    )
    leaves = list(writer.leaves(lambda node, name: f"{name} = {_leaf(plan, node)}"))
    writer.results(node for node in range(len(plan.graph)) if plan.reaching[node])
    loss = writer.variables[plan.graph.output]
    if plan.sampled:
        mean = plan.identifiers.of("mean_loss")
        writer.lines.append(f"{mean} = {loss}.mean()")
        loss = mean
    reached = [node for node in plan.leaves if plan.reached[node]]
    functional = any("functional." in line for line in writer.lines)
    return page(
        heading(TITLE, work.source, plan.samples),
        ["import torch", *(["from torch.nn import functional"] if functional else [])],
        ["torch.set_default_dtype(torch.float64)"],
        [*columns(plan, TORCH.module, "torch.tensor(table).T"), *leaves],
        headed("# forward", writer.lines),
        headed("# backward", [f"{loss}.backward()"] if reached else []),
        footer(f"{loss}.item()", *_printed(plan, len(reached))),
    )


def _leaf(plan: Plan, node: int) -> str:
    number = TORCH.boxed(literal(plan.numbers[node], TORCH.module)).text
    return f"{number[:-1]}, requires_grad=True)" if node in plan.printing else number


def _printed(plan: Plan, reached: int) -> tuple[list[tuple[str, str]], str, str]:
    """Return the leaves by name, and how each is printed; one that nothing gets to has no grad."""
    leaves = [(name, plan.names[node]) for node, name in plan.printed]
    number = "leaf.grad.item()"
    if reached < len(leaves):
        number = f"(0.0 if leaf.grad is None else {number})"
    return leaves, "leaf", number


def _compose(op: Op, operands: Sequence[Piece]) -> Piece:
    if op.name not in WORDS:
        return composed(op, operands, TORCH)
    function, told = WORDS[op.name]
    tensors = [TORCH.boxed(operand) for operand in operands]
    return called(function, *tensors, *([Piece(told)] if told else []))


def _repeats(op: Op) -> Set[str]:
    return frozenset() if op.name in WORDS else repeated(op.forward)
