"""Reader: one program being read. It holds what the program has made, and what may be asked of it.

The text is never run by Python: `statements` and `expressions` make its tree into functions of our
own, which call back here for names, nodes and limits.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from random import Random
from typing import Any

import numpy as np

from engine import arithmetic, binding, calling, calls, libraries, members, nature, refusals
from engine.arithmetic import CONSTANTS
from engine.budget import Budget, Limits
from engine.data import Table
from engine.errors import EmptyProgramError, LimitError, ProgramError
from engine.expr import Expr, present
from engine.expressions import Lexical
from engine.nn import Module
from engine.ops import OPS
from engine.scopes import Scope, current
from engine.spans import START, Span
from engine.statements import Statements
from engine.syntax import Text
from engine.told import Told
from engine.values import (
    NODES,
    NOTHING,
    Class,
    Frame,
    Function,
    Instance,
    is_number,
    reached,
)

INPUT_UNTIL_SET = 1.0
# A call of the program takes some ten of Python's own; how deep calls may nest is a limit of ours.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))
MOST_COMPARED = 400  # names that a name without a value is compared with
MOST_NAMED = 20_000  # things that names are looked for behind


class Reader(Told):
    """Reads one tree, building Exprs.

    Attributes:
        limits: what it may use.
        mine: the table that is called "mine".
        draws_plain: whether plain numbers among themselves make nodes: 2*3 drawn.
        names: what the module's names stand for.
        unsaid: nodes that the words they came from do not stand for: a call made them on its way.
        learners: the leaves that learn, where the program says which do.
        data: the table that is bound, and the names of its columns' leaves; None without data.
        modules: the networks, and where the list of their sizes stands.
        compared: what each loss function was given: the loss, the prediction (a value a class), and
            the column of data that is its target.
        mentions: names where they are used or assigned, and the node they stand for.
        assigned: (name, place, node) of each assignment, in order.
        marked: what draw_dot was called with.
        imported: roots of the modules it has imported.
        random, arrays: CPython's and NumPy's streams of random numbers.
    """

    def __init__(
        self,
        text: Text,
        tree: ast.Module,
        limits: Limits,
        started: float,
        mine: Table | None = None,
    ) -> None:
        super().__init__(text, Budget(limits, started), nature.of(tree))
        self.limits = limits
        self.mine = mine
        self.names: dict[str, Any] = {}
        self.unsaid: set[Expr] = set()
        self.learners: set[Expr] = set()
        self.data: tuple[Table, list[Expr]] | None = None
        self.modules: dict[Module, Span | None] = {}
        self.compared: list[tuple[Expr, list[Expr], Expr]] = []
        self.mentions: list[tuple[Span, Expr]] = []
        self.assigned: list[tuple[str, Span, Expr]] = []
        self.marked: Expr | None = None
        self.imported: set[str] = set()
        self.random = Random(0)  # noqa: S311  no secret: the same program draws the same numbers
        self.arrays = np.random.RandomState(0)
        self.seeded = False
        self.draws_plain = not self.structured
        self._made: dict[Expr, None] = {}
        self._named: dict[Module, str] = {}
        self._later = dict(nature.assigned_lines(tree))
        self._backed: Expr | None = None
        self._shown: Expr | None = None
        self._unzeroed: set[Expr] = set()
        self._tree = tree

    @property
    def streams(self) -> bool:
        """Return whether networks draw their weights from the stream that random.seed begins."""
        return self.seeded or "micrograd" in self.imported

    def read(self) -> Expr:
        """Run the program; return its output.

        Raises:
            ProgramError: it is refused.
        """
        statements, place = Statements(self), Lexical()
        frame = Frame(self.names)
        at = START
        self.leave_out_magic()
        try:
            for number, statement in enumerate(self._tree.body):
                at = self.text.span(statement)
                self._check_new_name(statement)
                if number % 256 == 0:
                    self.budget.check_time(at)
                self.budget.step(at)
                statements.ready(statement, place)(frame)
        except RecursionError:
            message = "Calls and values nest too deep here."
            raise LimitError(message, at, "Write a loop, or take fewer.") from None
        self.end_line(at)
        return self._output()

    def _output(self) -> Expr:
        output = self.marked or self._last()
        if output is None:
            if self._tree.body and (self.printed or self.structured):
                raise refusals.nothing_drawn(self.printed, self.text.span(self._tree.body[-1]))
            raise EmptyProgramError
        self._christen()
        return output

    def _last(self) -> Expr | None:
        """Return what was said last; of a program that goes backward, what it went back from."""
        if self._backed is not None and not self._ends_in_value:
            return self._backed
        return self._latest or self._backed or self._shown

    @property
    def _ends_in_value(self) -> bool:
        """Return whether the last line is an expression, or gives a name to one."""
        last = self._tree.body[-1]
        return isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call)

    def nodes(self, output: Expr) -> list[Expr] | None:
        """Return every node made, in evaluation order; None where only the output's are drawn.

        A leaf that nothing uses is left out once its name has passed to another value.
        """
        if self.structured:
            return None
        made = list(self._made)
        used = {operand for node in made for operand in node.operands}
        held = {id(value) for value in (*self.names.values(), output)}
        held |= {id(column) for column in (self.data[1] if self.data else ())}
        return [node for node in made if node.op or node in used or id(node) in held]

    # nodes

    def made(self, node: Expr, span: Span) -> Expr:
        """Note where a new node came from; refuse when the limits are reached."""
        node.span = span
        if self.structured:
            self.budget.left -= 1
            if self.budget.left < 0:
                self.budget.look(span)
            return node
        self._made[node] = None
        self.budget.check_nodes(len(self._made), span)
        self.budget.step(span)
        return node

    def made_all(self, results: Iterable[Expr], source: ast.expr) -> None:
        """Note all that a call has made: what stands below its results and is not known yet."""
        span = self.text.span(source)
        results = list(results)
        for result in results:
            _place(result.scope, span)
        if self.structured:
            return
        new: set[Expr] = set()
        waiting = list(results)
        while waiting:
            node = waiting.pop()
            if node not in new and node not in self._made:
                new.add(node)
                waiting.extend(node.operands)
        for node in sorted(new, key=lambda each: each.serial):
            self._made[node] = None
            self.budget.check_nodes(len(self._made), span)
        self.budget.step(span, len(new))

    def room_for(self, count: int, source: ast.expr) -> None:
        """Refuse, before they are made, more nodes than the limits have room for."""
        span = self.text.span(source)
        self.budget.check_nodes(len(self._made) + count, span)
        if self.structured:
            self.budget.step(span, count)

    def apply(
        self, name: str, operands: Sequence[Any], nodes: Sequence[ast.expr], source: ast.expr
    ) -> Expr:
        """Return the result of an op; plain operands become constants at their words."""
        values = [self.node(value, words) for value, words in zip(operands, nodes, strict=True)]
        return self.made(Expr.of(OPS[name], *values), self.text.span(source))

    def node(self, value: Any, words: ast.expr) -> Expr:
        """Return a value that is one number as a node.

        Raises:
            ProgramError: it is none.
        """
        if type(value) in NODES:
            return present(value)
        if not is_number(value) or isinstance(value, bool):
            raise refusals.not_one(value, words, self.text)
        return self.made(Expr.inline(value), self.text.span(words))

    # plain numbers

    def literal(self, node: ast.expr) -> float | None:
        """Return a bare number, with one sign at most, or None."""
        sign = 1.0
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
            node = node.operand
        if isinstance(node, ast.Constant):
            number = nature.number(node)
            return None if number is None else sign * number
        if isinstance(node, ast.Name) and node.id in CONSTANTS and not self.is_bound(node.id):
            return sign * CONSTANTS[node.id]
        return None

    @property
    def functions(self) -> list[str]:
        """Return the names of functions and classes that the program has made so far."""
        held = self.names.items()
        return [name for name, value in held if isinstance(value, Function | Class)][:MOST_COMPARED]

    def is_bound(self, name: str) -> bool:
        """Tell whether the module binds a name, here or further on."""
        return name in self._later or name in self.names

    def plain_number(self, value: Any, node: ast.AST) -> Any:
        """Return one number as Python has it; of a node the number that it has now.

        Raises:
            ProgramError: it is no number.
        """
        if type(value) in NODES:
            return self.decided(value, node)
        if isinstance(value, int | float):
            return value
        if isinstance(value, np.generic):
            return value.item()
        assert isinstance(node, ast.expr)  # noqa: S101  numbers come from expressions
        raise refusals.not_one(value, node, self.text)

    def number(self, value: Any, node: ast.AST) -> Any:
        """Return a node's number, and any other value as it is."""
        return self.decided(value, node) if type(value) in NODES else value

    def decided(self, value: Any, node: ast.AST) -> Any:
        """Return a value, of a node its number: the program goes on by it."""
        if type(value) not in NODES:
            return value
        now = present(value)
        if self._decided is None and not now.constant and isinstance(node, ast.expr):
            self._decided = self.text.span(node)
        number = now.data
        return int(number) if number.is_integer() and not self.uses_values else number

    def truth(self, value: Any, node: ast.AST) -> bool:
        """Return whether a value counts as true."""
        if type(value) in NODES:
            return bool(self.decided(value, node))
        if isinstance(value, np.ndarray):
            if value.size == 1:
                return bool(value.item())
            message = "Whether an array is true is not known."
            raise ProgramError(message, self.place_of(node), "Compare one number.")
        return bool(value)

    # names

    def _check_new_name(self, statement: ast.stmt) -> None:
        """Refuse a bare new name after other lines: it is the start of a line, not an output."""
        match statement:
            case ast.Expr(ast.Name(id=name) as node) if len(self._tree.body) > 1:
                known = self.is_bound(name) or name in CONSTANTS or self._is_builtin(node)
                if not known:
                    hint = f"Write {name} = ..., or use it in an expression."
                    message = f"{name} is only a name so far."
                    raise ProgramError(message, self.text.span(node), hint)

    def unbound(self, node: ast.Name, span: Span, place: Lexical) -> Any:
        """Return what a name of the module stands for that the program has not bound yet."""
        name = node.id
        if name in self._later:
            message = f"{name} is used here but gets its value on line {self._later[name]}."
            hint = f"Write {name} = ... on a line above." if self._later[name] >= span.line else ""
            raise ProgramError(message, span, hint)
        if name in CONSTANTS:
            return CONSTANTS[name]
        if self._is_builtin(node):
            return calls.BUILTINS[name]
        if name in libraries.DATASETS and self.structured:
            return libraries.DATASETS[name]
        if name == "__name__":
            return "__main__"
        if name in ("linear", "super", "plt", "np", "random", "math"):
            return self._known_elsewhere(name, span)
        if self.structured:
            self._check_input(name, span, place)
        value = self.names[name] = self.made(Expr(INPUT_UNTIL_SET, label=name), span)
        return value

    def _is_builtin(self, node: ast.Name) -> bool:
        """Tell whether a name that the program does not bind is a function of the language."""
        if node.id in calls.ALSO_NUMBERS:
            return id(node) in self._called
        return node.id in calls.BUILTINS

    @cached_property
    def _called(self) -> frozenset[int]:
        """Return the names that are called, by identity: the tree is kept."""
        calls_made = (node for node in ast.walk(self._tree) if isinstance(node, ast.Call))
        return frozenset(id(call.func) for call in calls_made)

    def _check_input(self, name: str, span: Span, place: Lexical) -> None:
        """Refuse a name that is no input: in a function, where it is mistyped, in Python's way.

        Programs that use Value or an import are Python's, where each name has a value.
        """
        plain = {"true": "True", "false": "False", "null": "None", "none": "None"}.get(name)
        functions = [each for each in calls.BUILTINS if each not in calls.ALSO_NUMBERS]
        known = [*self.names, *functions][:MOST_COMPARED]
        close = [plain] if plain else get_close_matches(name, known, n=1, cutoff=0.75)
        if place.outer is not None or close or self.uses_values or self.imported:
            hint = f"Did you mean {close[0]}?" if close else f"Write {name} = ... on a line above."
            raise ProgramError(f"{name} has no value here.", span, hint)
        words = f"{name} has no value of its own: it is an input, and 1 until it is set."
        self.remarks.append((words, span))

    def _known_elsewhere(self, name: str, span: Span) -> Any:
        if name == "linear":
            return name
        if name == "super":
            return calling.SUPER
        known = {"plt": "matplotlib.pyplot", "np": "numpy"}.get(name, name)
        if not self.structured:
            value = self.names[name] = self.made(Expr(INPUT_UNTIL_SET, label=name), span)
            return value
        words = known if known == name else f"{known} as {name}"
        raise ProgramError(f"{name} is not imported yet.", span, f"Write import {words} above.")

    def makes_leaf(self, node: ast.expr) -> bool:
        """Tell whether a bare number that gets a name becomes a leaf.

        Where there is more than lines of assignments, whole numbers count and index.
        """
        if self.literal(node) is None:
            return False
        if not self.structured:
            return True
        return isinstance(arithmetic.plain(node), float) and not self.uses_values

    def leaf(self, value: Any, node: ast.expr) -> Any:
        """Return a bare number as a leaf that learns; a leaf stays what it is."""
        return self.made(Expr(value), self.text.span(node)) if type(value) not in NODES else value

    def bind(self, target: ast.Name, value: Any, source: ast.expr | None, *, leafy: bool) -> None:
        """Give a name of the module a value; a bare number becomes a leaf that learns."""
        span = self.text.span(target) if hasattr(target, "lineno") else None
        if leafy and source is not None:
            value = self.leaf(value, source)
        elif self.draws_plain and type(value) not in NODES and is_number(value) and source:
            value = self.node(value, source)
        self.names[target.id] = value
        if isinstance(value, Module):
            self._name_network(value, target.id)
            return
        if type(value) not in NODES or source is None:
            return
        now = present(value)
        # a neuron's own name counts as none
        own = now.scope is not None and now.label is not None and now.scope.path.endswith(now.label)
        if (now.label is None or own) and not now.constant:
            now.label = target.id
        self._latest = now
        if not self.structured and span is not None:
            self.mentions.append((span, now))
            self.assigned.append((target.id, span, now))

    def bind_data(self, statement: ast.Assign) -> None:
        """Bind the columns of data(...) to names."""
        targets = [
            (
                target,
                [p for p in _parts(target) if isinstance(p, ast.Name)],
            )
            for target in statement.targets
        ]
        columns = binding.bind(self, statement, targets)
        for _, names in targets:
            for name, column in zip(names, columns, strict=True):
                self.bind(name, column, statement.value, leafy=False)

    def check_begun(self, target: ast.Name, place: Lexical) -> None:
        """Refuse `name += 1` where a name of the module has no value before."""
        at_module = place.hops(target.id) is None
        known = target.id in self.names or self._later.get(target.id, 0) or not at_module
        if not known or (
            place.outer is None and not self.structured and target.id not in self.names
        ):
            hint = f"Write {target.id} = ... on a line above."
            raise ProgramError(f"{target.id} has no value yet.", self.text.span(target), hint)

    def _name_network(self, network: Module, name: str) -> None:
        """Name a network that has no name yet; a second one of the same name is called name#2."""
        if network in self._named:
            return
        count = sum(each == name for each in self._named.values())
        self._named[network] = name
        network.rename(f"{name}#{count + 1}" if count else name)
        made_in = network.parameters()[0].scope
        if made_in is not None and made_in.name == type(network).__name__:
            made_in.name = network.name

    def _christen(self) -> None:
        """Name the leaves without a name after the way to them: net.w[2]."""
        if not self.structured:
            return
        ways = {node: way for way, node in reached(self.names, MOST_NAMED)}
        versions = [(before, of) for before, (of, _) in self.moved.items()]
        for leaf, of in [*((present(node), node) for node in ways), *versions]:
            if leaf.op is None and leaf.label is None and not leaf.constant:
                leaf.label = ways.get(of)

    # calls

    def invoke(
        self,
        function: Any,
        args: list[Any],
        options: Mapping[str, Any],
        node: ast.Call,
        frame: Frame | None = None,
    ) -> Any:
        """Return what a call gives."""
        return calling.invoke(self, function, args, options, node, frame)

    # what stands behind a dot

    def attribute(self, of: Any, node: ast.Attribute) -> Any:
        """Return `of.name`."""
        return members.attribute(self, of, node)

    def set_attribute(self, of: Any, value: Any, node: ast.Attribute) -> None:
        """Run `of.name = value`."""
        members.set_attribute(self, of, value, node)

    def backward(self, output: Expr, node: ast.Call) -> None:
        """Set the gradients below a node; those of leaves add up, as PyTorch's do, until zeroed."""
        output = present(output)
        self.budget.check_time(self.text.span(node))
        leaves = [leaf for leaf in output.parameters() if leaf.grad]
        before = {leaf: leaf.grad for leaf in leaves}
        output.backward()
        for leaf, grad in before.items():
            leaf.grad += grad
        if before and not self._unzeroed:
            self._unzeroed = set(before)
            self.remark(
                "Gradients add up here: they were not set to 0 since the pass before.", node
            )
        self._backed = output

    def learning(self) -> set[Expr]:
        """Return the leaves that learn, where the program says which do."""
        return set(self.moved) | {present(leaf) for leaf in self.learners} | self.learners

    # what is said

    def said(self, value: Any, node: ast.expr) -> None:
        """Note the value of a line that is an expression."""
        if type(value) in NODES:
            self._latest = present(value)
            return
        if self.draws_plain:
            if value is None or value is NOTHING:
                return
            self._latest = self.node(value, node)

    def shows(self, value: Any) -> None:
        """Note what is printed: it is drawn where there is nothing else."""
        if type(value) in NODES:
            self._shown = present(value)

    @property
    def prints_bare(self) -> bool:
        """Return whether nodes print as their numbers."""
        return not (self.uses_values or "micrograd" in self.imported)

    def own_words(self, value: Any, node: ast.expr) -> str | None:
        """Return how an object or a network prints itself, None for all else."""
        if isinstance(value, Instance):
            said = value.cls.find("__repr__") or value.cls.find("__str__")
            if isinstance(said, Function):
                words = self.invoke(said, [value], {}, _call_at(node))
                return words if isinstance(words, str) else None
        if isinstance(value, Module):
            return value.described() if self.streams else repr(value)
        return None


def _place(scope: Scope | None, span: Span) -> None:
    """Give the scopes that a call of the library has made the place of its words."""
    around = current()
    while scope is not None and scope is not around:
        scope.span = span
        scope = scope.parent


def _call_at(node: ast.expr) -> ast.Call:
    """Return a call that stands where an expression does."""
    return ast.copy_location(ast.Call(node, [], []), node)


def _parts(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


__all__ = ["Limits", "Reader"]
