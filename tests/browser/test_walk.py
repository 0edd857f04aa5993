"""Walking through a program on the real page: keys, slider, cards, links, stops, the next pass."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from engine.explain import explain
from engine.program import parse
from engine.trace import trace
from tests.browser.sights import (
    NEURON,
    SQUARE,
    TROUBLE,
    address,
    alive,
    at,
    card,
    drawn,
    focused,
    grad,
    leaf,
    lights,
    marks,
    middle,
    picture,
    places,
    shows,
    still,
    value,
    visit,
    walk,
)

STEPS = 21  # of the neuron
CHAIN = "x0 = 0.5\n" + "\n".join(f"x{n} = tanh(x{n - 1}*1.1)" for n in range(1, 80))


def traced(source):
    program = parse(source)
    return trace(program.graph, program.leaves({}))


def told(source, grain="node"):
    """Return what the engine says of every step, in one sentence each."""
    found = traced(source)
    return [explain(found, step, grain).text for step in range(found.total(grain))]


def now(page):
    """Return the names of the cards that act now."""
    return page.evaluate(
        "[...document.querySelectorAll('.card.now')].map((each) => each.dataset.key.slice(0, -2))"
    )


def test_the_whole_neuron_is_walked_by_keyboard_and_every_card_read(page):
    visit(page, NEURON)
    sentences = told(NEURON)
    assert len(sentences) == STEPS
    seen = []
    for step, sentence in enumerate(sentences, 1):
        page.keyboard.press("ArrowRight")
        at(page, step, STEPS)
        expect(page.locator("#card .step")).to_have_attribute("data-text", sentence)
        expect(page.locator("#summary")).to_have_text(sentence)
        seen.append(picture(page))
    expect(page.locator("#next")).to_be_disabled()
    for step in range(STEPS - 1, 0, -1):
        page.keyboard.press("ArrowLeft")
        at(page, step, STEPS)
        assert picture(page) == seen[step - 1]
    expect(page.locator("#previous")).to_be_disabled()


@pytest.mark.parametrize("step", [1, 8, 11, 12, 15, 21])
def test_a_step_is_the_same_by_walking_and_by_its_link(page, step):
    visit(page, NEURON)
    for _ in range(step):
        page.keyboard.press("ArrowRight")
    at(page, step)
    walked, words = picture(page), page.locator("#card").inner_text()
    page.wait_for_function(f"() => location.search.includes('step={step}')")
    page.reload()
    alive(page)
    at(page, step)
    assert picture(page) == walked
    assert page.locator("#card").inner_text() == words


def test_what_is_not_reached_is_hollow_and_nothing_moves(page):
    visit(page, NEURON)
    before = places(page)
    page.keyboard.press("ArrowRight")
    at(page, 1)
    assert page.locator(".card.hollow").count() == 9
    expect(value(page, "o")).to_be_empty()
    page.keyboard.press("End")
    at(page, STEPS)
    assert page.locator(".card.hollow").count() == 0
    assert places(page) == before


def test_a_gradient_shows_its_running_total_edge_by_edge(page):
    walk(page, SQUARE, 4, grain="edge")
    shows(page, "x", "3", "+3")
    expect(page.locator("#card .factors .contribution .amount")).to_have_text("+3")
    page.keyboard.press("ArrowRight")
    at(page, 5)
    shows(page, "x", "3", "+6")
    expect(page.locator("#card .factors .sum .words")).to_have_text("3 + 3")
    expect(page.locator("#card .factors .sum .amount")).to_have_text("+6")


def test_the_acting_node_its_edge_and_its_words_are_lit(page):
    walk(page, NEURON, 12)
    assert now(page) == ["o"]
    expect(page.locator(".wire.now")).to_have_count(1)
    expect(card(page, "n")).to_have_class(re.compile(r"\bbeside\b"))
    marks(page, "step", [[5, 1, "o"], [5, 5, "tanh(n)"]])


def test_keys_go_to_phases_to_the_ends_and_play(page):
    visit(page, NEURON)
    for key, step in [
        ("PageDown", 1), ("PageDown", 11), ("PageDown", 12), ("PageDown", 17), ("PageDown", 21),
        ("PageUp", 17), ("PageUp", 12), ("End", 21), ("Home", 1),
    ]:  # fmt: skip
        page.keyboard.press(key)
        at(page, step)
    page.select_option("#speed", "20")
    page.locator("#canvas").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    at(page, STEPS)
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_keys_in_the_program_write_and_do_not_step(page):
    walk(page, NEURON, 5)
    page.locator("#source").focus()
    for key in ("ArrowLeft", "Home", "PageUp"):
        page.keyboard.press(key)
    at(page, 5)


def test_another_grain_keeps_the_moment(page):
    walk(page, NEURON, 13)
    page.select_option("#grain", "edge")
    at(page, 14)
    shows(page, "b", "6.881", "+0.5")
    page.select_option("#grain", "phase")
    expect(page.locator("#where")).to_have_text("Step 3 of 4")
    page.select_option("#grain", "node")
    expect(page.locator("#where")).to_have_text(re.compile("Step 16 of 21"))


def test_the_slider_is_dragged_and_its_phases_named(page):
    walk(page, NEURON, 1)
    expect(page.locator("#phases div")).to_have_count(4)
    box = page.locator("#scrub").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, y, steps=6)
    at(page, 11)
    page.mouse.move(box["x"] + box["width"] + 40, y, steps=6)
    page.mouse.up()
    at(page, STEPS)
    expect(page.locator("#phases .present")).to_have_text("update")
    assert page.locator("#scrub").get_attribute("aria-valuetext") == "Step 21 of 21, update"


def test_a_factor_lights_its_edge_and_leads_to_its_node(page):
    walk(page, NEURON, 16)
    page.hover("#card .upstream >> nth=0")
    lights(page, "x1*w1")
    page.hover("#card .local >> nth=0")
    lights(page, "x1*w1", ["x1"])
    page.click("#card .upstream >> nth=0")
    expect(page.locator("#card .open")).to_have_attribute("aria-label", "Node x1*w1")


def test_an_open_node_shows_every_path_to_the_output(page):
    walk(page, "x = 3\ny = x*x\nz = y + 2*x", 1)
    card(page, "x").click()
    expect(page.locator(".open h3")).to_have_text("3 paths to the output")
    rows = page.locator(".open .paths li")
    assert sorted(rows.locator(".amount").all_inner_texts()) == ["+2", "+3", "+3"]
    assert sorted(rows.locator(".slopes").all_inner_texts()) == ["2 × 1", "3 × 1", "3 × 1"]
    assert rows.locator(".names").first.inner_text() == "x → y → z"
    page.get_by_role("button", name="To its gradient").click()
    at(page, 9)
    expect(page.locator(".open .numbers dd").nth(1)).to_have_text("8")
    page.get_by_role("button", name="Go to the step that computed it").click()
    at(page, 1)
    page.wait_for_function("() => location.search.includes('node=x%231')")
    page.reload()
    alive(page)
    expect(page.locator("#card .open")).to_have_attribute("aria-label", "Node x")


def test_a_node_is_opened_without_a_walk_and_shut_again(page):
    visit(page, NEURON)
    expect(page.locator("#inspector")).to_be_hidden()
    card(page, "n").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card .open")).to_have_attribute("aria-label", "Node n")
    assert page.locator("#card .step").count() == 0
    page.locator("#close").click()
    expect(page.locator("#inspector")).to_be_hidden()


def test_play_stops_where_a_stop_is_set_and_the_link_keeps_it(page):
    walk(page, NEURON, 1)
    card(page, "n").click()
    page.get_by_role("button", name="Stop here").click()
    expect(page.locator("#stops span")).to_have_count(2)  # computed, and handing on
    expect(card(page, "n").locator(".stopper")).to_be_visible()
    page.select_option("#speed", "20")
    page.click("#play")
    at(page, 9)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.wait_for_function("() => /step=9&.*stop=n%231/.test(location.search)")
    page.reload()
    alive(page)
    at(page, 9)
    expect(page.locator("#stops span")).to_have_count(2)
    page.click("#play")
    at(page, 13)
    assert now(page) == ["n"]


def test_a_click_above_the_slider_sets_a_stop_and_takes_it_back(page):
    walk(page, NEURON, 1)
    x, y = middle(page.locator("#stops"))
    page.mouse.click(x, y)
    expect(page.locator("#stops span")).to_have_count(3)  # o: computed, the seed, handing on
    page.mouse.click(x, y)
    expect(page.locator("#stops span")).to_have_count(0)


def test_the_update_moves_each_leaf_and_the_next_pass_begins_with_the_new_numbers(page):
    walk(page, NEURON, 19)
    expect(page.locator("#card .formula").first).to_contain_text("w1←w1")
    expect(value(page, "w1")).to_have_text("−3.1")
    expect(value(page, "w2")).to_have_text("1")
    page.keyboard.press("End")
    at(page, STEPS)
    page.get_by_role("button", name="Next pass with these numbers").click()
    at(page, 1)
    expect(leaf(page, "w1").get_by_role("textbox")).to_have_value("−3.1")
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    at(page, 10)
    again = parse(NEURON)
    new = trace(again.graph, again.leaves({})).updated
    inputs = {each.name: new[each.node] for each in again.inputs}
    later = trace(again.graph, again.leaves(inputs))
    shown = value(page, "o").text_content().replace("−", "-")
    assert float(shown) == pytest.approx(float(later.values[again.graph.output, 0]), rel=1e-3)


def test_the_rate_is_a_field_and_stands_in_the_link(page):
    walk(page, NEURON, 19)
    page.fill("#rate", "0.5")
    expect(value(page, "w1")).to_have_text("−3.5")
    page.wait_for_function("() => location.search.includes('rate=0.5')")
    page.reload()
    alive(page)
    at(page, 19)
    expect(value(page, "w1")).to_have_text("−3.5")


def test_loop_plays_on_with_the_next_pass(page):
    walk(page, "w = 4\ny = w*w", 5)
    page.click("#loop")
    page.select_option("#speed", "20")
    page.click("#play")
    page.wait_for_function(
        "() => Number(document.querySelector('.leaf .number').dataset.exact) < 2"
    )
    page.click("#play")


def test_a_step_past_the_end_is_the_last(page):
    page.goto(address(NEURON) + "&step=999999")
    alive(page)
    at(page, STEPS, STEPS)


def test_the_page_opens_at_the_first_problem(page):
    visit(page, TROUBLE)
    at(page, 4)
    assert now(page) == ["inner"]
    expect(page.locator("#notes")).to_contain_text("sqrt has no real value at −1.")
    expect(page.locator("#card")).to_contain_text("nan")


def test_a_slider_of_a_leaf_moves_the_numbers_of_the_present_step(page):
    walk(page, SQUARE, 3)
    leaf(page, "x").get_by_role("textbox").fill("5")
    expect(value(page, "y")).to_have_text("25")
    at(page, 3)
    expect(grad(page, "y")).to_have_text("+1")
    expect(grad(page, "x")).to_be_empty()


def test_a_new_program_has_a_walk_of_its_own(page):
    walk(page, NEURON, 12)
    page.fill("#source", SQUARE)
    drawn(page, SQUARE)
    shows(page, "x", "3", "+6")
    expect(page.locator("#where")).to_have_text("5 steps")
    expect(page.locator("#inspector")).to_be_hidden()


def test_escape_leaves_the_walk_and_shows_the_whole(page):
    walk(page, NEURON, 3)
    page.locator("#canvas").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#where")).to_have_text("21 steps")
    shows(page, "w1", "−3", "+1")
    page.wait_for_function("() => !location.search.includes('step')")


def test_a_formula_is_copied_as_latex(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    walk(page, NEURON, 12)
    page.get_by_role("button", name="Copy as LaTeX").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert r"\frac{\partial o}{\partial n} &= 1 - {o}^{2}" in text


def test_stepping_shifts_nothing_and_without_motion_animates_nothing(browse):
    page = browse(reduced_motion="reduce")
    walk(page, NEURON, 1)
    still(page)
    page.evaluate("document.fonts.ready.then(() => {})")
    page.evaluate(
        """() => {
          window.shifts = [];
          new PerformanceObserver((list) => window.shifts.push(...list.getEntries()
            .map((entry) => entry.value))).observe({type: 'layout-shift', buffered: false});
        }"""
    )
    for _ in range(STEPS - 1):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.getAnimations().length") == 0
    at(page, STEPS)
    assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize("mistake", ["overwrite", "order", "unzeroed"])
def test_a_mistake_shows_the_first_wrong_number_and_the_right_one_beside_it(page, mistake):
    source = "a = 3\nb = a + a" if mistake != "order" else "a = 2\nd = a*3\ne = d + a\nf = d*e"
    visit(page, source)
    page.keyboard.press("ArrowRight")
    at(page, 1)
    page.click("#mistakes summary")
    page.check(f"#mistakes [value={mistake}]")
    expect(page.locator("#card .wrongly")).to_contain_text("The first wrong number")
    wrong = page.locator(".card.wrong")
    expect(wrong.first.locator("text.word")).to_have_text(re.compile(r"^right [+−]?[0-9.]+$"))
    if mistake == "overwrite":
        shows(page, "a", "3", "+1")
        expect(card(page, "a").locator("text.word")).to_have_text("right +2")
    step = page.locator("#scrub").input_value()
    page.wait_for_function(f"() => location.search.includes('step={step}&broken={mistake}')")
    page.reload()
    alive(page)
    expect(wrong.first).to_be_visible()
    page.uncheck(f"#mistakes [value={mistake}]")
    expect(wrong).to_have_count(0)


def test_a_mistake_that_does_no_harm_here_says_why(page):
    walk(page, "x = 3\ny = 2*x", 1)
    page.click("#mistakes summary")
    page.check("#mistakes [value=overwrite]")
    expect(page.locator("#card .wrongly")).to_have_text(
        "Nothing comes out wrong here: nothing that counts is overwritten."
    )


def test_a_long_program_keeps_its_step_behind_the_hash(page):
    source = "x = 1\n" + "\n".join(f"y{n} = x*{n} # {'long ' * 20}" for n in range(2, 60))
    page.goto(address(source) + "&step=5")
    alive(page)
    at(page, 5)
    assert "#p=" in page.url


def test_the_present_phase_is_always_named_and_names_never_overlap(browse):
    page = browse(viewport={"width": 1100, "height": 700})
    walk(page, NEURON, 1, grain="phase")
    for step, name in enumerate(("forward", "seed", "backward", "update"), 1):
        at(page, step)
        expect(page.locator("#phases .present span")).to_be_visible()
        expect(page.locator("#phases .present")).to_have_text(name)
        spans = page.locator("#phases span").evaluate_all(
            """all => all.filter(each => !each.hidden).map(each => each.getBoundingClientRect())
                 .map(box => [box.left, box.right]).sort((a, b) => a[0] - b[0])"""
        )
        assert all(a[1] < b[0] for a, b in pairwise(spans))
        page.keyboard.press("ArrowRight")


def test_the_card_and_the_proof_belong_to_the_numbers_in_the_picture(page):
    walk(page, SQUARE, 4, node="x%231")
    page.get_by_role("button", name="Prove every gradient").click()
    expect(page.locator("#proof .good")).to_be_visible()
    page.keyboard.press("ArrowRight")
    at(page, 5)
    expect(page.locator("#proof .good")).to_be_visible()  # a step changes no gradient
    page.keyboard.press("ArrowLeft")
    leaf(page, "x").get_by_role("textbox").fill("5")
    shows(page, "x", "5", "+10")
    expect(page.locator("#card .factors .sum .amount")).to_have_text("+10")
    expect(page.locator("#card .open dd").first).to_have_text("5")
    expect(page.locator("#proof")).to_be_empty()


def test_an_open_node_follows_its_slider_without_a_walk(page):
    walk(page, SQUARE, node="y%231")
    leaf(page, "x").get_by_role("textbox").fill("4")
    expect(page.locator("#card .open dd").first).to_have_text("16")


def test_two_quick_leaps_bring_the_acting_node_into_view(page):
    visit(page, CHAIN)
    page.keyboard.press("ArrowRight")
    for key in ("PageDown", "PageDown", "PageUp", "PageDown"):
        page.keyboard.press(key)
    at(page, 240)
    expect(page.locator(".card.now")).to_have_count(1)
    still(page)
    inside = page.evaluate(
        """() => {
          const inner = document.querySelector('.card.now').getBoundingClientRect();
          const outer = document.getElementById('canvas').getBoundingClientRect();
          return inner.left >= outer.left && inner.right <= outer.right
            && inner.top >= outer.top && inner.bottom <= outer.bottom;
        }"""
    )
    assert inside


@pytest.mark.parametrize("width", [961, 1024, 1100, 1240, 1280, 1440])
def test_every_control_of_the_walk_can_be_used_at_any_width(browse, width):
    page = browse(viewport={"width": width, "height": 800})
    walk(page, NEURON, 3)
    for name in ("first", "previous", "play", "next", "last", "scrub", "grain", "speed", "loop"):
        x, y = middle(page.locator(f"#{name}"))
        hit = page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.closest('[id]').id", [x, y]
        )
        assert hit == name
    assert page.locator("#scrub").bounding_box()["width"] > 200
    canvas = page.locator("#canvas").bounding_box()
    panel = page.locator("#inspector").bounding_box()
    assert canvas["x"] + canvas["width"] <= panel["x"] + 1


def test_the_node_that_is_opened_is_seen(page):
    walk(page, NEURON, 15)
    card(page, "x1").click()
    heading = page.locator(".open h2")
    expect(heading).to_be_in_viewport()
    tools = page.locator(".tools").bounding_box()
    assert heading.bounding_box()["y"] + 20 < tools["y"]


def test_the_focus_stays_where_it_was(page):
    walk(page, NEURON, 20)
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    at(page, STEPS)
    assert focused(page) == "next"
    page.locator("#card .slope button").focus()
    page.keyboard.press("ArrowLeft")
    at(page, 20)
    assert page.evaluate("document.activeElement.closest('#card') !== null")
    card(page, "n").click()
    page.locator("#stop-here").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stop-here")).to_be_focused()
    page.locator("#prove").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#proof .good")).to_be_visible()
    expect(page.locator("#prove")).to_be_focused()
    page.locator("#close").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#canvas")).to_be_focused()


def test_an_edit_keeps_the_step_and_ends_the_play(page):
    walk(page, NEURON, 14)
    page.select_option("#speed", "0.5")
    page.click("#play")
    at(page, 15)
    page.click("#source")
    page.keyboard.press("Control+End")
    page.keyboard.type("  # hi")
    drawn(page, NEURON + "  # hi")
    at(page, 15)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_closing_ends_the_mistakes_too(page):
    walk(page, "a = 3\nb = a + a", broken="overwrite")
    expect(page.locator("#card .wrongly")).to_contain_text("comes to 1. Right would be 2.")
    page.click("#close")
    expect(page.locator("#inspector")).to_be_hidden()
    shows(page, "a", "3", "+2")
    page.wait_for_function("() => !location.search.includes('broken')")


def test_an_unknown_node_in_the_link_opens_nothing(page):
    walk(page, NEURON, node="zz")
    shows(page, "w1", "−3", "+1")
    expect(page.locator("#inspector")).to_be_hidden()


def test_escape_on_the_slider_leaves_one_thing_at_a_time(page):
    walk(page, NEURON, 5, node="n%231")
    page.locator("#scrub").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#card .open")).to_have_count(0)
    at(page, 5)
    page.keyboard.press("Escape")
    expect(page.locator("#where")).to_have_text("21 steps")


def test_a_rate_that_is_no_number_is_undone(page):
    walk(page, NEURON, 19)
    page.fill("#rate", "0.5x")
    expect(page.locator("#rate")).to_have_attribute("aria-invalid", "true")
    page.locator("#canvas").focus()
    expect(page.locator("#rate")).to_have_value("0.1")
    expect(value(page, "w1")).to_have_text("−3.1")
    assert "rate" not in page.url


def test_the_address_follows_a_fast_play(page):
    walk(page, NEURON, 1)
    page.select_option("#speed", "20")
    page.click("#play")
    page.wait_for_function("() => Number(new URLSearchParams(location.search).get('step')) > 3")
    page.wait_for_function("() => location.search.includes('step=21')")


def test_one_bad_answer_is_not_the_end(page, complaints):
    complaints.allow("JSON")
    walk(page, SQUARE, 2)
    page.route("**/walk/steps", lambda route: route.fulfill(body="{"))
    leaf(page, "x").get_by_role("textbox").fill("4")
    page.wait_for_timeout(300)
    page.unroute("**/walk/steps")
    leaf(page, "x").get_by_role("textbox").fill("5")
    expect(value(page, "y")).to_have_text("25")


def every_step(page, key):
    """Step through the neuron with one key; return what the picture shows at each step."""
    steps, seen = range(1, STEPS + 1) if key == "ArrowRight" else range(STEPS, 0, -1), []
    for step in steps:
        page.keyboard.press(key)
        page.wait_for_selector(f"#canvas[data-step='{step}']")
        seen.append(picture(page))
    return seen


@pytest.mark.parametrize("key", ["ArrowRight", "ArrowLeft"])
def test_a_long_walk_comes_in_parts_and_nobody_sees_it(page, monkeypatch, key):
    visit(page, NEURON)
    at_once = every_step(page, key)
    monkeypatch.setattr("app.walks.FEW_EVENTS", 20)
    monkeypatch.setattr("app.walks.STEPS_AT_ONCE", 8)
    parts = []
    page.on("response", lambda answer: "/walk/steps" in answer.url and parts.append(answer))
    visit(page, NEURON)
    assert every_step(page, key) == at_once
    assert len(parts) > 2
    page.keyboard.press("Home" if key == "ArrowRight" else "End")
    step = 1 if key == "ArrowRight" else STEPS
    page.wait_for_selector(f"#canvas[data-step='{step}']")
    assert picture(page) == at_once[0]


def test_a_long_walk_shows_all_its_stops_and_stops_there(page, monkeypatch):
    monkeypatch.setattr("app.walks.FEW_EVENTS", 20)
    monkeypatch.setattr("app.walks.STEPS_AT_ONCE", 8)
    walk(page, NEURON, 1)
    page.wait_for_selector("#canvas[data-step='1']")
    card(page, "n").click()
    page.get_by_role("button", name="Stop here").click()
    expect(page.locator("#stops span")).to_have_count(2)  # computed, and handing on
    page.select_option("#speed", "20")
    for step in (9, 13):
        page.click("#play")
        at(page, step)
        expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    page.get_by_role("button", name="Stop here").click()
    expect(page.locator("#stops span")).to_have_count(0)


def test_the_same_moment_of_a_long_walk_is_found_in_other_steps(page, monkeypatch):
    monkeypatch.setattr("app.walks.FEW_EVENTS", 20)
    monkeypatch.setattr("app.walks.STEPS_AT_ONCE", 8)
    walk(page, NEURON, 14)
    page.select_option("#grain", "edge")
    at(page, 16)
    page.wait_for_selector("#canvas[data-step='16']")
    page.select_option("#grain", "phase")
    at(page, 3)
    page.select_option("#grain", "node")
    at(page, 16)  # the phase as a whole: its last step
