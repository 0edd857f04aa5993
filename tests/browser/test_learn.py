"""A run on the page: played, paused, gone back in, broken, stepped through, changed under way."""

from __future__ import annotations

import json
import random
import re

import pytest
from playwright.sync_api import expect

from engine.drawing.cards import wire
from engine.numerals import short, signed
from engine.program import parse
from tests.browser.learning import (
    LINE,
    MOONS,
    NETWORK,
    learn,
    loss,
    passes,
    percent,
    reaches,
    seen,
    settle,
    update,
)
from tests.browser.sights import address, alive, at, card, grad, leaf, value, visit, write

NEURON_AGAIN = MOONS.replace("mse(o, y)", "mse(o, y)  # the loss of one sample")


def test_a_neuron_learns_to_separate_two_moons_and_its_accuracy_stands_on_the_page(page):
    learn(page, MOONS, lr=0.1)
    assert percent(page) < 60
    page.keyboard.press("Space")
    passes(page, 60)
    settle(page)
    assert percent(page) >= 85
    assert float(loss(page)) < 0.5
    expect(page.locator("#summary")).to_contain_text("accuracy 8")


def test_a_rate_of_1000_breaks_a_run_and_the_reason_stands_on_the_page(page):
    learn(page, LINE, lr=1000)
    page.locator("#run").click()
    said = page.locator("#trouble")
    expect(said).to_be_visible()
    expect(said).to_contain_text("rate 1000 is too high for SGD here")
    expect(said).to_contain_text("step")
    expect(page.locator("#run")).not_to_contain_class("playing")
    expect(page.locator("#run")).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".card.broken")).to_have_count(1)
    page.locator("#restart").click()
    reaches(page, 0)
    expect(said).to_be_hidden()
    expect(page.locator(".card.broken")).to_have_count(0)


def test_going_back_and_playing_on_repeats_every_number(page):
    learn(page, NETWORK, optimizer="adam", lr=0.02, batch=10, split=0.2)
    for _ in range(5):
        page.locator("#epoch").click()
    reaches(page, 5 * 16)
    end = seen(page)
    history = page.locator("#history")
    history.focus()
    history.press("Home")
    reaches(page, 0)
    start = seen(page)
    assert start["cards"] != end["cards"]
    page.locator("#canvas").focus()
    for step in range(1, 4):
        page.keyboard.press("ArrowRight")
        reaches(page, step)
    for _ in range(5):
        page.locator("#epoch").click()
    reaches(page, 3 + 5 * 16)
    page.evaluate(
        """() => {
          const slider = document.getElementById('history');
          slider.value = 80;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          slider.dispatchEvent(new Event('change', { bubbles: true }));
        }"""
    )
    reaches(page, 80)
    assert seen(page) == end


def test_the_keys_take_an_update_an_epoch_and_go_back(page):
    learn(page, MOONS, batch=50)
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    page.keyboard.press("PageDown")
    reaches(page, 5)
    page.keyboard.press("ArrowLeft")
    reaches(page, 4)
    page.keyboard.press("Home")
    reaches(page, 0)


def test_a_setting_takes_effect_while_it_runs(page):
    learn(page, MOONS)
    page.keyboard.press("Space")
    passes(page, 3)
    page.locator("#lr").fill("0.5")
    page.locator("#lr").press("Enter")
    page.select_option("#optimizer", "momentum")
    expect(page.locator("#numbers")).to_contain_text("momentum")
    passes(page, 20)
    settle(page)
    page.wait_for_url(lambda url: "optimizer=momentum" in url and "lr=0.5" in url)
    expect(page.locator("#settings-said")).to_be_empty()


def test_a_setting_that_cannot_be_is_said_beside_the_settings_and_what_holds_comes_back(page):
    learn(page, MOONS)
    page.locator("#batch").fill("0")
    page.locator("#batch").press("Enter")
    expect(page.locator("#settings-said")).to_have_text("batch is a whole number from 1, or empty.")
    expect(page.locator("#batch")).to_have_attribute("aria-invalid", "true")
    page.locator("#batch").fill("20")
    page.locator("#batch").press("Enter")
    expect(page.locator("#settings-said")).to_be_empty()


