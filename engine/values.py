"""What a program's names can stand for beside Exprs: numbers, texts, lists, functions, objects.

Plain numbers are Python's own; they become constants where they meet an Expr.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.expr import Expr, Moved, present
from engine.nn import Module

NODES = frozenset({Expr, Moved})
RETURN = 3  # what a statement tells that ends its function; BREAK and CONTINUE are below
PLAIN = (int, float)  # bool is an int, NumPy's float64 a float
SEQUENCES = (list, tuple, range)


class Frame:
    """The names of one call, or of one comprehension, and the frame that its text stands in."""

    __slots__ = ("carried", "names", "outer", "result")

    def __init__(self, names: dict[str, Any], outer: Frame | None = None) -> None:
        self.names = names
        self.outer = outer
        self.carried: Any = None
        self.result: Any = None


Run = Callable[[Frame], Any]


@dataclass(eq=False)
class Function:
    """A function of the program: `params` with their `defaults`, and what runs its body."""

    name: str
    params: tuple[str, ...]
    defaults: Mapping[str, Any]
    rest: str | None
    body: Run
    outer: Frame
    node: ast.AST
    owner: Class | None = None


@dataclass(eq=False)
class Class:
    """A class of the program."""

    name: str
    base: Class | None
    names: dict[str, Any] = field(default_factory=dict)

    def find(self, name: str) -> Any:
        """Return what a name stands for in it or in what it builds on; None where it is unknown."""
        at: Class | None = self
        while at is not None:
            if name in at.names:
                return at.names[name]
            at = at.base
        return None

    def is_a(self, other: Any) -> bool:
        """Tell whether it is the other class or builds on it."""
        at: Class | None = self
        while at is not None and at is not other:
            at = at.base
        return at is not None


class Instance:
    """An object of a class of the program."""

    __slots__ = ("cls", "names")

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.names: dict[str, Any] = {}


@dataclass(frozen=True, eq=False)
class Bound:
    """A method of an object."""

    function: Function
    of: Any


@dataclass(frozen=True, eq=False)
class Native:
    """A function that comes with the language; `call(reader, args, options, node)` runs it.

    `usage` is how it is written.
    """

    name: str
    call: Callable[..., Any]
    usage: str = ""


@dataclass(frozen=True, eq=False)
class Library:
    """A module that can be imported; `ignored` is one whose calls do nothing here."""

    name: str
    members: Mapping[str, Any] = field(default_factory=dict)
    ignored: bool = False


class Nothing:
    """What a call of an ignored library gives: any name of it, and any call, is nothing again."""


NOTHING = Nothing()


def is_number(value: Any) -> bool:
    """Tell whether a value is one number: plain, or a node."""
    return type(value) in NODES or isinstance(value, PLAIN)


def kind(value: Any) -> str:
    """Return what a value is, in words."""
    if type(value) in NODES:
        return "a value"
    for types, words in _KINDS:
        if isinstance(value, types):
            return words
    return "nothing" if value is None or value is NOTHING else "something else"


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "True or False"),
    (PLAIN, "a number"),
    (str, "a text"),
    (list, "a list"),
    (tuple, "a tuple"),
    (range, "a range"),
    (np.ndarray, "an array"),
    (Module, "a network"),
    (Function | Bound | Native, "a function"),
    (Class, "a class"),
    (Instance, "an object"),
    (Library, "a module"),
    (slice, "a slice"),
)


class TooLongError(Exception):
    """A text would be longer than there is room for."""


class Printer:
    """Writes values as Python's `print` does; what has more than `room` parts is given up.

    Nodes are written as their numbers where they are `bare`, else as micrograd's Value.
    """

    def __init__(self, room: int, *, bare: bool) -> None:
        self._room = room
        self._bare = bare
        self._open: list[int] = []

    def written(self, value: Any) -> str:
        """Return what Python's `repr` would write.

        Raises:
            TooLongError: it has more parts than there is room for.
        """
        self._room -= 1
        if self._room < 0:
            raise TooLongError
        if type(value) in NODES:
            now = present(value)
            if self._bare:
                return repr(now.data)
            return f"Value(data={now.data!r}, grad={now.grad or 0!r})"
        if isinstance(value, np.floating):
            return repr(float(value))
        if isinstance(value, list | tuple):
            return self._listed(value)
        if isinstance(value, Instance | Class | Function | Native | Bound | Library):
            return _named(value)
        return "None" if value is NOTHING else repr(value)

    def _listed(self, value: list[Any] | tuple[Any, ...]) -> str:
        if id(value) in self._open:
            return "[...]" if isinstance(value, list) else "(...)"
        self._open.append(id(value))
        words = [self.written(each) for each in value]
        self._open.pop()
        if isinstance(value, list):
            return f"[{', '.join(words)}]"
        return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def _named(value: Any) -> str:
    if isinstance(value, Instance):
        return f"<{value.cls.name} object>"
    if isinstance(value, Bound):
        return f"<function {value.function.name}>"
    words = "class" if isinstance(value, Class) else "function"
    return f"<{'module' if isinstance(value, Library) else words} {value.name}>"


def reached(names: Mapping[str, Any], most: int) -> Iterator[tuple[str, Expr]]:
    """Yield the nodes that names lead to through lists and objects, and the way: net.w[2].

    At most so many things are looked at; nothing is looked at twice.
    """
    met: set[int] = set()
    waiting = [(value, name) for name, value in names.items()][::-1]
    while waiting and len(met) < most:
        value, way = waiting.pop()
        if id(value) in met:
            continue
        met.add(id(value))
        if type(value) in NODES:
            yield way, value
        elif isinstance(value, list | tuple):
            inner = [(each, f"{way}[{place}]") for place, each in enumerate(value)]
            waiting.extend(inner[::-1])
        elif isinstance(value, Instance):
            inner = [(each, f"{way}.{name}") for name, each in value.names.items()]
            waiting.extend(inner[::-1])
