"""A folded picture and its numbers as SVG text: frames, then wires, then cards and boxes.

Cards are written as in a flat picture; a picture without a box is that very text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from markupsafe import Markup, escape

from engine.drawing.boxes import (
    BEHIND,
    LINE_SIZE,
    TITLE_SIZE,
    BoxNumbers,
    title_of,
)
from engine.drawing.cards import (
    PADDING,
    CardNumbers,
    WireNumbers,
    badge_half,
    fit,
    text_width,
)
from engine.drawing.folding import Folded
from engine.drawing.items import Item
from engine.drawing.picture import Picture
from engine.drawing.shapes import TITLE
from engine.drawing.svg import ROUND, card, mark
from engine.drawing.wires import Point, Wire

FOLD = 22.0  # px, the side of the button that folds a frame
COUNTED = 3  # counts at one end, at most
COUNT_STEP = 12.0  # px between two of them
PAGER = 20.0  # px, the height of the line that pages through a stack


def write_folded_svg(
    picture: Picture,
    cards: Sequence[CardNumbers | None],
    boxes: Sequence[BoxNumbers | None],
    wires: Sequence[WireNumbers],
    keys: Sequence[str],
) -> Markup:
    """Return one `<svg>`.

    Args:
        picture: where the items stand.
        cards: of each item what its card shows, None for what is no card.
        boxes: of each item what its box shows, None for what is no closed box.
        wires: how each of the picture's wires is drawn.
        keys: of the items.
    """
    folded = picture.folded
    width, height = f"{picture.width:g}", f"{picture.height:g}"
    total = sum(item.nodes for item in folded.items)
    count = f"{total} nodes" if total != 1 else "1 node"
    opening = (
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="{picture.left:g} {picture.top:g} {width} {height}"'
        ' role="group" aria-label="Computation graph">'
    )
    parts = [opening]
    kinds = [item.kind for item in folded.items]
    if "frame" in kinds:
        parts.append('<g class="frames">')
        parts += [_frame(picture, k, keys[k]) for k, kind in enumerate(kinds) if kind == "frame"]
        parts.append("</g>")
    parts.append('<g class="wires" aria-hidden="true">')
    counts = _counts(picture.wires)
    for place, (wire, look) in enumerate(zip(picture.wires, wires, strict=True)):
        parts.append(_wire(picture, wire, look))
        parts += [_times(picture, wire, count, row) for count, row in counts.get(place, ())]
    parts.append(f'</g><g class="cards" role="list" aria-label="{count}, in evaluation order">')
    first = True
    for place, (numbers, box) in enumerate(zip(cards, boxes, strict=True)):
        rect = _rect(picture, place)
        if numbers:
            node = folded.items[place].node
            parts.append(card(folded.graph, node, rect, numbers, keys[place], first=first))
        elif box:
            parts.append(_box(folded, place, rect, box, keys[place], first=first))
        first = first and not (numbers or box)
    parts.append("</g></svg>")
    return Markup("".join(parts))  # noqa: S704  every piece that is not ours is escaped where it is put in


def _rect(picture: Picture, place: int) -> tuple[float, float, float, float]:
    arrays = (picture.x, picture.y, picture.widths, picture.heights)
    x, y, width, height = (float(each[place]) for each in arrays)
    return x, y, width, height


def name_of(item: Item) -> str:
    """Return what wires call an item: a card by its node, a box by its scope."""
    return str(item.node) if item.kind == "card" else f"b{item.scope}"


def _wire(picture: Picture, wire: Wire, numbers: WireNumbers) -> str:
    """One wire."""
    source, target = picture.folded.items[wire.source], picture.folded.items[wire.target]
    bundle = f' data-count="{wire.count}"' if {source.kind, target.kind} != {"card"} else ""
    return (
        f'<path class="wire {numbers.tone}" data-source="{name_of(source)}"'
        f' data-target="{name_of(target)}"{bundle} d="{wire.path}"'
        f' stroke-width="{numbers.width:g}"/>'
    )


def _counts(wires: Sequence[Wire]) -> dict[int, list[tuple[int, int]]]:
    """Return by wire the counts written at its end, each with its line, the lowest being 0.

    Where very many wires arrive at one end, all their edges are counted together, by the last.
    """
    arriving: dict[Point, list[int]] = defaultdict(list)
    for place, wire in enumerate(wires):
        arriving[wire.points[-1]].append(place)
    found = {}
    for places in arriving.values():
        counted = [place for place in places if wires[place].count > 1]
        if len(counted) > COUNTED:
            found[places[-1]] = [(sum(wires[place].count for place in places), 0)]
        else:
            found.update({p: [(wires[p].count, row)] for row, p in enumerate(counted)})
    return found


def _times(picture: Picture, wire: Wire, count: int, row: int) -> str:
    """How many edges arrive, left of where they do."""
    target = picture.folded.items[wire.target]
    off = badge_half(picture.folded.graph, target.node) + 4 if target.kind == "card" else 6.0
    x, y = wire.points[-1]
    place = f'x="{x - off:g}" y="{y - 8 - COUNT_STEP * row:g}"'
    return f'<text class="times" {place} text-anchor="end">×{count}</text>'


def _frame(picture: Picture, place: int, key: str) -> str:
    """The rim of an open scope and its title bar, with the buttons that fold it and page it."""
    folded = picture.folded
    item = folded.items[place]
    x, y, width, height = _rect(picture, place)
    path = escape(folded.forest.scopes.paths[item.scope])
    members = len(item.members)
    paging = 120.0 if members > 1 else 0.0
    title = fit(title_of(folded, item), width - FOLD - 3 * PADDING - paging, TITLE_SIZE)
    pager = ""
    if members > 1:
        page = item.members.index(item.scope) + 1
        pager = _pager(folded, item, page, width - paging / 2 - PADDING, TITLE / 2 + 4)
    return (
        f'<g class="frame" {_data(folded, item, key)} data-open="1"'
        f' transform="translate({x:g} {y:g})" role="group" aria-label="{path}, open">'
        f'<rect class="rim" width="{width:g}" height="{height:g}" rx="{ROUND + 2}"/>'
        f'<g class="fold" data-fold="{path}" role="button" tabindex="-1" aria-label="fold {path}">'
        f"<title>fold {path}</title>"
        f'<rect x="4" y="4" width="{FOLD:g}" height="{FOLD:g}" rx="{ROUND}"/>'
        f'<path d="M{PADDING - 2:g} {TITLE / 2:g}h10"/></g>'
        f'<text class="name" x="{FOLD + PADDING:g}" y="{TITLE / 2 + 5:g}">{escape(title)}</text>'
        f"{pager}</g>"
    )


def _box(
    folded: Folded,
    place: int,
    rect: tuple[float, float, float, float],
    numbers: BoxNumbers,
    key: str,
    *,
    first: bool,
) -> str:
    """A closed box: its rims, its title, and a line for each thing it tells."""
    item = folded.items[place]
    x, y, width, height = rect
    stack = item.kind == "stack"
    behind = BEHIND if stack else 0.0
    width, height = width - behind, height - behind
    looks = f"box{' stack' if stack else ''}{' broken' if numbers.trouble else ''} {numbers.tone}"
    rims = "".join(
        f'<rect class="rim behind" x="{off:g}" y="{off:g}" width="{width:g}" height="{height:g}"'
        f' rx="{ROUND}"/>'
        for off in (behind, behind / 2)
        if off
    )
    lines = [("values", numbers.values), ("|grad|", numbers.grad)]
    if stack:
        lines.append((numbers.alike, numbers.outputs))
    told = "".join(
        f'<text class="word" x="{PADDING:g}" y="{at}">{escape(word)}</text>'
        f'<text class="{"grad" if word == "|grad|" else "value"}" x="{width - PADDING:g}" y="{at}"'
        f' text-anchor="end">{escape(text)}</text>'
        for at, (word, text) in zip((59, 77, 95), lines, strict=False)
    )
    pager = _pager(folded, item, numbers.page, width / 2, height - 10) if stack else ""
    return (
        f'<g class="{looks}" {_data(folded, item, key)} data-page="{numbers.page}" data-open="0"'
        f' transform="translate({x:g} {y:g})" role="listitem" tabindex="{0 if first else -1}"'
        f' aria-label="{escape(numbers.spoken)}"><title>{escape(numbers.hover)}</title>'
        f'{rims}<rect class="rim" width="{width:g}" height="{height:g}" rx="{ROUND}"/>'
        f'<text class="name" x="{PADDING:g}" y="22">{escape(numbers.name)}</text>'
        f'<text class="word nodes" x="{PADDING:g}" y="39">{numbers.count}</text>'
        f"{told}{pager}{mark(width)}</g>"
    )


def _data(folded: Folded, item: Item, key: str) -> str:
    path = escape(folded.forest.scopes.paths[item.scope])
    return (
        f'data-box="{path}" data-scope="{item.scope}" data-key="{escape(key)}"'
        f' data-nodes="{item.nodes}" data-members="{len(item.members)}"'
    )


def _pager(folded: Folded, item: Item, page: int, x: float, y: float) -> str:
    """The line "‹ 17 / 100 ›": each arrow pages to the member beside the one in front."""
    paths = folded.forest.scopes.paths
    text = f"{page} / {len(item.members)}"
    half = text_width(text, LINE_SIZE) / 2 + 12
    arrows = ""
    for step, sign, word in ((-1, "‹", "previous"), (1, "›", "next")):
        to = paths[item.members[(page - 1 + step) % len(item.members)]]
        arrows += (
            f'<g class="pager" data-page-to="{escape(to)}" role="button" tabindex="-1"'
            f' aria-label="{word}: {escape(to)}">'
            f'<rect x="{x + step * half - PAGER / 2:g}" y="{y - PAGER + 6:g}" width="{PAGER:g}"'
            f' height="{PAGER:g}" rx="{ROUND}"/>'
            f'<text x="{x + step * half:g}" y="{y:g}" text-anchor="middle">{sign}</text></g>'
        )
    return f'<text class="page" x="{x:g}" y="{y:g}" text-anchor="middle">{text}</text>{arrows}'
