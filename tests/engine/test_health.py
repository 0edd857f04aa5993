"""Vanishing, exploding, dead and saturated are seen and named; healthy nets are left alone."""

import pytest

from engine.program import parse
from tests.engine.learning import neuron, trainer

MOONS = 'x1, x2, y = data("moons", n=100, noise=0.1, seed=1)\n'


def network(sizes, activation, tail="mse(mlp(x1, x2), y)", seed=1337):
    return parse(f"{MOONS}mlp = MLP(2, {sizes}, activation={activation}, seed={seed})\n{tail}")


def verdicts(run):
    return [layer.verdict for layer in run.health()]


def scaled(run, part, factor):
    """Multiply, by hand, every parameter with this in its name."""
    for name, number in zip(run.names, run.weights.tolist(), strict=True):
        if part in name:
            run.set_weight(name, number * factor)


@pytest.fixture(params=["native", "plain"])
def either(request, kernels):
    return kernels if request.param == "native" else None


@pytest.mark.parametrize("seed", [1, 2, 1337])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_fresh_network_is_healthy_and_so_is_a_trained_one(kernels, activation, seed):
    hinge = "relu(1 + -y*mlp(x1, x2))"
    run = trainer(network("[16, 16, 1]", activation, hinge, seed), kernels, rate=0.1)
    assert [layer.name for layer in run.health()] == ["mlp.layer1", "mlp.layer2", "mlp.layer3"]
    assert verdicts(run) == ["", "", ""]
    run.advance(300)
    assert run.measure().accuracy > 0.9
    assert verdicts(run) == ["", "", ""]


def test_a_trained_neuron_is_healthy_though_its_output_is_settled(either):
    run = trainer(neuron(), either, rate=0.5)
    assert verdicts(run) == [""]
    run.advance(400)
    assert verdicts(run) == [""]
    (layer,) = run.health()
    assert layer.name == "program"
    assert 0 < layer.activation < 1
    assert layer.gradient > 0


def test_a_hinge_that_is_met_everywhere_is_not_dead(kernels):
    text = 'x1, x2, y = data("gaussians", n=60, noise=0.05, seed=1)\nw1, w2, b = 9, 9, 0\n'
    run = trainer(parse(f"{text}o = w1*x1 + w2*x2 + b\nhinge(o, y)"), kernels, rate=0.5)
    run.advance(300)
    assert verdicts(run) == [""]


def test_in_a_deep_sigmoid_network_the_gradients_vanish(either):
    run = trainer(network("[4, 4, 4, 4, 4, 4, 4, 1]", "sigmoid"), either)
    layers = run.health()
    assert layers[0].verdict == "vanishing"
    assert layers[-1].verdict == ""
    assert "times smaller here than in the last layer." in layers[0].sentence
    sizes = [layer.gradient for layer in layers]
    assert sizes[0] < sizes[3] < sizes[-1]


def test_with_large_weights_gradients_explode_on_their_way_down(either):
    run = trainer(network("[8, 8, 8, 1]", "leaky_relu"), either)
    for part in ("layer2", "layer3", "layer4"):
        scaled(run, part, 60.0)
    layers = run.health()
    assert layers[0].verdict == "exploding"
    assert "times larger here" in layers[0].sentence


def test_large_weights_saturate_tanh(either):
    run = trainer(network("[8, 8, 1]", "tanh"), either)
    scaled(run, "layer1", 100.0)
    layers = run.health()
    assert layers[0].verdict == "saturated"
    assert layers[0].sentence.endswith("on most samples: little gradient gets through.")
    assert layers[0].activation > 0.9


def test_an_output_that_is_settled_on_wrong_answers_is_saturated(kernels):
    run = trainer(neuron(), kernels)
    run.set_weight("b", 60.0)
    assert verdicts(run) == ["saturated"]


def test_large_negative_biases_kill_relu(either):
    run = trainer(network("[8, 8, 1]", "relu"), either)
    for name in run.names:
        if "layer2" in name and name.endswith("b"):
            run.set_weight(name, -1000.0)
    layers = run.health()
    assert [layer.verdict for layer in layers] == ["", "dead", ""]
    assert layers[1].sentence.startswith("8 of 8 neurons give 0 on every sample")
    assert layers[1].gradient == layers[0].gradient == 0.0


def test_a_program_without_a_network_is_one_row(kernels):
    run = trainer(parse(f"{MOONS}w = 1\nh = relu(w*x1 - 50)\n(h - y)^2"), kernels)
    (layer,) = run.health()
    assert (layer.name, layer.verdict) == ("program", "dead")
    (layer,) = trainer(parse("w = 2\nw*w"), kernels).health()
    assert (layer.name, layer.activation, layer.verdict) == ("program", 0.0, "")
