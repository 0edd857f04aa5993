"""Tensors and autograd nodes with PyTorch's own attributes, from recordings of real ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).parents[1] / "data" / "torch_graphs.json"
RECORDED = json.loads(FILE.read_text("utf-8"))["programs"]


class Tensor:
    """What there is of torch.Tensor in a recording."""

    requires_grad = False

    def __init__(self, numbers, *, learns=False, dtype="torch.float64", address=0, size=8):
        self.array = np.array(numbers, float)
        self.dtype = dtype
        self.requires_grad = learns
        self.address = address
        self.size = size
        self.strides = [stride // 8 for stride in self.array.strides]
        self.made = (None, 0)

    @property
    def grad_fn(self):
        return self.made[0]

    @property
    def output_nr(self):
        return self.made[1]

    @property
    def shape(self):
        return self.array.shape

    def detach(self):
        return self

    def tolist(self):
        kind = bool if self.dtype == "torch.bool" else int if "int" in self.dtype else float
        return self.array.astype(kind).tolist()

    def data_ptr(self):
        return self.address

    def element_size(self):
        return self.size

    def stride(self):
        return tuple(self.strides)

    def is_contiguous(self):
        return self.strides == [stride // 8 for stride in self.array.strides]


class Function:
    """What there is of an autograd node in a recording; `saved` by the names after _saved_."""

    def __init__(self, name, inputs=(), results=(), variable=None, saved=()):
        self._name = name
        self.next_functions = tuple(inputs)
        self._input_metadata = tuple(results)
        if variable is not None:
            self.variable = variable
        for key, value in dict(saved).items():
            setattr(self, f"_saved_{key}", value)

    def name(self):
        return self._name


class Result:
    """The shape and the kind of a result."""

    def __init__(self, shape, dtype="torch.float64"):
        self.shape = shape
        self.dtype = dtype


class Module:
    """Something with named parameters."""

    def __init__(self, **parameters):
        self.parameters = parameters

    def named_parameters(self):
        return iter(self.parameters.items())


def result(name, *inputs, value=(), saved=(), dtype="torch.float64"):
    """Return a tensor that an op made of others; a number among them is lost, as in PyTorch."""
    tensor = Tensor(value, learns=True, dtype=dtype)
    sources = [way(each) for each in inputs]
    tensor.made = (Function(name, sources, [Result(tensor.shape, dtype)], saved=saved), 0)
    return tensor


def way(tensor):
    """Return where a tensor's gradient goes."""
    if not isinstance(tensor, Tensor) or not tensor.requires_grad:
        return (None, 0)
    if tensor.grad_fn is None:
        if not hasattr(tensor, "end"):
            tensor.end = Function("torch::autograd::AccumulateGrad", variable=tensor)
        return (tensor.end, 0)
    return tensor.made


def replayed(program):
    """Return the loss of a recorded program, and its tensors by name."""
    tensors = [_tensor(row) for row in program["tensors"]]
    functions = []
    for row in program["nodes"]:
        inputs = [(None, 0) if at is None else (functions[at[0]], at[1]) for at in row["inputs"]]
        if "variable" in row:
            functions.append(Function(row["name"], inputs, variable=tensors[row["variable"]]))
            continue
        saved = {
            key.removeprefix("_saved_"): _value(value, tensors)
            for key, value in row["saved"].items()
        }
        results = [Result(*each) for each in row["results"]]
        functions.append(Function(row["name"], inputs, results, saved=saved))
    for tensor, row in zip(tensors, program["tensors"], strict=True):
        if row["made"]:
            tensor.made = (functions[row["made"][0]], row["made"][1])
    return tensors[program["loss"]], {key: tensors[at] for key, at in program["names"].items()}


def _tensor(row):
    numbers = np.array([float(number) for number in row["numbers"]]).reshape(row["shape"])
    tensor = Tensor(
        numbers,
        learns=row["learns"],
        dtype=row["dtype"],
        address=row["address"],
        size=row["bytes"],
    )
    tensor.strides = row["stride"]
    return tensor


def _value(value, tensors):
    if isinstance(value, dict):
        return tensors[value["tensor"]]
    if isinstance(value, list):
        return tuple(_value(each, tensors) for each in value)
    return float(value) if value in {"inf", "-inf", "nan"} else value


def flat(tensor):
    """Return a tensor's numbers in a row."""
    return [float(number) for number in tensor.array.ravel()]
