"""Nodes as a person writes them: what is left out, what is kept, and that numbers stay the same."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.algebra import Algebra
from engine.expr import Expr
from engine.graph import Graph, formula, in_evaluation_order
from engine.ops import OPS

NUMBERS = (0.0, 1.0, -1.0, 2.0, -0.5, 3.0)
SIGNS = ("add", "sub", "mul", "div", "neg", "pow", "when", "unless")


def written(make):
    """Return what `make` makes over x, y and the algebra, as a formula."""
    node = make(Algebra(), Expr(0.5, label="x"), Expr(3.0, label="y"))
    graph = Graph.of(node)
    plain = node.constant or node.label
    return graph.name(graph.output) if plain else formula(graph, graph.output)


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda a, x, _: a.mul(x, a.number(1.0)), "x"),
        (lambda a, x, _: a.mul(a.number(-1.0), x), "-x"),
        (lambda a, x, _: a.mul(x, a.number(0.0)), "0"),
        (lambda a, x, _: a.add(a.number(0.0), x), "x"),
        (lambda a, x, y: a.add(x, -y), "x - y"),
        (lambda a, x, y: a.apply("sub", x, -y), "x + y"),
        (lambda a, x, y: a.mul(-x, -y), "x*y"),
        (lambda a, x, y: a.mul(-x, y), "-x*y"),
        (lambda a, x, y: a.mul(x, 1 / y), "x/y"),
        (lambda a, x, y: a.mul(a.mul(x, a.number(2.0)), a.mul(a.number(3.0), y)), "6*x*y"),
        (lambda a, x, _: a.mul(a.number(2.0), a.mul(a.number(0.5), x)), "x"),
        (lambda a, x, _: a.apply("div", a.number(-1.0), x), "-1/x"),
        (lambda a, x, _: a.apply("pow", x, a.number(1.0)), "x"),
        (lambda a, x, _: a.apply("neg", -x), "x"),
        (lambda a, x, y: a.apply("when", x, a.apply("when", x, y)), "when(x, y)"),
        (lambda a, x, y: a.apply("when", x, a.apply("unless", x, y)), "0"),
        (lambda a, x, _: a.mul(a.number(2.0), a.apply("when", x, a.number(3.0))), "when(x, 6)"),
        (lambda a, *_: a.apply("tanh", a.number(0.0)), "0"),
        (lambda a, *_: a.apply("log", a.number(0.0)), "log(0)"),
    ],
)
def test_what_a_person_would_not_write_is_left_out(make, shown):
    assert written(make) == shown


@given(data=st.data())
@settings(max_examples=100)
def test_whatever_is_left_out_the_number_is_the_same(data):
    leaves = [Expr(data.draw(st.floats(0.5, 3))) for _ in range(2)]
    algebra = Algebra()
    pairs = [(leaf, leaf) for leaf in leaves]
    pairs += [(Expr.inline(number), Expr.inline(number)) for number in NUMBERS]
    for _ in range(8):
        op = OPS[data.draw(st.sampled_from(SIGNS))]
        chosen = [data.draw(st.sampled_from(pairs)) for _ in op.params]
        plain = Expr.of(op, *(each for each, _ in chosen))
        pairs.append((plain, algebra.apply(op.name, *(each for _, each in chosen))))
        if not math.isfinite(plain.data):
            return
    sizes = [abs(plain.data) for plain, _ in pairs]
    for plain, simple in pairs:
        assert simple.data == pytest.approx(plain.data, rel=1e-12, abs=1e-13 * max(sizes))


def test_the_same_node_is_made_once_and_each_constant_is_its_users_own():
    x = Expr(2.0, label="x")
    algebra = Algebra([x**2])
    square = algebra.apply("pow", x, algebra.number(2.0))
    assert algebra.apply("pow", x, algebra.number(2.0)) is square
    two = algebra.number(2.0)
    both = algebra.add(algebra.mul(two, x), algebra.apply("pow", two, x))
    constants = [node for node in in_evaluation_order(both) if node.constant]
    assert [node.data for node in constants] == [2.0, 2.0]


def test_numbers_that_would_overflow_stay_apart():
    x = Expr(1e-200)
    algebra = Algebra()
    huge = algebra.mul(algebra.number(1e200), algebra.mul(algebra.number(1e200), x))
    assert huge.data == pytest.approx(1e200)
