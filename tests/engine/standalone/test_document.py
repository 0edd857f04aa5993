"""The document: one file, all of it inside, the engine's own numbers, and never too large."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser

import pytest

from engine import Expr, Graph
from engine.computed import Computed
from engine.drawing.opening import FLAT
from engine.errors import ExportError, ExprError, GraphError
from engine.numerals import short
from engine.program import parse
from engine.scopes import scope
from engine.standalone.cell import show
from engine.standalone.document import document
from engine.standalone.folds import LESS, MORE, MOST_ITEMS, MOST_PICTURES, states
from engine.standalone.raster import png
from engine.standalone.still import svg
from engine.trace import trace

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"
NETWORK = "mlp = MLP(2, [4, 1])\ny = mlp([1.0, -2.0])"
DEEP = "mlp = MLP(2, [8, 8, 1])\ny = mlp([1.0, -2.0])"


def computed(text=NEURON):
    return Computed.of_program(parse(text))


def payload(text):
    """Return what the scripts of a document read."""
    packed, inside = re.search(r'id="payload"( data-packed)?>([^<]*)</script>', text).groups()
    return json.loads(gzip.decompress(base64.b64decode(inside)) if packed else inside)


class Balanced(HTMLParser):
    """Counts the elements that are open."""

    def __init__(self):
        super().__init__()
        self.opened = []

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "input"}:
            self.opened.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Such an element is open and closed at once."""

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag


@pytest.mark.parametrize("text", [NEURON, NETWORK])
def test_it_is_one_file_that_asks_for_nothing(text):
    found = document(computed(text))
    parser = Balanced()
    parser.feed(found)
    assert not parser.opened
    addresses = set(re.findall(r"https?:[^\"'\s)]+", found))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert not re.search(r"\b(src|href)=|url\(|@import|\bimport[ (]|fetch\(", found)


def test_the_lecture_s_neuron_is_a_small_file():
    assert len(document(computed()).encode()) < 120_000


def test_what_it_shows_is_what_the_engine_has_found():
    work = computed()
    found = payload(document(work))
    assert found["total"] == work.trace.total("node") == len(found["steps"])
    for node in range(len(work.graph)):
        told = [(at, value) for at, _, value, *_ in found["cards"][str(node)]]
        moments = work.trace.moments[node]
        known = [(m.at, "" if m.value is None else short(m.value)) for m in moments]
        assert told == known


def test_names_with_marks_of_markup_stand_in_it_as_they_are():
    x = Expr(2.0, label="</script><!--payload--><b>")
    found = document(Computed.of(x * x), title="<i>&")
    assert found.count("<!--payload-->") == 0
    assert found.count("</script>") == 2
    assert "<title>&lt;i&gt;&amp;</title>" in found
    assert "<b>" not in found


def test_without_scripts_the_picture_is_there():
    body = document(computed()).partition('id="payload"')[0]
    assert body.count('<g class="card ') == 10
    assert '<div class="transport" id="transport" role="group" aria-label="Steps" hidden>' in body


@pytest.mark.parametrize("text", [NETWORK, DEEP, NEURON])
def test_every_move_leads_to_a_picture_and_there_is_a_way_back(text):
    found = states(computed(text).graph)
    assert 1 <= len(found) <= MOST_PICTURES
    assert sum(len(state.picture.folded.items) for state in found) <= MOST_ITEMS
    for state in found:
        for move, place in state.moves.items():
            scope = move[1:]
            paths = found[place].picture.folded.forest.scopes
            opened = found[place].opened
            if move.startswith("+"):
                assert paths.by_path[scope] in opened
                assert f"−{scope}" in found[place].moves
            elif move.startswith("−"):
                assert paths.by_path[scope] not in opened


def test_a_small_network_folds_box_by_box_and_a_large_one_one_beside_the_other():
    small, large = states(computed(NETWORK).graph), states(computed(DEEP).graph)
    assert all(
        f"+{state.picture.folded.forest.scopes.paths[item.scope]}" in state.moves
        for state in small
        for item in state.picture.folded.items
        if item.kind == "box"
    )
    assert small[0].opened is None
    assert LESS in small[0].moves
    assert any(state.moves.get(MORE) == 0 for state in small)
    assert all(len(state.picture.folded.items) <= FLAT for state in large)


def test_an_open_stack_pages_all_round_and_what_was_open_in_it_stays_open():
    text = (
        "mlp = MLP(1, [2, 1])\nloss = 0.0\nfor x in [1.0, 2.0, 3.0]:\n    loss = loss + mlp([x])**2"
    )
    found = states(computed(text).graph)
    pages = [(state, move) for state in found for move in state.moves if move.startswith(">")]
    assert pages
    for state, move in pages:
        other = found[state.moves[move]]
        assert other.picture.folded.forest.scopes.by_path[move[1:]] in other.opened
        assert len(other.opened) == len(state.opened)


