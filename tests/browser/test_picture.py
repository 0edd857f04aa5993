"""The picture: what belongs together lights together; pan, zoom, fit, pinch; edits move little."""

import pytest
from playwright.sync_api import expect

from tests.browser.sights import (
    NEURON,
    SQUARE,
    TROUBLE,
    card,
    drawn,
    leaf,
    lights,
    marked,
    marks,
    middle,
    places,
    point_at_word,
    shows,
    still,
    value,
    visit,
    write,
)

STANDING = """() => Object.fromEntries([...document.querySelectorAll('.card')].map((each) => {
  const box = each.querySelector('.rim').getBoundingClientRect();
  return [each.dataset.key, [box.left, box.top]];
}))"""
EMPTY = (900, 860)  # px; nothing of the neuron's picture is there


def point_at(page, name):
    """Move the pointer onto a card."""
    page.mouse.move(*middle(card(page, name).locator(".rim")))


def under(page, x, y):
    """Return which point of the drawing lies at this point of the window."""
    found = page.evaluate(
        """([x, y]) => {
          const matrix = document.querySelector('.graph').getScreenCTM().inverse();
          const point = new DOMPoint(x, y).matrixTransform(matrix);
          return [point.x, point.y];
        }""",
        [x, y],
    )
    return tuple(round(each, 3) for each in found)


def stays(page, point, x, y):
    """Say that this point of the drawing lies at this point of the window."""
    assert under(page, x, y) == pytest.approx(point, abs=0.1)


def scale(page):
    """Return how large the drawing is shown."""
    return page.evaluate("document.querySelector('.graph').getScreenCTM().a")


