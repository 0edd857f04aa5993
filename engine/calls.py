"""What a program may call beside the ops: leaves, data, networks, losses.

Each function takes the reader and the call, and returns a value, or yields the parts it needs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Mapping, Sequence
from inspect import signature
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import refusals
from engine.binding import MOST_SEED, USAGE, whole
from engine.data import TABLES
from engine.errors import ExprError, ProgramError
from engine.expr import Expr
from engine.losses import LOSSES, PENALTIES
from engine.nn import LINEAR, MLP, Layer, Module, Neuron
from engine.ops import OPS
from engine.spans import Span

if TYPE_CHECKING:
    from engine.reader import Reader, Value

    Walk = Generator[ast.expr, Any, Value]

# how each function is written, as a hint
FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {name: f"{name}({', '.join(op.params)})" for name, op in OPS.items()}
    | {
        "Value": "Value(2.0, label='a')",
        "param": "param(0.5)",
        "data": USAGE,
        "Neuron": "Neuron(2, activation=tanh)",
        "Layer": "Layer(2, 3)",
        "MLP": "MLP(2, [4, 1])",
        "mse": "mse(o, y)",
        "hinge": "hinge(o, y)",
        "binary_cross_entropy": "binary_cross_entropy(p, y)",
        "cross_entropy": "cross_entropy(logits, y)",
        "l1": "l1(net)",
        "l2": "l2(net)",
    }
)
NETWORKS: Mapping[str, tuple[type[Module], tuple[str, ...]]] = MappingProxyType(
    {
        "Neuron": (Neuron, ("a number of inputs",)),
        "Layer": (Layer, ("a number of inputs", "a number of neurons")),
        "MLP": (MLP, ("a number of inputs", "a list of sizes")),
    }
)
# the values that a target of data must have for a loss; a class from 0 where there are none
TARGETS = {"hinge": (-1.0, 1.0), "binary_cross_entropy": (0.0, 1.0)}


def call(reader: Reader, name: str, node: ast.Call) -> Value | Walk:
    """Return what a call of one of FUNCTIONS that is no op comes to."""
    if name == "Value":
        return _leaf(reader, node)
    if name == "param":
        return _param(reader, node)
    if name == "data":
        hint = f"Write {FUNCTIONS['data']}."
        message = "data(...) gives a column to each of several names."
        raise ProgramError(message, _at(reader, node), hint)
    if name in NETWORKS:
        return _network(reader, name, node)
    return _compared(reader, name, node) if name in LOSSES else _penalty(reader, name, node)


# leaves


def _leaf(reader: Reader, node: ast.Call) -> Expr:
    """Return the leaf that `Value(2.0, label='a')` makes."""
    given = dict(zip(("data", "label"), node.args, strict=False))
    given |= {word.arg: word.value for word in node.keywords if word.arg}
    usage = f"Write {FUNCTIONS['Value']}."
    if len(node.args) > 2 or not set(given) <= {"data", "label"} or "data" not in given:
        raise ProgramError("Value takes a number and a label.", _at(reader, node), usage)
    number = reader.literal(given["data"])
    if number is None:
        raise ProgramError("Value holds a number.", _at(reader, given["data"]), usage)
    return reader.made(Expr(number, label=_label(reader, given.get("label"))), node)


def _label(reader: Reader, node: ast.expr | None) -> str | None:
    if node is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value.isprintable():
            return node.value or None
        message = "A label is made of signs that can be shown."
    else:
        message = "A label is a text in quotes."
    raise ProgramError(message, _at(reader, node), f"Write {FUNCTIONS['Value']}.")


def _param(reader: Reader, node: ast.Call) -> Expr:
    """Return the leaf that `param(0.5)` makes: it learns."""
    usage = f"Write {FUNCTIONS['param']}."
    if len(node.args) != 1 or node.keywords:
        raise ProgramError("param takes one number.", _at(reader, node), usage)
    number = reader.literal(node.args[0])
    if number is None:
        raise ProgramError("param holds a number.", _at(reader, node.args[0]), usage)
    leaf = reader.made(Expr(number), node)
    reader.learners.add(leaf)
    return leaf


# networks


def _network(reader: Reader, name: str, node: ast.Call) -> Module:
    """Return the network that `MLP(2, [4, 1], activation=relu, seed=1)` makes."""
    kind, params = NETWORKS[name]
    usage = f"Write {FUNCTIONS[name]}."
    if len(node.args) != len(params):
        raise ProgramError(f"{name} takes {' and '.join(params)}.", _at(reader, node), usage)
    counts = [_counts(reader, argument, usage) for argument in node.args]
    sizes_span = None
    if name == "MLP":
        sizes_span = _at(reader, node.args[1])
    elif any(isinstance(count, list) for count in counts):
        raise ProgramError(f"{name} takes whole numbers.", _at(reader, node), usage)
    if isinstance(counts[0], list):
        raise ProgramError("The number of inputs comes first.", _at(reader, node.args[0]), usage)
    flat = [each for count in counts for each in (count if isinstance(count, list) else [count])]
    ends = flat if name != "Neuron" else [*flat, 1]
    reader.room_for(sum((before + 1) * after for before, after in pairwise(ends)), node)
    options = {word.arg: word.value for word in node.keywords}
    given = {str(key): _option(reader, name, key, value) for key, value in options.items()}
    if name == "MLP" and not isinstance(counts[1], list):
        counts[1] = [counts[1]]
    made: Any = kind
    module: Module = made(*counts, **given)
    for parameter in module.parameters():
        reader.made(parameter, node)
    reader.unsaid.update(module.parameters())
    reader.learners.update(module.parameters())
    reader.modules[module] = sizes_span
    return module


def _counts(reader: Reader, node: ast.expr, usage: str) -> int | list[int]:
    if isinstance(node, ast.List | ast.Tuple):
        if not node.elts:
            raise ProgramError("An MLP needs at least one layer.", _at(reader, node), usage)
        return [_count(reader, part, usage) for part in node.elts]
    return _count(reader, node, usage)


def _count(reader: Reader, node: ast.expr, usage: str) -> int:
    number = reader.literal(node)
    if number is None or not number.is_integer() or number < 1:
        raise ProgramError("This is a whole number from 1.", _at(reader, node), usage)
    return int(min(number, reader.limits.nodes + 1))


def _option(reader: Reader, name: str, key: str | None, node: ast.expr) -> Any:
    """Return the value of activation=, output= or seed=."""
    allowed = ["activation", "seed"] + (["output"] if name == "MLP" else [])
    if key not in allowed:
        hint = f"It has {', '.join(allowed)}."
        message = f"{name} has no setting called {key}." if key else "Write each setting by name."
        raise ProgramError(message, _at(reader, node), hint)
    if key == "seed":
        return whole(reader, "seed", node, (0, MOST_SEED), 1)
    word = node.id if isinstance(node, ast.Name) else getattr(node, "value", None)
    unary = [op for op, row in OPS.items() if row.arity == 1]
    if isinstance(node, ast.Constant) and word is None:
        return None
    if word != LINEAR and word not in unary:
        hint = refusals.near(word, unary) if isinstance(word, str) else ""
        hint = hint if hint.startswith("Did") else "Take relu, tanh, sigmoid or linear."
        raise ProgramError("This is no activation.", _at(reader, node), hint)
    return word


def network(reader: Reader, name: str, node: ast.Call) -> Walk:
    """Return what a network gives at the values it is called with."""
    module = reader.names[name]
    assert isinstance(module, Module)  # noqa: S101  the reader has looked
    if node.keywords:
        hint = f"Write {name}({', '.join(f'x{k + 1}' for k in range(module.inputs))})."
        raise ProgramError(f"{name} takes its inputs in order.", _at(reader, node), hint)
    values: list[Any] = []
    for argument in node.args:
        value = yield argument
        values.append(value)
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    _all_numbers(reader, values, node)
    reader.room_for(sum(2 * len(n.weights) + 1 for n in module.neurons), node)
    result: Value = _tried(reader, node, lambda: module(*values))
    if isinstance(result, Expr):
        reader.made_all([result], node)
        reader.unsaid.discard(result)
    elif isinstance(result, list):
        reader.made_all(result, node)
    return result


# losses


def _compared(reader: Reader, name: str, node: ast.Call) -> Walk:
    """Return a loss: how far a prediction is from its target."""
    first, second = _operands(reader, name, node)
    predicted = yield first
    # a class that is written picks its logit: it needs no node of its own
    written = reader.literal(second) if name == "cross_entropy" else None
    target = (yield second) if written is None else written
    lists = name == "cross_entropy"
    several = name == "mse" and isinstance(target, list)
    if lists is not isinstance(predicted, list) and not several:
        words = "a list of logits, one a class" if lists else "one value"
        hint = f"Write {'cross_entropy([a, b, c], y)' if lists else FUNCTIONS[name]}."
        raise ProgramError(f"{name} takes {words}.", _at(reader, first), hint)
    for given, argument in ((predicted, first), (target, second)):
        if given is not written:
            _all_numbers(reader, given if isinstance(given, list) else [given], argument)
    _check_target(reader, name, predicted, target, second)
    loss: Expr = _tried(reader, node, lambda: LOSSES[name](predicted, target))
    reader.made_all([loss], node)
    reader.unsaid.discard(loss)
    if isinstance(target, Expr) and target in (reader.data[1] if reader.data else ()):
        outputs = predicted if isinstance(predicted, list) else [predicted]
        reader.compared.append((loss, outputs, target))
    return loss


def _operands(reader: Reader, name: str, node: ast.Call) -> tuple[ast.expr, ast.expr]:
    """Return what stands for the prediction and for the target, in order or by name."""
    params = tuple(signature(LOSSES[name]).parameters)
    given = list(zip(params, node.args, strict=False))
    given += [(str(word.arg), word.value) for word in node.keywords]
    if len(node.args) > 2 or sorted(key for key, _ in given) != sorted(params):
        hint = f"Write {FUNCTIONS[name]}."
        raise ProgramError(f"{name} takes a prediction and a target.", _at(reader, node), hint)
    found = dict(given)
    return found[params[0]], found[params[1]]


def _check_target(reader: Reader, name: str, predicted: Any, target: Any, node: ast.expr) -> None:
    """Refuse a target column whose values the loss cannot take."""
    table, columns = reader.data or (None, [])
    if table is None or not isinstance(target, Expr) or target not in columns or name == "mse":
        return
    values = np.unique(table.rows[:, columns.index(target)])
    wanted = TARGETS.get(name) or tuple(map(float, range(len(predicted))))
    if not set(values.tolist()) <= set(wanted):
        low, high = (f"{number:g}".replace("-", "−") for number in (wanted[0], wanted[-1]))
        between = ("targets of", "and") if name in TARGETS else ("classes from", "to")
        words = f"{between[0]} {low} {between[1]} {high}"
        two = len(table.classes) == 2 and name in TARGETS and table.name in TABLES
        hint = f"Write labels=({wanted[0]:g}, {wanted[1]:g}) in data(...)." if two else ""
        raise ProgramError(f"{name} needs {words}.", _at(reader, node), hint)


def _penalty(reader: Reader, name: str, node: ast.Call) -> Walk:
    """Return a sum over all parameters of a network."""
    module = (yield node.args[0]) if len(node.args) == 1 and not node.keywords else None
    if not isinstance(module, Module):
        hint = f"Write {FUNCTIONS[name]}, where net is an MLP, a Layer or a Neuron."
        raise ProgramError(f"{name} takes a network.", _at(reader, node), hint)
    reader.room_for(2 * len(module.parameters()), node)
    total = PENALTIES[name](module)
    reader.made_all([total], node)
    reader.unsaid.discard(total)
    return total


def _tried(reader: Reader, node: ast.Call, make: Callable[[], Any]) -> Any:
    """Return what the library makes; its refusal gets the call's place."""
    try:
        return make()
    except ExprError as error:
        raise ProgramError(str(error), _at(reader, node)) from None


def _all_numbers(reader: Reader, values: Sequence[Any], node: ast.expr) -> None:
    for value in values:
        if not isinstance(value, Expr):
            raise refusals.not_one(value, node, reader.text)


def _at(reader: Reader, node: ast.expr) -> Span:
    return reader.text.span(node)
