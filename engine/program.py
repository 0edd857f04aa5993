"""Typed text -> Program: its graph, its inputs, and which words made which node.

The text is never run. A short list of `ast` nodes is accepted, each by one method of `_Reader`;
everything else is refused with a sentence. The walk keeps its own stack, so depth is a limit of
ours (a setting), not of Python's.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from time import monotonic
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from engine.errors import LimitError, ProgramError
from engine.expr import Expr, arity_message
from engine.graph import Graph, in_evaluation_order, leaf_numbers
from engine.ops import OPS
from engine.spans import START, Span
from engine.syntax import Text, parse as parse_text

CONSTANTS = {"pi": math.pi, "e": math.e}
INPUT_UNTIL_SET = 1.0
_SIGNS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.USub: "neg",
}  # fmt: skip
_SYNONYMS = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "logistic": "sigmoid", "power": "pow",
    "fabs": "abs", "maximum": "max", "minimum": "min", "squareroot": "sqrt", "swish": "sigmoid",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What a program may use. Lengths in UTF-8 bytes, depth in nested values, time in seconds."""

    source_bytes: int = 100_000
    nodes: int = 5_000
    depth: int = 2_000
    seconds: float = 1.0


@dataclass(frozen=True)
class Input:
    """A named leaf: it has a slider, and can be set without touching the text."""

    name: str
    node: int
    written: float


@dataclass(frozen=True)
class Mention:
    """Words that stand for a node: an expression, a name where it is used or assigned."""

    span: Span
    node: int


