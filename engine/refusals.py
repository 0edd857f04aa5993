"""What the language has not, in words: each function returns the refusal for one kind of thing."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from engine.errors import LimitError, ProgramError
from engine.nn import Module
from engine.ops import OPS
from engine.spans import Span
from engine.syntax import Text

LANGUAGE = (
    "It has assignments, numbers, names, lists, + - * / ^, functions such as tanh(x),"
    " and param, data, MLP and losses."
)
WRITTEN_AS_SIGNS = {"add", "sub", "mul", "div", "neg", "pow"}
MORE_FUNCTIONS = (
    *("Value", "param", "data", "Neuron", "Layer", "MLP"),
    *("mse", "hinge", "binary_cross_entropy", "cross_entropy", "l1", "l2"),
)

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
}
_STATEMENTS: dict[type, str] = {
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "def",
    ast.ClassDef: "class",
    ast.Delete: "del",
    ast.AnnAssign: "A type after the name",
    ast.AugAssign: "This operator",
}
_VALUES: dict[type, str] = {
    ast.Attribute: "Attributes are not part of the language.",
    ast.BinOp: "This operator is not part of the language.",
    ast.UnaryOp: "This operator is not part of the language.",
    ast.Compare: "Comparisons are not part of the language.",
    ast.BoolOp: "Comparisons are not part of the language.",
    ast.Tuple: "A program has one output, and an operand is one value.",
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
    span = text.span(node)
    if span.end_line > span.line:
        span = Span(span.line, span.column, span.line, len(text.lines[span.line - 1]) + 1)
    return ProgramError(f"{words} is not part of the language.", span, LANGUAGE)


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
    """Return the refusal of a list or a network where one number belongs."""
    words = ast.unparse(node) if isinstance(node, ast.Name) else "This"
    if isinstance(value, Module):
        values = ", ".join(f"x{k + 1}" for k in range(value.inputs))
        hint = f"Call it: {value.name}({values})."
        return ProgramError(f"{words} is a network, not a value.", text.span(node), hint)
    hint = f"Take one of them: {'out' if words == 'This' else words}[0]."
    message = f"{words} is a list of {len(value)} values; one is needed here."
    return ProgramError(message, text.span(node), hint)


def no_list(node: ast.Subscript, text: Text) -> ProgramError:
    """Return the refusal of an index on what is no list."""
    return ProgramError("Only a list has items.", text.span(node), "Leave the brackets out.")


def no_such_item(node: ast.Subscript, count: int, text: Text) -> ProgramError:
    """Return the refusal of an index that no item has."""
    if not count:
        return ProgramError("This list is empty.", text.span(node), "Put a value into it.")
    message = f"An index is a whole number from 0 to {count - 1} here."
    return ProgramError(message, text.span(node.slice), f"The list has {count} values.")


def no_number(node: ast.Constant, text: Text) -> ProgramError:
    """Return the refusal of a literal that is no real number."""
    kind = _LITERALS.get(type(node.value), "This")
    hint = "Write a number, such as 1 or 0.5."
    return ProgramError(f"{kind} is no real number.", text.span(node), hint)


def too_much(message: str, span: Span) -> LimitError:
    """Return the refusal of what runs over a limit."""
    return LimitError(message, span, "Leave out what the output does not need.")


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
