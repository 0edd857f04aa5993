"""What a program may call beside the ops: leaves, data, networks, losses, derivatives.

Each function is called as those in `natives`: with the reader, evaluated arguments, and the call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import signature
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import refusals, sequences
from engine.binding import MOST_SEED, USAGE
from engine.data import MOST_SAMPLES, TABLES
from engine.errors import ExprError, ProgramError
from engine.expr import Expr
from engine.losses import LOSSES, PENALTIES
from engine.natives import NATIVES, Args, Options
from engine.nn import LINEAR, MLP, Layer, Module, Neuron
from engine.ops import OPS
from engine.scopes import scope
from engine.slopes import GRAD
from engine.spans import Span
from engine.values import NODES, Native, is_number

if TYPE_CHECKING:
    from engine.reader import Reader

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
        "grad": GRAD.usage,
    }
)
NETWORKS: Mapping[str, tuple[type[Module], tuple[str, ...]]] = MappingProxyType(
    {
        "Neuron": (Neuron, ("a number of inputs",)),
        "Layer": (Layer, ("a number of inputs", "a number of neurons")),
        "MLP": (MLP, ("a number of inputs", "a list of sizes")),
    }
)
# functions that a program is likely to have a number of the name for: where they are not called,
# such a name is an input like any other
ALSO_NUMBERS = frozenset({"grad"})
# the values that a target of data must have for a loss; a class from 0 where there are none
TARGETS = {"hinge": (-1.0, 1.0), "binary_cross_entropy": (0.0, 1.0)}


# leaves


def _leaf(reader: Reader, args: Args, options: Options, node: ast.Call) -> Expr:
    """Return the leaf that `Value(2.0, label='a')` makes."""
    given = dict(zip(("data", "label"), args, strict=False)) | dict(options)
    words = dict(zip(("data", "label"), node.args, strict=False))
    words |= {word.arg: word.value for word in node.keywords if word.arg}
    usage = f"Write {FUNCTIONS['Value']}."
    if len(args) > 2 or not set(given) <= {"data", "label"} or "data" not in given:
        raise ProgramError("Value takes a number and a label.", _at(reader, node), usage)
    number = _held(reader, given["data"], words["data"], "Value", usage)
    label = _label(reader, given.get("label"), words.get("label"))
    reader.uses_values = True
    leaf = reader.made(Expr(number, label=label), _at(reader, node))
    if not isinstance(node.func, ast.Name) or node.func.id != "Value":
        reader.unsaid.add(leaf)  # the words are those of a call that made several: map(Value, xs)
    return leaf


def _held(reader: Reader, value: Any, node: ast.expr, name: str, usage: str) -> float:
    """Return the number that a leaf is to hold."""
    drawn = type(value) in NODES and not reader.structured
    if drawn or not is_number(value) or isinstance(value, bool):
        raise ProgramError(f"{name} holds a number.", _at(reader, node), usage)
    return float(reader.plain_number(value, node))


def _label(reader: Reader, label: Any, node: ast.expr | None) -> str | None:
    if node is None or label is None:
        return None
    if isinstance(label, str):
        if label.isprintable():
            return label or None
        message = "A label is made of signs that can be shown."
    else:
        message = "A label is a text in quotes."
    raise ProgramError(message, _at(reader, node), f"Write {FUNCTIONS['Value']}.")


def _param(reader: Reader, args: Args, options: Options, node: ast.Call) -> Expr:
    """Return the leaf that `param(0.5)` makes: it learns."""
    usage = f"Write {FUNCTIONS['param']}."
    if len(args) != 1 or options:
        raise ProgramError("param takes one number.", _at(reader, node), usage)
    number = _held(reader, args[0], node.args[0], "param", usage)
    leaf = reader.made(Expr(number), _at(reader, node))
    reader.learners.add(leaf)
    return leaf


def _data(reader: Reader, _args: Args, _options: Options, node: ast.Call) -> Any:
    message = "data(...) gives a column to each of several names."
    raise ProgramError(message, _at(reader, node), f"Write {FUNCTIONS['data']}.")


# networks


def _network(name: str, reader: Reader, args: Args, options: Options, node: ast.Call) -> Module:
    """Return the network that `MLP(2, [4, 1], activation=relu, seed=1)` makes."""
    kind, params = NETWORKS[name]
    usage = f"Write {FUNCTIONS[name]}."
    if len(args) != len(params):
        raise ProgramError(f"{name} takes {' and '.join(params)}.", _at(reader, node), usage)
    counts = [
        _counts(reader, value, words, usage) for value, words in zip(args, node.args, strict=True)
    ]
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
    words = {str(word.arg): word.value for word in node.keywords}
    given = dict(_option(reader, name, key, options[key], words[key]) for key in words)
    if name == "MLP" and not isinstance(counts[1], list):
        counts[1] = [counts[1]]
    made: Any = kind
    drawn: dict[str, Any] = {"seed": 0, **given}
    if reader.streams and "seed" not in given:
        drawn["random"] = reader.random
    with scope(name):
        module: Module = made(*counts, **drawn)
    for parameter in module.parameters():
        reader.made(parameter, _at(reader, node))
    reader.unsaid.update(module.parameters())
    reader.learners.update(module.parameters())
    reader.modules[module] = sizes_span
    return module


def _counts(reader: Reader, value: Any, node: ast.expr, usage: str) -> int | list[int]:
    if isinstance(value, list | tuple):
        if not value:
            raise ProgramError("An MLP needs at least one layer.", _at(reader, node), usage)
        parts = node.elts if isinstance(node, ast.List | ast.Tuple) else []
        nodes = parts if len(parts) == len(value) else [node] * len(value)
        return [
            _count(reader, part, words, usage) for part, words in zip(value, nodes, strict=True)
        ]
    return _count(reader, value, node, usage)


def _count(reader: Reader, value: Any, node: ast.expr, usage: str) -> int:
    number = reader.plain_number(value, node) if is_number(value) else 0.5
    if not float(number).is_integer() or number < 1:
        raise ProgramError("This is a whole number from 1.", _at(reader, node), usage)
    return int(min(number, reader.limits.nodes + 1))


def _option(reader: Reader, name: str, key: str, value: Any, node: ast.expr) -> tuple[str, Any]:
    """Return the value of activation=, output= or seed=; of micrograd's nonlin= the activation."""
    allowed = ["activation", "seed"] + (["output"] if name == "MLP" else [])
    if key == "nonlin" and reader.streams:
        return "activation", "relu" if reader.truth(value, node) else None
    if key not in allowed:
        hint = f"It has {', '.join(allowed)}."
        raise ProgramError(f"{name} has no setting called {key}.", _at(reader, node), hint)
    if key == "seed":
        number = reader.plain_number(value, node) if is_number(value) else -1
        if not float(number).is_integer() or not 0 <= number <= MOST_SEED:
            message = f"seed is a whole number from 0 to {MOST_SEED:,}."
            raise ProgramError(message, _at(reader, node), "Write seed=1.")
        return key, int(number)
    if value is None:
        return key, None
    word = value.name if isinstance(value, Native) else value
    word = node.id if isinstance(node, ast.Name) and node.id == LINEAR else word
    unary = [op for op, row in OPS.items() if row.arity == 1]
    if word != LINEAR and word not in unary:
        shown = word if isinstance(word, str) else node.id if isinstance(node, ast.Name) else None
        hint = refusals.near(shown, unary) if shown else ""
        hint = hint if hint.startswith("Did") else "Take relu, tanh, sigmoid or linear."
        raise ProgramError("This is no activation.", _at(reader, node), hint)
    return key, word


