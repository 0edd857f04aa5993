"""Folding on the page: boxes unfold where they stand, and everything else still finds its node."""

import re
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.drawing.forest import forest
from engine.program import parse
from engine.trace import trace
from tests.browser.learning import learn, passes, settle
from tests.browser.sights import address, alive, at, middle, still, visit, walk

MOONS = (Path(__file__).parents[2] / "examples" / "moons.py").read_text("utf-8")
NETWORK = """import random
from micrograd.nn import MLP
random.seed(1)
model = MLP(2, [4, 1])
def loss():
    rows = [[0.1 * i, 1.0 - 0.05 * i] for i in range(20)]
    scores = [model(row) for row in rows]
    return sum((score - 1.0) ** 2 for score in scores)
total = loss()"""
LEARNING = """x1, x2, y = data("moons")
mlp = MLP(2, [12, 10, 1], activation=tanh, seed=1)
o = tanh(mlp(x1, x2))
loss = mse(o, y)"""
NEURON = "loss.model[16].layer1.neuron1"
SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      window.shifts.push(...each.sources.map(({node}) => node?.id || node?.className || node));
    }
  }).observe({type: 'layout-shift'});
}"""


def box(page, path):
    """Return a closed box."""
    return page.locator(f'.box[data-box="{path}"]')


def frame(page, path):
    """Return the frame around an open scope."""
    return page.locator(f'.frame[data-box="{path}"]')


def redraws(page, act):
    """Do something, and wait until the picture is another one and nothing moves."""
    before = page.get_attribute("#drawn", "data-drawing")
    act()
    page.wait_for_selector(f'#drawn:not([data-drawing="{before}"])', state="attached")
    still(page)


def click(page, path):
    """Unfold a box by a click."""
    redraws(page, lambda: page.mouse.click(*middle(box(page, path).locator(".name"))))


def corners(page):
    """Return where the corner of every box, card and frame stands in the window, by its key."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.card, .box, .frame')]
          .map((each) => {
            const {left, top} = each.querySelector(':scope > .rim').getBoundingClientRect();
            return [each.dataset.key, [left, top]];
          }))"""
    )


def opened(page):
    """Return the paths of the frames, the outer ones first."""
    return page.evaluate("[...document.querySelectorAll('.frame')].map((each) => each.dataset.box)")


def held(page):
    """Return the key of what has the focus."""
    return page.evaluate("document.activeElement.dataset.key")


@cache
def expected(source, path):
    """Return the gradients of the multiplications in a scope, by name."""
    program = parse(source)
    scopes = forest(program.graph).scopes
    found = trace(program.graph, program.leaves({})).gradients
    nodes = scopes.nodes_in(scopes.by_path[path]).tolist()
    return {
        f"{program.graph.name(node)}": float(found[node, 0])
        for node in nodes
        if "*" in program.graph.name(node) and "+" not in program.graph.name(node)
    }


def test_moons_is_unfolded_down_to_one_multiplication_of_sample_17(page):
    visit(page)
    redraws(page, lambda: page.fill("#source", MOONS))
    box(page, "loss.model[0].layer1").wait_for()
    assert page.locator(".card, .box").count() < 40
    before = corners(page)
    click(page, "loss.model[0].layer1")
    after = corners(page)
    key = "scope:loss.model.layer1"
    assert after[key] == pytest.approx(before[key], abs=1)
    row = [f"scope:loss.model.layer{n}" for n in ("1", "2", "3.neuron1")]
    assert sorted(row, key=lambda each: after[each][0]) == row
    click(page, "loss.model[0].layer1.neuron1")
    assert corners(page)["scope:loss.model.layer1.neuron1"] == pytest.approx(
        after["scope:loss.model.layer1.neuron1"], abs=1
    )
    page.keyboard.press("/")
    redraws(page, lambda: page.fill("#find-query", f"scope {NEURON} and op *"))
    expect(page.locator("#find-count")).to_have_text("1 of 16")
    page.keyboard.press("Escape")
    model = [path for path in opened(page) if path.startswith("loss.model")]
    assert model[:3] == ["loss.model[16]", f"{NEURON[:-8]}", NEURON]
    for name, gradient in expected(MOONS, NEURON).items():
        assert gradient
        card = page.locator(f'.card[data-key^="{name}#"]')
        told = card.locator("title").text_content().rpartition("gradient ")[2]
        assert float(told.replace("−", "-")) == pytest.approx(gradient, rel=1e-6)
        assert card.locator(".grad").text_content() == f"{gradient:+.4g}".replace("-", "−")


def test_what_is_unfolded_folds_again_pages_with_its_insides_open_and_all_by_keys(page):
    visit(page, NETWORK)
    click(page, "loss")
    stack = box(page, "loss.model[0]")
    redraws(page, stack.locator(".pager").last.click)
    box(page, "loss.model[1]").wait_for()
    click(page, "loss.model[1]")
    click(page, "loss.model[1].layer1")
    redraws(page, frame(page, "loss.model[1]").locator(".pager").first.click)
    assert opened(page)[:3] == ["loss", "loss.model[0]", "loss.model[0].layer1"]
    assert held(page) == "scope:loss.model.layer1.neuron1"
    redraws(page, lambda: page.keyboard.press("]"))
    redraws(page, lambda: page.keyboard.press("]"))
    assert opened(page)[:3] == ["loss", "loss.model[2]", "loss.model[2].layer1"]
    redraws(page, lambda: page.keyboard.press("["))
    page.keyboard.press("ArrowDown")
    neuron = "loss.model[1].layer1.neuron2"
    assert held(page) == "scope:loss.model.layer1.neuron2"
    redraws(page, lambda: page.keyboard.press("Enter"))
    assert opened(page)[3] == neuron
    assert page.evaluate("document.activeElement.matches('.card')")
    redraws(page, lambda: page.keyboard.press("Backspace"))
    assert held(page) == "scope:loss.model.layer1.neuron2"
    redraws(page, lambda: page.keyboard.press("Backspace"))
    assert held(page) == "scope:loss.model.layer1"
    page.keyboard.press("ArrowRight")
    assert held(page) == "scope:loss.model.layer2.neuron1"
    redraws(page, frame(page, "loss").locator(".fold").first.click)
    assert opened(page) == []


def test_a_link_reopens_what_is_open_level_by_level_and_only_its_way(page, browse):
    visit(page, NETWORK)
    more = page.get_by_role("button", name="Unfold one level")
    redraws(page, more.click)
    assert opened(page) == ["model", "loss"]
    redraws(page, more.click)
    assert "loss.model[0]" in opened(page)
    redraws(page, page.get_by_role("button", name="Fold one level", exact=True).click)
    assert opened(page) == ["model", "loss"]
    everything = len(corners(page))
    page.locator(".card").last.focus()
    only = page.get_by_role("button", name="Only its way")
    redraws(page, only.click)
    expect(only).to_have_attribute("aria-pressed", "true")
    assert 0 < len(corners(page)) < everything
    other = browse()
    other.goto(page.url)
    alive(other)
    assert corners(other).keys() == corners(page).keys()
    redraws(page, only.click)
    assert len(corners(page)) == everything


def test_a_step_lights_the_box_that_holds_the_node(page):
    walk(page, NETWORK, 3)
    at(page, 3)
    expect(page.locator(".box.now")).to_have_count(1)
    page.keyboard.press("End")
    click(page, "model")
    expect(page.locator("#card .step")).to_be_visible()
    assert page.locator(".now").count() == 1


def test_a_run_writes_its_numbers_on_the_cards_of_a_folded_picture(page):
    learn(page, LEARNING, open="-")
    page.get_by_role("button", name="Graph").click()
    assert page.locator(".card").count() < 20
    before = page.locator(".card .value").all_text_contents()
    page.locator("#run").click()
    passes(page, 5)
    settle(page)
    assert page.locator(".card .value").all_text_contents() != before
    redraws(page, page.get_by_role("button", name="Unfold one level").click)
    page.locator("#run").click()
    passes(page, 12)
    settle(page)


def test_every_gradient_of_a_folded_graph_is_proved(page):
    walk(page, NETWORK, 3)
    page.get_by_role("button", name="Prove every gradient").click()
    expect(page.locator("#proof .verdict")).to_contain_text(re.compile(r"\d{3} gradients agree"))


def test_crumbs_say_where_one_is_and_lead_there(page, axe):
    page.goto(address(NETWORK) + f"&open={NEURON}%0Aloss%0Aloss.model[16]%0A{NEURON[:-8]}")
    alive(page)
    page.evaluate(SHIFTS)
    page.get_by_role("button", name="Fit").click()
    still(page)
    expect(page.locator("#crumbs")).to_contain_text("loss")
    assert axe(page) == []
    for _ in range(2):
        page.locator("#crumbs .crumb").last.click()
        still(page)
    redraws(page, page.locator(".fold").last.click)
    assert page.evaluate("window.shifts") == []


def test_a_narrow_window_folds_and_unfolds(browse, axe):
    page = browse(viewport={"width": 360, "height": 800}, has_touch=True, color_scheme="dark")
    visit(page, NETWORK)
    redraws(page, lambda: box(page, "model").locator(".name").tap())
    redraws(page, lambda: frame(page, "model").locator(".fold").tap())
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    seen = [page.locator(each).bounding_box() for each in ("#folds", ".zoom:not(.folds)")]
    assert seen[0]["x"] >= 0
    assert seen[0]["x"] + seen[0]["width"] <= seen[1]["x"]
    assert axe(page) == []
