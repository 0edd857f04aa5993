"""What every layout keeps, on random graphs; what good ones show, on expressions."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from engine.drawing.layout import Layout, Wire, lay_out
from tests.engine.drawing.graphs import (
    Operands,
    Sizes,
    cards,
    chain,
    graph,
    graphs,
    sum_of,
)

Case = tuple[Operands, Sizes]
many = settings(max_examples=60, deadline=None)

MARGIN = 12.0  # px that must stay free between two cards
BADGE = 26.0  # px left of the rim of a card that has a badge
CLEAR = 5.0  # px between a wire and a card it passes


def sampled(wire: Wire, steps: int = 24) -> NDArray[np.float64]:
    """Return points along the wire, (m, 2) px."""
    points = np.array(wire.points)
    t = np.linspace(0, 1, steps)[:, None]
    pieces = [
        (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
        for a, b, c, d in zip(points[:-1:3], points[1::3], points[2::3], points[3::3], strict=True)
    ]
    return np.concatenate(pieces)


def boxes(layout: Layout, sizes: Sizes) -> NDArray[np.float64]:
    """Return (n, 4) left, top, right, bottom of the cards."""
    corner = np.column_stack([layout.x, layout.y])
    return np.concatenate([corner, corner + sizes], axis=1)


@many
@given(graphs())
def test_no_two_cards_overlap(case: Case) -> None:
    operands, sizes = case
    left, top, right, bottom = boxes(lay_out(operands, sizes), sizes).T
    left = left - np.where(operands[:, 0] >= 0, BADGE, 0)
    wide = (left[:, None] < right + MARGIN) & (left < right[:, None] + MARGIN)
    high = (top[:, None] < bottom + MARGIN) & (top < bottom[:, None] + MARGIN)
    assert not (wide & high & ~np.eye(len(left), dtype=bool)).any()


@many
@given(graphs())
def test_no_wire_runs_through_a_card_that_is_not_its_end(case: Case) -> None:
    operands, sizes = case
    layout = lay_out(operands, sizes)
    left, top, right, bottom = boxes(layout, sizes).T
    for wire in layout.wires:
        x, y = sampled(wire).T[:, :, None]
        inside = (x > left - 1) & (x < right + 1) & (y > top - CLEAR) & (y < bottom + CLEAR)
        touched = set(np.flatnonzero(inside.any(axis=0)).tolist())
        assert touched <= {wire.source, wire.target}


@many
@given(graphs())
def test_every_wire_runs_left_to_right_from_the_middle_of_a_side_to_the_middle_of_a_side(
    case: Case,
) -> None:
    operands, sizes = case
    layout = lay_out(operands, sizes)
    middle = layout.y + sizes[:, 1] / 2
    for wire in layout.wires:
        points = np.array(wire.points)
        assert (np.diff(points[:, 0]) >= 0).all()
        assert (np.diff(sampled(wire)[:, 0]) >= -1e-9).all()
        start = layout.x[wire.source] + sizes[wire.source, 0], middle[wire.source]
        assert points[0] == pytest.approx(start, abs=0.6)
        assert points[-1] == pytest.approx((layout.x[wire.target], middle[wire.target]), abs=0.6)


@many
@given(graphs())
def test_every_operand_has_one_wire_and_a_repeated_one_counts_two(case: Case) -> None:
    operands, sizes = case
    expected = {}
    for node, row in enumerate(operands.tolist()):
        for operand in row:
            if operand >= 0:
                expected[operand, node] = expected.get((operand, node), 0) + 1
    wires = lay_out(operands, sizes).wires
    assert {(wire.source, wire.target): wire.count for wire in wires} == expected
    assert len(wires) == len(expected)


@many
@given(graphs())
def test_the_size_covers_cards_and_wires(case: Case) -> None:
    operands, sizes = case
    layout = lay_out(operands, sizes)
    left, top, right, bottom = boxes(layout, sizes).T
    wires = [np.array(wire.points) for wire in layout.wires]
    points = np.concatenate(
        [np.column_stack([left, top]), np.column_stack([right, bottom]), *wires]
    )
    corner = np.array([layout.left, layout.top])
    assert (layout.left, layout.top) == (0, 0) or points.min(axis=0) == pytest.approx(corner + 24)
    assert (points >= corner).all()
    assert (points <= corner + np.array([layout.width, layout.height])).all()


@many
@given(graphs())
def test_the_same_graph_is_always_drawn_the_same_way(case: Case) -> None:
    assert_same(lay_out(*case), lay_out(*case))


@many
@given(graphs())
def test_a_redraw_without_an_edit_changes_nothing(case: Case) -> None:
    first = lay_out(*case)
    assert_same(first, lay_out(*case, np.column_stack([first.x, first.y])))


@many
@given(graphs())
def test_coordinates_are_whole_or_half_pixels(case: Case) -> None:
    layout = lay_out(*case)
    assert (layout.y * 2 == np.round(layout.y * 2)).all()
    assert (layout.x * 2 == np.round(layout.x * 2)).all()


def assert_same(one: Layout, other: Layout) -> None:
    """Check that two layouts are the same to the last digit."""
    assert (one.x == other.x).all()
    assert (one.y == other.y).all()
    assert one.wires == other.wires
    frame = (one.left, one.top, one.width, one.height)
    assert frame == (other.left, other.top, other.width, other.height)


def test_an_empty_graph_is_an_empty_picture() -> None:
    layout = lay_out(np.empty((0, 2), np.int32), np.empty((0, 2)))
    assert len(layout.x) == 0
    assert layout.wires == ()


@pytest.mark.parametrize(
    "operands",
    [chain(10_000), sum_of(5_000), graph([(), *[(0,)] * 9_999])],
    ids=["chain", "sum", "fan"],
)
def test_ten_thousand_nodes_are_laid_out_in_about_a_second(operands: Operands) -> None:
    sizes = cards(operands)
    start = time.process_time()
    layout = lay_out(operands, sizes)
    assert time.process_time() - start < 3  # a loaded machine is allowed some more
    assert len(layout.wires) >= 9_998


def test_values_used_again_across_thousands_of_columns_stay_cheap() -> None:
    terms = 1_500
    rows: list[tuple[int, ...]] = [()] * terms
    rows += [(0, 1), *[(terms + k, k + 2) for k in range(terms - 2)]]
    rows += [(len(rows) - 1 + k, k) for k in range(terms)]
    operands = graph(rows)
    start = time.process_time()
    lay_out(operands, cards(operands))
    assert time.process_time() - start < 3
