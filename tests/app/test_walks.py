"""Where a person stands: read from an address or a form, opened, and cut down to what is seen."""

import math
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, QueryParams

from app.examples import EXAMPLES
from app.links import WHOLE, Walk, walk, walk_in_form
from app.pictures import Pictures
from app.settings import Settings
from app.walks import opened, seen, walked
from engine.mistakes import MISTAKES
from engine.trace import GRAINS, RATE

NEURON = EXAMPLES[0].source
TROUBLE = "x = 1\ny = sqrt(x - 2)\n2*y + x"
DETOUR = EXAMPLES[12].source  # one of its wires leaves the rows of the cards that it joins


@pytest.fixture
def pictures():
    return Pictures(Settings())


def at(pictures, source, **where):
    return walked(pictures, pictures.numbers(source, {}), Walk(**where))


# reading


def test_an_empty_address_is_the_whole_picture():
    assert walk(QueryParams("")) == WHOLE == Walk()
    assert walk(FormData()) == WHOLE


def test_every_field_is_read_from_an_address():
    address = "step=7&grain=phase&rate=0.25&broken=order&broken=overwrite&node=x%231&stop=n%231"
    assert walk(QueryParams(address)) == Walk(
        step=7, grain="phase", rate=0.25, mistakes=frozenset({"order", "overwrite"}), node="x#1"
    )


