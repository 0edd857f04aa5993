"""Calls: functions and classes of the program, networks, and what comes with the language."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import calls, libraries, members, refusals
from engine.arithmetic import CONSTANTS
from engine.errors import ProgramError
from engine.nn import Module
from engine.ops import OPS
from engine.scopes import Scope, current, enter, leave
from engine.spans import Span
from engine.values import (
    NOTHING,
    RETURN,
    Bound,
    Class,
    Frame,
    Function,
    Instance,
    Library,
    Native,
    is_number,
    kind,
)

if TYPE_CHECKING:
    from engine.expressions import Lexical
    from engine.reader import Reader


def check_call(reader: Reader, node: ast.Call, place: Lexical) -> None:
    """Refuse a call of what can be no function, before its arguments are read."""
    function = node.func
    if isinstance(function, ast.Name):
        name = function.id
        if place.hops(name) is not None or reader.is_bound(name):
            return
        span = reader.text.span(function)
        if name in CONSTANTS:
            hint = f"To multiply, write {name}*(...)."
            raise ProgramError(f"{name} is a value, not a function.", span, hint)
        if name in OPS and any(isinstance(each, ast.Starred) for each in node.args):
            hint = f"Write {calls.BUILTINS[name].usage}."
            message = f"{name} takes its operands in order."
            raise ProgramError(message, reader.text.span(node), hint)
        known = name in calls.BUILTINS or name in libraries.DATASETS or name == "super"
        if not known:
            raise _unknown_function(reader, name, span)


def _unknown_function(reader: Reader, name: str, span: Span) -> ProgramError:
    if name in _INSTEAD:
        return ProgramError(f"{name} is not part of the language.", span, _INSTEAD[name])
    message = f"There is no function called {name}."
    hint = refusals.did_you_mean(name)
    if reader.structured:
        known = [*reader.functions, *calls.BUILTINS, *libraries.DATASETS]
        close = refusals.near(name, known)
        hint = close if close.startswith("Did") else f"Write def {name}(...) above its call."
    return ProgramError(message, span, hint)


# functions of Python's that a program is likely to try, and what does their work here
_INSTEAD = {
    "input": "Write the value into the program.",
    "type": "To ask what a value is, write isinstance(x, Value).",
    "set": "Keep the values in a list.",
    "dict": "Keep names and values in two lists.",
    "open": "Programs read no files; data(...) gives tables.",
    "eval": "Write the expression itself.",
    "exec": "Write the lines themselves.",
    "next": "Go through the values with for.",
    "iter": "Go through the values with for.",
    "getattr": "Write the name behind a dot.",
    "setattr": "Write the name behind a dot.",
    "hasattr": "Write the name behind a dot.",
    "display": "Write print(x), or draw_dot(x).",
}


def takes_sizes(node: ast.Call) -> bool:
    """Tell whether a call makes a network."""
    return isinstance(node.func, ast.Name) and node.func.id in calls.NETWORKS


def invoke(
    reader: Reader,
    function: Any,
    args: list[Any],
    options: Mapping[str, Any],
    node: ast.Call,
    frame: Frame | None,
) -> Any:
    """Return what a call gives."""
    if isinstance(function, Function):
        return _run(reader, function, args, options, node, function.name)
    if isinstance(function, Native):
        if function is SUPER:
            return _super(reader, node, frame)
        reader.budget.step(reader.text.span(node))
        return function.call(reader, args, options, node)
    if isinstance(function, Bound):
        return _run(reader, function.function, [function.of, *args], options, node, "")
    if isinstance(function, Module):
        return calls.network(reader, function, args, options, node)
    if isinstance(function, Class):
        return _construct(reader, function, args, options, node)
    if isinstance(function, Instance):
        called = function.cls.find("__call__")
        if isinstance(called, Function):
            return _run(reader, called, [function, *args], options, node, function.cls.name)
    if function is NOTHING or (isinstance(function, Library) and function.ignored):
        return NOTHING
    raise _no_function(reader, function, node)


def _no_function(reader: Reader, value: Any, node: ast.Call) -> ProgramError:
    span = reader.text.span(node.func)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if isinstance(value, list | tuple | str | range):
        words = name or "This"
        hint = f"For one of its items, write {name or 'xs'}[0]."
        return ProgramError(f"{words} is {kind(value)}; it cannot be called.", span, hint)
    if isinstance(value, Instance):
        message = f"{value.cls.name} has no __call__, so its objects cannot be called."
        methods = [each for each in value.cls.names if not each.startswith("__")]
        hint = f"Write .{methods[0]}(...)." if methods else "Write def __call__(self, x): in it."
        return ProgramError(message, span, hint)
    if isinstance(node.func, ast.Attribute) and is_number(value):
        message = f"{node.func.attr} is a number; it cannot be called."
        return ProgramError(message, span, "Leave the brackets out.")
    if name:
        hint = f"To multiply, write {name}*(...)."
        return ProgramError(f"{name} is a value, not a function.", span, hint)
    words = "A value" if is_number(value) or value is None else kind(value).capitalize()
    hint = "To multiply, write * before the bracket."
    return ProgramError(f"{words} cannot be called.", span, hint)


def _construct(
    reader: Reader, cls: Class, args: list[Any], options: Mapping[str, Any], node: ast.Call
) -> Instance:
    made = Instance(cls)
    begin = cls.find("__init__")
    if isinstance(begin, Function):
        _run(reader, begin, [made, *args], options, node, f"new {cls.name}")
    elif args or options:
        message = f"{cls.name} takes nothing: it has no __init__."
        raise ProgramError(message, reader.text.span(node))
    return made


def _run(
    reader: Reader,
    function: Function,
    args: list[Any],
    options: Mapping[str, Any],
    node: ast.Call,
    title: str,
) -> Any:
    """Return what a function of the program returns; what it makes is a scope of its own."""
    span = reader.text.span(node)
    names = _bound_to(function, args, options, span)
    if function.owner is not None:
        names["__class__"] = function.owner
        names["__self__"] = args[0] if args else None
    reader.budget.enter_call(function.name, span)
    token = enter(Scope(title or function.name, current(), None, span))
    frame = Frame(names, function.outer)
    try:
        signal = function.body(frame)
    finally:
        leave(token)
        reader.budget.leave_call()
    return frame.result if signal == RETURN else None


def _bound_to(
    function: Function, args: list[Any], options: Mapping[str, Any], span: Span
) -> dict[str, Any]:
    """Return the parameters with their values."""
    params = function.params
    names = dict(zip(params, args, strict=False))
    if len(args) > len(params):
        if function.rest is None:
            raise _too_many(function, args, span)
        names[function.rest] = tuple(args[len(params) :])
    elif function.rest is not None:
        names[function.rest] = ()
    for name, value in options.items():
        if name not in params or name in names:
            words = f"gets {name} twice" if name in params else f"has no parameter called {name}"
            raise ProgramError(f"{_title(function)} {words}.", span, _usage(function))
        names[name] = value
    for name in params:
        if name not in names:
            if name not in function.defaults:
                message = f"{_title(function)} needs a value for {name}."
                raise ProgramError(message, span, _usage(function))
            names[name] = function.defaults[name]
    return names


def _too_many(function: Function, args: list[Any], span: Span) -> ProgramError:
    """Return the refusal of more arguments than there are parameters."""
    params = function.params
    if function.owner is not None and isinstance(args[0], Instance) and params[:1] != ("self",):
        message = f"{function.name} of {function.owner.name} has no parameter for its object."
        hint = f"Write def {function.name}({', '.join(('self', *params))}):."
        return ProgramError(message, span, hint)
    own = _has_self(function)
    message = f"{_title(function)} takes {_many(len(params) - own)}, not {len(args) - own}."
    return ProgramError(message, span, _usage(function))


def _super(reader: Reader, node: ast.Call, frame: Frame | None) -> Any:
    at = frame
    while at is not None and "__class__" not in at.names:
        at = at.outer
    if at is None:
        message = "super() stands in a method."
        raise ProgramError(message, reader.text.span(node))
    return members.Super(at.names["__self__"], at.names["__class__"].base)


def _no_super(_reader: Reader, _args: list[Any], _options: Any, node: ast.Call) -> Any:
    raise AssertionError(node)  # `invoke` knows it


def _many(count: int) -> str:
    return f"{count} value" + ("" if count == 1 else "s")


def _has_self(function: Function) -> bool:
    return function.owner is not None and function.params[:1] == ("self",)


def _title(function: Function) -> str:
    """Return how a function is called: the one that makes an object as its class."""
    if function.name == "__init__" and function.owner is not None:
        return function.owner.name
    return "This function" if function.name == "lambda" else function.name


def _usage(function: Function) -> str:
    params = function.params[_has_self(function) :]
    words = [name if name not in function.defaults else f"{name}=..." for name in params]
    name = "f" if function.name == "lambda" else _title(function)
    return f"Write {name}({', '.join(words)})."


SUPER = Native("super", _no_super)
