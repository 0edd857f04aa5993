"""A trace replayed from nothing, cut into steps, and walked with the three classic mistakes."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluate import backward, forward
from engine.events import Phase
from engine.expr import Expr
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.mistakes import MISTAKES, Wrong, depth_first
from engine.moments import state_at
from engine.optimizers import OPTIMIZERS
from engine.passes import SIDE_BY_SIDE
from engine.program import parse
from engine.trace import GRAINS, trace
from tests.engine.graphs import ANY, USUAL, graphs, numbers
from tests.engine.walking import bits, check

MANY = 5_000
NO_MISTAKE = st.just(frozenset())
EVERY_MISTAKE = st.frozensets(st.sampled_from(sorted(MISTAKES)))


def traced(source, *mistakes, rate=0.1, **inputs):
    program = parse(source)
    return trace(program.graph, program.leaves(inputs), rate, frozenset(mistakes))


def bit(number):
    return bits([None if number is None else float(number)])[0]


@st.composite
def traces(draw, mistakes=NO_MISTAKE, number=ANY):
    """Draw a trace of any program at any numbers."""
    graph = draw(graphs(most=12))
    leaves = draw(numbers(graph, 1, number))
    return trace(graph, leaves, draw(st.sampled_from([0.1, 1e-3, -2.0])), draw(mistakes))


class Replay:
    """What is known after some events, told by the events alone.

    It computes no value and no slope: it takes values as they come, adds contributions up, and
    moves leaves against what it has added.
    """

    def __init__(self, trace):
        self.trace = trace
        self.values, self.gradients, self.wires = {}, {}, {}
        handed_to = {event.operand for event in trace.events if event.kind == "flow"}
        self.apart = set(range(len(trace.graph))) - handed_to - {trace.graph.output}

    def see(self, event):
        getattr(self, event.kind)(event)

    def forward(self, event):
        if event.node in self.values and self.trace.graph.op(event.node) is None:
            self.anew()
        self.values[event.node] = event.value

    def anew(self):
        """Begin another pass: leaves keep what they have, results are made again."""
        leaves = {node for node in self.values if self.trace.graph.op(node) is None}
        self.values = {node: self.values[node] for node in leaves}
        self.gradients = {k: v for k, v in self.gradients.items() if k in leaves}
        self.wires = {}

    def seed(self, event):
        self.gradients |= dict.fromkeys(self.apart, 0.0)
        self.gradients[event.node] = event.total
        ends = [(k, node) for node, _, operands in self.trace.graph.steps for k in operands]
        self.wires = {wire: 0.0 for wire in ends if wire[1] in self.apart}

    def flow(self, event):
        adds = "overwrite" not in self.trace.mistakes
        before = self.gradients.get(event.operand, 0.0)
        self.gradients[event.operand] = before + event.contribution if adds else event.contribution
        wire = event.operand, event.node
        self.wires[wire] = self.wires.get(wire, 0.0) + event.contribution

    def update(self, event):
        self.values[event.node] -= self.trace.rate * self.gradients[event.node]


@given(trace=traces(EVERY_MISTAKE))
def test_a_trace_is_what_walking_it_event_by_event_gives_to_the_last_bit(trace):
    check(trace)


@pytest.mark.parametrize("mistakes", [(), ("order",), tuple(MISTAKES)])
def test_a_long_sum_is_traced_as_it_is_walked(mistakes):
    shared = Expr(0.3)  # by more users than there are sums formed side by side
    many = [(Expr(k / 7) * shared).tanh() * shared for k in range(SIDE_BY_SIDE)]
    output = sum(many, Expr(0.0))
    graph, leaves = Graph.of(output), leaf_numbers(in_evaluation_order(output))
    check(trace(graph, leaves, mistakes=frozenset(mistakes)))


@given(trace=traces())
def test_replayed_from_nothing_the_events_give_every_number_to_the_last_bit(trace):
    replay, graph = Replay(trace), trace.graph
    for event in trace.events:
        if event.kind == "update":
            break
        replay.see(event)
    nodes = range(len(graph))
    values = forward(graph, np.where(graph.leaves[:, None], trace.values, math.nan))
    assert bits(replay.values[node] for node in nodes) == bits(values[:, 0])
    assert bits(replay.gradients[node] for node in nodes) == bits(backward(graph, values)[:, 0])
    assert bits(trace.gradients[:, 0]) == bits(backward(graph, values)[:, 0])


@given(trace=traces(EVERY_MISTAKE))
def test_the_update_is_plain_gradient_descent_on_the_gradients_of_the_trace(trace):
    replay, sgd = Replay(trace), OPTIMIZERS["sgd"]
    for event in trace.events:
        replay.see(event)
    leaves = np.flatnonzero(trace.graph.learnable)
    weights, nothing = trace.values[leaves, 0].copy(), np.zeros((0, len(leaves)))
    rate = sgd.numbers({"rate": trace.rate})
    sgd.update(weights, trace.gradients[leaves, 0], nothing, rate, 1)
    assert list(trace.updated) == leaves.tolist()
    assert bits(trace.updated.values()) == bits(weights)
    assert bits(replay.values[leaf] for leaf in trace.updated) == bits(weights)


@given(trace=traces(EVERY_MISTAKE))
def test_each_flow_multiplies_what_is_known_by_then(trace):
    replay = Replay(trace)
    for event in trace.events:
        if event.kind == "flow":
            op = trace.graph.op(event.node)
            operands = [float(trace.values[k, 0]) for k in trace.graph.operands_of(event.node)]
            assert trace.graph.operands_of(event.node)[event.slot] == event.operand
            shut = op.masks and op.blocked[event.slot](*operands)
            product = 0.0 if shut else event.upstream * event.local
            slope = op.slope[event.slot](*operands, float(trace.values[event.node, 0]))
            assert bit(event.contribution) == bit(product)
            assert bit(event.local) == bit(slope)
            assert bit(event.upstream) == bit(replay.gradients[event.node])
        replay.see(event)
        if event.kind in ("seed", "flow"):
            node = event.node if event.kind == "seed" else event.operand
            assert bit(event.total) == bit(replay.gradients[node])
        elif event.kind == "update":
            assert bit(event.total) == bit(replay.gradients[event.node])
            assert bit(event.value) == bit(replay.values[event.node])


@given(trace=traces())
def test_what_a_node_hands_on_is_its_complete_gradient(trace):
    complete = backward(trace.graph, trace.values)[:, 0]
    for place, event in enumerate(trace.events):
        if event.kind == "flow":
            assert bit(event.upstream) == bit(complete[event.node])
            assert trace.settled[event.node] < place


@given(trace=traces(EVERY_MISTAKE))
@settings(max_examples=50)
def test_what_is_known_after_some_events_is_what_replaying_them_gives(trace):
    replay, graph = Replay(trace), trace.graph

    def known(events):
        moments = [state_at(moments, events) for moments in trace.moments]
        wires = {wire: state_at(states, events).gradient for wire, states in trace.carried.items()}
        values = bits(moment.value for moment in moments)
        return values, bits(moment.gradient for moment in moments), bits(wires.values())

    def replayed():
        values, gradients = (
            bits(found.get(node) for node in range(len(graph)))
            for found in (replay.values, replay.gradients)
        )
        return values, gradients, bits(replay.wires.get(wire) for wire in trace.carried)

    states = [replayed()]
    for event in trace.events:
        replay.see(event)
        states.append(replayed())
    assert [known(events) for events in range(len(states))] == states
    assert [known(events) for events in reversed(range(len(states)))] == states[::-1]


@given(trace=traces(EVERY_MISTAKE))
@pytest.mark.parametrize("grain", GRAINS)
def test_the_steps_of_every_grain_are_all_events_in_order(grain, trace):
    steps = [trace.step(step, grain) for step in range(trace.total(grain))]
    assert all(steps)
    together = [event for step in steps for event in step]
    assert list(map(bits, together)) == list(map(bits, trace.events))
    places = [place for place, step in enumerate(steps) for _ in step]
    assert [trace.step_of(event, grain) for event in range(len(trace.events))] == places
    for beyond, last in ((-3, steps[0]), (len(steps) + 3, steps[-1])):
        assert list(map(bits, trace.step(beyond, grain))) == list(map(bits, last))


@given(trace=traces(EVERY_MISTAKE))
def test_a_step_is_one_node_at_one_thing_or_one_event_or_one_phase(trace):
    def acting(step):
        return {(event.kind, event.node) for event in step}

    nodes = [trace.step(step, "node") for step in range(trace.total("node"))]
    assert all(len(acting(step)) == 1 for step in nodes)
    assert all(acting(one) != acting(other) for one, other in pairwise(nodes))
    assert trace.total("edge") == len(trace.events)
    for step, phase in enumerate(trace.phases("phase")):
        kinds = {event.kind for event in trace.step(step, "phase")}
        assert kinds == {"flow" if phase.name == "backward" else phase.name}


@pytest.mark.parametrize(("grain", "starts"), [
    ("edge", [0, 4, 5, 8]), ("node", [0, 4, 5, 7]), ("phase", [0, 1, 2, 3]),
])  # fmt: skip
def test_the_phases_are_told_in_steps(grain, starts):
    names = ["forward", "seed", "backward", "update"]
    assert traced("tanh(x*w)").phases(grain) == list(map(Phase, names, starts))


@given(trace=traces(EVERY_MISTAKE))
def test_what_goes_into_a_node_sums_to_its_gradient(trace):
    second_pass = "unzeroed" in trace.mistakes
    for node, settled in enumerate(trace.settled):
        if settled is None or trace.events[settled].kind == "seed":
            assert trace.gradients[node, 0] == (node == trace.graph.output)
            continue
        into = [trace.events[place] for place in trace.into(settled)]
        assert bits(into[-1]) == bits(trace.events[settled])
        users = [user for user, _, operands in trace.graph.steps for k in operands if k == node]
        assert len(into) == sum(bool(trace.graph.reaching[user]) for user in users)
        handed = [event.contribution for event in into]
        if "overwrite" in trace.mistakes:
            assert bit(trace.gradients[node, 0]) == bit(handed[-1])
        elif not (second_pass and trace.graph.leaves[node]):
            assert bit(trace.gradients[node, 0]) == bit(sum(handed, 0.0))


@given(trace=traces(EVERY_MISTAKE))
def test_each_value_is_known_from_the_last_event_that_computes_it(trace):
    places = {
        event.node: place for place, event in enumerate(trace.events) if event.kind == "forward"
    }
    assert trace.computed == [places[node] for node in range(len(trace.graph))]


def test_overwritten_with_minus_zero_a_gradient_keeps_its_sign():
    walked = traced("x*y", "overwrite", x=0, y=-0.0)
    assert bits(walked.gradients[:, 0]) == bits([-0.0, 0.0, 1.0])


@pytest.mark.parametrize(("mistake", "number", "end"), [("overwrite", 1, 1), ("unzeroed", 3, 4)])
def test_a_plus_a_comes_out_as_wrong_as_it_did_in_micrograd(mistake, number, end):
    wrong, right = traced("a = 3\nb = a + a", mistake), traced("a = 3\nb = a + a")
    assert right.gradients[0, 0] == wrong.right[0, 0] == 2
    assert wrong.gradients[0, 0] == end
    event = max(e for e in range(len(wrong.events)) if wrong.events[e].kind == "flow")
    found = wrong.wrong
    assert (found.node, found.number) == (0, number)
    # overwritten by the second path; not zeroed, the first path of the second pass is already off
    assert (found.event, found.right) == ((event, 2) if mistake == "overwrite" else (event - 1, 1))
    assert state_at(wrong.moments[0], found.event + 1).right == found.right


def test_depth_first_a_node_hands_on_before_all_its_users_have_added_theirs():
    # the counterexample that micrograd's issue 68 gives to backward by plain recursion
    source = "a = 2\nb = 3\nc = a + b\nd = a*b\ne = c + d\nf = c*d\ne + f"
    wrong, right = traced(source, "order"), traced(source)
    a, b, c, d = (wrong.graph.labels.index(name) for name in "abcd")
    assert [right.gradients[node, 0] for node in (a, b, c, d)] == [25, 19, 7, 6]
    assert [wrong.gradients[node, 0] for node in (a, b, c, d)] == [4, 3, 7, 6]
    event = next(e for e, event in enumerate(wrong.events) if event.operand == a)
    assert wrong.wrong == Wrong(event, a, 1.0, 7.0)
    assert wrong.updated == {a: 2 - 0.1 * 4, b: 3 - 0.1 * 3}


def test_the_walk_down_takes_a_node_where_it_first_meets_it():
    program = parse("c = a + 1\nd = 2*c\nc + d")
    names = [program.graph.name(node) for node in depth_first(program.graph)]
    assert names == ["c + d", "c", "a", "1", "d", "2"]


def test_two_passes_without_zeroing_double_the_gradients_of_leaves_only():
    wrong, right = traced("h = x*w\nh*h", "unzeroed", x=2, w=3), traced("h = x*w\nh*h", x=2, w=3)
    assert right.gradients[:, 0].tolist() == [36, 24, 12, 1]
    assert wrong.gradients[:, 0].tolist() == [72, 48, 12, 1]
    assert wrong.updated == {0: 2 - 0.1 * 72, 1: 3 - 0.1 * 48}
    assert [phase.name for phase in wrong.starts] == [
        *("forward", "seed", "backward") * 2,
        "update",
    ]


def first_wrong(walked):
    """Return the first gradient that has not come to what right contributions come to."""
    clean = trace(walked.graph, walked.values, walked.rate)
    right = {(e.node, e.slot): e.contribution for e in clean.events if e.kind == "flow"}
    for place, event in enumerate(walked.events):
        if event.kind == "seed":
            totals = [0.0] * len(walked.graph)
        elif event.kind == "flow":
            totals[event.operand] += right[event.node, event.slot]
            if event.total != pytest.approx(totals[event.operand], rel=1e-9, abs=0, nan_ok=True):
                return [place, event.operand, event.total, totals[event.operand]]
    return None


@given(trace=traces(EVERY_MISTAKE))
def test_the_first_number_to_go_wrong_is_named_with_the_right_one_beside_it(trace):
    found = first_wrong(trace)
    assert bits(trace.wrong or ()) == bits(found or ())
    if not trace.mistakes:
        assert found is None
    if found is None:
        for number, right in zip(trace.gradients, trace.right, strict=True):
            assert number == pytest.approx(right, rel=1e-6, nan_ok=True)


@st.composite
def trees(draw):
    """Draw a trace in which nothing is used twice, with any mistakes inside one pass."""
    nodes = [Expr(draw(USUAL), label=f"x{k}") for k in range(draw(st.integers(1, 8)))]
    while len(nodes) > 1 or draw(st.booleans()):
        arity = 1 if len(nodes) == 1 or draw(st.booleans()) else 2
        taken, nodes = nodes[:arity], nodes[arity:]
        nodes.append(taken[0].tanh() if arity == 1 else taken[0] * taken[1])
    made = in_evaluation_order(nodes[0])
    mistakes = draw(st.frozensets(st.sampled_from(["overwrite", "order"])))
    return trace(Graph.of(nodes[0]), leaf_numbers(made), mistakes=mistakes)


def test_what_the_pass_before_has_left_is_told_apart_from_what_this_one_adds():
    walked = traced("h = x*x\nh*h", "unzeroed", x=2)
    flows = [place for place, event in enumerate(walked.events) if event.kind == "flow"]
    left = [(walked.graph.name(walked.events[e].operand), walked.before(e)) for e in flows]
    assert left[:4] == [("h", None), ("h", None), ("x", None), ("x", None)]
    assert left[4:] == [("h", None), ("h", None), ("x", 32.0), ("x", 32.0)]
    for place in flows[4:]:
        handed = [walked.events[other].contribution for other in walked.into(place)]
        assert walked.events[place].total == (walked.before(place) or 0) + sum(handed)


@given(trace=trees())
def test_in_a_tree_nothing_comes_of_overwriting_and_of_the_order(trace):
    assert trace.wrong is None
    assert np.array_equal(trace.gradients, trace.right)  # but for the sign of a zero
    assert all(moment.right is None for moments in trace.moments for moment in moments)


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        ("a = 3\ntanh(a)", "overwrite"),
        ("c = a + 1\ntanh(c)*a", "order"),
        ("a = -3\nrelu(a)", "unzeroed"),
    ],
)
def test_nothing_is_wrong_where_the_mistake_is_spared(source, mistake):
    assert traced(source, mistake).wrong is None


def test_a_program_of_one_leaf_is_a_value_a_seed_and_an_update():
    alone = traced("x", x=3)
    assert [event.kind for event in alone.events] == ["forward", "seed", "update"]
    assert alone.gradients.tolist() == [[1.0]]
    assert alone.updated == {0: 3 - 0.1 * 1}
    assert [alone.total(grain) for grain in GRAINS] == [3, 3, 3]
    twice = traced("x", *MISTAKES, x=3)
    assert (twice.gradients.tolist(), twice.wrong, len(twice.events)) == ([[1.0]], None, 5)


def test_what_the_output_does_not_depend_on_has_gradient_zero_from_the_seed_on():
    apart = traced("a = x*y\nb = 2*y\nx", x=3, y=4)
    seed = next(start for name, start in apart.starts if name == "seed")
    y = apart.graph.labels.index("y")
    assert state_at(apart.moments[y], seed).gradient is None
    assert state_at(apart.moments[y], seed + 1).gradient == 0
    assert {state_at(wire, seed + 1).gradient for wire in apart.carried.values()} == {0.0}
    assert [phase.name for phase in apart.starts] == ["forward", "seed", "update"]
    assert apart.settled[y] is None
    assert apart.updated[y] == 4


def test_constants_never_move():
    walked = traced("2*x + 0.5", x=3)
    assert list(walked.updated) == [walked.graph.labels.index("x")]
    constants = traced("2*3")
    assert (constants.updated, constants.starts[-1].name) == ({}, "backward")


@pytest.mark.parametrize("mistakes", [(), ("order", "unzeroed")])
def test_a_chain_of_thousands_is_traced_without_recursion(mistakes):
    node = Expr(0.5, label="x")
    for _ in range(MANY - 1):
        node = node.tanh()
    graph, leaves = Graph.of(node), leaf_numbers(in_evaluation_order(node))
    chain = trace(graph, leaves, mistakes=frozenset(mistakes))
    assert len(chain.moments) == len(chain.carried) + 1 == MANY
    assert chain.step_of(len(chain.events) - 1, "node") == chain.total("node") - 1
    assert (chain.wrong is None) == (not mistakes)


@pytest.mark.parametrize(("source", "x", "gradient", "new"), [
    ("log(x)", 0.0, math.inf, -math.inf),
    ("relu(x)*sqrt(x)", -1.0, math.nan, math.nan),
    ("1e300*1e300*x", 1.0, math.inf, -math.inf),
    ("1/relu(x)", -1.0, 0.0, -1.0),
])  # fmt: skip
def test_numbers_that_are_not_finite_are_traced_like_others(source, x, gradient, new):
    walked = traced(source, x=x)
    leaf = walked.graph.labels.index("x")
    assert bit(walked.gradients[leaf, 0]) == bit(gradient)
    assert bit(walked.updated[leaf]) == bit(new)
    assert walked.wrong is None
