"""grad(y, x) in programs: what it gives, where it stands, what it costs, and names of that kind."""

import pytest

from engine.budget import Limits
from engine.errors import LimitError, ProgramError
from engine.evaluate import forward
from engine.program import parse

CUBE = "x = 2\ny = x^3\n"


def value(source, **inputs):
    program = parse(source)
    return forward(program.graph, program.leaves(inputs))[program.graph.output, 0]


def refused(source, limits=None):
    with pytest.raises(ProgramError) as caught:
        parse(source, limits)
    return caught.value


def names(source):
    graph = parse(source).graph
    return [graph.name(node) for node in range(len(graph))]


@pytest.mark.parametrize(
    ("source", "number"),
    [
        (f"{CUBE}grad(y, x)", 12.0),
        (f"{CUBE}grad(grad(grad(y, x), x), x)", 6.0),
        (f"{CUBE}g = grad(y, x)\nh = grad(g, x)\nh*g", 144.0),
        ("a, b = 2, 3\nga, gb = grad(a*b^2, [a, b])\nga - gb", -3.0),
        ("x = 3\ngrad(relu(x)*x, x)", 6.0),
        ("a = 2\nb = 3\ngrad(a*a, b)", 0.0),
        ("x = Value(2.0)\ny = x\nfor k in range(2):\n    y = grad(y * x**3, x)\ny", 768.0),
        ("def f(u):\n    return u**4\nx = Value(2.0)\ngrad(grad(f(x), x), x) + 0", 48.0),
    ],
)  # fmt: skip
def test_it_gives_a_value_to_go_on_with(source, number):
    assert value(source) == pytest.approx(number)


def test_gradients_of_a_network_are_those_of_backward():
    source = (
        "net = MLP(2, [3, 1], seed=1)\nloss = mse(net(0.5, -1.0), 1.0)\nloss.backward()\n"
        "gs = grad(loss, net.parameters())\n"
        "print(sum([abs(g.data - p.grad) for g, p in zip(gs, net.parameters())]))\nloss"
    )
    assert float(parse(source).printed[0].text) < 1e-12


def test_sliders_move_derivatives_too():
    source = f"{CUBE}grad(grad(y, x), x) + relu(x)*grad(relu(x), x)"
    assert value(source) == 14.0
    assert value(source, x=-5.0) == -30.0


def test_all_derivatives_on_the_way_are_drawn_and_stand_at_their_words():
    graph = parse(f"{CUBE}grad(grad(y, x), x)").graph
    by_name = {graph.name(node): graph.spans[node] for node in range(len(graph))}
    inner, outer = by_name["grad(y, x)"], by_name["grad(grad(y, x), x)"]
    assert (inner.line, inner.column, inner.end_column) == (3, 6, 16)
    assert (outer.line, outer.column, outer.end_column) == (3, 1, 20)
    assert by_name["x^2"] == inner
    assert by_name["y"].line == 2
    assert graph.scopes.paths == ("grad",)


def test_several_results_of_one_call_are_named_by_what_they_are():
    assert names("a, b = 2, 3\np, q = grad(a*b, [a, b])\np*q") == ["a", "b", "a*b", "p*q"]
    shown = names("a, b = 2, 3\ngs = grad(a*sin(b), [a, b])\ngs[0]*gs[1]")
    assert "grad(a*sin(b), [a, b])" not in shown
    assert shown[-1] == "gs[0]*gs[1]"


def test_a_weight_is_found_as_the_loss_has_it():
    loop = "w = Value(2.0)\nfor k in range({turns}):\n    y = w*w\n"
    loop += "    w.data -= 0.25*grad(y, w).data\n"
    assert parse(f"{loop.format(turns=3)}print(w.data)\ny").printed[0].text == "0.25"
    assert value(f"{loop.format(turns=1)}grad(y, w) + 0") == 4.0  # y was made at w = 2
    assert value(f"{loop.format(turns=3)}grad(y, w) + 0") == 1.0


