"""The page at a step, and POST /walk/steps, /walk/card and /walk/proof: what a walk shows."""

import json
import math
import re
from dataclasses import replace
from html import unescape

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app.proofs
import engine.evaluate
import engine.graph
from app.examples import EXAMPLES
from app.main import create_app
from app.settings import Settings
from engine.mistakes import MISTAKES
from engine.moments import state_at
from engine.numerals import MINUS, exact, short
from engine.ops import OPS
from engine.predict import asks
from engine.program import parse
from engine.trace import GRAINS, trace
from tests.app.pictures import SVG, Fragment, attribute, cards, picture
from tests.engine.programs import written

NEURON = EXAMPLES[0].source
PATHS = "x = 0.7\nw = -1.3\nh = x*w\ny = tanh(h + x)*h\nz = 2*y\ny*x"  # z does not reach the output
TROUBLE = "x = 1\ny = sqrt(x - 2)\n2*y + x"
COUNTEREXAMPLE = "a = 2\nb = 3\nc = a + b\nd = a*b\ne = c + d\nf = c*d\ne + f"
TONES = {"positive", "negative", "zero", "trouble", "valued", "hollow"}


@pytest.fixture(scope="module")
def page(client):
    """Return a call that opens a link."""

    def opened(source, **walk):
        response = client.get("/", params={"p": source, **walk})
        assert response.status_code == 200, response.text
        return response.text

    return opened


@pytest.fixture(scope="module")
def submit(client):
    """Return a call that sends the page's form and expects an answer."""

    def sent(path, source, **fields):
        response = client.post(path, data={"source": source, **fields})
        assert response.status_code == 200, response.text
        return response

    return sent


@pytest.fixture(scope="module")
def draw(submit):
    """Return a call that draws a program as an edit does."""
    return lambda source, **walk: submit("/graph", source, **walk).text


@pytest.fixture(scope="module")
def steps(submit, draw):
    """Return a call that asks for the timelines of a drawn program."""

    def asked(source, **walk):
        after = attribute(draw(source), "data-drawing")
        return submit("/walk/steps", source, after=after, **walk).json()

    return asked


@pytest.fixture(scope="module")
def card(submit):
    """Return a call that asks for the card of a step."""
    return lambda source, **walk: submit("/walk/card", source, **walk).text


@pytest.fixture(scope="module")
def prove(submit):
    """Return a call that asks for the proof: its verdict's class and words, and the whole."""

    def asked(source, **walk):
        text = submit("/walk/proof", source, **walk).text
        verdict = Fragment(text).all("p")[0]
        return verdict.attributes["class"].split()[-1], verdict.words.strip(), text

    return asked


def stand(answer):
    """Return where the drawn walk stands."""
    return json.loads(attribute(answer, "data-walk"))


def node_of(source, name):
    graph = parse(source).graph
    return next(node for node in range(len(graph)) if graph.name(node) == name)


def words(html):
    """Return a fragment's text and attributes, as a reader of its source has them."""
    return unescape(html).replace(MINUS, "-")


