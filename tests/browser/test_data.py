"""The data panel: it rewrites the words data(...), takes a person's own, and keeps it."""

import inspect
import json
import re

import pytest
from playwright.sync_api import expect

from app.main import create_app
from app.settings import Settings
from engine.data import TABLES, Source
from tests.browser.sights import address, alive, card, value, visit, write
from tests.conftest import serve

NET = "mlp = MLP(2, [4, 1], activation=tanh, seed=1)\no = tanh(mlp(x1, x2))\nloss = mse(o, y)"
MOONS = f'x1, x2, y = data("moons")\n{NET}'
NOTED = f'# data("spiral", n=1)\nx1, x2,y = data( "moons" ,noise = 0.1)  # n=3\n{NET}'
CSV = "x1,x2,kind\n0.5,1,no\n-1,0.25,yes\n1,1,no\n0,0,yes\n"
IRIS = "sepal length,petal length,kind\n5.1,1.4,setosa\n7,4.7,versicolor\n6.3,6,virginica\n"


def source(page, text):
    """Wait until the program is this text."""
    expect(page.locator("#source")).to_have_value(text)


def bring(page, way):
    """Open the ways to bring data, at one of them."""
    if page.locator("#own").is_hidden():
        page.locator("#data-own").click()
    page.locator("#own").get_by_role("button", name=way, exact=True).click()


def paste(page, text):
    """Put a text into the table's field as a paste does, and use it."""
    bring(page, "Table")
    page.fill("#own-table", text)
    page.get_by_role("button", name="Use it").click()


def said(page, words):
    expect(page.locator("#own-said")).to_contain_text(words)


def click_at(page, x1, x2, reach=3, **options):
    """Click into the plane, at coordinates of the plane."""
    box = page.locator("#own-plane").bounding_box()
    place = {
        "x": box["width"] * (1 + x1 / reach) / 2,
        "y": box["height"] * (1 - x2 / reach) / 2,
    }
    page.locator("#own-plane").click(position=place, **options)


def points(page):
    """Return the points as a screen reader says them."""
    return page.locator(".point").evaluate_all("all => all.map(p => p.getAttribute('aria-label'))")


def called(page, expression):
    """Evaluate an expression over what static/call.js exports."""
    return page.evaluate(f"import('/static/call.js').then((call) => ({expression}))")


# the words data(...)

CALLS = [
    (MOONS, "n", "50", MOONS.replace('("moons")', '("moons", n=50)')),
    (NOTED, "n", "50", NOTED.replace("noise = 0.1)", "noise = 0.1, n=50)")),
    (NOTED, "noise", "0.2", NOTED.replace("noise = 0.1)", "noise = 0.2)")),
    (NOTED, "table", '"xor"', NOTED.replace('"moons"', '"xor"')),
    ("a, b = data('sine', n=-3,\n  seed=(1))", "n", "4", "a, b = data('sine', n=4,\n  seed=(1))"),
    ("a, b = data('sine', n=-3,\n  seed=(1))", "seed", "2", "a, b = data('sine', n=-3,\n  seed=2)"),
    ("σ1, 𝛼 = data('sine')", "seed", "2", "σ1, 𝛼 = data('sine', seed=2)"),
    ("x = mydata('sine')", "n", "4", "x = mydata('sine')"),
    ("v = Value(1, label='data(1)')", "n", "4", "v = Value(1, label='data(1)')"),
    ("x, y = data('sine'", "n", "4", "x, y = data('sine'"),
]


@pytest.mark.parametrize(("text", "name", "written", "wanted"), CALLS)
def test_an_argument_is_written_and_all_else_stays_byte_for_byte(page, text, name, written, wanted):
    visit(page)
    arguments = ", ".join(map(json.dumps, (text, name, written)))
    assert called(page, f"call.withArgument({arguments})") == wanted


