"""The functions that a program has without an import: ops, Python's own, what makes leaves.

Each is called as `call(reader, args, options, node)`; args and options are evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import arithmetic, refusals, sequences
from engine.errors import ProgramError
from engine.expr import arity_message, present
from engine.ops import OPS, Op
from engine.scopes import Scope, current, enter, leave
from engine.values import NODES, NOTHING, Class, Instance, Native, is_number, kind

if TYPE_CHECKING:
    from engine.reader import Reader

Args = list[Any]
Options = Mapping[str, Any]
TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "int": (int,),
        "float": (float,),
        "str": (str,),
        "list": (list,),
        "tuple": (tuple,),
        "bool": (bool,),
    }
)


def fault(reader: Reader, node: ast.Call, message: str, hint: str = "") -> ProgramError:
    """Return a refusal at a call."""
    return ProgramError(message, reader.text.span(node), hint)


def count(
    reader: Reader, args: Args, options: Options, node: ast.Call, name: str, most: int
) -> None:
    """Refuse more arguments than a function takes, or none, or named ones."""
    if not 1 <= len(args) <= most or options:
        words = "one value" if most == 1 else f"1 to {most} values"
        raise fault(reader, node, f"{name} takes {words}.", f"Write {USAGES[name]}.")


# ops


def op_function(op: Op) -> Native:
    """Return the function that makes a node of an op; max, min and abs take plain numbers too."""
    usage = f"{op.name}({', '.join(op.params)})"

    def call(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        if op.name in _LOOSE and reader.structured:
            return _LOOSE[op.name](reader, args, options, node)
        if options or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise fault(reader, node, f"{op.name} takes its operands in order.", f"Write {usage}.")
        if len(args) != op.arity:
            raise fault(reader, node, arity_message(op, len(args)), f"Write {usage}.")
        return reader.apply(op.name, args, node.args, node)

    return Native(op.name, call, usage)


def _absolute(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "abs", 1)
    (value,) = args
    if isinstance(value, np.ndarray):
        return abs(value)
    if type(value) in NODES:
        return reader.apply("abs", args, node.args, node)
    return abs(reader.plain_number(value, node.args[0]))


def _extreme(name: str) -> Callable[..., Any]:
    def call(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        key = options.get("key")
        if not args or set(options) - {"key"}:
            raise fault(reader, node, f"{name} takes values or a list of them.")
        values = list(args) if len(args) > 1 else sequences.items(reader, args[0], node.args[0])
        if not values:
            raise fault(reader, node, f"{name} of nothing has no value.")
        if key is None and any(type(each) in NODES for each in values):
            total = values[0]
            for each in values[1:]:
                total = reader.apply(name, [total, each], [node, node], node)
            return total
        marks = [value if key is None else _key(reader, key, value, node) for value in values]
        chosen = _sorted_places(reader, marks, node)
        return values[chosen[0] if name == "min" else _last_equal(chosen, marks)]

    return call


def _last_equal(places: Sequence[int], marks: Sequence[Any]) -> int:
    """Return the first place of the largest mark."""
    largest = places[-1]
    return next(place for place in sorted(places) if marks[place] == marks[largest])


def _key(reader: Reader, key: Any, value: Any, node: ast.Call) -> Any:
    mark = reader.invoke(key, [value], {}, node, None)
    return present(mark).data if type(mark) in NODES else mark


def _sorted_places(reader: Reader, marks: Sequence[Any], node: ast.Call) -> list[int]:
    """Return places in ascending order of their marks."""
    plain = [present(mark).data if type(mark) in NODES else mark for mark in marks]
    nested = (each for mark in plain if isinstance(mark, list | tuple) for each in mark)
    if any(isinstance(each, list | tuple) or type(each) in NODES for each in nested):
        raise fault(reader, node, "Lists of lists have no order here.")
    try:
        return sorted(range(len(plain)), key=plain.__getitem__)
    except (TypeError, ValueError, RecursionError):
        message = "These values have no order among each other."
        raise fault(reader, node, message) from None


_LOOSE: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"abs": _absolute, "max": _extreme("max"), "min": _extreme("min")}
)


# Python's own


def _len(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "len", 1)
    value = args[0]
    if isinstance(value, range):
        return sequences.length(value)
    if isinstance(value, list | tuple | str | np.ndarray):
        return len(value)
    hint = "Only lists and texts have one."
    raise fault(reader, node, f"{kind(value).capitalize()} has no length.", hint)


def _sum(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    args = [*args, options["start"]] if set(options) == {"start"} else args
    options = {} if set(options) == {"start"} else options
    count(reader, args, options, node, "sum", 2)
    values = sequences.items(reader, args[0], node.args[0])
    total = args[1] if len(args) > 1 else 0
    add = arithmetic.operator(
        reader, "add", ast.copy_location(ast.BinOp(node, ast.Add(), node), node)
    )
    started = len(args) > 1
    for value in values:
        reader.budget.step(reader.text.span(node))
        drawn = type(value) in NODES
        total = (
            value
            if not started and drawn and type(total) is int and not total
            else add(total, value)
        )
    return total


def _range(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "range", 3)
    ends = [_whole(reader, value, part) for value, part in zip(args, node.args, strict=False)]
    if len(ends) == 3 and not ends[2]:
        raise fault(reader, node, "A range takes no step of 0.")
    return range(*ends)


def _whole(reader: Reader, value: Any, node: ast.expr) -> int:
    number = reader.plain_number(value, node)
    if not float(number).is_integer():
        message = f"A whole number belongs here, not {number:g}."
        raise ProgramError(message, reader.text.span(node), "Write int(...) around it.")
    return int(number)


def _zip(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if set(options) - {"strict"}:
        raise fault(reader, node, "zip takes lists.", f"Write {USAGES['zip']}.")
    lists = [
        sequences.items(reader, value, part) for value, part in zip(args, node.args, strict=False)
    ]
    if options.get("strict") and len({len(each) for each in lists}) > 1:
        lengths = " and ".join(f"{len(each):,}" for each in lists)
        raise fault(reader, node, f"These lists hold {lengths} items; strict=True wants as many.")
    return list(zip(*lists, strict=False))


def _enumerate(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    args = [*args, options["start"]] if set(options) == {"start"} else args
    count(reader, args, {}, node, "enumerate", 2)
    start = _whole(reader, args[1], node) if len(args) > 1 else 0
    return list(enumerate(sequences.items(reader, args[0], node.args[0]), start))


def _round(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "round", 2)
    number = reader.plain_number(args[0], node.args[0])
    if len(args) == 1 or args[1] is None:
        return arithmetic.bounded(_tried(reader, node, lambda: round(number)))
    digits = _whole(reader, args[1], node.args[1])
    return round(number, max(min(digits, 400), -400))


def _int(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    return _converted(reader, args, options, node, int)


def _float(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    return _converted(reader, args, options, node, float)


def _converted(
    reader: Reader, args: Args, options: Options, node: ast.Call, how: Callable[[Any], Any]
) -> Any:
    count(reader, args, options, node, how.__name__, 1)
    (value,) = args
    if not isinstance(value, str):
        value = reader.plain_number(value, node.args[0])
    elif len(value) > 400:
        raise fault(reader, node, "This text is too long for a number.")
    try:
        return arithmetic.bounded(how(value))
    except (ValueError, OverflowError):
        words = "whole number" if how is int else "number"
        said = repr(value) if isinstance(value, str) else f"{value:g}"
        raise fault(reader, node, f"{said[: refusals.LONGEST_WORDS]} is no {words}.") from None


def _bool(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "bool", 1)
    return reader.truth(args[0], node.args[0])


def _str(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "str", 1)
    return arithmetic.written(reader, args[0], node.args[0])


def _repr(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "repr", 1)
    return arithmetic.written(reader, args[0], node.args[0], quoted=True)


def _list(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if not args and not options:
        return []
    count(reader, args, options, node, "list", 1)
    found = sequences.items(reader, args[0], node.args[0])
    reader.budget.make_items(len(found), reader.text.span(node))
    return list(found)


def _tuple(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    return tuple(_list(reader, args, options, node))


def _reversed(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "reversed", 1)
    return list(sequences.items(reader, args[0], node.args[0]))[::-1]


def _sorted(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if len(args) != 1 or set(options) - {"key", "reverse"}:
        raise fault(reader, node, "sorted takes a list.", f"Write {USAGES['sorted']}.")
    return in_order(reader, sequences.items(reader, args[0], node.args[0]), options, node)


def in_order(reader: Reader, values: Sequence[Any], options: Options, node: ast.Call) -> list[Any]:
    """Return values sorted as `sorted` does, equal ones in their order."""
    key = options.get("key")
    marks = [value if key is None else _key(reader, key, value, node) for value in values]
    if options.get("reverse"):
        back = _sorted_places(reader, marks[::-1], node)[::-1]
        return [values[len(values) - 1 - place] for place in back]
    return [values[place] for place in _sorted_places(reader, marks, node)]


def _any(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "any", 1)
    return any(reader.truth(each, node) for each in sequences.items(reader, args[0], node.args[0]))


def _all(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    count(reader, args, options, node, "all", 1)
    return all(reader.truth(each, node) for each in sequences.items(reader, args[0], node.args[0]))


def _map(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if len(args) < 2 or options:
        raise fault(reader, node, "map takes a function and a list.", f"Write {USAGES['map']}.")
    function, *lists = args
    many = [
        sequences.items(reader, each, part)
        for each, part in zip(lists, node.args[1:], strict=False)
    ]
    found, around, span = [], current(), reader.text.span(node)
    for turn, values in enumerate(zip(*many, strict=False)):
        token = enter(Scope("map", around, turn, span))
        try:
            found.append(reader.invoke(function, list(values), {}, node, None))
        finally:
            leave(token)
        reader.budget.step(span)
    return found


def _filter(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if len(args) != 2 or options:
        raise fault(reader, node, "filter takes a function and a list.")
    kept = []
    for value in sequences.items(reader, args[1], node.args[1]):
        reader.budget.step(reader.text.span(node))
        if reader.truth(reader.invoke(args[0], [value], {}, node, None), node):
            kept.append(value)
    return kept


def _isinstance(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if len(args) != 2 or options:
        raise fault(reader, node, "isinstance takes a value and a class.")
    value, wanted = args
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    return any(_is_a(value, each) for each in kinds)


def _is_a(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Class):
        return isinstance(value, Instance) and value.cls.is_a(wanted)
    if isinstance(wanted, Native):
        if wanted.name == "Value":
            return type(value) in NODES
        return isinstance(value, TYPES.get(wanted.name, ()))
    return False


def _print(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if set(options) - {"sep", "end", "flush", "file"}:
        hint = "Leave the names out: print(x)."
        raise fault(reader, node, "print takes values, sep= and end=.", hint)
    between, end = options.get("sep", " "), options.get("end", "\n")
    if not isinstance(between, str | None) or not isinstance(end, str | None):
        raise fault(reader, node, "sep and end are texts.")
    for value in args:
        reader.shows(value)
    words = [
        arithmetic.written(reader, value, node.args[min(k, len(node.args) - 1)])
        for k, value in enumerate(args)
    ]
    between, end = " " if between is None else between, "\n" if end is None else end
    reader.print(between.join(words) + end, node)
    return None


def _draw(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    """Mark the output, as micrograd's draw_dot does where it draws it."""
    if not args or not is_number(args[0]):
        raise fault(reader, node, "draw_dot takes a value.", "Write draw_dot(loss).")
    reader.marked = reader.node(args[0], node.args[0])
    return NOTHING


