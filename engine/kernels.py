"""OPS -> the text of a Python module that numba compiles: forward, backward, updates, order.

Every formula in it is a row's own, read by `rules.native`; what stands here is only the loops
around them, and those of `frames`. `compiled` writes the text to a file, since numba keeps only
what has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from functools import cache
from textwrap import indent
from typing import TypeVar

from engine import frames
from engine.ops import MOST_OPERANDS, OPS, Op
from engine.optimizers import OPTIMIZERS, Optimizer
from engine.rules import FUNCTIONS, native, uses

Row = TypeVar("Row", Op, Optimizer)

# Names in the generated module that differ from Python's own `math`.
_RENAMED = {"power": "pow as power", "abs": "fabs as abs"}
_FROM_NUMPY = {"floor", "isfinite"}
_OPERANDS = ("a", "b")[:MOST_OPERANDS]


@cache
def source() -> str:
    """Return the text of the module: five passes, `update`, `descend` and `survey`."""
    names = [name for name in FUNCTIONS if name not in {"divide", *_FROM_NUMPY}]
    head = frames.HEAD.format(
        functions=", ".join(sorted(_RENAMED.get(name, name) for name in names)),
        from_numpy=", ".join(sorted(_FROM_NUMPY)),
    )
    passes = (
        (frames.FORWARD_ONE, _forward_one),
        (frames.FORWARD_LANES, _forward_lanes),
        (frames.BACKWARD_LANES, _backward_lanes),
        (frames.BACKWARD_ONE, _backward_one),
        (frames.HAND_DOWN, _hand_down),
    )
    loops = [frame.format(branches=_branches(body)) for frame, body in passes]
    updates = indent(_chain("optimizer", OPTIMIZERS.values(), _update), " " * 4)
    halts = {halt.name.lower(): halt.value for halt in Halt}
    return "\n".join(
        [
            head,
            *loops,
            frames.UPDATE.format(branches=updates),
            frames.DESCEND.format(**halts),
            frames.SURVEY,
        ]
    )


class Halt(IntEnum):
    """Why `descend` takes no more updates."""

    DONE = 0  # all that was asked for
    LOSS = 1  # the next one's loss is not finite
    GRADIENT = 2  # the next one's gradient is not finite
    WEIGHTS = 3  # the last one made a parameter that is not finite
    BELOW = 4  # the loss is as small as it should become


def _branches(body: Callable[[Op], Iterator[str]]) -> str:
    return indent(_chain("op", OPS.values(), body), " " * 8)


def _chain(name: str, rows: Iterable[Row], body: Callable[[Row], Iterator[str]]) -> str:
    """Return one branch a row, chosen by the row's place."""
    lines = []
    for code, row in enumerate(rows):
        lines.append(f"{'elif' if code else 'if'} {name} == {code}:  # {row.name}")
        lines += [f"    {line}" for line in body(row)]
    return "\n".join(lines)


def _forward_one(op: Op) -> Iterator[str]:
    yield "for k in range(start, stop):"
    for param, operand in zip(op.params, _OPERANDS, strict=False):
        yield f"    {param} = v[{operand}[k]]"
    yield f"    v[first + k] = {native(op.forward)}"


def _backward_one(op: Op) -> Iterator[str]:
    yield "for turn in range(stop - start):"
    yield "    k = stop - ONE - turn"
    yield "    upstream, out = g[first + k], v[first + k]"
    for param, operand in zip(op.params, _OPERANDS, strict=False):
        yield f"    {param} = v[{operand}[k]]"
    for slot, operand in enumerate(_OPERANDS[: op.arity]):
        yield f"    g[{operand}[k]] += {_contribution(op, slot)}"


def _hand_down(op: Op) -> Iterator[str]:
    yield "for k in range(start, stop):"
    yield "    upstream, out = g[first + k], v[first + k]"
    for param, operand in zip(op.params, _OPERANDS, strict=False):
        yield f"    {param} = v[{operand}[k]]"
    for slot, operand in enumerate(_OPERANDS[: op.arity]):
        yield f"    to_{operand}[k] = {_contribution(op, slot)}"


def _forward_lanes(op: Op) -> Iterator[str]:
    yield "for k in range(start, stop):"
    yield from _rows(op)
    yield "    for lane in range(width):"
    yield from _numbers(op, [op.forward])
    yield f"        v[row, lane] = {native(op.forward)}"


def _backward_lanes(op: Op) -> Iterator[str]:
    yield "for k in range(stop - 1, start - 1, -1):"
    yield from _rows(op)
    for slot, operand in enumerate(_OPERANDS[: op.arity]):
        yield f"    if runs[r, {3 + slot}]:"
        yield "        for lane in range(width):"
        yield "            upstream = g[row, lane]"
        masks = op.masks[slot : slot + 1]
        yield from (f"    {line}" for line in _numbers(op, [op.partials[slot], *masks]))
        yield f"            g[row_{operand}, lane] += {_contribution(op, slot)}"


def _rows(op: Op) -> Iterator[str]:
    yield "    row = first + k"
    for operand in _OPERANDS[: op.arity]:
        yield f"    row_{operand} = {operand}[k]"


def _numbers(op: Op, formulas: list[str]) -> Iterator[str]:
    """Yield the reading of what the formulas use, and of nothing else."""
    used = set().union(*map(uses, formulas))
    for param, operand in zip(op.params, _OPERANDS, strict=False):
        if param in used:
            yield f"        {param} = v[row_{operand}, lane]"
    if "out" in used:
        yield "        out = v[row, lane]"


def _contribution(op: Op, slot: int) -> str:
    product = f"upstream * ({native(op.partials[slot])})"
    return f"0.0 if {native(op.masks[slot])} else {product}" if op.masks else product


def _update(row: Optimizer) -> Iterator[str]:
    for place, name in enumerate(row.settings):
        yield f"{name} = settings[{place}]"
    yield "for i in range(len(w)):"
    yield "    weight, grad = w[i], gradient[i]"
    for place, name in enumerate(row.states):
        yield f"    {name} = state[{place}, i]"
    for name, formula in row.steps:
        yield f"    {name} = {native(formula)}"
    for place, name in enumerate(row.states):
        yield f"    state[{place}, i] = {name}"
    yield "    w[i] = weight"
