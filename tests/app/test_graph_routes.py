"""POST /graph and /graph/numbers: the fragment of an edit, and the numbers of a drag."""

import json

import pytest

from tests.app.pictures import Fragment, attribute, cards, picture, wires

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"


@pytest.fixture
def draw(client):
    """Return a call that draws a program as the page does."""

    def drawn(source, settings=(), after="", status=200):
        response = client.post(
            "/graph", data={"source": source, "set": list(settings), "after": after}
        )
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        return response.text

    return drawn


@pytest.fixture
def renumber(client):
    """Return a call that asks for the numbers of a drawn program."""

    def renumbered(source, settings=(), after="", status=200):
        data = {"source": source, "set": list(settings), "after": after}
        response = client.post("/graph/numbers", data=data)
        assert response.status_code == status, response.text
        return response.json() if status == 200 else response.text

    return renumbered


def targets(answer):
    return [part.attributes["hx-target"] for part in Fragment(answer).all("hx-partial")]


def test_an_edit_is_answered_with_a_picture_and_what_stands_beside_it(draw):
    answer = draw(NEURON)
    assert len(cards(picture(answer))) == 10
    assert targets(answer) == ["#leaves", "#notes", "#output", "#fault"]
    drawn = Fragment(answer).one("div", id="drawn").attributes
    assert drawn["data-summary"].startswith("o is 0.7071. 10 nodes.")
    assert drawn["data-link"].startswith("/?p=x1,+x2+=+2,+0")


def test_cards_show_label_value_and_gradient(draw):
    shown = {card.name: (card.value, card.grad) for card in cards(picture(draw(NEURON)))}
    assert shown["x1"] == ("2", "−1.5")
    assert shown["w2"] == ("1", "0")
    assert shown["o"] == ("0.7071", "+1")
    assert shown["x1*w1"] == ("−6", "+0.5")


def test_leaves_have_a_row_each(draw):
    fragment = Fragment(draw("w = -3\nw*x", ["x:0.25"]))
    rows = [row.attributes for row in fragment.all("li") if "data-name" in row.attributes]
    assert [(row["data-name"], row["data-written"]) for row in rows] == [("w", "-3"), ("x", "1")]
    assert ["changed" in row["class"] for row in rows] == [False, True]
    fields = fragment.all("input", name="set")
    assert [field.attributes["value"] for field in fields] == ["w:-3", "x:0.25"]
    assert ["disabled" in field.attributes for field in fields] == [True, False]


def test_mentions_join_words_and_cards(draw):
    mentions = json.loads(attribute(draw("y = x*x"), "data-mentions"))
    assert [1, 5, 1, 6, 0] in mentions
    assert [1, 7, 1, 8, 0] in mentions
    assert [1, 5, 1, 8, 1] in mentions
    assert [1, 1, 1, 2, 1] in mentions


def test_a_repeated_operand_has_one_wire_tagged_with_its_count(draw):
    svg = picture(draw("x*x"))
    assert [(source, target) for source, target, _ in wires(svg)] == [(0, 1)]
    assert "×2" in [text.text for text in svg.iter() if text.get("class") == "times"]


def test_trouble_is_marked_on_the_node_and_noted_at_its_place(draw):
    answer = draw("x = 1\ny = log(x - 2)\ny*y")
    broken = [card for card in cards(picture(answer)) if "broken" in card.looks]
    assert [card.name for card in broken] == ["y"]
    assert "log has no real value at −1" in broken[0].title
    assert "log has no real value at −1" in broken[0].spoken
    note = Fragment(answer).one("li", class_="trouble")
    assert note.attributes["data-span"] == "2 5 2 15"
    assert note.attributes["data-node"] == str(broken[0].node)


def test_what_does_not_reach_the_output_is_noted(draw):
    note = Fragment(draw("a = 1\nb = 2\nb*b")).one("li", class_="unused")
    assert "not depend on a" in note.words
    assert note.attributes["data-span"] == "1 1 1 2"


def test_a_refusal_is_a_fragment_for_the_fault_alone(draw):
    answer = draw("σ + tnh(y)", status=422)
    assert targets(answer) == ["#fault"]
    assert "<svg" not in answer
    fault = next(p for p in Fragment(answer).all("p") if "data-span" in p.attributes)
    assert fault.attributes["data-span"] == "1 5 1 8"
    assert "There is no function called tnh." in fault.words
    assert "Did you mean tanh?" in fault.words


@pytest.mark.parametrize("source", ["", "  \n", "# nothing yet"])
def test_nothing_typed_yet_is_said_without_a_place_to_underline(draw, source):
    answer = draw(source, status=422)
    assert "There is nothing to draw yet." in answer


def test_the_form_may_leave_out_everything(client):
    assert client.post("/graph", data={}).status_code == 422
    assert client.post("/graph").status_code == 422
    assert client.post("/graph/numbers", data={}).status_code == 422


def test_line_ends_that_a_form_changed_are_put_back(draw):
    answer = draw("x = 2\r\nx*x")
    assert attribute(answer, "data-link") == "/?p=x+=+2%0Ax*x"
    assert attribute(answer, "data-drawing") == attribute(draw("x = 2\nx*x"), "data-drawing")


HOSTILE = "Value(2, label='<script>alert(1)</script>')*Value(1, label='\"&x')"


