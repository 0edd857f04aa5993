"""What a box shows of the nodes it stands for, and how a bundle of wires is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.drawing.cards import (
    PADDING,
    Array,
    WireNumbers,
    card_sizes,
    fit,
    line,
    text_width,
    tone,
)
from engine.drawing.folding import Folded
from engine.drawing.items import Item
from engine.numerals import short

BOX = (196.0, 88.0)  # width, height
STACK = (204.0, 134.0)  # with the rims behind the one in front
BEHIND = 8.0  # px that the last of those rims stands off
TITLE_SIZE, LINE_SIZE = 13, 12  # px


@dataclass(frozen=True)
class BoxNumbers:
    """What one closed box shows; of a stack, the member in front.

    Attributes:
        name: cut to the width of the box.
        count: how many nodes it stands for: "65 nodes".
        values: the range of its values: "−1.2 … 3.4".
        grad: the size of its largest gradient: "≤ 0.03".
        tone: that gradient's.
        alike: how the members of a stack differ, else empty: "100 alike", "100, 3 shapes".
        outputs: the range of what they result in.
        page, pages: which member is in front, from 1, and of how many.
        trouble: why a value inside is not finite; else empty.
        hover, spoken: all of it in words.
    """

    name: str
    count: str
    values: str
    grad: str
    tone: str
    alike: str
    outputs: str
    page: int
    pages: int
    trouble: str
    hover: str
    spoken: str


def item_sizes(folded: Folded) -> Array:
    """Return (items, 2) float64: width and height of every item, 0 for a frame."""
    cards = card_sizes(folded.graph)
    sizes = {"box": BOX, "stack": STACK, "frame": (0.0, 0.0)}
    return np.array(
        [cards[i.node] if i.kind == "card" else sizes[i.kind] for i in folded.items]
    ).reshape(-1, 2)


def box_numbers(
    folded: Folded, values: Array, gradients: Array, troubles: Mapping[int, str], lane: int = 0
) -> list[BoxNumbers | None]:
    """Return what every box and stack shows in one lane, None for cards and frames.

    Args:
        folded: items over n nodes.
        values: (n, lanes).
        gradients: (n, lanes).
        troubles: node -> why its value is not finite.
        lane: the lane that is drawn.
    """
    inside: dict[int, str] = {}
    for node, why in troubles.items():
        inside.setdefault(int(folded.item_of[node]), why)
    lows, highs, steepest = _extremes(folded, values[:, lane], gradients[:, lane])
    found: list[BoxNumbers | None] = []
    for place, item in enumerate(folded.items):
        if item.kind in ("card", "frame"):
            found.append(None)
            continue
        numbers = (lows[place], highs[place], steepest[place])
        found.append(_box(folded, item, numbers, values[:, lane], inside.get(place, "")))
    return found


def _extremes(
    folded: Folded, values: Array, gradients: Array
) -> tuple[list[float], list[float], list[float]]:
    """Return for each item least and largest value and the largest gradient of what is in front."""
    count = len(folded.items)
    fronts = np.array([*(item.scope for item in folded.items), -2])
    nodes = np.flatnonzero((folded.member_of >= 0) & (folded.member_of == fronts[folded.item_of]))
    items = folded.item_of[nodes]
    order = np.argsort(items, kind="stable")
    nodes, items = nodes[order], items[order]
    answer = [np.full(count, np.nan) for _ in range(3)]
    if len(nodes):
        begins = np.flatnonzero(np.diff(items, prepend=-1))
        slopes = gradients[nodes]
        # a constant never learns: where its slope does not exist, there is nothing to warn of
        slopes = np.where(folded.graph.constant[nodes] & ~np.isfinite(slopes), 0.0, slopes)
        answer[0][items[begins]] = np.fmin.reduceat(values[nodes], begins)
        answer[1][items[begins]] = np.fmax.reduceat(values[nodes], begins)
        high, low = np.maximum.reduceat(slopes, begins), np.minimum.reduceat(slopes, begins)
        answer[2][items[begins]] = np.where(-low > high, low, high)
    return answer[0].tolist(), answer[1].tolist(), answer[2].tolist()


def _box(
    folded: Folded, item: Item, numbers: tuple[float, float, float], values: Array, trouble: str
) -> BoxNumbers:
    low, high, steepest = numbers
    stack = item.kind == "stack"
    width = BOX[0] - 2 * PADDING
    title = title_of(folded, item)
    alike = outputs = ""
    if stack:
        shapes = len(set(folded.forest.shapes[list(item.members)].tolist()))
        alike = f"{len(item.members)}" + (" alike" if shapes == 1 else f", {shapes} shapes")
        results = values[[folded.forest.last[member] for member in item.members]]
        outputs = ranged(float(np.fmin.reduce(results)), float(np.fmax.reduce(results)), 90.0)
    page = item.members.index(item.scope) + 1
    count = f"{item.nodes:,} nodes" if item.nodes > 1 else "1 node"
    shown = ranged(low, high, width - 48)
    grad = f"≤ {short(abs(steepest), 3)}" if math.isfinite(steepest) else "not finite"
    path = folded.forest.scopes.paths[item.scope]
    words = [path, count, f"values {shown}", f"gradients {grad}"]
    if stack:
        words += [f"{page} of {len(item.members)} in front", f"{alike}, outputs {outputs}"]
    if trouble:
        words.append(trouble)
    return BoxNumbers(
        name=fit(title, width, TITLE_SIZE),
        count=count,
        values=shown,
        grad=grad,
        tone=tone(steepest),
        alike=alike,
        outputs=outputs,
        page=page,
        pages=len(item.members),
        trouble=trouble,
        hover="\n".join(words),
        spoken=", ".join(words),
    )


def hidden(box: BoxNumbers) -> BoxNumbers:
    """Return a box of which no number is known yet."""
    told = box.hover.split("\n")[:2]
    return replace(
        box, values="", grad="", outputs="", tone="hollow", trouble="",
        hover="\n".join(told), spoken=", ".join(told),
    )  # fmt: skip


def title_of(folded: Folded, item: Item) -> str:
    """Return what a box or a frame is called: its scope's name, as seen from the frame around."""
    return folded.forest.scopes.titles[item.scope]