def on_screen(page):
    """Return where every card's rim stands in the window, in px, once nothing moves."""
    still(page)
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.card')].map((card) => {
          const box = card.querySelector('.rim').getBoundingClientRect();
          return [card.dataset.key, [box.x, box.y].map(Math.round).join(' ')];
        }))"""
    )


def is_whole(page):
    """Say whether every card lies within the canvas."""
    return page.evaluate(
        """() => {
          const seen = document.getElementById('canvas').getBoundingClientRect();
          return [...document.querySelectorAll('.card .rim')].every((rim) => {
            const box = rim.getBoundingClientRect();
            return box.left >= seen.left && box.right <= seen.right
              && box.top >= seen.top && box.bottom <= seen.bottom;
          });
        }"""
    )


def test_a_node_under_the_pointer_lights_its_operands_its_users_and_its_words(page):
    visit(page, NEURON)
    point_at(page, "n")
    lights(page, "n", ["b", "o", "x1*w1 + x2*w2"])
    marks(page, "lit", [[4, 1, "n"], [4, 5, "x1*w1 + x2*w2 + b"], [5, 10, "n"]])
    near = page.locator(".wire.near")
    assert sorted(near.evaluate_all("all => all.map(w => +w.dataset.target)")) == [8, 8, 9]
    point_at(page, "x1")
    lights(page, "x1", ["x1*w1"])
    marks(page, "lit", [[1, 1, "x1"], [1, 10, "2"], [4, 5, "x1"]])
    page.mouse.move(*EMPTY)
    lights(page, None, [])
    assert marked(page, "lit") == []


def test_words_under_the_pointer_light_their_node(page):
    visit(page, NEURON)
    for line, word, within, name in (
        (1, "x2", 0.3, "x2"),
        (1, "2, 0", 0.1, "x1"),
        (4, "n", 0.5, "n"),
        (4, "w1", 0.7, "w1"),
        (4, "*", 0.2, "x1*w1"),
        (4, "*", 0.8, "x1*w1"),
        (4, "+", 0.5, "x1*w1 + x2*w2"),
        (5, "tanh(", 0.9, "o"),
        (5, "(n", 0.7, "n"),
        (5, ")", 0.3, "o"),
    ):
        point_at_word(page, line, word, within)
        lights(page, name)
    page.mouse.move(*EMPTY)
    lights(page, None, [])


def test_words_after_wide_signs_and_on_wrapped_lines_light_their_node(page):
    source = "𝛼 = 2 # 😀😀\nλ =\t𝛼*3 + sigmoid(𝛼*beta_number_one) + tanh(𝛼*gamma)"
    visit(page, source)
    for word, name in (
        ("3", "3"),
        ("beta_number_one", "beta_number_one"),
        ("tanh", "tanh(𝛼*gamma)"),
        ("gamma", "gamma"),
    ):
        point_at_word(page, 2, word)
        lights(page, name)


def test_a_pointer_at_rest_in_the_text_dims_nothing_while_one_types(page):
    visit(page, NEURON)
    point_at_word(page, 4, "x1")
    lights(page, "x1")
    page.focus("#source")
    page.keyboard.press("Control+End")
    page.keyboard.type("*")
    lights(page, None, [])


def test_the_caret_outlines_its_node_and_dims_nothing(page):
    visit(page, NEURON)
    page.focus("#source")
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".card.spoken")
    expect(page.locator(".card.spoken .name")).to_have_text("n")
    expect(page.locator(".graph.lighting")).to_have_count(0)


def test_a_value_used_twice_is_one_node_tagged_and_its_gradient_sums_both_paths(page):
    visit(page, SQUARE)
    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator(".wire")).to_have_count(1)
    expect(page.locator(".times")).to_have_text("×2")
    shows(page, "x", "3", "+6")
    write(page, "x = 3\ny = x*x + x")
    expect(page.locator(".times")).to_have_text("×2")
    shows(page, "x", "3", "+7")


def test_the_exact_number_is_told_where_one_points(page):
    visit(page, "x = 0.1234567890123\ny = 3*x")
    expect(card(page, "x").locator("title")).to_have_text("x = 0.1234567890123\ngradient 3")
    shows(page, "x", "0.1235", "+3")


def test_dragging_moves_the_picture_and_nothing_in_it(page):
    visit(page, NEURON)
    before = places(page)
    grip = under(page, 900, 800)
    page.mouse.move(900, 800)
    page.mouse.down()
    page.mouse.move(1000, 700, steps=5)
    page.mouse.up()
    stays(page, grip, 1000, 700)
    x, y = middle(card(page, "n").locator(".rim"))  # on a card too
    grip = under(page, x, y)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 40, steps=5)
    page.mouse.up()
    stays(page, grip, x - 60, y + 40)
    assert places(page) == before


def test_the_wheel_zooms_and_the_point_under_the_pointer_stays(page):
    visit(page, NEURON)
    for x, y in ((500, 300), (1250, 780), (310, 70)):
        page.mouse.move(x, y)
        grip, size = under(page, x, y), scale(page)
        for turn, side in ((-240, ">"), (180, "<")):
            page.mouse.wheel(0, turn)
            page.wait_for_function(
                f"size => document.querySelector('.graph').getScreenCTM().a {side} size", arg=size
            )
            stays(page, grip, x, y)
            size = scale(page)


def test_fit_brings_everything_back_into_view(page):
    visit(page, NEURON)
    page.mouse.move(500, 300)
    page.mouse.wheel(0, -2000)
    page.wait_for_function("() => document.querySelector('.graph').getScreenCTM().a > 3")
    assert not is_whole(page)
    page.get_by_role("button", name="Fit").click()
    still(page)
    assert is_whole(page)
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    still(page)
    assert not is_whole(page)


def test_fit_shows_the_whole_of_a_long_program(page):
    visit(page, "\n".join(["v0 = 1"] + [f"v{i} = v{i - 1}*0.5 + {i}" for i in range(1, 40)]))
    page.get_by_role("button", name="Fit").click()
    still(page)
    assert is_whole(page)


def test_what_is_in_the_middle_stays_there_when_the_window_changes(page):
    visit(page, NEURON)
    page.mouse.move(700, 450)
    page.mouse.wheel(0, -400)
    page.wait_for_function("() => document.querySelector('.graph').getScreenCTM().a > 1.5")
    grip = under(page, *middle(page.locator("#canvas")))
    page.set_viewport_size({"width": 1000, "height": 600})
    page.wait_for_function(
        """([x, y]) => {
          const box = document.getElementById('canvas').getBoundingClientRect();
          const point = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2)
            .matrixTransform(document.querySelector('.graph').getScreenCTM().inverse());
          return Math.abs(point.x - x) < 1 && Math.abs(point.y - y) < 1;
        }""",
        arg=list(grip),
    )


def test_two_fingers_pinch_about_the_point_between_them(browse):
    page = browse(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visit(page, NEURON)
    hand = page.context.new_cdp_session(page)

    def touch(kind, *points):
        at = [{"x": x, "y": 200, "id": finger} for finger, x in enumerate(points)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    grip, size = under(page, 180, 200), scale(page)
    touch("touchStart", 160)
    touch("touchStart", 160, 200)
    for step in range(1, 6):
        touch("touchMove", 160 - 4 * step, 200 + 4 * step)
    touch("touchEnd")
    page.wait_for_function(
        "size => Math.abs(document.querySelector('.graph').getScreenCTM().a - 2 * size) < 0.02",
        arg=size,
    )
    stays(page, grip, 180, 200)
    grip = under(page, 180, 200)
    touch("touchStart", 180)
    for step in range(1, 6):
        touch("touchMove", 180 - 12 * step)
    touch("touchEnd")
    page.wait_for_function("() => !document.querySelector('.canvas.moving')")
    stays(page, grip, 120, 200)


def test_a_problem_is_marked_on_its_node_and_in_the_text(page):
    visit(page)
    write(page, TROUBLE)
    expect(page.locator(".card.broken")).to_have_count(1)
    expect(card(page, "inner").locator(".mark")).to_be_visible()
    expect(value(page, "inner")).to_have_text("nan")
    expect(page.locator("#notes")).to_contain_text(
        "sqrt has no real value at −1. sqrt(x) needs x ≥ 0."
    )
    marks(page, "trouble", [[2, 9, "sqrt(x - 2)"]])
    page.hover("#notes .trouble")
    lights(page, "inner")
    leaf(page, "x").get_by_role("textbox").fill("6")
    shows(page, "inner", "2", "+0.7071")
    expect(page.locator(".card.broken")).to_have_count(0)
    expect(page.locator("#notes")).to_be_empty()
    assert marked(page, "trouble") == []


def test_an_edit_leaves_old_cards_where_they_were(page):
    visit(page, NEURON)
    before = places(page)
    page.click("#source")
    page.keyboard.press("Control+End")
    page.keyboard.type(" + x1^2")
    drawn(page, NEURON + " + x1^2")
    after = places(page)
    assert {key for key in before if after[key] != before[key]} == {"o#1"}
    assert len(after) == len(before) + 3


def test_an_edit_leaves_a_view_that_was_chosen_by_hand(page):
    visit(page, NEURON)
    page.mouse.move(700, 450)
    page.mouse.wheel(0, 500)
    page.wait_for_function("() => document.querySelector('.graph').getScreenCTM().a < 0.6")
    before = on_screen(page)
    page.mouse.move(900, 880)
    page.focus("#source")
    page.keyboard.press("Control+End")
    page.keyboard.type("*2")
    drawn(page, NEURON + "*2")
    after = on_screen(page)
    assert {key for key in before if after[key] != before[key]} == {"o#1"}


WATCH = """() => {
  window.most = 0;
  (function look() {
    window.most = Math.max(window.most, document.getAnimations().length);
    requestAnimationFrame(look);
  })();
}"""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_moves_moves_smoothly_or_not_at_all_where_motion_is_unwelcome(browse, motion):
    page = browse(reduced_motion=motion)
    visit(page, NEURON)
    page.evaluate(WATCH)
    write(page, NEURON + "*2")
    point_at(page, "n")
    lights(page, "n")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Fit").click()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    most = page.evaluate("window.most")
    assert (most == 0) if motion == "reduce" else (most > 0)


def test_a_tapped_node_stays_lit_until_the_next_tap(browse):
    page = browse(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visit(page, NEURON)
    card(page, "w1").locator(".rim").tap()
    lights(page, "w1", ["x1*w1"])
    page.touchscreen.tap(180, 60)
    lights(page, None)


def test_a_picture_that_grows_to_the_left_starts_from_where_every_card_stood(browse):
    page = browse()
    visit(page, NEURON)
    still(page)
    stood = page.evaluate(STANDING)
    page.evaluate(
        """() => {
          document.addEventListener('htmx:after:swap', () => {
            for (const each of document.getAnimations()) { each.pause(); each.currentTime = 0; }
          });
        }"""
    )
    page.fill("#source", NEURON.replace("x1*w1", "(a + c)*x1*w1"))
    card(page, "a").wait_for()
    page.wait_for_function("() => document.getAnimations().length > 0")
    starts = page.evaluate(STANDING)
    for name in ("x2#1", "w2#1", "n#1", "o#1"):
        # a change of size is not part of a card's own move: its corner is
        assert starts[name] == pytest.approx(stood[name], abs=1), name
