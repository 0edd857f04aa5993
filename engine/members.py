"""What stands behind a dot: a node's number and gradient; methods of lists, networks, objects."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import libraries, ours, refusals, sequences
from engine.compared import equal
from engine.errors import ExprError, ProgramError
from engine.expr import Expr, move, present
from engine.natives import Args, Options, fault, in_order
from engine.nn import Module, Neuron
from engine.ops import OPS
from engine.values import NODES, NOTHING, Bound, Class, Function, Instance, Library, Native, kind

if TYPE_CHECKING:
    from engine.reader import Reader


class Super:
    """What `super()` is in a method: the same object, seen as what its class builds on."""

    def __init__(self, of: Any, base: Class | None) -> None:
        self.of = of
        self.base = base


def attribute(reader: Reader, of: Any, node: ast.Attribute) -> Any:
    """Return `of.name`.

    Raises:
        ProgramError: there is nothing of that name.
    """
    found = _find(reader, of, node.attr, node)
    if found is None:
        raise _unknown(reader, of, node)
    return found.value


class _Found:
    """What was found: None is a value too."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _find(reader: Reader, of: Any, name: str, node: ast.Attribute) -> _Found | None:
    if type(of) in NODES:
        return _of_node(reader, of, name)
    if isinstance(of, Instance):
        return _of_instance(reader, of, name)
    if isinstance(of, Super):
        return _of_super(reader, of, name)
    if isinstance(of, Class):
        value = of.find(name)
        return None if value is None else _Found(value)
    if isinstance(of, Library):
        return _Found(libraries.member(reader, of, name, node))
    if isinstance(of, Module):
        return _of_network(reader, of, name)
    if of is ours.EXPR and name in ours.OF_EXPR:
        return _Found(ours.OF_EXPR[name])
    if of is NOTHING:
        return _Found(NOTHING)
    if isinstance(of, np.ndarray):
        return _of_array(reader, of, name, node)
    methods = _methods(of)
    return _Found(Native(name, _method(methods[name], of))) if name in methods else None


def _methods(of: Any) -> Mapping[str, Callable[..., Any]]:
    """Return the methods of a list, a tuple or a text by name."""
    if isinstance(of, tuple):
        return {name: _LIST[name] for name in _TUPLE}
    return _LIST if isinstance(of, list) else _TEXT if isinstance(of, str) else {}


def _method(call: Callable[..., Any], of: Any) -> Callable[..., Any]:
    def bound(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        return call(reader, of, args, options, node)

    return bound


def _unknown(reader: Reader, of: Any, node: ast.Attribute) -> ProgramError:
    span, name = reader.text.span(node), node.attr
    message = f"{kind(of).capitalize()} has no {name} here."
    if type(of) in NODES or isinstance(of, Module):
        known = list(_NETWORK if isinstance(of, Module) else (*_NODE, *OPS))
        close = refusals.near(name, known[:7]) if type(of) in NODES else ""
        close = close if close.startswith("Did") else refusals.near(name, known)
        hint = close if close.startswith("Did") else f"There are {', '.join(known[:5])}."
        return ProgramError(message, span, _WAYS_OUT.get((kind(of), name), hint))
    if isinstance(of, Instance):
        own = [each for each in (*of.names, *of.cls.names) if not each.startswith("__")]
        hint = refusals.near(name, own) if own else ""
        if not hint.startswith("Did") and ast.unparse(node.value) == "self":
            hint = f"Write self.{name} = ... in __init__."
        return ProgramError(f"{of.cls.name} has no {name}.", span, hint)
    hint = _WAYS_OUT.get((kind(of), name), "")
    if isinstance(of, list | tuple) and name in (*_NODE, *OPS):
        called = "" if name in ("data", "grad", "label") else "()"
        hint = f"Take one of them: {_words(node.value)}[0].{name}{called}."
    elif isinstance(of, int | float) and name in OPS:
        hint = f"Of a plain number, write math.{name}(...)."
    elif not hint and (methods := _methods(of)):
        hint = refusals.near(name, list(methods))
    return ProgramError(message, span, hint)


def _words(node: ast.expr) -> str:
    words = ast.unparse(node)
    return words if len(words) <= refusals.LONGEST_WORDS else "xs"


# what is asked of a kind of value elsewhere, and how it is had here
_WAYS_OUT: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("a list", "push"): "Did you mean append?",
        ("a list", "add"): "Did you mean append?",
        ("a list", "length"): "Write len(xs).",
        ("a list", "size"): "Write len(xs).",
        ("a list", "shape"): "Write len(xs).",
        ("a list", "sum"): "Write sum(xs).",
        ("a list", "mean"): "Write sum(xs) / len(xs).",
        ("a list", "max"): "Write max(xs).",
        ("a list", "min"): "Write min(xs).",
        ("a text", "format"): 'Write f"loss {x:.4f}".',
        ("a text", "length"): "Write len(s).",
        ("a number", "item"): "It is a plain number: leave .item() out.",
        ("a number", "data"): "It is a plain number: leave .data out.",
        ("a number", "grad"): "Only a Value has a gradient: write Value(...) around the number.",
        ("a number", "backward"): "Only what Values make has gradients: leave .data out above.",
        ("a value", "zero_grad"): "Write x.grad = 0.0.",
        ("a value", "parameters"): "A network has parameters; a value is one itself.",
        ("a value", "detach"): "Write x.data.",
        ("a value", "numpy"): "Write x.data.",
        ("a network", "backward"): "Call backward on the loss.",
        ("a network", "forward"): "Call the network itself: net(x).",
        ("a network", "weight"): "Write net.parameters().",
        ("a network", "weights"): "Write net.parameters().",
    }
    | {("a value", name): hint for name, hint in ours.OF_NODES.items()}
)
_NODE = ("data", "grad", "label", "backward", "tanh", "relu", "exp")
_NETWORK = ("parameters", "zero_grad", "layers", "neurons")

