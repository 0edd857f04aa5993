"""The engine as a library: what micrograd and its Rust port offer, row by row, and the examples."""

import copy
import doctest
import gc
import importlib
import inspect
import math
import pickle
import pkgutil
import random
import re
import runpy
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from threading import Thread
from weakref import ref

import numpy as np
import pytest

import engine
from engine import MLP, OPS, Computed, Expr, Graph, Layer, Neuron, parse, tree
from engine import Expr as Value
from engine.compiled import KERNELS
from engine.data import TABLES
from engine.errors import ExprError
from engine.evaluate import backward, forward
from engine.graph import in_evaluation_order, leaf_numbers
from engine.scopes import scope

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples" / "library").glob("*.py"))


def neuron():
    x1, x2 = Expr(2.0, label="x1"), Expr(0.0, label="x2")
    w1, w2, b = Expr(-3.0, label="w1"), Expr(1.0, label="w2"), Expr(6.881373587019543, label="b")
    return (x1 * w1 + x2 * w2 + b).tanh(label="o")


# the port


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_a_label_is_an_argument_of_every_op_and_optional(op):
    operands = [Expr(0.5) for _ in op.params]
    first, *others = operands
    named, nameless = getattr(first, op.name)(*others, label="o"), getattr(first, op.name)(*others)
    assert (named.label, nameless.label) == ("o", None)
    assert getattr(engine, op.name)(*operands, label="o").label == "o"


@pytest.mark.parametrize("name", ["op", "operands", "serial", "scope", "constant"])
def test_what_a_node_is_made_of_cannot_be_changed(name):
    with pytest.raises(AttributeError):
        setattr(neuron(), name, None)


def test_a_result_has_no_number_of_its_own_to_set():
    with pytest.raises(ExprError, match="tanh computes this node"):
        neuron().data = 1.0


def test_a_value_that_is_used_twice_is_one_node():
    x = Expr(3.0)
    y = x * x
    y.backward()
    assert (x.grad, len(Graph.of(y))) == (6.0, 2)


def test_a_copy_is_independent_and_shares_inside_itself():
    x = Expr(3.0, label="x")
    y = x * x
    copied = y.copy()
    mine = copied.find("x")
    assert mine is not x
    assert len(Graph.of(copied)) == 2
    mine.data = 5.0
    copied.recalculate()
    assert (y.data, copied.data) == (9.0, 25.0)
    y.learn(0.1)
    assert mine.data == 5.0


def test_a_copy_keeps_labels_constants_and_what_learns():
    held = Expr(2.0, label="held", learnable=False)
    copied = copy.copy((held * 3.0).add(1, label="y"))
    product, one = copied.operands
    assert (copied.label, one.constant, product.operands[1].constant) == ("y", True, True)
    assert (product.operands[0].label, product.operands[0].learnable) == ("held", False)


def test_nodes_that_are_copied_together_stay_together():
    x = Expr(3.0)
    first, second = copy.deepcopy([x, x + 1])
    assert second.operands[0] is first
    assert first is not x


def test_a_copy_may_be_deep():
    chain = Expr(0.0)
    for _ in range(20_000):
        chain = chain + 1
    assert chain.copy().data == 20_000.0


def test_a_copied_leaf_that_learns_still_may():
    assert Expr(1.0).copy().learnable


@pytest.mark.parametrize("op", ["add", "sub", "mul", "div", "pow", "max", "min"])
@pytest.mark.parametrize("five", [5, 5.0, np.float64(5), np.int32(5), Fraction(5), Decimal(5)])
def test_numbers_of_every_type_are_operands_on_either_side(op, five):
    x = Expr(2.0)
    left, right = getattr(engine, op)(x, five), getattr(engine, op)(five, x)
    assert left.data == getattr(engine, op)(2.0, 5.0).data
    assert right.data == getattr(engine, op)(5.0, 2.0).data


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        ("5", "a str ('5')"),
        (1j, "a complex (1j)"),
        (np.complex64(1), "a complex64"),
        ([5.0], "a list"),
        (None, "None"),
        (np.zeros(3), r"an array of shape (3,); take its items one by one"),
    ],
    ids=str,
)
def test_what_is_no_number_is_refused_in_a_sentence(thing, words):
    x = Expr(2.0)
    for attempt in (lambda: x * thing, lambda: thing * x):
        with pytest.raises(ExprError) as refused:
            attempt()
        assert str(refused.value) == f"× takes Exprs and real numbers, not {words}."
    for attempt in (lambda: Expr(thing), lambda: x.max(thing)):
        with pytest.raises(ExprError) as refused:
            attempt()
        assert str(refused.value) == f"An Expr holds one real number, not {words}."