def test_fields_say_what_the_text_says_and_rewrite_it(page):
    visit(page, NOTED)
    expect(page.locator("#data-table")).to_have_value("moons")
    fields = {"#data-n": "200", "#data-noise": "0.1", "#data-seed": "1"}
    for field, shown in fields.items():
        expect(page.locator(field)).to_have_value(shown)
    page.fill("#data-n", "50")
    page.keyboard.press("Enter")
    source(page, NOTED.replace("noise = 0.1)", "noise = 0.1, n=50)"))
    page.get_by_role("button", name="New sample").click()
    source(page, NOTED.replace("noise = 0.1)", "noise = 0.1, n=50, seed=2)"))
    page.focus("#data-noise")
    page.keyboard.press("ArrowUp")
    source(page, NOTED.replace("noise = 0.1)", "noise = 0.15, n=50, seed=2)"))
    write(page, MOONS)
    expect(page.locator("#data-noise")).to_have_value("0.1")
    expect(page.locator("#data-seed")).to_have_value("1")


def test_fields_know_what_the_language_takes_where_a_program_does_not_say(page):
    visit(page, MOONS)
    usual = inspect.signature(Source.table).parameters
    for name in ("n", "seed"):
        expect(page.locator(f"#data-{name}")).to_have_attribute(
            "data-usual", str(usual[name].default)
        )
    for name, table in TABLES.items():
        option = page.locator(f"#data-table option[value={name}]")
        expect(option).to_have_attribute("data-noise", str(table.noise))


def test_a_field_that_holds_no_number_changes_nothing(page):
    visit(page, MOONS)
    page.fill("#data-n", "many")
    page.keyboard.press("Tab")
    expect(page.locator("#data-n")).to_have_attribute("aria-invalid", "true")
    source(page, MOONS)


def test_another_table_of_the_same_kind_changes_its_name_only(page):
    visit(page, NOTED)
    page.select_option("#data-table", "circles")
    source(page, NOTED.replace('"moons"', '"circles"'))
    expect(page.locator("#fault")).to_be_empty()


def test_a_table_that_the_program_cannot_take_brings_one_that_can(page):
    visit(page, MOONS)
    page.select_option("#data-table", "blobs")
    expect(page.locator("#source")).to_have_value(re.compile("cross_entropy"))
    expect(card(page, "loss")).to_be_visible()
    expect(page.locator("#fault")).to_be_empty()
    page.focus("#source")
    page.keyboard.press("Control+z")
    source(page, MOONS)


def test_without_data_the_panel_is_a_quiet_button(page):
    visit(page, "x = 3\ny = x*x")
    expect(page.locator("#data").get_by_role("heading")).to_be_hidden()
    expect(page.locator("#data-table")).to_be_hidden()
    page.get_by_role("button", name="Add data").click()
    page.select_option("#data-table", "line")
    expect(page.locator("#source")).to_have_value(re.compile(r'^x, y = data\("line"\)'))
    expect(card(page, "loss")).to_be_visible()


def test_rows_that_the_text_holds_are_neither_built_in_nor_ones_own(page):
    visit(page, f"x1, x2, y = data([[0, 0, -1], [1, 1, 1]])\n{NET}")
    expect(page.locator("#data-table option:checked")).to_have_text("written out")
    expect(page.locator("#data-n")).to_be_hidden()
    expect(page.locator("#data-count")).to_have_text("of 2")


def test_samples_are_gone_through_one_by_one(page):
    visit(page, f"x1, x2, y = data([[0.5, 0, -1], [0.25, 1, 1], [2, 2, 1]])\n{NET}")
    expect(page.locator("#data-sample")).to_have_value("1")
    expect(value(page, "x1")).to_have_text("0.5")
    previous = page.get_by_role("button", name="Previous sample")
    expect(previous).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Next sample").click()
    expect(value(page, "x1")).to_have_text("0.25")
    page.fill("#data-sample", "3")
    page.keyboard.press("Enter")
    expect(value(page, "x1")).to_have_text("2")
    page.fill("#data-sample", "9")
    page.keyboard.press("Enter")
    expect(page.locator("#data-sample")).to_have_value("3")


