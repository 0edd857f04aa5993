"""The export menu: every file is what the page shows, at its step, with its numbers."""

import json
import re
import struct
from xml.etree import ElementTree as ET

from playwright.sync_api import expect

from engine.formats import FORMATS
from engine.numerals import short
from tests.browser.learning import learn, passes, settle
from tests.browser.sights import NEURON, SQUARE, leaf, shows, visit, walk

SVG = "{http://www.w3.org/2000/svg}"
NETWORK = """x1, x2, y = data("moons", n=40)
mlp = MLP(2, [4, 1], activation=tanh, seed=1)
mse(mlp(x1, x2), y)"""
WIDE = NETWORK.replace("[4, 1]", "[8, 8, 1]")  # more cards than a window shows
CARDS = """() => Object.fromEntries([...document.querySelectorAll(".card")].map((card) => [
  card.dataset.node,
  [...card.querySelectorAll(":scope > text")].map((text) => text.textContent),
]))"""


def saved(page, name):
    """Return the name and the bytes of what a click in the menu saves."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.locator(f"#exports [data-format={name}]").click()
    expect(page.locator("#exports")).to_be_hidden()
    download = waiting.value
    return download.suggested_filename, download.path().read_bytes()


def cards(svg):
    """Return the texts of each card of a saved picture, by node."""
    groups = (group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("data-node"))
    return {
        group.get("data-node"): [text.text or "" for text in group.findall(f"{SVG}text")]
        for group in groups
    }


def values(svg):
    """Return the value on each card of a saved picture, by node."""
    return {node: texts[1] for node, texts in cards(svg).items()}


def test_the_menu_saves_every_format_with_the_numbers_of_the_page(page):
    visit(page, SQUARE)
    leaf(page, "x").get_by_role("textbox").fill("-1.5")
    shows(page, "x", "−1.5", "−3")
    files = {name: saved(page, name) for name in FORMATS}
    assert {name: file for name, (file, _) in files.items()} == {
        name: row.file for name, row in FORMATS.items()
    }
    assert cards(files["svg"][1]) == page.evaluate(CARDS)
    assert json.loads(files["json"][1])["value"] == 2.25
    assert b"x = torch.tensor(-1.5, requires_grad=True)" in files["torch"][1]
    assert b"2.25" in files["tex"][1]
    size = re.search(rb'width="(\d+)" height="(\d+)"', files["svg"][1]).groups()
    assert struct.unpack(">II", files["png"][1][16:24]) == tuple(2 * int(side) for side in size)


def test_a_picture_at_a_step_is_the_pages_and_so_dark(browse):
    page = browse(color_scheme="dark")
    walk(page, NEURON, 12)
    _, svg = saved(page, "svg")
    assert cards(svg) == page.evaluate(CARDS)
    assert b"gw-dark" in svg
    page.locator("#theme").click()
    assert b"gw-light" in saved(page, "svg")[1]
    assert b'"start":12,' in saved(page, "html")[1]


def test_while_it_learns_cards_out_of_sight_have_the_numbers_of_now_too(page):
    learn(page, WIDE)
    page.locator("#run").click()
    passes(page, 3)
    _, running = saved(page, "svg")
    settle(page)
    now = values(saved(page, "svg")[1])
    nodes = json.loads(saved(page, "json")[1])["nodes"]
    assert now == {str(node["id"]): short(node["value"]) for node in nodes} != values(running)
    seen = page.evaluate(CARDS).items()
    assert {node: texts[1] for node, texts in seen if texts[0] == "x1"}.items() <= now.items()


def test_what_is_open_on_the_page_is_open_in_the_picture(page):
    learn(page, NETWORK, open="mlp", seed=1)
    saw = page.evaluate(
        """() => Object.fromEntries(["frame", "box"].map((kind) => [kind,
          [...document.querySelectorAll(`#picture .${kind}`)].map((each) =>
            [each.dataset.key, each.getAttribute("transform")])]))"""
    )
    picture = list(ET.fromstring(saved(page, "svg")[1]).iter(f"{SVG}g"))
    for kind, places in saw.items():
        assert places
        assert places == [
            [each.get("data-key"), each.get("transform")]
            for each in picture
            if f"gw-{kind}" in each.get("class", "").split()
        ]


def test_of_a_faulty_text_what_is_drawn_is_saved_and_it_is_said(page):
    visit(page, SQUARE)
    page.get_by_role("button", name="Export").click()
    note = page.locator("#exports-note")
    expect(note).to_be_hidden()
    page.keyboard.press("Escape")
    page.fill("#source", SQUARE + "*(")
    expect(page.locator("#fault [data-span]")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    expect(note).to_have_text("The text has a fault: what is drawn is saved.")
    page.keyboard.press("Escape")
    assert cards(saved(page, "svg")[1]) == page.evaluate(CARDS)


def test_the_menu_is_walked_by_keyboard(page):
    visit(page, SQUARE)
    page.get_by_role("button", name="Export").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#exports button").nth(1)).to_be_focused()


def test_a_refusal_is_told_in_its_own_words_and_a_server_that_is_away_too(page, complaints):
    complaints.allow("status of 409|ERR_FAILED")
    walk(page, SQUARE, 1, predict=1)
    page.get_by_role("button", name="Export").click()
    page.locator("#exports [data-format=json]").click()
    expect(page.locator("#fault")).to_contain_text("A file would tell every number. Turn off")
    page.route("**/export/**", lambda route: route.abort())
    page.get_by_role("button", name="Export").click()
    page.locator("#exports [data-format=json]").click()
    expect(page.locator("#fault")).to_contain_text("That could not be saved.")