def network(reader: Reader, module: Module, args: Args, options: Options, node: ast.Call) -> Any:
    """Return what a network gives at the values it is called with."""
    if options:
        hint = f"Write {module.name}({', '.join(f'x{k + 1}' for k in range(module.inputs))})."
        raise ProgramError(f"{module.name} takes its inputs in order.", _at(reader, node), hint)
    if len(args) == 1 and isinstance(args[0], list | tuple | np.ndarray):
        args = sequences.items(reader, args[0], node)
    values = _all_numbers(reader, args, node)
    reader.room_for(sum(2 * len(n.weights) + 1 for n in module.neurons), node)
    result = _tried(reader, node, lambda: module(*values))
    if isinstance(result, Expr):
        reader.made_all([result], node)
        reader.made(result, _at(reader, node))
    elif isinstance(result, list):
        reader.made_all(result, node)
    return result


# losses


def _compared(name: str, reader: Reader, args: Args, options: Options, node: ast.Call) -> Expr:
    """Return a loss: how far a prediction is from its target."""
    (predicted, target), (first, second) = _operands(reader, name, args, options, node)
    lists = name == "cross_entropy"
    several = name == "mse" and isinstance(target, list | tuple)
    if lists is not isinstance(predicted, list | tuple) and not several:
        words = "a list of logits, one a class" if lists else "one value"
        hint = f"Write {'cross_entropy([a, b, c], y)' if lists else FUNCTIONS[name]}."
        raise ProgramError(f"{name} takes {words}.", _at(reader, first), hint)
    predicted = _given(reader, predicted, first)
    # a class that is written picks its logit: it needs no node of its own
    written = lists and type(target) not in NODES and is_number(target)
    target = target if written else _given(reader, target, second)
    _check_target(reader, name, predicted, target, second)
    loss: Expr = _tried(reader, node, lambda: LOSSES[name](predicted, target))
    reader.made_all([loss], node)
    reader.made(loss, _at(reader, node))
    if isinstance(target, Expr) and target in (reader.data[1] if reader.data else ()):
        outputs = predicted if isinstance(predicted, list) else [predicted]
        reader.compared.append((loss, outputs, target))
    return loss


