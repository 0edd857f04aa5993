"""Typed programs: what they compute, and what the reader notes beside it."""

import math

import pytest

from engine.evaluate import backward, forward
from engine.ops import OPS
from engine.program import parse
from engine.spans import Span

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"


def run(source, **inputs):
    """Return the value of a program, and its inputs' gradients by name."""
    program = parse(source)
    graph = program.graph
    values = forward(graph, program.leaves(inputs))
    gradients = backward(graph, values)[:, 0].tolist()
    return values[graph.output, 0], {
        name: gradients[leaf.node] for name, leaf in program.input_named.items()
    }


@pytest.mark.parametrize(
    ("source", "value", "gradients"),
    [
        # signs, and how they bind
        ("x = 3\n-x^2", -9, {"x": -6}),
        ("x = 3\n-x**2", -9, {"x": -6}),
        ("2^3^2", 512, {}),
        ("x = 3\nx^2 + 1", 10, {"x": 6}),
        ("x = -3\nx^2", 9, {"x": -6}),
        ("2^-1", 0.5, {}),
        ("-2^2", -4, {}),
        ("x = 2\n--x", 2, {"x": 1}),
        ("+3", 3, {}),
        ("8/4/2", 1, {}),
        ("8 - 4 - 2", 2, {}),
        ("2*(3 + 4)", 14, {}),
        ("x = 3\nx*x", 9, {"x": 6}),
        # names
        ("a, b = 2, 3\na*b", 6, {"a": 3, "b": 2}),
        ("(a, b) = (2, 3)\na*b", 6, {"a": 3, "b": 2}),
        ("[a, b] = [2, 3]\na*b", 6, {"a": 3, "b": 2}),
        ("a, b = 2, 3\na, b = b, a\na - b", 1, {"a": -1, "b": 1}),
        ("a = b = 2\na*b", 4, {"a": 4}),
        ("x = 1\nx += 2\nx *= 3\nx -= 1\nx /= 2\nx ^= 2\nx **= 2", 256, {"x": 384}),
        ("x*w + b", 2, {"x": 1, "w": 1, "b": 1}),
        ("σ = 0.5\nλ_2 = 4\nσ*λ_2", 2, {"σ": 4, "λ_2": 0.5}),
        ("größe = 2\n名 = 3\nक = 4\n𐤀 = 5\ngröße*名*क*𐤀", 120, {"größe": 60, "名": 40, "क": 30,
         "𐤀": 24}),
        ("e\N{COMBINING ACUTE ACCENT} = 2\né*x", 2, {"é": 1, "x": 2}),
        ("कि = 2\nकि", 2, {"कि": 1}),
        ("𝑥 = 2\nx*x", 4, {"x": 4}),
        ("_ = 2\n_*_", 4, {"_": 4}),
        ("tanh = 3\ntanh + 1", 4, {"tanh": 1}),
        # constants
        ("2*pi", 2 * math.pi, {}),
        ("e^x", math.e, {"x": math.e}),
        ("e = 3\ne*x", 3, {"e": 1, "x": 3}),
        ("pi = 3\npi + 1", 4, {"pi": 1}),
        ("r = pi\nr^2", math.pi**2, {"r": 2 * math.pi}),
        # numbers
        (".5 + 1. + 1e-3 + 1E2 + 0x10 + 0b11 + 0o17 + 1_000", 1135.501, {}),
        ("1e400", math.inf, {}),
        ("-1e400", -math.inf, {}),
        ("x = 9**9**9**9", math.inf, {}),
        # lines
        ("x = 1; y = 2; x*y", 2, {"x": 2, "y": 1}),
        ("x = 1;", 1, {"x": 1}),
        ("# a comment\nx = 2 # another ^ with signs (\n\nx*3 # last", 6, {"x": 3}),
        ("x = 1\r\ny = 2\r\nx*y\r\n", 2, {"x": 2, "y": 1}),
        ("x = 1\ry = 2\rx*y", 2, {"x": 2, "y": 1}),
        ("x\t=\t2\nx\t*\tx", 4, {"x": 4}),
        ("    x = 2\n    x*x\n", 4, {"x": 4}),
        ("\tx = 2\n\tx*x", 4, {"x": 4}),
        ("(x\n  + y)", 2, {"x": 1, "y": 1}),
        ("x + \\\n  y", 2, {"x": 1, "y": 1}),
        ("tanh(\n  x  # in the middle\n)", math.tanh(1), {"x": 1 - math.tanh(1) ** 2}),
        ("max(x, 2,)", 2, {"x": 0}),
        # leaves as micrograd writes them
        ("a = Value(2.0, label='a')\nb = Value(-3.0, label=\"b\")\na*b", -6, {"a": -3, "b": 2}),
        ("x = Value(2)\nx*2", 4, {"x": 2}),
        ("Value(data=2, label='q') * 3", 6, {"q": 3}),
        ("Value(-2, 'q')^2", 4, {"q": -4}),
        ("a = Value(2, label='alpha')\na*a", 4, {"alpha": 4}),
        # outputs
        ("x = 3\ny = x*x", 9, {"x": 6}),
        ("x = 3\ny = x*x\nx + 1", 4, {"x": 1}),
        ("5", 5, {}),
        ("x", 1, {"x": 1}),
        (NEURON, 0.7071067811865476, {"x1": -1.5, "x2": 0.5, "w1": 1, "w2": 0, "b": 0.5}),
        # corners of arithmetic
        ("1/0", math.inf, {}),
        ("x = -1\nlog(x)", math.nan, {"x": -1}),
        ("x = -2\nx^0.5", math.nan, {"x": math.nan}),
        ("x = 1000\nexp(x)", math.inf, {"x": math.inf}),
        ("max(x, x)", 1, {"x": 1}),
        ("abs(0*x)", 0, {"x": 0}),
    ],
)  # fmt: skip
def test_a_program_has_its_value_and_its_gradients(source, value, gradients):
    found, slopes = run(source)
    assert found == pytest.approx(value, rel=1e-12, nan_ok=True)
    assert slopes == pytest.approx(gradients, rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_every_op_is_called_by_name(op):
    graph = parse(f"{op.name}({', '.join(op.params)})").graph
    assert graph.op(graph.output) is op


def test_an_input_is_one_until_it_is_set():
    assert run("x*y")[0] == 1.0
    assert run("x*y", x=3.0, y=-2.0) == (-6.0, {"x": -2.0, "y": 3.0})


def test_setting_an_input_overrides_the_number_in_the_text():
    assert run("x = 3\nx*x", x=5.0) == (25.0, {"x": 10.0})
    assert run("x = 3\nx*x", nobody=5.0) == (9.0, {"x": 6.0})


def test_a_name_given_twice_to_leaves_has_two_inputs():
    source = "x = 2\ny = x*x\nx = 5\nx*y"
    assert run(source) == (20.0, {"x": 20.0, "x#2": 4.0})
    assert run(source, **{"x#2": 1.0})[0] == 4.0
    assert run(source, x=1.0)[0] == 5.0


def test_each_input_says_where_it_is_and_what_was_written():
    program = parse("w = -0.5\nx*w")
    assert [(leaf.name, leaf.node, leaf.written) for leaf in program.inputs] == [
        ("w", 0, -0.5),
        ("x", 1, 1.0),
    ]
    assert dict(program.written_inputs) == {"w": -0.5, "x": 1.0}


def test_a_literal_never_learns_and_a_named_number_does():
    graph = parse("w = 2\nw*3 + x").graph
    rows = zip(graph.labels, graph.learnable.tolist(), graph.constant.tolist(), strict=True)
    assert list(rows) == [
        ("w", True, False),
        (None, False, True),
        (None, False, False),
        ("x", True, False),
        (None, False, False),
    ]


def test_a_name_labels_a_result_but_not_a_constant_it_stands_for_nor_a_named_value_again():
    graph = parse("y = x*2\nz = y\nz + 1").graph
    assert graph.labels == ("x", None, "y", None, None)


def test_the_first_name_of_a_value_stays():
    assert parse("a = x*x\nb = a\nb").graph.labels == ("x", "a")


def test_what_does_not_reach_the_output_is_noted():
    assert parse("a = 1\nb = 2\nc = a*3\nb*2").unused == (("c", Span(3, 1, 3, 2)),)
    assert parse("a = 1\nb = 2\nb*2").unused == (("a", Span(1, 1, 1, 2)),)
    assert parse("a = 1\na*2").unused == ()


def test_what_does_not_reach_the_output_has_a_value_and_no_gradient():
    value, gradients = run("a = 2\nb = 3\nc = a*log(a - 2)\nb*2")
    assert value == 6.0
    assert gradients["b"] == 2.0
    assert gradients.get("a", 0.0) == 0.0


def test_words_that_stand_for_a_node_are_mentioned():
    program = parse("y = x^2\ny*x")
    said = {(tuple(m.span), program.graph.words[m.node]) for m in program.mentions}
    assert said >= {
        ((1, 5, 1, 6), "x"),
        ((1, 5, 1, 8), "x^2"),
        ((1, 1, 1, 2), "x^2"),
        ((2, 1, 2, 2), "x^2"),
        ((2, 3, 2, 4), "x"),
        ((2, 1, 2, 4), "y*x"),
    }


def test_900_sums_on_one_line():
    source = " + ".join(f"x{k}" for k in range(901))
    value, gradients = run(source)
    assert value == 901.0
    assert set(gradients.values()) == {1.0}


def test_80_nested_calls():
    value, gradients = run("tanh(" * 80 + "x" + ")" * 80)
    expected, slope = 1.0, 1.0
    for _ in range(80):
        expected = math.tanh(expected)
        slope *= 1 - expected**2
    assert value == pytest.approx(expected)
    assert gradients["x"] == pytest.approx(slope)


def test_a_long_chain_of_lines():
    lines = ["h = x", *["h = tanh(h)"] * 2000]
    assert 0 < run("\n".join(lines))[0] < 0.1


def test_the_same_text_gives_the_same_structure():
    one, two = parse(NEURON).graph, parse(NEURON).graph
    assert (one.labels, one.spans, one.words) == (two.labels, two.spans, two.words)
    assert one.operands.tolist() == two.operands.tolist()
