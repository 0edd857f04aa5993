"""A folded picture as text, and the numbers that its boxes and bundles show."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings

from engine.drawing.boxes import box_numbers, bundle_numbers, item_sizes, ranged
from engine.drawing.cards import card, card_numbers, tone, wire_numbers
from engine.drawing.folded_svg import name_of, write_folded_svg
from engine.drawing.folding import NO_PAGES, Folded, fold
from engine.drawing.layout import lay_out
from engine.drawing.nested import lay_out_folded
from engine.drawing.svg import write_svg
from engine.evaluate import forward, gradients
from engine.expr import Expr
from engine.graph import Graph
from engine.scopes import scope
from tests.app.pictures import SVG
from tests.engine.drawing.scoped import folded, opened, samples, scoped

GOLDEN = Path(__file__).parents[2] / "data" / "folded.svg"
some = settings(max_examples=40, deadline=None)


def numbers_of(graph: Graph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values, gradients and what each edge carried, all leaves at their places' numbers."""
    leaves = np.linspace(-0.9, 1.1, len(graph))[:, None]
    values = forward(graph, leaves)
    found = gradients(graph, values)
    return values, found.nodes, found.edges


def written(picture: Folded, troubles=NO_PAGES) -> str:
    """Return a folded picture as text."""
    graph = picture.graph
    values, slopes, edges = numbers_of(graph)
    placed = lay_out_folded(picture, item_sizes(picture))
    cards = [
        card(graph, k.node, float(values[k.node, 0]), float(slopes[k.node, 0]))
        if k.kind == "card"
        else None
        for k in picture.items
    ]
    boxes = box_numbers(picture, values, slopes, troubles)
    wires = bundle_numbers(picture, edges, [(wire.source, wire.target) for wire in placed.wires])
    keys = picture.keys([f"n{node}" for node in range(len(graph))])
    return str(write_folded_svg(placed, cards, boxes, wires, keys))


def groups(text: str, attribute: str) -> list[ET.Element]:
    return [each for each in ET.fromstring(text).iter(f"{SVG}g") if attribute in each.attrib]


@some
@given(folded())
def test_any_folded_picture_is_well_formed_and_shows_every_item_and_wire(picture: Folded) -> None:
    text = written(picture)
    shown = {int(group.attrib["data-scope"]) for group in groups(text, "data-scope")}
    assert shown == {item.scope for item in picture.items if item.members}
    nodes = {int(group.attrib["data-node"]) for group in groups(text, "data-node")}
    assert nodes == {item.node for item in picture.items if item.kind == "card"}
    paths = [p for p in ET.fromstring(text).iter(f"{SVG}path") if "data-source" in p.attrib]
    ends = {(p.attrib["data-source"], p.attrib["data-target"]) for p in paths}
    items = picture.items
    assert ends == {(name_of(items[a]), name_of(items[b])) for a, b, _ in picture.wires}
    assert text.count('tabindex="0"') == (1 if any(k.kind != "frame" for k in items) else 0)


@some
@given(scoped())
def test_a_flat_picture_is_the_very_text_it_was_before_there_was_folding(graph: Graph) -> None:
    values, slopes, edges = numbers_of(graph)
    layout = lay_out(graph.operands, item_sizes(fold(graph, flat=True)))
    wires = wire_numbers(graph, edges, [(wire.source, wire.target) for wire in layout.wires])
    keys = [f"n{node}" for node in range(len(graph))]
    plain = write_svg(graph, layout, card_numbers(graph, values, slopes, {}), wires, keys)
    assert written(fold(graph, flat=True)) == str(plain)


