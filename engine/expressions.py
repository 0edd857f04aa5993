"""Expressions made ready to run: each kind of `ast` node becomes a small function of a frame.

Nothing is compiled or run by Python itself: these functions know what the language knows. A chain
(a sum of many terms, a method on a method) runs in a loop, so its length is a limit of ours.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from engine import arithmetic, calling, refusals, sequences
from engine.compared import comparison
from engine.errors import ProgramError
from engine.ops import OPS
from engine.scopes import Scope, current, enter, leave
from engine.spans import Span
from engine.values import NODES, RETURN, Frame, Function, Run

if TYPE_CHECKING:
    from engine.reader import Reader

SIGNS: dict[type, str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
LONG = 20  # links of a chain that nest; a longer one is run link by link
MISSING = object()

# a kind of node, and the part of it that is evaluated first: where chains hang together
_FIRST = {
    ast.BinOp: "left",
    ast.UnaryOp: "operand",
    ast.Attribute: "value",
    ast.Subscript: "value",
    ast.Call: "func",
}


class Lexical:
    """The names that a piece of text binds, and the piece around it; around the module is None."""

    def __init__(self, outer: Lexical | None = None, names: set[str] | None = None) -> None:
        self.outer = outer
        self.names = names or set()
        self.shared: set[str] = set()  # declared global

    def hops(self, name: str) -> int | None:
        """Return how many frames out a name is bound; None is the module's, or nobody's."""
        at: Lexical | None = self
        count = 0
        while at is not None and at.outer is not None:
            if name in at.shared:
                return None
            if name in at.names:
                return count
            at, count = at.outer, count + 1
        return None


class Expressions:
    """Makes expressions of one program ready to run."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._text = reader.text
        self._depth = 0
        self._counts = False  # within the sizes of a network: numbers there are no nodes
        self._kinds: dict[type, Callable[..., Run]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.BoolOp: self._either,
            ast.Compare: self._compare,
            ast.IfExp: self._choice,
            ast.List: self._list,
            ast.Tuple: self._list,
            ast.ListComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.Lambda: self._lambda,
            ast.JoinedStr: self._joined,
            ast.Slice: self._slice,
        }
        self._links: dict[type, Callable[..., Run]] = {
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.Attribute: self._attribute,
            ast.Subscript: self._item,
            ast.Call: self._call,
        }

    @property
    def kinds(self) -> tuple[type, ...]:
        """Return which kinds of expressions there are, as Python's tree calls them."""
        return *self._kinds, *self._links

    def spread(self, node: ast.expr, place: Lexical) -> Run:
        """Return what computes a list that is about to go to several names: no node but theirs."""
        counted, self._counts = self._counts, True
        run = self.ready(node, place)
        self._counts = counted
        return run

    def ready(self, node: ast.expr, place: Lexical, called: str = "") -> Run:
        """Return what computes an expression; `called` is the name that it is about to get.

        Raises:
            ProgramError: it is not part of the language.
        """
        links: list[ast.expr] = []
        while type(node) in _FIRST and self._reader.literal(node) is None:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
                break  # these hang together at their other end
            links.append(node)
            node = getattr(node, _FIRST[type(node)])
        self._reader.budget.check_depth(self._depth + len(links) + 1, self._text.span(node))
        self._depth += len(links) + 1
        run = self._start(node, place, called if not links else "")
        self._depth -= len(links)
        if len(links) <= LONG:
            for link in reversed(links):
                run = self._links[type(link)](link, run, place, called)
        else:
            run = self._chained(run, links, place)
        self._depth -= 1
        return run

    def _start(self, node: ast.expr, place: Lexical, called: str) -> Run:
        number = self._reader.literal(node)
        if number is not None and not isinstance(node, ast.Name):
            plain = arithmetic.plain(node)
            return lambda _: plain
        if isinstance(node, ast.BinOp):
            return self._power(node, place)
        kind = self._kinds.get(type(node))
        if kind is None:
            raise refusals.value(node, self._text)
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self._comprehension(node, place, called)
        return kind(node, place)

    def _chained(self, first: Run, links: list[ast.expr], place: Lexical) -> Run:
        """Return what runs a long chain; each link finds what came before it in the frame."""
        steps = [self._links[type(link)](link, _carried, place, "") for link in reversed(links)]

        def run(frame: Frame) -> Any:
            value = first(frame)
            for step in steps:
                frame.carried = value
                value = step(frame)
            return value

        return run

    # single values

    def _constant(self, node: ast.Constant, _place: Lexical) -> Run:
        value = node.value
        if isinstance(value, complex | bytes) or value is ...:
            raise refusals.no_number(node, self._text)
        return lambda _: value

    def _name(self, node: ast.Name, place: Lexical) -> Run:
        name, reader = node.id, self._reader
        hops = place.hops(name)
        if hops is None:
            return self._module_name(node, place)

        def load(frame: Frame) -> Any:
            try:
                return frame.names[name]
            except KeyError:
                raise refusals.no_value_yet(node, reader.text) from None

        def reach(frame: Frame) -> Any:
            for _ in range(hops):
                assert frame.outer is not None  # noqa: S101  as deep as its text is nested
                frame = frame.outer
            return load(frame)

        return reach if hops else load

    def _module_name(self, node: ast.Name, place: Lexical) -> Run:
        name, reader = node.id, self._reader
        names, span = reader.names, self._text.span(node)
        if reader.structured:

            def load(_: Frame) -> Any:
                value = names.get(name, MISSING)
                return reader.unbound(node, span, place) if value is MISSING else value

            return load

        def mention(_: Frame) -> Any:
            value = names.get(name, MISSING)
            value = reader.unbound(node, span, place) if value is MISSING else value
            if type(value) in NODES:
                reader.mentions.append((span, value))
            return value

        return mention

    def _list(self, node: ast.List | ast.Tuple, place: Lexical) -> Run:
        make: Callable[[list[Any]], Any] = list if isinstance(node, ast.List) else tuple
        if any(isinstance(part, ast.Starred) for part in node.elts):
            return self._spread_list(node.elts, place, make)
        parts = [self.ready(part, place) for part in node.elts]
        if self._reader.draws_plain and not self._counts:
            parts = [self._drawn(part, words) for part, words in zip(parts, node.elts, strict=True)]
        return lambda frame: make([part(frame) for part in parts])

    def _spread_list(
        self, nodes: list[ast.expr], place: Lexical, make: Callable[[list[Any]], Any]
    ) -> Run:
        """Return what makes a list of which some parts are starred."""
        parts = [self._several(node, place) for node in nodes]
        span = self._text.span(nodes[0])

        def run(frame: Frame) -> Any:
            found = list(chain.from_iterable(part(frame) for part in parts))
            self._reader.budget.check_items(found, span)
            return make(found)

        return run

    def _several(self, node: ast.expr, place: Lexical) -> Run:
        """Return what gives the values of one part: of a starred one all of them."""
        if not isinstance(node, ast.Starred):
            one = self.ready(node, place)
            return lambda frame: (one(frame),)
        many, reader = self.ready(node.value, place), self._reader
        return lambda frame: sequences.items(reader, many(frame), node.value)

    def _joined(self, node: ast.JoinedStr, place: Lexical) -> Run:
        parts = [self._piece(part, place) for part in node.values]
        span = self._text.span(node)

        def run(frame: Frame) -> str:
            text = "".join(part(frame) for part in parts)
            self._reader.budget.check_items(text, span)
            return text

        return run

    def _piece(self, node: ast.expr, place: Lexical) -> Run:
        if not isinstance(node, ast.FormattedValue):
            assert isinstance(node, ast.Constant)  # noqa: S101  there are no others
            text = str(node.value)
            return lambda _: text
        value = self.ready(node.value, place)
        form = self.ready(node.format_spec, place) if node.format_spec else None
        how, reader = node.conversion, self._reader
        return lambda frame: arithmetic.formatted(
            reader, value(frame), form(frame) if form else "", how, node.value
        )

    def _slice(self, node: ast.Slice, place: Lexical) -> Run:
        ends = [self.ready(end, place) if end else None for end in (node.lower, node.upper)]
        step = self.ready(node.step, place) if node.step else None
        lower, upper = ends
        nodes = (node.lower, node.upper, node.step)

        def run(frame: Frame) -> slice:
            values = [part(frame) if part else None for part in (lower, upper, step)]
            return slice(*arithmetic.slice_ends(self._reader, values, nodes))

        return run

    # operators

    def _binary(self, node: ast.BinOp, left: Run, place: Lexical, _called: str) -> Run:
        right = self.ready(node.right, place)
        return self._operated(node, left, right)

    def _operated(self, node: ast.BinOp, left: Run, right: Run) -> Run:
        reader, name = self._reader, SIGNS.get(type(node.op))
        if name is None:
            raise refusals.value(node, self._text)
        operate = arithmetic.operator(reader, name, node)
        if reader.draws_plain:  # a number is a node of its own, made when its turn comes
            left = self._drawn(left, node.left)
        return lambda frame: operate(left(frame), right(frame))

    def _drawn(self, run: Run, words: ast.expr) -> Run:
        """Return what makes a node of a plain number as soon as it is met."""
        reader = self._reader

        def draw(frame: Frame) -> Any:
            value = run(frame)
            return reader.node(value, words) if type(value) in arithmetic.NUMBERS else value

        return draw

    def _power(self, node: ast.BinOp, place: Lexical) -> Run:
        """Return what computes a^b^c, from its right end."""
        steps: list[tuple[ast.BinOp, Run]] = []
        last: ast.expr = node
        while isinstance(last, ast.BinOp) and isinstance(last.op, ast.Pow):
            steps.append((last, self.ready(last.left, place)))
            last = last.right
            self._depth += 1
            self._reader.budget.check_depth(self._depth, self._text.span(last))
        end = self.ready(last, place)
        self._depth -= len(steps)
        if len(steps) == 1:
            return self._operated(node, steps[0][1], end)
        parts = [run for _, run in steps]
        if self._reader.draws_plain:
            parts = [self._drawn(run, each.left) for each, run in steps]
        signs = [arithmetic.operator(self._reader, "pow", each) for each, _ in reversed(steps)]

        def run(frame: Frame) -> Any:
            values = [part(frame) for part in parts]
            total = end(frame)
            for operate in signs:
                total = operate(values.pop(), total)
            return total

        return run

    def _unary(self, node: ast.UnaryOp, operand: Run, _place: Lexical, _called: str) -> Run:
        if isinstance(node.op, ast.Not):
            truth = self._reader.truth
            return lambda frame: not truth(operand(frame), node.operand)
        operate = arithmetic.unary(self._reader, node)
        return lambda frame: operate(operand(frame))

    def _either(self, node: ast.BoolOp, place: Lexical) -> Run:
        parts = [(self.ready(part, place), part) for part in node.values]
        wanted = isinstance(node.op, ast.Or)
        truth = self._reader.truth

        def run(frame: Frame) -> Any:
            value = None
            for part, each in parts:
                value = part(frame)
                if truth(value, each) is wanted:
                    break
            return value

        return run

    def _compare(self, node: ast.Compare, place: Lexical) -> Run:
        reader, first = self._reader, self.ready(node.left, place)
        nodes = [node.left, *node.comparators]
        rest = [
            (
                comparison(reader, op, nodes[k], nodes[k + 1], node),
                self.ready(right, place),
            )
            for k, (op, right) in enumerate(zip(node.ops, node.comparators, strict=True))
        ]
        if len(rest) == 1:
            ((compare, second),) = rest
            return lambda frame: compare(first(frame), second(frame))

        def run(frame: Frame) -> Any:
            value = first(frame)
            for compare, part in rest:
                other = part(frame)
                if not compare(value, other):
                    return False
                value = other
            return True

        return run

    def _choice(self, node: ast.IfExp, place: Lexical) -> Run:
        """Return what computes `a if c else b`; a chain of them runs in a loop."""
        cases = []
        last: ast.expr = node
        while isinstance(last, ast.IfExp):
            cases.append((self.ready(last.test, place), last.test, self.ready(last.body, place)))
            last = last.orelse
        other, truth = self.ready(last, place), self._reader.truth

        def run(frame: Frame) -> Any:
            for test, words, body in cases:
                if truth(test(frame), words):
                    return body(frame)
            return other(frame)

        return run

    # parts of values, calls

    def _attribute(self, node: ast.Attribute, of: Run, _place: Lexical, _called: str) -> Run:
        get = self._reader.attribute
        return lambda frame: get(of(frame), node)

    def _item(self, node: ast.Subscript, of: Run, place: Lexical, _called: str) -> Run:
        index, reader = self.ready(node.slice, place), self._reader
        return lambda frame: arithmetic.item(reader, of(frame), index(frame), node)

    def _call(self, node: ast.Call, function: Run, place: Lexical, called: str) -> Run:
        reader = self._reader
        calling.check_call(reader, node, place)
        counted, self._counts = self._counts, calling.takes_sizes(node)
        if any(isinstance(part, ast.Starred) for part in node.args):
            arguments = self._spread_list(node.args, place, list)
        else:
            inner = called if len(node.args) == 1 else ""
            parts = [self.ready(part, place, inner) for part in node.args]
            if reader.draws_plain and isinstance(node.func, ast.Name) and node.func.id in OPS:
                pairs = zip(parts, node.args, strict=True)
                parts = [self._drawn(part, words) for part, words in pairs]
            arguments = lambda frame: [part(frame) for part in parts]  # noqa: E731
        self._counts = counted
        words = [self._option(word, place) for word in node.keywords]
        invoke = reader.invoke
        if not words:
            return lambda frame: invoke(function(frame), arguments(frame), {}, node, frame)
        return lambda frame: invoke(
            function(frame),
            arguments(frame),
            {name: value(frame) for name, value in words},
            node,
            frame,
        )

    def _option(self, word: ast.keyword, place: Lexical) -> tuple[str, Run]:
        if word.arg is None:
            raise ProgramError("Write each setting by name.", self._text.span(word.value))
        return word.arg, self.ready(word.value, place)

    def _lambda(self, node: ast.Lambda, place: Lexical) -> Run:
        define = self.function("lambda", node.args, node, place)
        inner = define.inner
        body = self.ready(node.body, inner)

        def give(frame: Frame) -> int:
            frame.result = body(frame)
            return RETURN

        return lambda frame: define.made(frame, give)

    def function(self, name: str, args: ast.arguments, node: ast.AST, place: Lexical) -> Definition:
        """Return a function's head, made ready."""
        return Definition(self, self._reader, name, args, node, place)

    # comprehensions

    def _comprehension(
        self, node: ast.ListComp | ast.GeneratorExp, place: Lexical, called: str = ""
    ) -> Run:
        """Return what makes the list of a comprehension; each item is a scope of its own."""
        reader = self._reader
        first = self.ready(node.generators[0].iter, place)
        inner = Lexical(place, {name for part in node.generators for name in bound(part.target)})
        loops = [self._loop(part, inner, k) for k, part in enumerate(node.generators)]
        element = self.ready(node.elt, inner)
        span = self._text.span(node.elt)
        name = called or ast.unparse(node.generators[0].target).strip("()")
        budget = reader.budget

        def run(frame: Frame) -> list[Any]:
            fresh = Frame({}, frame)
            found: list[Any] = []
            around = current()
            for _ in _turns(loops, fresh, first(frame)):
                token = enter(Scope(name, around, len(found), span))
                try:
                    found.append(element(fresh))
                finally:
                    leave(token)
                budget.step(span)
                budget.check_items(found, span)
            return found

        return run

    def _loop(self, part: ast.comprehension, inner: Lexical, place: int) -> _Loop:
        if part.is_async:
            raise ProgramError("async is not part of the language.", self._text.span(part.iter))
        many = self.ready(part.iter, inner) if place else None
        tests = [(self.ready(test, inner), test) for test in part.ifs]
        bind = self.binder(part.target, inner)
        return _Loop(self._reader, part.iter, many, tests, bind, self._text.span(part.iter))

    def binder(self, target: ast.expr, place: Lexical) -> Callable[[Frame, Any], None]:
        """Return what gives a loop's value to its names.

        Raises:
            ProgramError: it is more than names.
        """
        reader = self._reader
        if isinstance(target, ast.Name):
            name, local = target.id, place.hops(target.id) == 0

            def bind(frame: Frame, value: Any) -> None:
                (frame.names if local else reader.names)[name] = value

            return bind
        if isinstance(target, ast.Tuple | ast.List):
            parts = [self.binder(part, place) for part in target.elts]

            def unpack(frame: Frame, value: Any) -> None:
                values = sequences.unpacked(reader, value, len(parts), target)
                for part, each in zip(parts, values, strict=True):
                    part(frame, each)

            return unpack
        raise ProgramError(
            "Only names can stand between for and in.",
            self._text.span(target),
            "Write for x in ...",
        )


