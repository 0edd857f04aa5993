"""The walk over a program's tree: a short list of `ast` nodes is accepted, all else is refused.

The walk keeps its own stack, so depth is a limit of ours (a setting), not of Python's. Each kind of
value has one method: it returns the node at once, or yields the parts it needs and then returns.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from time import monotonic
from typing import Any

from engine import binding, calls, refusals
from engine.data import Table
from engine.errors import EmptyProgramError, LimitError, ProgramError
from engine.expr import Expr, arity_message
from engine.nn import Module
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


Value = Expr | list[Any] | Module
Walk = Generator[ast.expr, Any, Value]


class Reader:
    """Walks one tree, building Exprs.

    Attributes:
        spans: the words each node came from.
        unsaid: nodes that those words do not stand for: a call made them on its way.
        learners: the leaves that learn, where the program says which do.
        data: the table that is bound, and the names of its columns' leaves; None without data.
        modules: the networks, and where the list of their sizes stands.
        compared: what each loss function was given: the loss, the prediction (a value a class), and
            the column of data that is its target.
        mentions: names where they are used or assigned, and the node they stand for.
        assigned: (name, place, node) of each assignment, in order.
    """

    def __init__(
        self,
        text: Text,
        tree: ast.Module,
        limits: Limits,
        started: float,
        mine: Table | None = None,
    ) -> None:
        self.text = text
        self.limits = limits
        self.mine = mine
        self.names: dict[str, Value] = {}
        self.spans: dict[Expr, Span] = {}
        self.unsaid: set[Expr] = set()
        self.learners: set[Expr] = set()
        self.data: tuple[Table, list[Expr]] | None = None
        self.modules: dict[Module, Span | None] = {}
        self.compared: list[tuple[Expr, list[Expr], Expr]] = []
        self.mentions: list[tuple[Span, Expr]] = []
        self.assigned: list[tuple[str, Span, Expr]] = []
        self._named: dict[Module, str] = {}
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
                    output = self.number(value)
                case ast.Assign():
                    output = self._assign(statement) or output
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
        known = name in self.names or name in self._later or name in CONSTANTS
        if not known and name not in calls.FUNCTIONS:
            hint = f"Write {name} = ..., or use it in an expression."
            raise ProgramError(f"{name} is only a name so far.", self.text.span(value), hint)

    def nodes(self, output: Expr) -> list[Expr]:
        """Return every node made, in evaluation order.

        A leaf that nothing uses is left out once its name has passed to another value.
        """
        used = {operand for node in self.spans for operand in node.operands}
        held = {id(value) for value in (*self.names.values(), output)}
        held |= {id(column) for column in (self.data[1] if self.data else ())}
        return [node for node in self.spans if node.op or node in used or id(node) in held]

    # values

    def number(self, node: ast.expr) -> Expr:
        """Return the value of an expression that is one number."""
        return self._one(self.value(node), node)

    def _one(self, value: Value, node: ast.expr) -> Expr:
        if isinstance(value, Expr):
            return value
        raise refusals.not_one(value, node, self.text)

    def value(self, node: ast.expr) -> Value:
        """Return the value of one expression."""
        waiting: list[Walk] = []
        part: ast.expr | None = node
        answer: Any = None
        while True:
            if part is not None:
                step = self._step(part)
                answer = None if isinstance(step, Generator) else step
                if isinstance(step, Generator):
                    waiting.append(step)
                    self._check_depth(len(waiting), part)
            if not waiting:
                result: Value = answer
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

    def literal(self, node: ast.expr) -> float | None:
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

    def made(self, node: Expr, source: ast.expr | ast.stmt) -> Expr:
        """Note where a new node came from; refuse when the limits are reached."""
        span = self.text.span(source)
        self.spans[node] = span
        if len(self.spans) > self.limits.nodes:
            raise self._over(span)
        if len(self.spans) % DEADLINE_EVERY == 0:
            self._check_time(span)
        return node

    def _check_time(self, span: Span) -> None:
        if monotonic() > self._deadline:
            message = f"This program takes longer than {self.limits.seconds:g} s; it had come to"
            raise refusals.too_much(f"{message} line {span.line}.", span)

    def made_all(self, results: Iterable[Expr], source: ast.expr) -> None:
        """Note all that a call has made: what stands below its results and is not known yet."""
        new: set[Expr] = set()
        waiting = list(results)
        while waiting:
            node = waiting.pop()
            if node not in new and node not in self.spans:
                new.add(node)
                waiting.extend(node.operands)
        for node in sorted(new, key=lambda each: each.serial):
            self.made(node, source)
        self.unsaid |= new

    def room_for(self, count: int, source: ast.expr) -> None:
        """Refuse, before they are made, more nodes than the limit has room for."""
        if len(self.spans) + count > self.limits.nodes:
            raise self._over(self.text.span(source))

    def _over(self, span: Span) -> LimitError:
        message = f"This program makes more than {self.limits.nodes:,} nodes; so many are"
        return refusals.too_much(f"{message} reached on line {span.line}.", span)

    def _apply(self, name: str, operands: list[Expr], source: ast.expr | ast.stmt) -> Expr:
        return self.made(Expr.of(OPS[name], *operands), source)

    def _step(self, node: ast.expr) -> Value | Walk:
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
            case ast.List():
                return self._list(node)
            case ast.Subscript():
                return self._item(node)
            case _:
                raise refusals.value(node, self.text)

    def _constant(self, node: ast.Constant) -> Expr:
        number = _number(node)
        if number is None:
            raise refusals.no_number(node, self.text)
        return self.made(Expr.inline(number), node)

    def _name(self, node: ast.Name) -> Value:
        span = self.text.span(node)
        value = self.names.get(node.id)
        if value is None:
            value = self._first_use(node, span)
        if isinstance(value, Expr):
            self.mentions.append((span, value))
        return value

    def _list(self, node: ast.List) -> Walk:
        values: list[Value] = []
        for element in node.elts:
            value = yield element
            values.append(value)
        return values

    def _item(self, node: ast.Subscript) -> Walk:
        values = yield node.value
        if not isinstance(values, list):
            raise refusals.no_list(node, self.text)
        place = self.literal(node.slice)
        if place is None or not place.is_integer() or not -len(values) <= place < len(values):
            raise refusals.no_such_item(node, len(values), self.text)
        item: Value = values[int(place)]
        return item

    def _first_use(self, node: ast.Name, span: Span) -> Expr:
        name = node.id
        if name in self._later:
            message = f"{name} is used here but gets its value on line {self._later[name]}."
            hint = f"Write {name} = ... on a line above." if self._later[name] >= span.line else ""
            raise ProgramError(message, span, hint)
        if name in CONSTANTS:
            return self.made(Expr.inline(CONSTANTS[name]), node)
        if name in calls.FUNCTIONS:
            hint = f"Write {calls.FUNCTIONS[name]}."
            raise ProgramError(f"{name} is a function.", span, hint)
        value = self.names[name] = self.made(Expr(INPUT_UNTIL_SET, label=name), node)
        return value

    def _binary(self, node: ast.BinOp) -> Walk:
        name = SIGNS.get(type(node.op))
        if name is None:
            raise refusals.value(node, self.text)
        left = self._one((yield node.left), node.left)
        right = self._one((yield node.right), node.right)
        return self._apply(name, [left, right], node)

    def _unary(self, node: ast.UnaryOp) -> Expr | Walk:
        number = self.literal(node)
        return self._signed(node) if number is None else self.made(Expr.inline(number), node)

    def _signed(self, node: ast.UnaryOp) -> Walk:
        if isinstance(node.op, ast.UAdd):
            return self._one((yield node.operand), node.operand)
        if not isinstance(node.op, ast.USub):
            raise refusals.value(node, self.text)
        operand = self._one((yield node.operand), node.operand)
        return self._apply("neg", [operand], node)

    def _call(self, node: ast.Call) -> Value | Walk:
        name = self._function_name(node)
        if name in self.names:
            return calls.network(self, name, node)
        if name in OPS:
            return self._apply_function(OPS[name], node)
        return calls.call(self, name, node)

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
            operands.append(self._one(operand, argument))
        return self._apply(name, operands, node)

    def _function_name(self, node: ast.Call) -> str:
        function = node.func
        span = self.text.span(function)
        if isinstance(function, ast.Attribute):
            raise refusals.value(function, self.text)
        if not isinstance(function, ast.Name):
            hint = "To multiply, write * before the bracket."
            match function:
                case ast.Call(func=ast.Name(id="Neuron" | "Layer" | "MLP" as kind)):
                    hint = f"Give the network a name first: net = {calls.FUNCTIONS[kind]}."
            raise ProgramError("A value cannot be called.", span, hint)
        name = function.id
        if isinstance(self.names.get(name), Module):
            return name
        if name in self.names or (name in CONSTANTS and name not in self._later):
            hint = f"To multiply, write {name}*(...)."
            raise ProgramError(f"{name} is a value, not a function.", span, hint)
        if name not in calls.FUNCTIONS:
            message = f"There is no function called {name}."
            raise ProgramError(message, span, refusals.did_you_mean(name))
        return name

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

    def _assign(self, statement: ast.Assign) -> Expr | None:
        """Bind names; return the last value that is a number, None where none is."""
        targets = [(target, self._names(target)) for target in statement.targets]
        if binding.is_data(statement.value) and "data" not in self.names:
            columns = binding.bind(self, statement, targets)
            for (_, names), column in product(targets, enumerate(columns)):
                self._bind(names[column[0]], column[1])
            return columns[-1]
        several = next((n for t, n in targets if isinstance(t, ast.Tuple | ast.List)), None)
        values = self._values(statement.value, None if several is None else len(several))
        for target, names in targets:
            if len(names) != len(values):
                message = f"{len(values)} values cannot go to {len(names)} name."
                raise ProgramError(message, self.text.span(target), "Give each value a name.")
            for name, value in zip(names, values, strict=True):
                self._bind(name, value)
        return next((value for value in reversed(values) if isinstance(value, Expr)), None)

    def _values(self, node: ast.expr, wanted: int | None) -> list[Value]:
        """Return what is assigned: one value, or as many as a tuple of names takes."""
        if wanted is None:
            return [self._named_value(node)]
        if isinstance(node, ast.Tuple | ast.List):
            parts = [self._named_value(part) for part in node.elts]
        else:
            value = self._named_value(node)
            parts = value if isinstance(value, list) else [value]
        if len(parts) != wanted:
            message = f"Left of = stand {wanted} names, right of it {len(parts)}."
            raise ProgramError(message, self.text.span(node), "Give each name one value.")
        return parts

    def _named_value(self, node: ast.expr) -> Value:
        """Return a value about to get a name: a bare number becomes a leaf that learns."""
        number = self.literal(node)
        return self.value(node) if number is None else self.made(Expr(number), node)

    def _bind(self, target: ast.Name, value: Value) -> None:
        span = self.text.span(target)
        self.names[target.id] = value
        if isinstance(value, Module):
            self._name_network(value, target.id)
            return
        if not isinstance(value, Expr):
            return
        # a neuron's own name counts as none
        own = value.scope is not None and value.label == value.scope.path
        unnamed = value.label is None or own
        if unnamed and not value.constant:
            value.label = target.id
        self.mentions.append((span, value))
        self.assigned.append((target.id, span, value))

    def _name_network(self, network: Module, name: str) -> None:
        """Name a network that has no name yet; a second one of the same name is called name#2."""
        if network in self._named:
            return
        count = sum(each == name for each in self._named.values())
        self._named[network] = name
        network.rename(f"{name}#{count + 1}" if count else name)

    def _assign_more(self, statement: ast.AugAssign) -> Expr:
        (target,) = self._names(statement.target)
        op = SIGNS.get(type(statement.op))
        if op is None:
            raise refusals.statement(statement, self.text)
        if target.id not in self.names:
            hint = f"Write {target.id} = ... on a line above."
            raise ProgramError(f"{target.id} has no value yet.", self.text.span(target), hint)
        before = self._one(self.names[target.id], statement.target)
        value = self._apply(op, [before, self.number(statement.value)], statement)
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
