"""Autograd graphs of real PyTorch programs, and PyTorch's own loss and gradients for each.

    python -m bench.from_torch_oracle           write tests/data/torch_graphs.json anew
    python -m bench.from_torch_oracle --check   record the graphs again and compare

Before anything is written `from_torch` reads each graph as it is, and has to come to PyTorch's loss
and gradients. The file holds what it reads of a graph: names, inputs, kept numbers, and where in
memory a tensor lies, since views of one tensor are told by that. What is not finite is a text.
"""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

try:
    import torch
except ModuleNotFoundError:  # run it from the bench environment
    from bench.environment import rerun

    rerun("bench.from_torch_oracle")

from bench.from_torch_programs import PROGRAMS
from bench.oracle import same
from engine.pytorch.imported import from_torch
from engine.pytorch.names import element_names, named
from engine.pytorch.tape import tape

FILE = Path(__file__).parents[1] / "tests" / "data" / "torch_graphs.json"
SAME = (1e-9, 1e-12)  # relative, absolute
SAME_AS_FLOAT32 = (1e-5, 1e-6)
KEPT = re.compile("_saved_(?!.*_sym_)")  # but for sizes, which nothing asks for
APART = 2**20  # bytes from one storage to the next, as the file has it


class Recording:
    """One graph as plain JSON; tensors and nodes are numbered."""

    def __init__(self, loss: torch.Tensor, names: dict[str, Any]) -> None:
        nodes = tape(loss.grad_fn)
        self.held: list[Any] = []  # or another storage could come to lie in its place
        self.functions = {node.function: place for place, node in enumerate(nodes)}
        self.tensors: list[dict[str, Any]] = []
        self.storages: dict[int, int] = {}
        self.seen: dict[Any, int] = {}
        self.nodes = [self.node(node.function) for node in nodes]
        self.loss = self.tensor(loss)
        self.names = {
            name: self.tensor(tensor) for name, tensor in named(names) if self.concerns(tensor)
        }

    def concerns(self, tensor: torch.Tensor) -> bool:
        """Return whether the graph has met a tensor, or may have lost it."""
        met = tensor.untyped_storage().data_ptr() in self.storages
        return (
            tensor.grad_fn in self.functions
            or met
            or (tensor.is_floating_point() and not tensor.requires_grad)
        )

    def node(self, function: Any) -> dict[str, Any]:
        """Return one node."""
        row: dict[str, Any] = {
            "name": function.name(),
            "inputs": [at and [self.functions[at], nr] for at, nr in function.next_functions],
        }
        if hasattr(function, "variable"):
            return {**row, "variable": self.tensor(function.variable)}
        results = function._input_metadata  # noqa: SLF001  the only place that says shapes
        row["results"] = [[list(each.shape), str(each.dtype)] for each in results]
        kept = {name: getattr(function, name) for name in dir(function) if KEPT.match(name)}
        return {**row, "saved": {name: self.value(each) for name, each in kept.items()}}

    def value(self, value: Any) -> Any:
        """Return something that an op kept."""
        if isinstance(value, torch.Tensor):
            return {"tensor": self.tensor(value)}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return _written(value) if isinstance(value, float) else value

    def tensor(self, tensor: torch.Tensor) -> int:
        """Return the number of a tensor."""
        self.held.append(tensor)
        storage = tensor.untyped_storage().data_ptr()
        base = self.storages.setdefault(storage, (len(self.storages) + 1) * APART)
        made = None
        if tensor.grad_fn in self.functions:
            made = [self.functions[tensor.grad_fn], tensor.output_nr]
        row = {
            "shape": list(tensor.shape),
            "dtype": str(tensor.dtype),
            "numbers": [_written(x) for x in tensor.detach().flatten().tolist()],
            "address": base + tensor.data_ptr() - storage,
            "stride": list(tensor.stride()),
            "bytes": tensor.element_size(),
            "learns": tensor.requires_grad,
            "made": made,
        }
        key = json.dumps(row)
        if key not in self.seen:
            self.seen[key] = len(self.tensors)
            self.tensors.append(row)
        return self.seen[key]


def _written(number: Any) -> Any:
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number


def figures(name: str) -> dict[str, Any]:
    """Return one program's graph, with the loss and the gradients that PyTorch finds for it."""
    loss, names = PROGRAMS[name]()
    recording = Recording(loss, names)
    leaves = {
        key: leaf
        for key, leaf in named(names)
        if key in recording.names and leaf.is_leaf and leaf.requires_grad
    }
    found = torch.autograd.grad(
        loss, list(leaves.values()), retain_graph=True, materialize_grads=True
    )
    gradients = {
        key: gradient.flatten().tolist() for key, gradient in zip(leaves, found, strict=True)
    }
    read = from_torch(loss, names)
    ours = {
        key: [getattr(read.find(each), "grad", 0.0) for each in element_names(key, leaf.shape)]
        for key, leaf in leaves.items()
    }
    within = SAME if loss.dtype == torch.float64 else SAME_AS_FLOAT32
    assert same([loss.item(), gradients], [read.data, ours], *within), f"{name}: {gradients} {ours}"
    return {
        "program": name,
        "loss": recording.loss,
        "names": recording.names,
        "gradients": gradients,
        "nodes": recording.nodes,
        "tensors": recording.tensors,
    }


def recorded() -> str:
    """Return the text of the file."""
    head = json.dumps(torch.__version__.partition("+")[0])
    rows = ",\n".join(json.dumps(figures(name), separators=(",", ":")) for name in PROGRAMS)
    return f'{{"torch": {head},\n "programs": [\n{rows}\n]}}\n'


def check() -> int:
    """Compare the file with graphs recorded now; return how many programs differ."""
    stored = json.loads(FILE.read_text("utf-8"))["programs"]
    computed = json.loads(recorded())["programs"]
    pairs = zip(stored, computed, strict=True)
    differing = [new["program"] for old, new in pairs if not same(old, new, *SAME)]
    for name in differing:
        print(f"differs: {name}")
    agreeing = f"{len(computed) - len(differing)} of {len(computed)}"
    print(f"{agreeing} graphs as stored (PyTorch {torch.__version__})")
    return len(differing)


def main(arguments: list[str]) -> int:
    """Write the file, or check it."""
    if arguments == ["--check"]:
        return min(check(), 1)
    FILE.write_text(recorded(), "utf-8")
    print(f"{len(PROGRAMS)} graphs written to {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
