"""Finding nodes: every clause agrees with a plain loop, and what cannot be read is said why."""

import math
import operator
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import QueryError
from engine.evaluate import forward, gradients
from engine.find import (
    BIGGEST,
    HELP,
    PROBLEM,
    asks_numbers,
    biggest_gradient,
    find,
    first_problem,
)
from engine.graph import CODES
from engine.program import parse
from engine.queries import AS_SHOWN
from tests.engine.graphs import graphs, numbers

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"
NETWORK = "x1, x2 = 0.5, -1\nmlp = MLP(2, [3, 1], activation=tanh, seed=1)\nmlp(x1, x2)"


def computed(source):
    program = parse(source)
    values = forward(program.graph, program.written)
    return program.graph, values, gradients(program.graph, values).nodes


def names(source, query):
    graph, *found = computed(source)
    return [graph.name(node) for node in find(graph, *found, query).nodes]


def says(source, query):
    return find(*computed(source), query).sentence


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("w1", ["w1", "x1*w1", "x1*w1 + x2*w2", "n"]),
        ("W1", ["w1", "x1*w1", "x1*w1 + x2*w2", "n"]),
        ("w1 w2", ["x1*w1 + x2*w2", "n"]),
        ("tanh", ["o"]),
        ("label w1", ["w1"]),
        ("label is W1", ["w1"]),
        ("op tanh", ["o"]),
        ("op is *", ["x1*w1", "x2*w2"]),
        ("op ×", ["x1*w1", "x2*w2"]),
        ("mul and x2", ["x2*w2"]),
        ("leaf", ["x1", "x2", "w1", "w2", "b"]),
        ("leaves AND value < 0", ["w1"]),
        ("value = 0.7071", ["o"]),
        ("value is zero", ["x2", "x2*w2"]),
        ("value is 2", ["x1"]),
        ("value is not 2 and leaf", ["x2", "w1", "w2", "b"]),
        ("grad = -1.5", ["x1"]),
        ("grad = −1.5", ["x1"]),
        ("|grad| >= 1", ["x1", "w1", "o"]),
        ("abs(grad)>1", ["x1"]),
        ("gradient ≤ -1", ["x1"]),
        ("grad is negative", ["x1"]),
        ("grad != 0.5 and op tanh", ["o"]),
        ("value is nan", []),
        ("output", ["o"]),
        ("parameter", ["x1", "x2", "w1", "w2", "b"]),
        ("nonsense", []),
        ("and", []),
        ("value > -1e308 and value < -1.7e308", []),
        ("value = 1.7e308", []),
        ("and w1 and op tanh", []),
    ],
)
def test_a_query_finds_nodes_in_evaluation_order(query, found):
    assert names(NEURON, query) == found


def test_a_scope_holds_what_is_within_it_and_a_label_is_also_its_last_parts():
    graph, *found = computed(NETWORK)
    within = find(graph, *found, "scope layer1").nodes
    assert len(within)
    assert all("layer1" in graph.scopes.path(node) for node in within)
    assert set(within) < set(find(graph, *found, "layer1").nodes)  # what is computed from it, too
    labels = [graph.labels[node] for node in find(graph, *found, "label neuron1.w2").nodes]
    assert labels
    assert all(label.endswith(".neuron1.w2") for label in labels)


def test_numbers_that_are_not_finite_are_found_by_their_names():
    source = "x = -1\ny = log(x)\nz = 1/(x + 1)\nz + y"
    assert "y" in names(source, "value is nan")
    assert names(source, "value is inf") == ["z"]
    assert names(source, "value = inf") == ["z"]
    assert names(source, "value is infinite and value is positive") == ["z"]
    assert names(source, "value is not finite") == ["y", "z", "z + y"]


def test_a_constant_whose_slope_does_not_exist_has_no_gradient():
    source = "x = -3\nx^2"
    graph, _, slopes = computed(source)
    assert np.isnan(slopes[graph.constant]).all()
    assert names(source, "grad is nan") == []
    assert names(source, "grad is not finite") == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("w1", "4 nodes match."),
        ("label w1", "1 node matches."),
        ("nothing here", "No node matches nothing here."),
        ("", HELP),
        (" \t ", HELP),
    ],
)
def test_what_was_found_is_said(query, sentence):
    assert says(NEURON, query) == sentence


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("grad > ", "There is no number to compare with in grad >. Write grad > 1"),
        ("grad > much", "There is no number"),
        ("value is large", "Write value > 1, |value| <= 0.5 or value is not finite."),
        ("slope > 1", "Nodes have no number called slope. There are grad and value"),
        ("> 1", "Compare what? There are grad and value"),
        ("|x| > 1", "Nodes have no number called x."),
        ("op tnh", "There is no op called tnh. Did you mean tanh?"),
        ("op ???", "There is no op called ???. There are add, sub,"),
        ("w1 and grad <> 1", "no number"),
        ("x" * 201, "too long"),
    ],
)
def test_a_query_that_cannot_be_read_is_answered_with_the_way_out(query, words):
    with pytest.raises(QueryError) as refused:
        find(*computed(NEURON), query)
    assert words in str(refused.value)


