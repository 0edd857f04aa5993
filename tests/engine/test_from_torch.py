"""from_torch: graphs that PyTorch recorded, its loss and its gradients; and what is refused.

The graphs are stored; `python -m bench.from_torch_oracle --check` records them again.
"""

import re

import pytest

from engine import Graph
from engine.computed import Computed
from engine.errors import GradwalkError, TorchError
from engine.graph import in_evaluation_order
from engine.pytorch.imported import from_torch
from engine.pytorch.names import element_names
from engine.pytorch.rules import RULES, expected
from engine.pytorch.tape import tape
from tests.engine.torch_stand_ins import RECORDED, Function, Module, Tensor, replayed, result

BY_NAME = {program["program"]: program for program in RECORDED}
every_program = pytest.mark.parametrize("program", RECORDED, ids=lambda row: row["program"])


def read(name):
    """Return a recorded program as from_torch reads it."""
    return from_torch(*replayed(BY_NAME[name]))


def leaf(*numbers, learns=True):
    return Tensor(numbers[0] if len(numbers) == 1 else numbers, learns=learns)


def constants(output):
    return [node.data for node in in_evaluation_order(output) if node.constant]


@every_program
def test_loss_and_gradients_are_pytorchs(program):
    loss, names = replayed(program)
    wide = {"rel": 1e-5, "abs": 1e-6} if loss.dtype == "torch.float32" else {"rel": 1e-9}
    found = from_torch(loss, names)
    assert found.data == pytest.approx(float(loss.array), **wide)
    for name, gradient in program["gradients"].items():
        leaves = [found.find(each) for each in element_names(name, names[name].shape)]
        ours = [each.grad if each else 0.0 for each in leaves]
        assert ours == pytest.approx(gradient, **{"abs": 1e-12, **wide}), name


@every_program
def test_shapes_alone_say_about_how_many_nodes_there_will_be(program):
    loss, names = replayed(program)
    count = len(in_evaluation_order(from_torch(loss, names)))
    assert expected(tape(loss.grad_fn)) / 4 <= count <= 4 * expected(tape(loss.grad_fn))


def test_every_op_that_is_read_was_recorded():
    kinds = {node.kind for row in RECORDED for node in tape(replayed(row)[0].grad_fn)}
    assert kinds == {*RULES, "AccumulateGrad"}


def test_the_lectures_neuron_has_its_names_and_its_figures():
    o = read("neuron")
    assert o.label == "o"
    assert [leaf.label for leaf in o.parameters()] == ["w1", "w2", "b"]
    assert not o.find("x1").learnable
    figures = [o.find(name).grad for name in ("x1", "w1", "x2", "w2", "b", "n")]
    assert figures == pytest.approx([-1.5, 1.0, 0.5, 0.0, 0.5, 0.5])


def test_what_was_read_is_a_graph_like_any_other():
    loss = read("two layers")
    work = Computed.of(loss)
    assert work.gradient("net.0.weight[1][0]") == loss.find("net.0.weight[1][0]").grad
    assert "out" in work.graph.scopes.names
    rate = 1e-3
    before = loss.data
    loss.learn(rate)
    assert loss.recalculate().data < before


def test_a_module_may_be_given_for_the_names():
    loss, names = replayed(BY_NAME["two layers"])
    net = Module(**{key.removeprefix("net."): leaf for key, leaf in names.items() if "net" in key})
    labels = {leaf.label for leaf in from_torch(loss, net).parameters()}
    assert {"0.bias[2]", "4.weight[0][1]"} <= labels


def test_names_are_the_callers_variables():
    w, x = leaf(0.5, -2.0), Tensor([3.0, 4.0], address=64)
    h = result("MulBackward0", w, x, value=[1.5, -8.0], saved={"self": w, "other": x})
    loss = result("SumBackward0", h, value=-6.5)
    found = from_torch(loss)
    named = {node.label: node.data for node in in_evaluation_order(found)}
    assert named == {
        "w[0]": 0.5,
        "w[1]": -2.0,
        "x[0]": 3.0,
        "x[1]": 4.0,
        "h[0]": 1.5,
        "h[1]": -8.0,
        "loss": -6.5,
    }


def test_a_modules_parameter_is_called_by_its_path_and_what_is_in_a_list_by_its_place():
    net = Module(**{"0.weight": leaf(0.5)})
    p = net.parameters["0.weight"]  # as a loop over parameters leaves it behind
    others = [leaf(2.0), leaf(3.0)]
    product = result("MulBackward0", p, others[1], value=1.5, saved={"self": p, "other": others[1]})
    found = from_torch(product)
    assert [leaf.label for leaf in found.parameters()] == ["net.0.weight", "others[1]"]


def test_views_of_one_tensor_share_its_nodes():
    data = Tensor([[1.0, 2.0], [3.0, 4.0]], address=64)
    row, w = Tensor([3.0, 4.0], address=80), leaf(0.5, -2.0)
    first = result("MulBackward0", w, row, value=[1.5, -8.0], saved={"self": w, "other": row})
    again = result("MulBackward0", first, row, value=[4.5, -32.0], saved={"other": row})
    found = from_torch(result("SumBackward0", again, value=-27.5), {"data": data, "w": w})
    leaves = [node for node in in_evaluation_order(found) if not (node.op or node.learnable)]
    assert [node.label for node in leaves] == ["data[1][0]", "data[1][1]"]


