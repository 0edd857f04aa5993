"""Networks: micrograd's weights, micrograd's arithmetic, micrograd's answers."""

from __future__ import annotations

import pytest

from engine import Graph, tanh
from engine.errors import ExprError
from engine.expr import Expr
from engine.nn import MLP, Layer, Neuron

# micrograd 0.1.0 after random.seed(1337): MLP(2, [3, 1]), then its output at [1, -2], then backward
WEIGHTS = [
    *(0.235505713903, 0.06653114721, 0, -0.268303281501, 0.171574707805, 0),
    *(-0.668625432622, 0.648747493815, 0, -0.232590382772, 0.579225649831, 0.843453019793, 0),
]
OUTPUT = -0.023827354149966364
GRADIENTS = [
    *(-0.23259038277158273, 0.46518076554316545, -0.23259038277158273),
    *(0, 0, 0, 0, 0, 0, 0.102443419482938, 0, 0, 1),
]


def test_weights_output_and_gradients_are_micrograd_s():
    net = MLP(2, [3, 1], seed=1337)
    assert [round(each.data, 12) for each in net.parameters()] == WEIGHTS
    output = net([1.0, -2.0])
    output.backward()
    assert output.data == OUTPUT
    assert [each.grad for each in net.parameters()] == GRADIENTS


def test_micrograd_s_demo_has_337_parameters_of_ours_too():
    net = MLP(2, [16, 16, 1], seed=1337)
    assert len(net.parameters()) == 337
    assert net.parameters()[0].data == MLP(2, [3, 1], seed=1337).parameters()[0].data


def test_a_layer_returns_a_list_and_of_one_neuron_a_value_as_micrograd_has_it():
    values = Layer(2, 3, seed=7)([0.5, -1.0])
    assert [each.data for each in values] == [
        0.5221344169841585,
        1.0060618997047683,
        0.3045041704815181,
    ]
    assert isinstance(Layer(2, 1)(1, 2), Expr)
    assert isinstance(Neuron(3)(1, 2, 3), Expr)
    assert len(MLP(2, [2, 2])([1, 2])) == 2


def test_numbers_values_and_one_list_of_them_are_taken_alike():
    neuron = Neuron(2, activation="tanh", seed=3)
    x = Expr(0.5, label="x")
    assert neuron(x, 1).data == neuron([x, 1]).data == neuron(0.5, 1.0).data


def test_parameters_are_named_by_layer_neuron_and_place():
    net = MLP(2, [3, 1])
    labels = [each.label for each in net.parameters()]
    assert labels[:3] == ["mlp.layer1.neuron1.w1", "mlp.layer1.neuron1.w2", "mlp.layer1.neuron1.b"]
    assert labels[-1] == "mlp.layer2.neuron1.b"
    net.rename("judge")
    assert net.parameters()[0].label == "judge.layer1.neuron1.w1"
    assert [each.label for each in Neuron(1, name="n").parameters()] == ["n.w1", "n.b"]
    assert [each.label for each in Layer(1, 2).parameters()][-1] == "layer.neuron2.b"


def test_nodes_know_the_neuron_that_made_them_and_read_as_formulas_there():
    net = MLP(2, [2, 1])
    graph = Graph.of(net(Expr(1.0, label="x1"), Expr(2.0, label="x2")))
    made = [
        graph.name(k)
        for k in range(len(graph))
        if graph.op(k) and graph.scopes.path(k) == "mlp.layer1.neuron2"
    ]
    assert made == ["w1*x1", "b + w1*x1", "w2*x2", "b + w1*x1 + w2*x2", "mlp.layer1.neuron2"]
    assert "w1*layer1.neuron1" in [graph.name(k) for k in range(len(graph))]


def test_activations_are_ops_by_name_or_function_and_the_last_layer_is_linear():
    net = MLP(2, [2, 2, 1], activation=tanh)
    assert [layer[0].activation for layer in net.layers] == ["tanh", "tanh", "linear"]
    net = MLP(2, [2, 1], activation="sigmoid", output="tanh")
    assert [layer[0].activation for layer in net.layers] == ["sigmoid", "tanh"]
    assert Neuron(2).activation == "relu"
    assert Neuron(2, activation=None).activation == "linear"


def test_they_print_as_they_are_written():
    assert repr(Neuron(2, activation="tanh")) == "Neuron(2, activation=tanh)"
    assert repr(Layer(2, 3)) == "Layer(2, 3, activation=relu)"
    assert repr(MLP(2, [16, 16, 1])) == "MLP(2, [16, 16, 1], activation=relu)"
    assert repr(MLP(2, [1], output="sigmoid")) == "MLP(2, [1], output=sigmoid)"
    mixed = MLP(2, [4, 3, 1], activation=["tanh", "relu", None])
    assert repr(mixed) == "MLP(2, [4, 3, 1], activation=[tanh, relu, linear])"
    assert repr(MLP(2, [4, 1], activation=["tanh", "relu"])) == (
        "MLP(2, [4, 1], activation=tanh, output=relu)"
    )


def test_a_value_used_by_a_whole_batch_trains_one_set_of_weights():
    neuron = Neuron(1, activation=None)
    loss = sum((neuron(x) - 2 * x) ** 2 for x in (1.0, 2.0, -1.0))
    assert [each.label for each in loss.parameters()] == ["neuron.w1", "neuron.b"]
    for _ in range(200):
        loss.learn(0.05)
        loss.recalculate()
    assert neuron.weights[0].data == pytest.approx(2.0, abs=1e-4)


def test_zero_grad_is_there_though_nothing_needs_it():
    net = MLP(1, [1])
    net(2.0).backward()
    net.zero_grad()
    assert [each.grad for each in net.parameters()] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Neuron(2)(1), "neuron takes 2 inputs, not 1."),
        (lambda: MLP(1, [1])([1, 2]), "mlp takes 1 input, not 2."),
        (lambda: Neuron(0), "A number of inputs is a whole number from 1, not 0."),
        (lambda: Layer(2, 1.5), "A number of neurons is a whole number from 1, not 1.5."),
        (lambda: MLP(2, []), "An MLP needs at least one layer."),
        (
            lambda: MLP(2, [3, 1], activation=["tanh"]),
            "2 layers cannot have 1 activation: give one a layer.",
        ),
        (
            lambda: MLP(2, [1], activation=["tanh"], output="relu"),
            "The list of activations has the last layer's too: leave out output.",
        ),
        (lambda: MLP(2, [3, True]), "A number of neurons is a whole number from 1, not True."),
        (
            lambda: Neuron(2, activation="max"),
            "max is no activation. Take relu, tanh, sigmoid or linear.",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(ExprError) as caught:
        make()
    assert str(caught.value) == sentence