def test_another_rate_from_an_earlier_update_keeps_the_old_curve_beside_the_new(page):
    learn(page, MOONS)
    page.locator("#epoch").click()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    reaches(page, 10)
    page.keyboard.press("ArrowLeft")
    reaches(page, 9)
    with page.expect_response(lambda r: r.url.endswith("/commands")) as told:
        page.locator("#lr").fill("1")
        page.locator("#lr").press("Enter")
    assert told.value.json()["reached"] == 9
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    reaches(page, 10)


def test_a_weight_can_be_set_while_it_learns_and_a_locked_one_stays(page):
    learn(page, MOONS)
    leaf(page, "w1").locator(".lock input").check(force=True)
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    expect(leaf(page, "w1").locator(".number")).to_have_value("−1")
    leaf(page, "b").locator(".number").fill("2")
    expect(value(page, "b")).to_have_text("2")
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    reaches(page, 2)
    expect(value(page, "w1")).to_have_text("−1")
    expect(value(page, "b")).not_to_have_text("2")


def test_another_sample_is_another_lane_and_its_gradients_are_of_its_own_loss(page):
    learn(page, MOONS)
    first = value(page, "x1").text_content()
    page.locator("#data-next").click()
    expect(value(page, "x1")).not_to_have_text(first)
    expect(page.locator("#data-sample")).to_have_value("2")
    page.wait_for_url(lambda url: "sample=1" in url)
    number = float(value(page, "o - y").text_content().replace("−", "-"))
    slope = float(grad(page, "o - y").text_content().replace("−", "-"))
    assert slope == pytest.approx(2 * number, rel=2e-3)


def test_a_point_that_is_no_sample_can_be_sent_through_the_graph(page):
    learn(page, MOONS)
    box = page.locator("#plot-plane").bounding_box()
    page.mouse.click(box["x"] + 4, box["y"] + 4)
    page.wait_for_function("() => document.querySelectorAll('#fiction input').length === 2")
    numbers = page.evaluate("[...document.querySelectorAll('#fiction input')].map((i) => i.value)")
    x1 = float(numbers[0].split(":")[1])
    shown = value(page, "x1")
    page.wait_for_function(
        """x => {
          const text = document.querySelector('.card .value').textContent;
          return Math.abs(Number(text.replace('−', '-')) - x) < 0.01;
        }""",
        arg=x1,
    )
    assert float(shown.text_content().replace("−", "-")) == pytest.approx(x1, abs=0.01)


def test_any_node_s_boundary_can_be_seen_not_only_the_output_s(page):
    learn(page, NETWORK)
    expect(page.locator("#sight-node")).to_have_text("o")
    card(page, "mlp.layer1.neuron2").click()
    expect(page.locator("#sight-node")).to_have_text("mlp.layer1.neuron2")
    page.locator("#sight-back").click()
    expect(page.locator("#sight-node")).to_have_text("o")


def test_one_update_is_stepped_through_node_by_node_with_the_run_s_own_optimizer(page):
    learn(page, MOONS, optimizer="adam", lr=0.05)
    for step in (1, 2):
        page.keyboard.press("ArrowRight")
        reaches(page, step)
    page.locator("#step-through").click()
    at(page, 1)
    weights = [leaf(page, name).locator(".number").input_value() for name in ("w1", "w2", "b")]
    page.locator("#last").click()
    at(page, 25, 25)
    expect(page.locator("#card")).to_contain_text("mean over 200")
    expect(page.locator("#card .step")).to_have_attribute(
        "data-text", re.compile(r"update 3 of Adam with rate 0\.05")
    )
    after = value(page, "b").text_content()
    page.locator("#transport [data-to=learn]").click()
    reaches(page, 2)
    for name, weight in zip(("w1", "w2", "b"), weights, strict=True):
        expect(value(page, name)).to_have_text(weight)
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    reaches(page, 3)
    expect(value(page, "b")).to_have_text(after)
    page.wait_for_url(lambda url: "set=" not in url and "update=3" in url)