USAGES: Mapping[str, str] = MappingProxyType(
    {
        "len": "len(xs)",
        "sum": "sum(xs)",
        "range": "range(10)",
        "zip": "zip(xs, ys)",
        "enumerate": "enumerate(xs)",
        "round": "round(x, 4)",
        "print": "print(x)",
        "float": "float(x)",
        "int": "int(x)",
        "bool": "bool(x)",
        "str": "str(x)",
        "repr": "repr(x)",
        "list": "list(xs)",
        "tuple": "tuple(xs)",
        "map": "map(f, xs)",
        "filter": "filter(f, xs)",
        "reversed": "reversed(xs)",
        "sorted": "sorted(xs)",
        "any": "any(xs)",
        "all": "all(xs)",
        "isinstance": "isinstance(x, Value)",
        "draw_dot": "draw_dot(loss)",
        "abs": "abs(x)",
    }
)
_CALLS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "len": _len,
        "sum": _sum,
        "range": _range,
        "zip": _zip,
        "enumerate": _enumerate,
        "round": _round,
        "print": _print,
        "float": _float,
        "int": _int,
        "bool": _bool,
        "str": _str,
        "repr": _repr,
        "list": _list,
        "tuple": _tuple,
        "map": _map,
        "filter": _filter,
        "reversed": _reversed,
        "sorted": _sorted,
        "any": _any,
        "all": _all,
        "isinstance": _isinstance,
        "draw_dot": _draw,
    }
)
NATIVES: Mapping[str, Native] = MappingProxyType(
    {name: op_function(op) for name, op in OPS.items()}
    | {name: Native(name, call, USAGES[name]) for name, call in _CALLS.items()}
)


def _tried(reader: Reader, node: ast.Call, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except (ValueError, OverflowError, TypeError) as error:
        raise fault(reader, node, f"Python says: {error}.") from None