@given(
    step=st.none() | st.integers(1, 10**8),
    grain=st.sampled_from(GRAINS),
    rate=st.floats(allow_nan=False, allow_infinity=False),
    mistakes=st.frozensets(st.sampled_from(sorted(MISTAKES))),
    node=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_what_a_link_says_of_a_walk_is_read_back(step, grain, rate, mistakes, node):
    pairs = [("grain", grain), ("rate", repr(rate)), ("node", node)]
    pairs += [("broken", each) for each in mistakes]
    pairs += [] if step is None else [("step", str(step))]
    found = walk(QueryParams(urlencode(pairs)))
    assert found == Walk(step, grain, rate, mistakes, node=node)
    assert found == walk(FormData(pairs))


@pytest.mark.parametrize(
    ("text", "step"),
    [("1", 1), ("12", 12), ("0", 1), ("9" * 50, 999_999_999), ("", None), ("-1", None),
     ("+1", None), ("1.0", None), ("1e3", None), (" 1", None), ("٣", None), ("²", None),
     ("one", None)],
)  # fmt: skip
def test_a_step_is_a_whole_number_from_1_or_none(text, step):
    assert walk(FormData({"step": text})).step == step


@pytest.mark.parametrize("text", ["0.05", "0,05", ".05", "1/20", "5e-2", "1e-05", "−0.5"])
def test_a_rate_is_read_as_people_write_numbers(text):
    written = text.replace(",", ".").replace("−", "-")
    wanted = 0.05 if written == "1/20" else float(written)
    assert walk(FormData({"rate": text})).rate == wanted


@pytest.mark.parametrize("text", ["", "fast", "nan", "inf", "-inf", "1e999", "1/0"])
def test_a_rate_that_is_no_finite_number_is_the_usual_one(text):
    assert walk(FormData({"rate": text})).rate == RATE


@pytest.mark.parametrize("text", ["", "leaf", "NODE", "node ", "<b>"])
def test_an_unknown_grain_is_a_node(text):
    assert walk(FormData({"grain": text})).grain == "node"


def test_unknown_mistakes_are_passed_over():
    given = FormData([("broken", "order"), ("broken", "order"), ("broken", "typo"), ("broken", "")])
    assert walk(given).mistakes == {"order"}


@pytest.mark.parametrize("text", ["", "0", "true", "yes", "11"])
def test_only_1_turns_prediction_on(text):
    assert not walk(FormData({"predict": text})).predict
    assert walk(FormData({"predict": "1"})).predict


def test_predicting_goes_edge_by_edge_from_the_first_step():
    assert walk(FormData({"predict": "1", "grain": "phase"})) == Walk(1, "edge", predict=True)
    assert walk(FormData({"predict": "1", "step": "9"})).step == 9


@pytest.mark.parametrize(
    ("text", "shown", "found"),
    [("", False, False), ("1", False, False), ("found", True, True), ("given up", True, False)],
)
def test_a_number_is_shown_when_it_is_found_or_given_up(text, shown, found):
    fields = {"shown": text, "predict": "1", "step": "3", "node": "x#1"}
    read = walk_in_form(FormData(fields))
    assert (read.shown, read.found) == (shown, found)
    address = walk(QueryParams(fields))  # which anybody may have written, never says so
    assert address == replace(read, shown=False, found=False)


# standing


def test_steps_are_counted_from_1_and_clamped(pictures):
    assert at(pictures, NEURON).step is None
    assert at(pictures, NEURON, step=1).step == 0
    assert at(pictures, NEURON, step=21).step == 20
    assert at(pictures, NEURON, step=10**8).step == 20
    assert at(pictures, NEURON, step=10**8, grain="phase").step == 3


def test_the_whole_picture_ends_before_the_update(pictures):
    found = at(pictures, NEURON)
    assert [event.kind for event in found.trace.events[found.whole :]] == ["update"] * 5
    assert found.events == found.whole
    constant = at(pictures, "2*3")
    assert constant.whole == len(constant.trace.events)


def test_a_hidden_number_is_one_event_less(pictures):
    for step in (6, 12, 25):
        asked = at(pictures, NEURON, step=step, grain="edge", predict=True)
        assert (asked.asked, asked.events, asked.known) == (step - 1, step - 1, step - 1)
        shown = at(pictures, NEURON, step=step, grain="edge", predict=True, shown=True)
        assert (shown.asked, shown.events, shown.known) == (None, step, step)
    leaf = at(pictures, NEURON, step=1, grain="edge", predict=True)
    assert (leaf.asked, leaf.events) == (None, 1)


def test_without_a_prediction_all_events_may_be_known(pictures):
    found = at(pictures, NEURON, step=3)
    assert found.known == len(found.trace.events)


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("source", [row.source for row in EXAMPLES], ids=lambda text: text[:12])
def test_the_finished_picture_is_the_same_by_events_and_by_gradients(pictures, source, grain):
    found = at(pictures, source, grain=grain)
    drawing = pictures.drawing(found.numbers.program)
    assert found.plain
    assert found.cards() == [found.card(node, found.whole) for node in range(len(drawing.graph))]
    for shown, ends in zip(found.wires(drawing), drawing.picture.ends, strict=True):
        assert shown.tone != "idle" if ends is None else shown == found.wire(*ends, found.whole)


def test_with_a_mistake_the_finished_picture_is_not_the_plain_one(pictures):
    found = at(pictures, "x = 3\nx*x", mistakes=frozenset({"overwrite"}))
    assert not found.plain
    assert (found.cards()[0].grad, found.cards()[0].word) == ("+3", "right +6")


def test_the_next_pass_begins_with_what_the_update_has_left(pictures):
    assert at(pictures, "x = 3\n2*x", rate=0.5).next_inputs() == {"x": 2.0}
    assert at(pictures, "2*3").next_inputs() == {}
    for steep in (at(pictures, "x = 3\nx*x", rate=1e308), at(pictures, "x = 0\nsqrt(x)")):
        assert steep.next_inputs() is None


# opening


def test_a_page_opens_where_the_link_says(pictures):
    for where in ({"step": 2}, {"step": 10**8, "grain": "edge"}):
        found = at(pictures, TROUBLE, **where)
        assert opened(found) is found


def test_a_page_opens_whole_where_there_is_no_trouble(pictures):
    found = at(pictures, NEURON)
    assert found.trouble is None
    assert opened(found) is found


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("mistakes", [frozenset(), frozenset({"unzeroed"}), frozenset({"order"})])
def test_a_page_opens_at_the_event_that_makes_the_first_bad_number(pictures, grain, mistakes):
    for source in (TROUBLE, "x = 0\ny = sqrt(x) + x\n2*y", "a = 1e150\nb = 1e-100\n(a*b)*1e200"):
        found = opened(at(pictures, source, grain=grain, mistakes=mistakes))
        kinds = ("value", "contribution")
        bad = next(
            place
            for place, event in enumerate(found.trace.events)
            for number in (getattr(event, kind) for kind in kinds)
            if number is not None and not math.isfinite(number)
        )
        assert found.trouble == bad
        assert found.step == found.trace.step_of(bad, grain)
        assert found.walk.step == found.step + 1


# seeing


def cards_and_ways(drawing):
    """Return the corners of every card, and the points of every wire."""
    low = np.column_stack([drawing.picture.x, drawing.picture.y])
    return (
        low,
        low + np.column_stack([drawing.picture.widths, drawing.picture.heights]),
        [np.array(wire.points) for wire in drawing.picture.wires],
    )


def test_without_a_box_all_is_seen(pictures):
    drawing = pictures.drawing(pictures.program(NEURON))
    nodes, wires = seen(drawing, None)
    assert (list(nodes), list(wires)) == (list(range(10)), list(range(9)))


@given(
    source=st.sampled_from([row.source for row in EXAMPLES] + ["x", "2"]),
    left=st.floats(-200, 1500),
    top=st.floats(-200, 600),
    width=st.floats(0, 900),
    height=st.floats(0, 600),
)
def test_what_touches_a_box_is_seen_and_cards_elsewhere_are_not(source, left, top, width, height):
    pictures = Pictures(Settings())
    drawing = pictures.drawing(pictures.program(source))
    nodes, wires = seen(drawing, (left, top, width, height))
    low, high, ways = cards_and_ways(drawing)
    corner, end = np.array([left, top]), np.array([left + width, top + height])
    for node, place in drawing.nodes.items():
        touches = (low[place] <= end) & (high[place] >= corner)
        assert (node in nodes) == touches.all()
    assert set(nodes) <= drawing.nodes.keys()
    for place, (way, ends) in enumerate(zip(ways, drawing.picture.ends, strict=True)):
        inside = ((way >= corner) & (way <= end)).all(axis=1)
        assert (
            place in wires or ends is None or not inside[::3].any()
        )  # every third point lies on the wire


def test_a_wire_is_seen_where_it_runs_though_its_cards_are_not(pictures):
    drawing = pictures.drawing(pictures.program(DETOUR))
    _, high, ways = cards_and_ways(drawing)
    outside = []
    for place, (wire, way) in enumerate(zip(drawing.picture.wires, ways, strict=True)):
        bottom = max(high[wire.source, 1], high[wire.target, 1])
        outside += [(place, way[way[:, 1].argmax()])] if way[:, 1].max() > bottom else []
    assert outside  # else this picture shows nothing of the kind any more
    for place, (x, y) in outside:
        nodes, wires = seen(drawing, (x, y, 0, 0))
        assert place in wires
        assert nodes == []


def test_a_box_far_away_sees_nothing(pictures):
    for source in (NEURON, "x"):
        drawing = pictures.drawing(pictures.program(source))
        for box in ((1e9, 1e9, 1, 1), (math.nan,) * 4, (math.inf, 0, -math.inf, 9)):
            assert seen(drawing, box) == ([], [])


def test_a_box_around_everything_sees_everything(pictures):
    drawing = pictures.drawing(pictures.program(NEURON))
    assert seen(drawing, (-1e9, -1e9, 2e9, 2e9)) == (list(range(10)), list(range(9)))
