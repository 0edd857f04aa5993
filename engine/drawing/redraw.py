"""A picture that grows: what stood keeps its place and its neighbours, what is new finds room.

Nothing is untangled here. Old cards keep their order in each column, new ones enter where the text
puts them, and only what is in the way moves: as few as possible, along with what is level with it.
"""

from __future__ import annotations

from math import isnan

from engine.drawing.layers import Links
from engine.drawing.order import Lattice
from engine.drawing.place import CARD_GAP, WIRE_GAP, Lean, Leaning, Wishes, spacing
from engine.drawing.route import route

ROUNDS = 2
NOBODY = -1
HELD = 1e9  # how much heavier than any column is the card that stays where it is
LENIENT = 2.0  # px of spacing that rounding may have taken in the picture before


def resettle(
    lattice: Lattice,
    links: Links,
    heights: list[float],
    followed: dict[int, int],
    before: list[float],
    held: int = NOBODY,
    lean: Lean | None = None,
    tops: list[float] | None = None,
    vacated: float = 0.0,
) -> list[float]:
    """Return the middle of every item, in px.

    Args:
        lattice: in reading order.
        links: what the lattice was made of.
        heights: of the cards, in px.
        followed: the trunks in the lattice, with the last column each passes.
        before: the middle of each card in the picture before in px, NaN for a new card.
        held: the card that all others give way to, if there is one.
        lean: of wires that do not run from middle to middle.
        tops: where the cards began, in px; needed where one has another height now.
        vacated: how much lower the held card is now, in px: what stood close below it moves up.
    """
    passages = _passages(lattice, links, heights, followed, before)
    order = (before if tops is None else tops) + passages
    before = before + passages
    rows = [_kept(row, order) for row in lattice.rows]
    spans = [_spacing(row, lattice.cards, heights, before) for row in rows]
    wishes = Leaning(lattice, links, lean) if lean else Wishes(lattice, links)
    lifted = _lifted(rows, lattice.cards, heights, order, held, vacated) if vacated > 0 else {}
    middle = [0.0 if isnan(y) else y for y in before]
    _guess(lattice, before, middle)
    firmness = [
        [HELD if item == held else 0.01 if isnan(before[item]) else 1.0 for item in row]
        for row in rows
    ]
    columns = list(zip(rows, firmness, spans, strict=True))
    for turn in range(2 * ROUNDS):
        stood = middle[:]
        rightwards = turn % 2 == 1
        for row, weights, span in columns if rightwards else reversed(columns):
            goals = [
                lifted[item]
                if item in lifted
                else _goal(item, wishes, before, middle, rightwards=rightwards)
                for item in row
            ]
            for item, y in zip(row, nearest(goals, weights, span), strict=True):
                middle[item] = y
        if middle == stood:
            break
    return middle


def _spacing(row: list[int], cards: int, heights: list[float], before: list[float]) -> list[float]:
    """Return the spacing of a column, with what rounding took between old items forgiven."""
    steps = spacing(row, cards, heights)
    for k in range(1, len(row)):
        apart = before[row[k]] - before[row[k - 1]]
        if steps[k] - LENIENT <= apart < steps[k]:
            steps[k] = apart
    return steps


def _passages(
    lattice: Lattice,
    links: Links,
    heights: list[float],
    followed: dict[int, int],
    before: list[float],
) -> list[float]:
    """Return where the trunks of the old cards pass the columns, NaN for those of new ones."""
    old = [node for node, y in enumerate(before) if not isnan(y)]
    number = {node: k for k, node in enumerate(old)}
    runs = route(
        [links.column[node] for node in old],
        [before[node] for node in old],
        [heights[node] for node in old],
        [[number[user] for user in links.users[node] if user in number] for node in old],
        {number[node]: last for node, last in followed.items() if node in number},
        {},
    )
    heights_at: dict[int, list[float]] = {
        old[k]: [run.y for run in trunk for _ in range(run.first, run.last + 1)]
        for k, trunk in runs.items()
    }
    passages = []
    taken: dict[int, int] = {}
    for value in lattice.carries[lattice.cards :]:
        k = taken[value] = taken.get(value, -1) + 1
        passages.append(heights_at[value][k] if value in heights_at else float("nan"))
    return passages


