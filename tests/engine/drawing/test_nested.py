"""Where the items of a folded picture stand, and how its wires run."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing.boxes import item_sizes
from engine.drawing.cards import card_sizes
from engine.drawing.folding import Folded, fold
from engine.drawing.forest import forest
from engine.drawing.items import NOTHING
from engine.drawing.layout import lay_out
from engine.drawing.nested import lay_out_folded
from engine.drawing.opening import opened_by_default
from engine.drawing.picture import Picture
from tests.engine.drawing.scoped import (
    alternating,
    folded,
    folded_by,
    long_chain,
    opened,
    recurrent,
    samples,
    scoped,
    tangled,
    wide_sum,
)
from tests.engine.drawing.test_layout import CLEAR, MARGIN, sampled

many = settings(max_examples=60, deadline=None)


def drawn(picture: Folded) -> Picture:
    return lay_out_folded(picture, item_sizes(picture))


def names(picture: Folded) -> list[str]:
    return picture.keys([f"n{node}" for node in range(len(picture.graph))])


def redrawn(before: Picture, after: Folded, anchor: str = "") -> Picture:
    places = before.places(names(before.folded))
    return lay_out_folded(after, item_sizes(after), names(after), places, anchor)


def rects(picture: Picture) -> np.ndarray:
    """Return (items, 4) left, top, right, bottom."""
    corner = np.column_stack([picture.x, picture.y])
    size = np.column_stack([picture.widths, picture.heights])
    return np.concatenate([corner, corner + size], axis=1)


def around(folded: Folded, item: int) -> set[int]:
    """Return the frames around an item, and itself."""
    found = set()
    while item != NOTHING:
        found.add(item)
        item = folded.items[item].parent
    return found


def assert_sound(picture: Picture) -> None:
    """Check that nothing overlaps, and that no wire runs through anything but its ends."""
    items = picture.folded.items
    left, top, right, bottom = rects(picture).T
    for frame in {item.parent for item in items}:
        row = np.array([k for k, item in enumerate(items) if item.parent == frame])
        wide = (left[row, None] < right[row] + MARGIN) & (left[row] < right[row, None] + MARGIN)
        high = (top[row, None] < bottom[row] + MARGIN) & (top[row] < bottom[row, None] + MARGIN)
        assert not (wide & high & ~np.eye(len(row), dtype=bool)).any()
        if frame != NOTHING:
            assert (left[row] >= left[frame] + 12).all()
            assert (top[row] >= top[frame] + 40).all()
            assert (right[row] <= right[frame] - 12).all()
            assert (bottom[row] <= bottom[frame] - 12).all()
    for wire in picture.wires:
        x, y = sampled(wire).T[:, :, None]
        inside = (x > left - 1) & (x < right + 1) & (y > top - CLEAR) & (y < bottom + CLEAR)
        touched = set(np.flatnonzero(inside.any(axis=0)).tolist())
        ends = around(picture.folded, wire.source) | around(picture.folded, wire.target)
        assert touched <= ends


@many
@given(folded())
def test_nothing_overlaps_and_no_wire_runs_through_what_it_does_not_belong_to(
    picture: Folded,
) -> None:
    assert_sound(drawn(picture))


@many
@given(folded())
def test_every_wire_is_drawn_once_from_rim_to_rim_without_a_break(picture: Folded) -> None:
    found = drawn(picture)
    wires = {(wire.source, wire.target): wire.count for wire in found.wires}
    assert wires == {(a, b): count for a, b, count in picture.wires}
    assert len(found.wires) == len(wires)
    left, top, right, bottom = rects(found).T
    for wire in found.wires:
        points = np.array(wire.points)
        assert (np.diff(points[:, 0]) >= -1e-9).all()
        (start, y), (end, level) = points[0], points[-1]
        source_holds = wire.source in around(picture, wire.target)
        target_holds = wire.target in around(picture, wire.source)
        assert start == (left if source_holds else right)[wire.source]
        assert end == (right if target_holds else left)[wire.target]
        assert top[wire.source] < y < bottom[wire.source]
        assert top[wire.target] < level < bottom[wire.target]


@many
@given(folded())
def test_the_size_covers_items_and_wires(picture: Folded) -> None:
    found = drawn(picture)
    points = np.concatenate(
        [rects(found)[:, :2], rects(found)[:, 2:], *[np.array(w.points) for w in found.wires]]
    )
    corner = np.array([found.left, found.top])
    assert (points >= corner).all()
    assert (points <= corner + np.array([found.width, found.height])).all()


@many
@given(scoped())
def test_a_flat_picture_is_that_of_the_graph_without_scopes(graph) -> None:
    picture = drawn(fold(graph, flat=True))
    plain = lay_out(graph.operands, card_sizes(graph))
    assert (picture.x == plain.x).all()
    assert (picture.y == plain.y).all()
    assert picture.wires == plain.wires
    frame = (picture.left, picture.top, picture.width, picture.height)
    assert frame == (plain.left, plain.top, plain.width, plain.height)


@many
@given(folded())
def test_the_same_folding_is_always_drawn_the_same_way(picture: Folded) -> None:
    one, other = drawn(picture), drawn(picture)
    assert (rects(one) == rects(other)).all()
    assert one.wires == other.wires


@many
@given(scoped(), st.randoms(use_true_random=False))
def test_what_is_unfolded_or_folded_keeps_its_corner(graph, random) -> None:
    before = drawn(folded_by(graph, random))
    scopes = [item.scope for item in before.folded.items if item.members]
    if not scopes:
        return
    scope = random.choice(scopes)
    now = [item.scope for item in before.folded.items if item.kind == "frame"]
    after = fold(graph, [s for s in now if s != scope] if scope in now else [*now, scope])
    anchor = f"scope:{forest(graph).stacks.paths[scope]}"
    if anchor not in names(after) or anchor not in names(before.folded):
        return
    found = redrawn(before, after, anchor)
    assert_sound(found)
    was, place = names(before.folded).index(anchor), names(after).index(anchor)
    assert (found.x[place], found.y[place]) == (before.x[was], before.y[was])


@many
@given(scoped(), st.randoms(use_true_random=False))
def test_neighbours_keep_their_order_where_a_box_opens(graph, random) -> None:
    before = drawn(folded_by(graph, random))
    closed = [item.scope for item in before.folded.items if item.kind in ("box", "stack")]
    if not closed:
        return
    now = [item.scope for item in before.folded.items if item.kind == "frame"]
    scope = random.choice(closed)
    pages = {forest(graph).stacks.first[s]: s for s in [*now, *closed]}
    after = fold(graph, [*now, scope], pages)
    found = redrawn(before, after, f"scope:{forest(graph).stacks.paths[scope]}")
    old, new = names(before.folded), {key: place for place, key in enumerate(names(after))}
    assert swaps(before, found, [(k, new[key]) for k, key in enumerate(old) if key in new]) == 0


def swaps(before: Picture, after: Picture, pairs: list[tuple[int, int]]) -> int:
    """Count the pairs in one column of one frame, before and after, that changed their order."""
    one, other = (np.array(k, int) for k in zip(*pairs, strict=True))
    parents = np.array([item.parent for item in before.folded.items])[one]
    together = parents[:, None] == parents
    for x, width in ((before.x[one], before.widths[one]), (after.x[other], after.widths[other])):
        together &= (x[:, None] < x + width) & (x < (x + width)[:, None])
    earlier = np.sign(before.y[one][:, None] - before.y[one])
    later = np.sign(after.y[other][:, None] - after.y[other])
    return int((together & (earlier * later < 0)).sum()) // 2


@pytest.mark.parametrize("make", [recurrent, alternating, samples], ids=lambda make: make.__name__)
def test_opening_a_turn_leaves_what_stands_left_of_it_where_it_is(make) -> None:
    graph = make(6)
    before = drawn(fold(graph))
    stack = next(item for item in before.folded.items if item.members)
    anchor = f"scope:{forest(graph).stacks.paths[stack.scope]}"
    after = redrawn(before, fold(graph, [stack.scope]), anchor)
    assert_sound(after)
    place = names(before.folded).index(anchor)
    corner = before.x[place]
    places = after.places(names(after.folded))
    for key, x in zip(names(before.folded), before.x.tolist(), strict=True):
        if x < corner and key in places:
            assert abs(places[key][0] - x) < 60


def test_opening_step_by_step_and_folding_again_leads_back_to_the_same_picture() -> None:
    graph = samples(30, (2, 4, 4, 1))
    paths = ["sample[0]", "sample[0].mlp", "sample[0].mlp.layer2"]
    first = picture = drawn(fold(graph))
    for count, path in ((1, 0), (2, 1), (3, 2), (2, 2), (1, 1), (0, 0)):
        anchor = f"scope:{forest(graph).stacks.paths[opened(graph, paths[path])[0]]}"
        picture = redrawn(picture, fold(graph, opened(graph, *paths[:count])), anchor)
        assert_sound(picture)
    assert (rects(picture) == rects(first)).all()
    assert picture.wires == first.wires


@many
@given(folded())
def test_a_redraw_without_a_change_changes_nothing(picture: Folded) -> None:
    first = drawn(picture)
    again = redrawn(first, picture)
    assert (rects(again) == rects(first)).all()


@pytest.mark.parametrize("make", [long_chain, wide_sum], ids=["chain", "sum"])
def test_ten_thousand_nodes_without_a_scope_open_folded_in_under_a_second(make) -> None:
    graph = make(10_000)
    start = time.process_time()
    picture = drawn(fold(graph, opened_by_default(graph)))
    assert time.process_time() - start < 2  # a loaded machine is allowed some more
    assert_sound(picture)


def test_scopes_that_use_each_other_are_drawn_all_the_same() -> None:
    graph = tangled(5)
    for chosen in ((), (0,), (1,), (0, 1)):
        assert_sound(drawn(fold(graph, chosen)))


def test_a_sample_opens_down_to_a_neuron() -> None:
    graph = samples(20, (2, 4, 4, 1))
    inner = ["sample[3]"]
    for name in ("mlp", "layer2", "neuron1"):
        inner.append(f"{inner[-1]}.{name}")
    picture = fold(graph, opened(graph, *inner))
    assert [item.kind for item in picture.items].count("frame") == 4
    assert_sound(drawn(picture))