def test_a_plain_number_that_was_not_kept_is_recovered_with_few_digits():
    assert constants(read("w + 1, kept by tanh")).count(1.0) == 4
    assert constants(read("w + 2.5, kept by none")) == [2.5, 0.3]


def test_a_tensor_of_the_callers_that_was_not_kept_is_found_by_its_numbers():
    loss = read("w + x, kept by sin")
    assert loss.find("x[0]").data == 0.4
    assert not loss.find("x[0]").learnable


def test_what_relu_has_blocked_stays_blocked():
    w = leaf(0.5, -0.5)
    less = result("SubBackward0", w, None, value=[-0.5, -1.5])
    hidden = Tensor([0.0, 0.0])
    bent = result("ReluBackward0", less, value=[0.0, 0.0], saved={"result": hidden})
    found = from_torch(result("SumBackward0", bent, value=0.0), {"w": w})
    assert [leaf.grad for leaf in found.parameters()] == [0.0, 0.0]


def test_a_number_that_nothing_settles_makes_the_loss_come_out_right():
    w = leaf(0.5, -0.5)
    more = result("AddBackward0", w, None, value=[3.5, 2.5])
    found = from_torch(result("MeanBackward0", more, value=3.0), {"w": w})
    assert found.data == 3.0
    assert constants(found) == [3.0, 3.0, 2.0]


def test_a_graph_that_would_be_too_large_is_refused_before_it_is_built():
    w = Tensor([[0.0] * 300] * 300, learns=True)
    square = result("MmBackward0", w, w, value=[[0.0] * 300] * 300)
    loss = result("SumBackward0", square, value=0.0)
    with pytest.raises(TorchError, match=r"about 54,1[\d,]+ nodes, more than the limit of 2,000"):
        from_torch(loss)


def test_a_graph_near_the_limit_is_counted():
    loss, names = replayed(BY_NAME["neuron"])
    count = len(Graph.of(from_torch(loss, names, limit=10)))
    assert count == 10
    with pytest.raises(TorchError, match="That would be 10 nodes, more than the limit of 9"):
        from_torch(loss, names, limit=9)


def test_an_op_without_a_rule_is_refused_by_name_with_those_there_are():
    w = leaf(0.5)
    with pytest.raises(TorchError, match=r"^ErfBackward0 cannot be read.*ops that have one: Abs, "):
        from_torch(result("ErfBackward0", w, value=0.52))


def test_an_op_written_in_python_is_not_taken_for_pytorchs_of_that_name():
    with pytest.raises(TorchError, match=r"^ReluBackward cannot be read"):
        from_torch(result("ReluBackward", leaf(0.5), value=0.5))


def test_names_that_are_none_are_refused():
    with pytest.raises(TorchError, match="a dictionary of tensors, or a module"):
        from_torch(result("NegBackward0", leaf(0.5), value=-0.5), ["w"])


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        (3.0, "takes the tensor that a PyTorch program ends with, not float"),
        (leaf(1.0), "has no history"),
        (leaf(1.0, learns=False), "has no history"),
        (result("NegBackward0", leaf(1.0, 2.0), value=[-1.0, -2.0]), "2 elements. Take its .sum()"),
        (
            result("AbsBackward0", Tensor(1.0, learns=True, dtype="torch.complex64"), value=1.0),
            "Complex tensors cannot be read",
        ),
    ],
)
def test_what_is_no_loss_is_refused(thing, sentence):
    with pytest.raises(GradwalkError, match=re.escape(sentence)):
        from_torch(thing)


class Gone(Function):
    """A node whose numbers cannot be had any more, for one of two reasons."""

    reason = "Trying to backward through the graph a second time"

    @property
    def _saved_self(self):
        raise RuntimeError(self.reason)


def test_a_graph_whose_numbers_are_gone_is_refused_with_the_way_to_keep_them():
    loss = result("SinBackward0", leaf(0.5), value=0.48)
    loss.grad_fn.__class__ = Gone
    with pytest.raises(TorchError, match=r"backward\(retain_graph=True\)"):
        from_torch(loss)
    Gone.reason = "one of the variables needed has been modified by an inplace operation"
    with pytest.raises(TorchError, match="changed in place"):
        from_torch(loss)


def test_a_reading_that_comes_to_another_loss_is_refused():
    w = leaf(0.5)
    with pytest.raises(TorchError, match=r"comes to -0\.5, and PyTorch's loss is 7"):
        from_torch(result("NegBackward0", w, value=7.0))


def test_a_graph_of_any_depth_is_read():
    deep = w = leaf(1.0)
    for _ in range(1_500):
        deep = result("NegBackward0", deep, value=1.0)
    assert from_torch(deep, {"w": w}).find("w").grad == 1.0
