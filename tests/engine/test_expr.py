"""Expr: a number that remembers how it was computed."""

import gc
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import OPS, Expr, Graph, tanh, tapes
from engine.errors import ExprError, GradwalkError

NUMBERS = [2, 2.0, np.float64(2), np.float32(2), np.int64(2), Decimal(2), Fraction(2), True + 1]
OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


def neuron():
    x1, x2 = Expr(2.0, label="x1"), Expr(0.0, label="x2")
    w1, w2 = Expr(-3.0, label="w1"), Expr(1.0, label="w2")
    b = Expr(6.8813735870195432, label="b")
    return (x1 * w1 + x2 * w2 + b).tanh(label="o")


def test_the_lectures_neuron():
    o = neuron()
    o.backward()
    assert o.data == pytest.approx(0.7071, abs=1e-4)
    gradients = [o.find(name).grad for name in ("x1", "w1", "x2", "w2", "b")]
    assert gradients == pytest.approx([-1.5, 1.0, 0.5, 0.0, 0.5], abs=1e-9)


def test_a_value_used_twice_is_one_node_and_both_paths_add_up():
    x = Expr(3.0)
    y = x * x
    y.backward()
    assert (y.data, x.grad, len(Graph.of(y))) == (9.0, 6.0, 2)


def test_a_second_backward_gives_the_same_gradients():
    o = neuron()
    o.backward()
    first = [leaf.grad for leaf in o.parameters()]
    o.backward()
    assert [leaf.grad for leaf in o.parameters()] == first


def test_gradients_belong_to_the_pass_that_computed_them():
    x = Expr(3.0)
    (x * x).backward()
    (x * 5).backward()
    assert x.grad == 5.0


@pytest.mark.parametrize("sign", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: type(number).__name__)
def test_numbers_of_any_kind_stand_on_either_side(sign, number):
    apply = OPERATORS[sign]
    x = Expr(3.0)
    left, right = apply(x, number), apply(number, x)
    assert (type(left), type(right)) == (Expr, Expr)
    assert (left.data, right.data) == (apply(3.0, 2.0), apply(2.0, 3.0))
    constant = left.operands[1]
    assert (constant.constant, constant.learnable, constant.label) == (True, False, None)


def test_signs_and_abs():
    x = Expr(-3.0)
    assert (-x).data == 3.0
    assert +x is x
    assert abs(x).op is OPS["abs"]


def test_sum_adds_up_without_a_node_for_its_zero():
    terms = [Expr(float(k)) for k in range(5)]
    total = sum(terms)
    assert total.data == 10.0
    assert len(Graph.of(total)) == 5 + 4
    total.backward()
    assert [term.grad for term in terms] == [1.0] * 5


def test_a_square_below_zero_has_its_value_and_its_gradient():
    x = Expr(-3.0)
    y = x**2
    y.backward()
    assert (y.data, x.grad) == (9.0, -6.0)


@pytest.mark.parametrize("thing", ["2", None, [1.0], 1j, object(), np.array([1.0, 2.0])])
def test_what_is_no_real_number_is_refused(thing):
    with pytest.raises(ExprError):
        Expr(thing)
    with pytest.raises(TypeError):
        Expr(1.0) + thing
    with pytest.raises(TypeError):
        thing * Expr(1.0)
    with pytest.raises(ExprError):
        Expr(1.0).max(thing)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_a_node_with_the_wrong_number_of_operands_cannot_be_built(op):
    x = Expr(1.0)
    for count in {0, 1, 2, 3} - {op.arity}:
        with pytest.raises(ExprError, match=f"^{op.name} takes .*, not {count}"):
            Expr.of(op, *[x] * count)
    with pytest.raises(ExprError):
        getattr(x, op.name)(x, x)


def test_every_refusal_is_a_gradwalk_error():
    with pytest.raises(GradwalkError):
        Expr("2")


def test_an_integer_beyond_the_largest_float_is_infinite():
    assert Expr(10**400).data == math.inf
    assert Expr(-(10**400)).data == -math.inf


def test_nothing_raises_in_the_middle_of_a_graph():
    x = Expr(0.0)
    assert (1 / x).data == math.inf
    assert (x - 1).log().data != (x - 1).log().data
    assert math.isnan(((x - 2) ** 0.5).data)
    assert (x + 1000).exp().data == math.inf
    out = (x - 1).log() + 1 / x
    out.backward()
    assert math.isnan(out.data)


