"""Typing a program: the picture follows, a fault is underlined in place, nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.sights import (
    NEURON,
    SQUARE,
    address,
    drawn,
    marked,
    marks,
    picture,
    places,
    shows,
    visit,
    write,
)

ONE_LINE = "tanh(x1*w1 + x2*w2 + b)"


def test_a_first_visit_shows_the_neuron_of_the_lecture(page):
    visit(page)
    shows(page, "o", "0.7071", "+1")
    for name, value, gradient in (
        ("x1", "2", "−1.5"),
        ("w1", "−3", "+1"),
        ("x2", "0", "+0.5"),
        ("w2", "1", "0"),
        ("b", "6.881", "+0.5"),
    ):
        shows(page, name, value, gradient)


def test_a_program_typed_letter_by_letter_is_drawn(page):
    visit(page)
    page.click("#source")
    page.keyboard.press("Control+a")
    page.keyboard.type(ONE_LINE, delay=15)
    drawn(page, ONE_LINE)
    assert page.input_value("#source") == ONE_LINE
    assert len(places(page)) == 10
    shows(page, ONE_LINE, "0.9951", "+1")
    shows(page, "x1", "1", "+0.009866")
    shows(page, "b", "1", "+0.009866")
    expect(page.locator("#fault")).to_be_empty()
    expect(page.locator("#source")).to_be_focused()


def test_lines_typed_one_after_another_are_drawn(page):
    visit(page)
    page.click("#source")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(SQUARE, delay=15)
    drawn(page, SQUARE)
    shows(page, "x", "3", "+6")
    shows(page, "y", "9", "+1")


FAULTS = (
    ("x = 2\ny = tnh(x)", [2, 5, "tnh"], "Did you mean tanh?"),
    ("σ = 2\nτ = σ + tnh(σ)", [2, 9, "tnh"], "Did you mean tanh?"),
    ("𝛼 = 2 # 😀\n𝛼*𝛼 + tnh(𝛼)", [2, 9, "tnh"], "Did you mean tanh?"),
    ("x = 2\n\ny = 2x", [3, 5, "2x"], "write 2*x"),
    ("y = tanh(1, 2)", [1, 5, "tanh(1, 2)"], "tanh takes one operand"),
    ("x = 2\n\ty = x", [2, 1, "\t"], "left edge"),
    ("y = x +* 2", [1, 8, "*"], "missing between + and *"),
    ("y = (x", [1, 5, "("], "never closed"),
)


def test_a_fault_is_underlined_at_its_place_while_the_last_good_picture_stays(page):
    visit(page, NEURON)
    before = picture(page)
    for source, place, sentence in FAULTS:
        page.fill("#source", source)
        expect(page.locator("#fault")).to_contain_text(sentence)
        expect(page.locator("#fault")).to_be_visible()
        marks(page, "fault", [place])
        expect(page.locator("#source")).to_have_attribute("aria-invalid", "true")
        assert picture(page) == before
        assert page.input_value("#source") == source


def test_a_mended_fault_is_drawn_and_its_underline_goes(page):
    visit(page, "x = 3\ny = x*x")
    page.click("#source")
    page.keyboard.press("Control+End")
    page.keyboard.type(" + tnh(x)")
    marks(page, "fault", [[2, 11, "tnh"]])
    for _ in "nh(x)":
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("a")
    source = "x = 3\ny = x*x + tanh(x)"
    drawn(page, source)
    expect(page.locator("#fault")).to_be_empty()
    expect(page.locator("#source")).to_have_attribute("aria-invalid", "false")
    assert marked(page, "fault") == []
    shows(page, "y", "9.995", "+1")
    shows(page, "x", "3", "+6.01")


def test_a_fault_leaves_the_remarks_on_the_words_they_were_made_about(page):
    source = "a = 4\nx = 1\ny = x + sqrt(x - 2)"
    visit(page, source)
    assert marked(page, "unused") == [[1, 1, "a"]]
    assert marked(page, "trouble") == [[3, 9, "sqrt(x - 2)"]]
    page.click("#source")
    page.keyboard.press("Control+Home")
    page.keyboard.type("\n2x\n")
    marks(page, "fault", [[2, 1, "2x"]])
    assert marked(page, "trouble") == [[5, 9, "sqrt(x - 2)"]]


def test_a_refused_program_opened_by_its_link_says_where_and_then_recovers(page):
    visit(page, "y = tnh(x)")
    marks(page, "fault", [[1, 5, "tnh"]])
    expect(page.locator("#fault")).to_contain_text("Did you mean tanh?")
    write(page, "y = tanh(x)")
    shows(page, "y", "0.7616", "+1")
    assert marked(page, "fault") == []


def test_an_emptied_program_keeps_the_picture_and_is_no_mistake(page):
    visit(page)
    before = places(page)
    page.fill("#source", "")
    expect(page.locator("#fault")).to_contain_text("nothing to draw yet")
    expect(page.locator("#source")).to_have_attribute("aria-invalid", "false")
    assert places(page) == before


def test_the_picture_stays_while_a_new_last_line_is_being_written(page):
    visit(page, NEURON)
    page.evaluate(
        """() => {
          const cards = document.getElementsByClassName('card');
          const keys = () => [...cards].map((card) => card.dataset.key);
          const first = keys();
          window.gone = [];
          new MutationObserver(() => {
            const now = keys();
            window.gone.push(...first.filter((key) => !now.includes(key)));
          }).observe(document.getElementById('picture'), {childList: true, subtree: true});
        }"""
    )
    page.click("#source")
    page.keyboard.press("Control+End")
    for piece in ("\n", "l", "oss", " =", " (o", " - 1", ")"):
        with page.expect_response("**/graph"):
            page.keyboard.type(piece)
    drawn(page, NEURON + "\nloss = (o - 1)")
    assert page.evaluate("window.gone") == []


def test_of_two_quick_edits_the_last_one_is_drawn(page):
    visit(page, SQUARE)
    seen = []

    def slow_at_first(route):
        seen.append(route)
        if len(seen) > 1:  # the first never answers: the second takes its place
            route.continue_()

    page.route("**/graph", slow_at_first)
    page.click("#source")
    page.keyboard.press("Control+End")
    with page.expect_request("**/graph"):
        page.keyboard.type("+1")
    page.keyboard.type("+2")
    drawn(page, "x = 3\ny = x*x+1+2")
    shows(page, "y", "12", "+1")
    assert page.input_value("#source") == "x = 3\ny = x*x+1+2"


def test_a_server_that_is_away_loses_nothing_and_is_asked_again(page, complaints):
    complaints.allow("net::ERR_FAILED|htmx:error")
    visit(page, SQUARE)
    before = picture(page)
    page.route("**/graph", lambda route: route.abort())
    page.fill("#source", "x = 3\ny = x*x + 1")
    expect(page.locator("#fault")).to_contain_text("server does not answer")
    assert picture(page) == before
    page.unroute("**/graph")
    drawn(page, "x = 3\ny = x*x + 1")
    expect(page.locator("#fault")).to_be_empty()
    assert page.input_value("#source") == "x = 3\ny = x*x + 1"


def test_a_long_program_that_is_pasted_is_drawn_and_shown_to_its_end(page):
    source = "\n".join(["v0 = 1"] + [f"v{i} = v{i - 1}*0.5 + {i}" for i in range(1, 80)])
    visit(page, SQUARE)
    page.click("#source")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    drawn(page, source)
    assert page.input_value("#source") == source
    page.keyboard.type(" + v0")
    drawn(page, source + " + v0")
    bottom = page.evaluate(
        """() => {
          const last = document.getElementById('mirror').lastChild.getBoundingClientRect();
          const seen = document.querySelector('.editor').getBoundingClientRect();
          return [last.bottom, seen.bottom];
        }"""
    )
    assert bottom[0] <= bottom[1] + 5  # the line's own leading


# Every character of the words one sees, and the caret's place under the pointer there.
ASTRAY = """() => {
  const source = document.getElementById('source');
  const astray = [];
  let offset = 0;
  for (const line of document.getElementById('mirror').children) {
    const text = line.firstChild;
    let at = 0;
    for (const character of text.data) {
      const range = new Range();
      range.setStart(text, at);
      range.setEnd(text, at + character.length);
      const box = range.getBoundingClientRect();
      const found = box.width
        ? document.caretPositionFromPoint(box.left + box.width / 4, box.top + box.height / 2)
        : null;
      if (found && (found.offsetNode !== source || found.offset !== offset + at)) {
        astray.push([character, offset + at, found.offset]);
      }
      at += character.length;
    }
    offset += at + 1;
  }
  return astray;
}"""


@pytest.mark.parametrize("width", [360, 1440])
def test_the_words_one_sees_lie_under_the_caret(page, width):
    page.set_viewport_size({"width": width, "height": 1200})
    visit(page)
    for source in (
        "long = alpha_one*beta_two + gamma_three*delta_four + epsilon_five*zeta_six # wraps\nlong",
        "σ1 = 2\nλ = σ1*3 + ω # ζ\nα = tanh(λ) + sigmoid(σ1)*ω + tanh(λ) + sigmoid(σ1)*ω",
        "x = 2 # 😀😀 a\n𝛼 = x*x + 3*x + 𝛽2 + tanh(x) + x*x + exp(x) + x",
        "値 = 2\n重み = 値*3 + 値*値*値 + 重さ*値*重さ*値 + 3",
        "w =\t2\ny\t\t=\tw*w\t+\tw*w\t+\tw*w\n\n\ny*2\n",
        "averyveryveryverylongnamethatgoesonandonandonandonandon = 3",
    ):
        page.fill("#source", source)
        assert page.evaluate(ASTRAY) == [], source


def test_the_address_follows_what_is_drawn(page):
    visit(page)
    write(page, SQUARE)
    page.wait_for_url(address(SQUARE))