@given(query=st.text(max_size=60) | st.text("grad|value><=!is natf.0123()abs ", max_size=40))
def test_no_query_fails_in_another_way(query):
    graph, *found = computed(NEURON)
    asks_numbers(query)
    with suppress(QueryError):
        assert find(graph, *found, query).sentence


def test_what_asks_for_numbers_is_known_before_they_are_looked_at():
    told = ["grad > 1", "w1 and value is nan", "|grad| > 0", BIGGEST, "First  Problem", "slope > 1"]
    assert all(map(asks_numbers, told))
    assert not any(map(asks_numbers, ["", "w1", "op =", "leaf and scope a", "grad", "value"]))


def same(a, b):
    return a == b or abs(a - b) <= AS_SHOWN * abs(b)


SIGNS = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": lambda a, b: a > b or same(a, b),
    "<=": lambda a, b: a < b or same(a, b),
    "=": same,
}


@given(data=st.data())
def test_conditions_and_words_agree_with_a_plain_loop(data):
    graph = data.draw(graphs())
    values = forward(graph, data.draw(numbers(graph, 1)))
    slopes = gradients(graph, values).nodes
    about = data.draw(st.sampled_from(["grad", "value"]))
    sign = data.draw(st.sampled_from(list(SIGNS)))
    number = data.draw(st.sampled_from([0.0, 1.0, -0.5, 2.0]) | st.floats(-3, 3))
    size = data.draw(st.booleans())
    op = data.draw(st.sampled_from(list(CODES)))
    word = data.draw(st.sampled_from(["x0", "x1", "x", "1"]))
    queries = {
        f"|{about}| {sign} {number!r}" if size else f"{about} {sign} {number!r}": lambda node: (
            told(node) and SIGNS[sign](abs(chosen[node]) if size else chosen[node], number)
        ),
        f"{about} is nan": lambda node: told(node) and math.isnan(chosen[node]),
        f"{about} is not finite": lambda node: told(node) and not math.isfinite(chosen[node]),
        f"op {op}": lambda node: graph.codes[node] == CODES[op],
        f"label {word}": lambda node: graph.labels[node] == word,
        word: lambda node: word in graph.name(node).lower(),
        f"leaf and {about} > 0": lambda node: (
            bool(graph.labels[node]) and told(node) and chosen[node] > 0
        ),
    }
    chosen = (slopes if about == "grad" else values)[:, 0].tolist()

    def told(node):
        return about == "value" or not graph.constant[node] or math.isfinite(slopes[node, 0])

    for query, matches in queries.items():
        found = find(graph, values, slopes, query).nodes.tolist()
        assert found == [node for node in range(len(graph)) if matches(node)], query


@given(data=st.data())
def test_the_biggest_gradient_is_that_of_a_plain_loop(data):
    graph = data.draw(graphs())
    values = forward(graph, data.draw(numbers(graph, 1)))
    slopes = gradients(graph, values).nodes
    best, most = None, 0.0
    for node, slope in enumerate(slopes[:, 0].tolist()):
        if node != graph.output and not graph.constant[node] and abs(slope) > most:
            best, most = node, abs(slope)
    node, sentence = biggest_gradient(graph, slopes)
    assert node == best
    assert sentence
    assert find(graph, values, slopes, BIGGEST).nodes.tolist() == ([] if best is None else [best])


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        (NEURON, None, "Every value and every gradient is finite."),
        ("x = 1\ny = sqrt(x - 2)\nz = log(0*x)\ny + z", "y", "sqrt has no real value at −1."),
        ("x = 0\ny = sqrt(x)\n3*y", "y", "The slope of sqrt at (0) is infinite"),
        ("x = 0\na = sqrt(x)\nb = sqrt(x)\na + 2*b", "b", "The slope of sqrt at (0)"),
    ],
)
def test_the_first_problem_is_the_one_that_comes_first(source, name, words):
    graph, values, slopes = computed(source)
    node, sentence = first_problem(graph, values, slopes)
    assert (None if node is None else graph.labels[node]) == name
    assert words in sentence
    assert says(source, PROBLEM) == sentence
