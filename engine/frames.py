"""The frames of the kernels: the text of the native module, with a gap where the rows' branches go.

A graph comes as two sections (see `schedule`). What is one number for all lanes lies in vectors
`v` and `g` (slots,), values and gradients; what has a number per lane lies in tables (slots,
block), filled block by block so that they stay in the processor's cache. In each the slots below
`first` are given, the others are computed. `a` and `b` are the slots of the operands, and a row of
`runs` holds (op, start, stop, whether a is handed a gradient, whether b is): one branch a run, not
one a node.
"""

HEAD = '''\
"""Generated from the rows of gradwalk's ops and optimizers; written anew when they change."""

from functools import partial
from math import {functions}, pi

import numpy as np
from numba import njit
from numpy import {from_numpy}

ONE = np.uint32(1)
compiled = partial(njit, nogil=True, error_model="numpy", cache=True)
'''

FORWARD_ONE = '''
@compiled(
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1],"
    " uint32[::1], float64[:, ::1], float64[:, ::1])"
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

FORWARD_LANES = '''
@compiled(
    "float64(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[:, ::1],"
    " float64[:, ::1], uint32[::1], int64, int64, uint32)"
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

BACKWARD_LANES = '''
@compiled(
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[:, ::1], float64[:, ::1],"
    " int64, int64, uint32)"
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

BACKWARD_ONE = '''
@compiled(
    "void(uint32, uint32[::1], uint32[::1], uint32[:, ::1], float64[::1], float64[::1],"
    " uint32[::1], float64[:, ::1], int64, int64)"
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

UPDATE = '''
@compiled(
    "void(int64, float64[::1], float64[::1], float64[:, ::1], float64[::1], float64)"
)
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
