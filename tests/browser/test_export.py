"""The export menu: what is seen as a picture that stands alone, and everything else as a file."""

import json
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import expect

from tests.browser.sights import NEURON, SQUARE, leaf, shows, visit, walk

SVG = "{http://www.w3.org/2000/svg}"


def saved(page, title):
    """Return the name and the bytes of what a click in the menu saves."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.locator("#exports").get_by_role("button", name=title, exact=False).first.click()
    expect(page.locator("#exports")).to_be_hidden()
    download = waiting.value
    return download.suggested_filename, download.path().read_bytes()


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_picture_is_saved_as_it_is_seen(page):
    visit(page, SQUARE)
    leaf(page, "x").get_by_role("textbox").fill("-1.5")
    shows(page, "x", "−1.5", "−3")
    name, svg = saved(page, "SVG")
    assert name == "gradwalk.svg"
    assert {"x", "−1.5", "−3"} <= set(texts(svg))
    text = svg.decode()
    assert "var(" not in text
    assert "class=" not in text
    assert text.count("@font-face") == text.count("data:font/woff2;base64,") > 0


LOOKS = """(svg) => [...svg.querySelectorAll("path, rect, text")]
    .filter((each) => each.getClientRects().length)
    .filter((each) => getComputedStyle(each).visibility === "visible")
    .map((each) => ["fill", "stroke", ...(each.matches("text") ? ["fontFamily", "fontWeight"] : [])]
        .map((name) => getComputedStyle(each)[name]))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_saved_picture_looks_like_the_page(browse, scheme):
    page, alone = browse(color_scheme=scheme), browse(color_scheme="light")
    visit(page, NEURON)
    seen = page.locator("#picture svg").evaluate(LOOKS)
    _, svg = saved(page, "SVG")
    alone.set_content(svg.decode())
    kept = alone.locator("svg").evaluate(LOOKS)
    missing = [each for each in seen if each not in kept]
    assert not missing


def test_what_is_hidden_at_a_step_is_not_in_the_picture(page):
    walk(page, NEURON, 1)
    _, svg = saved(page, "SVG")
    shown = texts(svg)
    assert shown.count("grad") == 0
    assert "o" in shown


def test_a_png_has_the_pictures_size_and_something_on_it(page):
    visit(page, NEURON)
    box = page.locator("#picture svg").evaluate(
        "({ viewBox: { baseVal: { width, height } } }) => [width, height]"
    )
    name, png = saved(page, "PNG")
    assert name == "gradwalk.png"
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == tuple(round(2 * (side + 32)) for side in box)
    assert len(set(zlib.decompress(idat(png)))) > 50


def idat(png):
    """Return the compressed rows of a PNG."""
    found, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        found += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return found


def test_the_server_makes_the_rest_at_the_numbers_of_the_page(page):
    visit(page, SQUARE)
    leaf(page, "x").get_by_role("textbox").fill("4")
    shows(page, "x", "4", "+8")
    name, text = saved(page, "JSON")
    assert name == "gradwalk.json"
    assert json.loads(text)["value"] == 16.0
    name, text = saved(page, "PyTorch")
    assert name == "gradwalk_torch.py"
    assert "x = torch.tensor(4.0, requires_grad=True)" in text.decode()


def test_the_menu_is_walked_by_keyboard(page):
    visit(page, SQUARE)
    page.get_by_role("button", name="Export").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#exports button").nth(1)).to_be_focused()


def test_a_server_that_is_away_is_told(page, complaints):
    visit(page, SQUARE)
    complaints.allow("ERR_FAILED")
    page.route("**/export/**", lambda route: route.abort())
    page.get_by_role("button", name="Export").click()
    page.locator("#exports").get_by_role("button", name="JSON").click()
    expect(page.locator("#fault")).to_contain_text("That could not be saved.")