# names


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("x - 0.1*grad", 0.9),
        ("grad = 3\ngrad*x", 3.0),
        ("grad, below = 3, 2\ngrad*below", 6.0),
        ("when = sigmoid(0)\nwhen + 1", 1.5),
        ("def grad(f):\n    return f*2\ngrad(x)", 2.0),
        ("def f(grad, unless):\n    return grad*unless\nf(x, 3)", 3.0),
        ("w = Value(3.0)\ny = w*w\ny.backward()\ngrad = w.grad\ny * grad", 54.0),
        ("w = Value(3.0)\nfor grad in [1, 2]:\n    w = w*grad\nw + 0", 6.0),
        ("y = x\nfor k in range(2):\n    y = y - 0.1*grad\ny", 0.8),
    ],
)
def test_a_programs_own_name_wins(source, number):
    assert value(source) == pytest.approx(number)


def test_a_name_like_it_is_an_input_as_before():
    assert "grid" in {
        leaf.name for leaf in parse("y = x\nfor k in range(2):\n    y += grid").inputs
    }
    assert refused("x = 1\ngrad").message == "grad is only a name so far."


# refusals


@pytest.mark.parametrize(
    ("source", "message", "hint", "place"),
    [
        ("grad(y)", "grad takes a value, and what it is differentiated by.",
         "Write grad(y, x), or grad(y, [a, b]).", (1, 1)),
        ("grad(x*x, wrt=x)", "grad takes a value, and what it is differentiated by.",
         "Write grad(y, x), or grad(y, [a, b]).", (1, 1)),
        ("x = 2\ngrad(x*x, 3)", "This is a plain number: grad goes from one value to another.",
         "Write grad(y, x), or grad(y, [a, b]).", (2, 11)),
        ("x = 2\ngrad(x*x, [x, 4])", "This is a plain number: grad goes from one value to another.",
         "Write grad(y, x), or grad(y, [a, b]).", (2, 11)),
        ("n = 3\nx = Value(2.0)\ny = grad(n, x)\nprint(y)",
         "n is a plain number: grad goes from one value to another.",
         "Make it one: x = Value(2.0), or param(2.0).", (3, 10)),
        ("x = 2\ngrad(x, [])", "grad is given nothing to differentiate by.",
         "Write grad(y, x), or grad(y, [a, b]).", (2, 1)),
        ("x = 2\nys = [x, x]\ngrad(ys, x)", "ys is a list; grad goes from one value to another.",
         "Take one of them: ys[0].", (3, 6)),
        ("net = MLP(1, [1])\ngrad(net(x), net)", "net is a network, not a value.",
         "Write net.parameters().", (2, 14)),
        ("grad(x, 'x')", "This is a text; grad goes from one value to another.",
         "Write grad(y, x), or grad(y, [a, b]).", (1, 9)),
        ("gradd(x, x)", "There is no function called gradd.", "Did you mean grad?", (1, 1)),
        ("derivative(x, x)", "There is no function called derivative.", "Did you mean grad?",
         (1, 1)),
    ],
)  # fmt: skip
def test_what_it_cannot_take_is_refused_in_a_sentence(source, message, hint, place):
    error = refused(source)
    assert (error.message, error.hint) == (message, hint)
    assert (error.span.line, error.span.column) == place


def test_more_nodes_than_fit_are_refused_while_they_are_made():
    program = "x = 1\ny = x*tanh(x)\n" + "y = grad(y*y, x)\n" * 9
    error = refused(program, Limits(nodes=2_000))
    assert isinstance(error, LimitError)
    assert error.message.startswith("This program makes more than 2,000 nodes")


def test_more_steps_than_there_are_are_refused_too():
    program = "x = Value(1.0)\ny = x\nfor k in range(30):\n    y = grad(y*tanh(y), x)\ny"
    error = refused(program, Limits(steps=5_000, seconds=60))
    assert error.message.startswith("This program takes more than 5,000 steps")
