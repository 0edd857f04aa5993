"""What a card and a wire show of the numbers: text, tone, bar and width.

One place for it, used when the picture is first written and when only its numbers change.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph
from engine.numerals import exact, short, signed

Array = NDArray[np.float64]

CARD, CONSTANT_CARD = (164.0, 58.0), (132.0, 46.0)  # width, height
PADDING = 12.0
BADGE_RADIUS, BADGE_SIZE = 11.0, 11  # px
NAME_SIZE, VALUE_SIZE, GRAD_SIZE, WORD_SIZE = 13, 14, 13, 11
MONO_ADVANCE = 0.6  # em; JetBrains Mono's, every glyph alike
SANS_ADVANCES = {"a": 0.45, "0": 0.64, " ": 0.28, ".": 0.3}  # em; Inter's, semibold, at most
THINNEST, THICKEST = 1.25, 5.0
# a bar or wire is at its shortest at 10**LEAST and at its longest at 10**MOST
LEAST, MOST = -3.0, 3.0
GRAD, UNDEFINED = "grad", "–"


@dataclass(frozen=True)
class CardNumbers:
    """What one card shows.

    Attributes:
        name: the label or the words it stands for, cut to the room its value leaves.
        value, grad: significant digits.
        tone: "positive", "negative", "zero" or "trouble", of the gradient; "valued" while there is
            none yet, "hollow" while there is no value either.
        word: what stands beside the gradient: its name, or the right number where a mistake made
            it another.
        bar: (x, width) of the gradient's bar inside the card.
        trouble: why the value is not finite, if it begins here; else empty.
        hover: the whole name and every digit, a line each for value and gradient.
        spoken: the sentence a screen reader says.
    """

    name: str
    value: str
    grad: str
    tone: str
    word: str
    bar: tuple[float, float]
    trouble: str
    hover: str
    spoken: str


@dataclass(frozen=True)
class WireNumbers:
    """How one wire is drawn: tone and width (px) of the gradient it carries, "idle" before that."""

    tone: str
    width: float


IDLE = WireNumbers("idle", THINNEST)  # also a bundle on the way: what it carries is not followed


def card_sizes(graph: Graph) -> Array:
    """Return (n, 2) float64: width and height of every card."""
    return np.where(graph.constant[:, None], CONSTANT_CARD, CARD)


def card_numbers(
    graph: Graph,
    values: Array,
    gradients: Array,
    troubles: Mapping[int, str],
    lane: int = 0,
    nodes: Iterable[int] | None = None,
) -> list[CardNumbers]:
    """Return what the cards of some nodes show in one lane.

    Args:
        graph: n nodes.
        values: (n, lanes).
        gradients: (n, lanes).
        troubles: node -> why its value is not finite.
        lane: the lane that is drawn.
        nodes: which of them; every node if None.
    """
    drawn = range(len(graph)) if nodes is None else list(nodes)
    rows = zip(drawn, values[drawn, lane].tolist(), gradients[drawn, lane].tolist(), strict=True)
    return [
        card(graph, node, value, gradient, troubles.get(node, "")) for node, value, gradient in rows
    ]


def card(
    graph: Graph,
    node: int,
    value: float | None,
    gradient: float | None,
    trouble: str = "",
    right: float | None = None,
) -> CardNumbers:
    """Return what one card shows.

    Args:
        graph: the graph it belongs to.
        node: its id.
        value: its value, None while it is not known.
        gradient: its gradient so far, None while there is none.
        trouble: why the value is not finite, if it begins here.
        right: the gradient it should have, where a mistake made it another.
    """
    constant = bool(graph.constant[node])
    width = (CONSTANT_CARD if constant else CARD)[0]
    look, grad, bar = _gradient(graph, node, value, gradient)
    shown, whole = "" if value is None else short(value), graph.name(node)
    taken = text_width(shown, VALUE_SIZE) + 8 if shown else 0
    # a bare number is its own name: it is not written twice
    bare = constant and bool(shown) and _is_number(whole)
    room = width - text_start(graph, node) - PADDING - taken
    name = "" if bare else fit(whole, room, NAME_SIZE)
    return CardNumbers(
        name=name,
        value=shown,
        grad=grad,
        tone=look,
        word=GRAD if right is None else _right(graph, node, grad, right),
        bar=bar,
        trouble=trouble if value is not None else "",
        hover="\n".join(_hover(whole, value, gradient, trouble, right)),
        spoken=_spoken(whole if name or not bare else "constant", shown, grad, trouble, right),
    )


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
        answer.append(wire(graph, source, sum(g for g, operand in pairs if operand == source)))
    return answer


def wire(graph: Graph, source: int, gradient: float | None) -> WireNumbers:
    """Return how a wire from `source` is drawn that carries this gradient; None is nothing yet."""
    if gradient is None:
        return WireNumbers("idle", THINNEST)
    if graph.constant[source] and not math.isfinite(gradient):
        gradient = 0.0  # as on its card: nothing to warn of
    return line(gradient)


def line(gradient: float) -> WireNumbers:
    """Return how a wire is drawn that carries this gradient."""
    width = THINNEST + (THICKEST - THINNEST) * _share(gradient)
    return WireNumbers(tone(gradient), round(width, 2))


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

    A dotted name is cut at its beginning: its end tells it from the others.

    >>> fit("x1*w1 + x2*w2", 80, 13), fit("mlp.layer1.neuron3.w2", 96, 13)
    ('x1*w1 + x…', '…neuron3.w2')
    """
    if text_width(text, size) <= room:
        return text
    path = is_path(text)
    kept = room - text_width("…", size)
    for place, character in enumerate(reversed(text) if path else text):
        kept -= text_width(character, size)
        if kept < 0:
            return (
                "…" + text[len(text) - place :].lstrip(".") if path else text[:place].rstrip() + "…"
            )
    return text


