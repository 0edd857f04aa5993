"""The frames of the kernels: the text of the native module, with a gap where the rows' branches go.

A graph comes as two sections (see `schedule`). What is one number for all lanes lies in vectors
`v` and `g` (slots,), values and gradients; what has a number per lane lies in tables (slots,
block), filled block by block so that they stay in the processor's cache. In each the slots below
`first` are given, the others are computed. `a` and `b` are the slots of the operands, and a row of
`runs` holds (op, start, stop, whether a is handed a gradient, whether b is): one branch a run, not
one a node.

The passes are called one by one, or by `descend`, update after update.
"""

HEAD = '''\
"""Generated from the rows of gradwalk's ops and optimizers; written anew when they change."""

from functools import partial
from math import {functions}, pi

import numpy as np
from numba import njit, types
from numba.core.sigutils import normalize_signature
from numba.extending import intrinsic
from numpy import {from_numpy}

ONE = np.uint32(1)
compiled = partial(njit, nogil=True, error_model="numpy", cache=True)


def by_address(signature):
    """Return what calls a compiled function of this signature, given where its code is.

    Called by its name, it would be compiled again into each of its callers.
    """
    arguments, result = normalize_signature(signature)

    @intrinsic
    def call(typing, address, operands):
        def generate(context, builder, _, values):
            code, given = values
            convention = context.call_conv
            kind = convention.get_function_type(result, arguments).as_pointer()
            _, found = convention.call_function(
                builder,
                builder.inttoptr(code, kind),
                result,
                arguments,
                [builder.extract_value(given, place) for place in range(len(arguments))],
            )
            return found

        return result(types.int64, types.Tuple(arguments)), generate

    return call
'''

FORWARD_ONE = '''
FORWARD_ONE = (
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1],"
    " uint32[::1], float64[:, ::1], float64[:, ::1])"
)


@compiled(FORWARD_ONE)
def forward_one(first, a, b, runs, v, shared, lane_v, lane_g):
    """Evaluate what all lanes share; spread what the lane tables need of it over their rows."""
    for r in range(len(runs)):
        op, start, stop = runs[r, 0], runs[r, 1], runs[r, 2]
{branches}
    for row in range(len(shared)):
        lane_v[row, :] = v[shared[row]]
        lane_g[row, :] = 0.0
'''

FORWARD_LANES = '''
FORWARD_LANES = (
    "float64(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[:, ::1],"
    " float64[:, ::1], uint32[::1], int64, int64, uint32)"
)


@compiled(FORWARD_LANES)
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

BACKWARD_LANES = '''
BACKWARD_LANES = (
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[:, ::1], float64[:, ::1],"
    " int64, int64, uint32)"
)


@compiled(BACKWARD_LANES)
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

BACKWARD_ONE = '''
BACKWARD_ONE = (
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1], float64[::1],"
    " uint32[::1], float64[:, ::1], int64, int64)"
)


@compiled(BACKWARD_ONE)
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

UPDATE = '''
UPDATE = (
    "void(int64, float64[::1], float64[::1], float64[:, ::1], float64[::1], float64)"
)


@compiled(UPDATE)
def update(optimizer, w, gradient, state, settings, t):
    """Take one update in place; t counts them from 1."""
{branches}
'''

SURVEY = '''
@compiled(
    "int64[::1](int32[:, ::1], int64, boolean[::1], boolean[::1], boolean[::1])"
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

HAND_DOWN = '''
@compiled(
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1], float64[::1],"
    " float64[::1], float64[::1])"
)
def hand_down(first, a, b, runs, v, g, to_a, to_b):
    """Write what each computed slot hands to its operands; 0 where it hands down nothing."""
    to_a[:] = 0.0
    to_b[:] = 0.0
    for r in range(len(runs)):
        op, start, stop = runs[r, 0], runs[r, 1], runs[r, 2]
        if runs[r, 3] == 0 and runs[r, 4] == 0:
            continue
{branches}
'''

DESCEND = '''
call_forward_one = by_address(FORWARD_ONE)
call_forward_lanes = by_address(FORWARD_LANES)
call_backward_lanes = by_address(BACKWARD_LANES)
call_backward_one = by_address(BACKWARD_ONE)
call_update = by_address(UPDATE)


@compiled(
    "UniTuple(int64, 2)("
    "int64[::1],"
    " uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1], float64[::1],"
    " uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[:, ::1], float64[:, ::1],"
    " uint32[::1], float64[:, ::1], int64, uint32,"
    " uint32[::1], int64[::1], int64[::1], float64[::1], float64, uint32[::1], float64,"
    " int64, float64[::1], float64[::1], float64[:, ::1], float64[::1], int64, int64,"
    " float64[::1])"
)
def descend(
    passes,
    first, a, b, runs, v, g,
    lane_first, lane_a, lane_b, lane_runs, lane_v, lane_g,
    shared, columns, output, lane_output,
    chosen, begins, ends, rates, l1, locked, below,
    optimizer, w, gradient, state, settings, rate, updates,
    losses,
):
    """Take one update after the other; return how many, and why no more (a `Halt`).

    passes: where the code of the passes is, and of `update`. chosen[begins[k] : ends[k]] are the
    samples of the k-th update, rates[k] is its rate. `output` is -1 where it differs by lane.
    """
    kept = w[locked]
    for k in range(len(rates)):
        begin, end = begins[k], ends[k]
        call_forward_one(passes[0], (first, a, b, runs, v, shared, lane_v, lane_g))
        total = 0.0
        while output < 0 and begin < end:
            width = min(lane_v.shape[1], end - begin)
            total += call_forward_lanes(
                passes[1],
                (lane_first, lane_a, lane_b, lane_runs, lane_v, columns, chosen, begin, width,
                 lane_output),
            )
            call_backward_lanes(
                passes[2],
                (lane_first, lane_a, lane_b, lane_runs, lane_v, lane_g, len(shared), width,
                 lane_output),
            )
            begin += width
        lanes = end - begins[k]
        losses[k] = total / lanes if output < 0 else v[output]
        if not isfinite(losses[k]):
            return k, {loss}
        if losses[k] < below:
            return k, {below}
        call_backward_one(passes[3], (first, a, b, runs, v, g, shared, lane_g, lanes, output))
        for i in range(len(w)):
            pull = 1.0 if w[i] > 0 else -1.0 if w[i] < 0 else 0.0
            gradient[i] = g[i] + l1 * pull if l1 != 0 else g[i]
        gradient[locked] = 0.0
        if not isfinite(gradient).all():
            return k, {gradient}
        settings[rate] = rates[k]
        moment = float(updates + k + 1)
        call_update(passes[4], (optimizer, w, gradient, state, settings, moment))
        for i in range(len(locked)):
            w[locked[i]] = kept[i]
            state[:, locked[i]] = 0.0
        if not isfinite(w).all():
            return k + 1, {weights}
    return len(rates), {done}
'''