def test_a_leaf_can_be_set_and_the_output_recalculated():
    x = Expr(3.0, label="x")
    y = x * x
    x.data = np.float64(4)
    assert y.data == 9.0
    assert y.recalculate() is y
    assert (y.data, type(x.data)) == (16.0, float)


def test_backward_brings_values_up_to_date_first():
    x = Expr(3.0)
    y = x * x
    x.data = 5.0
    y.backward()
    assert (y.data, x.grad) == (25.0, 10.0)


def test_a_result_cannot_be_set():
    y = Expr(3.0) + 1
    with pytest.raises(ExprError, match="add computes this node"):
        y.data = 2.0
    assert y.data == 4.0
    for name in ("op", "operands", "serial", "constant"):
        with pytest.raises(AttributeError):
            setattr(y, name, None)


def test_learning_moves_each_learnable_leaf_against_its_gradient():
    x, w = Expr(2.0, label="x", learnable=False), Expr(3.0, label="w")
    loss = (x * w - 10) ** 2
    loss.learn(0.01)
    assert w.data == pytest.approx(3.0 - 0.01 * 2 * (6 - 10) * 2)
    assert x.data == 2.0
    assert loss.data == 16.0
    assert loss.recalculate().data < 16.0


def test_learning_comes_down_to_the_answer():
    w = Expr(0.0)
    loss = (w - 4) ** 2
    for _ in range(100):
        loss.learn(0.1)
    assert w.data == pytest.approx(4.0, abs=1e-6)


def test_a_literal_written_inline_never_learns():
    x = Expr(3.0)
    y = x * 2 + 1
    y.learn(0.1)
    constants = [y.operands[1], y.operands[0].operands[1]]
    assert [constant.data for constant in constants] == [1.0, 2.0]
    assert y.parameters() == [x]
    for node in (*constants, y):
        with pytest.raises(ExprError, match="can learn"):
            node.learnable = True
    assert not any(node.learnable for node in (*constants, y))


def test_a_leaf_can_be_kept_from_learning():
    x = Expr(3.0)
    x.learnable = False
    y = x * x
    y.learn(0.1)
    assert (x.data, x.grad, y.parameters()) == (3.0, 6.0, [])


def test_parameters_come_once_each_in_the_order_they_were_made():
    a, b = Expr(1.0), Expr(2.0)
    assert (b * a + b * a).parameters() == [a, b]


def test_a_node_is_found_by_its_label():
    o = neuron()
    assert o.find("w1").data == -3.0
    assert o.find("o") is o
    assert o.find("nobody") is None
    assert o.find("constant") is None


def test_labels_may_be_set_later():
    y = tanh(Expr(1.0), label="y")
    y.label = "z"
    assert (y.label, y.find("z")) == ("z", y)


def test_it_shows_itself_briefly():
    assert repr(Expr(3.0, label="x")) == "Expr(data=3.0, grad=0.0, label='x')"
    assert repr(Expr(3.0) * 2) == "Expr(data=6.0, grad=0.0)"


def test_numpy_scalars_leave_the_operator_to_expr_and_arrays_are_refused():
    assert type(np.float64(2) * Expr(3.0)) is Expr
    with pytest.raises(TypeError):
        np.ones(3) * Expr(3.0)


def test_a_chain_100_000_deep_works():
    x = Expr(0.5)
    y = x
    for _ in range(50_000):
        y = -(y * 1)
    y.learn(0.1)
    assert (y.data, x.grad) == (0.5, 1.0)
    assert x.data == pytest.approx(0.4)


def test_a_long_sum_works():
    assert sum(Expr(1.0) for _ in range(50_000)).data == 50_000.0


@given(numbers=st.lists(st.floats(-10, 10), min_size=1, max_size=8))
def test_the_gradient_of_a_sum_of_squares_is_twice_each(numbers):
    leaves = [Expr(number) for number in numbers]
    total = sum(leaf**2 for leaf in leaves)
    total.backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx([2 * number for number in numbers])


def test_structures_are_not_kept_of_every_node_that_went_backward():
    total = Expr(0.0)
    for step in range(20):
        total = total + Expr(float(step)).tanh()
        total.backward()
        total.backward()
    assert len(tapes._kept) <= tapes.KEPT
    assert total.grad == 1.0
    del total
    gc.collect()
    assert not tapes._kept
