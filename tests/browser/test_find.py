"""Finding nodes on the page, the small map of a large drawing, and what a program has printed."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

import app.pictures
from engine.program import Line, parse
from engine.spans import Span
from tests.browser.learning import NETWORK, learn
from tests.browser.sights import (
    NEURON,
    TROUBLE,
    address,
    alive,
    card,
    drawn,
    leaf,
    marks,
    still,
    visit,
    walk,
    write,
)

LONG = "\n".join(["v0 = 1", *(f"v{i} = v{i - 1}*0.5 + {i}" for i in range(1, 40))])


@pytest.fixture
def printing(monkeypatch):
    """Let every program print as many lines as its first comment says."""

    def printed(source, *more):
        program = parse(source, *more)
        count = int(source.partition("# print ")[2].partition("\n")[0] or 0)
        lines = tuple(Line(f"step {i}", Span(2, 1, 2, 6)) for i in range(count))
        remarks = (Line("y is read twice.", Span(2, 1, 2, 2)),) if count else ()
        return replace(program, printed=lines, remarks=remarks)

    monkeypatch.setattr(app.pictures, "parse", printed)


def found(page, names, current):
    """Wait until these cards are lit as found, and one of them as the one that is gone to."""
    page.wait_for_function(
        """([names, current]) => {
          const keys = (looks) => [...document.querySelectorAll(`.card.${looks}`)]
            .map((card) => card.dataset.key.replace(/#1$/, '')).join();
          return keys('found') === names.join() && keys('found.current') === current;
        }""",
        arg=[names, current],
    )


def in_view(page, name):
    """Whether a card lies within the canvas, and nothing of the search over it."""
    return page.evaluate(
        """(key) => {
          const box = (element) => element.getBoundingClientRect();
          const card = box(document.querySelector(`.card[data-key="${key}"] .rim`));
          const room = box(document.getElementById('canvas'));
          const bar = box(document.getElementById('find'));
          const covered = card.right > bar.left && card.left < bar.right && card.top < bar.bottom;
          return !covered && card.left >= room.left && card.right <= room.right
            && card.top >= room.top && card.bottom <= room.bottom;
        }""",
        f"{name}#1",
    )


def test_matches_are_lit_and_gone_through_by_keys(page):
    visit(page, NEURON)
    page.keyboard.press("/")
    bar = page.get_by_role("search", name="Find nodes")
    expect(bar).to_be_visible()
    page.keyboard.type("w1")
    names = ["w1", "x1*w1", "x1*w1 + x2*w2", "n"]
    found(page, names, "w1")
    expect(page.locator("#find-count")).to_have_text("1 of 4")
    expect(page.locator("#find-said")).to_have_text("w1: value −3, gradient +1.")
    page.keyboard.press("Enter")
    found(page, names, "x1*w1")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    found(page, names, "n")
    page.get_by_role("button", name="Next match").click()
    found(page, names, "w1")
    page.fill("#find-query", "grad <")
    expect(page.locator("#find-said")).to_contain_text("There is no number to compare with")
    found(page, [], "")
    page.fill("#find-query", "op tanh")
    found(page, ["o"], "o")
    page.focus("#find-query")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    found(page, [], "")
    page.focus("#canvas")
    page.keyboard.press("Control+f")
    found(page, ["o"], "o")
    page.focus("#source")
    page.keyboard.press("Control+End")
    page.keyboard.type("/2")  # in the text it is a sign like any other
    drawn(page, NEURON + "/2")


def test_what_is_found_follows_the_numbers_and_the_text(page):
    visit(page, NEURON)
    page.click("#look")
    page.fill("#find-query", "leaf and value < 0")
    found(page, ["w1"], "w1")
    leaf(page, "x2").get_by_role("textbox").fill("-1")
    found(page, ["x2", "w1"], "w1")
    edited = NEURON.replace("w1, w2 = -3, 1", "w1, w2 = -3, -1")
    page.fill("#source", edited)
    drawn(page, edited, {"x2": -1})
    found(page, ["x2", "w1", "w2"], "w1")
    write(page, "a = 1\na + 2")
    expect(page.locator("#find-said")).to_have_text("No node matches leaf and value < 0.")


def test_the_first_problem_and_the_biggest_gradient_are_a_press_away(page):
    visit(page, TROUBLE)
    page.click("#look")
    page.get_by_role("button", name="First problem").click()
    found(page, ["inner"], "inner")
    expect(page.locator("#find-said")).to_have_text(
        "sqrt has no real value at −1. sqrt(x) needs x ≥ 0."
    )
    page.get_by_role("button", name="Close the search").click()
    write(page, NEURON)
    page.click("#look")
    page.get_by_role("button", name="Biggest gradient").click()
    found(page, ["x1"], "x1")
    expect(page.locator("#find-said")).to_have_text("The gradient of x1 is the largest.")
    walk(page, NEURON, 9, predict=1)
    page.click("#look")
    page.get_by_role("button", name="Biggest gradient").click()
    expect(page.locator("#find-said")).to_contain_text("Turn off Predict each number first")


def test_a_run_is_searched_at_its_present_numbers(page):
    learn(page, NETWORK)
    page.locator("[data-view=graph]").click()
    page.click("#look")
    page.fill("#find-query", "label loss")
    expect(page.locator("#find-said")).to_contain_text("loss: value ")
    page.fill("#find-query", "parameter and value = 0")
    expect(page.locator("#find-count")).to_have_text("1 of 8")  # the biases, not learned yet
    page.get_by_role("button", name="One update", exact=True).click()
    expect(page.locator("#canvas")).to_have_attribute("data-update", "1")
    page.focus("#find-query")
    page.keyboard.press("Enter")
    expect(page.locator("#find-count")).to_have_text("")


def test_a_match_out_of_view_is_brought_there_and_the_map_shows_where(page):
    visit(page, LONG)
    small = page.locator("#minimap")
    expect(small).to_be_visible()
    page.click("#look")
    page.fill("#find-query", "label v39")
    found(page, ["v39"], "v39")
    still(page)
    assert in_view(page, "v39")
    here = small.locator(".here")
    before = here.bounding_box()
    frame = small.bounding_box()
    page.mouse.move(frame["x"] + 8, frame["y"] + frame["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    assert here.bounding_box()["x"] < before["x"] - 40
    assert in_view(page, "v1")
    assert not in_view(page, "v39")
    zoom = page.get_by_role("group", name="Zoom").bounding_box()
    assert frame["y"] + frame["height"] < zoom["y"]
    page.get_by_role("button", name="Fit").click()
    expect(small).to_be_hidden()
    page.set_viewport_size({"width": 690, "height": 800})
    page.get_by_role("button", name="Zoom in").click()
    expect(small).to_be_hidden()


def test_what_a_program_has_printed_stands_under_it_the_last_lines_in_view(page, printing):
    visit(page, NEURON)
    expect(page.locator("#output")).to_be_hidden()
    source = "# print 40\ny = x*x"
    write(page, source)
    lines = page.get_by_role("list", name="Printed lines")
    expect(lines.get_by_role("listitem")).to_have_count(40)
    expect(lines.get_by_role("listitem").last).to_be_in_viewport()
    box = lines.bounding_box()
    assert box["height"] <= 12 * 20 + 18
    expect(page.locator("#notes .remark")).to_have_text("Line 2, column 1 y is read twice.")
    marks(page, "remark", [[2, 1, "y"]])
    lines.get_by_role("listitem").last.hover()
    marks(page, "lit", [[2, 1, "y = x"]])
    page.wait_for_url(address(source))
    page.reload()
    alive(page)
    expect(lines.get_by_role("listitem").last).to_be_in_viewport()
    write(page, "y = x*x")
    expect(page.locator("#output")).to_be_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_axe_finds_nothing_serious_in_the_search_and_the_output(
    browse, axe, printing, width, scheme
):
    page = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visit(page, "# print 40\n" + NEURON)
    page.click("#look")
    page.fill("#find-query", "w1")
    expect(page.locator("#find-count")).to_have_text("1 of 4")
    still(page)
    assert axe(page) == []
    box = page.locator("#find").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert card(page, "w1").evaluate("card => card.matches('.found.current')")