@some
@given(folded())
def test_a_box_shows_the_range_of_its_values_and_its_largest_gradient(picture: Folded) -> None:
    values, slopes, _ = numbers_of(picture.graph)
    steep = slopes[:, 0]
    for place, box in enumerate(box_numbers(picture, values, slopes, {})):
        item = picture.items[place]
        if box is None:
            assert item.kind in ("card", "frame")
            continue
        front = (picture.item_of == place) & (picture.member_of == item.scope)
        assert box.values == ranged(values[front].min(), values[front].max(), 124)
        largest = steep[front][np.abs(steep[front]).argmax()]
        assert box.tone == tone(largest) or (steep[front] == -largest).any()
        assert (box.page, box.pages) == (item.members.index(item.scope) + 1, len(item.members))


@some
@given(folded())
def test_a_bundle_is_drawn_by_the_largest_it_carries(picture: Folded) -> None:
    graph = picture.graph
    _, _, edges = numbers_of(graph)
    ends = [(a, b) for a, b, _ in picture.wires]
    for (one, other), drawn in zip(ends, bundle_numbers(picture, edges, ends), strict=True):
        carried = [
            edges[node, slot, 0]
            for node in np.flatnonzero(picture.item_of == other)
            for slot, operand in enumerate(graph.operands[node])
            if operand >= 0 and picture.item_of[operand] == one
        ]
        cards = picture.items[one].kind == picture.items[other].kind == "card"
        largest = sum(carried) if cards else max(carried, key=abs)
        assert drawn.tone in {tone(largest), tone(-largest)}


def test_trouble_inside_a_box_marks_it_and_what_is_not_finite_shows() -> None:
    graph = samples(3)
    text = written(fold(graph), {len(graph) // 2: "log has no value there."})
    (stack,) = groups(text, "data-page")
    assert "broken" in stack.attrib["class"]
    assert "log has no value there." in stack.attrib["aria-label"]


def test_the_members_of_a_stack_are_alike_or_of_several_shapes() -> None:
    x = Expr(0.5, label="x")
    total = x
    for turn in range(4):
        with scope("turn", turn):
            total = total + (x * 2 + turn if turn < 3 else (x * 2).tanh() * turn)
    mixed, alike = fold(Graph.of(total)), fold(samples(4))
    for picture, said in ((mixed, "4, 2 shapes"), (alike, "4 alike")):
        values, slopes, _ = numbers_of(picture.graph)
        boxes = box_numbers(picture, values, slopes, {})
        assert [box.alike for box in boxes if box] == [said]


def test_a_pager_leads_to_the_members_on_either_side_and_round_the_end() -> None:
    graph = samples(3)
    (first, last) = groups(written(fold(graph)), "data-page-to")
    assert first.attrib["data-page-to"] == "sample[2]"
    assert last.attrib["data-page-to"] == "sample[1]"
    text = written(fold(graph, opened(graph, "sample[1]")))
    assert [g.attrib["data-page-to"] for g in groups(text, "data-page-to")] == [
        "sample[0]",
        "sample[2]",
    ]
    assert [g.attrib["data-fold"] for g in groups(text, "data-fold")] == ["sample[1]"]


def test_names_of_scopes_are_escaped() -> None:
    x = Expr(0.5, label="x")
    with scope('<b a="1">&'):
        y = x * 2 + 1
    text = written(fold(Graph.of(y * 2)))
    assert "<b" not in text
    (box,) = groups(text, "data-box")
    assert box.attrib["data-box"] == '<b a="1">&'


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(-1.25, 3.5, "−1.25 … 3.5"), (2.0, 2.0, "2"), (float("nan"), float("nan"), "nan")],
)
def test_a_range_is_two_numbers_or_one(low: float, high: float, text: str) -> None:
    assert ranged(low, high, 200) == text


def test_a_small_folded_picture_looks_as_it_did() -> None:
    """Rewrite the picture with REWRITE_GOLDEN=1, and read the difference before committing it."""
    graph = samples(3, (2, 2, 1))
    lines = written(fold(graph, opened(graph, "sample[1]"))).replace("><", ">\n<") + "\n"
    if os.environ.get("REWRITE_GOLDEN") == "1":
        GOLDEN.write_text(lines, "utf-8")
    assert lines == GOLDEN.read_text("utf-8")