def ranged(low: float, high: float, room: float) -> str:
    """Return two numbers as a range in as many digits as have room (px); one where they agree.

    >>> ranged(-1.25, 3.5, 120), ranged(2.0, 2.0, 120)
    ('−1.25 … 3.5', '2')
    """
    one = low == high or math.isnan(low)
    texts = [
        short(low, digits) if one else f"{short(low, digits)} … {short(high, digits)}"
        for digits in (3, 2, 1)
    ]
    return next((text for text in texts if text_width(text, LINE_SIZE) <= room), texts[-1])


def bundle_numbers(
    folded: Folded, edges: Array, wires: Iterable[tuple[int, int]], lane: int = 0
) -> list[WireNumbers]:
    """Return how each wire (source item, target item) is drawn: by the largest it bundles.

    Args:
        folded: the items.
        edges: (n, slots, lanes), what each node handed to each operand.
        wires: (source, target) of each wire.
        lane: the lane that is drawn.
    """
    bundles, graph = folded.bundles, folded.graph
    carried = edges[:, :, lane][graph.operands >= 0][bundles.edges]
    if not len(carried):
        return []
    constant = graph.constant[folded.forest.edges.sources[bundles.edges]]
    carried = np.where(constant & ~np.isfinite(carried), 0.0, carried)
    high = np.maximum.reduceat(carried, bundles.begins)
    low = np.minimum.reduceat(carried, bundles.begins)
    cards = np.array([item.kind == "card" for item in folded.items])
    whole = (
        cards[bundles.sources] & cards[bundles.targets]
    )  # of one node to another: as on flat ones
    total = np.add.reduceat(carried, bundles.begins)
    shown = np.where(whole, total, np.where(-low > high, low, high)).tolist()
    pairs = zip(bundles.sources.tolist(), bundles.targets.tolist(), strict=True)
    found = {pair: line(gradient) for pair, gradient in zip(pairs, shown, strict=True)}
    return [found[pair] for pair in wires]
