"""Accessibility: axe has nothing serious to say; nodes read; what changes is spoken."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.sights import (
    NEURON,
    SQUARE,
    TROUBLE,
    card,
    drawn,
    leaf,
    marks,
    shows,
    still,
    visit,
    walk,
    write,
)

READS = re.compile(r"^\S.*: value \S+, gradient (undefined|0|[+−]\S+|nan)(\. .+)?$")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_axe_finds_nothing_serious_in_any_state(browse, axe, width, scheme):
    page = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visit(page)
    assert axe(page) == [], "first visit"
    leaf(page, "x1").get_by_role("textbox").fill("1")
    shows(page, "x1", "1", "−0.005099")
    assert axe(page) == [], "a leaf set"
    write(page, TROUBLE)
    still(page)
    assert axe(page) == [], "a problem"
    page.fill("#source", "y = tnh(x)")
    marks(page, "fault", [[1, 5, "tnh"]])
    assert axe(page) == [], "a fault"
    for menu in ("examples", "help"):
        page.locator(f"[popovertarget={menu}]").click()
        expect(page.locator(f"#{menu}")).to_be_visible()
        assert axe(page) == [], menu
        page.keyboard.press("Escape")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_axe_finds_nothing_serious_on_a_walk(browse, axe, width, scheme):
    page = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for source, step, more in (
        (NEURON, 1, {}),
        (NEURON, 8, {}),
        (NEURON, 12, {"node": "w1%231", "stop": "n%231"}),
        (NEURON, 19, {}),
        (TROUBLE, 4, {}),
        ("a = 3\nb = a + a", 5, {"broken": "overwrite"}),
        (NEURON, 9, {"predict": 1}),
        (NEURON, 12, {}),
    ):
        walk(page, source, step, **more)
        still(page)
        assert axe(page) == [], (source, step, more)
    page.get_by_role("button", name="Prove every gradient").click()
    page.locator("#proof summary").click()
    assert axe(page) == [], "a proof"


def test_every_step_is_spoken_in_one_sentence(page):
    walk(page, NEURON, 16)
    expect(page.locator("#summary")).to_have_role("status")
    expect(page.locator("#summary")).to_have_text(
        "x1 gradient: 0.5 upstream times −3, w1's value, makes −1.5; "
        "w1 gradient: 0.5 upstream times 2, x1's value, makes 1."
    )


def test_every_node_reads_label_value_and_gradient(page):
    visit(page, NEURON)
    labels = page.locator(".card").evaluate_all("all => all.map(c => c.getAttribute('aria-label'))")
    assert len(labels) == 10
    assert all(READS.match(label) for label in labels), labels
    assert "w1: value −3, gradient +1" in labels
    leaf(page, "w1").get_by_role("textbox").fill("2")
    expect(card(page, "w1")).to_have_attribute("aria-label", re.compile("^w1: value 2, gradient "))
    write(page, "1/0 + log(-1) + abs(0)")
    labels = page.locator(".card").evaluate_all("all => all.map(c => c.getAttribute('aria-label'))")
    assert all(READS.match(label) for label in labels), labels


def test_nodes_are_a_list_that_says_how_long_it_is(page):
    visit(page, NEURON)
    nodes = page.get_by_role("list", name="10 nodes, in evaluation order")
    expect(nodes.get_by_role("listitem")).to_have_count(10)


def test_an_edit_is_spoken(page):
    visit(page)
    spoken = page.locator("#summary")
    expect(spoken).to_have_role("status")
    write(page, SQUARE)
    expect(spoken).to_have_text("y is 9. 2 nodes.")
    write(page, TROUBLE)
    expect(spoken).to_contain_text("Trouble")


def test_a_set_leaf_is_spoken(page):
    visit(page, SQUARE)
    leaf(page, "x").get_by_role("textbox").fill("5")
    expect(page.locator("#summary")).to_have_text("y is 25. 2 nodes.")


def test_a_fault_is_spoken_and_belongs_to_the_text(page):
    visit(page)
    fault = page.locator("#fault")
    expect(fault).to_have_role("status")
    page.fill("#source", "y = tnh(x)")
    expect(fault).to_contain_text("There is no function called tnh. Did you mean tanh?")
    expect(page.locator("#source")).to_have_accessible_description(re.compile("no function called"))
    page.fill("#source", "y = tanh(x)")
    drawn(page, "y = tanh(x)")
    expect(fault).to_be_empty()


def test_everything_one_can_use_has_a_name(page):
    visit(page)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input:not([type=hidden]), textarea')]
          .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim()
            || each.labels?.length)).map((each) => each.outerHTML)"""
    )
    assert nameless == []
    expect(page.get_by_role("textbox", name="Program")).to_be_visible()
    expect(page.get_by_role("slider", name="w1, slider")).to_be_visible()
