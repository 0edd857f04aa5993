"""What a card and a wire show of the numbers: text, tone, bar and width.

One place for it, used when the picture is first written and when only its numbers change.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph
from engine.numerals import exact, short, signed

Array = NDArray[np.float64]

CARD, CONSTANT_CARD = (164.0, 58.0), (132.0, 46.0)  # width, height
PADDING = 12.0
BADGE_RADIUS, BADGE_SIZE = 11.0, 11  # px
NAME_SIZE, VALUE_SIZE = 13, 14
MONO_ADVANCE = 0.6  # em; JetBrains Mono's, every glyph alike
THINNEST, THICKEST = 1.25, 5.0
# a bar or wire is at its shortest at 10**LEAST and at its longest at 10**MOST
LEAST, MOST = -3.0, 3.0
UNDEFINED = "–"


@dataclass(frozen=True)
class CardNumbers:
    """What one card shows.

    Attributes:
        name: the label or the words it stands for, cut to the room its value leaves.
        value, grad: significant digits.
        tone: "positive", "negative", "zero" or "trouble", of the gradient.
        bar: (x, width) of the gradient's bar inside the card.
        trouble: why the value is not finite, if it begins here; else empty.
        hover: the whole name and every digit, a line each for value and gradient.
        spoken: the sentence a screen reader says.
    """

    name: str
    value: str
    grad: str
    tone: str
    bar: tuple[float, float]
    trouble: str
    hover: str
    spoken: str


@dataclass(frozen=True)
class WireNumbers:
    """How one wire is drawn: tone and width (px) of the gradient it carries."""

    tone: str
    width: float


def card_sizes(graph: Graph) -> Array:
    """Return (n, 2) float64: width and height of every card."""
    return np.where(graph.constant[:, None], CONSTANT_CARD, CARD)


def card_numbers(
    graph: Graph, values: Array, gradients: Array, troubles: Mapping[int, str], lane: int = 0
) -> list[CardNumbers]:
    """Return what every card shows in one lane.

    Args:
        graph: n nodes.
        values: (n, lanes).
        gradients: (n, lanes).
        troubles: node -> why its value is not finite.
        lane: the lane that is drawn.
    """
    rows = zip(values[:, lane].tolist(), gradients[:, lane].tolist(), strict=True)
    return [_card(graph, node, *pair, troubles.get(node, "")) for node, pair in enumerate(rows)]


def wire_numbers(
    graph: Graph, edges: Array, wires: Iterable[tuple[int, int]], lane: int = 0
) -> list[WireNumbers]:
    """Return how each wire (source, target) is drawn; a repeated operand's paths are summed.

    Args:
        graph: n nodes.
        edges: (n, slots, lanes), what each node handed to each operand.
        wires: (source, target) of each wire.
        lane: the lane that is drawn.
    """
    carried = edges[:, :, lane].tolist()
    rows = graph.operands.tolist()
    answer = []
    for source, target in wires:
        pairs = zip(carried[target], rows[target], strict=True)
        gradient = sum(g for g, operand in pairs if operand == source)
        if graph.constant[source] and not math.isfinite(gradient):
            gradient = 0.0  # as on its card: nothing to warn of
        width = THINNEST + (THICKEST - THINNEST) * _share(gradient)
        answer.append(WireNumbers(tone(gradient), round(width, 2)))
    return answer


def badge_half(graph: Graph, node: int) -> float:
    """Return half the width of a node's badge, centred on the left rim; 0 for a leaf."""
    op = graph.op(node)
    return max(BADGE_RADIUS, text_width(op.badge, BADGE_SIZE) / 2 + 6) if op else 0.0


def text_start(graph: Graph, node: int) -> float:
    """Return where a card's words begin: past the badge."""
    return max(PADDING, badge_half(graph, node) + 8)


def tone(gradient: float) -> str:
    """Return the name of a gradient's look.

    >>> [tone(g) for g in (0.5, -2.0, 0.0, float("inf"))]
    ['positive', 'negative', 'zero', 'trouble']
    """
    if not math.isfinite(gradient):
        return "trouble"
    return "positive" if gradient > 0 else "negative" if gradient < 0 else "zero"


def fit(text: str, room: float, size: float) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `room` px at `size` px.

    >>> fit("x1*w1 + x2*w2", 80, 13)
    'x1*w1 + x…'
    """
    if text_width(text, size) <= room:
        return text
    kept = room - text_width("…", size)
    for place, character in enumerate(text):
        kept -= text_width(character, size)
        if kept < 0:
            return text[:place].rstrip() + "…"
    return text


def text_width(text: str, size: float) -> float:
    """Return the width in px of `text` in the mono face; wide scripts count double."""
    cells = len(text) if text.isascii() else sum(_cells(character) for character in text)
    return cells * MONO_ADVANCE * size


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _card(graph: Graph, node: int, value: float, gradient: float, trouble: str) -> CardNumbers:
    constant = bool(graph.constant[node])
    look = tone(gradient)
    if constant and look == "trouble":
        # a constant never learns: where its slope does not exist, there is nothing to warn of
        look, grad = "zero", UNDEFINED
    else:
        grad = signed(gradient)
    width = (CONSTANT_CARD if constant else CARD)[0]
    shown, whole = short(value), graph.name(node)
    # a bare number is its own name: it is not written twice
    room = width - text_start(graph, node) - PADDING - text_width(shown, VALUE_SIZE) - 8
    name = "" if constant and _is_number(whole) else fit(whole, room, NAME_SIZE)
    spoken_name = whole if name or not constant else "constant"
    return CardNumbers(
        name=name,
        value=shown,
        grad=grad,
        tone=look,
        bar=_bar(gradient, width),
        trouble=trouble,
        hover="\n".join(
            filter(None, (f"{whole} = {exact(value)}", f"gradient {exact(gradient)}", trouble))
        ),
        spoken=_spoken(spoken_name, shown, grad, trouble),
    )


def _spoken(name: str, value: str, grad: str, trouble: str) -> str:
    gradient = "undefined" if grad == UNDEFINED else grad
    return f"{name}: value {value}, gradient {gradient}{'. ' if trouble else ''}{trouble}"


def _is_number(words: str) -> bool:
    return words[:1] in "-.0123456789"


def _share(gradient: float) -> float:
    """Return 0 to 1 by the logarithm of the size; what has no finite size counts as 1."""
    if not math.isfinite(gradient):
        gradient = 1.0
    if gradient == 0:
        return 0.0
    return min(max((math.log10(abs(gradient)) - LEAST) / (MOST - LEAST), 0.0), 1.0)


def _bar(gradient: float, width: float) -> tuple[float, float]:
    """Return x and width of the bar from the card's middle: right for positive."""
    if gradient == 0 or not math.isfinite(gradient):
        return width / 2, 0.0
    middle, half = width / 2, width / 2 - PADDING
    length = round(max(_share(gradient), 0.04) * half, 1)
    return (middle, length) if gradient > 0 else (round(middle - length, 1), length)