def test_a_class_of_anothers_may_have_its_own_arithmetic_with_exprs():
    class Theirs:
        def __radd__(self, other):
            return "theirs"

    assert Expr(1.0) + Theirs() == "theirs"


def test_learn_and_recalculate_in_a_loop_lower_the_loss():
    w = Expr(0.0)
    loss = (w - 3) ** 2
    for _ in range(100):
        loss.learn(0.1)
        loss.recalculate()
    assert loss.data < 1e-12


def test_a_large_expr_learns_the_same_on_kernels_as_in_python():
    KERNELS.wait()
    net = MLP(2, [16, 16, 1], seed=1)
    loss = sum((net([a, -a]) - 1) ** 2 for a in (0.1, 0.5, -0.7))
    nodes = in_evaluation_order(loss)
    graph, leaves = Graph.of(loss), leaf_numbers(nodes)
    values = forward(graph, leaves)
    gradients = backward(graph, values)
    loss.learn(0.05)
    assert np.array_equal([node.grad for node in nodes], gradients[:, 0], equal_nan=True)
    leaves = leaf_numbers(nodes)
    assert loss.recalculate().data == forward(graph, leaves)[graph.output, 0]


def test_a_node_of_two_outputs_has_one_number_and_its_gradient_is_the_last_passs():
    x = Expr(3.0)
    square, triple = x * x, x * 3
    square.backward()
    triple.backward()
    assert (x.grad, square.grad, triple.grad) == (3.0, 1.0, 1.0)
    x.data = 5.0
    assert (square.recalculate().data, triple.data, triple.recalculate().data) == (25.0, 9.0, 15.0)
    x.grad = 7.0
    assert (x.grad, (x + 1).data) == (7.0, 6.0)
    x.grad = None
    assert x.grad == 0.0


def test_find_then_set_then_recalculate():
    o = neuron()
    o.find("b").data = 0.0
    assert o.recalculate().data == pytest.approx(np.tanh(-6.0))
    assert o.find("nowhere") is None


def test_counting_and_what_learns():
    o = neuron()
    assert len(Graph.of(o)) == 10
    o.find("x1").learnable = o.find("x2").learnable = False
    assert [leaf.label for leaf in o.parameters()] == ["w1", "w2", "b"]


def test_networks_share_their_parameters_over_samples():
    net = MLP(2, [3, 1], activation=["tanh", None], seed=1)
    loss = sum((net(x) - 1) ** 2 for x in ([1.0, 2.0], [-1.0, 0.5]))
    assert {id(leaf) for leaf in loss.parameters()} == {id(leaf) for leaf in net.parameters()}
    before = [leaf.data for leaf in net.parameters()]
    loss.learn(0.1)
    assert [leaf.data for leaf in net.parameters()] != before


def test_networks_print_themselves():
    printed = [str(Neuron(2)), str(Layer(2, 3, activation="tanh")), str(MLP(3, [4, 1]))]
    assert printed == [
        "Neuron(2, activation=relu)",
        "Layer(2, 3, activation=tanh)",
        "MLP(3, [4, 1], activation=relu)",
    ]