def test_a_sample_beyond_the_end_of_a_shorter_table_is_its_last(page):
    visit(page, MOONS)
    page.fill("#data-sample", "150")
    page.keyboard.press("Enter")
    page.fill("#data-n", "20")
    page.keyboard.press("Enter")
    expect(page.locator("#data-count")).to_have_text("of 20")
    expect(page.locator("#data-sample")).to_have_value("20")


# a table


def test_pasted_csv_becomes_the_programs_data(page):
    visit(page, MOONS)
    paste(page, CSV)
    said(page, "Your table: 4 rows, 2 classes: no, yes.")
    source(page, MOONS.replace('"moons"', '"mine"'))
    expect(value(page, "x1")).to_have_text("0.5")
    expect(page.locator("#data-table")).to_have_value("mine")
    expect(page.locator("#data-count")).to_have_text("of 4")


def test_a_paste_needs_no_button(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, MOONS)
    bring(page, "Table")
    page.evaluate("text => navigator.clipboard.writeText(text)", CSV)
    page.focus("#own-table")
    page.keyboard.press("Control+v")
    said(page, "4 rows")
    source(page, MOONS.replace('"moons"', '"mine"'))


def test_a_program_that_does_not_fit_gives_way_to_one_that_does(page):
    visit(page, "x = 3\ny = x*x")
    page.get_by_role("button", name="Add data").click()
    paste(page, IRIS)
    said(page, "3 rows, 3 classes: setosa, versicolor, virginica.")
    expect(page.locator("#source")).to_have_value(
        re.compile(r'^sepal_length, petal_length, kind = data\("mine"\)')
    )
    expect(card(page, "petal_length")).to_be_visible()
    expect(page.locator("#fault")).to_be_empty()


def test_bad_rows_are_named_by_line_and_the_rest_is_used(page):
    visit(page, MOONS)
    paste(page, CSV + "x,1,no\n1,2\n")
    said(page, "4 rows")
    said(page, "Left out: 2.")
    said(page, "Line 6: x1 is x, which is no number.")
    said(page, "Line 7: It has 2 cells, the first line 3 names.")


def test_a_text_that_is_no_table_is_refused_beside_the_field(page):
    visit(page, MOONS)
    paste(page, "1,2,3\n4,5,6")
    said(page, "The first line holds numbers where the columns' names should be.")
    expect(page.locator("#own-table")).to_have_attribute("aria-invalid", "true")
    source(page, MOONS)


def test_a_file_is_chosen(page):
    visit(page, MOONS)
    bring(page, "Table")
    file = {"name": "kinds.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.set_input_files("#own-file", file)
    said(page, "kinds.csv: 4 rows")
    expect(value(page, "x1")).to_have_text("0.5")


def test_a_file_is_dropped_anywhere(page):
    visit(page, MOONS)
    dropped = page.evaluate_handle(
        """(text) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], 'dropped.csv', {type: 'text/csv'}));
          return carried;
        }""",
        CSV,
    )
    page.dispatch_event("#canvas", "drop", {"dataTransfer": dropped})
    source(page, MOONS.replace('"moons"', '"mine"'))
    expect(page.locator("#own-said")).to_have_text(re.compile("dropped.csv: 4 rows"))


# points


def test_clicks_add_points_of_two_classes(page):
    visit(page, MOONS)
    bring(page, "Points")
    click_at(page, 1.5, -0.75)
    click_at(page, -1.5, 0.75, modifiers=["Shift"])
    assert points(page) == ["Class 1 at 1.5, −0.75", "Class −1 at −1.5, 0.75"]
    source(page, MOONS.replace('"moons"', '"mine"'))
    expect(value(page, "x1")).to_have_text("1.5")
    expect(page.locator("#data-count")).to_have_text("of 2")


def test_a_third_class_brings_a_program_that_knows_three(page):
    visit(page, MOONS)
    bring(page, "Points")
    click_at(page, 1.5, 0)
    source(page, MOONS.replace('"moons"', '"mine"'))
    page.locator("[data-kind='2']").click()
    click_at(page, -1.5, 0)
    expect(page.locator("#source")).to_have_value(re.compile("cross_entropy"))
    assert points(page) == ["Class 1 at 1.5, 0", "Class 2 at −1.5, 0"]
    expect(card(page, "loss")).to_be_visible()
    expect(page.locator("#fault")).to_be_empty()


def test_a_point_is_dragged(page):
    visit(page, MOONS)
    bring(page, "Points")
    click_at(page, 0, 0)
    box = page.locator("#own-plane").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + box["width"] / 4, middle[1] - box["height"] / 4, steps=5)
    page.mouse.up()
    assert points(page) == ["Class 1 at 1.5, 1.5"]
    expect(value(page, "x2")).to_have_text("1.5")


