"""Learning on the page: a number predicted before it is shown, and every gradient proved."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from engine import graph as engine_graph
from engine.graph import CODES, ROWS
from tests.browser.sights import NEURON, SQUARE, address, at, card, grad, shows, value, visit, walk

PRODUCT = "x = 3\nw = 0.25\ny = x*w"


def answer(page, text):
    page.fill("#answer", text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("right", ["3/4", ".75", "0.750", "0,75"])
def test_a_predicted_number_is_accepted_however_it_is_written(page, right):
    walk(page, PRODUCT, 3, predict=1)
    expect(page.locator("#answer")).to_be_focused()
    expect(value(page, "y")).to_be_empty()
    answer(page, right)
    expect(page.locator("#card .right")).to_contain_text("Right.")
    expect(value(page, "y")).to_have_text("0.75")


def test_a_wrong_answer_names_the_missing_factor_and_not_the_number(page):
    walk(page, "x = 3\ny = tanh(x)\nz = y*7.5", 8, predict=1)
    expect(page.locator(".question label")).to_have_text("What does y hand on to x?")
    answer(page, "7.5")
    expect(page.locator("#hint")).to_have_text(
        "You have the upstream gradient. The local derivative is missing: the slope of tanh at x."
    )
    expect(grad(page, "x")).to_be_empty()
    expect(page.locator("#answer")).to_be_focused()
    answer(page, "many")
    expect(page.locator("#hint")).to_contain_text("Write one number")
    page.get_by_role("button", name="Show it").click()
    expect(grad(page, "x")).to_have_text("+0.074")
    expect(page.locator("#card .right")).to_have_count(0)


def test_the_number_to_predict_is_nowhere_on_the_page_before(page):
    bodies = []
    page.on("response", lambda each: bodies.append(each) if "/static/" not in each.url else None)
    source = "x = 1.7\nw = 2.3\ny = x*w\nz = tanh(y)"
    page.goto(address(source) + "&predict=1&step=3")
    at(page, 3)
    expect(page.locator("#answer")).to_be_focused()
    sent = "".join(each.text() for each in bodies) + page.content()
    assert re.search(r"3[.,]9", sent) is None  # y = 3.91
    assert re.search(r"0[.,]999", sent) is None  # z
    answer(page, "3.91")
    expect(value(page, "y")).to_have_text("3.91")
    sent = "".join(each.text() for each in bodies) + page.content()
    assert re.search(r"0[.,]999", sent) is None


def test_a_whole_program_is_predicted_by_keyboard(page):
    visit(page, SQUARE)
    card(page, "x").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Predict each number").check()
    at(page, 1, 6)
    page.locator("#next").focus()
    for step, number in ((2, "9"), (4, "3"), (5, "3"), (6, "2.4")):
        while page.locator("#where").inner_text() != f"Step {step} of 6":
            page.keyboard.press("Enter")
            page.wait_for_timeout(100)
        expect(page.locator("#answer")).to_be_focused()
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        expect(page.locator("#card .right")).to_contain_text("Right.")
    shows(page, "x", "2.4", "+6")


def test_who_predicts_no_more_stays_where_they_are_and_then_sees_all(page):
    walk(page, SQUARE, 2, predict=1)
    expect(page.get_by_role("button", name="Play")).to_be_disabled()
    page.get_by_role("checkbox", name="Predict each number").uncheck()
    at(page, 2)
    shows(page, "y", "9", "")
    page.keyboard.press("Escape")
    shows(page, "x", "3", "+6")
    page.wait_for_function("() => !location.search.includes('predict')")


def test_every_gradient_of_the_neuron_is_proved(page):
    walk(page, NEURON, 12)
    page.get_by_role("button", name="Prove every gradient").click()
    expect(page.locator("#proof .good")).to_contain_text("✓ 10 of 10 gradients agree")
    page.locator("#proof summary").click()
    w1 = page.locator("#proof tbody", has_text="w1").filter(has_not_text="*")
    numbers = [each.strip().replace("−", "-") for each in w1.locator("td").all_inner_texts()]
    gradient, relative, difference = numbers[0], numbers[1], numbers[2]
    assert float(gradient) == pytest.approx(1, abs=1e-15)
    assert len(gradient) > 12  # every digit
    assert float(difference) == pytest.approx(1, abs=1e-9)
    assert relative.startswith("✓")


def test_a_wrong_rule_turns_the_proof_red(page, monkeypatch):
    rows = list(ROWS)
    log = rows[CODES["log"]]
    rows[CODES["log"]] = replace(log, partials=("1 / log(x)",))  # as the Rust port has it
    monkeypatch.setattr(engine_graph, "ROWS", tuple(rows))
    walk(page, "x = 4\ny = 1 + log(x) # planted", 1)
    page.get_by_role("button", name="Prove every gradient").click()
    expect(page.locator("#proof .bad")).to_contain_text("1 does not")
    row = page.locator("#proof tbody.differs")
    expect(row).to_contain_text("0.72")
    expect(row).to_contain_text("0.2")
    expect(row.locator(".sign")).to_have_text("✗")


def test_a_kink_is_named_and_no_alarm(page):
    walk(page, "x = 0\ny = 3*relu(x)", 1)
    page.get_by_role("button", name="Prove every gradient").click()
    expect(page.locator("#proof .verdict")).to_contain_text("1 at a kink")
    expect(page.locator("#proof .bad")).to_have_count(0)
    page.locator("#proof summary").click()
    expect(page.locator("#proof tbody.kink .note")).to_contain_text("At a kink of relu")


def test_a_proof_of_broken_gradients_shows_which_are_wrong(page):
    walk(page, "a = 3\nb = a + a", 1, broken="overwrite")
    page.get_by_role("button", name="Prove every gradient").click()
    expect(page.locator("#proof .bad")).to_contain_text("1 does not")
    expect(page.locator("#proof tbody.differs th")).to_have_text("a")


def test_to_predict_begins_where_one_stands(page):
    walk(page, NEURON, 13)
    page.get_by_role("checkbox", name="Predict each number").check()
    at(page, 13, 25)
    expect(page.locator(".question label")).to_have_text("What does n hand on to x1*w1 + x2*w2?")
    expect(page.locator("#grain")).to_have_value("edge")


def test_a_late_answer_is_not_taken_for_one_to_the_next_question(page):
    walk(page, "x = 3\ny = x*x\nz = y + x", 2, predict=1)
    held = []
    page.route(
        "**/walk/card",
        lambda route: (
            held.append(route) if "answer=9" in route.request.post_data else route.continue_()
        ),
    )
    page.fill("#answer", "9")
    page.get_by_role("button", name="Check").click()
    page.wait_for_timeout(200)
    page.click("#next")
    at(page, 3)
    expect(page.locator(".question label")).to_contain_text("What is z")
    for route in held:
        route.continue_()
    page.wait_for_timeout(400)
    expect(page.locator("#card .right")).to_have_count(0)
    expect(value(page, "z")).to_be_empty()


def test_a_late_proof_does_not_stand_beside_a_prediction(page):
    walk(page, SQUARE, 3)
    held = []
    page.route("**/walk/proof", lambda route: held.append(route))  # noqa: PLW0108  it wants a function
    page.get_by_role("button", name="Prove every gradient").click()
    page.wait_for_timeout(200)
    page.get_by_role("checkbox", name="Predict each number").check()
    expect(page.locator("#grain")).to_have_value("edge")
    for route in held:
        route.continue_()
    page.wait_for_timeout(400)
    expect(page.locator("#proof")).to_be_empty()
