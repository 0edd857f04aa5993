"""How high each item stands: straight where it can be, centred where it joins, never overlapping.

Columns are settled one after the other, to and fro. Each item wishes to stand level with its
neighbours in the column just settled; the wishes of a column are then met as closely as its order
and the spacing allow (isotonic regression: pool adjacent violators).
"""

from __future__ import annotations

from engine.drawing.layers import Links
from engine.drawing.order import Lattice, Rows

CARD_GAP = 20.0  # px between two cards of a column; a wire may pass in the middle of it
WIRE_GAP = 12.0  # px between two trunks that pass a column
CLEAR = 10.0  # px between a trunk and the cards it passes: half a CARD_GAP

# How stubbornly an item stands where it wishes: trunks and backbones push what hangs on them.
LEAF, JOIN, BACKBONE = 1.0, 16.0, 4096.0

LIGHT = 6  # cards of an operand that hangs

PASSES = 6


# For two cards that a wire joins how much higher than their middles it leaves than it arrives, px.
Lean = dict[tuple[int, int], float]


def settle(
    lattice: Lattice, rows: Rows, links: Links, heights: list[float], lean: Lean | None = None
) -> list[float]:
    """Return the middle of every item, in px, downwards; only differences mean anything."""
    spans = [spacing(row, lattice.cards, heights) for row in rows]
    columns = list(zip(rows, spans, strict=True))
    wishes = Leaning(lattice, links, lean) if lean else Wishes(lattice, links)
    middle = _stacked(columns, len(lattice.carries))
    for turn in range(PASSES):
        rightwards = turn % 2 == 1
        wish = wishes.right if rightwards else wishes.left
        for row, span in columns if rightwards else reversed(columns):
            goals = [wish(item, middle) for item in row]
            weights = [wishes.firm[item] for item in row]
            for item, y in zip(row, pooled(goals, weights, span), strict=True):
                middle[item] = y
    for row, span in reversed(columns):  # leaves last: they hang on what has found its place
        goals = [middle[i] if lattice.ins[i] else wishes.left(i, middle) for i in row]
        weights = [BACKBONE if lattice.ins[i] else LEAF for i in row]
        for item, y in zip(row, pooled(goals, weights, span), strict=True):
            middle[item] = y
    return middle


def _stacked(columns: list[tuple[list[int], list[float]]], items: int) -> list[float]:
    """Return middles with every column stacked as closely as it may be, about one level."""
    middle = [0.0] * items
    for row, span in columns:
        at = -sum(span) / 2
        for item, step in zip(row, span, strict=True):
            at += step
            middle[item] = at
    return middle


def spacing(row: list[int], cards: int, heights: list[float]) -> list[float]:
    """Return for each item of a column the least distance of its middle from the one above it."""
    steps = []
    above, was_card = 0.0, False
    for item in row:
        is_card = item < cards
        half = heights[item] / 2 if is_card else 0.0
        gap = CARD_GAP if is_card and was_card else CLEAR if is_card or was_card else WIRE_GAP
        steps.append(above + half + gap)
        above, was_card = half, is_card
    if steps:
        steps[0] = 0.0
    return steps


def backbone(links: Links) -> tuple[list[int], set[int]]:
    """Return what stands level with what, and what hangs.

    A chain stays straight along its heaviest operand: the one with most cards of its own. An
    operand that others use too weighs less, for it cannot stand level with all of them. A light
    operand beside a heavy one hangs: it stays by the chain and never bends it.

    Returns:
        For each node the operand it is level with, -1 where it joins equals; and the hanging ones.
    """
    weight: list[int] = []
    main: list[int] = []
    hung: set[int] = set()
    for row in links.operands:
        own = [weight[operand] if len(links.users[operand]) == 1 else 1 for operand in row]
        weight.append(1 + sum(own))
        main.append(_heaviest(row, weight, links))
        for operand, mass in zip(row, own, strict=True):
            if main[-1] not in (-1, operand) and len(links.users[operand]) == 1 and mass <= LIGHT:
                hung.add(operand)
    return main, hung


def _heaviest(row: list[int], weight: list[int], links: Links) -> int:
    """Return the operand a node is level with: the heavier by far, or the further off; or -1."""
    if len(row) < 2:
        return row[0] if row else -1
    fans = [len(links.users[operand]) for operand in row]
    pulls = [
        weight[operand] / fan if fan < 3 else 0.25 for operand, fan in zip(row, fans, strict=True)
    ]
    if len(row) > 2:
        second, first = sorted(pulls)[-2:]
        return row[pulls.index(first)] if first >= 2 * second else -1
    first, second = pulls
    if first >= 2 * second:
        return row[0]
    if second >= 2 * first:
        return row[1]
    far = links.column[row[0]] - links.column[row[1]]
    if fans != [1, 1] or far == 0:
        return -1
    return row[0] if far < 0 else row[1]