def test_points_are_removed_in_every_way(page):
    visit(page, MOONS)
    bring(page, "Points")
    for place in range(5):
        click_at(page, place / 2, 0)
    click_at(page, 0, 0, modifiers=["Control"])
    click_at(page, 0.5, 0, button="right")
    page.get_by_role("button", name="Remove").click()
    click_at(page, 1, 0)
    assert points(page) == ["Class 1 at 1.5, 0", "Class 1 at 2, 0"]
    page.locator(".point").first.focus()
    page.keyboard.press("Delete")
    assert points(page) == ["Class 1 at 2, 0"]
    page.get_by_role("button", name="Clear").click()
    assert points(page) == []


def test_everything_about_points_can_be_done_by_keys(page):
    visit(page, MOONS)
    bring(page, "Points")
    page.focus("#own-plane")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert points(page) == ["Class 1 at 0, 0", "Class 1 at 0.5, 0.1"]
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert points(page) == ["Class 1 at 0, 0", "Class −1 at 0.4, 0.1"]
    page.keyboard.press("PageUp")
    page.keyboard.press("Delete")
    assert points(page) == ["Class −1 at 0.4, 0.1"]
    expect(page.locator(".point")).to_be_focused()
    expect(value(page, "x1")).to_have_text("0.4")


def test_points_are_counted_as_the_program_counts_its_classes(page):
    chance = (
        'x1, x2, y = data("moons", labels=(0, 1))\nmlp = MLP(2, [4, 1])\n'
        "p = sigmoid(mlp(x1, x2))\nloss = binary_cross_entropy(p, y)"
    )
    visit(page, chance)
    bring(page, "Points")
    click_at(page, 1.5, 0, modifiers=["Shift"])
    source(page, chance.replace('"moons", labels=(0, 1)', '"mine"'))
    assert points(page) == ["Class 0 at 1.5, 0"]
    expect(value(page, "y")).to_have_text("0")
    expect(page.locator("#fault")).to_be_empty()


# a rule


def test_a_rule_makes_points_on_both_sides_of_it(page):
    visit(page, MOONS)
    bring(page, "Rule")
    page.fill("#own-n", "300")
    page.fill("#own-rule", "y > sin(3*x)")
    page.keyboard.press("Enter")
    said(page, "y > sin(3*x): 300 rows, 2 classes.")
    source(page, MOONS.replace('"moons"', '"mine"'))
    expect(page.locator("#data-count")).to_have_text("of 300")


def test_a_rule_that_is_refused_says_why(page):
    visit(page, MOONS)
    bring(page, "Rule")
    page.fill("#own-rule", "y > tnh(x)")
    page.keyboard.press("Enter")
    said(page, "There is no function called tnh. Did you mean tanh?")
    source(page, MOONS)


# what stays