# nodes


def _of_node(reader: Reader, of: Expr, name: str) -> _Found | None:
    now = present(of)
    if name == "data":
        return _Found(now.data)
    if name == "grad":
        return _Found(now.grad)
    if name == "label":
        return _Found(now.label or "")
    if name == "backward":
        return _Found(Native("backward", _method(_backward, of), "loss.backward()"))
    if name == "item":
        return _Found(Native("item", lambda *_: now.data))
    if name in OPS and OPS[name].arity:
        return _Found(Native(name, _method(_op, (name, of))))
    return None


def _backward(reader: Reader, of: Expr, args: Args, options: Options, node: ast.Call) -> None:
    if args or options:
        raise fault(reader, node, "backward takes nothing.", "Write loss.backward().")
    reader.backward(of, node)


def _op(reader: Reader, of: tuple[str, Expr], args: Args, options: Options, node: ast.Call) -> Expr:
    """Return the node of an op written as a method: x.tanh(), x.tanh(label="o")."""
    name, first = of
    label = options.get("label")
    op = OPS[name]
    if set(options) - {"label"} or len(args) != op.arity - 1:
        rest = ", ".join(op.params[1:])
        raise fault(
            reader, node, f"{name} takes its operands in order.", f"Write x.{name}({rest})."
        )
    words = node.func.value if isinstance(node.func, ast.Attribute) else node
    result = reader.apply(name, [first, *args], [words, *node.args], node)
    if isinstance(label, str) and label.isprintable():
        result.label = label
    return result


def set_attribute(reader: Reader, of: Any, value: Any, node: ast.Attribute) -> None:
    """Run `of.name = value`.

    Raises:
        ProgramError: nothing can be set there.
    """
    if isinstance(of, Instance | Class):
        of.names[node.attr] = value
    elif type(of) in NODES and node.attr in ("data", "grad", "label"):
        _set_on_node(reader, of, value, node)
    elif of is not NOTHING:
        message = f"{node.attr} of {kind(of)} cannot be set."
        close = refusals.near(node.attr, ("data", "grad", "label")) if type(of) in NODES else ""
        hint = (
            "Leave the line out: every value has a gradient." if "requires" in node.attr else close
        )
        raise ProgramError(message, reader.text.span(node), hint)