def test_an_edit_makes_a_new_run_and_a_remark_does_not(page):
    learn(page, MOONS)
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    write(page, NEURON_AGAIN)
    reaches(page, 1)
    write(page, MOONS.replace("tanh(n)", "tanh(2*n)"))
    reaches(page, 0)


def test_a_program_without_data_can_learn_too(page):
    visit(page, "x = 3\ny = (x - 1)^2")
    page.locator("#transport [data-to=learn]").click()
    page.wait_for_selector("#canvas[data-update]")
    for step in range(1, 6):
        page.locator("#update").click()
        reaches(page, step)
    expect(page.locator("#sight")).to_be_hidden()
    assert 1 < float(value(page, "x").text_content()) < 3


def test_a_link_opens_the_same_update_with_the_same_numbers(page, browse):
    learn(page, NETWORK, optimizer="adam", lr=0.02, batch=20, seed=3)
    page.locator("#epoch").click()
    page.keyboard.press("ArrowRight")
    reaches(page, 11)
    page.wait_for_url(lambda url: "update=11" in url)
    other = browse()
    other.goto(page.url)
    alive(other)
    reaches(other, 11)
    assert seen(other) == seen(page)


def test_new_weights_begin_anew_and_back_to_the_start_has_the_same_ones(page):
    learn(page, NETWORK)
    start = seen(page)
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    page.locator("#restart").click()
    reaches(page, 0)
    assert seen(page) == start
    page.locator("#new-weights").click()
    page.wait_for_url(lambda url: "weights=" in url)
    page.wait_for_function(
        "loss => document.getElementById('loss').textContent !== loss", arg=start["loss"]
    )


def test_a_hidden_tab_closes_its_stream_and_a_seen_one_goes_on_with_a_whole_frame(page):
    learn(page, MOONS)
    page.evaluate(
        """() => {
          window.hide = (hidden) => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
          };
          window.hide(true);
        }"""
    )
    page.locator("#update").click()
    with page.expect_request(lambda request: "/frames?" in request.url):
        page.evaluate("() => window.hide(false)")
    reaches(page, 1)


def test_a_run_that_the_server_has_dropped_is_made_anew_at_the_same_update(page, complaints):
    complaints.allow(r"status of 404 .*/api/runs/")
    with page.expect_response(lambda r: r.url.endswith("/api/runs")) as made:
        learn(page, MOONS)
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    before = seen(page)
    name = json.loads(made.value.body())["id"]
    with page.expect_response(lambda r: r.url.endswith("/api/runs")):
        page.evaluate("name => fetch(`/api/runs/${name}`, {method: 'DELETE'})", name)
    reaches(page, 1)
    assert seen(page) == before


def test_the_first_visit_offers_it_one_click_away_and_not_again(page):
    page.goto("/")
    alive(page)
    page.get_by_role("link", name="Watch a neuron learn").first.click()
    page.wait_for_selector("#canvas[data-update]")
    passes(page, 5)
    page.goto("/")
    alive(page)
    expect(page.locator("#first-visit")).to_be_hidden()


def test_what_is_dragged_writes_the_digits_that_the_server_writes(page):
    """Formatted in the page as engine.numerals has it, on many numbers."""
    rng = random.Random(1)
    numbers = [rng.uniform(-1, 1) * 10 ** rng.uniform(-12, 12) for _ in range(1_500)]
    numbers += [0.0, 1.0, -1.0, 0.5, 1e-3, 9.9995, 999999.5, 1e6, 123456.0, 2.5, 0.00099995, 1e300]
    page.goto("/")
    alive(page)
    found = page.evaluate(
        """async (numbers) => {
          const { short, signed, thickness } = await import('/static/digits.js');
          return numbers.map((number) => [short(number), signed(number), thickness(number)]);
        }""",
        numbers,
    )
    graph = parse("x").graph
    wanted = [[short(n), signed(n), wire(graph, 0, n).width] for n in numbers]
    assert found == wanted


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_learning_is_accessible(browse, axe, scheme, width):
    page = browse(viewport={"width": width, "height": 844}, color_scheme=scheme)
    learn(page, NETWORK)
    page.keyboard.press("ArrowRight")
    reaches(page, 1)
    assert axe(page) == []
    if width > 1000:
        page.locator("[data-view=network]").click()
        expect(page.locator("#network")).to_be_visible()
        assert axe(page) == []