def _given(reader: Reader, value: Any, node: ast.expr) -> Any:
    """Return one value, or a list of them, as nodes."""
    if isinstance(value, list | tuple):
        return _all_numbers(reader, value, node)
    return _all_numbers(reader, [value], node)[0]


def _operands(
    reader: Reader, name: str, args: Args, options: Options, node: ast.Call
) -> tuple[tuple[Any, Any], tuple[ast.expr, ast.expr]]:
    """Return what stands for the prediction and for the target, in order or by name."""
    params = tuple(signature(LOSSES[name]).parameters)
    given = [*list(zip(params, args, strict=False)), *options.items()]
    if len(args) > 2 or sorted(key for key, _ in given) != sorted(params):
        hint = f"Write {FUNCTIONS[name]}."
        raise ProgramError(f"{name} takes a prediction and a target.", _at(reader, node), hint)
    words = dict(zip(params, node.args, strict=False))
    words |= {str(word.arg): word.value for word in node.keywords}
    found, (first, second) = dict(given), params
    return (found[first], found[second]), (words[first], words[second])


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


def _penalty(name: str, reader: Reader, args: Args, options: Options, node: ast.Call) -> Expr:
    """Return a sum over all parameters of a network."""
    module = args[0] if len(args) == 1 and not options else None
    if not isinstance(module, Module):
        hint = f"Write {FUNCTIONS[name]}, where net is an MLP, a Layer or a Neuron."
        raise ProgramError(f"{name} takes a network.", _at(reader, node), hint)
    reader.room_for(2 * len(module.parameters()), node)
    total = PENALTIES[name](module)
    reader.made_all([total], node)
    return reader.made(total, _at(reader, node))


# tables as rows


def dataset(
    reader: Reader, name: str, args: Args, options: Options, node: ast.Call
) -> tuple[Any, Any]:
    """Return make_moons(n_samples=100, noise=0.1) and its kin of scikit-learn: inputs and classes.

    They are drawn from the stream that np.random.seed begins, or from one that random_state does.
    """
    known = {"n_samples", "noise", "random_state", "shuffle"}
    known |= {"factor"} if name == "circles" else set()
    known |= {"centers", "n_features", "cluster_std"} if name == "blobs" else set()
    given = dict(zip(("n_samples",), args, strict=False)) | dict(options)
    odd = next((key for key in given if key not in known), None)
    if odd is not None or len(args) > 1:
        words = f"make_{name} has no setting called {odd}." if odd else "Write settings by name."
        raise ProgramError(words, _at(reader, node), f"It has {', '.join(sorted(known))}.")
    numbers = {
        key: reader.plain_number(value, node) for key, value in given.items() if value is not None
    }
    count = int(numbers.get("n_samples", 100))
    if not 1 <= count <= min(MOST_SAMPLES, reader.limits.items):
        message = f"n_samples is a whole number from 1 to {reader.limits.items:,}."
        raise ProgramError(message, _at(reader, node), "Write n_samples=100.")
    seed = numbers.get("random_state")
    random = reader.arrays if seed is None else np.random.RandomState(int(seed) % 2**32)
    return tuples(name, count, numbers, random)


