"""Documents that leave the app: opened from a file with no network, and in a saved notebook."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.computed import Computed
from engine.moments import state_at
from engine.numerals import short, signed
from engine.program import parse
from engine.standalone.document import document
from tests.browser.conftest import Complaints, faults

ROOT = Path(__file__).parents[2]
NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"
LOOP = """mlp = MLP(1, [2, 1])
loss = 0.0
for x in [1.0, 2.0, 3.0]:
    loss = loss + mlp([x])**2
"""
NETWORK = "mlp = MLP(2, [4, 1])\ny = mlp([1.0, -2.0])"
SPREAD = "w = param(0.5)\nloss = 0.0\nfor x in range(20):\n    loss = loss + (w*x + 1)**2\n"

NOTEBOOK = """
import sys
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

cell = '''
from engine.expr import Expr
from engine.standalone.cell import show
x1, x2 = Expr(2.0, label="x1"), Expr(0.0, label="x2")
w1, w2 = Expr(-3.0, label="w1"), Expr(1.0, label="w2")
b = Expr(6.8813735870195432, label="b")
n = x1*w1 + x2*w2 + b
n.label = "n"
o = n.tanh(label="o")
show(o)
'''
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
where = {"metadata": {"path": sys.argv[1]}}
NotebookClient(notebook, kernel_name="python3", resources=where).execute()
nbformat.write(notebook, sys.argv[2] + "/neuron.ipynb")
exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="")
page, _ = exporter.from_notebook_node(notebook)
with open(sys.argv[2] + "/neuron.html", "w", encoding="utf-8") as file:
    file.write(page)
"""


@pytest.fixture
def opened(browser, tmp_path):
    """Return a function that opens a file with no network; nothing may complain or call out."""
    contexts, heard, asked = [], Complaints(), []

    def open_file(path, **options):
        calm = {"offline": True, "reduced_motion": "reduce"}
        chosen = {"viewport": {"width": 1100, "height": 560}, **calm, **options}
        contexts.append(browser.new_context(**chosen))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        heard.listen(page)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert not heard.left(), "\n".join(heard.left())
    assert not [url for url in asked if not url.startswith(("file:", "about:", "data:", "blob:"))]


@pytest.fixture
def player(opened, tmp_path):
    """Return a function that opens the document of a program: the page, and what it is made of."""

    def open_document(text=NEURON, *, step=None, **options):
        work = Computed.of_program(parse(text))
        path = tmp_path / "work.html"
        path.write_text(document(work, step=step), "utf-8")
        page = opened(path, **options)
        if options.get("java_script_enabled", True):
            page.locator("#transport").wait_for()
        return page, work

    return open_document


SHOWN = """() => Object.fromEntries([...document.querySelectorAll('.card')].map((card) => [
  card.dataset.node,
  ['.value', '.grad'].map((part) => card.querySelector(part).textContent),
]))"""


def known(work, step):
    """Return, by node, the value and gradient that the engine's trace knows after a step."""
    events = work.trace.cuts("node")[step]
    found = {}
    for node in range(len(work.graph)):
        now = state_at(work.trace.moments[node], events)
        value = "" if now.value is None else short(now.value)
        found[str(node)] = [value, "" if now.gradient is None else signed(now.gradient)]
    return found


def card(page, work, label):
    return page.locator(f".card[data-node='{work.graph.labels.index(label)}']")


def test_every_step_shows_what_the_trace_knows_from_either_side(player):
    page, work = player()
    total = work.trace.total("node")
    expect(page.locator("#where")).to_have_text(f"{total} steps")
    for step in range(1, total + 1):
        page.keyboard.press("ArrowRight")
        assert page.evaluate(SHOWN) == known(work, step)
    for step in range(total - 1, 0, -1):
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(SHOWN) == known(work, step)
    page.keyboard.press("End")
    assert page.evaluate(SHOWN) == known(work, total)
    page.keyboard.press("Home")
    expect(page.locator("#where")).to_have_text(f"Step 1 of {total}")
    page.locator("#scrub").fill("14")
    assert page.evaluate(SHOWN) == known(work, 14)
    page.keyboard.press("Escape")
    expect(page.locator("#inspector")).to_be_hidden()


