"""A Python file that builds the same graph with this engine: names, leaves that learn, structure.

The typed language reads it too.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.computed import Computed
from engine.export.dialects import NUMPY
from engine.export.pieces import ATOM, WIDTH, Piece, assignment, called, fenced, literal, real
from engine.export.plan import Plan
from engine.export.script import columns, footer, heading, page, quoted, targets
from engine.export.spelling import is_sign, spell
from engine.export.writer import Writer
from engine.ops import Op

TITLE = "A computation graph, built anew: its loss and its gradients."
INDENT = "    "


def engine_file(work: Computed) -> str:
    """Return the text of the file; run, it prints the loss and the gradient of every named leaf."""
    plan = Plan(work)
    writer = Writer(plan, _compose, number=literal, own=_outside(plan), labelled=_labelled)
    leaves = list(writer.leaves(lambda node, name: f"{name} = {_leaf(plan, node)}"))
    nodes = [node for node in range(len(plan.graph)) if plan.reaching[node]]
    writer.results(node for node in nodes if not plan.lanes[node])
    loss = writer.variables.get(plan.graph.output, "")
    if plan.sampled:
        loss = _over_samples(plan, writer, nodes)
    given = [*columns(plan, "math", ""), *leaves]
    printed = [(name, plan.names[node]) for node, name in plan.printed]
    return page(
        heading(TITLE, work.source, plan.samples),
        ["import math"] if any("math." in line for line in (*given, *writer.lines)) else [],
        ["from engine import Expr"],
        given,
        writer.lines,
        [f"{loss}.backward()"],
        footer(f"{loss}.data", printed, "leaf", "leaf.grad"),
    )


def _over_samples(plan: Plan, writer: Writer, nodes: Sequence[int]) -> str:
    """Write the loop that builds the graph of each sample, and their mean; return its name."""
    losses, mean = plan.identifiers.of("losses"), plan.identifiers.of("mean_loss")
    writer.lines += [
        f"{losses} = []",
        "for row in table:",
        targets(plan, "map(Expr.inline, row)", INDENT),
    ]
    writer.results((node for node in nodes if plan.lanes[node]), INDENT)
    writer.lines += [
        f"{INDENT}{losses}.append({writer.variables[plan.graph.output]})",
        f"{mean} = sum({losses}) / len({losses})",
    ]
    return mean


def _outside(plan: Plan) -> set[int]:
    """Return the results that all samples share and some sample uses: they are built once."""
    return {
        operand
        for node, _, operands in plan.graph.steps
        if plan.lanes[node] and plan.reaching[node]
        for operand in operands
        if not plan.lanes[operand]
    }


def _leaf(plan: Plan, node: int) -> str:
    label = plan.graph.labels[node]
    words = [real(literal(plan.numbers[node])).text]
    if label:
        words.append(f"label={quoted(label)}")
    if plan.graph.constant[node]:
        return f"Expr.inline({words[0]})"
    if not plan.graph.learnable[node]:
        words.append("learnable=False")
    return f"Expr({', '.join(words)})"


def _compose(op: Op, operands: Sequence[Piece]) -> Piece:
    """Return an op as Python's sign, or as a method of its first operand."""
    if is_sign(op.forward):
        if all(operand.number is not None for operand in operands):
            operands = [_node(operands[0]), *operands[1:]]
        operands = [_apart(operand) for operand in operands]
        return spell(op.forward, dict(zip(op.params, operands, strict=True)), NUMPY)
    first, *others = operands
    return called(f"{fenced(_node(first), ATOM).flat}.{op.name}", *others)


def _node(piece: Piece) -> Piece:
    """Return a number as a node."""
    return piece if piece.number is None else called("Expr.inline", piece)


def _apart(piece: Piece) -> Piece:
    """Return a 0 with its point: to add the whole one, which `sum` begins with, makes no node."""
    return real(piece) if piece.number == 0 else piece


def _labelled(name: str, piece: Piece, label: str, indent: str) -> str:
    """Return the line of a result with a label: as an argument where it is a short call."""
    line = f"{indent}{name} = {piece.flat}"
    if piece.binds == ATOM:
        within = "" if piece.text.endswith("()") else ", "
        called_so = f"{line[:-1]}{within}label={quoted(label)})"
        if len(called_so) <= WIDTH:
            return called_so
    return f"{assignment(name, piece, indent)}\n{indent}{name}.label = {quoted(label)}"