@dataclass(frozen=True, eq=False)
class Program:
    """A typed program, read.

    Attributes:
        source: the text.
        graph: what its output depends on.
        inputs: its named leaves, in evaluation order; names are unique.
        written: (n, 1) float64, the numbers of the leaves as the text has them.
        mentions: which words stand for which node.
        unused: (name, place) of what was assigned and does not reach the output.
    """

    source: str
    graph: Graph
    inputs: tuple[Input, ...]
    written: NDArray[np.float64]
    mentions: tuple[Mention, ...]
    unused: tuple[tuple[str, Span], ...]

    def leaves(self, settings: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """Return what `forward` starts from; names that are no inputs are passed over."""
        numbers = self.written.copy()
        for name, number in (settings or {}).items():
            if name in self.input_named:
                numbers[self.input_named[name].node, 0] = number
        return numbers

    @cached_property
    def input_named(self) -> Mapping[str, Input]:
        """Return the inputs by name."""
        return {leaf.name: leaf for leaf in self.inputs}


def parse(source: str, limits: Limits | None = None) -> Program:
    """Read a typed program.

    Args:
        source: lines of assignments and expressions; the last one is the output.
        limits: what it may use.

    Raises:
        ProgramError: it is refused; where, why and the way out are on the error.
    """
    limits = limits or Limits()
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > limits.source_bytes:
        message = f"This program is {size:,} bytes long; the limit is {limits.source_bytes:,}."
        raise LimitError(message, START, "Leave out what the output does not need.")
    text, tree = parse_text(source)
    reader = _Reader(text, tree, limits)
    output = reader.read(tree.body)
    return _program(source, text, reader, output)


def _program(source: str, text: Text, reader: _Reader, output: Expr) -> Program:
    nodes = in_evaluation_order(output)
    places = {node: place for place, node in enumerate(nodes)}
    mentions = [Mention(span, places[node]) for span, node in reader.mentions if node in places]
    mentions += [Mention(span, places[node]) for node, span in reader.spans.items() if node in places]
    return Program(
        source=source,
        graph=Graph.of_nodes(nodes, reader.spans, text.lines),
        inputs=tuple(_inputs(nodes)),
        written=leaf_numbers(nodes),
        mentions=tuple(sorted(mentions, key=lambda mention: mention.span)),
        unused=tuple((name, span) for name, span, node in reader.assigned if node not in places),
    )


def _inputs(nodes: list[Expr]) -> Generator[Input]:
    """Yield the named leaves; a second leaf of the same name is called name#2."""
    count: dict[str, int] = {}
    for place, node in enumerate(nodes):
        if node.op is None and node.label:
            times = count[node.label] = count.get(node.label, 0) + 1
            name = node.label if times == 1 else f"{node.label}#{times}"
            yield Input(name, place, node.data)


Walk = Generator[ast.expr, Any, Any]


class _Reader:
    """Walks a tree once, building Exprs. A walk yields the parts it needs and returns its value."""

    def __init__(self, text: Text, tree: ast.Module, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.names: dict[str, Expr] = {}
        self.spans: dict[Expr, Span] = {}
        self.mentions: list[tuple[Span, Expr]] = []
        self.assigned: list[tuple[str, Span, Expr]] = []
        self._later = {
            target.id: target.lineno
            for target in ast.walk(tree)
            if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
        }
        self._deadline = monotonic() + limits.seconds

    def read(self, statements: list[ast.stmt]) -> Expr:
        """Return the program's output: its last expression, or what it assigned last."""
        output: Expr | None = None
        for statement in statements:
            match statement:
                case ast.Expr(value):
                    output = self.value(value)
                case ast.Assign(targets, value):
                    for target in targets:
                        self._check_target(target)
                    values = self.values(value, targets)
                    for target in targets:
                        output = self._assign(target, values)
                case ast.AugAssign():
                    output = self._assign_more(statement)
                case _:
                    self._refuse_statement(statement)
        if output is None:
            raise ProgramError("There is nothing to draw yet.", START, "Type an expression, such as tanh(x*w + b).")
        return output

    # values

    def value(self, node: ast.expr) -> Expr:
        """Return the value of one expression."""
        waiting: list[Walk] = [self._walk(node)]
        answer: Any = None
        while waiting:
            try:
                part = waiting[-1].send(answer)
            except StopIteration as done:
                waiting.pop()
                answer = done.value
                continue
            waiting.append(self._walk(part))
            answer = None
            if len(waiting) > self.limits.depth:
                message = f"This nests more than {self.limits.depth:,} values deep."
                hint = "Split it over several lines, with a name for each part."
                raise LimitError(message, self.text.span(part), hint)
        result: Expr = answer
        return result

    def values(self, node: ast.expr, targets: list[ast.expr]) -> list[Expr]:
        """Return what is assigned: one value, or as many as a tuple of targets takes."""
        several = next((t for t in targets if isinstance(t, ast.Tuple | ast.List)), None)
        if several is None:
            return [self._named_value(node)]
        parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        if len(parts) != len(several.elts):
            message = f"{len(several.elts)} names stand left of =, and {len(parts)} values right of it."
            raise ProgramError(message, self.text.span(node), "Give each name one value.")
        return [self._named_value(part) for part in parts]

    def _named_value(self, node: ast.expr) -> Expr:
        """Return a value that is about to get a name: a bare number becomes a leaf that learns."""
        number = self._literal(node)
        if number is None:
            return self.value(node)
        return self._made(Expr(number), node)

    def _literal(self, node: ast.expr) -> float | None:
        sign = 1.0
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -sign if isinstance(node.op, ast.USub) else sign
            node = node.operand
        if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
            return sign * self._number(node.value)
        if isinstance(node, ast.Name) and node.id in CONSTANTS and node.id not in self._later:
            return sign * CONSTANTS[node.id]
        return None

    @staticmethod
    def _number(value: float) -> float:
        try:
            return float(value)
        except OverflowError:
            return math.inf

    def _made(self, node: Expr, source: ast.expr | ast.stmt) -> Expr:
        """Note where a new node came from; refuse when the limits are reached."""
        span = self.text.span(source)
        self.spans[node] = span
        if len(self.spans) > self.limits.nodes:
            message = f"This program makes more than {self.limits.nodes:,} nodes; that many are reached on line {span.line}."
            raise LimitError(message, span, "Leave out what the output does not need.")
        if len(self.spans) % 256 == 0 and monotonic() > self._deadline:
            message = f"This program takes longer than {self.limits.seconds:g} s; it had come to line {span.line}."
            raise LimitError(message, span, "Leave out what the output does not need.")
        return node

    def _apply(self, name: str, operands: list[Expr], source: ast.expr | ast.stmt) -> Expr:
        return self._made(Expr.of(OPS[name], *operands), source)

    def _walk(self, node: ast.expr) -> Walk:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.Call():
                return self._call(node)
            case _:
                self._refuse_value(node)

    def _constant(self, node: ast.Constant) -> Walk:
        if type(node.value) not in {int, float}:
            kind = {str: "A text", bool: "True or False", complex: "An imaginary number"}.get(type(node.value), "This")
            raise ProgramError(f"{kind} is no real number.", self.text.span(node), "Write a number, such as 1 or 0.5.")
        return self._made(Expr.inline(self._number(node.value)), node)
        yield  # a walk, like its siblings, though it needs no part

    def _name(self, node: ast.Name) -> Walk:
        span = self.text.span(node)
        value = self.names.get(node.id)
        if value is None:
            value = self._first_use(node, span)
        self.mentions.append((span, value))
        return value
        yield  # a walk, like its siblings, though it needs no part

    def _first_use(self, node: ast.Name, span: Span) -> Expr:
        name = node.id
        if name in self._later:
            message = f"{name} is used here but gets its value on line {self._later[name]}."
            hint = f"Write {name} = ... on a line above." if self._later[name] >= span.line else ""
            raise ProgramError(message, span, hint)
        if name in CONSTANTS:
            return self._made(Expr.inline(CONSTANTS[name]), node)
        if name in OPS or name == "Value":
            params = ", ".join(OPS[name].params) if name in OPS else "2.0"
            raise ProgramError(f"{name} is a function.", span, f"Write {name}({params}).")
        value = self.names[name] = self._made(Expr(INPUT_UNTIL_SET, label=name), node)
        return value

    def _binary(self, node: ast.BinOp) -> Walk:
        name = _SIGNS.get(type(node.op))
        if name is None:
            self._refuse_value(node)
        left = yield node.left
        right = yield node.right
        return self._apply(name, [left, right], node)

    def _unary(self, node: ast.UnaryOp) -> Walk:
        number = self._literal(node)
        if number is not None:
            return self._made(Expr.inline(number), node)
        if isinstance(node.op, ast.UAdd):
            return (yield node.operand)
        if not isinstance(node.op, ast.USub):
            self._refuse_value(node)
        operand = yield node.operand
        return self._apply("neg", [operand], node)

    def _call(self, node: ast.Call) -> Walk:
        name = self._function_name(node)
        if name == "Value":
            return self._leaf(node)
        op = OPS[name]
        span = self.text.span(node)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise ProgramError(f"{name} takes its operands in order.", span, f"Write {name}({', '.join(op.params)}).")
        if len(node.args) != op.arity:
            raise ProgramError(arity_message(op, len(node.args)), span, f"Write {name}({', '.join(op.params)}).")
        operands = []
        for argument in node.args:
            operand = yield argument
            operands.append(operand)
        return self._apply(name, operands, node)

    def _function_name(self, node: ast.Call) -> str:
        function = node.func
        span = self.text.span(function)
        if isinstance(function, ast.Attribute):
            self._refuse_value(function)
        if not isinstance(function, ast.Name):
            raise ProgramError("A value cannot be called.", span, "To multiply, write * before the bracket.")
        name = function.id
        if name in self.names or (name in CONSTANTS and name not in self._later):
            raise ProgramError(f"{name} is a value, not a function.", span, f"To multiply, write {name}*(...).")
        if name not in OPS and name != "Value":
            raise ProgramError(f"There is no function called {name}.", span, _did_you_mean(name))
        return name

    def _leaf(self, node: ast.Call) -> Expr:
        """Return the leaf that `Value(2.0, label='a')` makes."""
        span = self.text.span(node)
        given = dict(zip(("data", "label"), node.args, strict=False))
        given |= {word.arg: word.value for word in node.keywords if word.arg}
        usage = "Write Value(2.0, label='a')."
        if len(node.args) > 2 or not set(given) <= {"data", "label"} or "data" not in given:  # noqa: PLR2004
            raise ProgramError("Value takes a number and a label.", span, usage)
        number = self._literal(given["data"])
        if number is None:
            raise ProgramError("Value holds a number.", self.text.span(given["data"]), usage)
        label = given.get("label")
        if label is not None and not (isinstance(label, ast.Constant) and isinstance(label.value, str)):
            raise ProgramError("A label is a text in quotes.", self.text.span(label), usage)
        return self._made(Expr(number, label=(label.value or None) if label else None), node)

    # assignments

    def _check_target(self, target: ast.expr) -> None:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        for part in parts:
            if not isinstance(part, ast.Name):
                raise ProgramError("Only names can stand left of =.", self.text.span(part), "Write name = value.")

    def _assign(self, target: ast.expr, values: list[Expr]) -> Expr:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        if len(parts) != len(values):
            raise ProgramError("One name cannot hold several values.", self.text.span(target), "Give each value a name.")
        for part, value in zip(parts, values, strict=True):
            assert isinstance(part, ast.Name)  # noqa: S101  _check_target refused all others
            self._bind(part, value)
        return values[-1]

    def _bind(self, target: ast.Name, value: Expr) -> None:
        span = self.text.span(target)
        if value.label is None and not value.constant:
            value.label = target.id
        self.names[target.id] = value
        self.mentions.append((span, value))
        self.assigned.append((target.id, span, value))

    def _assign_more(self, statement: ast.AugAssign) -> Expr:
        name = _SIGNS.get(type(statement.op))
        target = statement.target
        self._check_target(target)
        assert isinstance(target, ast.Name)  # noqa: S101  _check_target refused all others
        span = self.text.span(target)
        if name is None:
            self._refuse_statement(statement)
        if target.id not in self.names:
            raise ProgramError(f"{target.id} has no value yet.", span, f"Write {target.id} = ... on a line above.")
        before = self.names[target.id]
        value = self._apply(name, [before, self.value(statement.value)], statement)
        self._bind(target, value)
        return value

    # refusals

    def _refuse_statement(self, statement: ast.stmt) -> NoReturn:
        words = {
            ast.Import: "import", ast.ImportFrom: "import", ast.If: "if", ast.For: "for", ast.While: "while",
            ast.FunctionDef: "def", ast.ClassDef: "class", ast.Return: "return", ast.Delete: "del",
            ast.Try: "try", ast.With: "with", ast.AnnAssign: "A type after the name", ast.AugAssign: "This operator",
        }.get(type(statement), type(statement).__name__.lower())  # fmt: skip
        span = self.text.span(statement)
        first = Span(span.line, span.column, span.line, len(self.text.lines[span.line - 1]) + 1)
        place = first if span.end_line > span.line else span
        raise ProgramError(f"{words} is not part of the language.", place, _LANGUAGE)

    def _refuse_value(self, node: ast.expr) -> NoReturn:
        span = self.text.span(node)
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if attribute in OPS:
                raise ProgramError("Functions stand before their operands here.", span, f"Write {attribute}({name}).")
            case ast.Attribute():
                message = "Attributes are not part of the language."
            case ast.BinOp() | ast.UnaryOp():
                message = "This operator is not part of the language."
            case ast.Compare() | ast.BoolOp():
                message = "Comparisons are not part of the language."
            case ast.Tuple():
                message = "A program has one output, and an operand is one value."
            case _:
                message = "This is not part of the language."
        raise ProgramError(message, span, _LANGUAGE)


_LANGUAGE = "It has assignments, numbers, names, + - * / ^ and functions such as tanh(x)."


def _did_you_mean(name: str) -> str:
    lower = name.lower()
    if lower in OPS or lower in _SYNONYMS:
        return f"Did you mean {_SYNONYMS.get(lower, lower)}?"
    close = get_close_matches(lower, [*OPS, "Value"], n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"To multiply, write {name}*(...). There are {', '.join(OPS)}." if len(name) <= 2 else f"There are {', '.join(OPS)}."  # noqa: PLR2004
