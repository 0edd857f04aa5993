"""The picture as text: well-formed, escaped, one card a node, one wire an operand."""

import os
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pictures import Pictures
from app.settings import Settings
from engine.errors import ProgramError
from tests.app.pictures import SVG, cards, wires
from tests.engine.programs import written

GOLDEN = Path(__file__).parents[2] / "data" / "neuron.svg"
NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"
HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "</title>",
    "&amp;",
    '"',
    "'",
    "<!--",
    "{{ 7*7 }}",
]


def svg_of(source, **inputs):
    """Return the text of a program's picture."""
    return str(picture(*numbers_of(source, inputs)))


def numbers_of(source, inputs):
    """Return the pictures that know a program, and its numbers."""
    pictures = Pictures(Settings())
    return pictures, pictures.numbers(source, inputs)


def picture(pictures, numbers):
    drawing = pictures.drawing(numbers.program)
    cards = dict(zip(drawing.nodes, numbers.cards(drawing.nodes), strict=True))
    return drawing.svg(cards, numbers.boxes(drawing.folded), numbers.wires(drawing))


def read(text):
    return ET.fromstring(text)


@given(made=written())
@settings(max_examples=30)
def test_any_picture_is_well_formed_with_a_card_a_node_and_a_wire_an_operand(made):
    pictures, numbers = numbers_of(made.text, {})
    graph = numbers.program.graph
    svg = read(picture(pictures, numbers))
    assert [card.node for card in cards(svg)] == list(range(len(graph)))
    pairs = {(operand, node) for node, _, operands in graph.steps for operand in operands}
    drawn = [(source, target) for source, target, _ in wires(svg)]
    assert (len(drawn), set(drawn)) == (len(pairs), pairs)


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_is_only_text(label):
    quote = "'" if '"' in label else '"'
    svg = read(svg_of(f"Value(2.0, label={quote}{label}{quote})*x"))
    assert {element.tag for element in svg.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "g", "path", "rect", "text", "title", "circle")
    }
    assert cards(svg)[0].spoken.strip().startswith(label.strip())


@given(label=st.text(min_size=1))
@settings(max_examples=80)
def test_a_label_of_any_signs_is_refused_or_leaves_the_picture_well_formed(label):
    with suppress(ProgramError):
        read(svg_of(f"Value(2.0, label='{label}')*x"))


def test_words_in_quotes_in_the_program_are_escaped_where_they_name_a_card():
    text = svg_of("tanh(Value(2, label='a<b')*x)")
    assert "a<b" not in text
    assert "a&lt;b" in text


def test_no_picture_carries_ids_or_styles_or_scripts():
    text = svg_of(NEURON)
    for word in (" id=", " style=", "<style", "<script", " onclick", "javascript:"):
        assert word not in text


def test_numbers_are_rounded_once():
    text = svg_of(NEURON, x1=1 / 3)
    places = [word for part in text.split('"')[1::2] if "." in part for word in part.split()]
    assert all(len(word.rpartition(".")[2]) <= 17 for word in places)
    paths = [path for path in read(text).iter(f"{SVG}path") if "data-source" in path.attrib]
    for path in paths:
        decimals = [word.partition(".")[2] for word in path.attrib["d"].replace(",", " ").split()]
        assert max(map(len, decimals)) <= 2


def test_a_card_tells_what_kind_of_node_it_is():
    svg = read(svg_of("w = 2\ny = w*3\ny + 1"))
    kinds = [card.looks & {"parameter", "constant", "result", "output"} for card in cards(svg)]
    assert kinds == [{"parameter"}, {"constant"}, {"result"}, {"constant"}, {"output"}]


def test_every_result_wears_its_op_and_no_leaf_does():
    svg = read(svg_of("y = tanh(x*w)"))
    groups = [group for group in svg.iter(f"{SVG}g") if "data-node" in group.attrib]
    badges = [
        ["".join(part.itertext()) for part in group if "badge" in part.get("class", "")]
        for group in groups
    ]
    assert badges == [[], [], ["×"], ["tanh"]]


def test_the_picture_reads_as_a_list_of_nodes():
    svg = read(svg_of("x*x"))
    assert svg.attrib["role"] == "group"
    groups = [group for group in svg.iter(f"{SVG}g") if "data-node" in group.attrib]
    assert [group.attrib["role"] for group in groups] == ["listitem"] * 2
    assert [group.attrib["tabindex"] for group in groups].count("0") == 1
    assert "2 nodes" in svg_of("x*x")
    assert "1 node," in svg_of("x")


def test_everything_lies_inside_the_view():
    svg = read(svg_of(NEURON))
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    for card in cards(svg):
        x, y = map(float, card.place.removeprefix("translate(").rstrip(")").split())
        assert left <= x <= left + width
        assert top <= y <= top + height


def test_the_same_program_is_drawn_the_same():
    assert svg_of(NEURON) == svg_of(NEURON)


def test_the_neuron_looks_as_it_did():
    """Rewrite the picture with REWRITE_GOLDEN=1, and read the difference before committing it."""
    lines = svg_of(NEURON).replace("><", ">\n<") + "\n"
    if os.environ.get("REWRITE_GOLDEN") == "1":
        GOLDEN.write_text(lines, "utf-8")
    assert lines == GOLDEN.read_text("utf-8")
