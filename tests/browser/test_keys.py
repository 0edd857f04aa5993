"""The whole job by keyboard alone."""

from playwright.sync_api import expect

from app.examples import EXAMPLES
from tests.browser.sights import (
    NEURON,
    SQUARE,
    address,
    alive,
    card,
    drawn,
    focused,
    leaf,
    lights,
    shows,
    still,
    visit,
)

SCALE = "document.querySelector('.graph').getScreenCTM().a"


def press(page, *keys):
    """Press keys one after another."""
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, name):
    """Tab until what has this name has the focus."""
    passed = []
    while focused(page) != name:
        assert len(passed) < 40, f"Tab never came to {name}, but to {passed}"
        press(page, "Tab")
        passed.append(focused(page))


def walk(page, *steps):
    """Press each key and see that it leads to this card."""
    for key, name in steps:
        press(page, key)
        assert focused(page) == name, f"{key} led to {focused(page)}"


def test_a_program_is_written_set_and_read_without_a_pointer(page):
    visit(page)
    tab_to(page, "source")
    press(page, "Control+a")
    page.keyboard.type(SQUARE)
    drawn(page, SQUARE)
    tab_to(page, "slider-x")
    press(page, "ArrowRight", "ArrowRight")
    at = float(leaf(page, "x").get_by_role("slider").input_value())
    assert at > 3
    page.wait_for_url(address(SQUARE, {"x": at}))
    press(page, "Tab")
    if leaf(page, "x").get_by_role("button").evaluate("it => it === document.activeElement"):
        press(page, "Tab")  # past the way back, which a set leaf has
    expect(leaf(page, "x").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("-5")
    shows(page, "x", "−5", "−10")
    tab_to(page, "canvas")
    walk(page, ("Enter", "x"), ("ArrowRight", "y"))
    expect(card(page, "y")).to_have_accessible_name("y: value 25, gradient +1")


def test_arrows_walk_the_graph(page):
    visit(page, NEURON)
    tab_to(page, "canvas")
    walk(
        page,
        ("Enter", "x1"),
        ("ArrowRight", "x1*w1"),
        ("ArrowRight", "x1*w1 + x2*w2"),
        ("ArrowDown", "b"),
        ("ArrowUp", "x1*w1 + x2*w2"),
        ("ArrowRight", "n"),
        ("ArrowRight", "o"),
        ("ArrowRight", "o"),
        ("ArrowLeft", "n"),
        ("Home", "x1"),
        ("ArrowLeft", "x1"),
        ("ArrowDown", "w1"),
        ("End", "o"),
        ("Escape", "canvas"),
        ("Enter", "o"),
    )
    lights(page, "o", ["n"])
    press(page, "Escape")
    lights(page, None)


def test_one_tab_goes_into_the_nodes_and_one_out_again(page):
    visit(page, NEURON)
    tab_to(page, "canvas")
    press(page, "Tab")
    assert focused(page) == "x1"
    press(page, "End", "Tab")
    assert focused(page) == "look"
    press(page, "Shift+Tab")
    assert focused(page) == "o"


def test_a_focused_node_is_brought_into_view(page):
    visit(page, NEURON)
    tab_to(page, "canvas")
    press(page, *["+"] * 6)
    still(page)
    for key in ("Enter", "End"):
        press(page, key)
        still(page)
        inside = page.evaluate(
            """() => {
              const node = document.activeElement.querySelector('.rim').getBoundingClientRect();
              const seen = document.getElementById('canvas').getBoundingClientRect();
              return node.left >= seen.left - 1 && node.right <= seen.right + 1
                && node.top >= seen.top - 1 && node.bottom <= seen.bottom + 1;
            }"""
        )
        assert inside, f"{focused(page)} is out of sight"


def test_keys_zoom_fit_and_move_the_picture(page):
    visit(page, NEURON)
    tab_to(page, "canvas")
    size = page.evaluate(SCALE)
    press(page, "+")
    still(page)
    assert page.evaluate(SCALE) > size
    press(page, "-", "-")
    still(page)
    assert page.evaluate(SCALE) < size
    press(page, "0")
    still(page)
    assert abs(page.evaluate(SCALE) - size) < 1e-3
    left = card(page, "x1").bounding_box()["x"]
    press(page, "ArrowLeft")
    still(page)
    assert card(page, "x1").bounding_box()["x"] > left


def test_an_example_is_chosen_by_keyboard_and_escape_closes_the_menus(page):
    visit(page)
    tab_to(page, "Examples ▾")
    press(page, "Enter")
    expect(page.locator("#examples")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#examples")).to_be_hidden()
    assert focused(page) == "Examples ▾"
    press(page, "Enter")
    tab_to(page, "A product")
    press(page, "Enter")
    page.wait_for_url(address(EXAMPLES[1].source))
    alive(page)
    shows(page, "a", "2", "−3")
    tab_to(page, "Help")
    press(page, "Enter")
    expect(page.locator("#help")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#help")).to_be_hidden()
    assert focused(page) == "Help"


def test_the_way_back_and_the_theme_work_by_keyboard(page):
    visit(page, SQUARE, {"x": 8})
    leaf(page, "x").get_by_role("button").focus()
    press(page, "Enter")
    shows(page, "x", "3", "+6")
    expect(leaf(page, "x").get_by_role("textbox")).to_be_focused()
    dark = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(dark)
    page.locator("#theme").focus()
    press(page, "Enter")
    assert page.evaluate(dark) != before
    page.reload()
    alive(page)
    assert page.evaluate(dark) != before


def test_the_focus_survives_a_redraw(page):
    visit(page, SQUARE)
    tab_to(page, "canvas")
    walk(page, ("Enter", "x"), ("End", "y"))
    page.evaluate(
        """() => {
          const source = document.getElementById('source');
          source.value = 'x = 3\\ny = x*x + 1';
          source.dispatchEvent(new Event('input', {bubbles: true}));
        }"""
    )
    drawn(page, "x = 3\ny = x*x + 1")
    assert focused(page) == "y"