class Wishes:
    """Where each item would like to stand, seen from the column on its left or on its right."""

    def __init__(self, lattice: Lattice, links: Links) -> None:
        """Decide for every item whom it is level with, and how firmly."""
        mains, self.hung = backbone(links)
        self.outs = lattice.outs
        self.level = list(lattice.ins)
        self.firm = [BACKBONE] * len(lattice.carries)
        for node, main in enumerate(mains):
            if main >= 0:
                near = [other for other in lattice.ins[node] if lattice.carries[other] == main]
                self.level[node] = near or lattice.ins[node]
            users = links.users[node]
            if not links.operands[node]:
                self.firm[node] = LEAF
            elif node in self.hung or (main < 0 and not (users and mains[users[0]] == node)):
                self.firm[node] = JOIN
        self.along = [
            [out for out in outs if item in self.level[out]] or outs
            for item, outs in enumerate(self.outs)
        ]

    def right(self, item: int, middle: list[float]) -> float:
        """Return where an item would stand by its operands; what hangs goes by its user."""
        others = self.along[item] if item in self.hung else self.level[item]
        if len(others) == 1:
            return middle[others[0]]
        return sum([middle[other] for other in others]) / len(others) if others else middle[item]

    def left(self, item: int, middle: list[float]) -> float:
        """Return where an item would stand by its users; of many it is enough to be among them."""
        others = self.along[item]
        if len(others) == 1:
            return middle[others[0]]
        if len(others) < 3:
            return sum([middle[out] for out in others]) / len(others) if others else middle[item]
        heights = [middle[out] for out in others]
        return min(max(middle[item], min(heights)), max(heights))

    def guides(self, item: int, *, rightwards: bool) -> list[int]:
        """Return the items of the column settled before that an item moves along with."""
        if rightwards and item not in self.hung:
            return self.level[item]
        return self.along[item] if len(self.along[item]) < 3 else []


class Leaning(Wishes):
    """The wishes of items whose wires do not all end at their middles."""

    def __init__(self, lattice: Lattice, links: Links, lean: Lean) -> None:
        """Hand each lean on to the item or passage that the wire comes from right before."""
        super().__init__(lattice, links)
        self.lean: Lean = {}
        for item, ins in enumerate(lattice.ins[: lattice.cards]):
            for near in ins:
                shift = lean.get((lattice.carries[near], item), 0.0)
                if shift:
                    self.lean[near, item] = shift

    def right(self, item: int, middle: list[float]) -> float:
        """Return where an item would stand by its operands; what hangs goes by its user."""
        if item in self.hung:
            ends = [middle[out] - self.lean.get((item, out), 0.0) for out in self.along[item]]
        else:
            ends = [middle[near] + self.lean.get((near, item), 0.0) for near in self.level[item]]
        return sum(ends) / len(ends) if ends else middle[item]

    def left(self, item: int, middle: list[float]) -> float:
        """Return where an item would stand by its users; of many it is enough to be among them."""
        ends = [middle[out] - self.lean.get((item, out), 0.0) for out in self.along[item]]
        if len(ends) < 3:
            return sum(ends) / len(ends) if ends else middle[item]
        return min(max(middle[item], min(ends)), max(ends))


def pooled(wishes: list[float], weights: list[float], steps: list[float]) -> list[float]:
    """Return the positions nearest to the wishes (weighted squares) that keep the steps apart."""
    for above, below, step in zip(wishes, wishes[1:], steps[1:], strict=False):
        if below - above < step:
            break
    else:
        return wishes
    means: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    offset = 0.0
    offsets = []
    for wish, weight, step in zip(wishes, weights, steps, strict=True):
        offset += step
        offsets.append(offset)
        mean, mass, count = wish - offset, weight, 1
        while means and means[-1] >= mean:
            total = masses[-1] + mass
            mean = (means.pop() * masses.pop() + mean * mass) / total
            mass = total
            count += counts.pop()
        means.append(mean)
        masses.append(mass)
        counts.append(count)
    firsts = [mean for mean, count in zip(means, counts, strict=True) for _ in range(count)]
    return [first + offset for first, offset in zip(firsts, offsets, strict=True)]
