"""What a card and a wire show: text in its room, tone, bar and width."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drawing import cards
from engine.drawing.cards import (
    CARD,
    CONSTANT_CARD,
    NAME_SIZE,
    PADDING,
    THICKEST,
    THINNEST,
    VALUE_SIZE,
    card_numbers,
    card_sizes,
    fit,
    text_start,
    text_width,
    tone,
    wire_numbers,
)
from engine.evaluate import forward, gradients, problems
from engine.expr import Expr
from engine.graph import Graph
from engine.program import parse

WORD = text_width("grad", 11)


def numbered(source, **inputs):
    """Return a program's graph, its gradients and what its cards show."""
    graph = (program := parse(source)).graph
    values = forward(graph, program.leaves(inputs))
    found = gradients(graph, values)
    troubles = {each.node: each.message for each in problems(graph, values)}
    return graph, found, card_numbers(graph, values, found.nodes, troubles)


def widths(graph):
    return card_sizes(graph)[:, 0].tolist()


@given(value=st.floats(), gradient=st.floats(), name=st.text("xσ名-1", min_size=1, max_size=40))
def test_no_text_is_wider_than_its_card(value, gradient, name):
    leaf = Expr(1.0, label=name)
    graph = Graph.of(leaf * 2)
    for card, node, width in zip(
        card_numbers(graph, np.full((3, 1), value), np.full((3, 1), gradient), {}),
        range(3),
        widths(graph),
        strict=True,
    ):
        room = width - PADDING - text_start(graph, node)
        assert text_width(card.name, NAME_SIZE) + text_width(card.value, VALUE_SIZE) <= room
        assert WORD + text_width(card.grad, VALUE_SIZE) <= room + PADDING


@given(text=st.text(), room=st.floats(0, 300), size=st.sampled_from([11, 13, 14]))
def test_text_is_cut_to_its_room(text, room, size):
    cut = fit(text, room, size)
    assert cut == text or cut.endswith("…")
    assert text_width(cut, size) <= max(room, text_width("…", size)) + 1e-9
    assert cut == text or text.startswith(cut[:-1])


def test_wide_signs_count_double_and_marks_not_at_all():
    assert text_width("名前", 10) == 2 * text_width("ab", 10)
    assert text_width("e\N{COMBINING ACUTE ACCENT}", 10) == text_width("e", 10)


def test_cards_show_significant_digits_and_tell_every_digit_on_hover():
    _, _, cards = numbered("x*y", x=1e-5, y=1 / 3)
    assert [card.value for card in cards] == ["1e−5", "0.3333", "3.333e−6"]
    assert [card.grad for card in cards] == ["+0.3333", "+1e−5", "+1"]
    assert repr(1 / 3) in cards[1].hover
    assert repr(1e-5 * (1 / 3)) in cards[2].hover


def test_a_screen_reader_hears_label_value_and_gradient():
    _, _, cards = numbered("y = x*2", x=-3.0)
    assert cards[0].spoken == "x: value −3, gradient +2"
    assert cards[2].spoken == "y: value −6, gradient +1"


def test_a_card_without_a_label_shows_the_words_it_stands_for():
    _, _, cards = numbered("tanh(x*w + 1)")
    assert [card.name for card in cards] == ["x", "w", "x*w", "", "x*w + 1", "tanh(x*w…"]


def test_constants_have_smaller_cards():
    graph, _, _ = numbered("x*2")
    assert card_sizes(graph).tolist() == [list(CARD), list(CONSTANT_CARD), list(CARD)]


@pytest.mark.parametrize(
    ("gradient", "look"),
    [(1e-9, "positive"), (-3, "negative"), (0.0, "zero"), (-0.0, "zero"), (math.nan, "trouble")],
)
def test_the_sign_of_a_gradient_is_its_tone(gradient, look):
    assert tone(gradient) == look


@given(gradient=st.floats())
def test_a_bar_stays_inside_its_card_and_on_its_side(gradient):
    graph = Graph.of(Expr(1.0, label="x"))
    (card,) = card_numbers(graph, np.ones((1, 1)), np.full((1, 1), gradient), {})
    x, width = card.bar
    middle = CARD[0] / 2
    assert PADDING - 0.1 <= x <= x + width <= CARD[0] - PADDING + 0.1
    if math.isfinite(gradient) and gradient:
        assert width > 0
        assert (x >= middle) if gradient > 0 else (x + width <= middle + 0.1)
    else:
        assert width == 0


@given(small=st.floats(1e-12, 1e12), factor=st.floats(1, 1e6))
def test_a_larger_gradient_never_has_a_shorter_bar_or_a_thinner_wire(small, factor):
    graph = Graph.of(Expr(1.0, label="x").tanh())
    bars, wires = [], []
    for gradient in (small, small * factor):
        cards = card_numbers(graph, np.ones((2, 1)), np.full((2, 1), gradient), {})
        bars.append(cards[0].bar[1])
        wires += wire_numbers(graph, np.full((2, 2, 1), gradient), [(0, 1)])
    assert bars[0] <= bars[1]
    assert THINNEST <= wires[0].width <= wires[1].width <= THICKEST


def test_a_wire_carries_what_its_node_hands_down_summed_over_a_repeated_operand():
    graph, found, _ = numbered("x*x + y", x=-3.0)
    (square, gain, _) = wire_numbers(graph, found.edges, [(0, 1), (1, 3), (2, 3)])
    assert (square.tone, gain.tone) == ("negative", "positive")
    assert square.width > gain.width


def test_trouble_is_told_where_it_begins_and_nowhere_else():
    _, _, cards = numbered("y = log(x - 2)\ny*y")
    assert [bool(card.trouble) for card in cards] == [False, False, False, True, False]
    assert cards[3].trouble in cards[3].spoken
    assert cards[3].trouble in cards[3].hover


def test_a_constant_is_not_blamed_for_a_slope_that_does_not_exist():
    graph, found, cards = numbered("x^2", x=-3.0)
    assert math.isnan(found.nodes[1, 0])
    assert (cards[1].tone, cards[1].trouble) == ("zero", "")
    assert cards[0].grad == "−6"
    (wire,) = wire_numbers(graph, found.edges, [(1, 2)])
    assert wire.tone == "zero"


def test_a_right_number_stands_beside_a_wrong_one_in_as_many_words_as_have_room():
    graph = parse("x = 3\nx*x").graph

    def word(wrong, right):
        return cards.card(graph, 0, 3.0, wrong, right=right).word

    assert word(3.0, 6.0) == "right +6"
    assert word(0.0326, 0.0652) == "right +0.0652"
    assert word(-1.234e-100, 0.0652) == "+0.0652"
    assert word(-1.234e-100, -1.2345e-100) == "−1.2e−100"
