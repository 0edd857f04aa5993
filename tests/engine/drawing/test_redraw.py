"""A picture that grows: what stood keeps its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.drawing.layout import Layout, lay_out
from tests.engine.drawing.graphs import (
    Operands,
    Sizes,
    cards,
    graph,
    graphs,
    network,
    new_nodes,
    sum_of,
)
from tests.engine.drawing.test_layout import boxes, sampled

Floats = NDArray[np.float64]


def grown(before: Layout, old: Floats, operands: Operands, sizes: Sizes) -> Layout:
    """Lay out a graph whose nodes `old` (ids, in the old order) stood in the picture `before`."""
    previous = np.full((len(operands), 2), np.nan)
    previous[old.astype(int)] = np.column_stack([before.x, before.y])
    return lay_out(operands, sizes, previous)


def swaps(before: Layout, after: Layout, sizes: Sizes, old: Floats) -> int:
    """Count the pairs of one column, before and after, that changed their order."""

    def columns(x: Floats) -> NDArray[np.bool_]:
        right = x + sizes[ids, 0]
        return (x[:, None] < right) & (x < right[:, None])

    ids = old.astype(int)
    together = columns(before.x) & columns(after.x[ids])
    one = np.sign(before.y[:, None] - before.y)
    other = np.sign(after.y[ids][:, None] - after.y[ids])
    return int((together & (one * other < 0)).sum()) // 2


@settings(max_examples=60, deadline=None)
@given(graphs(), st.floats(0.3, 1))
def test_lines_added_at_the_end_swap_no_neighbours(case, share) -> None:
    operands, sizes = case
    old = np.arange(max(1, int(share * len(operands))))
    before = lay_out(operands[: len(old)], sizes[: len(old)])
    after = grown(before, old, operands, sizes)
    assert swaps(before, after, sizes, old) == 0


@settings(max_examples=60, deadline=None)
@given(graphs(), st.floats(0.3, 1))
def test_a_grown_picture_is_as_sound_as_a_fresh_one(case, share) -> None:
    operands, sizes = case
    old = np.arange(max(1, int(share * len(operands))))
    before = lay_out(operands[: len(old)], sizes[: len(old)])
    after = grown(before, old, operands, sizes)
    left, top, right, bottom = boxes(after, sizes).T
    wide = (left[:, None] < right + 12) & (left < right[:, None] + 12)
    high = (top[:, None] < bottom + 12) & (top < bottom[:, None] + 12)
    assert not (wide & high & ~np.eye(len(left), dtype=bool)).any()
    for wire in after.wires:
        x, y = sampled(wire).T[:, :, None]
        inside = (x > left - 1) & (x < right + 1) & (y > top - 5) & (y < bottom + 5)
        touched = set(np.flatnonzero(inside.any(axis=0)).tolist())
        assert touched <= {wire.source, wire.target}
    again = lay_out(operands, sizes, np.column_stack([after.x, after.y]))
    assert (again.y == after.y).all()
    assert again.wires == after.wires


def test_a_longer_sum_leaves_all_cards_where_they_were() -> None:
    short, long = sum_of(8), sum_of(9)
    before = lay_out(short, cards(short))
    after = grown(before, np.arange(len(short)), long, cards(long))
    assert (after.x[: len(short)] == before.x).all()
    assert (after.y[: len(short)] == before.y).all()


def test_typing_a_neuron_piece_by_piece_ends_in_the_picture_of_the_whole() -> None:
    rows = [(), (), (0, 1), (), (), (3, 4), (2, 5), (), (6, 7), (8,)]
    whole = graph(rows)
    picture = lay_out(whole[:1], cards(whole[:1]))
    for length in (3, 6, 7, 9, 10):
        before = np.arange(len(picture.x))
        picture = grown(picture, before, whole[:length], cards(whole[:length]))
    fresh = lay_out(whole, cards(whole))
    assert (picture.x - picture.left == fresh.x).all()
    assert (picture.y - picture.top == fresh.y).all()


@pytest.mark.parametrize("extra", [(0, 0), (0, 2), (1, 0), (1, 3), (2, 0)])
@pytest.mark.parametrize("widths", [(3, 4, 4, 1), (2, 8, 8, 1)])
def test_a_term_added_to_a_neuron_swaps_no_neighbours_and_moves_few(widths, extra) -> None:
    operands, longer = network(*widths), network(*widths, extra=extra)
    before = lay_out(operands, cards(operands))
    old = np.setdiff1d(np.arange(len(longer)), new_nodes(widths, extra))
    after = grown(before, old, longer, cards(longer))
    assert swaps(before, after, cards(longer), old) == 0
    moved = np.abs(after.y[old] - before.y)
    assert np.mean(moved == 0) > 0.6
    assert np.mean(moved) < 60
