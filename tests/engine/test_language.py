"""The language, a subset of Python: what programs make, draw, print, name and remark."""

from __future__ import annotations

import math
import random

import pytest

from engine.budget import Limits
from engine.evaluate import forward, gradients
from engine.program import parse

MICROGRAD = "from micrograd.engine import Value\n"


def printed(source):
    return [line.text for line in parse(f"v = Value(1.0)\n{source}\nv * v").printed]


def output(source):
    graph = parse(source).graph
    return graph.name(graph.output)


def value(source):
    program = parse(source)
    return forward(program.graph, program.leaves())[program.graph.output, 0]


def slopes(source):
    """Return d(output)/d(leaf) by the leaf's name."""
    program = parse(source)
    found = gradients(program.graph, forward(program.graph, program.leaves())).nodes
    return {leaf.name: found[leaf.node, 0] for leaf in program.inputs}


def remarks(source, limits=None):
    return [(line.text, line.span.line) for line in parse(source, limits).remarks]


# values and gradients: by hand


@pytest.mark.parametrize(
    ("source", "number", "leaves"),
    [
        # ((x*2 + 1)*2 + 1) = 4x + 3
        ("x = Value(5.0)\ny = x\nfor i in range(2):\n    y = y * 2 + 1\ny * 1", 23.0, {"x": 4.0}),
        ("x = Value(3.0)\nsum([x * i for i in range(4)])", 18.0, {"x": 6.0}),
        ("x = Value(3.0)\nsum(x * i for i in range(4) if i % 2)", 12.0, {"x": 4.0}),
        ("a, b = Value(2.0), Value(5.0)\ndef f(u, v=3):\n    return u * v\nf(a) + f(v=b, u=a)",
         16.0, {"a": 8.0, "b": 2.0}),
        ("x = Value(-2.0)\nx * x if x.data < 0 else x", 4.0, {"x": -4.0}),
        ("x = Value(1.0)\nwhile x.data < 10:\n    x = x * 3\nx + 0", 27.0, None),
        ("xs = [Value(1.0), Value(2.0), Value(3.0)]\na, b = xs[1:]\na * b - xs[-3]", 5.0, None),
        (("x = Value(2.0)\nt = 0\nfor a, (i, b) in zip([1, 2], enumerate([3, 4])):\n"
         "    t += x * a * b * i\nt"), 16.0, {"x": 8.0}),
        (("class Line:\n    def __init__(self, w):\n        self.w = w\n"
         "    def __call__(self, x):\n        return self.twice() * x\n"
         "    def twice(self):\n        return self.w * 2\n"
         "w = Value(3.0)\nline = Line(w)\nline(4)"), 24.0, {"w": 8.0}),
        ("w = Value(0.5)\n(lambda x: x * w + w)(3)", 2.0, {"w": 4.0}),
    ],
)  # fmt: skip
def test_programs_come_to_numbers_worked_out_by_hand(source, number, leaves):
    assert value(source) == number
    if leaves is not None:
        assert slopes(source) == leaves


def test_the_lectures_first_neuron_has_its_known_gradients():
    source = (
        f"{MICROGRAD}x1, x2 = Value(2.0, label='x1'), Value(0.0, label='x2')\n"
        "w1, w2 = Value(-3.0, label='w1'), Value(1.0, label='w2')\n"
        "b = Value(6.8813735870195432, label='b')\nn = x1*w1 + x2*w2 + b\no = n.tanh()\n"
        "o.backward()\nprint(o.data, x1.grad, w1.grad, x2.grad, w2.grad)\ndraw_dot(o)"
    )
    numbers = [float(word) for word in parse(source).printed[0].text.split()]
    assert numbers == pytest.approx([math.sqrt(0.5), -1.5, 1.0, 0.5, 0.0])
    assert slopes(source) == pytest.approx({"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0, "b": 0.5})


# scopes


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("def f(x):\n    return tanh(x * 2)\nx = Value(1.0)\ny = f(x) + f(x)", ("f[0]", "f[1]")),
        ("x = Value(1.0)\nfor i in range(2):\n    x = x * 2 + 1", ("i[0]", "i[1]")),
        ("x = Value(1.0)\nys = [x * i + 1 for i in range(2)]\nsum(ys)", ("ys[0]", "ys[1]")),
        ("x = Value(1.0)\nwhile x.data < 5:\n    x = x * 2 + 1", ("while[0]", "while[1]")),
    ],
)
def test_calls_turns_and_items_are_scopes(source, paths):
    assert parse(source).graph.scopes.paths == paths


def test_scopes_nest_as_calls_do():
    source = (
        "def g(x):\n    return x * 2 + 1\ndef f(x):\n    return g(x) + g(x) * x\n"
        "x = Value(1.0)\nf(x)"
    )
    assert parse(source).graph.scopes.paths == ("f", "f.g[0]", "f.g[1]")


# what is the output