def test_small_data_of_ones_own_is_in_the_link(page, browse):
    visit(page, MOONS)
    bring(page, "Points")
    click_at(page, 1.5, -0.75)
    click_at(page, -1.5, 0.75, modifiers=["Shift"])
    page.wait_for_url(lambda url: "&data=x1,x2,y:-1:1;1.5,-0.75,1;-1.5,0.75,-1" in url)
    other = browse()
    other.goto(page.url)
    alive(other)
    expect(value(other, "x1")).to_have_text("1.5")
    expect(other.locator("#fault")).to_be_empty()
    assert points(other) == points(page)


def test_a_rule_is_in_the_link_whatever_its_size(page, browse):
    visit(page, MOONS)
    bring(page, "Rule")
    page.fill("#own-n", "500")
    page.fill("#own-rule", "y > x^2")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "&data=y+%3E+x^2;500;0;1" in url)
    other = browse()
    other.goto(page.url)
    alive(other)
    expect(other.locator("#data-count")).to_have_text("of 500")
    shown = value(page, "x1").text_content()
    expect(value(other, "x1")).to_have_text(shown)


def test_a_reload_keeps_a_table_too_large_for_the_link(page):
    visit(page, MOONS)
    rows = "".join(f"{number},{-number},{number % 2}\n" for number in range(200))
    paste(page, f"a,b,kind\n{rows}")
    expect(page.locator("#data-count")).to_have_text("of 200")
    mine = MOONS.replace('"moons"', '"mine"')
    page.wait_for_url(address(mine))
    page.reload()
    expect(page.locator("#data-count")).to_have_text("of 200")
    expect(page.locator("#fault")).to_be_empty()


@pytest.fixture
def forgetful():
    """The address of a server that has room for one small table only."""
    yield from serve(create_app(Settings(dataset_bytes=1_500)))


def test_data_that_the_server_has_forgotten_is_sent_again(forgetful, browse, complaints):
    complaints.allow("status of 410")
    page = browse(base_url=forgetful)
    visit(page, MOONS)
    paste(page, CSV)
    expect(value(page, "x1")).to_have_text("0.5")
    other = page.request.post("/data", data={"points": [[3, 3, 1]]})
    assert other.ok
    mine = MOONS.replace('"moons"', '"mine"')
    page.fill("#source", f"{mine} + 0*x1")
    expect(card(page, "0*x1")).to_be_visible()
    expect(value(page, "x1")).to_have_text("0.5")
    expect(page.locator("#fault")).to_be_empty()


# presets


def test_a_preset_opens_learning_with_its_settings(page):
    visit(page)
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("link", name="micrograd's demo").click()
    page.wait_for_url("**&learn=1&**")
    alive(page)
    expect(page.locator("body")).to_have_attribute("data-mode", "learn")
    shown = {"lr": "1", "schedule": "linear", "horizon": "100", "final": "0.1", "stop-after": "100"}
    for setting, number in {"optimizer": "sgd", **shown}.items():
        expect(page.locator(f"#{setting}")).to_have_value(number)
    expect(page.locator("#data-n")).to_have_value("100")


# everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_has_no_grave_fault_of_access(browse, axe, scheme):
    page = browse(color_scheme=scheme)
    visit(page, MOONS)
    for way in ("Table", "Points", "Rule"):
        bring(page, way)
        if way == "Points":
            click_at(page, 0, 0)
        assert axe(page) == []


def test_at_the_width_of_a_phone_nothing_runs_over(browse):
    page = browse(viewport={"width": 390, "height": 844})
    visit(page, MOONS)
    for way in ("Table", "Points", "Rule"):
        bring(page, way)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_finger_adds_points(browse):
    page = browse(viewport={"width": 390, "height": 844}, has_touch=True)
    visit(page, MOONS)
    bring(page, "Points")
    page.locator("#own-plane").tap(position={"x": 60, "y": 60})
    assert len(points(page)) == 1
    expect(page.locator("#data-count")).to_have_text("of 1")