def test_nothing_moves_while_it_learns(page):
    learn(page, MOONS)
    page.evaluate(
        """() => {
          window.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value;
          }).observe({ type: 'layout-shift', buffered: false });
        }"""
    )
    page.keyboard.press("Space")
    passes(page, 40)
    settle(page)
    assert page.evaluate("() => window.shift") < 0.001
    assert update(page) >= 40


def test_the_page_of_a_program_that_is_no_data_steps_as_before(page):
    page.goto(address("x = 3\ny = x*x"))
    alive(page)
    assert page.evaluate("() => document.body.dataset.mode") == "walk"
    expect(page.locator("#transport")).to_be_visible()
    expect(page.locator("#learn")).to_be_hidden()


def test_an_update_is_marked_on_the_parameters_as_it_lands(page):
    learn(page, MOONS, lr=0.1)
    before = float(value(page, "w1").text_content().replace("−", "-"))
    page.locator("#update").click()
    reaches(page, 1)
    word = card(page, "w1").locator("text.word")
    expect(word).to_have_text(re.compile(r"^Δ [+−]"))
    moved = float(word.text_content().removeprefix("Δ ").replace("−", "-"))
    after = float(value(page, "w1").text_content().replace("−", "-"))
    assert after - before == pytest.approx(moved, abs=2e-3)
    expect(card(page, "o").locator("text.word")).to_have_text("grad")
    page.locator("#unlearn").click()
    reaches(page, 0)
    expect(word).to_have_text("grad")


def test_a_network_is_drawn_as_a_network_and_its_buttons_rewrite_the_program(page):
    learn(page, NETWORK)
    page.locator("[data-view=network]").click()
    page.get_by_role("button", name="Add a neuron to layer 1").click()
    expect(page.locator("#source")).to_have_value(NETWORK.replace("[4, 3, 1]", "[5, 3, 1]"))
    page.wait_for_function("() => document.querySelectorAll('.net-box').length === 2 + 5 + 3 + 1")
    expect(page.locator(".network summary")).to_contain_text("37 parameters")
    page.keyboard.press("Control+z")


def test_one_s_own_table_learns_and_is_in_the_link(page, browse):
    learn(page, MOONS)
    page.locator("#data-own").click()
    page.locator("[data-way=table]").click()
    page.locator("#own-table").fill("x1,x2,y\n0,0,no\n0,1,yes\n1,0,yes\noops,1,yes\n1,1,yes")
    page.locator("#own-use").click()
    expect(page.locator("#own-said")).to_contain_text("5")
    page.wait_for_function(
        "() => document.getElementById('source').value.includes('data(\"mine\")')"
    )
    expect(page.locator("#data-count")).to_contain_text("4")
    page.wait_for_url(lambda url: "data=" in url)
    other = browse()
    other.goto(page.url)
    alive(other)
    other.wait_for_selector("#canvas[data-update]")
    expect(other.locator("#data-count")).to_contain_text("4")


def test_numbers_near_the_largest_there_are_are_shown_as_they_are(page):
    learn(page, LINE, lr=1000)
    page.locator("#run").click()
    expect(page.locator("#trouble")).to_be_visible()
    page.locator("#unlearn").click()
    expect(page.locator("#trouble")).to_be_hidden()
    expect(value(page, "w")).to_have_text(re.compile(r"e1[0-9]{2}$"))
    expect(leaf(page, "w").locator(".number")).to_have_value(re.compile(r"e1[0-9]{2}$"))


