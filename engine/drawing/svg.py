"""A layout and its numbers as SVG text: one writer for the page, notebooks and exports."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from engine.drawing.cards import (
    BADGE_RADIUS,
    CARD,
    GRAD,
    PADDING,
    CardNumbers,
    WireNumbers,
    badge_half,
    card_sizes,
    text_start,
)
from engine.drawing.layout import Layout, Wire
from engine.graph import Graph

ROUND = 6
BAR = 2.5


def write_svg(
    graph: Graph,
    layout: Layout,
    cards: Sequence[CardNumbers],
    wires: Sequence[WireNumbers],
    keys: Sequence[str],
) -> Markup:
    """Return one `<svg>`: wires first, then a card a node in evaluation order.

    Args:
        graph: n nodes.
        layout: where they stand.
        cards: what each card shows.
        wires: how each of the layout's wires is drawn.
        keys: a name for each node that survives an edit, so that a card can move to its new place.
    """
    nodes = len(graph)
    width, height = f"{layout.width:g}", f"{layout.height:g}"
    count = f"{nodes} nodes" if nodes > 1 else "1 node"
    opening = (
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="{layout.left:g} {layout.top:g} {width} {height}"'
        ' role="group" aria-label="Computation graph">'
    )
    parts = [
        opening,
        '<g class="wires" aria-hidden="true">',
        *(_wire(graph, layout, *pair) for pair in zip(layout.wires, wires, strict=True)),
        f'</g><g class="cards" role="list" aria-label="{count}, in evaluation order">',
    ]
    rows = zip(
        layout.x.tolist(), layout.y.tolist(), card_sizes(graph).tolist(), cards, keys, strict=True
    )
    for node, (x, y, (width, height), numbers, key) in enumerate(rows):
        parts.append(card(graph, node, (x, y, width, height), numbers, key, first=node == 0))
    parts.append("</g></svg>")
    return Markup("".join(parts))  # noqa: S704  every piece that is not ours is escaped where it is put in


def _wire(graph: Graph, layout: Layout, wire: Wire, numbers: WireNumbers) -> str:
    path = (
        f'<path class="wire {numbers.tone}" data-source="{wire.source}" data-target="{wire.target}"'
        f' d="{wire.path}" stroke-width="{numbers.width:g}"/>'
    )
    if wire.count == 1:
        return path
    x = layout.x[wire.target] - badge_half(graph, wire.target) - 4
    y = layout.y[wire.target] + CARD[1] / 2 - 8  # a user of operands is no constant
    return f'{path}<text class="times" x="{x:g}" y="{y:g}" text-anchor="end">×{wire.count}</text>'


def card(
    graph: Graph,
    node: int,
    box: tuple[float, float, float, float],
    numbers: CardNumbers,
    key: str,
    *,
    first: bool,
) -> str:
    """Return one card; the first is where a keyboard comes in.

    Args:
        graph: the graph of its node.
        node: that node.
        box: left, top, width and height in px.
        numbers: what it shows.
        key: its name.
        first: whether it is the first one of its picture.
    """
    x, y, width, height = box
    looks = f"card {_kind(graph, node)} {numbers.tone}{' broken' if numbers.trouble else ''}"
    looks += "" if numbers.word == GRAD else " wrong"
    operands = " ".join(map(str, graph.operands_of(node)))
    right = width - PADDING
    left = text_start(graph, node)
    upper, lower, bar = (22, 41, height - 8) if height > 50 else (17, 33, height - 6)
    bar_x, bar_width = numbers.bar
    return (
        f'<g class="{looks}" data-node="{node}" data-key="{escape(key)}"'
        f' data-operands="{operands}" transform="translate({x:g} {y:g})" role="listitem"'
        f' tabindex="{0 if first else -1}" aria-label="{escape(numbers.spoken)}">'
        f"<title>{escape(numbers.hover)}</title>"
        f'<rect class="rim" width="{width:g}" height="{height:g}" rx="{ROUND}"/>'
        f'<text class="name" x="{left:g}" y="{upper}">{escape(numbers.name)}</text>'
        f'<text class="value" x="{right:g}" y="{upper}" text-anchor="end">{numbers.value}</text>'
        f'<text class="word" x="{left:g}" y="{lower}">{numbers.word}</text>'
        f'<text class="grad" x="{right:g}" y="{lower}" text-anchor="end">{numbers.grad}</text>'
        f'<path class="rail" d="M{PADDING:g} {bar:g}H{right:g}"/>'
        f'<rect class="bar" x="{bar_x:g}" y="{bar - BAR / 2:g}" width="{bar_width:g}"'
        f' height="{BAR:g}" rx="{BAR / 2:g}"/>'
        f"{_badge(graph, node, height)}{mark(width)}</g>"
    )


def _kind(graph: Graph, node: int) -> str:
    if node == graph.output:
        return "output"
    if graph.constant[node]:
        return "constant"
    return "parameter" if graph.learnable[node] else "result"


def _badge(graph: Graph, node: int, height: float) -> str:
    """The op on the left rim, where the operands' wires arrive."""
    op = graph.op(node)
    if op is None:
        return ""
    text = op.badge
    half = badge_half(graph, node)
    middle = height / 2
    size = "sign" if len(text) == 1 else "word"
    return (
        f'<g class="badge {size}"><rect x="{-half:g}" y="{middle - BADGE_RADIUS:g}"'
        f' width="{2 * half:g}" height="{2 * BADGE_RADIUS:g}" rx="{BADGE_RADIUS:g}"/>'
        f'<text y="{middle + 4:g}" text-anchor="middle">{escape(text)}</text></g>'
    )


def mark(width: float) -> str:
    """Return the sign of trouble, shown by CSS where the card is broken."""
    sign = '<circle r="8"/><text y="4" text-anchor="middle">!</text>'
    return f'<g class="mark" transform="translate({width:g} 0)">{sign}</g>'
