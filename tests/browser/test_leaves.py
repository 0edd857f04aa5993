"""Leaves: sliders and number fields change every number in place and move nothing."""

import pytest
from playwright.sync_api import expect

from engine.numerals import exact, short, signed
from tests.browser.sights import (
    NEURON,
    SQUARE,
    address,
    card,
    drawn,
    grad,
    leaf,
    middle,
    picture,
    places,
    shows,
    value,
    visit,
)

PARABOLA = "x = 3\ny = 3*x^2 - 4*x + 5"


def slider(page, name):
    return leaf(page, name).get_by_role("slider")


def number(page, name):
    return leaf(page, name).get_by_role("textbox")


def arrow(page, name):
    return leaf(page, name).get_by_role("button")


def test_dragging_a_slider_changes_values_and_gradients_and_moves_no_card(page):
    visit(page, PARABOLA)
    before = picture(page)
    page.evaluate("window.kept = [...document.querySelectorAll('.graph, .card, .wire')]")
    x, y = middle(slider(page, "x"))
    width = slider(page, "x").bounding_box()["width"]
    page.mouse.move(x + 0.3 * (width - 16), y)
    page.mouse.down()
    for step in range(10):
        page.mouse.move(x + (0.3 - 0.06 * step) * (width - 16), y)
    at = float(slider(page, "x").input_value())
    assert at < 0
    expect(value(page, "x")).to_have_text(short(at))
    expect(grad(page, "x")).to_have_text(signed(6 * at - 4))
    page.mouse.up()
    shows(page, "y", short(3 * at**2 - 4 * at + 5), "+1")
    shows(page, "x^2", short(at**2), "+3")
    expect(card(page, "x")).to_have_class("card parameter negative")
    after = picture(page)
    assert [each[:2] for each in after["cards"]] == [each[:2] for each in before["cards"]]
    assert [wire[0] for wire in after["wires"]] == [wire[0] for wire in before["wires"]]
    assert after["view"] == before["view"]
    assert page.evaluate("window.kept.every(element => element.isConnected)")
    page.wait_for_url(address(PARABOLA, {"x": at}))


def test_an_exact_number_is_kept_to_its_last_digit(page):
    visit(page, SQUARE)
    number(page, "x").click()
    page.keyboard.type("7.123456789012345")  # what was there is selected
    page.keyboard.press("Tab")
    at = 7.123456789012345
    shows(page, "x", short(at), signed(2 * at))
    expect(number(page, "x")).to_have_value("7.123")
    expect(number(page, "x")).to_have_attribute("title", exact(at))
    number(page, "x").focus()
    expect(number(page, "x")).to_have_value(exact(at))
    page.wait_for_url(address(SQUARE, {"x": at}))


def test_a_number_may_be_written_as_people_write_numbers(page):
    visit(page, SQUARE)
    for typed, at in ((".5", 0.5), ("1e-5", 1e-5), ("−2", -2.0), ("1,5", 1.5), ("40000", 4e4)):
        number(page, "x").click()
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
        shows(page, "x", short(at), signed(2 * at))
        assert float(slider(page, "x").input_value()) == pytest.approx(at, abs=0.011)


def test_a_slider_is_of_use_again_after_a_huge_number(page):
    visit(page, SQUARE)
    number(page, "x").fill("1e40")
    shows(page, "x", "1e40", "+2e40")
    number(page, "x").fill("4")
    shows(page, "x", "4", "+8")
    slider(page, "x").focus()
    page.keyboard.press("ArrowRight")
    assert 4 < float(slider(page, "x").input_value()) < 5


def test_what_is_no_number_is_marked_and_the_last_number_stands(page):
    visit(page, SQUARE)
    field = number(page, "x")
    for typed in ("", "-", "abc", "1e400"):
        field.click()
        field.fill(typed)
        expect(field).to_have_attribute("aria-invalid", "true")
        page.keyboard.press("Tab")
        expect(field).to_have_value("3")
        expect(field).not_to_have_attribute("aria-invalid", "true")
    shows(page, "x", "3", "+6")


def test_half_a_number_does_not_stay(page):
    visit(page, SQUARE)
    number(page, "x").click()
    page.keyboard.type("1e4x")
    expect(number(page, "x")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Tab")
    expect(number(page, "x")).to_have_value("3")
    shows(page, "x", "3", "+6")


def test_a_setting_is_shown_as_one_and_the_arrow_takes_it_back(page):
    visit(page, SQUARE, {"x": -1})
    shows(page, "x", "−1", "−2")
    expect(number(page, "x")).to_have_value("−1")
    expect(leaf(page, "x")).to_contain_class("changed")
    expect(arrow(page, "x")).to_be_visible()
    expect(arrow(page, "x")).to_have_accessible_name("Set x back to 3, as written")
    arrow(page, "x").click()
    shows(page, "x", "3", "+6")
    expect(arrow(page, "x")).to_be_hidden()
    expect(number(page, "x")).to_be_focused()
    expect(slider(page, "x")).to_have_value("3")
    page.wait_for_url(address(SQUARE))


def test_an_edit_of_another_line_keeps_a_setting_and_a_number_in_the_text_wins(page):
    visit(page, SQUARE, {"x": 5})
    page.click("#source")
    page.keyboard.press("Control+End")
    page.keyboard.type(" + w")
    drawn(page, "x = 3\ny = x*x + w", {"x": 5})
    shows(page, "y", "26", "+1")
    expect(leaf(page, "x")).to_contain_class("changed")
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.type("0")
    drawn(page, "x = 30\ny = x*x + w")
    shows(page, "x", "30", "+60")
    expect(leaf(page, "x")).not_to_contain_class("changed")


def test_a_name_without_a_number_is_one_until_set(page):
    visit(page, "a*b")
    shows(page, "a", "1", "+1")
    number(page, "a").fill("4")
    shows(page, "a*b", "4", "+1")
    shows(page, "b", "1", "+4")


def test_a_slider_moved_while_an_edit_is_under_way_is_not_lost(page):
    visit(page, SQUARE)
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/graph", hold_the_first)
    page.click("#source")
    page.keyboard.press("Control+End")
    with page.expect_request("**/graph"):
        page.keyboard.type(" + 1")
    slider(page, "x").focus()
    page.keyboard.press("ArrowLeft")
    at = float(slider(page, "x").input_value())
    assert at < 3
    held[0].continue_()
    source = "x = 3\ny = x*x + 1"
    page.wait_for_url(address(source, {"x": at}))
    shows(page, "x", short(at), signed(2 * at))
    expect(slider(page, "x")).to_be_focused()


def test_all_leaves_stand_in_the_text_s_order_and_nothing_else_moves_while_many_are_set(page):
    visit(page, NEURON)
    before = places(page)
    names = page.locator(".leaf > label:not(.lock)").all_inner_texts()
    assert names == ["x1", "x2", "w1", "w2", "b"]
    for name in names:
        number(page, name).fill("0.25")
    settings = dict.fromkeys(names, 0.25)
    page.wait_for_url(address(NEURON, settings))
    shows(page, "o", "0.3584", "+1")
    assert places(page) == before