@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("draw_dot(b)\nd = c * 2\nd", "b"),
        ("b.backward()\nc", "c"),
        ("c.backward()\nd = c * 2\nprint(d)", "c"),
        ("d = c * 2\nprint(b)", "d"),
    ],
)
def test_the_output_is_what_is_marked_else_said_last_else_gone_back_from_else_assigned(end, name):
    assert output(f"a = Value(2.0)\nb = a * a\nc = b + 1\n{end}") == name


def test_what_is_printed_is_drawn_where_there_is_nothing_else():
    assert output("def f():\n    s = Value(2.0) * 3\n    print(s)\nf()") == "s"


# leaves: their names, which learn


def test_leaves_without_a_label_are_named_after_the_way_to_them():
    source = (
        "class Net:\n    def __init__(self):\n        self.w = [Value(0.1) for _ in range(3)]\n"
        "        self.b = Value(0.5)\nnet = Net()\nsum(net.w) + net.b"
    )
    names = [leaf.name for leaf in parse(source).inputs]
    assert names == ["net.w[0]", "net.w[1]", "net.w[2]", "net.b"]


def test_whole_numbers_count_and_floats_are_leaves_where_nothing_is_a_value():
    source = "w = 2.0\nn = 3\nfor i in range(1):\n    pass\nw * n"
    assert [leaf.name for leaf in parse(source).inputs] == ["w"]
    assert [leaf.name for leaf in parse(f"v = Value(1.0)\n{source} * v").inputs] == ["v"]


@pytest.mark.parametrize(
    ("source", "learn"),
    [
        ("w = param(0.5)\nx = Value(2.0)\nprint(w * x)\nw * x", {"w"}),
        ((f"{MICROGRAD}x, w = Value(2.0), Value(3.0)\ny = x * w\ny.backward()\n"
         "w.data += -0.1 * w.grad\n"), {"w"}),
        ("from micrograd.nn import Neuron\nx = Value(1.0)\nn = Neuron(1)\nn([x])", {"n.w1", "n.b"}),
    ],
)  # fmt: skip
def test_what_a_program_changes_learns_and_the_rest_does_not(source, learn):
    graph = parse(source).graph
    assert {graph.name(k) for k in range(len(graph)) if graph.learnable[k]} == learn


# data moved, gradients added up


def test_a_moved_leaf_leaves_the_picture_as_it_was_and_says_so():
    source = (
        f"{MICROGRAD}a = Value(2.0)\nloss = a * a\nloss.backward()\na.data += -0.1 * a.grad\n"
        "print(a.data, loss.data, (a * 3).data)"
    )
    assert parse(source).printed[0].text == f"1.6 4.0 {1.6 * 3}"
    assert value(source) == 4.0
    said = "The picture keeps the numbers it was computed with; here they change."
    assert remarks(source) == [(said, 5)]


def test_gradients_add_up_until_they_are_zeroed_and_a_remark_says_so():
    begin = f"{MICROGRAD}a = Value(3.0)\ny = a * a\ny.backward()\n"
    assert parse(f"{begin}y.backward()\nprint(a.grad)").printed[0].text == "12.0"
    said = "Gradients add up here: they were not set to 0 since the pass before."
    assert remarks(f"{begin}y.backward()") == [(said, 5)]
    zeroed = f"{begin}a.grad = 0.0\ny.backward()\nprint(a.grad)"
    assert parse(zeroed).printed[0].text == "6.0"
    assert remarks(zeroed) == []


def test_a_training_loop_comes_to_the_number_worked_out_by_hand():
    source = (  # each step takes w to w - 0.25 * 2w, half of it
        f"{MICROGRAD}w = Value(8.0)\nfor k in range(3):\n    loss = w * w\n    w.grad = 0.0\n"
        "    loss.backward()\n    w.data += -0.25 * w.grad\nprint(w.data)"
    )
    assert parse(source).printed[0].text == "1.0"


def test_a_training_loop_stops_when_time_is_short_and_says_after_how_many_turns():
    source = (
        f"{MICROGRAD}w = Value(8.0)\nfor k in range(10**9):\n    loss = w * w\n    w.grad = 0.0\n"
        "    loss.backward()\n    w.data -= 0.01 * w.grad\nprint('after')"
    )
    program = parse(source, Limits(seconds=0.3))
    assert [line.text for line in program.printed] == ["after"]
    assert any(text.text.startswith("The loop stops after ") for text in program.remarks)


# pasted programs


def test_a_pasted_class_value_is_replaced_by_ours_with_a_remark():
    source = (
        "class Value:\n    def __init__(self, data, label=''):\n        self.data = data\n"
        "    def __add__(self, other):\n        return self\na = Value(2.0, label='a')\na * a"
    )
    assert value(source) == 4.0
    said = "This class Value is left out: gradwalk's own, which is drawn, stands for it."
    assert remarks(source) == [(said, 1)]