def _set_on_node(reader: Reader, of: Expr, value: Any, node: ast.Attribute) -> None:
    if node.attr == "label":
        if not isinstance(value, str) or not value.isprintable():
            message = "A label is a text in quotes."
            raise ProgramError(message, reader.text.span(node), "Write x.label = 'x'.")
        present(of).label = value or None
        return
    number = reader.plain_number(value, node)
    if node.attr == "grad":
        present(of).grad = float(number)
        return
    try:
        before = present(of)
        move(of, number)
    except ExprError as error:
        raise ProgramError(str(error), reader.text.span(node)) from None
    reader.moved[before] = of, node


# objects


def _of_instance(reader: Reader, of: Instance, name: str) -> _Found | None:
    if name in of.names:
        return _Found(of.names[name])
    value = of.cls.find(name)
    if value is None:
        if name == "zero_grad" and of.cls.find("parameters"):
            return _Found(Native("zero_grad", _method(_zero_object, of)))
        return None
    return _Found(Bound(value, of) if isinstance(value, Function) else value)


def _of_super(reader: Reader, of: Super, name: str) -> _Found | None:
    value = of.base.find(name) if of.base else None
    if value is None:
        return _Found(Native(name, lambda *_: None)) if name == "__init__" else None
    return _Found(Bound(value, of.of) if isinstance(value, Function) else value)


def _zero_object(
    reader: Reader, of: Instance, args: Args, options: Options, node: ast.Call
) -> None:
    found = of.cls.find("parameters")
    parameters = reader.invoke(Bound(found, of), [], {}, node, None)
    for each in sequences.items(reader, parameters, node):
        if type(each) in NODES:
            present(each).grad = 0.0


# networks


def _of_network(reader: Reader, of: Module, name: str) -> _Found | None:
    if name == "parameters":
        return _Found(Native(name, lambda *_: list(of.parameters())))
    if name == "zero_grad":
        return _Found(Native(name, lambda *_: _zero(of)))
    if name == "neurons" and not isinstance(of, Neuron):
        return _Found(list(of.neurons))
    if name == "layers" and not isinstance(of, Neuron):
        return _Found([list(layer) for layer in of.layers])
    if isinstance(of, Neuron) and name in ("w", "weights"):
        return _Found(list(of.weights))
    if isinstance(of, Neuron) and name in ("b", "bias"):
        return _Found(of.bias)
    return None


def _zero(of: Module) -> None:
    for each in of.parameters():
        present(each).grad = 0.0


# lists, texts, arrays