def number_at(html):
    """Return every number that stands anywhere in a fragment's source."""
    return [float(each) for each in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", words(html))]


# what a picture shows


def shown_by_picture(answer):
    """Return what cards and wires of a picture show, as timelines have it."""
    svg = picture(answer)
    found = {}
    for each in cards(svg):
        (tone,) = TONES & each.looks
        state = [each.name, each.value, each.grad, tone, each.word, *each.bar]
        state += ["broken" in each.looks, each.title, each.spoken]
        assert ("wrong" in each.looks) == (each.word != "grad")
        found["card", each.node] = state
    wires = [path for path in svg.iter(f"{SVG}path") if "data-source" in path.attrib]
    for place, wire in enumerate(wires):
        tone = wire.attrib["class"].split()[1]
        found["wire", place] = [tone, float(wire.attrib["stroke-width"])]
    return found


def shown_by_timelines(track, events):
    """Return what the timelines say that cards and wires show after so many events."""
    found = {}
    for kind in ("card", "wire"):
        for place, states in track[f"{kind}s"].items():
            assert [since for since, *_ in states] == sorted({since for since, *_ in states})
            *_, (_, *state) = (state for state in states if state[0] <= events)
            if kind == "card":
                state[7] = bool(state[7])
            found[kind, int(place)] = state
    return found


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("source", [NEURON, PATHS, TROUBLE], ids=["neuron", "paths", "trouble"])
def test_every_step_is_drawn_as_its_timelines_say(draw, steps, source, grain):
    track = steps(source, grain=grain)
    assert len(track["cuts"]) == track["total"] + 1
    for step in range(1, track["total"] + 1):
        drawn = draw(source, grain=grain, step=step)
        assert stand(drawn) == {name: track[name] for name in ("total", "phases")} | {"step": step}
        assert shown_by_picture(drawn) == shown_by_timelines(track, track["cuts"][step])
    assert shown_by_picture(draw(source)) == shown_by_timelines(track, track["whole"])


@given(made=written(), data=st.data())
@settings(max_examples=20)
def test_a_random_program_is_drawn_at_random_steps_as_its_timelines_say(draw, steps, made, data):
    broken = data.draw(st.lists(st.sampled_from(sorted(MISTAKES)), unique=True))
    walk = {"grain": data.draw(st.sampled_from(GRAINS)), "broken": broken}
    track = steps(made.text, **walk)
    step = data.draw(st.integers(1, track["total"]))
    drawn = draw(made.text, step=step, **walk)
    assert shown_by_picture(drawn) == shown_by_timelines(track, track["cuts"][step])
    whole = draw(made.text, **walk)
    assert shown_by_picture(whole) == shown_by_timelines(track, track["whole"])


@pytest.mark.parametrize("step", [1, 6, 11, 12, 17, 21])
def test_a_link_to_a_step_draws_what_the_edit_would(page, draw, step):
    assert str(page(NEURON, step=step)).count('<svg class="graph"') == 1
    assert shown_by_picture(page(NEURON, step=step)) == shown_by_picture(draw(NEURON, step=step))


def test_the_neurons_cards_at_some_steps(draw):
    def known(step):
        found = cards(picture(draw(NEURON, step=step)))
        return {each.name: (each.value, each.grad) for each in found if each.value}

    assert known(1) == {"x1": ("2", "")}
    assert len(known(10)) == 10
    assert known(10)["o"] == ("0.7071", "")
    assert known(11)["o"] == ("0.7071", "+1")
    assert known(12)["n"] == ("0.8814", "+0.5")
    assert known(21)["b"] == ("6.831", "+0.5")
    assert known(21)["w1"] == ("−3.1", "+1")


def test_a_gradient_shows_its_running_total(draw):
    def grads(step):
        return cards(picture(draw("x = 3\nx*x", grain="edge", step=step)))[0].grad

    assert [grads(step) for step in range(2, 7)] == ["", "", "+3", "+6", "+6"]


def test_without_a_step_the_whole_is_shown_and_nothing_is_updated(draw):
    plain = draw(NEURON)
    assert stand(plain) == {
        "step": None,
        "total": 21,
        "phases": [["forward", 1, 10], ["seed", 11, 1], ["backward", 12, 5], ["update", 17, 5]],
    }
    assert shown_by_picture(plain) == shown_by_picture(draw(NEURON, rate=5))
    assert attribute(plain, "data-summary").startswith("o is 0.7071.")
    assert attribute(draw(NEURON, step=4), "data-summary") == "Step 4 of 21."


@pytest.mark.parametrize("step", ["22", "1000", "9" * 60])
def test_a_step_past_the_end_is_the_last(page, draw, card, step):
    assert stand(page(NEURON, step=step))["step"] == 21
    assert stand(draw(NEURON, step=step))["step"] == 21
    assert card(NEURON, step=step) == card(NEURON, step=21) != card(NEURON, step=20)


@pytest.mark.parametrize(
    ("step", "stands"), [("0", 1), ("", None), ("-1", None), ("two", None), ("1.5", None)]
)
def test_a_step_that_is_none_shows_the_whole(page, step, stands):
    assert stand(page(NEURON, step=step))["step"] == stands


def test_the_link_restores_grain_rate_mistakes_mode_and_node(page):
    opened = Fragment(
        page(NEURON, step=3, grain="phase", rate="0.25", broken=["order"], node="w1#1")
    )
    chosen = [each.words for each in opened.all("option") if "selected" in each.attributes]
    assert "phase" in chosen
    assert opened.one("input", id="rate").attributes["value"] == "0.25"
    boxes = opened.all("input", name="broken")
    ticked = [box.attributes["value"] for box in boxes if "checked" in box.attributes]
    assert (ticked, len(boxes)) == (["order"], 3)
    assert opened.one("input", id="node").attributes["value"] == "w1#1"
    assert opened.one("input", id="step").attributes["value"] == "3"
    assert "checked" not in opened.one("input", id="predict").attributes
    predicting = Fragment(page(NEURON, step=3, predict=1))
    assert "checked" in predicting.one("input", id="predict").attributes


def test_what_is_beside_the_picture_waits_hidden_until_there_is_something_to_say(page):
    def hidden(**walk):
        return "hidden" in Fragment(page(NEURON, **walk)).one("aside", id="inspector").attributes

    assert hidden()
    assert not hidden(step=1)
    assert not hidden(node="w1#1")


def test_stops_in_the_link_are_the_pages_own_business(page):
    assert stand(page(NEURON, step=3, stop=["n#1", "nonsense"]))["step"] == 3


def test_a_hostile_link_is_escaped(page):
    html = page(NEURON, node='"><script>', broken='"><script>', grain="<script>", rate="<script>")
    assert "<script>" not in html


# the first problem


@pytest.mark.parametrize(
    ("source", "grain", "step"),
    [
        (TROUBLE, "node", 4),
        (TROUBLE, "phase", 1),
        ("x = 0\nsqrt(x)", "node", 4),
        ("a = 1e150\nb = 1e-100\n(a*b)*1e200", "edge", 10),  # not 9: towards a it is finite
        ("a = 1e150\nb = 1e-100\n(a*b)*1e200", "node", 8),
    ],
)
def test_the_page_opens_at_the_first_problem(page, source, grain, step):
    assert stand(page(source, grain=grain))["step"] == step


def test_the_first_problem_is_in_the_first_pass(page):
    assert stand(page(TROUBLE, broken="unzeroed"))["step"] == stand(page(TROUBLE))["step"] == 4


def test_a_step_in_the_link_wins_over_a_problem(page):
    assert stand(page(TROUBLE, step=2))["step"] == 2


def test_an_edit_does_not_jump_to_a_problem(draw):
    assert stand(draw(TROUBLE))["step"] is None


def test_where_all_is_well_the_page_opens_on_the_whole(page):
    assert stand(page(NEURON))["step"] is None
    assert stand(page("x = -3\nx^2"))["step"] is None  # only the constant has no slope


# the card


def test_the_card_of_a_step_says_it_in_one_sentence_and_in_formulas(card):
    shown = Fragment(card(NEURON, step=20, grain="edge"))
    section = shown.one("section")
    sentence = "w1 gradient: 0.5 upstream times 2, x1's value, makes 1."
    assert section.attributes["data-text"] == sentence
    amounts = [each.words for each in shown.all("span", class_="amount")]
    assert amounts == ["+0.5", "2", "+1"]
    assert shown.all("math")
    assert r"\begin{aligned}" in shown.one("button", id="latex").attributes["data-latex"]
    nodes = [each.attributes["data-node"] for each in shown.all("button", class_="factor")]
    assert nodes == [str(node_of(NEURON, "x1*w1"))] * 3


def test_the_sum_so_far_shows_both_paths(card):
    shown = Fragment(card("x = 3\nx*x", step=5, grain="edge"))
    amounts = [each.words for each in shown.all("span", class_="amount")]
    assert amounts == ["+1", "3", "+3", "+6"]
    assert "3 + 3" in [each.words for each in shown.all("span", class_="words")]


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("source", [NEURON, PATHS, TROUBLE], ids=["neuron", "paths", "trouble"])
def test_every_step_has_a_card_that_says_what_the_api_says(client, card, source, grain):
    body = {"source": source, "grain": grain}
    events = client.post("/api/trace", json=body).json()["events"]
    for event in events:
        shown = Fragment(card(source, step=event["step"] + 1, grain=grain))
        section = shown.one("section").attributes
        assert section["data-text"] == event["text"]
        assert section["aria-label"] == f"Step {event['step'] + 1} of {len(events)}"


def test_the_whole_picture_has_no_card(card):
    assert card(NEURON).strip() == ""


def test_after_the_update_the_next_pass_can_begin(card, steps):
    assert 'id="next-pass"' in card(NEURON, step=21)
    assert 'id="next-pass"' not in card(NEURON, step=20)
    numbers = steps(NEURON)["next"]
    assert {name: float(number) for name, number in numbers.items()} == pytest.approx(
        {"x1": 2.15, "x2": -0.05, "w1": -3.1, "w2": 1, "b": 6.8313735870195432}
    )


def test_no_pass_can_begin_with_a_number_that_no_link_holds(card, steps):
    assert steps("x*x", rate="1e308")["next"] is None
    assert 'id="next-pass"' not in card("x*x", rate="1e308", step=99)


# the open node


def test_an_open_node_shows_its_number_in_full_and_every_path(card):
    source = "x = 0.7\ny = x*x*sin(x)"
    shown = Fragment(card(source, node="x#1"))
    value, grad = (each.words for each in shown.all("dd"))
    assert value == "0.7"
    right = 2 * 0.7 * math.sin(0.7) + 0.49 * math.cos(0.7)
    assert float(grad.replace(MINUS, "-")) == pytest.approx(right, rel=1e-12)
    products = [
        float(each.words.replace(MINUS, "-")) for each in shown.all("span", class_="amount")
    ]
    assert len(products) == 3
    assert sum(products) == pytest.approx(right, rel=1e-3)
    for slopes, product in zip(shown.all("span", class_="slopes"), products, strict=True):
        factors = [float(each.replace(MINUS, "-")) for each in slopes.words.split(" × ")]
        assert math.prod(factors) == pytest.approx(product, rel=1e-3)


def test_an_open_node_leads_to_the_step_that_computed_it_and_to_its_gradient(card):
    shown = Fragment(card(PATHS, node="y#1", grain="edge"))
    computed, settled = (
        int(each.attributes["data-step"])
        for each in shown.all("button")
        if "data-step" in each.attributes
    )
    assert (
        Fragment(card(PATHS, step=computed, grain="edge"))
        .one("section")
        .attributes["data-text"]
        .startswith("y is ")
    )
    assert (
        Fragment(card(PATHS, step=settled, grain="edge"))
        .one("section")
        .attributes["data-text"]
        .startswith("y gradient: ")
    )


def test_an_open_node_knows_no_more_than_the_step(card):
    def numbers(step):
        return [each.words for each in Fragment(card(NEURON, step=step, node="n#1")).all("dd")]

    assert numbers(8) == ["not reached yet"] * 2
    assert numbers(9) == ["0.8813735870195432", "not reached yet"]
    assert float(numbers(12)[1]) == pytest.approx(0.5)


def test_what_does_not_reach_the_output_has_no_path_and_gradient_0(card):
    shown = Fragment(card(PATHS, node="z#1"))
    assert shown.all("dd")[1].words == "0"
    assert not shown.all("span", class_="slopes")


def test_a_node_that_is_not_there_is_no_card(card):
    for name in ("nonsense", "x1", "x1#2", "<script>", "\0"):
        assert card(NEURON, node=name).strip() == ""


# break it on purpose


@pytest.mark.parametrize(
    ("source", "mistake", "name", "wrong", "right"),
    [
        ("a = 3\nb = a + a", "overwrite", "a", 1.0, 2.0),
        ("a = 3\nb = a + a", "unzeroed", "a", 3.0, 1.0),
        (COUNTEREXAMPLE, "order", "a", 1.0, 7.0),
    ],
)
def test_a_mistake_shows_the_first_wrong_number_with_the_right_one_beside_it(
    draw, card, steps, source, mistake, name, wrong, right
):
    said = Fragment(card(source, step=1, broken=mistake, grain="edge"))
    note = said.one("p", class_="wrongly")
    assert f"the gradient of {name} comes to {short(wrong)}" in note.words
    assert f"Right would be {short(right)}." in note.words
    (edge,) = (
        int(b.attributes["data-step"]) for b in said.all("button") if "data-step" in b.attributes
    )
    assert steps(source, broken=mistake, grain="edge")["wrong"] == edge
    before, there = (
        cards(picture(draw(source, step=at, broken=mistake, grain="edge")))[node_of(source, name)]
        for at in (edge - 1, edge)
    )
    assert "wrong" not in before.looks
    assert "wrong" in there.looks
    assert (there.grad, there.word) == (f"+{short(wrong)}", f"right +{short(right)}")
    assert there.spoken.endswith(f"wrong, right is +{short(right)}")


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("mistake", sorted(MISTAKES))
@pytest.mark.parametrize("source", ["a = 3\nb = a + a", COUNTEREXAMPLE, "a = 3\na + a - 2*a"])
def test_the_first_wrong_number_is_said_as_the_picture_shows_it_at_that_step(
    draw, card, steps, source, mistake, grain
):
    said = Fragment(card(source, step=1, broken=mistake, grain=grain)).one("p", class_="wrongly")
    step = steps(source, broken=mistake, grain=grain)["wrong"]
    if step is None:
        assert said.words.startswith("Nothing comes out wrong here")
        return
    name, number, right = re.search(
        r"gradient of (\S+) comes to (\S+)\. Right would be (\S+)\.", said.words
    ).groups()
    shown = cards(picture(draw(source, step=step, broken=mistake, grain=grain)))
    there = shown[node_of(source, name)]
    assert "wrong" in there.looks
    assert there.grad.removeprefix("+") == number
    assert there.word.removeprefix("right ").removeprefix("+") == right


@pytest.mark.parametrize(("mistake", "wrong"), [("overwrite", "+1"), ("unzeroed", "+4")])
def test_the_whole_picture_shows_what_micrograds_issues_report(draw, mistake, wrong):
    found = cards(picture(draw("a = 3\nb = a + a", broken=mistake)))[0]
    assert (found.grad, found.word) == (wrong, "right +2")


def test_mistakes_add_up_and_unknown_ones_are_passed_over(draw):
    both = cards(picture(draw("a = 3\nb = a + a", broken=["overwrite", "unzeroed"])))
    assert (both[0].grad, both[0].word) == ("+1", "right +2")
    none = draw("a = 3\nb = a + a", broken=["nonsense", ""])
    assert shown_by_picture(none) == shown_by_picture(draw("a = 3\nb = a + a"))


@pytest.mark.parametrize("mistake", ["overwrite", "order"])
def test_where_a_mistake_does_no_harm_the_reason_is_given(card, mistake):
    said = Fragment(card("w*x + b", step=1, broken=mistake)).one("p", class_="wrongly").words
    assert said == f"Nothing comes out wrong here: {MISTAKES[mistake].spared}."


# proof


def use(patch, row):
    """Put a row in place of the one of its name, where graphs and backprop look."""
    rows = tuple(row if old.name == row.name else old for old in OPS.values())
    patch.setattr(engine.graph, "ROWS", rows)
    patch.setattr(engine.evaluate, "ROWS", rows)


def test_every_gradient_of_the_neuron_agrees(prove):
    looks, sentence, html = prove(NEURON)
    assert looks == "good"
    assert sentence.startswith("✓ 10 of 10 gradients agree")
    assert "✗" not in html
    for number in ("−1.4999999999999993", "0.4999999999999998"):  # at full precision
        assert number in html


def test_a_wrong_rule_turns_the_proof_red(monkeypatch):
    use(monkeypatch, replace(OPS["log"], partials=("1 / log(x)",)))
    with TestClient(create_app(Settings())) as client:  # nothing kept from before the patch
        html = client.post("/walk/proof", data={"source": "x = 3\nlog(x)*2"}).text
    verdict = Fragment(html).all("p")[0]
    assert "bad" in verdict.attributes["class"].split()
    assert verdict.words.startswith("✗")
    assert "1 does not" in verdict.words
    first = Fragment(html).all("tbody")[0]
    assert first.attributes["class"] == "differs"
    assert "Backprop says 1.82" in first.words
    assert "0.6667" in first.words


def test_a_planted_mistake_turns_the_proof_red(prove):
    looks, sentence, _ = prove("a = 3\nb = a + a", broken="overwrite")
    assert (looks, sentence[0]) == ("bad", "✗")
    assert "1 does not" in sentence


@pytest.mark.parametrize("source", ["x = 0\nrelu(x)", "x = 0\nabs(x) + x", "x = 2\nmax(x, 2)"])
def test_a_kink_is_named_and_raises_no_alarm(prove, source):
    looks, sentence, html = prove(source)
    assert looks == "good"
    assert "1 at a kink" in sentence
    assert "At a kink of" in html
    assert "✗" not in html


def test_what_cannot_be_measured_says_why(prove):
    looks, sentence, html = prove("x = 0\nsqrt(x)")
    assert looks == "good"
    assert "1 could not be measured" in sentence
    assert "The gradient here is ∞" in html


def test_all_gradients_are_proved_and_only_so_many_listed(monkeypatch, prove):
    monkeypatch.setattr(app.proofs, "MOST_CHECKS", 4)
    looks, sentence, html = prove(NEURON)
    assert looks == "good"
    assert sentence.startswith("✓ 10 of 10 gradients agree")
    assert len(Fragment(html).all("tbody")) == 4
    assert "And 6 more" in html


# predict, then reveal

MAZE = "x = 1.37\nw = -2.59\nb = 0.83\nh = x*w\ny = tanh(0.31*h + b)\nloss = (y - 0.61)*(y*h)"
PREDICTED = trace(parse(MAZE).graph, parse(MAZE).leaves())
WITHHELD = [place for place in range(len(PREDICTED.events)) if asks(PREDICTED, place)]


def hidden_numbers(place):
    """Return what a step shows for the first time, and is no number of its surroundings."""
    event = PREDICTED.events[place]
    fresh = [event.contribution, event.total] if event.kind == "flow" else [event.value]
    states = [state_at(moments, place) for moments in PREDICTED.moments]
    known = {number for state in states for number in (state.value, state.gradient)}
    known |= {each.contribution for each in PREDICTED.events[:place]} | {1.0, -1.0, 0.0}
    near = [abs(number) for number in known if number is not None]
    return [n for n in fresh if not any(math.isclose(abs(n), each, rel_tol=1e-2) for each in near)]


def test_enough_numbers_are_there_to_be_hidden():
    kinds = [PREDICTED.events[place].kind for place in WITHHELD if hidden_numbers(place)]
    assert all(kinds.count(kind) >= 3 for kind in ("forward", "flow", "update"))


@pytest.mark.parametrize("place", WITHHELD)
def test_the_hidden_number_is_nowhere_before_it_is_typed(page, draw, steps, card, place):
    walk = {"predict": 1, "step": place + 1, "node": "y#1"}
    operand = PREDICTED.events[place].operand
    name = PREDICTED.graph.name(PREDICTED.events[place].node if operand is None else operand)
    answers = {
        "page": page(MAZE, **walk),
        "drawn": draw(MAZE, **walk),
        "steps": json.dumps(steps(MAZE, **walk), ensure_ascii=False),
        "card": card(MAZE, **walk),
        "answered": card(MAZE, answer="777", **walk),
        "opened": card(MAZE, **walk | {"node": f"{name}#1"}),
    }
    for where, text in answers.items():
        present = number_at(text)
        for number in hidden_numbers(place):
            for each in (short(number), exact(number), repr(number)):
                assert not re.search(rf"(?<![\d.]){re.escape(words(each))}(?!\d)", words(text)), (
                    where
                )
            assert not any(math.isclose(each, number, rel_tol=2e-3) for each in present), where


@pytest.mark.parametrize("place", WITHHELD)
def test_once_shown_the_number_is_there(draw, steps, card, place):
    walk = {"predict": 1, "step": place + 1, "shown": "found"}
    event = PREDICTED.events[place]
    number = event.contribution if event.kind == "flow" else event.value
    shown = [
        float(each.words.replace(MINUS, "-").replace("+", ""))
        for each in Fragment(card(MAZE, **walk)).all("span", class_="amount")
    ]
    assert any(math.isclose(each, number, rel_tol=1e-3) for each in shown)
    known = steps(MAZE, **walk)["known"]
    assert known == place + 1
    assert steps(MAZE, **walk | {"shown": ""})["known"] == place
    plain = {"grain": "edge", "step": place + 1}
    assert shown_by_picture(draw(MAZE, **walk)) == shown_by_picture(draw(MAZE, **plain))


@pytest.mark.parametrize("shown", ["found", "given up"])
def test_an_address_does_not_say_that_a_number_is_found(page, shown):
    walk = {"predict": 1, "step": WITHHELD[0] + 1}
    assert page(MAZE, **walk, shown=shown) == page(MAZE, **walk)


def test_no_proof_is_given_while_predicting(client):
    data = {"source": MAZE, "predict": 1, "step": 3}
    answer = client.post("/walk/proof", data=data)
    assert answer.status_code == 409
    told = answer.json()["error"]
    assert told["message"] == "A proof would tell every number."
    assert "Predict each number" in told["hint"]
    assert number_at(told["message"] + told["hint"]) == []


def test_the_numbers_of_the_whole_are_not_sent_while_predicting(client, draw):
    data = {"source": MAZE, "after": attribute(draw(MAZE), "data-drawing"), "set": "x:2"}
    assert "cards" in client.post("/graph/numbers", data=data).json()
    answer = client.post("/graph/numbers", data=data | {"predict": "1", "step": "3"})
    assert answer.json() == {"stale": True}  # then /graph draws it, as far as it may be known


def test_of_what_is_still_to_come_nothing_is_sent(steps):
    track = steps(NEURON, predict=1, step=7)
    assert all(since <= 6 for states in track["cards"].values() for since, *_ in states)
    assert all(since <= 6 for states in track["wires"].values() for since, *_ in states)
    assert track["next"] is None


@pytest.mark.parametrize("step", ["", "0", "nonsense"])
def test_predicting_begins_at_the_first_step_not_with_the_whole(page, steps, step):
    html = page(NEURON, predict=1, step=step)
    assert stand(html)["step"] == 1
    assert "0.7071" not in html
    assert steps(NEURON, predict=1, step=step)["known"] == 1  # a leaf is given, not asked for


def test_a_problem_ahead_is_not_told_while_predicting(page):
    html = page(TROUBLE, predict=1)
    assert stand(html)["step"] == 1
    assert "no real value" not in html
    assert "no real value" in page(TROUBLE)


def test_predicting_takes_one_number_at_a_time(draw):
    assert stand(draw(NEURON, predict=1, grain="phase"))["total"] == 25


@pytest.mark.parametrize("answer", ["1/2", ".5", "0.50", "0.5", "0,5", " 5e-1 ", "+0.5"])
def test_one_number_may_be_written_in_many_ways(card, answer):
    shown = Fragment(card("x = 0.25\nx*2", predict=1, step=3, answer=answer))
    assert shown.one("p", id="hint").attributes["data-right"] == "1"


@pytest.mark.parametrize("answer", ["2", "-0.5", "0.51", "half", "1/0", "<b>", "nan"])
def test_a_wrong_answer_gets_a_hint_and_no_number(card, answer):
    html = card("x = 0.25\nx*2", predict=1, step=3, answer=answer)
    hint = Fragment(html).one("p", id="hint")
    assert hint.attributes["data-right"] == "0"
    assert hint.words
    assert "0.5" not in hint.words
    assert 'class="amount"' not in html
    assert "<b>" not in html


def test_a_hint_names_the_missing_factor(card):
    html = card("x = 0.25\nw = 7\ny = x*w\ny*3", predict=1, step=9, answer="3")
    hint = Fragment(html).one("p", id="hint").words
    assert "The local derivative is missing" in hint
    assert not re.search(r"\d", hint)


def test_a_blank_answer_is_no_answer(card):
    for answer in ("", "  "):
        html = card("x = 0.25\nx*2", predict=1, step=3, answer=answer)
        assert "data-right" not in Fragment(html).one("p", id="hint").attributes


def test_nothing_is_asked_at_a_leaf_and_at_the_seed(card):
    for step in (1, 2, 4):
        assert 'id="answer"' not in card("x = 0.25\nx*2", predict=1, step=step)
    for step in (3, 5, 6, 7):
        assert 'id="answer"' in card("x = 0.25\nx*2", predict=1, step=step)


def test_with_mistakes_the_wrong_number_is_to_be_predicted_and_the_right_one_kept_back(card):
    walk = {"predict": 1, "broken": "overwrite", "step": 5}
    html = card("a = 3\na*a", answer="3", **walk)
    assert Fragment(html).one("p", id="hint").attributes["data-right"] == "1"
    assert "wrongly" not in html


# of the picture only what is seen


def boxes(draw, source):
    """Return (left, top, width, height) of every card."""
    found = []
    for group in picture(draw(source)).iter(f"{SVG}g"):
        if "data-node" in group.attrib:
            x, y = map(float, re.findall(r"-?[\d.]+", group.attrib["transform"]))
            rim = group.find(f"{SVG}rect[@class='rim']").attrib
            found.append((x, y, float(rim["width"]), float(rim["height"])))
    return found


def test_only_what_a_box_holds_is_sent(draw, steps):
    whole = steps(NEURON)
    assert (len(whole["cards"]), len(whole["wires"])) == (10, 9)
    for node, (x, y, width, height) in enumerate(boxes(draw, NEURON)):
        part = steps(NEURON, box=f"{x + 1} {y + 1} {width - 2} {height - 2}")
        assert list(part["cards"]) == [str(node)]
        assert part["cards"][str(node)] == whole["cards"][str(node)]
        assert len(part["wires"]) < 9
        assert all(whole["wires"][place] == wire for place, wire in part["wires"].items())
    assert steps(NEURON, box="-1e6 -1e6 2e6 2e6") == whole
    nowhere = steps(NEURON, box="1e6 1e6 10 10")
    assert (nowhere["cards"], nowhere["wires"]) == ({}, {})
    assert nowhere["cuts"] == whole["cuts"]


@pytest.mark.parametrize("box", ["", "0 0 0", "a b c d", "1 2 3 4 5"])
def test_what_is_no_box_is_the_whole(steps, box):
    assert steps(NEURON, box=box) == steps(NEURON)


@pytest.mark.parametrize("box", ["nan nan nan nan", "inf inf -inf -inf", "0 0 -5 -5"])
def test_a_box_of_nothing_holds_nothing(steps, box):
    assert steps(NEURON, box=box)["cards"] == {}


def test_a_large_program_sends_what_is_seen(client):
    lines = [f"y{k} = tanh(y{k - 1}*w + 0.1)" for k in range(1, 300)]
    source = "\n".join(["y0 = x", *lines])
    unfolded = {"source": source, "open": "*9"}
    after = attribute(client.post("/graph", data=unfolded).text, "data-drawing")
    data = {**unfolded, "after": after, "box": "0 0 1600 900"}
    answer = client.post("/walk/steps", data=data)
    assert 0 < len(answer.json()["cards"]) < 60
    del data["box"]
    assert len(client.post("/walk/steps", data=data).content) > 5 * len(answer.content)


# of a long walk only some steps


@pytest.fixture
def long_walks(monkeypatch):
    """Make every walk of more than nine events a long one."""
    monkeypatch.setattr("app.walks.FEW_EVENTS", 9)
    monkeypatch.setattr("app.walks.STEPS_AT_ONCE", 6)


@pytest.mark.parametrize("broken", [(), tuple(MISTAKES)])
@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("source", [NEURON, PATHS, TROUBLE], ids=["neuron", "paths", "trouble"])
def test_a_window_shows_at_its_steps_what_the_whole_walk_does(
    steps, monkeypatch, source, grain, broken
):
    walk = {"grain": grain, "broken": broken}
    every = steps(source, **walk)
    monkeypatch.setattr("app.walks.FEW_EVENTS", 9)
    monkeypatch.setattr("app.walks.STEPS_AT_ONCE", 6)
    for step in range(1, every["total"] + 1):
        part = steps(source, step=step, **walk)
        first, cuts = part["first"], part["cuts"]
        last = first + len(cuts) - 2
        assert first <= step <= last
        assert len(cuts) <= 7
        assert cuts == every["cuts"][first - 1 : last + 1]
        for acting in ("nodes", "operands"):
            assert part[acting] == every[acting][cuts[0] : min(cuts[-1], cuts[0] + 9)]
        assert (part["total"], part["phases"], part["whole"]) == tuple(
            every[name] for name in ("total", "phases", "whole")
        )
        for events in (*cuts, part["whole"]):
            assert shown_by_timelines(part, events) == shown_by_timelines(every, events)


def test_a_window_is_around_the_step_and_ends_where_the_walk_does(steps, long_walks):
    firsts = [steps(NEURON, step=step)["first"] for step in (1, 3, 4, 5, 10, 19, 21, 10**8)]
    assert firsts == [1, 1, 1, 2, 7, 16, 16, 16]
    whole = steps(NEURON)
    assert (whole["step"], whole["first"]) == (None, 13)  # the last step before the update is 16
    assert steps("x*x")["first"] == 1  # a short walk is sent at once


def test_a_window_tells_no_number_that_is_to_be_predicted(steps, long_walks):
    for step in (6, 12, 20):
        part = steps(NEURON, step=step, predict=1)
        assert part["known"] <= step
        shown = (states for kind in ("cards", "wires") for states in part[kind].values())
        assert all(since <= part["known"] for states in shown for since, *_ in states)


@pytest.mark.parametrize("grain", GRAINS)
def test_the_same_moment_is_found_in_other_steps(steps, grain, long_walks):
    for events in range(1, 26):
        part = steps(NEURON, grain=grain, step=1, moment=events)
        begin, end = (part["cuts"][part["step"] - part["first"] + k] for k in (0, 1))
        assert begin < events <= end
    assert steps(NEURON, moment="", step=3)["step"] == 3
    assert steps(NEURON, moment=10**8, step=3)["step"] == 21


@pytest.mark.parametrize("grain", GRAINS)
def test_the_stops_of_a_long_walk_are_told_wherever_it_stands(steps, grain, long_walks):
    graph = parse(NEURON).graph
    stops = [f"{name}#1" for name in ("n", "w2")]
    nodes = [graph.labels.index(name) for name in ("n", "w2")]
    walked = trace(graph, parse(NEURON).leaves({}))
    acting = [
        step + 1
        for step in range(walked.total(grain))
        if any(event.node in nodes for event in walked.step(step, grain))
    ]
    for step in (1, 4):
        told = steps(NEURON, grain=grain, step=step, stops="\n".join([*stops, "none#1"]))
        assert told["stops"] == acting
    assert steps(NEURON, grain=grain)["stops"] == []


# the drawing on the page


@pytest.mark.parametrize("after", ["", "nonsense", "\0"])
def test_another_drawing_on_the_page_is_stale(client, after):
    answer = client.post("/walk/steps", data={"source": NEURON, "after": after})
    assert (answer.status_code, answer.json()) == (200, {"stale": True})


def test_the_drawing_of_another_program_is_stale(client, draw):
    after = attribute(draw("x*x"), "data-drawing")
    answer = client.post("/walk/steps", data={"source": NEURON, "after": after})
    assert answer.json() == {"stale": True}


def test_a_drawing_that_followed_another_is_walked_as_it_stands(client, draw):
    first = attribute(draw("x*w"), "data-drawing")
    second = attribute(draw("x*w + b", after=first), "data-drawing")
    answer = client.post("/walk/steps", data={"source": "x*w + b", "after": second}).json()
    assert len(answer["cards"]) == 5


def test_a_walk_goes_on_though_no_drawing_is_kept():
    with TestClient(create_app(Settings(cache_nodes=0))) as client:
        after = attribute(client.post("/graph", data={"source": NEURON}).text, "data-drawing")
        answer = client.post("/walk/steps", data={"source": NEURON, "after": after}).json()
        assert len(answer["cards"]) == 10


def test_settings_of_inputs_are_walked(card, steps):
    sentence = Fragment(card("x = 3\nx*x", set="x:5", step=2)).one("section")
    assert sentence.attributes["data-text"] == "x*x is 25."
    assert float(steps("x = 3\nx*x", set="x:5")["next"]["x"]) == 4.0


def test_notes_come_with_the_steps(steps):
    assert "no real value" in steps(TROUBLE)["notes"]
    assert "no real value" not in steps(TROUBLE, predict=1)["notes"]
    assert "does not depend on z" in steps(PATHS, predict=1)["notes"]


@pytest.mark.parametrize("path", ["/walk/steps", "/walk/card", "/walk/proof"])
def test_a_refused_program_is_refused_in_words(client, path):
    answer = client.post(path, data={"source": "tnh(x)"})
    assert answer.status_code == 422
    assert "There is no function called tnh." in answer.text
    assert client.post(path).status_code == 422


@pytest.mark.parametrize("path", ["/walk/steps", "/walk/card", "/walk/proof", "/graph"])
def test_a_constant_alone_and_a_leaf_alone_can_be_walked(client, path):
    for source in ("2", "x", "x\nx"):
        for more in ({}, {"step": "1"}, {"step": "9", "grain": "edge"}, {"predict": "1"}):
            answer = client.post(path, data={"source": source, "node": "x#1", **more})
            proving = path == "/walk/proof" and "predict" in more
            wanted = 409 if proving else 422 if source == "x\nx" else 200
            assert answer.status_code == wanted, answer.text


# whatever comes

odd = st.one_of(
    st.sampled_from(["", "0", "1", "7", "21", "-1", "1e9", "nan", "inf", "1e308", "٣", "\0", "½",
    *GRAINS, *MISTAKES, "x1#1", "o#1", "0 0 500 500", "1e308 0 1e308 1", "<b>"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip
FIELDS = ("step", "grain", "rate", "broken", "predict", "shown", "node", "answer", "box", "after",
"set", "stop")  # fmt: skip
forms = st.fixed_dictionaries(
    {"source": st.sampled_from([NEURON, PATHS, TROUBLE, "x", "2", "tnh(", "", "1e308*x*10"])},
    optional={name: odd | st.lists(odd, max_size=3) for name in FIELDS},
)


@given(form=forms)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_any_form_and_any_address_are_answered(client, form):
    for path in ("/walk/steps", "/walk/card", "/walk/proof", "/graph", "/graph/numbers"):
        assert client.post(path, data=form).status_code in {200, 409, 422}, path
    address = {("p" if name == "source" else name): value for name, value in form.items()}
    assert client.get("/", params=address).status_code == 200


@given(form=forms, answer=odd, mistake=st.sampled_from(sorted(MISTAKES)), step=st.integers(1, 40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_answer_is_judged(client, form, answer, mistake, step):
    data = form | {"predict": "1", "answer": answer, "step": step, "broken": mistake}
    assert client.post("/walk/card", data=data).status_code in {200, 422}


def test_forms_of_other_kinds_are_refused_or_read(client):
    files = {"source": ("name", b"x*x"), "step": ("name", b"1"), "node": ("name", b"\xff")}
    for path in ("/walk/steps", "/walk/card", "/walk/proof"):
        assert client.post(path, files=files).status_code in {200, 422}
        for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
            answer = client.post(path, content=b"--x\r\nnonsense", headers={"content-type": kind})
            assert answer.status_code in {400, 422}, answer.text
        many = "&".join(["source=x", *["set=x:1"] * 3_000])
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post(path, content=many, headers=form).status_code in {200, 400}
