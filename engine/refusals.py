"""What the language has not, in words: each function returns the refusal for one kind of thing."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from engine.errors import ProgramError
from engine.nn import Module
from engine.ops import OPS
from engine.spans import Span
from engine.syntax import Text
from engine.values import NOTHING, Bound, Function, Native, kind

LANGUAGE = (
    "It has assignments, + - * / ^, functions such as tanh(x), lists, for, while, if, def, class,"
    " and param, data, MLP and losses."
)
WRITTEN_AS_SIGNS = {"add", "sub", "mul", "div", "neg", "pow"}
MORE_FUNCTIONS = (
    *("Value", "param", "data", "Neuron", "Layer", "MLP"),
    *("mse", "hinge", "binary_cross_entropy", "cross_entropy", "l1", "l2", "grad"),
)

LONGEST_WORDS = 40  # characters of the program that are repeated in a sentence
_SYNONYMS = {
    "ln": "log",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "logistic": "sigmoid",
    "power": "pow",
    "fabs": "abs",
    "maximum": "max",
    "minimum": "min",
    "parameter": "param",
    "mlp": "MLP",
    "dataset": "data",
    "bce": "binary_cross_entropy",
    "crossentropy": "cross_entropy",
    "mse_loss": "mse",
    "eq": "equal",
    "less": "below",
    "where": "when",
    "derivative": "grad",
    "gradient": "grad",
    "diff": "grad",
}
_STATEMENTS: dict[type, str] = {
    ast.AsyncFunctionDef: "async def",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
    ast.AugAssign: "This operator",
}
_VALUES: dict[type, str] = {
    ast.Attribute: "Nothing stands behind this dot.",
    ast.BinOp: "This operator is not part of the language.",
    ast.UnaryOp: "This operator is not part of the language.",
    ast.Dict: "Dictionaries are not part of the language.",
    ast.Set: "Sets are not part of the language.",
    ast.DictComp: "Dictionaries are not part of the language.",
    ast.SetComp: "Sets are not part of the language.",
    ast.NamedExpr: "Assignments within expressions are not part of the language.",
    ast.Starred: "A starred value stands in a list or a call.",
}
# what is asked of networks and values elsewhere, and how it is had here
_OF_NETWORKS = {
    "parameters": "All parameters of a network learn; l2(net) sums their squares.",
    "zero_grad": "Leave it out: each backward pass begins anew.",
    "backward": "Leave it out: the gradients of the last value are always there.",
}
_LITERALS: dict[type, str] = {
    str: "A text",
    bool: "True or False",
    complex: "An imaginary number",
}


def statement(node: ast.stmt, text: Text) -> ProgramError:
    """Return the refusal of a statement; of one over several lines, the first is named."""
    words = _STATEMENTS.get(type(node), type(node).__name__.lower())
    span = first_line(text.span(node), text)
    return ProgramError(f"{words} is not part of the language.", span, LANGUAGE)


def first_line(span: Span, text: Text) -> Span:
    """Return a place, of one over several lines the first."""
    if span.end_line == span.line:
        return span
    return Span(span.line, span.column, span.line, len(text.lines[span.line - 1]) + 1)


def only_names(node: ast.expr, text: Text) -> ProgramError:
    """Return the refusal of a target that nothing can be stored in."""
    return ProgramError("Only names can stand left of =.", text.span(node), "Write name = value.")


def not_called(node: ast.expr, text: Text) -> ProgramError:
    """Return the refusal of a function that stands where its result belongs."""
    words = ast.unparse(node)
    words = words if len(words) <= LONGEST_WORDS else "This"
    hint = f"Write {words}()." if words != "This" else "Write () behind it."
    return ProgramError(f"{words} is a function that is not called here.", text.span(node), hint)


def no_value_yet(node: ast.Name, text: Text) -> ProgramError:
    """Return the refusal of a name of a function that has no value where it is used."""
    hint = f"Write {node.id} = ... above, on every way that leads here."
    return ProgramError(f"{node.id} has no value here yet.", text.span(node), hint)


def nothing_drawn(printed: Sequence[tuple[str, Span]], span: Span) -> ProgramError:
    """Return the refusal of a program that has come to an end without a node."""
    words = "This program makes no value to draw"
    said = [line for line, _ in printed]
    shown = f"; it prints {', '.join(said[:3])[:200]}" if said else ""
    return ProgramError(f"{words}{shown}.", span, "Make one: w = Value(2.0), or param(0.5).")


def value(node: ast.expr, text: Text) -> ProgramError:
    """Return the refusal of an expression."""
    span = text.span(node)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in OPS:
        hint = f"Write {node.attr}({node.value.id})."
        return ProgramError("Functions stand before their operands here.", span, hint)
    if isinstance(node, ast.Attribute) and (hint := _OF_NETWORKS.get(node.attr, "")):
        return ProgramError("Attributes are not part of the language yet.", span, hint)
    return ProgramError(
        _VALUES.get(type(node), "This is not part of the language."), span, LANGUAGE
    )


def not_one(value: Any, node: ast.expr, text: Text) -> ProgramError:
    """Return the refusal of a list, a text or a network where one number belongs."""
    words = ast.unparse(node) if isinstance(node, ast.Name) else "This"
    span = text.span(node)
    if isinstance(value, Module):
        values = ", ".join(f"x{k + 1}" for k in range(value.inputs))
        hint = f"Call it: {value.name}({values})."
        return ProgramError(f"{words} is a network, not a value.", span, hint)
    if isinstance(value, list | tuple):
        hint = f"Take one of them: {'out' if words == 'This' else words}[0]."
        message = f"{words} is {kind(value)} of {len(value)} values; one is needed here."
        return ProgramError(message, span, hint)
    if isinstance(value, str | bool | complex) and isinstance(node, ast.Constant):
        return no_number(node, text)
    if isinstance(value, Native) and value.usage:
        return ProgramError(f"{words} is a function.", span, f"Write {value.usage}.")
    if isinstance(value, Native | Bound | Function):
        return not_called(node, text)
    if value is NOTHING:
        message = f"{words} is nothing here: what gives it is left out."
        return ProgramError(message, span, "Compute it with lists and loops.")
    hint = "A function without return gives None." if value is None else ""
    said = "None" if value is None else kind(value)
    return ProgramError(f"{words} is {said}; a number is needed here.", span, hint)


def texts_and_numbers(node: ast.expr, text: Text) -> ProgramError:
    """Return the refusal of a text and a number with an operator between them."""
    message = "A text and a number do not go together here."
    hint = 'Write both in one text, f"loss {x}", or the number as str(x).'
    return ProgramError(message, text.span(node), hint)


def no_list(node: ast.Subscript, text: Text) -> ProgramError:
    """Return the refusal of an index on what is no list."""
    return ProgramError("Only a list has items.", text.span(node), "Leave the brackets out.")


def no_such_item(node: ast.Subscript, count: int, text: Text) -> ProgramError:
    """Return the refusal of an index that no item has."""
    if not count:
        return ProgramError("This list is empty.", text.span(node), "Put a value into it.")
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        first, second = map(ast.unparse, node.slice.elts)
        hint = f"Write [{first}][{second}]."
        return ProgramError("An index is one number here.", text.span(node.slice), hint)
    message = f"An index is a whole number from 0 to {count - 1} here."
    return ProgramError(message, text.span(node.slice), f"The list has {count} values.")


def no_number(node: ast.Constant, text: Text) -> ProgramError:
    """Return the refusal of a literal that is no real number."""
    kind = _LITERALS.get(type(node.value), "This")
    hint = "Write a number, such as 1 or 0.5."
    return ProgramError(f"{kind} is no real number.", text.span(node), hint)


def did_you_mean(name: str) -> str:
    """Return the way out where there is no function called `name`.

    >>> did_you_mean("tnh"), did_you_mean("ln")
    ('Did you mean tanh?', 'Did you mean log?')
    """
    lower = name.lower()
    if lower in OPS or lower in _SYNONYMS:
        return f"Did you mean {_SYNONYMS.get(lower, lower)}?"
    shown = [op for op in OPS if op not in WRITTEN_AS_SIGNS]
    return near(name, [*OPS, *MORE_FUNCTIONS], [*shown, *MORE_FUNCTIONS])


def near(name: str, known: Sequence[str], shown: Sequence[str] | None = None) -> str:
    """Return the way out where a name is not known: the one that was perhaps meant, or all.

    >>> near("moon", ["moons", "line"]), near("q", ["moons", "line"])
    ('Did you mean moons?', 'There are moons, line.')
    """
    by_lower = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), by_lower, n=1)
    if close:
        return f"Did you mean {by_lower[close[0]]}?"
    return f"There are {', '.join(shown or known)}."
