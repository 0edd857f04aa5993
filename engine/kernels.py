"""OPS -> the text of a Python module that numba compiles: forward, backward, updates, order.

Every formula in it is a row's own, read by `rules.native`; what stands here is only the loops
around them. `compiled` writes the text to a file, since numba keeps only what has one.

A graph comes as two sections (see `schedule`): what is one number for all lanes lies in vectors
(slots,), what has a number per lane in tables (slots, block), which are filled block by block so
that they stay in the processor's cache. Within a section the first slots are given, the others are
computed, in runs of one op: one branch a run instead of one a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from textwrap import indent
from typing import TypeVar

from engine.ops import MOST_OPERANDS, OPS, Op
from engine.optimizers import OPTIMIZERS, Optimizer
from engine.rules import FUNCTIONS, native, uses

Row = TypeVar("Row", Op, Optimizer)

# Names in the generated module that differ from Python's own `math`.
_RENAMED = {"power": "pow as power", "abs": "fabs as abs"}
_FROM_NUMPY = {"floor"}
_OPERANDS = ("a", "b")[:MOST_OPERANDS]
FORWARD, BACKWARD = 1, 2

_HEAD = '''\
"""Generated from the rows of gradwalk's ops and optimizers; written anew when they change."""

from math import {functions}, pi

import numpy as np
from numba import njit
from numpy import {from_numpy}

ONE = np.uint32(1)
'''

_FORWARD_ONE = '''
@njit(
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1],"
    " uint32[::1], float64[:, ::1], float64[:, ::1])",
    nogil=True, error_model="numpy", cache=True,
)
def forward_one(first, a, b, runs, v, shared, lane_v, lane_g):
    """Evaluate what all lanes share; spread what the lane tables need of it over their rows."""
    for r in range(len(runs)):
        op, start, stop = runs[r, 0], runs[r, 1], runs[r, 2]
{branches}
    for row in range(len(shared)):
        lane_v[row, :] = v[shared[row]]
        lane_g[row, :] = 0.0
'''

_FORWARD_LANES = '''
@njit(
    "float64(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[:, ::1],"
    " float64[:, ::1], uint32[::1], int64, int64, uint32)",
    nogil=True, error_model="numpy", cache=True,
)
def forward_lanes(first, a, b, runs, v, columns, chosen, begin, width, output):
    """Evaluate one block of lanes; return the sum of the output over them.

    columns: (data leaves, samples); chosen[begin : begin + width] says which samples these are.
    """
    data = first - len(columns)
    for row in range(len(columns)):
        for lane in range(width):
            v[data + row, lane] = columns[row, chosen[begin + lane]]
    for r in range(len(runs)):
        op, start, stop = runs[r, 0], runs[r, 1], runs[r, 2]
{branches}
    total = 0.0
    for lane in range(width):
        total += v[output, lane]
    return total
'''

_BACKWARD_LANES = '''
@njit(
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[:, ::1], float64[:, ::1],"
    " int64, int64, uint32)",
    nogil=True, error_model="numpy", cache=True,
)
def backward_lanes(first, a, b, runs, v, g, shared, width, output):
    """Back-propagate one block; the rows of what lanes share gather over the blocks."""
    g[shared:] = 0.0
    g[output, :width] = 1.0
    for r in range(len(runs) - 1, -1, -1):
        # Signed, unlike elsewhere: with these counters the loops over lanes take half the time.
        op, start, stop = runs[r, 0], np.int64(runs[r, 1]), np.int64(runs[r, 2])
        if runs[r, 3] == 0 and runs[r, 4] == 0:
            continue
{branches}
'''

_BACKWARD_ONE = '''
@njit(
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1], float64[::1],"
    " uint32[::1], float64[:, ::1], int64, int64)",
    nogil=True, error_model="numpy", cache=True,
)
def backward_one(first, a, b, runs, v, g, shared, lane_g, lanes, output):
    """Back-propagate what all lanes share, from the output or from the mean over the lanes."""
    g[:] = 0.0
    if output >= 0:
        g[output] = 1.0
    for row in range(len(shared)):
        s0 = s1 = s2 = s3 = 0.0  # four sums side by side; a block is a multiple of eight lanes
        for lane in range(0, lane_g.shape[1], 4):
            s0 += lane_g[row, lane]
            s1 += lane_g[row, lane + 1]
            s2 += lane_g[row, lane + 2]
            s3 += lane_g[row, lane + 3]
        g[shared[row]] += ((s0 + s1) + (s2 + s3)) / lanes
    for r in range(len(runs) - 1, -1, -1):
        op, start, stop = runs[r, 0], runs[r, 1], runs[r, 2]
        if runs[r, 3] == 0 and runs[r, 4] == 0:
            continue
{branches}
'''

_UPDATE = '''
@njit(
    "void(int64, float64[::1], float64[::1], float64[:, ::1], float64[::1], float64)",
    nogil=True, error_model="numpy", cache=True,
)
def update(optimizer, w, gradient, state, settings, t):
    """Take one update in place; t counts them from 1."""
{branches}
'''

_SURVEY = '''
@njit(
    "int64[::1](int32[:, ::1], int64, boolean[::1], boolean[::1], boolean[::1])",
    nogil=True, error_model="numpy", cache=True,
)
def survey(operands, output, per_lane, leading, reaching):
    """Return each node's level; spread the three marks over the graph, in place.

    per_lane, leading: (n,), go up from leaves to their users. reaching: goes down from the output.
    A node's level is above its operands' and above the earlier users of a busy operand: where three
    contributions or more meet, the order of their sum shows in the last bit, so it is kept.
    """
    n = len(operands)
    reaching[output] = True
    for node in range(n - 1, -1, -1):
        for slot in range(operands.shape[1]):
            operand = operands[node, slot]
            if operand >= 0 and reaching[node]:
                reaching[operand] = True
    users = np.zeros(n, np.int64)
    for node in range(n):
        for slot in range(operands.shape[1]):
            operand = operands[node, slot]
            if operand >= 0:
                per_lane[node] |= per_lane[operand]
                leading[node] |= leading[operand]
                users[operand] += reaching[node] and leading[operand]
    levels, above = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for node in range(n):
        for slot in range(operands.shape[1]):
            operand = operands[node, slot]
            if operand >= 0:
                levels[node] = max(levels[node], levels[operand] + 1)
                if users[operand] > 2 and reaching[node]:
                    levels[node] = max(levels[node], above[operand])
        for slot in range(operands.shape[1]):
            if operands[node, slot] >= 0 and reaching[node]:
                above[operands[node, slot]] = levels[node] + 1
    return levels
'''


@cache
def source() -> str:
    """Return the text of the module: four passes, `update` and `survey`."""
    names = [name for name in FUNCTIONS if name not in {"divide", *_FROM_NUMPY}]
    head = _HEAD.format(
        functions=", ".join(sorted(_RENAMED.get(name, name) for name in names)),
        from_numpy=", ".join(sorted(_FROM_NUMPY)),
    )
    passes = (
        (_FORWARD_ONE, _forward_one),
        (_FORWARD_LANES, _forward_lanes),
        (_BACKWARD_LANES, _backward_lanes),
        (_BACKWARD_ONE, _backward_one),
    )
    loops = [frame.format(branches=_branches(body)) for frame, body in passes]
    updates = indent(_chain("optimizer", OPTIMIZERS.values(), _update), " " * 4)
    return "\n".join([head, *loops, _UPDATE.format(branches=updates), _SURVEY])


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
