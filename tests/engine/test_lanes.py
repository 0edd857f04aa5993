"""A graph bound to data: means over lanes, natively and in plain Python, block by block."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import evaluate, tables
from engine import lanes as lanes_module
from engine.errors import GraphError, MemoryLimitError
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order
from engine.lanes import Lanes
from engine.program import parse
from engine.tables import BLOCK_BYTES, block_width
from tests.engine.graphs import USUAL, graphs, numbers

SAMPLES = 150
BLOCK = 16
OBJECTS = 30_000  # bytes of what is around the arrays
PROGRAM = parse("x, y = 1, 1\nw, v, b = 0.5, -1, 0.1\nh = tanh(x*w + b)\n(h*v - y)^2 + 0.01*w^2")


def program_lanes(kernels, source=PROGRAM, samples=SAMPLES, data=("x", "y"), **more):
    random = np.random.default_rng(7)
    columns = {source.input_named[name].node: random.uniform(-2, 2, samples) for name in data}
    return Lanes(source.graph, source.written[:, 0], columns, kernels, **more)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(tables, "MOST_LANES", BLOCK)  # so that few lanes are several blocks


@pytest.fixture(params=["native", "plain"])
def either(request, kernels):
    return kernels if request.param == "native" else None


@given(graph=graphs(), data=st.data())
@settings(max_examples=150)
def test_loss_and_gradient_are_means_over_the_lanes(kernels, graph, data):
    bound = np.flatnonzero(graph.leaves & ~graph.constant)[::2]
    lanes = data.draw(st.sampled_from([1, 3, BLOCK + 9]))
    leaves = data.draw(numbers(graph, 1, USUAL))[:, 0]
    columns = {node: np.linspace(-1, 2, lanes) * (node + 1) for node in bound.tolist()}
    native = Lanes(graph, leaves, columns, kernels)

    every = np.repeat(leaves[:, None], lanes, axis=1)
    every[bound] = [columns[node] for node in bound.tolist()]
    values = evaluate.forward(graph, every)
    gradients = evaluate.backward(graph, values)[native.parameters]
    loss, found = native.gradient()
    with np.errstate(all="ignore"):
        close(loss, values[graph.output])
        for ours, lane_gradients in zip(found, gradients, strict=True):
            close(ours, lane_gradients)


def close(ours, lanes):
    """Agree with the mean to 1e-12 of what was summed, and on whether it is a number at all."""
    theirs, size = lanes.mean(), np.abs(lanes).mean()
    if np.isfinite(lanes).all() and size < 1e300:
        assert ours == pytest.approx(theirs, abs=1e-12 * size + 1e-300)
    elif not np.isfinite(lanes).all():
        assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize("source", ["x*sqrt(w)", "relu(x)*sqrt(w)", "sqrt(w) + x", "log(w)*x"])
def test_an_infinite_slope_that_lanes_share_is_met_lane_by_lane(either, source):
    program = parse(f"w = 0\nx = 1\n{source}")
    for column in ([1.0, 0.0], [1.0, -1.0], [2.0, 3.0]):
        numbers = {program.input_named["x"].node: np.array(column)}
        lanes = Lanes(program.graph, program.written[:, 0], numbers, either)
        every = np.repeat(program.written, 2, axis=1)
        every[program.input_named["x"].node] = column
        values = evaluate.forward(program.graph, every)
        theirs = evaluate.backward(program.graph, values)[lanes.parameters[0]]
        with np.errstate(all="ignore"):
            assert str(lanes.gradient()[1][0]) == str(theirs.mean())


def test_native_and_plain_learn_alike(kernels):
    native, plain = program_lanes(kernels), program_lanes(None)
    for _ in range(20):
        (loss, gradient), (same, also) = native.gradient(), plain.gradient()
        assert loss == pytest.approx(same, rel=1e-12)
        assert gradient == pytest.approx(also, rel=1e-12)
        native.weights -= 0.1 * gradient
        plain.weights -= 0.1 * also
    assert native.loss() == pytest.approx(plain.loss(), rel=1e-12)
    assert native.loss() < 0.9 * program_lanes(None).loss()


def test_gradients_are_the_slopes_that_differences_find(either):
    lanes = program_lanes(either)
    _, gradient = lanes.gradient()
    gradient = gradient.copy()
    for place in range(len(lanes.weights)):
        found = []
        for move in (1e-6, -1e-6):
            lanes.weights[place] += move
            found.append(lanes.loss())
            lanes.weights[place] -= move
        assert gradient[place] == pytest.approx((found[0] - found[1]) / 2e-6, rel=1e-6)


def test_a_term_without_data_counts_once(either):
    program = parse("x = 1\nw = 2\nx*0 + w*w")
    loss, gradient = program_lanes(either, program, 90, ("x",)).gradient()
    assert (loss, gradient.tolist()) == (4.0, [4.0])


def test_an_output_without_data_is_its_own_mean(either):
    program = parse("x = 1\nw = 3\nz = x*w\nw*w")
    lanes = program_lanes(either, program, 90, ("x",))
    loss, gradient = lanes.gradient()
    assert (loss, gradient.tolist(), lanes.loss()) == (9.0, [6.0], 9.0)


def test_without_data_there_is_one_sample(either):
    lanes = program_lanes(either, data=())
    loss, gradient = lanes.gradient()
    values = evaluate.forward(PROGRAM.graph, PROGRAM.leaves())
    assert lanes.samples == 1
    assert loss == lanes.loss() == values[PROGRAM.graph.output, 0]
    expected = evaluate.backward(PROGRAM.graph, values)[lanes.parameters, 0]
    assert gradient.tolist() == expected.tolist()


def test_a_batch_is_the_mean_over_its_samples(either):
    lanes = program_lanes(either)
    chosen = np.array([3, 77, 149, 3], np.uint32)
    loss, gradient = lanes.gradient(chosen)
    gradient = gradient.copy()
    alone = [lanes.gradient(chosen[[k]]) for k in range(4)]
    losses = [each for each, _ in alone]
    assert loss == pytest.approx(np.mean(losses), rel=1e-12)
    assert loss == pytest.approx(lanes.loss(chosen), rel=1e-12)
    each = [lanes.gradient(chosen[[k]])[1].copy() for k in range(4)]
    assert gradient == pytest.approx(np.mean(each, axis=0), rel=1e-12)


@pytest.mark.parametrize(
    "chosen",
    [np.array([], int), np.array([SAMPLES]), np.array([-1, 3]), [1.9], [True, False], [[1]]],
)
def test_a_sample_that_there_is_not_is_refused(either, chosen):
    lanes = program_lanes(either)
    for call in (lanes.gradient, lanes.loss):
        with pytest.raises(GraphError, match="each from 0 to 149"):
            call(chosen)


def test_any_array_of_whole_numbers_chooses(either):
    lanes = program_lanes(either)
    fixed = np.array([4, 2], np.uint32)
    fixed.flags.writeable = False
    assert lanes.loss(fixed) == lanes.loss([4, 2]) == lanes.loss(np.array([9, 4, 2, 0])[1:3])
    alone = program_lanes(either, data=())
    assert alone.loss([0, 0]) == pytest.approx(alone.loss(), rel=1e-15)


def test_leaves_of_another_graph_are_refused(either):
    with pytest.raises(GraphError, match="3 nodes"):
        Lanes(parse("x + y").graph, np.zeros(4), {}, either)


def test_the_same_call_gives_the_same_bits(either):
    first, second = program_lanes(either), program_lanes(either)
    loss, gradient = first.gradient()
    first.values([PROGRAM.graph.output], np.zeros((2, 500)))  # uses the room for something else
    assert first.gradient()[0] == loss == second.gradient()[0]
    assert first.gradient()[1].tolist() == second.gradient()[1].tolist() == gradient.tolist()


def test_a_grid_of_lanes_is_evaluated_forward_only(either):
    lanes = program_lanes(either)
    across, up = np.meshgrid(np.linspace(-2, 2, 64), np.linspace(-2, 2, 64))
    grid = np.array([across.ravel(), up.ravel()])
    nodes = [PROGRAM.graph.output, PROGRAM.input_named["w"].node, PROGRAM.input_named["y"].node]
    found = lanes.values(nodes, grid)
    assert found.shape == (3, 4096)
    h = np.tanh(grid[0] * 0.5 + 0.1)
    assert found[0] == pytest.approx((h * -1 - grid[1]) ** 2 + 0.01 * 0.25, rel=1e-12)
    assert (found[1] == 0.5).all()
    assert (found[2] == grid[1]).all()
    assert lanes.values([nodes[0]]).shape == (1, SAMPLES)


def test_data_never_learns_and_constants_neither(either):
    lanes = program_lanes(either)
    names = [PROGRAM.graph.labels[node] for node in lanes.parameters]
    assert names == ["w", "v", "b"]
    locked = Expr(2.0, label="a", learnable=False) * Expr(3.0, label="b")
    leaves = np.array([node.data for node in in_evaluation_order(locked)])
    assert Lanes(Graph.of(locked), leaves, {}, either).parameters.tolist() == [1]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({0: [1.0, 2.0], 1: [1.0]}, "these have 1, 2"),
        ({0: []}, "these have 0"),
        ({2: [1.0]}, "Only a leaf"),
    ],
)
def test_columns_that_do_not_fit_are_refused(either, columns, reason):
    graph = parse("x + y").graph
    with pytest.raises(GraphError, match=reason):
        Lanes(graph, np.zeros(3), {k: np.array(v) for k, v in columns.items()}, either)


def test_a_grid_with_a_column_too_few_is_refused(either):
    with pytest.raises(GraphError, match="2 leaves of data, not 1"):
        program_lanes(either).values([0], np.zeros((1, 9)))


def test_memory_is_bounded_and_what_exceeds_it_refused(either):
    with pytest.raises(MemoryLimitError, match=r"the limit is 0.001 MB\. Take fewer samples"):
        program_lanes(either, memory=1_000)
    lanes = program_lanes(either, memory=150_000)
    with pytest.raises(MemoryLimitError, match=r"over 100,000 lanes would take .* MB"):
        lanes.values([0, 1], np.zeros((2, 100_000)))


def test_data_counts_towards_the_memory_too(either):
    with pytest.raises(MemoryLimitError, match="over 50,000 lanes"):
        program_lanes(either, samples=50_000, memory=900_000)


@pytest.mark.parametrize("samples", [1, 100, 20_000])
def test_what_is_held_is_what_was_counted(kernels, monkeypatch, samples):
    monkeypatch.undo()
    counted = []
    monkeypatch.setattr(lanes_module, "check_room", lambda *said: counted.append(said[2]))
    lanes, _, most = measured(lambda: program_lanes(kernels, samples=samples))
    _, _, passing = measured(lanes.gradient)
    assert most <= max(counted) + OBJECTS + 24 * samples, "the data as they are given come to it"
    assert passing < OBJECTS, "a pass makes no room of its own"


def test_python_takes_no_more_than_was_counted(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(lanes_module, "NUMBERS_IN_PYTHON", 20_000)
    counted = []
    monkeypatch.setattr(lanes_module, "check_room", lambda *said: counted.append(said[2]))
    lanes = program_lanes(None, samples=30_000)
    _, _, most = measured(lanes.gradient)
    assert most <= counted[0] + OBJECTS


def measured(work):
    """Return what a piece of work returns, and the bytes that it keeps and has at most."""
    tracemalloc.start()
    done = work()
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return done, kept, most


def test_the_room_for_a_pass_does_not_grow_with_the_lanes(kernels, monkeypatch):
    monkeypatch.undo()
    for samples in (10**4, 10**5):
        tables = program_lanes(kernels, samples=samples).tables
        assert tables.lane_values.nbytes + tables.lane_gradients.nbytes <= BLOCK_BYTES
    assert all(block_width(nodes, 10**6) % 8 == 0 for nodes in (1, 100, 5_000, 10**7))
