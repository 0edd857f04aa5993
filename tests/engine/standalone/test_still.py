"""A picture by itself: well-formed, self-contained, alone with its classes, right at every step."""

import base64
import re
from xml.etree import ElementTree as ET

import pytest

import engine.standalone.cell  # noqa: F401  an Expr shows itself by it
from engine import Expr, Graph
from engine.computed import Computed
from engine.drawing.folding import fold
from engine.drawing.looks import sheet, tokens
from engine.errors import GraphError
from engine.numerals import short, signed
from engine.program import parse
from engine.standalone.scene import laid_out
from engine.standalone.still import structure_svg, svg

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"
NETWORK = "mlp = MLP(2, [4, 1])\ny = mlp([1.0, -2.0])"
NAMES = "{http://www.w3.org/2000/svg}"


def computed(text=NEURON):
    return Computed.of_program(parse(text))


def cards(text):
    """Return, by node, the classes of each card and its texts by their class."""
    found = {}
    for group in ET.fromstring(text).iter(f"{NAMES}g"):
        if "data-node" in group.attrib:
            texts = {
                each.get("class")[3:]: each.text or "" for each in group.findall(f"{NAMES}text")
            }
            found[int(group.get("data-node"))] = (group.get("class").split(), texts)
    return found


@pytest.mark.parametrize("dark", [False, True, None])
@pytest.mark.parametrize("text", [NEURON, NETWORK])
def test_it_is_one_svg_that_needs_nothing_else(text, dark):
    picture = svg(computed(text), dark=dark)
    root = ET.fromstring(picture)
    assert root.tag == f"{NAMES}svg"
    for needed in ("var(", "light-dark", "color-mix", "url(", "href", "@import", "@font-face"):
        assert needed not in picture
    assert picture.count("http") == picture.count("http://www.w3.org/2000/svg") == 1


@pytest.mark.parametrize(
    ("dark", "root"), [(False, "gw-light"), (True, "gw-dark"), (None, "gw-auto")]
)
def test_its_rules_and_its_classes_are_its_own(dark, root):
    picture = svg(computed(), dark=dark)
    tree = ET.fromstring(picture)
    rules = tree.find(f"{NAMES}style").text
    for selectors in re.findall(r"([^{}]+)\{", re.sub(r"@media [^{]*\{", "", rules)):
        assert all(each.strip().startswith(f".{root}") for each in selectors.split(","))
    for element in tree.iter():
        assert all(name.startswith("gw-") for name in element.get("class", "").split())


def test_the_picture_of_a_file_is_drawn_by_programs_that_know_few_selectors():
    rules = sheet("picture.css").partition("*/")[2]
    assert not re.search(r":(is|not|where|has|hover|focus)|\[|\bfont:|color-mix", rules)


def test_dark_has_the_colours_of_the_dark_page():
    light, dark = svg(computed()), svg(computed(), dark=True)
    assert tokens(dark=False)["bg"] in light
    assert tokens(dark=True)["bg"] in dark
    assert tokens(dark=False)["bg"] not in dark
    assert tokens(dark=True)["bg"] in svg(computed(), dark=None).partition("@media")[2]


def test_finished_it_shows_every_value_and_every_gradient():
    work = computed()
    shown = cards(svg(work))
    assert len(shown) == len(work.graph)
    for node, (_, texts) in shown.items():
        assert texts["value"] == short(work.values[node, 0])
        assert texts["grad"] == signed(work.found.nodes[node, 0])


def test_at_a_step_it_shows_what_is_known_by_then():
    work = computed()
    trace = work.trace
    for step in range(1, trace.total("node") + 1):
        events = trace.cuts("node")[step]
        for node, (_, texts) in cards(svg(work, step=step)).items():
            known = [each for each in trace.moments[node] if each.at <= events][-1]
            assert texts["value"] == ("" if known.value is None else short(known.value))
            assert texts["grad"] == ("" if known.gradient is None else signed(known.gradient))


def test_at_a_step_what_acts_and_what_it_acts_on_is_marked():
    work = computed()
    n, o = work.graph.labels.index("n"), work.graph.labels.index("o")
    step = work.trace.step_of(work.trace.starts[2].start, "node") + 1  # o passes its gradient on
    picture = svg(work, step=step)
    marked = {
        node: kind for node, (looks, _) in cards(picture).items() for kind in ("now", "beside")
        if f"gw-{kind}" in looks
    }  # fmt: skip
    assert marked == {o: "now", n: "beside"}
    looks = [each.get("class", "") for each in ET.fromstring(picture).iter()]
    assert [each for each in looks if "gw-wire" in each and "gw-now" in each] == [
        "gw-wire gw-positive gw-now"
    ]


def test_on_the_way_boxes_tell_no_number_and_the_one_that_acts_is_marked():
    work = computed(NETWORK)
    closed = laid_out(fold(work.graph))
    finished, walking = svg(work, picture=closed), svg(work, picture=closed, step=20)
    assert "nodes\nvalues" in finished
    assert "nodes\nvalues" not in walking
    assert "gw-hollow gw-now" in walking


@pytest.mark.parametrize("step", [0, -1, 10_000])
def test_a_step_that_there_is_not_is_refused_in_a_sentence(step):
    with pytest.raises(GraphError, match=f"There is no step {step}: this walk has"):
        svg(computed(), step=step)


def test_a_graph_without_numbers_shows_names_and_ops_and_no_number():
    graph = computed().graph
    picture = structure_svg(graph)
    for looks, texts in cards(picture).values():
        assert "gw-bare" in looks
        assert texts["value"] == texts["grad"] == ""
        assert texts["name"]
    assert ">tanh<" in picture
    assert "not reached" not in picture


def test_an_expr_and_a_graph_show_themselves_and_are_not_changed_by_it():
    x, w = Expr(2.0, label="x"), Expr(-3.0, label="w")
    y = (x * w).tanh()
    x.data = 5.0
    before = [(each.data, each.grad) for each in (x, w, y)]
    assert ET.fromstring(y._repr_svg_()).get("class") == "gw-auto"
    assert "gw-bare" in Graph.of(y)._repr_svg_()
    assert [(each.data, each.grad) for each in (x, w, y)] == before


def test_where_no_svg_is_trusted_an_image_of_it_stands_in():
    x = Expr(2.0, label="x")
    y = (x * x).tanh()
    for thing in (y, Graph.of(y)):
        found = thing._repr_html_()
        inside = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', found)[1]
        assert base64.b64decode(inside).decode() == thing._repr_svg_()
        image = ET.fromstring(found)
        assert image.tag == "img"
        assert image.get("alt") == "Computation graph"
        assert image.get("style") == "max-width:100%; height:auto"


def test_names_with_marks_of_markup_stand_in_it_as_they_are():
    x = Expr(2.0, label='<b class="card">&')
    root = ET.fromstring(svg(Computed.of(x * x)))
    assert '<b class="card">&' in "".join(root.itertext())
