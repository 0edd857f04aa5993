"""The labelled graph: all of a graph as JSON, and read back; what is no such thing is refused."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.computed import Computed
from engine.errors import ExportError
from engine.export.labelled import from_json, json_text
from engine.expr import Expr
from engine.native import forward
from tests.engine.export.printing import work_of
from tests.engine.graphs import USUAL, graphs, numbers

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"
LEAF = {"id": 0, "label": "x", "op": None, "operands": [], "value": 3.0, "learnable": True}
SQUARE = {"id": 1, "label": None, "op": "mul", "operands": [0, 0], "learnable": False}
GOOD = {"nodes": [LEAF, SQUARE], "output": 1}


def again(work):
    return Computed.of(from_json(json_text(work)))


def facts(work):
    """Return what is to be kept: of each node that matters, its structure, names and numbers."""
    graph = work.graph
    kept = np.flatnonzero(graph.reaching)
    places = {node: place for place, node in enumerate(kept.tolist())}
    return [
        (
            graph.labels[node] or None,
            graph.op(node),
            tuple(places[operand] for operand in graph.operands_of(node)),
            bool(graph.learnable[node]),
            repr(float(work.values[node, 0])),
            repr(float(work.found.nodes[node, 0])),
        )
        for node in places
    ]


def test_the_neuron_comes_back_with_all_that_it_was():
    work = work_of(NEURON)
    assert facts(again(work)) == facts(work)
    assert again(work).gradient("x1") == pytest.approx(-1.5)


@given(data=st.data())
def test_any_graph_comes_back(data):
    graph = data.draw(graphs(most=12))
    work = Computed(graph, forward(graph, data.draw(numbers(graph, 1, USUAL))))
    assert facts(again(work)) == facts(work)


def test_constants_and_leaves_that_do_not_learn_come_back_as_such():
    work = Computed.of(Expr(2.0, label="x", learnable=False) * 3 + Expr(0.5))
    found = from_json(json_text(work))
    product, free = found.operands
    x, three = product.operands
    assert (x.label, x.learnable, x.constant) == ("x", False, False)
    assert (three.constant, free.constant, free.learnable) == (True, False, True)


def test_a_dictionary_and_bytes_are_read_too():
    assert from_json(GOOD).data == 9.0
    assert from_json(json.dumps(GOOD).encode()).data == 9.0


def test_the_text_has_the_fields_of_the_answer_and_a_node_a_line():
    text = json_text(work_of("y = log(x - 2)\ny*y"))
    assert list(json.loads(text)) == ["nodes", "output", "value", "inputs", "problems"]
    assert json.loads(text)["nodes"][0]["grad"] is None
    assert text.count('{"id"') == sum(line.startswith('{"id"') for line in text.splitlines()) == 5


@pytest.mark.parametrize("label", ["σ", "a\nb", '"', "\\", "\ud800", "🙂"])
def test_any_label_comes_back(label):
    text = json_text(Computed.of(Expr(2.0, label=label) * 3))
    assert from_json(text.encode()).operands[0].label == label


def with_leaf(**fields):
    return {"nodes": [LEAF | fields, SQUARE], "output": 1}


def with_square(**fields):
    return {"nodes": [LEAF, SQUARE | fields], "output": 1}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("", "not JSON"),
        ("{", "line 1, column 2"),
        (b"\xff\xfe\x00", "not JSON"),
        ("[" * 100_000, "too deep"),
        ('{"nodes": [' + "9" * 5_000 + "]}", "too long"),
        ('{"nodes": [{"value": NaN}], "output": 0}', "NaN is no number"),
        ("[]", '"nodes"'),
        ("3", '"nodes"'),
        ({"nodes": {}, "output": 0}, '"nodes"'),
        ({"output": 0}, '"nodes"'),
        ({"nodes": [], "output": 0}, '"output"'),
        (GOOD | {"output": 2}, '"output" is the id of a node, not 2'),
        (GOOD | {"output": -1}, '"output"'),
        (GOOD | {"output": True}, '"output"'),
        ({"nodes": GOOD["nodes"]}, '"output"'),
        ({"nodes": [None], "output": 0}, "Node 0 is an object, not null."),
        (with_leaf(id=1), "Node 0 has the id 1"),
        (with_leaf(id=False), "Node 0 has the id false"),
        (with_leaf(value=None), "Leaf 0 has no value"),
        (with_leaf(value="3"), 'not "3"'),
        (with_leaf(value=True), "not true"),
        (with_leaf(value=10**400), "too large"),
        (with_leaf(label=3), "The label of node 0"),
        (with_leaf(operands=[0]), "Node 0 is a leaf"),
        (with_leaf(learnable=1), '"learnable" of node 0'),
        (with_square(op="sqare"), 'no op called "sqare"'),
        (with_square(op=["mul"]), 'no op called ["mul"]'),
        (with_square(op="tanh"), "tanh takes one operand"),
        (with_square(operands=[0]), "mul takes two operands"),
        (with_square(operands=[0, 1]), "Node 1 stands on 1"),
        (with_square(operands=[0, -1]), "Node 1 stands on -1"),
        (with_square(operands=[0, 0.0]), "Node 1 stands on 0.0"),
        (with_square(operands=[0, False]), "Node 1 stands on false"),
        (with_square(operands="00"), 'are a list, not "00"'),
        (with_square(operands=None), "are a list, not null"),
        (with_square(learnable=True), "Node 1 cannot learn"),
    ],
)
def test_what_is_no_labelled_graph_is_refused_with_a_sentence(form, words):
    with pytest.raises(ExportError) as refused:
        from_json(form)
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")


SIMPLE = st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.sampled_from("x×")
KEYS = st.sampled_from([*LEAF, "nodes", "output"])


@given(
    st.recursive(
        SIMPLE,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    )
)
def test_whatever_is_handed_over_is_read_or_refused(form):
    for given_form in (json.dumps(form), {"nodes": [form], "output": 0}, with_square(op=form)):
        try:
            found = from_json(given_form)
        except ExportError:
            continue
        assert isinstance(found, Expr)
