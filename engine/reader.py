"""The walk over a program's tree: a short list of `ast` nodes is accepted, all else is refused.

The walk keeps its own stack, so depth is a limit of ours (a setting), not of Python's. Each kind of
value has one method: it returns the node at once, or yields the parts it needs and then returns.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

from engine import refusals
from engine.errors import EmptyProgramError, LimitError, ProgramError
from engine.expr import Expr, arity_message
from engine.ops import OPS, Op
from engine.spans import Span
from engine.syntax import Text

CONSTANTS = {"pi": math.pi, "e": math.e}
INPUT_UNTIL_SET = 1.0
DEADLINE_EVERY = 256  # nodes made, or statements read, between two looks at the clock

SIGNS: dict[type, str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.USub: "neg",
}


@dataclass(frozen=True)
class Limits:
    """What a program may use. Lengths in UTF-8 bytes, depth in nested values, time in seconds."""

    source_bytes: int = 100_000
    nodes: int = 5_000
    depth: int = 2_000
    seconds: float = 1.0


Walk = Generator[ast.expr, Any, Expr]


class Reader:
    """Walks one tree, building Exprs.

    Attributes:
        spans: the words each node came from.
        mentions: names where they are used or assigned, and the node they stand for.
        assigned: (name, place, node) of each assignment, in order.
    """

    def __init__(self, text: Text, tree: ast.Module, limits: Limits, started: float) -> None:
        self.text = text
        self.limits = limits
        self.names: dict[str, Expr] = {}
        self.spans: dict[Expr, Span] = {}
        self.mentions: list[tuple[Span, Expr]] = []
        self.assigned: list[tuple[str, Span, Expr]] = []
        self._later = dict(_assigned_lines(tree))
        self._deadline = started + limits.seconds

    def read(self, statements: list[ast.stmt]) -> Expr:
        """Return the program's output: its last expression, or what it assigned last."""
        output: Expr | None = None
        for number, statement in enumerate(statements):
            if number % DEADLINE_EVERY == 0:
                self._check_time(self.text.span(statement))
            match statement:
                case ast.Expr(value):
                    self._check_new_name(value, statements)
                    output = self.value(value)
                case ast.Assign():
                    output = self._assign(statement)
                case ast.AugAssign():
                    output = self._assign_more(statement)
                case _:
                    raise refusals.statement(statement, self.text)
        if output is None:
            raise EmptyProgramError
        return output

    def _check_new_name(self, value: ast.expr, statements: list[ast.stmt]) -> None:
        """Refuse a bare new name after other lines: it is the start of a line, not an output."""
        if not isinstance(value, ast.Name) or len(statements) == 1:
            return
        name = value.id
        known = name in self.names or name in self._later or name in CONSTANTS or name in OPS
        if not known and name != "Value":
            hint = f"Write {name} = ..., or use it in an expression."
            raise ProgramError(f"{name} is only a name so far.", self.text.span(value), hint)

    def nodes(self, output: Expr) -> list[Expr]:
        """Return every node made, in evaluation order.

        A leaf that nothing uses is left out once its name has passed to another value.
        """
        used = {operand for node in self.spans for operand in node.operands}
        held = {*self.names.values(), output}
        return [node for node in self.spans if node.op or node in used or node in held]

    # values

    def value(self, node: ast.expr) -> Expr:
        """Return the value of one expression."""
        waiting: list[Walk] = []
        part: ast.expr | None = node
        answer: Any = None
        while True:
            if part is not None:
                step = self._step(part)
                answer = step if isinstance(step, Expr) else None
                if not isinstance(step, Expr):
                    waiting.append(step)
                    self._check_depth(len(waiting), part)
            if not waiting:
                result: Expr = answer
                return result
            try:
                part = waiting[-1].send(answer)
            except StopIteration as done:
                waiting.pop()
                part, answer = None, done.value

    def _check_depth(self, depth: int, node: ast.expr) -> None:
        if depth > self.limits.depth:
            message = f"This nests more than {self.limits.depth:,} values deep."
            hint = "Split it over several lines, with a name for each part."
            raise LimitError(message, self.text.span(node), hint)

    def _literal(self, node: ast.expr) -> float | None:
        """Return a bare number, with one sign at most, or None."""
        sign = 1.0
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
            node = node.operand
        if isinstance(node, ast.Constant):
            number = _number(node)
            return None if number is None else sign * number
        if isinstance(node, ast.Name) and node.id in CONSTANTS and node.id not in self._later:
            return sign * CONSTANTS[node.id]
        return None

    def _made(self, node: Expr, source: ast.expr | ast.stmt) -> Expr:
        """Note where a new node came from; refuse when the limits are reached."""
        span = self.text.span(source)
        self.spans[node] = span
        if len(self.spans) > self.limits.nodes:
            message = f"This program makes more than {self.limits.nodes:,} nodes; so many are"
            raise refusals.too_much(f"{message} reached on line {span.line}.", span)
        if len(self.spans) % DEADLINE_EVERY == 0:
            self._check_time(span)
        return node

    def _check_time(self, span: Span) -> None:
        if monotonic() > self._deadline:
            message = f"This program takes longer than {self.limits.seconds:g} s; it had come to"
            raise refusals.too_much(f"{message} line {span.line}.", span)

    def _apply(self, name: str, operands: list[Expr], source: ast.expr | ast.stmt) -> Expr:
        return self._made(Expr.of(OPS[name], *operands), source)

    def _step(self, node: ast.expr) -> Expr | Walk:
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
                raise refusals.value(node, self.text)

    def _constant(self, node: ast.Constant) -> Expr:
        number = _number(node)
        if number is None:
            raise refusals.no_number(node, self.text)
        return self._made(Expr.inline(number), node)

    def _name(self, node: ast.Name) -> Expr:
        span = self.text.span(node)
        value = self.names.get(node.id)
        if value is None:
            value = self._first_use(node, span)
        self.mentions.append((span, value))
        return value

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
        name = SIGNS.get(type(node.op))
        if name is None:
            raise refusals.value(node, self.text)
        left = yield node.left
        right = yield node.right
        return self._apply(name, [left, right], node)

    def _unary(self, node: ast.UnaryOp) -> Expr | Walk:
        number = self._literal(node)
        return self._signed(node) if number is None else self._made(Expr.inline(number), node)

    def _signed(self, node: ast.UnaryOp) -> Walk:
        if isinstance(node.op, ast.UAdd):
            operand: Expr = yield node.operand
            return operand
        if not isinstance(node.op, ast.USub):
            raise refusals.value(node, self.text)
        operand = yield node.operand
        return self._apply("neg", [operand], node)

    def _call(self, node: ast.Call) -> Expr | Walk:
        name = self._function_name(node)
        return self._leaf(node) if name == "Value" else self._apply_function(OPS[name], node)

    def _apply_function(self, op: Op, node: ast.Call) -> Walk:
        name = op.name
        span = self.text.span(node)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise ProgramError(
                f"{name} takes its operands in order.",
                span,
                f"Write {name}({', '.join(op.params)}).",
            )
        if len(node.args) != op.arity:
            raise ProgramError(
                arity_message(op, len(node.args)), span, f"Write {name}({', '.join(op.params)})."
            )
        operands = []
        for argument in node.args:
            operand = yield argument
            operands.append(operand)
        return self._apply(name, operands, node)

    def _function_name(self, node: ast.Call) -> str:
        function = node.func
        span = self.text.span(function)
        if isinstance(function, ast.Attribute):
            raise refusals.value(function, self.text)
        if not isinstance(function, ast.Name):
            hint = "To multiply, write * before the bracket."
            raise ProgramError("A value cannot be called.", span, hint)
        name = function.id
        if name in self.names or (name in CONSTANTS and name not in self._later):
            hint = f"To multiply, write {name}*(...)."
            raise ProgramError(f"{name} is a value, not a function.", span, hint)
        if name not in OPS and name != "Value":
            message = f"There is no function called {name}."
            raise ProgramError(message, span, refusals.did_you_mean(name))
        return name

    def _leaf(self, node: ast.Call) -> Expr:
        """Return the leaf that `Value(2.0, label='a')` makes."""
        span = self.text.span(node)
        given = dict(zip(("data", "label"), node.args, strict=False))
        given |= {word.arg: word.value for word in node.keywords if word.arg}
        usage = "Write Value(2.0, label='a')."
        if len(node.args) > 2 or not set(given) <= {"data", "label"} or "data" not in given:
            raise ProgramError("Value takes a number and a label.", span, usage)
        number = self._literal(given["data"])
        if number is None:
            raise ProgramError("Value holds a number.", self.text.span(given["data"]), usage)
        return self._made(Expr(number, label=self._label(given.get("label"))), node)

    def _label(self, node: ast.expr | None) -> str | None:
        if node is None:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.isprintable():
                return node.value or None
            message = "A label is made of signs that can be shown."
        else:
            message = "A label is a text in quotes."
        raise ProgramError(message, self.text.span(node), "Write Value(2.0, label='a').")

    # assignments

    def _names(self, target: ast.expr) -> list[ast.Name]:
        """Return the names left of =; several where they stand in a tuple."""
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        names = [part for part in parts if isinstance(part, ast.Name)]
        if len(names) < len(parts):
            odd = next(part for part in parts if not isinstance(part, ast.Name))
            message = "Only names can stand left of =."
            raise ProgramError(message, self.text.span(odd), "Write name = value.")
        return names

    def _assign(self, statement: ast.Assign) -> Expr:
        targets = [(target, self._names(target)) for target in statement.targets]
        several = next((n for t, n in targets if isinstance(t, ast.Tuple | ast.List)), None)
        values = self._values(statement.value, None if several is None else len(several))
        for target, names in targets:
            if len(names) != len(values):
                message = f"{len(values)} values cannot go to {len(names)} name."
                raise ProgramError(message, self.text.span(target), "Give each value a name.")
            for name, value in zip(names, values, strict=True):
                self._bind(name, value)
        return values[-1]

    def _values(self, node: ast.expr, wanted: int | None) -> list[Expr]:
        """Return what is assigned: one value, or as many as a tuple of names takes."""
        if wanted is None:
            return [self._named_value(node)]
        parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        if len(parts) != wanted:
            message = f"Left of = stand {wanted} names, right of it {len(parts)}."
            raise ProgramError(message, self.text.span(node), "Give each name one value.")
        return [self._named_value(part) for part in parts]

    def _named_value(self, node: ast.expr) -> Expr:
        """Return a value about to get a name: a bare number becomes a leaf that learns."""
        number = self._literal(node)
        return self.value(node) if number is None else self._made(Expr(number), node)

    def _bind(self, target: ast.Name, value: Expr) -> None:
        span = self.text.span(target)
        if value.label is None and not value.constant:
            value.label = target.id
        self.names[target.id] = value
        self.mentions.append((span, value))
        self.assigned.append((target.id, span, value))

    def _assign_more(self, statement: ast.AugAssign) -> Expr:
        (target,) = self._names(statement.target)
        op = SIGNS.get(type(statement.op))
        if op is None:
            raise refusals.statement(statement, self.text)
        if target.id not in self.names:
            hint = f"Write {target.id} = ... on a line above."
            raise ProgramError(f"{target.id} has no value yet.", self.text.span(target), hint)
        before = self.names[target.id]
        value = self._apply(op, [before, self.value(statement.value)], statement)
        self._bind(target, value)
        return value


def _assigned_lines(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every name that some statement assigns, and the line."""
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            yield from ((part.id, part.lineno) for part in parts if isinstance(part, ast.Name))


def _number(node: ast.Constant) -> float | None:
    """Return a literal as a float, None where it is no real number; too large is infinite."""
    if type(node.value) is float:
        return node.value
    if type(node.value) is int:
        try:
            return float(node.value)
        except OverflowError:
            return math.inf
    return None