def test_the_lectures_own_classes_run_as_they_are_pasted():
    source = (
        "import random\nrandom.seed(7)\nclass Neuron:\n  def __init__(self, nin):\n"
        "    self.w = [Value(random.uniform(-1,1)) for _ in range(nin)]\n"
        "    self.b = Value(random.uniform(-1,1))\n  def __call__(self, x):\n"
        "    act = sum((wi*xi for wi, xi in zip(self.w, x)), self.b)\n    return act.tanh()\n"
        "  def parameters(self):\n    return self.w + [self.b]\nclass Layer:\n"
        "  def __init__(self, nin, nout):\n    self.neurons = [Neuron(nin) for _ in range(nout)]\n"
        "  def __call__(self, x):\n    outs = [n(x) for n in self.neurons]\n"
        "    return outs[0] if len(outs) == 1 else outs\n  def parameters(self):\n"
        "    return [p for neuron in self.neurons for p in neuron.parameters()]\n"
        "n = Layer(2, 1)\nprint(len(n.parameters()))\nn([1.0, -1.0])"
    )
    stream = random.Random(7)
    w1, w2, b = (stream.uniform(-1, 1) for _ in range(3))
    assert value(source) == pytest.approx(math.tanh(w1 - w2 + b), rel=1e-12)
    assert parse(source).printed[0].text == "3"


def test_notebook_commands_and_matplotlib_are_left_out_with_remarks():
    source = "import matplotlib.pyplot as plt\n%matplotlib inline\na = Value(2.0)\nplt.plot(a)\na*a"
    assert remarks(source) == [
        ("%matplotlib is left out: only notebooks have it.", 2),
        ("matplotlib is left out: what it draws is drawn here.", 1),
    ]


# Python's own


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("print(v, [v])", "Value(data=1.0, grad=0) [Value(data=1.0, grad=0)]"),
        ("print(f'{v.data:.4f} {v}', 7, end='!')", "1.0000 Value(data=1.0, grad=0) 7!"),
        ("print([3, 1, 2][::-1], list(range(5, 0, -2)), 'abc'[-1:0:-1])", "[2, 1, 3] [5, 3, 1] cb"),
        ("print(list(zip([1, 2], 'abc')), sum([[1], [2]], []))", "[(1, 'a'), (2, 'b')] [1, 2]"),
        ("import numpy as np\na = np.array([1.0, 2.0])\na[0] += 1\nprint(a)", "[2. 2.]"),
        ("print('a,b'.split(','), 'x'.replace('x', 'yy'), 'ab'.find('b'))", "['a', 'b'] yy 1"),
        ("print('7'.rjust(3, ) + '|', '7'.zfill(3), 'b'.title())", "  7| 007 B"),
        ("xs = [0] * 3\nxs.remove(0)\nprint(xs, len(xs), round(2.5), int(-2.9))", "[0, 0] 2 2 -2"),
    ],
)
def test_print_writes_as_python_does(line, words):
    assert printed(line) == [words]


def test_a_place_that_is_added_to_is_evaluated_once():
    source = "xs = [1, 2]\ndef k():\n    print('k')\n    return 0\nxs[k()] += 5\nprint(xs)"
    assert printed(source) == ["k", "[6, 2]"]
    item = "class A:\n    pass\na = A()\na.n = [1]\ndef of():\n    print('of')\n    return a\n"
    assert printed(f"{item}of().n += [2]\nprint(a.n)") == ["of", "[1, 2]"]


def test_closures_keep_their_names_and_nonlocal_reaches_them():
    source = (
        "def counter():\n    n = 0\n    def more(k=1):\n        nonlocal n\n        n += k\n"
        "        return n\n    return more\nmore = counter()\nmore()\nprint(more(4), counter()())"
    )
    assert printed(source) == ["5 1"]


def test_random_numbers_are_cpythons():
    random.seed(1337)
    words = f"{random.uniform(-1, 1)} {random.randint(1, 6)} {random.gauss(0, 1)}"
    calls = "random.uniform(-1, 1), random.randint(1, 6), random.gauss(0, 1)"
    assert printed(f"import random\nrandom.seed(1337)\nprint({calls})") == [words]


def test_make_moons_gives_rows_and_classes():
    source = "xs, ys = make_moons(n_samples=10, noise=0.1)\nprint(len(xs), len(xs[0]), sum(ys))"
    assert printed(f"import numpy as np\nnp.random.seed(1)\n{source}") == ["10 2 5"]


def test_a_name_without_a_value_is_an_input_that_a_remark_names():
    source = "for i in range(2):\n    y = x * i\nprint(y)"
    said = "x has no value of its own: it is an input, and 1 until it is set."
    assert remarks(source) == [(said, 2)]


def test_calls_that_wait_for_one_another_are_refused_by_their_number():
    deep = "def f(n):\n    return sum([abs(max([f(n + 1) for _ in range(1)])) for _ in range(1)])"
    with pytest.raises(Exception, match="more than 200 deep"):
        parse(f"v = Value(1.0)\n{deep}\nf(0)", Limits(seconds=20))
