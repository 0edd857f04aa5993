"""The kernels compute what Python computes, to the last bit, whatever the graph and the numbers."""

import math
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import evaluate, native, tables
from engine.errors import GraphError, MemoryLimitError
from engine.expr import Expr
from engine.graph import Graph
from engine.kernels import source
from engine.ops import OPS
from engine.optimizers import OPTIMIZERS
from engine.program import parse
from engine.rules import native as kernel_text
from tests.engine.graphs import graphs, numbers

BLOCK = 16


def same(ours, theirs):
    return np.array_equal(ours, theirs, equal_nan=True)


@pytest.fixture(autouse=True)
def _always_native(kernels, monkeypatch):
    monkeypatch.setattr(native, "WORTH_IT", 0)
    monkeypatch.setattr(tables, "MOST_LANES", BLOCK)  # so that few lanes are several blocks


def agree(graph, leaves):
    values = native.forward(graph, leaves)
    assert same(values, evaluate.forward(graph, leaves))
    found, plain = native.gradients(graph, values), evaluate.gradients(graph, values)
    assert same(found.nodes, plain.nodes)
    assert same(found.edges, plain.edges)


@given(graph=graphs(), data=st.data())
@settings(max_examples=100)
def test_one_lane_is_what_python_computes(graph, data):
    agree(graph, data.draw(numbers(graph, 1)))


@given(graph=graphs(), lanes=st.sampled_from([2, 3, 8, BLOCK + 5]), data=st.data())
@settings(max_examples=50)
def test_every_one_of_many_lanes_is_what_python_computes(graph, lanes, data):
    agree(graph, data.draw(numbers(graph, lanes)))


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
@given(data=st.data())
@settings(max_examples=40)
def test_each_op_alone_at_any_numbers(op, data):
    graph = data.draw(graphs(ops=(op,), most=4))
    for lanes in (1, 9):
        agree(graph, data.draw(numbers(graph, lanes)))


@pytest.mark.parametrize("text", ["relu(x)", "abs(x)", "max(x, y)", "min(x, y)", "x^y", "x^0"])
@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan])
def test_kinks_and_domains_are_the_same(text, x):
    for y in (0.0, 1.0, -1.0, 0.5, math.inf, math.nan):
        program = parse(text)
        agree(program.graph, program.leaves({"x": x, "y": y}))


def test_contributions_are_added_in_the_order_in_which_flows_adds_them():
    random = np.random.default_rng(3)
    x, total = Expr(1.0), Expr(0.0)
    for depth in random.permutation(60):  # users of x at every level, in no order
        factor = Expr(float(random.normal()))
        for _ in range(depth):
            factor = -factor
        total = total + x * factor
    graph = Graph.of(total)
    for lanes in (1, 5):
        for _ in range(20):
            scale = 10.0 ** random.uniform(-3, 3, (len(graph), 1))
            agree(graph, scale * random.normal(size=(len(graph), lanes)))


def test_a_chain_as_deep_as_memory_allows_works():
    node = x = Expr(1.0)
    for _ in range(20_000):
        node = node * 0.9999 + x
    graph = Graph.of(node)
    agree(graph, np.full((len(graph), 1), 0.5))


def test_a_graph_of_one_leaf_is_its_own_output():
    graph = Graph.of(Expr(2.0))
    agree(graph, np.array([[2.0]]))
    agree(graph, np.array([[2.0, 3.0]]))


def test_kernels_let_other_threads_run_and_keep_to_ieee(kernels):
    for each in fields(kernels):
        options = getattr(kernels, each.name).targetoptions
        assert options["nogil"]
        assert options["error_model"] == "numpy"
        assert "fastmath" not in options


def test_many_threads_may_ask_at_once():
    graph = parse("tanh(x*y) + sin(x)*exp(y)^2").graph
    asked = [np.full((len(graph), 7), number) for number in np.linspace(-1, 1, 40)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda leaves: native.forward(graph, leaves), asked))
    for leaves, values in zip(asked, found, strict=True):
        assert same(values, evaluate.forward(graph, leaves))


def test_numbers_of_another_graph_are_refused():
    graph = parse("x + y").graph
    for function in (native.forward, native.backward, native.gradients):
        with pytest.raises(GraphError, match="3 nodes"):
            function(graph, np.zeros((2, 1)))


@pytest.mark.parametrize("lanes", [1, 6])
def test_numbers_of_any_kind_are_taken(lanes):
    graph = parse("tanh(x*y) + x").graph
    numbers = np.arange(len(graph) * lanes).reshape(len(graph), lanes) / 4
    for leaves in (
        numbers.astype(np.float32),
        (numbers * 4).astype(int),
        np.asfortranarray(numbers),
        numbers[:, ::-1],
        np.repeat(numbers, 2, axis=0)[::2],
    ):
        agree(graph, leaves)


@pytest.mark.parametrize("lanes", [1, 500])
def test_no_more_memory_is_taken_than_was_counted(lanes, monkeypatch):
    monkeypatch.undo()
    counted = []
    monkeypatch.setattr(native, "check_room", lambda *said: counted.append(said[2]))
    node = Expr(0.3)
    for turn in range(20_000 // lanes):
        node = node.sin() if turn % 2 else node.cos()
    graph = Graph.of(node)
    leaves = np.full((len(graph), lanes), 0.5)
    tracemalloc.start()
    native.gradients(graph, native.forward(graph, leaves))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    slice_of_objects = 200 * evaluate.NUMBERS_AT_ONCE
    structure = 100 * len(graph)  # what the graph keeps of its own, once
    assert most <= counted[0] + slice_of_objects + structure


def test_too_much_memory_is_refused_with_figures():
    graph = parse("x + y").graph
    with pytest.raises(MemoryLimitError) as refused:
        native.forward(graph, np.zeros((3, 100_000)), memory=1_000_000)
    assert "3 nodes over 100,000 lanes would take 9.6" in str(refused.value)
    assert "the limit is 1 MB" in str(refused.value)
    with pytest.raises(MemoryLimitError, match=r"3 nodes would take .* a smaller graph"):
        native.forward(graph, np.zeros((3, 1)), memory=10)


@pytest.mark.parametrize("row", [*OPS.values(), *OPTIMIZERS.values()], ids=lambda row: row.name)
def test_every_formula_of_every_row_stands_in_the_generated_text(row):
    text = source()
    formulas = (
        [row.forward, *row.partials, *row.masks]
        if row.name in OPS
        else [formula for _, formula in row.steps]
    )
    for formula in formulas:
        assert kernel_text(formula) in text