def _append(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> None:
    _takes(reader, args, options, node, 1)
    reader.budget.check_items(len(of) + 1, reader.text.span(node))
    of.append(args[0])


def _extend(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> None:
    _takes(reader, args, options, node, 1)
    sequences.extend(reader, of, args[0], node.args[0])


def _insert(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> None:
    _takes(reader, args, options, node, 2)
    reader.budget.check_items(len(of) + 1, reader.text.span(node))
    of.insert(int(reader.plain_number(args[0], node.args[0])), args[1])


def _pop(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> Any:
    place = int(reader.plain_number(args[0], node.args[0])) if args else -1
    if not -len(of) <= place < len(of):
        hint = f"It has {len(of)} items." if of else "It is empty."
        raise fault(reader, node, "This list has no such item to take.", hint)
    return of.pop(place)


def _index(reader: Reader, of: Any, args: Args, options: Options, node: ast.Call) -> int:
    _takes(reader, args, options, node, 1)
    for place, each in enumerate(of):
        if equal(reader, each, args[0], node):
            return place
    raise fault(reader, node, "The list does not hold this.")


def _remove(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> None:
    del of[_index(reader, of, args, options, node)]


def _count(reader: Reader, of: Any, args: Args, options: Options, node: ast.Call) -> int:
    _takes(reader, args, options, node, 1)
    return sum(equal(reader, each, args[0], node) for each in of)


def _reverse(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> None:
    _takes(reader, args, options, node, 0)
    of.reverse()


def _sort(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> None:
    _takes(reader, args, {}, node, 0)
    of[:] = in_order(reader, list(of), options, node)


def _copy(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> Any:
    _takes(reader, args, options, node, 0)
    return list(of)


def _clear(reader: Reader, of: list[Any], args: Args, options: Options, node: ast.Call) -> None:
    _takes(reader, args, options, node, 0)
    of.clear()


def _takes(reader: Reader, args: Args, options: Options, node: ast.Call, count: int) -> None:
    if len(args) != count or options:
        words = ("nothing", "one value", "two values")[count]
        name = node.func.attr if isinstance(node.func, ast.Attribute) else "This"
        raise fault(reader, node, f"{name} takes {words}.")


_LIST: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "append": _append,
        "extend": _extend,
        "insert": _insert,
        "pop": _pop,
        "index": _index,
        "remove": _remove,
        "count": _count,
        "reverse": _reverse,
        "sort": _sort,
        "copy": _copy,
        "clear": _clear,
    }
)


def _join(reader: Reader, of: str, args: Args, options: Options, node: ast.Call) -> str:
    _takes(reader, args, options, node, 1)
    parts = sequences.items(reader, args[0], node.args[0])
    if not all(isinstance(part, str) for part in parts):
        raise fault(reader, node, "join takes a list of texts.")
    reader.budget.check_items(
        sum(map(len, parts)) + len(of) * max(len(parts) - 1, 0), reader.text.span(node)
    )
    return of.join(parts)


def _plain_text(name: str) -> Callable[..., Any]:
    def call(reader: Reader, of: str, args: Args, options: Options, node: ast.Call) -> Any:
        if not all(isinstance(each, str) for each in args) or options:
            raise fault(reader, node, f"{name} takes texts.")
        try:
            return getattr(of, name)(*args)
        except (TypeError, ValueError):
            message = f"{name} takes other values, or another number of them."
            raise fault(reader, node, message) from None

    return call


def _replace(reader: Reader, of: str, args: Args, options: Options, node: ast.Call) -> str:
    _takes(reader, args, options, node, 2)
    if not all(isinstance(each, str) for each in args):
        raise fault(reader, node, "replace takes texts.")
    old, new = args
    reader.budget.make_items(len(of) + of.count(old) * len(new), reader.text.span(node))
    return of.replace(old, new)


def _padded(name: str) -> Callable[..., Any]:
    def call(reader: Reader, of: str, args: Args, options: Options, node: ast.Call) -> str:
        _takes(reader, args, options, node, 1)
        width = reader.plain_number(args[0], node.args[0])
        if not isinstance(width, int):
            raise fault(reader, node, f"{name} takes a width.", f"Write s.{name}(10).")
        reader.budget.check_items(max(width, 0), reader.text.span(node))
        padded: str = getattr(of, name)(width)
        return padded

    return call


_TEXT: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"join": _join, "replace": _replace}
    | {name: _padded(name) for name in ("ljust", "rjust", "center", "zfill")}
    | {
        name: _plain_text(name)
        for name in (
            "upper",
            "lower",
            "strip",
            "lstrip",
            "rstrip",
            "split",
            "startswith",
            "endswith",
            "title",
            "capitalize",
            "find",
            "count",
            "isdigit",
        )
    }
)


def _of_array(reader: Reader, of: Any, name: str, node: ast.Attribute) -> _Found | None:
    if name in _ARRAY_FACTS:
        return _Found(getattr(of, name))
    if name in _ARRAY_NUMBERS and of.size:
        return _Found(Native(name, lambda *_: getattr(of, name)().item()))
    if name in _ARRAY_COPIES:
        return _Found(Native(name, lambda *_: getattr(of, name)()))
    if hasattr(of, name) and not name.startswith("_"):
        reader.left_out(f"{name} of an array", node)
        return _Found(NOTHING)
    return None


_TUPLE = ("index", "count")
_ARRAY_FACTS = ("shape", "size", "ndim", "T")
_ARRAY_NUMBERS = ("min", "max", "mean", "sum", "std")
_ARRAY_COPIES = ("tolist", "copy", "ravel", "flatten")
# what there is behind the dot of each kind of value, as the documentation lists it
MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "a value": ("data", "grad", "label", "backward", "item", *OPS),
        "a network": ("parameters", "zero_grad", "neurons", "layers"),
        "a neuron": ("parameters", "zero_grad", "weights", "w", "bias", "b"),
        "a list": tuple(_LIST),
        "a tuple": _TUPLE,
        "a text": tuple(_TEXT),
        "an array": (*_ARRAY_FACTS, *_ARRAY_NUMBERS, *_ARRAY_COPIES),
    }
)
