"""Statements made ready to run: each becomes a function of a frame that tells how to go on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine import arithmetic, binding, libraries, refusals, sequences
from engine.errors import LimitError, ProgramError
from engine.expressions import SIGNS, Expressions, Lexical, bound
from engine.scopes import Scope, current, enter, leave
from engine.values import NODES, RETURN, Bound, Class, Frame, Function, Native, Run

if TYPE_CHECKING:
    from engine.reader import Reader

BREAK, CONTINUE = 1, 2  # beside RETURN: how a block ends before its end; 0 and None go on
# Stores a value where a target stands for: (frame, value).
Store = Callable[[Frame, Any], None]


class Statements:
    """Makes the statements of one program ready to run."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._text = reader.text
        self._expressions = Expressions(reader)
        self._loops = 0
        self._functions = 0
        self._kinds: dict[type, Callable[..., Run]] = {
            ast.Expr: self._value,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._more,
            ast.For: self._for,
            ast.While: self._while,
            ast.If: self._if,
            ast.FunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Return: self._return,
            ast.Break: self._jump,
            ast.Continue: self._jump,
            ast.Pass: self._pass,
            ast.Global: self._pass,
            ast.Nonlocal: self._nonlocal,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.Delete: self._delete,
            ast.Assert: self._assert,
        }

    @property
    def kinds(self) -> tuple[type, ...]:
        """Return which kinds of statements there are, as Python's tree calls them."""
        return tuple(self._kinds)

    def ready(self, node: ast.stmt, place: Lexical) -> Run:
        """Return what runs one statement.

        Raises:
            ProgramError: it is not part of the language.
        """
        kind = self._kinds.get(type(node))
        if kind is None:
            raise refusals.statement(node, self._text)
        return kind(node, place)

    def block(self, nodes: Sequence[ast.stmt], place: Lexical) -> Run:
        """Return what runs statements in turn, until one of them jumps."""
        budget = self._reader.budget
        steps = [(self.ready(node, place), self._text.span(node)) for node in nodes]

        def run(frame: Frame) -> Any:
            for step, span in steps:
                budget.left -= 1
                if budget.left < 0:
                    budget.look(span)
                signal = step(frame)
                if signal:
                    return signal
            return None

        return run

    def _expression(self, node: ast.expr, place: Lexical, called: str = "") -> Run:
        return self._expressions.ready(node, place, called)

    # values and names

    def _value(self, node: ast.Expr, place: Lexical) -> Run:
        reader, at_top = self._reader, self._at_top(place)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            if at_top and not reader.structured:
                raise refusals.no_number(node.value, self._text)
            return self._pass(node, place)  # a docstring
        run = self._expression(node.value, place)

        dotted = isinstance(node.value, ast.Attribute)

        def give(frame: Frame) -> None:
            value = run(frame)
            if dotted and isinstance(value, Native | Bound | Function):
                raise refusals.not_called(node.value, self._text)
            if at_top:
                reader.said(value, node.value)

        return give

    def _at_top(self, place: Lexical) -> bool:
        """Tell whether a statement of the module itself stands here, and in no loop."""
        return place.outer is None and not self._loops

    def _assign(self, node: ast.Assign, place: Lexical) -> Run:
        reader = self._reader
        if binding.is_data(node.value) and place.outer is None and "data" not in reader.names:
            return self._data(node)
        stores = [self._target(target, place, node.value) for target in node.targets]
        first = node.targets[0]
        called = first.id if isinstance(first, ast.Name) else ""
        listed = isinstance(node.value, ast.Tuple | ast.List)
        if listed and any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            run = self._expressions.spread(node.value, place)
        else:
            run = self._expression(node.value, place, called)
        if self._at_top(place) and reader.makes_leaf(node.value):  # one leaf for a = b = 2
            bare, run = run, lambda frame: reader.leaf(bare(frame), node.value)

        def assign(frame: Frame) -> None:
            value = run(frame)
            for store in stores:
                store(frame, value)

        return assign

    def _data(self, node: ast.Assign) -> Run:
        for target in node.targets:
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            for part in parts:
                if not isinstance(part, ast.Name):
                    raise refusals.only_names(part, self._text)
        reader = self._reader

        def bind(_: Frame) -> None:
            reader.bind_data(node)

        return bind

    def _annotated(self, node: ast.AnnAssign, place: Lexical) -> Run:
        if node.value is None:
            return self._pass(node, place)
        whole = ast.copy_location(ast.Assign([node.target], node.value), node)
        return self._assign(whole, place)

    def _target(self, target: ast.expr, place: Lexical, value: ast.expr | None) -> Store:
        """Return what stores a value; `value` is the expression that it comes from."""
        if isinstance(target, ast.Name):
            return self._name(target, place, value)
        if isinstance(target, ast.Tuple | ast.List):
            return self._unpacking(target, place, value)
        reader = self._reader
        if isinstance(target, ast.Attribute):
            of = self._expression(target.value, place)
            return lambda frame, found: reader.set_attribute(of(frame), found, target)
        if isinstance(target, ast.Subscript):
            of, index = (self._expression(part, place) for part in (target.value, target.slice))
            return lambda frame, found: sequences.set_item(
                reader, of(frame), index(frame), found, target
            )
        raise refusals.only_names(target, self._text)

    def _unpacking(
        self, target: ast.Tuple | ast.List, place: Lexical, value: ast.expr | None
    ) -> Store:
        whole = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        sources = value.elts if whole and isinstance(value, ast.Tuple | ast.List) else None
        parts = [
            self._target(part, place, sources[k] if sources else value)
            for k, part in enumerate(target.elts)
        ]
        reader = self._reader

        def unpack(frame: Frame, found: Any) -> None:
            values = sequences.unpacked(reader, found, len(parts), value or target)
            for part, each in zip(parts, values, strict=True):
                part(frame, each)

        return unpack

    def _name(self, target: ast.Name, place: Lexical, value: ast.expr | None) -> Store:
        reader, name, hops = self._reader, target.id, place.hops(target.id)
        if hops is None:
            leafy = value is not None and self._at_top(place) and reader.makes_leaf(value)
            return lambda _, found: reader.bind(target, found, value, leafy=leafy)
        named = value is not None and not isinstance(value, ast.Name | ast.Attribute)

        def store(frame: Frame, found: Any) -> None:
            if named and type(found) in NODES and found.label is None and found.op:
                found.label = name
            for _ in range(hops):  # declared nonlocal
                assert frame.outer is not None  # noqa: S101  as deep as its text is nested
                frame = frame.outer
            frame.names[name] = found

        return store

    def _more(self, node: ast.AugAssign, place: Lexical) -> Run:
        """Return what runs `target += value`."""
        if type(node.op) not in SIGNS:
            raise refusals.statement(node, self._text)
        reader, target = self._reader, node.target
        if isinstance(target, ast.Name):
            reader.check_begun(target, place)
        value = self._expression(node.value, place)
        words = ast.copy_location(ast.BinOp(_loaded(target), node.op, node.value), node)
        operate = arithmetic.operator(reader, SIGNS[type(node.op)], words)
        place_of = self._place_of(target, place, words)
        adds = isinstance(node.op, ast.Add)
        again = not self._at_top(place)

        def run(frame: Frame) -> None:
            before, store = place_of(frame)
            more = value(frame)
            if adds and isinstance(before, list):
                sequences.extend(reader, before, more, node.value)
                store(before)
                return
            if adds and again and type(before) is int and not before and type(more) in NODES:
                store(more)  # a sum begins: the 0 that it starts from adds no node
                return
            store(operate(before, more))

        return run

    def _place_of(
        self, target: ast.expr, place: Lexical, words: ast.expr
    ) -> Callable[[Frame], tuple[Any, Callable[[Any], None]]]:
        """Return what finds a place, its parts evaluated once: what it holds, what stores there."""
        reader = self._reader
        if isinstance(target, ast.Attribute):
            of = self._expression(target.value, place)

            def attribute(frame: Frame) -> tuple[Any, Callable[[Any], None]]:
                whole = of(frame)
                held = reader.attribute(whole, target)
                return held, lambda found: reader.set_attribute(whole, found, target)

            return attribute
        if isinstance(target, ast.Subscript):
            of, index = (self._expression(part, place) for part in (target.value, target.slice))

            def item(frame: Frame) -> tuple[Any, Callable[[Any], None]]:
                whole, at = of(frame), index(frame)
                held = arithmetic.item(reader, whole, at, target)
                return held, lambda found: sequences.set_item(reader, whole, at, found, target)

            return item
        load, store = self._expression(_loaded(target), place), self._target(target, place, words)
        return lambda frame: (load(frame), lambda found: store(frame, found))

    def _delete(self, node: ast.Delete, place: Lexical) -> Run:
        names = [target for target in node.targets if isinstance(target, ast.Name)]
        if len(names) < len(node.targets):
            raise ProgramError("del takes names here.", self._text.span(node))
        reader = self._reader

        def run(frame: Frame) -> None:
            held = reader.names if place.outer is None else frame.names
            for each in names:
                if held.pop(each.id, None) is None:
                    raise refusals.no_value_yet(each, reader.text)

        return run

    # control flow

    def _for(self, node: ast.For, place: Lexical) -> Run:
        reader, budget = self._reader, self._reader.budget
        many = self._expression(node.iter, place)
        self._loops += 1
        store = self._target(node.target, place, None)
        body = self.block(node.body, place)
        self._loops -= 1
        otherwise = self.block(node.orelse, place)
        span = self._text.span(node.target)
        name = ast.unparse(node.target).strip("()")
        trains = self._at_top(place) and _goes_backward(node)

        def run(frame: Frame) -> Any:
            around = current()
            for turn, value in enumerate(sequences.each(reader, many(frame), node.iter)):
                budget.step(span)
                if trains and reader.stops_early(turn, node):
                    return None
                token = enter(Scope(name, around, turn, span))
                try:
                    store(frame, value)
                    signal = body(frame)
                except LimitError:
                    if not (trains and reader.gives_up(turn, node)):
                        raise
                    return None
                finally:
                    leave(token)
                if signal == BREAK:
                    return None
                if signal == RETURN:
                    return signal
            return otherwise(frame)

        return run

    def _while(self, node: ast.While, place: Lexical) -> Run:
        reader, budget = self._reader, self._reader.budget
        test = self._expression(node.test, place)
        self._loops += 1
        body = self.block(node.body, place)
        self._loops -= 1
        otherwise = self.block(node.orelse, place)
        span = self._text.span(node.test)

        def run(frame: Frame) -> Any:
            around, turn = current(), 0
            while reader.truth(test(frame), node.test):
                budget.step(span)
                token = enter(Scope("while", around, turn, span))
                try:
                    signal = body(frame)
                finally:
                    leave(token)
                if signal == BREAK:
                    return None
                if signal == RETURN:
                    return signal
                turn += 1
            return otherwise(frame)

        return run

    def _if(self, node: ast.If, place: Lexical) -> Run:
        cases: list[tuple[Run, ast.expr, Run]] = []
        at = node
        while True:
            test = self._expression(at.test, place)
            cases.append((test, at.test, self.block(at.body, place)))
            if len(at.orelse) != 1 or not isinstance(at.orelse[0], ast.If):
                break
            at = at.orelse[0]
        otherwise, truth = self.block(at.orelse, place), self._reader.truth

        def run(frame: Frame) -> Any:
            for test, words, body in cases:
                if truth(test(frame), words):
                    return body(frame)
            return otherwise(frame)

        return run

    def _jump(self, node: ast.Break | ast.Continue, _place: Lexical) -> Run:
        if not self._loops:
            words = "break" if isinstance(node, ast.Break) else "continue"
            raise ProgramError(f"{words} stands outside of a loop.", self._text.span(node))
        signal = BREAK if isinstance(node, ast.Break) else CONTINUE
        return lambda _: signal

    def _pass(self, _node: ast.stmt, _place: Lexical) -> Run:
        return lambda _: None

    def _nonlocal(self, node: ast.Nonlocal, place: Lexical) -> Run:
        for name in node.names:
            if place.hops(name) is None:
                message = f"No function around this one gives {name} a value."
                hint = f"Write global {name}, or {name} = ... in the function around."
                raise ProgramError(message, self._text.span(node), hint)
        return self._pass(node, place)

    def _assert(self, node: ast.Assert, place: Lexical) -> Run:
        test, reader = self._expression(node.test, place), self._reader
        words = self._expression(node.msg, place) if node.msg else None

        def run(frame: Frame) -> None:
            if not reader.truth(test(frame), node.test):
                said = arithmetic.written(reader, words(frame), node.test) if words else ""
                message = f"This does not hold. {said}".strip()
                raise ProgramError(message, self._text.span(node))

        return run

    # functions and classes

    def _function(self, node: ast.FunctionDef, place: Lexical) -> Run:
        self._no_decorators(node.decorator_list)
        head = self._expressions.function(node.name, node.args, node, place)
        inner = head.inner
        for name, shared in assigned(node.body):
            (inner.shared if shared else inner.names).add(name)
        inner.names -= inner.shared | set(nonlocals(node.body))
        loops, self._loops = self._loops, 0
        self._functions += 1
        body = self.block(node.body, inner)
        self._loops = loops
        self._functions -= 1
        store = self._target(ast.Name(node.name, ast.Store()), place, None)

        def define(frame: Frame) -> None:
            store(frame, head.made(frame, body))

        return define

    def _no_decorators(self, nodes: Sequence[ast.expr]) -> None:
        for node in nodes:
            message = "Decorators are not part of the language."
            raise ProgramError(message, self._text.span(node), "Leave the line out.")

    def _return(self, node: ast.Return, place: Lexical) -> Run:
        if not self._functions:
            raise ProgramError("return stands outside of a function.", self._text.span(node))
        value = self._expression(node.value, place) if node.value else None

        def run(frame: Frame) -> int:
            frame.result = value(frame) if value else None
            return RETURN

        return run

    def _class(self, node: ast.ClassDef, place: Lexical) -> Run:
        reader = self._reader
        if _is_value(node):
            return lambda _: reader.replaced(node)
        self._no_decorators(node.decorator_list)
        bases = [base for base in node.bases if ast.unparse(base) not in {"object", "Module"}]
        if len(bases) > 1 or node.keywords:
            odd = [*bases[1:], *(word.value for word in node.keywords)][0]
            message = "A class builds on one other class here."
            raise ProgramError(message, self._text.span(odd))
        base = self._expression(bases[0], place) if bases else None
        own = Lexical(place, {name for name, _ in assigned(node.body)})
        parts = [(each, self._member(each, own, place)) for each in node.body]
        store = self._target(ast.Name(node.name, ast.Store()), place, None)

        def define(frame: Frame) -> None:
            found = base(frame) if base else None
            if base and not isinstance(found, Class):
                message = "A class builds on a class of this program here."
                raise ProgramError(message, self._text.span(bases[0]))
            made = Class(node.name, found)
            body = Frame(made.names, frame)
            for _, part in parts:
                part(body)
            for each in made.names.values():
                if hasattr(each, "owner") and each.owner is None:
                    each.owner = made
            store(frame, made)

        return define

    def _member(self, node: ast.stmt, own: Lexical, place: Lexical) -> Run:
        """Return what runs a statement of a class; its functions do not see the class's names."""
        if not isinstance(node, ast.FunctionDef):
            return self.ready(node, own)
        inner = self._function(node, place)  # stored in the frame around: taken over from there
        name = node.name

        def define(frame: Frame) -> None:
            around = frame.outer
            assert around is not None  # noqa: S101  a class stands in a frame
            held = self._reader.names if place.outer is None else around.names
            before = held.get(name, _NONE)
            inner(around)
            frame.names[name] = held.pop(name)
            if before is not _NONE:
                held[name] = before

        return define

    def _import(self, node: ast.Import | ast.ImportFrom, place: Lexical) -> Run:
        found = libraries.imported(self._reader, node)
        reader = self._reader

        def run(frame: Frame) -> None:
            held = reader.names if place.outer is None else frame.names
            for name, value in found:
                held[name] = value

        return run


