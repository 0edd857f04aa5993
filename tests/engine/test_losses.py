"""Losses: PyTorch's values and gradients, out of nodes that can be seen."""

from __future__ import annotations

import math

import pytest

from engine import Graph
from engine.errors import ExprError
from engine.expr import Expr
from engine.losses import binary_cross_entropy, cross_entropy, hinge, l1, l2, mse
from engine.nn import Neuron


def found(loss, *leaves):
    """Return a loss's value and its gradients."""
    loss.backward()
    return loss.data, [leaf.grad for leaf in leaves]


def test_mse_is_the_squared_miss_and_of_several_outputs_their_mean():
    a, b = Expr(1.5), Expr(-1.0)
    assert found(mse(a, 1.0), a) == (0.25, [1.0])
    assert found(mse([a, b], [1.0, 1.0]), a, b) == (2.125, [0.5, -2.0])


def test_hinge_is_micrograd_s():
    score = Expr(0.5)
    assert found(hinge(score, 1.0), score) == (0.5, [-1.0])
    assert found(hinge(score, -1.0), score) == (1.5, [1.0])
    assert found(hinge(Expr(2.0), 1.0)) == (0.0, [])


def test_binary_cross_entropy_is_pytorch_s_and_ends_at_100():
    p = Expr(0.3)
    value, (slope,) = found(binary_cross_entropy(p, 1.0), p)
    assert (value, slope) == (pytest.approx(1.2039728043259361), pytest.approx(-3.333333333333333))
    assert binary_cross_entropy(Expr(0.0), 1.0).data == 100.0
    assert binary_cross_entropy(Expr(0.0), 0.0).data == 0.0
    assert binary_cross_entropy(Expr(1.0), 0.0).data == 100.0


@pytest.mark.parametrize(("z", "target"), [(40.0, 1), (40.0, 0), (-800.0, 1), (-800.0, 0)])
def test_a_probability_of_exactly_0_or_1_has_a_slope_with_an_end(z, target):
    logit = Expr(z)
    value, slopes = found(binary_cross_entropy(logit.sigmoid(), float(target)), logit)
    assert value == (0.0 if (z > 0) == target else 100.0)
    assert slopes == [0.0]


@pytest.mark.parametrize("logit", [-3.0, 3.0])
def test_what_is_no_probability_has_no_binary_cross_entropy(logit):
    assert math.isnan(binary_cross_entropy(Expr(logit), 1.0).data + 0 * Expr(1 - logit).log().data)


# torch.nn.functional.cross_entropy of (2, 1, -1) and class 1
LOSS = 1.3490122167681864
SLOPES = [0.7053845126982412, -0.7405035396575809, 0.03511902695933973]


@pytest.mark.parametrize("target", [1, Expr(1.0)])
def test_cross_entropy_is_pytorch_s_whether_the_class_is_written_or_a_node(target):
    logits = [Expr(2.0), Expr(1.0), Expr(-1.0)]
    value, slopes = found(cross_entropy(logits, target), *logits)
    assert value == pytest.approx(LOSS, rel=1e-12)
    assert slopes == pytest.approx(SLOPES, rel=1e-12)


def test_cross_entropy_does_not_overflow():
    value, slopes = found(cross_entropy([Expr(1000.0), Expr(0.0)], 1))
    assert value == 1000.0
    assert all(map(math.isfinite, slopes))


def test_penalties_sum_over_every_parameter():
    neuron = Neuron(2)
    w1, w2, b = (each.data for each in neuron.parameters())
    assert l2(neuron).data == w1 * w1 + w2 * w2 + b * b
    assert l1(neuron).data == abs(w1) + abs(w2) + abs(b)


def test_every_number_on_the_way_is_a_node_in_the_loss_s_own_scope():
    graph = Graph.of(hinge(Expr(0.5, label="o"), Expr(1.0, label="y")))
    assert sorted(graph.name(k) for k in range(len(graph))) == sorted(
        ["o", "y", "-y", "-y*o", "1", "1 + -y*o", "relu(1 + -y*o)"]
    )
    assert {graph.scopes.path(k) for k, _, _ in graph.steps} == {"hinge"}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: cross_entropy([Expr(1.0)], 0),
            "cross_entropy needs a logit for each of two classes or more.",
        ),
        (
            lambda: cross_entropy([Expr(1.0), Expr(2.0)], 2),
            "The target is a whole number from 0 to 1.",
        ),
        (
            lambda: mse([Expr(1.0)], [1.0, 2.0]),
            "mse compares as many outputs as targets, not 1 with 2.",
        ),
    ],
)
def test_what_has_no_loss_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(ExprError) as caught:
        make()
    assert str(caught.value) == sentence