def test_the_card_of_a_step_explains_it_and_its_factors_light_what_they_are(player):
    page, work = player()
    page.locator("#scrub").fill("12")
    expect(page.locator("#card h2")).to_have_text("Chain rule")
    expect(page.locator("#card .title")).to_have_text("o passes its gradient on through tanh.")
    expect(page.locator("#card math").first).to_be_visible()
    expect(page.locator("#card .why")).to_contain_text("Steepest at 0")
    expect(card(page, work, "o")).to_have_class("card output positive now")
    expect(card(page, work, "n")).to_have_class("card result positive beside")
    page.locator("#card .contribution button").hover()
    expect(page.locator(".wire.near")).to_have_count(1)
    assert faults(page) == []


def test_it_plays_to_the_end_and_pauses(player):
    page, work = player("x = 3\ny = x*x")
    page.clock.install()
    page.keyboard.press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    total = work.trace.total("node")
    page.clock.run_for(600 * total)
    expect(page.locator("#where")).to_have_text(f"Step {total} of {total}")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")


def test_pointing_lights_operands_and_users_and_says_every_digit(player):
    page, work = player()
    card(page, work, "n").hover()
    expect(page.locator(".lit")).to_have_count(1)
    expect(page.locator(".card.near")).to_have_count(3)
    value = repr(float(work.values[work.graph.labels.index("n"), 0]))
    expect(page.locator("#readout")).to_contain_text(f"n = {value}")
    expect(page.locator("#readout")).to_contain_text("gradient ")
    page.mouse.move(5, 300)
    expect(page.locator("#readout")).to_be_hidden()


def test_it_folds_and_unfolds_and_the_step_stays(player):
    page, work = player(NETWORK)
    expect(page.locator(".card")).to_have_count(len(work.graph))
    page.locator("#less").click()
    boxes = page.locator(".box")
    expect(boxes).to_have_count(4)
    page.locator("#scrub").fill("40")
    hollow = boxes.evaluate_all("all => all.every((box) => box.matches('.hollow'))")
    assert hollow
    key = boxes.nth(1).get_attribute("data-key")
    boxes.nth(1).click()
    expect(boxes).to_have_count(3)
    expect(page.locator(f".frame[data-key='{key}']")).to_have_count(1)
    shown, right = page.evaluate(SHOWN), known(work, 40)
    assert shown == {node: right[node] for node in shown}
    page.locator(f".frame[data-key='{key}'] .fold").click()
    expect(boxes).to_have_count(4)
    page.keyboard.press("Escape")
    assert boxes.first.locator(".value").text_content() != ""
    boxes.first.focus()
    page.keyboard.press("Enter")
    expect(boxes).to_have_count(3)
    for _ in range(3):
        page.locator("#less").click()
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator("#less")).to_have_attribute("aria-disabled", "true")
    for _ in range(4):
        page.locator("#more").click()
    expect(page.locator(".card")).to_have_count(len(work.graph))


def test_an_open_stack_pages_to_its_other_members(player):
    page, work = player(LOOP)
    page.locator("#less").click()
    pager = page.locator(".frame .pager.live")
    before = page.locator(".frame .page").first.text_content()
    assert before.startswith("1 / ")
    pager.nth(1).click()
    expect(page.locator(".frame .page").first).to_have_text(before.replace("1", "2", 1))
    page.locator("#scrub").fill("20")
    shown, right = page.evaluate(SHOWN), known(work, 20)
    assert shown == {node: right[node] for node in shown}
    page.locator(".card").first.focus()
    page.keyboard.press("]")
    page.keyboard.press("[")
    expect(page.locator("#where")).to_have_text(f"Step 20 of {work.trace.total('node')}")


def test_the_view_moves_zooms_and_fits(player):
    page, _ = player()
    graph = page.locator(".graph")
    fitted = graph.bounding_box()
    page.mouse.move(500, 100)
    page.mouse.wheel(0, -400)
    assert graph.bounding_box()["width"] > 1.2 * fitted["width"]
    page.mouse.down()
    page.mouse.move(560, 150)
    page.mouse.up()
    page.locator("#fit").click()
    assert graph.bounding_box() == pytest.approx(fitted, abs=1)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1100, "light")])