def test_labels_are_escaped_everywhere(draw):
    answer = draw(HOSTILE, ["<script>alert(1)</script>:3"])
    assert "<script" not in answer
    assert not Fragment(answer).all("script")
    names = [card.spoken for card in cards(picture(answer))]
    assert any("<script>alert(1)</script>" in name for name in names)


def test_a_fault_escapes_what_was_typed(draw):
    answer = draw("Value(1, size='<img src=x>') + tnh<b>(x)", status=422)
    assert "<img" not in answer
    assert "<b>" not in answer


# settings


def test_a_set_input_is_drawn_and_linked(draw):
    answer = draw("x = 3\nx*x", ["x:5"])
    assert [card.value for card in cards(picture(answer))] == ["5", "25"]
    assert attribute(answer, "data-link").endswith("&set=x:5")


def test_a_setting_survives_an_edit(draw):
    first = draw("x = 3\nx*x", ["x:5"])
    after = attribute(first, "data-drawing")
    second = draw("x = 3\nx*x + 1", ["x:5"], after)
    assert cards(picture(second))[-1].value == "26"


def test_a_number_changed_in_the_text_wins(draw):
    after = attribute(draw("x = 3\ny = 1\nx*y", ["x:5", "y:4"]), "data-drawing")
    answer = draw("x = 4\ny = 1\nx*y", ["x:5", "y:4"], after)
    assert cards(picture(answer))[-1].value == "16"
    assert "set=x" not in attribute(answer, "data-link")
    assert attribute(answer, "data-link").endswith("&set=y:4")


def test_settings_of_names_that_are_gone_or_nonsense_are_passed_over(draw):
    answer = draw("x*x", ["gone:5", "x", "x:", "x:nan", "x:1e999", ":3", "x:2"])
    assert cards(picture(answer))[-1].value == "4"


def test_setting_an_input_to_what_is_written_is_no_setting(draw):
    assert "set=" not in attribute(draw("x = 3\nx*x", ["x:3"]), "data-link")


# numbers alone


def test_a_drag_changes_numbers_and_moves_nothing(draw, renumber):
    before = draw(NEURON)
    key = attribute(before, "data-drawing")
    answer = renumber(NEURON, ["x1:0.5"], key)
    fresh = draw(NEURON, ["x1:0.5"])
    shown = cards(picture(fresh))
    assert len(answer["cards"]) == len(shown)
    for row, card in zip(answer["cards"].values(), shown, strict=True):
        assert {card.name, card.value, card.grad, card.spoken} <= set(map(str, row))
        assert set(row) & card.looks  # its tone
    assert len(answer["wires"]) == len(wires(picture(fresh)))
    for (tone, width), (_, _, looks) in zip(answer["wires"], wires(picture(fresh)), strict=True):
        assert tone in looks.split()
        assert width > 0
    assert answer["summary"] == attribute(fresh, "data-summary")
    assert answer["link"] == attribute(fresh, "data-link")
    places = [card.place for card in cards(picture(before))]
    assert [card.place for card in shown] == places


def test_a_drag_brings_its_notes(draw, renumber):
    source = "x = 3\nlog(x)"
    key = attribute(draw(source), "data-drawing")
    assert "log has no real value at −1" in renumber(source, ["x:-1"], key)["notes"]
    assert "log" not in renumber(source, ["x:1"], key)["notes"]


def test_numbers_for_a_picture_that_is_gone_or_of_another_program_are_stale(draw, renumber):
    key = attribute(draw("x*x"), "data-drawing")
    assert renumber("x*x + 1", ["x:2"], key) == {"stale": True}
    assert renumber("x*x", ["x:2"], "0123456789abcdef") == {"stale": True}
    assert renumber("x*x", ["x:2"]) == {"stale": True}
    assert "cards" in renumber("x*x", ["x:2"], key)


def test_numbers_of_a_refused_program_are_refused(renumber):
    assert "There is no function called tnh." in renumber("tnh(x)", status=422)


def test_a_number_that_is_not_finite_is_a_word_in_the_answer(draw, renumber):
    source = "1/x"
    key = attribute(draw(source), "data-drawing")
    answer = renumber(source, ["x:0"], key)
    assert any("∞" in map(str, row) for row in answer["cards"].values())


# redrawing


def test_nobody_moves_when_a_line_is_added(draw):
    first = draw(NEURON)
    second = draw(NEURON + "\no*o", after=attribute(first, "data-drawing"))
    before = {card.spoken.split(":")[0]: card.place for card in cards(picture(first))}
    after = {card.spoken.split(":")[0]: card.place for card in cards(picture(second))}
    stayed = [name for name, place in before.items() if after.get(name) == place]
    assert len(stayed) >= 0.8 * len(before)


def test_a_drawing_is_named_by_its_text_and_what_it_followed(draw):
    key = attribute(draw("x*x"), "data-drawing")
    assert attribute(draw("x*x"), "data-drawing") == key
    assert attribute(draw("x*x + 1"), "data-drawing") != key


@pytest.mark.parametrize("after", ["", "nonsense", "\0", "a" * 1000, "<script>"])
def test_any_name_of_a_drawing_before_is_taken(draw, after):
    assert len(cards(picture(draw("x*x", after=after)))) == 2


def test_a_body_over_the_limit_is_413_in_words(client):
    response = client.post(
        "/graph", data={"source": "x" * 1_100_000}, headers={"hx-request": "true"}
    )
    assert response.status_code == 413
    assert "Send a shorter program, or fewer rows of data." in response.text
