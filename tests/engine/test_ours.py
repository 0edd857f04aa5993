"""Programs for this engine, as the typed language reads them."""

import pytest

import engine
from engine import parse
from engine.errors import ProgramError
from engine.evaluate import forward
from engine.ours import ENGINE

NAMES = "Expr, MLP, Neuron, Layer, grad, mse, hinge, binary_cross_entropy, cross_entropy, l1, l2"
PROGRAM = f"""
from engine import {NAMES}, tanh
net = MLP(2, [3, 1], activation="tanh", seed=1)
x = Expr(2.0, label="x")
o = net([x, 1.0])
loss = mse(o, 1.0) + hinge(o, -1.0) + l1(Neuron(2, seed=3)) + 0.01*l2(net) + grad(tanh(x)*x, x)
loss = loss + binary_cross_entropy(0.5*x, 0.25) + cross_entropy(Layer(1, 2, seed=2)([x]), 1)
"""


def test_a_program_for_the_engine_reads_as_python_runs_it():
    names = {}
    exec(PROGRAM, names)
    program = parse(PROGRAM)
    value = forward(program.graph, program.leaves())[program.graph.output, 0]
    assert value == pytest.approx(names["loss"].data, rel=1e-12)


def test_what_is_imported_as_a_module_is_the_same():
    program = parse("import engine\nx = engine.Expr(2.0)\ny = engine.mse(engine.tanh(x), 1.0)")
    assert len(program.graph) == len(parse("x = 2.0\ny = mse(tanh(x), 1.0)").graph)
    assert parse("from engine.losses import mse\nmse(a, 1)").graph.labels[0] == "a"


@pytest.mark.parametrize("name", sorted(set(engine.__all__) & set(ENGINE)))
def test_what_the_language_has_of_the_engine_can_be_imported(name):
    assert parse(f"from engine import {name}\nx = param(2.0)\nx*x").graph.labels[0] == "x"


@pytest.mark.parametrize("name", sorted(set(engine.__all__) - set(ENGINE)))
def test_every_other_name_of_the_engine_is_refused_with_a_way_out(name):
    with pytest.raises(ProgramError) as refused:
        parse(f"from engine import {name}\nx = param(2.0)\nx*x")
    assert refused.value.message == f"{name} of the engine is not part of the language."
    assert refused.value.hint.endswith(".")


@pytest.mark.parametrize("call", ["learn(0.1)", "recalculate()", "find('x')", "copy()"])
def test_methods_that_only_the_engine_has_are_refused_with_a_way_out(call):
    with pytest.raises(ProgramError) as refused:
        parse(f"from engine import Expr\nx = Expr(2.0)\n(x*x).{call}")
    assert refused.value.hint.startswith(("Write ", "Give "))