def tuples(
    name: str, count: int, numbers: Mapping[str, float], random: np.random.RandomState
) -> tuple[Any, Any]:
    """Return inputs, (n, features) float64, and classes from 0, (n,) int64."""
    if name == "blobs":
        return _blobs(count, numbers, random)
    if name == "circles":
        return _circles(count, numbers, random)
    points, target = TABLES["moons"].make(count, max(numbers.get("noise", 0.0), 0.0), random)
    return points, (target > 0).astype(np.int64)


def _circles(
    count: int, numbers: Mapping[str, float], random: np.random.RandomState
) -> tuple[Any, Any]:
    outer = count // 2
    turns = [np.linspace(0, 2 * np.pi, n, endpoint=False) for n in (outer, count - outer)]
    sizes = (1.0, numbers.get("factor", 0.8))
    circles = [
        size * np.column_stack([np.cos(turn), np.sin(turn)])
        for size, turn in zip(sizes, turns, strict=True)
    ]
    order = np.arange(count)
    random.shuffle(order)
    points = np.concatenate(circles)[order]
    if numbers.get("noise"):
        points = points + random.normal(scale=max(numbers["noise"], 0.0), size=points.shape)
    return points, np.repeat([0, 1], [outer, count - outer])[order]


def _blobs(
    count: int, numbers: Mapping[str, float], random: np.random.RandomState
) -> tuple[Any, Any]:
    kinds = min(max(int(numbers.get("centers", 3)), 1), count)
    features = min(max(int(numbers.get("n_features", 2)), 1), 20)
    middles = random.uniform(-10, 10, size=(kinds, features))
    sizes = [count // kinds + (k < count % kinds) for k in range(kinds)]
    spread = max(numbers.get("cluster_std", 1.0), 0.0)
    points = np.concatenate(
        [
            random.normal(loc=middle, scale=spread, size=(size, features))
            for middle, size in zip(middles, sizes, strict=True)
        ]
    )
    order = np.arange(count)
    random.shuffle(order)
    return points[order], np.repeat(np.arange(kinds), sizes)[order]


def _tried(reader: Reader, node: ast.Call, make: Callable[[], Any]) -> Any:
    """Return what the library makes; its refusal gets the call's place."""
    try:
        return make()
    except ExprError as error:
        raise ProgramError(str(error), _at(reader, node)) from None


def _all_numbers(reader: Reader, values: Sequence[Any], node: ast.expr) -> list[Any]:
    """Return values that are one number each; plain ones as nodes where all is drawn."""
    parts = getattr(node, "args", getattr(node, "elts", []))
    nodes = parts if len(parts) == len(values) else [node] * len(values)
    found = []
    for value, words in zip(values, nodes, strict=True):
        if not is_number(value):
            raise refusals.not_one(value, words, reader.text)
        found.append(value if reader.structured else reader.node(value, words))
    return found


def _at(reader: Reader, node: ast.expr) -> Span:
    return reader.text.span(node)


def _no_module(_reader: Reader, _args: Args, _options: Options, node: ast.Call) -> Any:
    raise AssertionError(node)  # a base class: nothing calls it


VALUE = Native("Value", _leaf, FUNCTIONS["Value"])
MODULE = Native("Module", _no_module)
MAKERS: Mapping[str, Native] = MappingProxyType(
    {name: Native(name, partial(_network, name), FUNCTIONS[name]) for name in NETWORKS}
)
BUILTINS: Mapping[str, Native] = MappingProxyType(
    dict(NATIVES)
    | {"Value": VALUE, "param": Native("param", _param, FUNCTIONS["param"])}
    | {"data": Native("data", _data, USAGE)}
    | {"grad": GRAD}
    | dict(MAKERS)
    | {name: Native(name, partial(_compared, name), FUNCTIONS[name]) for name in LOSSES}
    | {name: Native(name, partial(_penalty, name), FUNCTIONS[name]) for name in PENALTIES}
)
