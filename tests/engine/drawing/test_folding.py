"""Which items a folded picture has, and which wires join them."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing.folding import Folded, fold
from engine.drawing.forest import forest
from engine.drawing.items import NOTHING
from engine.drawing.levels import levels
from engine.drawing.opening import FLAT, opened_by_default, opened_to
from tests.engine.drawing.scoped import (
    alternating,
    folded,
    long_chain,
    opened,
    recurrent,
    samples,
    scoped,
    wide_sum,
)

many = settings(max_examples=80, deadline=None)


def kinds(picture: Folded) -> Counter[str]:
    return Counter(item.kind for item in picture.items)


def state(picture: Folded) -> tuple[object, ...]:
    return picture.items, picture.item_of.tolist(), picture.operands, picture.counts


@many
@given(folded())
def test_every_node_is_in_exactly_one_item_which_stands_for_it(picture: Folded) -> None:
    assert (picture.item_of >= 0).all()
    held = np.bincount(picture.item_of, minlength=len(picture.items))
    scopes = picture.graph.scopes
    for place, item in enumerate(picture.items):
        assert item.nodes == held[place]
        assert item.kind != "card" or picture.item_of[item.node] == place
    for node, place in enumerate(picture.item_of.tolist()):
        item = picture.items[place]
        if item.kind == "card":
            assert item.node == node
            assert picture.member_of[node] == NOTHING
        else:
            assert picture.member_of[node] in item.members
            assert picture.member_of[node] in scopes.around(node)


@many
@given(folded())
def test_wires_count_the_operand_edges_between_items(picture: Folded) -> None:
    expected: Counter[tuple[int, int]] = Counter()
    for node, row in enumerate(picture.graph.operands.tolist()):
        for operand in row:
            ends = int(picture.item_of[operand]), int(picture.item_of[node])
            if operand >= 0 and ends[0] != ends[1]:
                expected[ends] += 1
    assert {(a, b): count for a, b, count in picture.wires} == expected
    assert len(list(picture.wires)) == len(expected)


@many
@given(folded())
def test_each_frame_comes_before_its_contents_and_what_is_used_before_its_users(
    picture: Folded,
) -> None:
    for place, item in enumerate(picture.items):
        assert item.parent < place
        assert item.parent == NOTHING or picture.items[item.parent].kind == "frame"
    for frame, level in levels(picture).items():
        for _, source, target in level.wires:
            assert source == frame or target == frame or source < target


@many
@given(folded())
def test_keys_are_unique(picture: Folded) -> None:
    keys = picture.keys([f"n{node}" for node in range(len(picture.graph))])
    assert len(set(keys)) == len(keys)


@many
@given(scoped(), st.data())
def test_opening_and_folding_again_gives_the_same_picture(graph, data) -> None:
    count = len(forest(graph).scopes)
    chosen = data.draw(st.lists(st.integers(0, max(count - 1, 0)), max_size=4))
    if count:
        before = fold(graph, chosen)
        fold(graph, [*chosen, count - 1])
        assert state(fold(graph, chosen)) == state(before)


@many
@given(scoped())
def test_a_flat_picture_has_a_card_a_node_and_nothing_else(graph) -> None:
    picture = fold(graph, flat=True)
    assert [item.node for item in picture.items] == list(range(len(graph)))
    assert kinds(picture) == {"card": len(graph)}
    rows = [list(dict.fromkeys(k for k in row if k >= 0)) for row in graph.operands.tolist()]
    assert picture.operands == rows


@many
@given(scoped(), st.data())
def test_only_some_nodes_are_shown_and_boxes_without_any_vanish(graph, data) -> None:
    only = data.draw(st.sets(st.integers(0, len(graph) - 1)))
    scopes = range(len(forest(graph).scopes))
    picture = fold(graph, data.draw(st.lists(st.sampled_from(scopes))) if scopes else (), {}, only)
    assert set(np.flatnonzero(picture.item_of >= 0).tolist()) == only
    assert sum(item.nodes for item in picture.items) == len(only)
    for item in picture.items:
        assert item.nodes or item.kind == "frame"


def test_turns_are_one_stack_with_one_of_them_in_front() -> None:
    graph = samples(5)
    (stack,) = [item for item in fold(graph).items if item.kind == "stack"]
    assert len(stack.members) == 5
    assert stack.scope == stack.members[0]
    (paged,) = [
        item for item in fold(graph, (), {stack.scope: stack.members[3]}).items if item.members
    ]
    assert paged.scope == stack.members[3]
    assert paged.nodes == stack.nodes


def test_a_stack_opens_at_the_member_named_last_and_its_frame_stands_for_the_others() -> None:
    graph = samples(5)
    picture = fold(graph, opened(graph, "sample[1]", "sample[3]"))
    (frame,) = [item for item in picture.items if item.kind == "frame"]
    assert graph.scopes.paths[frame.scope] == "sample[3]"
    assert frame.nodes == 4 * graph.scopes.sizes[frame.scope]
    inside = [item for item in picture.items if item.parent != NOTHING]
    assert sum(item.nodes for item in inside) == graph.scopes.sizes[frame.scope]


def test_a_scope_is_open_only_where_all_around_it_are() -> None:
    graph = samples(3)
    assert kinds(fold(graph, opened(graph, "sample[0].mlp")))["frame"] == 0
    assert kinds(fold(graph, opened(graph, "sample[0].mlp", "sample[0]")))["frame"] == 2


def test_turns_that_use_each_other_in_turn_stay_apart() -> None:
    picture = fold(alternating(4))
    assert kinds(picture)["box"] == 8
    assert kinds(picture)["stack"] == 0
    assert len(list(picture.wires)) >= 7


def test_the_turns_of_a_recurrent_net_are_one_stack() -> None:
    assert kinds(fold(recurrent(6)))["stack"] == 1


def test_paging_and_opening_leave_the_keys_as_they_are() -> None:
    graph = samples(4)
    names = [f"n{node}" for node in range(len(graph))]
    first, second = opened(graph, "sample[0]", "sample[1]")
    closed = fold(graph).keys(names)
    assert "scope:sample" in closed
    assert "scope:sample" in fold(graph, [second]).keys(names)
    boxes = [
        {key for key in fold(graph, [scope]).keys(names) if key.startswith("scope:")}
        for scope in (first, second)
    ]
    assert boxes[0] == boxes[1]


def test_a_small_graph_is_open_at_first_and_of_a_large_one_the_outer_scopes() -> None:
    small = samples(2)
    assert len(small) <= FLAT
    assert opened_by_default(small) == tuple(range(len(small.scopes)))
    large = samples(30)
    picture = fold(large, opened_by_default(large))
    assert len(picture.items) <= 60
    assert kinds(picture)["frame"] >= 1


def test_all_scopes_down_to_a_depth_are_opened() -> None:
    graph = samples(4)
    names = graph.scopes.paths
    assert [names[k] for k in opened_to(graph, 1)] == ["sample[0]"]
    assert [names[k] for k in opened_to(graph, 2)] == ["sample[0]", "sample[0].mlp"]
    assert opened_to(graph, 0) == ()


@pytest.mark.parametrize("make", [long_chain, wide_sum], ids=["chain", "sum"])
def test_ten_thousand_nodes_without_a_scope_are_folded_into_runs(make) -> None:
    graph = make(10_000)
    start = time.process_time()
    picture = fold(graph, opened_by_default(graph))
    assert time.process_time() - start < 1
    assert len(picture.items) <= 60
    assert kinds(picture)["card"] == 0
    one = fold(graph, [fold(graph).items[1].scope])
    assert kinds(one)["frame"] == 1
    assert kinds(one)["card"] <= FLAT


def test_runs_are_cut_so_that_no_box_waits_for_itself() -> None:
    graph = samples(200, (2, 2, 1))
    picture = fold(graph)
    assert kinds(picture)["stack"] == 1
    assert kinds(picture)["card"] < 40
    for target, row in enumerate(picture.operands):
        assert all(source < target for source in row)


def test_weights_that_many_use_share_a_box() -> None:
    graph = samples(20, (2, 16, 16, 1))
    picture = fold(graph)
    paths = picture.forest.scopes.paths
    (box,) = [k for k, item in enumerate(picture.items) if paths[item.scope] == "shared parameters"]
    assert picture.items[box].nodes == 337