def test_a_long_walk_goes_phase_by_phase_and_says_so():
    text = "y = 1.0\nw = 0.999\nfor i in range(700):\n    y = y*w + 0.001\n"
    work = computed(text)
    found = document(work)
    assert [name for name, *_ in payload(found)["phases"]] == [
        "forward",
        "seed",
        "backward",
        "update",
    ]
    assert payload(found)["total"] == 4
    steps = work.trace.total("node")
    assert f"This walk has {steps:,} steps; here it goes phase by phase. gradwalk serve" in found


def test_another_walk_can_be_carried_with_its_mistakes():
    work = computed("a = 3\nb = a*a + a")
    wrong = trace(work.graph, work.values, mistakes={"overwrite"})
    a = work.graph.labels.index("a")
    assert payload(document(work))["cards"][str(a)][-1][5] == "grad"
    assert payload(document(work, trace=wrong))["cards"][str(a)][-1][5] == "right +7"
    assert "right +7" in svg(work, trace=wrong)


def test_a_cell_carries_the_document_in_a_frame_and_a_picture_beside_it():
    x = Expr(2.0, label="x")
    y = (x * x).tanh(label="y")
    shown = show(y, height=300)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/html"].startswith(
        '<iframe sandbox="allow-scripts" width="100%" height="300"'
    )
    inside = re.search("srcdoc='([^']*)'", bundle["text/html"])[1]
    assert inside.replace("&#39;", "'").replace("&amp;", "&") == document(Computed.of(y))
    picture = re.search('data:image/svg\\+xml;base64,([^"]*)', bundle["text/html"])[1]
    assert base64.b64decode(picture).decode() == bundle["image/svg+xml"] == shown._repr_svg_()
    assert (y.grad, x.grad, x.data) == (0.0, 0.0, 2.0)


def test_a_cell_is_kept_as_a_file(tmp_path):
    x = Expr(2.0, label="x")
    shown = show(x * x)
    shown.save(tmp_path / "x.html")
    shown.save(str(tmp_path / "x.svg"))
    shown.save(tmp_path / "y.HTM")
    shown.save(tmp_path / "x.png")
    assert (tmp_path / "y.HTM").read_text("utf-8") == shown.html
    assert (tmp_path / "x.png").read_bytes() == png(Computed.of(x * x))
    assert (tmp_path / "x.html").read_text("utf-8") == document(Computed.of(x * x)) == shown.html
    assert (tmp_path / "x.svg").read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize("thing", ["x", 3, Graph.of(Expr(2.0))])
def test_what_has_no_numbers_is_not_shown(thing):
    with pytest.raises(ExprError, match=r"[Ss]how"):
        show(thing)


@pytest.mark.parametrize("name", ["x.pdf", "x.json", "x", "x.html.gz"])
def test_a_file_of_another_kind_is_refused_before_it_is_written(name, tmp_path):
    shown = show(Expr(2.0, label="x"))
    with pytest.raises(ExportError, match=r"\.html, \.svg or \.png"):
        shown.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("height", ["a", -1, 0, float("nan"), float("inf"), [300], True])
def test_a_height_that_is_none_is_refused_in_a_sentence(height):
    with pytest.raises(ExprError, match="height"):
        show(Expr(2.0), height=height)


def test_a_document_opens_at_a_step_whatever_it_is_counted_in():
    work = computed()
    assert payload(document(work))["start"] is None
    assert payload(document(work, step=14))["start"] == 14
    (phase,) = [k for k, each in enumerate(work.trace.phases("node")) if each.name == "backward"]
    begun = payload(document(work, step=phase + 1, grain="phase"))
    assert begun["start"] == work.trace.phases("node")[phase + 1].start
    with pytest.raises(GraphError, match="There is no step 99"):
        document(work, step=99)


def test_names_that_no_text_can_hold_are_replaced():
    with scope("s\ud800\x00"):
        x = Expr(2.0, label="x")
        y = (x * x).tanh(label="o\ud800")
    mark = "\N{REPLACEMENT CHARACTER}"
    found = document(Computed.of(y))
    found.encode()
    assert f"<title>o{mark}, step by step</title>" in found
    document(Computed.of(y), title="\ud800").encode()
    assert f"s{mark}{mark}" in document(Computed.of(y))
    svg(Computed.of(y)).encode()


NOTE = "Not all that is folded opens in this file."


def test_what_does_not_open_is_said_only_where_something_is_folded():
    pages = "w = param(0.5)\nloss = 0.0\nfor x in range(20):\n    loss = loss + (w*x + 1)**2\n"
    first, *_ = states(computed(pages).graph)
    assert first.opened is None  # all of it is seen
    assert NOTE not in document(computed(pages))
    assert NOTE in document(computed(DEEP))