_NONE = object()


def _goes_backward(loop: ast.For) -> bool:
    """Tell whether a loop trains: it calls backward() on something."""
    return any(
        isinstance(part, ast.Attribute) and part.attr == "backward" for part in ast.walk(loop)
    )


def _loaded(target: ast.expr) -> ast.expr:
    """Return the words that read the place that a target stands for."""
    if isinstance(target, ast.Name):
        fresh: ast.expr = ast.Name(target.id, ast.Load())
    elif isinstance(target, ast.Attribute):
        fresh = ast.Attribute(target.value, target.attr, ast.Load())
    elif isinstance(target, ast.Subscript):
        fresh = ast.Subscript(target.value, target.slice, ast.Load())
    else:
        return target
    return ast.copy_location(fresh, target)


def _is_value(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Tell whether this is a pasted class Value: ours stands for it."""
    return isinstance(node, ast.ClassDef) and node.name == "Value"


def nonlocals(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield every name that statements declare nonlocal, not within functions."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Nonlocal):
            yield from node.names
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            waiting += [*getattr(node, "body", []), *getattr(node, "orelse", [])]


def assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, bool]]:
    """Yield every name that statements bind, not within functions; True is declared global."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield from ((name, isinstance(node, ast.Global)) for name in _names_of(node))
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            for part in ("body", "orelse"):
                waiting.extend(reversed(getattr(node, part, [])))


def _names_of(node: ast.stmt) -> list[str]:
    """Return the names that one statement binds or declares global, blocks within it aside."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return [] if _is_value(node) else [node.name]
        case ast.Global():
            return node.names
        case ast.Import() | ast.ImportFrom():
            return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
        case ast.Assign():
            return [name for target in node.targets for name in bound(target)]
        case ast.AugAssign() | ast.AnnAssign() | ast.For():
            return list(bound(node.target))
    return []
