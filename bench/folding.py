"""Folded pictures of large graphs: how long until they stand, the first time and after a click.

The graphs are the demo's, every sample unrolled in a scope of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.demo import Array
from bench.demo_graphs import literal
from bench.timing import Row, laps, median_row, quiet_heap
from engine.drawing import shapes
from engine.drawing.boxes import box_numbers, bundle_numbers, item_sizes
from engine.drawing.cards import card
from engine.drawing.folded_svg import write_folded_svg
from engine.drawing.folding import Folded, fold
from engine.drawing.forest import forest
from engine.drawing.nested import lay_out_folded
from engine.drawing.opening import opened_by_default, opened_to
from engine.drawing.picture import Picture
from engine.evaluate import Gradients
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.native import forward, gradients

RUNS = 20
# samples of a graph with one level open, and what to stay under, in ms
LEVELS = ((40, 300.0), (200, 1500.0))
# s after which dot is recorded not to have ended on all nodes of either. It isn't run here, which
# would take minutes: python -m bench.layout_peers --large does.
DOT_GAVE_UP = 120.0
DEMO, DEMO_AIM = 100, 300.0
NUMBERS_AIM, BUILD_AIM = 20.0, 250.0


@dataclass(frozen=True, eq=False)
class Numbers:
    """A graph and its numbers."""

    graph: Graph
    values: Array
    found: Gradients


def rows() -> list[Row]:
    """Return a row for each size and each gesture."""
    with quiet_heap():
        return [*_levels(), *_demo()]


def _levels() -> list[Row]:
    found = []
    for samples, aim in LEVELS:
        graph = Graph.of(literal(samples))
        work = f"folding, {len(graph):,} nodes, one level open"
        row = _row(work, aim, lambda graph=graph: _first(graph))
        seconds = row.ours / 1e3
        found += [
            row,
            Row(work, "dot, not done", seconds, DOT_GAVE_UP, "s; dot: all, recorded"),
        ]
    return found


def _demo() -> list[Row]:
    nodes = in_evaluation_order(literal(DEMO))
    graph = Graph.of_nodes(nodes, nodes[-1])
    values = forward(graph, leaf_numbers(nodes))
    numbers = Numbers(graph, values, gradients(graph, values))
    opened = opened_by_default(graph)
    closed = _placed(fold(graph))
    names = [f"n{node}" for node in range(len(graph))]
    stack = next(item for item in closed.folded.items if item.kind == "stack")
    drawn = fold(graph, opened)
    work = f"folding, {len(graph):,} nodes"

    def unfolded() -> str:
        shapes.afresh.cache_clear()  # as if this shape were new
        folded = fold(graph, [stack.scope])
        before = closed.places(closed.folded.keys(names))
        keys = folded.keys(names)
        anchor = f"scope:{forest(graph).stacks.paths[stack.scope]}"
        picture = lay_out_folded(folded, item_sizes(folded), keys, before, anchor)
        return _written(numbers, picture, names)

    return [
        _row(f"{work}: its structure", BUILD_AIM, lambda: Graph.of_nodes(nodes, nodes[-1])),
        _row(f"{work}: first picture", DEMO_AIM, lambda: _opened(numbers, names)),
        _row(f"{work}: again", None, lambda: _written(numbers, _placed(drawn), names)),
        _row(f"{work}: a sample opened", DEMO_AIM, unfolded),
        _row(
            f"{work}: numbers of boxes",
            NUMBERS_AIM,
            lambda: box_numbers(drawn, values, numbers.found.nodes, {}),
        ),
    ]


def _row(work: str, aim: float | None, job: Callable[[], object]) -> Row:
    times = [seconds * 1e3 for seconds in laps(job, RUNS)]
    return median_row(work, "aim" if aim else "", times, aim, "ms")


def _first(graph: Graph) -> Picture:
    """Return the picture of a graph that was never drawn before."""
    shapes.afresh.cache_clear()  # nor any of its shapes
    graph = replace(graph)
    return _placed(fold(graph, opened_to(graph, 1)))


def _opened(numbers: Numbers, names: list[str]) -> str:
    shapes.afresh.cache_clear()
    graph = replace(numbers.graph)
    picture = _placed(fold(graph, opened_by_default(graph)))
    return _written(replace(numbers, graph=graph), picture, names)


def _placed(folded: Folded) -> Picture:
    return lay_out_folded(folded, item_sizes(folded))


def _written(numbers: Numbers, picture: Picture, names: list[str]) -> str:
    folded, values, slopes = picture.folded, numbers.values[:, 0], numbers.found.nodes[:, 0]
    cards = [
        card(numbers.graph, item.node, float(values[item.node]), float(slopes[item.node]))
        if item.kind == "card"
        else None
        for item in folded.items
    ]
    boxes = box_numbers(folded, numbers.values, numbers.found.nodes, {})
    ends = [(wire.source, wire.target) for wire in picture.wires]
    wires = bundle_numbers(folded, numbers.found.edges, ends)
    return write_folded_svg(picture, cards, boxes, wires, folded.keys(names))