class _Loop:
    """One `for ... in ... if ...` of a comprehension."""

    def __init__(
        self,
        reader: Reader,
        iterated: ast.expr,
        many: Run | None,
        tests: list[tuple[Run, ast.expr]],
        bind: Callable[[Frame, Any], None],
        span: Span,
    ) -> None:
        self._reader = reader
        self._iterated = iterated
        self._tests = tests
        self._span = span
        self.many = many
        self.bind = bind

    def values(self, frame: Frame, many: Any) -> Iterator[None]:
        """Bind one value after the other; stop at those that pass the tests."""
        budget, truth = self._reader.budget, self._reader.truth
        for value in sequences.each(self._reader, many, self._iterated):
            budget.step(self._span)
            self.bind(frame, value)
            if all(truth(test(frame), words) for test, words in self._tests):
                yield


def _turns(loops: list[_Loop], frame: Frame, first: Any) -> Iterator[None]:
    """Run nested loops, and stop at each turn of the innermost."""
    outer, *inner = loops
    for _ in outer.values(frame, first):
        if inner:
            assert inner[0].many is not None  # noqa: S101  only the first is evaluated before
            yield from _turns(inner, frame, inner[0].many(frame))
        else:
            yield


class Definition:
    """A function's head: its parameters, and the names within it."""

    def __init__(
        self,
        expressions: Expressions,
        reader: Reader,
        name: str,
        args: ast.arguments,
        node: ast.AST,
        place: Lexical,
    ) -> None:
        for odd in (args.kwarg, *args.kwonlyargs):
            if odd is not None:
                message = "Parameters stand in order here, without ** and without a bare *."
                raise ProgramError(message, reader.text.span(odd))
        positional = [*args.posonlyargs, *args.args]
        self.name = name
        self.params = tuple(each.arg for each in positional)
        self.rest = args.vararg.arg if args.vararg else None
        names = {*self.params, *([self.rest] if self.rest else [])}
        self.inner = Lexical(place, names)
        self._node = node
        last = self.params[len(self.params) - len(args.defaults) :]
        self._defaults = [
            (param, expressions.ready(each, place))
            for param, each in zip(last, args.defaults, strict=True)
        ]

    def made(self, frame: Frame, body: Run) -> Function:
        """Return the function, its defaults evaluated."""
        defaults = {name: value(frame) for name, value in self._defaults}
        return Function(self.name, self.params, defaults, self.rest, body, frame, self._node)


def bound(target: ast.expr) -> Iterator[str]:
    """Yield the names that a target binds."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from bound(part)
    elif isinstance(target, ast.Starred):
        yield from bound(target.value)


def _carried(frame: Frame) -> Any:
    return frame.carried