def test_back_from_the_walk_the_leaves_show_the_run_s_numbers(page):
    learn(page, MOONS, lr=0.1)
    for step in (1, 2):
        page.locator("#update").click()
        reaches(page, step)
    weights = [leaf(page, name).locator(".number").input_value() for name in ("w1", "w2", "b")]
    page.locator("#step-through").click()
    at(page, 1)
    page.locator("#transport [data-to=learn]").click()
    reaches(page, 2)
    for name, weight in zip(("w1", "w2", "b"), weights, strict=True):
        expect(leaf(page, name).locator(".number")).to_have_value(weight)


def test_a_run_that_was_changed_on_its_way_has_no_link_to_its_update(page):
    learn(page, MOONS)
    page.locator("#update").click()
    reaches(page, 1)
    page.wait_for_url(lambda url: "update=1" in url)
    page.locator("#lr").fill("0.5")
    page.locator("#lr").press("Enter")
    page.locator("#update").click()
    reaches(page, 2)
    page.wait_for_url(lambda url: "update=" not in url and "lr=0.5" in url)


def test_when_nothing_is_left_to_learn_the_run_ends(page):
    learn(page, MOONS)
    with page.expect_request(lambda request: request.method == "DELETE"):
        write(page, 'x1, x2, y = data("moons")\nmse(x1, y)')
    expect(page.locator("#transport")).to_be_visible()
    expect(page.locator("#learn")).to_be_hidden()
    write(page, MOONS)
    page.wait_for_selector("#canvas[data-update='0']")
    expect(page.locator("#learn")).to_be_visible()


def test_a_run_that_is_gone_is_made_anew_with_every_change_where_it_was_made(page, complaints):
    complaints.allow(r"status of 404 .*/api/runs/")
    with page.expect_response(lambda r: r.url.endswith("/api/runs")) as made:
        learn(page, MOONS, optimizer="adam")
    page.locator("#update").click()
    reaches(page, 1)
    for change in ({"lr": "0.5"}, {"batch": "20"}):
        for field, text in change.items():
            with page.expect_response(lambda r: r.url.endswith("/commands")):
                page.locator(f"#{field}").fill(text)
                page.locator(f"#{field}").press("Enter")
        page.locator("#epoch").click()
    reaches(page, 12)
    before = seen(page)
    name = json.loads(made.value.body())["id"]
    with page.expect_response(lambda r: r.url.endswith("/api/runs")):
        page.evaluate("name => fetch(`/api/runs/${name}`, {method: 'DELETE'})", name)
    page.wait_for_selector("#canvas:not([data-update])", state="attached")
    reaches(page, 12)
    assert seen(page) == before


def test_while_the_server_does_not_answer_it_is_said_and_tried_again(page, complaints):
    complaints.allow(r"net::ERR_FAILED")
    failing = [True]
    page.route("**/api/runs", lambda route: route.abort() if failing[0] else route.continue_())
    page.goto(address(MOONS))
    alive(page)
    expect(page.locator("#trouble")).to_contain_text("The server does not answer.")
    failing[0] = False
    reaches(page, 0)
    expect(page.locator("#trouble")).to_be_hidden()


def test_of_the_slider_s_keys_none_is_lost_while_frames_come(page):
    learn(page, MOONS)
    for _ in range(30):
        page.locator("#update").click()
    reaches(page, 30)
    page.locator("#history").focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    reaches(page, 10)
    expect(page.locator("#history")).to_have_value("10")


def test_the_node_whose_boundary_is_shown_stays_marked_on_the_graph(page):
    learn(page, MOONS)
    card(page, "n").click()
    page.mouse.move(5, 5)
    expect(card(page, "n")).to_contain_class("picked")
    page.locator("#sight-back").click()
    expect(page.locator(".card.picked")).to_have_count(0)


def test_the_page_of_a_program_with_data_comes_as_it_stays(page):
    """The panel is there from the first paint: nothing makes room for it later."""
    page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shift += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });"""
    )
    learn(page, LINE)
    assert page.evaluate("() => window.shift") < 0.05