def _kept(row: list[int], before: list[float]) -> list[int]:
    """Return the row with the old items in their old order and the new ones put among them."""
    kept = sorted([item for item in row if not isnan(before[item])], key=before.__getitem__)
    lead: list[int] = []
    above = -1
    for item in row:
        if isnan(before[item]):
            if above < 0:
                lead.append(item)
                continue
            kept.insert(kept.index(above) + 1, item)
        elif above < 0 and lead:
            at = kept.index(item)
            kept[at:at] = lead
            lead = []
        above = item
    return lead + kept


def _lifted(
    rows: list[list[int]],
    cards: int,
    heights: list[float],
    tops: list[float],
    held: int,
    vacated: float,
) -> dict[int, float]:
    """Return the new middles of the cards that stood close below one that shrinks, as one pile."""
    row = next(row for row in rows if held in row)
    bottom = tops[held] + heights[held] + vacated
    room = 2 * CARD_GAP
    found = {}
    for item in row[row.index(held) + 1 :]:
        if item >= cards:
            room += WIRE_GAP  # a trunk passes between
        elif tops[item] - bottom > room:
            break
        elif not isnan(tops[item]):
            bottom, room = tops[item] + heights[item], 2 * CARD_GAP
            found[item] = bottom - heights[item] / 2 - vacated
    return found


def _guess(lattice: Lattice, before: list[float], middle: list[float]) -> None:
    """Set the new items' middles, in place, between their old neighbours."""
    known = [not isnan(y) for y in before]
    for links, items in ((lattice.outs, True), (lattice.ins, False)):
        order = [item for row in lattice.rows for item in row]
        for item in reversed(order) if items else order:
            if known[item]:
                continue
            near = [middle[other] for other in links[item] if known[other]]
            if near:
                middle[item] = sum(near) / len(near)
                known[item] = True


def _goal(
    item: int, wishes: Wishes, before: list[float], middle: list[float], *, rightwards: bool
) -> float:
    """Return where an item should stand: an old one where it stood, moved with its neighbours."""
    if isnan(before[item]):
        return wishes.right(item, middle) if rightwards else wishes.left(item, middle)
    guides = wishes.guides(item, rightwards=rightwards)
    if len(guides) == 1:
        move = middle[guides[0]] - before[guides[0]]
        return before[item] + (0.0 if isnan(move) else move)
    moves = [middle[other] - before[other] for other in guides if not isnan(before[other])]
    return before[item] + (sum(moves) / len(moves) if moves else 0.0)


def nearest(goals: list[float], weights: list[float], steps: list[float]) -> list[float]:
    """Return positions that keep the steps apart and move as little as possible from the goals.

    Least absolute distances, where `place.pooled` takes squares: most stay, a few make room.
    """
    for above, below, step in zip(goals, goals[1:], steps[1:], strict=False):
        if below - above < step:
            break
    else:
        return goals
    blocks: list[tuple[float, list[tuple[float, float]]]] = []
    offset = 0.0
    offsets = []
    for goal, weight, step in zip(goals, weights, steps, strict=True):
        offset += step
        offsets.append(offset)
        mean, block = goal - offset, [(goal - offset, weight)]
        while blocks and blocks[-1][0] > mean:
            block = blocks.pop()[1] + block
            mean = _weighted_median(block)
        blocks.append((mean, block))
    firsts = [mean for mean, block in blocks for _ in block]
    return [first + offset for first, offset in zip(firsts, offsets, strict=True)]


def _weighted_median(block: list[tuple[float, float]]) -> float:
    ranked = sorted(block)
    half = sum([weight for _, weight in block]) / 2
    for value, weight in ranked:
        half -= weight
        if half <= 0:
            return value
    return ranked[-1][0]