def test_it_fits_any_window_in_either_scheme(player, width, scheme):
    page, _ = player(viewport={"width": width, "height": 480}, color_scheme=scheme)
    page.locator("#scrub").fill("14")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(16, 18, 20)" if scheme == "dark" else "rgb(247, 247, 244)")
    now, view = page.locator(".card.now").bounding_box(), page.locator("#canvas").bounding_box()
    assert view["x"] <= now["x"] <= now["x"] + now["width"] <= view["x"] + view["width"]
    assert faults(page) == []


def test_it_opens_at_its_step_and_goes_from_phase_to_phase(player):
    page, work = player(step=12)
    total = work.trace.total("node")
    expect(page.locator("#where")).to_have_text(f"Step 12 of {total}")
    assert page.evaluate(SHOWN) == known(work, 12)
    starts = [phase.start + 1 for phase in work.trace.phases("node")]
    after = [start for start in starts if start > 12]
    for step in (*after, total, total):
        page.keyboard.press("PageDown")
        expect(page.locator("#where")).to_have_text(f"Step {step} of {total}")
    for step in (*[start for start in reversed(starts) if start < total], 1):
        page.keyboard.press("PageUp")
        expect(page.locator("#where")).to_have_text(f"Step {step} of {total}")


IN_VIEW = """() => {
  const view = document.getElementById("canvas").getBoundingClientRect();
  return [...document.querySelectorAll(".card")].map((card) => card.getBoundingClientRect())
    .filter((card) => card.left >= view.left && card.right <= view.right)
    .filter((card) => card.top >= view.top && card.bottom <= view.bottom).length;
}"""
BELOW = """() => innerHeight - Math.max(...["transport", "inspector"].map((id) =>
  document.getElementById(id).getBoundingClientRect().bottom))"""


def test_a_narrow_window_is_used_to_its_end(player):
    page, _ = player(viewport={"width": 360, "height": 740})
    assert page.locator("#canvas").bounding_box()["height"] > 600
    assert 0 <= page.evaluate(BELOW) <= 20
    page.locator("#next").click()
    assert page.evaluate(BELOW) <= 0


@pytest.mark.parametrize("width", [360, 1100])
def test_a_large_picture_opens_where_much_of_it_stands(player, width):
    page, _ = player(SPREAD, viewport={"width": width, "height": 740})
    assert page.evaluate(IN_VIEW) >= width / 100


def test_thousands_are_grouped(player):
    page, work = player("+".join(f"x{k}" for k in range(260)))
    assert work.trace.total("node") == 1039
    expect(page.locator("#where")).to_have_text("1,039 steps")
    page.keyboard.press("End")
    expect(page.locator("#where")).to_have_text("Step 1,039 of 1,039")


def test_without_scripts_the_finished_picture_is_there(player):
    page, _ = player(java_script_enabled=False)
    assert page.locator(".card").count() == 10
    expect(page.locator("#transport")).to_be_hidden()


def test_a_saved_notebook_steps_without_a_kernel(opened, tmp_path):
    command = [sys.executable, "-c", NOTEBOOK, str(ROOT), str(tmp_path)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert made.returncode == 0, made.stderr
    page = opened(tmp_path / "neuron.html")
    frame = page.frame_locator("iframe")
    frame.locator("#transport").wait_for()
    expect(page.locator("img")).to_have_count(0)  # what stands in for a frame that is left out
    work = Computed.of_program(parse(NEURON))
    for _ in range(12):
        frame.locator("#next").click()
    expect(frame.locator("#where")).to_have_text("Step 12 of 21")
    inside = page.frames[-1]
    shown, right = inside.evaluate(SHOWN), known(work, 12)
    assert sorted(shown.values()) == sorted(right.values())
    frame.locator("#last").click()
    assert sorted(inside.evaluate(SHOWN).values()) == sorted(known(work, 21).values())