def test_the_outline_says_what_is_used_again_and_ends_where_it_is_long():
    x = Expr(2.0, label="x")
    y = x * x
    assert tree(y + y).splitlines()[-1] == "└ × = 4, grad 0 (as above)"
    for _ in range(2_000):
        y = y + 1
    cut = tree(y).splitlines()
    assert (len(cut), cut[12][-2:]) == (25, " …")
    wide = sum(Expr(1.0) for _ in range(3_000))
    assert tree(wide, deepest=5_000).splitlines()[-1] == "…"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_runs_and_is_short(script, capsys):
    assert len(script.read_text("utf-8").splitlines()) < 60
    runpy.run_path(str(script), run_name="__main__")
    last = capsys.readouterr().out.splitlines()[-1]
    assert (
        last
        == {
            "operations": "15.0 1.5 8.0",
            "backpropagation": "tanh(2.00*-3.43 + 1.00*0.78 + 6.28) = tanh(0.21) = 0.20",
            "neuron": "└ constant 2",
            "layer": "Step 100: 15.00, 85.00, loss 0.0000",
            "mlp": "Step 100: 151.07, 253.56, 337.38   loss 0.0058",
            "demo": "after all: loss 0.0110, accuracy 100%",
        }[script.stem]
    )


def test_an_example_is_a_script():
    done = subprocess.run(
        [sys.executable, "examples/library/neuron.py"],
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONPATH": "."},
        timeout=60,
        check=True,
    )
    assert b"Step 100: 50.00" in done.stdout


# what goes on behind it


def test_two_losses_over_one_leaf_take_turns_and_each_is_right():
    w, x = Expr(0.5), Expr(2.0)
    first, second = (w * x - 3) ** 2, (w + x).tanh()
    for number in (0.5, -1.0, 2.0):
        w.data = number
        for loss in (first, second, first):
            copied = loss.copy()
            loss.backward()
            copied.backward()
            assert loss.data == copied.data
            assert [p.grad for p in loss.parameters()] == [p.grad for p in copied.parameters()]