def is_path(text: str) -> bool:
    """Tell whether this is a dotted name."""
    return "." in text and all(part.isidentifier() for part in text.split("."))


def text_width(text: str, size: float) -> float:
    """Return the width in px of `text` in the mono face; wide scripts count double."""
    cells = len(text) if text.isascii() else sum(_cells(character) for character in text)
    return cells * MONO_ADVANCE * size


def sans_width(text: str, size: float) -> float:
    """Return the width in px, at most, of short words and numbers in the sans face."""
    return size * sum(SANS_ADVANCES[_shape(character)] for character in text)


def _shape(character: str) -> str:
    """Return a character that is about as wide: a digit for a sign."""
    return character if character in " ." else "a" if character.isalpha() else "0"


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _gradient(
    graph: Graph, node: int, value: float | None, gradient: float | None
) -> tuple[str, str, tuple[float, float]]:
    """Return tone, text and bar of a gradient on the card of a node."""
    constant = bool(graph.constant[node])
    width = (CONSTANT_CARD if constant else CARD)[0]
    if gradient is None:
        return "hollow" if value is None else "valued", "", (width / 2, 0.0)
    bar = _bar(gradient, width)
    look = tone(gradient)
    if constant and look == "trouble":
        # a constant never learns: where its slope does not exist, there is nothing to warn of
        return "zero", UNDEFINED, bar
    return look, signed(gradient), bar


def _right(graph: Graph, node: int, grad: str, right: float) -> str:
    """Return what stands beside a wrong gradient: the right one, in as many words as have room."""
    width = (CONSTANT_CARD if graph.constant[node] else CARD)[0]
    room = width - text_start(graph, node) - PADDING - text_width(grad, GRAD_SIZE) - 8
    words = [f"right {signed(right)}", signed(right), signed(right, 2)]
    return next((each for each in words if sans_width(each, WORD_SIZE) <= room), words[-1])


def _hover(
    whole: str, value: float | None, gradient: float | None, trouble: str, right: float | None
) -> Iterator[str]:
    """Yield the lines that say a card in every digit."""
    yield whole if value is None else f"{whole} = {exact(value)}"
    if gradient is not None:
        yield f"gradient {exact(gradient)}"
    if right is not None:
        yield f"the right gradient is {exact(right)}"
    if value is not None and trouble:
        yield trouble


def _spoken(name: str, value: str, grad: str, trouble: str, right: float | None) -> str:
    """Return the sentence a screen reader says for a card."""
    if not value:
        return f"{name}: not reached yet"
    gradient = "undefined" if grad == UNDEFINED else grad
    said = f"{name}: value {value}" + (f", gradient {gradient}" if gradient else "")
    if right is not None:
        said += f", wrong, right is {signed(right)}"
    return said + (f". {trouble}" if trouble else "")


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
