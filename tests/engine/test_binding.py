"""data(...), param(...), networks and losses as they are typed; and what is refused of them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import TABLES, Table
from engine.errors import EmptyProgramError, LimitError, ProgramError
from engine.evaluate import backward, forward
from engine.program import Limits, parse
from engine.spans import Span

NEURON = 'x1, x2, y = data("moons", n=50, seed=3)\no = tanh(w1*x1 + w2*x2 + b)\n(o - y)^2'
MINE = Table("mine", ("a", "b"), np.array([[1.0, 2.0], [3.0, 4.0]]))


def learners(source):
    program = parse(source)
    return [leaf.name for leaf in program.inputs if program.graph.learnable[leaf.node]]


# data


def test_columns_are_leaves_that_hold_one_sample_and_never_learn():
    program = parse(NEURON)
    rows = TABLES["moons"].table(50, seed=3).rows
    assert program.samples.table.rows.tolist() == rows.tolist()
    assert [program.graph.labels[node] for node in program.samples.nodes] == ["x1", "x2", "y"]
    assert [leaf.name for leaf in program.inputs] == ["w1", "w2", "b"]
    assert not program.graph.learnable[list(program.samples.nodes)].any()
    for lane in (0, 17, 49):
        numbers = program.leaves(lane=lane)[list(program.samples.nodes), 0]
        assert numbers.tolist() == rows[lane].tolist()
    assert program.leaves(lane=1_000)[0, 0] == rows[-1, 0]


def test_a_sample_that_does_not_exist_can_be_set_by_name():
    program = parse(NEURON)
    numbers = program.leaves({"x1": 9.0, "w1": 2.0, "none": 1.0}, lane=4)
    assert numbers[program.samples.nodes[0], 0] == 9.0
    assert numbers[program.samples.nodes[1], 0] == program.samples.table.rows[4, 1]
    assert numbers[program.input_named["w1"].node, 0] == 2.0


def test_columns_can_have_any_names_and_a_name_taken_over_leaves_the_column_in_the_graph():
    program = parse('a, b, c = data("moons")\nb = 3\na*b')
    assert program.samples.nodes == (0, 1, 2)
    assert [leaf.name for leaf in program.inputs] == ["b"]


def test_labels_give_two_classes_other_numbers():
    program = parse('x1, x2, y = data("moons", labels=(0, 1))\ny')
    assert program.samples.table.classes == (0.0, 1.0)


def test_rows_can_be_written_out():
    program = parse("x1, x2, y = data([[0, 0, -1], [0, 1, 1], (1, 0, 1), [1, 1, -1]])\nx1*y")
    table = program.samples.table
    assert (table.columns, table.classes, len(table.rows)) == (("x1", "x2", "y"), (-1.0, 1.0), 4)
    assert parse("x, y = data([[1, 0.5], [2, 1.5]])\nx").samples.table.columns == ("x", "y")


def test_one_s_own_table_is_bound_by_name():
    program = parse('a, b = data("mine")\na*b', mine=MINE)
    assert program.samples.table is MINE
    assert forward(program.graph, program.leaves(lane=1))[program.graph.output, 0] == 12.0


# who learns


def test_without_param_every_named_leaf_that_is_no_data_learns():
    assert learners(NEURON) == ["w1", "w2", "b"]
    assert learners("a = 2\na*b*3") == ["a", "b"]


def test_with_param_only_those_learn_and_with_a_network_only_its_parameters():
    assert learners("w = param(0.5)\na = 2\nw*a*b") == ["w"]
    assert learners("n = Neuron(2)\nrate = 0.1\nrate*n(1, x)") == ["n.w1", "n.w2", "n.b"]
    assert learners("n = Neuron(1)\nw = param(-pi)\nw*n(1)") == ["n.w1", "n.b", "w"]
    assert parse("w = param(-pi)\nw*1").inputs[0].written == -np.pi


# networks


def test_a_network_is_named_by_its_name_and_called_with_values_or_a_list():
    one = parse("net = MLP(2, [3, 1], activation=tanh, seed=5)\no = net(x1, x2)")
    other = parse("net = MLP(2, [3, 1], activation=tanh, seed=5)\nxs = [x1, x2]\no = net(xs)")
    assert one.inputs[0].name == "net.layer1.neuron1.w1"
    assert one.graph.labels[one.graph.output] == "o"
    values = [forward(p.graph, p.leaves({"x1": 0.5}))[p.graph.output, 0] for p in (one, other)]
    assert values[0] == values[1]


def test_a_list_is_taken_apart_by_names_or_by_index():
    program = parse("layer = Layer(1, 3)\na, b, c = layer(x)\nout = layer(2)\na + out[0] + out[-1]")
    assert "a" in program.graph.labels
    assert [network.name for network in program.networks] == ["layer"]


def test_a_network_knows_its_neurons_and_where_its_sizes_stand():
    program = parse("net = MLP(2, [3, 1])\nnet(x1, x2)")
    (network,) = program.networks
    graph = program.graph
    assert (network.name, network.sizes) == ("net", (3, 1))
    assert network.sizes_span == Span(1, 14, 1, 20)
    assert [graph.labels[node] for node in network.inputs] == ["x1", "x2"]
    first, last = network.layers[0][0], network.layers[1][0]
    assert first.name == graph.labels[first.node] == "net.layer1.neuron1"
    assert [graph.labels[node] for node in first.weights] == [
        "net.layer1.neuron1.w1", "net.layer1.neuron1.w2"
    ]  # fmt: skip
    assert last.node == graph.output
    assert last.operands == tuple(neuron.node for neuron in network.layers[0])


def test_a_network_that_is_not_called_is_not_drawn_and_the_picture_is_what_was_last():
    program = parse("y = 2*x\nnet = MLP(2, [3, 1])")
    assert program.graph.labels[program.graph.output] == "y"
    assert program.networks == ()
    with pytest.raises(EmptyProgramError):
        parse("net = MLP(2, [3, 1])")


def test_nodes_of_a_call_light_its_words_but_are_not_called_by_them():
    program = parse("net = Neuron(1)\ny = net(x)*2")
    graph = program.graph
    inside = [
        node for node in range(len(graph)) if graph.op(node) and graph.scopes.path(node) == "net"
    ]
    assert {graph.spans[node] for node in inside} == {Span(2, 5, 2, 11)}
    assert [graph.name(node) for node in inside][:2] == ["w1*x", "b + w1*x"]


# losses and predictions


def spelled(source):
    program = parse(source)
    found = program.predicted
    return found and [program.graph.name(node) for node in found.nodes]


def test_what_a_loss_function_compares_is_the_prediction():
    head = 'x1, x2, y = data("moons")\no = tanh(w*x1 + v*x2)\n'
    assert spelled(head + "mse(o, y)") == ["o"]
    assert spelled(head + "hinge(2*o, y) + 0.1*w^2") == ["2*o"]
    three = 'x1, x2, y = data("blobs")\nnet = MLP(2, [3])\nout = net(x1, x2)\n'
    names = [f"net.layer1.neuron{place}" for place in (1, 2, 3)]
    assert spelled(three + "cross_entropy(out, y)") == names
    assert spelled(three + "cross_entropy([out[2], out[0], out[1]], y)") == [
        names[2], names[0], names[1]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "prediction"),
    [
        ("(o - y)^2", ["o"]),
        ("(o - y)^2 + 0.01*w^2", ["o"]),
        ("relu(1 - y*o)", ["o"]),
        ("p = sigmoid(o)\n-(y*log(p) + (1 - y)*log(1 - p))", ["p"]),
        ("abs(o - y)", ["o"]),
        ("o*o", None),
        ("(o - 1)^2", None),
        ("(x1 - y)^2 + o", None),
    ],
)
def test_what_a_loss_by_hand_compares_with_the_target_is_found(loss, prediction):
    head = 'x1, x2, y = data("moons", labels=(0, 1))\nn = w*x1 + v*x2\no = n + b\n'
    assert spelled(head + loss) == prediction


def test_the_mean_over_lanes_counts_a_term_without_data_once():
    program = parse('x, y = data("line", n=8)\nw = param(0.5)\nmse(w*x, y) + 0.1*w^2')
    lanes = [program.leaves(lane=k) for k in range(8)]
    values = forward(program.graph, np.hstack(lanes))
    w = program.input_named["w"].node
    gradients = backward(program.graph, values)[w]
    x, y = program.samples.table.rows.T
    assert values[program.graph.output].mean() == pytest.approx(((0.5 * x - y) ** 2).mean() + 0.025)
    assert gradients.mean() == pytest.approx((2 * (0.5 * x - y) * x).mean() + 0.1)


def test_of_several_loss_functions_the_one_that_the_output_depends_on_counts():
    head = (
        'x1, x2, y = data("moons")\no = tanh(w*x1)\nq = tanh(v*x2)\nl = mse(o, y)\nm = mse(q, y)\n'
    )
    assert spelled(head + "l*2") == ["o"]
    assert spelled(head + "l + m") == ["q"]


def test_a_loss_by_hand_over_a_network_has_a_prediction_only_where_all_ways_meet():
    head = 'x1, x2, y = data("blobs")\nnet = MLP(2, [8, 3])\na, b, c = net(x1, x2)\n'
    one_way = "s = a + b + c\n(s - y)^2"
    assert spelled(head + one_way) == ["s"]
    assert spelled(head + "equal(y, 0)*a + equal(y, 1)*b + equal(y, 2)*c") is None


def test_a_class_that_is_written_picks_its_logit_and_arguments_may_be_named():
    one = parse("a, b = 1, 2\ncross_entropy([a, b], 1)")
    other = parse("a, b = 1, 2\ncross_entropy(target=1, logits=[a, b])")
    values = [forward(p.graph, p.leaves())[p.graph.output, 0] for p in (one, other)]
    assert values == [pytest.approx(0.31326168751822286)] * 2
    assert parse("mse(o, target=y)").graph.words[-1] == "mse(o, target=y)"


def test_the_first_name_of_a_network_stays_and_a_second_network_of_that_name_has_its_own():
    program = parse("n = Neuron(1)\nm = n\nm(x)")
    assert [leaf.name for leaf in program.inputs][:2] == ["n.w1", "n.b"]
    program = parse("n = Neuron(1)\no = n(x)\nn = Neuron(1)\nn(o)")
    assert [network.name for network in program.networks] == ["n", "n#2"]
    assert [leaf.name for leaf in program.inputs] == ["n.w1", "n.b", "x", "n#2.w1", "n#2.b"]


# refusals


DATA = 'Write x1, x2, y = data("moons").'


@pytest.mark.parametrize(
    ("source", "span", "message", "hint"),
    [
        ('data("moons")', (1, 1, 1, 14), "data(...) gives a column to each of several names.",
         DATA),
        ('x = data("moons")', (1, 1, 1, 2),
         "moons has 3 columns, x1, x2, y; left of = stands 1 name.",
         "Write x1, x2, y = data(...)."),
        ('x, y, z = data("moon")', (1, 16, 1, 22), "There is no table called moon.",
         "Did you mean moons?"),
        ("x, y, z = data(moons)", (1, 16, 1, 21), "The name of a table is a text in quotes.", DATA),
        ("x, y, z = data()", (1, 11, 1, 17), "data takes the name of a table.", DATA),
        ('x, y, z = data("moons", n=0)', (1, 27, 1, 28),
         "n is a whole number from 1 to 100,000.", "Write n=200."),
        ('x, y, z = data("moons", n=k)', (1, 27, 1, 28),
         "n is a whole number from 1 to 100,000.", "Write n=200."),
        ('x, y, z = data("moons", noise=-1)', (1, 31, 1, 33), "noise is a number from 0 to 100.",
         "Write noise=0.1."),
        ('x, y, z = data("moons", size=3)', (1, 30, 1, 31), "data has no setting called size.",
         "It has n, noise, seed, labels."),
        ('x, y, z = data("blobs", labels=(0, 1))', (1, 32, 1, 38),
         "blobs has no two classes to label.", "Leave labels out."),
        ('x, y, z = data("moons", labels=(1, 1))', (1, 32, 1, 38),
         "labels are two different numbers.", "Write labels=(0, 1)."),
        ('x, y = data("mine")', (1, 13, 1, 19), "There is no data of your own yet.",
         "Bring some under Data: paste CSV, set points, or write a rule."),
        ('a, b = data("line")\nc, d = data("line")', (2, 8, 2, 20),
         "A program has one data(...).", "Bind all columns in one line."),
        ("x, y = data([[1, 2], [3]])", (1, 22, 1, 25),
         "This row has 1 number, the first one 2 numbers.", "Give every row as many."),
        ("x, y = data([[1, z]])", (1, 14, 1, 20), "A row is a list of numbers.",
         "Write data([[0, 0, -1], [0, 1, 1]]): a row a sample, the target last."),
        ("param(x)", (1, 7, 1, 8), "param holds a number.", "Write param(0.5)."),
        ("param()", (1, 1, 1, 8), "param takes one number.", "Write param(0.5)."),
        ("Nuron(2)", (1, 1, 1, 6), "There is no function called Nuron.", "Did you mean Neuron?"),
        ("n = MLP(2)", (1, 5, 1, 11), "MLP takes a number of inputs and a list of sizes.",
         "Write MLP(2, [4, 1])."),
        ("n = MLP(2, [])", (1, 12, 1, 14), "An MLP needs at least one layer.",
         "Write MLP(2, [4, 1])."),
        ("n = Neuron(1.5)", (1, 12, 1, 15), "This is a whole number from 1.",
         "Write Neuron(2, activation=tanh)."),
        ("n = Neuron(2, activation=tnh)", (1, 26, 1, 29), "This is no activation.",
         "Did you mean tanh?"),
        ("n = Neuron(2, speed=1)", (1, 21, 1, 22), "Neuron has no setting called speed.",
         "It has activation, seed."),
        ("n = Neuron(2)\nn(1)", (2, 1, 2, 5), "n takes 2 inputs, not 1.", ""),
        ("n = Neuron(2)\nn + 1", (2, 1, 2, 2), "n is a network, not a value.",
         "Call it: n(x1, x2)."),
        ("l = Layer(1, 2)\no = l(x)\no", (3, 1, 3, 2),
         "o is a list of 2 values; one is needed here.", "Take one of them: o[0]."),
        ("a = [1, 2]\na[2]", (2, 3, 2, 4), "An index is a whole number from 0 to 1 here.",
         "The list has 2 values."),
        ("a = 3\na[0]", (2, 1, 2, 5), "Only a list has items.", "Leave the brackets out."),
        ("mse", (1, 1, 1, 4), "mse is a function.", "Write mse(o, y)."),
        ("mse(x)", (1, 1, 1, 7), "mse takes a prediction and a target.", "Write mse(o, y)."),
        ("hinge([x], y)", (1, 7, 1, 10), "hinge takes one value.", "Write hinge(o, y)."),
        ("cross_entropy(x, y)", (1, 15, 1, 16),
         "cross_entropy takes a list of logits, one a class.",
         "Write cross_entropy([a, b, c], y)."),
        ('x, z, y = data("moons")\nbinary_cross_entropy(sigmoid(x), y)', (2, 34, 2, 35),
         "binary_cross_entropy needs targets of 0 and 1.", "Write labels=(0, 1) in data(...)."),
        ('x, z, y = data("moons", labels=(0, 1))\nhinge(x, y)', (2, 10, 2, 11),
         "hinge needs targets of −1 and 1.", "Write labels=(-1, 1) in data(...)."),
        ('x, z, y = data("blobs")\ncross_entropy([x, z], y)', (2, 23, 2, 24),
         "cross_entropy needs classes from 0 to 1.", ""),
        ("cross_entropy([a, b], 2)", (1, 1, 1, 25), "The target is a whole number from 0 to 1.",
         ""),
        ("cross_entropy([a, b], pi)", (1, 1, 1, 26), "The target is a whole number from 0 to 1.",
         ""),
        ("mse(o, truth=y)", (1, 1, 1, 16), "mse takes a prediction and a target.",
         "Write mse(o, y)."),
        ("mse(o, y, target=y)", (1, 1, 1, 20), "mse takes a prediction and a target.",
         "Write mse(o, y)."),
        ("mse(o, **y)", (1, 10, 1, 11), "Write each setting by name.", ""),
        ("n = Neuron(2, **x)", (1, 17, 1, 18), "Write each setting by name.", ""),
        ("a = []\na[0]", (2, 1, 2, 5), "This list is empty.", "Put a value into it."),
        ("n = Neuron(2)\nn.parameters()", (2, 1, 2, 15), "This program makes no value to draw.",
         "Make one: w = Value(2.0), or param(0.5)."),
        ("n = Neuron(2)\nn.params()", (2, 1, 2, 9), "A network has no params here.",
         "Did you mean parameters?"),
        ("l2(x)", (1, 1, 1, 6), "l2 takes a network.",
         "Write l2(net), where net is an MLP, a Layer or a Neuron."),
    ],
)  # fmt: skip
def test_what_is_refused_says_where_why_and_the_way_out(source, span, message, hint):
    with pytest.raises(ProgramError) as caught:
        parse(source)
    error = caught.value
    assert (tuple(error.span), error.message, error.hint) == (span, message, hint)


@pytest.mark.parametrize(
    "source",
    [
        "n = MLP(2, [1000000, 1000000])",
        "n = Layer(2, 10000000000000)",
        "n = MLP(2, [40, 40, 1])\na = n(1, 2)\nb = n(2, 3)",
        "n = MLP(2, [20, 20, 1])\nl2(n)",
    ],
)
def test_a_network_too_large_is_refused_before_it_is_made(source):
    with pytest.raises(LimitError) as caught:
        parse(source, Limits(nodes=1_000))
    assert caught.value.message.startswith("This program makes more than 1,000 nodes; so many are")