def test_threads_may_share_a_leaf_and_nothing_stays_wrong():
    w = Expr(0.5)
    losses = [sum((w * k).tanh() for k in range(1, 40)) + w**n for n in range(2, 6)]
    threads = [Thread(target=lambda at=at: [at.backward() for _ in range(40)]) for at in losses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for loss in losses:
        w.data = 0.25
        copied = loss.copy()
        copied.backward()
        loss.backward()
        assert (loss.data, w.grad) == (copied.data, copied.parameters()[0].grad)


def test_what_nobody_asks_about_any_more_is_let_go():
    w = Expr(0.5)
    for _ in range(3):
        loss = w
        for _ in range(200):
            loss = loss + 1
        loss.backward()
        below = ref(loss.operands[0])
        assert w.grad == 1.0
        del loss
        gc.collect()
        assert below() is None
    assert (w.data, w.grad) == (0.5, 1.0)
    held = [Expr(1.0) * w for _ in range(10)]  # more than are kept
    for each in held:
        each.backward()
    assert [each.operands[0].grad for each in held] == [0.5] * 10


def test_a_pickled_expr_is_another_one_with_the_same_numbers_and_leaves_stay_shared():
    x = Expr(2.0, label="x", learnable=False)
    with scope("part"):
        y = (x * 3.0).tanh(label="y")
    y.backward()
    again, other = pickle.loads(pickle.dumps((x, y)))
    assert other.find("x") is again
    assert (other.data, again.grad, again.learnable) == (y.data, x.grad, False)
    assert [node.scope and node.scope.path for node in (other, again)] == ["part", None]
    assert other.operands[0].operands[1].constant
    again.data = 1.0
    assert other.recalculate().data == math.tanh(3.0)
    chain = x
    for _ in range(5_000):
        chain = chain + 1
    assert pickle.loads(pickle.dumps(chain)).data == chain.data


def test_a_pickled_network_says_the_same():
    net = MLP(2, [3, 1], seed=1)
    said = net([1.0, -2.0]).data
    assert pickle.loads(pickle.dumps(net))([1.0, -2.0]).data == said


@pytest.mark.parametrize("rate", [Fraction(1, 10), Decimal("0.1"), np.float64(0.1), 0.1])
def test_a_rate_is_a_number_of_any_type(rate):
    w = Expr(1.0)
    (w * w).learn(rate)
    assert w.data == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (lambda: Expr(1.0).learn("a"), "An Expr holds one real number, not a str ('a')."),
        (lambda: Expr(1.0, label=3), "A label is a text or None, not an int."),
        (lambda: setattr(Expr(1.0), "label", 3), "A label is a text or None, not an int."),
        (lambda: Expr(1.0).tanh(label=3), "A label is a text or None, not an int."),
        (lambda: setattr(Expr.inline(1.0), "data", 2.0), "A number written inline stays as it is."),
        (
            lambda: Expr.over(OPS["tanh"], (Expr(1.0),) * 2),
            "tanh takes one operand, tanh(x), not 2.",
        ),
        (lambda: np.array(2.0) * Expr(1.0), "an array of shape (); take its .item()."),
        (lambda: tree(3), "tree takes an Expr, not an int."),
        (lambda: Computed.of([Expr(1.0)]), "Computed.of takes an Expr, not a list."),
        (lambda: Graph.of(3), "Graph.of takes an Expr, not a int."),
        (lambda: engine.l2([1.0]), "l2 takes a Neuron, a Layer or an MLP, not a list."),
        (lambda: parse(3), "parse takes the text of a program, not a int."),
        (
            lambda: Computed.of_program(parse("x*x"), {"z": 3}),
            "The program has no input called z. Its inputs are x.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(attempt, sentence):
    with pytest.raises((engine.GradwalkError, TypeError)) as refused:
        attempt()
    assert sentence in str(refused.value)


def test_a_signalling_decimal_is_no_number():
    assert math.isnan(Expr(Decimal("sNaN")).data)


def test_a_number_of_neurons_is_a_layer():
    assert repr(MLP(2, 3)) == "MLP(2, [3])"


def test_readers_of_types_know_every_op():
    sources = [inspect.getsource(each).partition("TYPE_CHECKING:")[2] for each in (engine, Expr)]
    functions, methods = (
        set(re.findall(r"^ +(\w+): ", source, re.MULTILINE)) for source in sources
    )
    assert functions == set(OPS)
    assert methods >= set(OPS)
    assert not {"abs", "max", "min", "pow"} & set(engine.__all__)


# micrograd


def test_micrograds_first_program_comes_to_what_micrograd_prints():
    a, b = Value(-4.0), Value(2.0)
    c, d = a + b, a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


def test_micrograds_demo_runs_with_value_for_its_values():
    random.seed(1337)
    table = TABLES["moons"].table(n=20, noise=0.1, seed=1)
    points, labels = table.rows[:, :2], table.rows[:, 2].astype(int)
    model = MLP(2, [16, 16, 1])
    scores = list(map(model, [list(map(Value, row)) for row in points]))
    losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
    total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
    right = [(label > 0) == (s.data > 0) for label, s in zip(labels, scores, strict=True)]
    model.zero_grad()
    total.backward()
    before = total.data
    for p in model.parameters():
        p.data -= 0.01 * p.grad
    assert total.recalculate().data < before
    assert 0 <= sum(right) <= 20


def test_a_weight_is_found_where_micrograd_has_it():
    net = MLP(2, [3, 1], seed=1)
    assert net.layers[0].neurons[2].w[1] is net.parameters()[7]
    assert net.layers[1].neurons[0].b is net.parameters()[-1]


def test_what_draws_micrograds_graphs_finds_operands_and_signs():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    z = (x * y).tanh()
    (product,) = z._prev
    assert (z._op, product._op, product._prev, x._op, x._prev) == ("tanh", "×", {x, y}, "", set())
    assert Value.tanh(x).data == x.tanh().data


# documentation


def examples():
    """Return the lines of every session in the docstrings of the engine."""
    finder = doctest.DocTestFinder()
    for each in pkgutil.walk_packages(engine.__path__, "engine."):
        for found in finder.find(importlib.import_module(each.name)):
            yield from (example.source for example in found.examples)


def test_every_public_name_stands_in_an_example_that_the_tests_run():
    shown = set(re.findall(r"\w+", "".join(examples())))
    assert set(engine.__all__) <= shown
