"""Find nodes of a graph: by the words that stand on them, and by what their numbers are.

A query is one or more clauses joined by `and`. A clause is plain words, which a node's name, op
and scope are searched for, or a condition: `|grad| > 1`, `value is nan`, `op tanh`, `leaf`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from engine.errors import QueryError
from engine.evaluate import broken_slopes, problems
from engine.graph import CODES, ROWS, Graph
from engine.numerals import MINUS
from engine.ops import Op

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LONGEST = 200  # characters of a query
SHOWN = 40  # of which a sentence repeats
LEAST_OF_OP = 2  # letters; a single one is in nearly every op's name
AS_SHOWN = 5e-5  # relative; numbers are equal to the digits that a card has room for

BIGGEST, PROBLEM = "biggest gradient", "first problem"
HELP = "Type a name, an op, or a condition: |grad| > 1, value is nan, op tanh, scope layer1, leaf."


@dataclass(frozen=True, eq=False)
class Found:
    """What a query has found: ids of nodes in evaluation order, and a sentence."""

    nodes: NDArray[np.intp]
    sentence: str


class Numbers(NamedTuple):
    """The numbers of one lane, (n,) each; `none` tells which nodes have no gradient to speak of."""

    values: Array
    gradients: Array
    none: Mask


_Clause = Callable[[Graph, Numbers], Mask]


def _same(numbers: Array, number: float) -> Mask:
    """Tell which numbers are this one, to the digits that a card shows; nan is nan."""
    if math.isnan(number):
        return np.isnan(numbers)
    if math.isinf(number):
        return np.equal(numbers, number)
    return np.abs(numbers - number) <= AS_SHOWN * abs(number)


_SIGNS: Mapping[str, Callable[[Array, float], Mask]] = {
    ">=": lambda numbers, number: (numbers > number) | _same(numbers, number),
    "<=": lambda numbers, number: (numbers < number) | _same(numbers, number),
    "!=": lambda numbers, number: ~_same(numbers, number),
    "==": _same,
    ">": operator.gt,
    "<": operator.lt,
    "=": _same,
}
_STATES: Mapping[str, Callable[[Array], Mask]] = {
    "nan": np.isnan,
    "inf": np.isinf,
    "infinite": np.isinf,
    "finite": np.isfinite,
    "zero": lambda numbers: numbers == 0,
    "positive": lambda numbers: numbers > 0,
    "negative": lambda numbers: numbers < 0,
}
_KINDS: Mapping[str, Callable[[Graph], Mask]] = {
    "leaf": lambda graph: graph.leaves & ~graph.constant,
    "parameter": lambda graph: graph.learnable,
    "constant": lambda graph: graph.constant,
    "output": lambda graph: np.arange(len(graph)) == graph.output,
}
_PLURALS = {"leaves": "leaf", "parameters": "parameter", "constants": "constant"}
_SUBJECTS = {"grad": "grad", "gradient": "grad", "value": "value", "val": "value"}
_SIZES = re.compile(r"\|\s*(\w+)\s*\|(.*)|abs\s*\(\s*(\w+)\s*\)(.*)", re.DOTALL)
_SIGN = re.compile(r"(.*?)(>=|<=|!=|==|>|<|=)(.*)", re.DOTALL)
_TYPED = str.maketrans({"≥": ">=", "≤": "<=", "≠": "!=", MINUS: "-", "∞": "inf"})
# what is typed for an op whose sign is not on every keyboard
_KEYS = {"sub": "-", "neg": "-", "mul": "*", "div": "/", "pow": "**"}


def find(graph: Graph, values: Array, gradients: Array, query: str, lane: int = 0) -> Found:
    """Return the nodes that a query means.

    A constant never learns: where its gradient is not finite it counts as having none.

    Args:
        graph: n nodes.
        values: (n, lanes).
        gradients: (n, lanes).
        query: as the module's docstring has it; or BIGGEST, or PROBLEM.
        lane: the lane whose numbers are looked at.

    Raises:
        QueryError: the query cannot be read.
    """
    asked = " ".join(query.split())
    if not asked:
        return Found(np.zeros(0, np.intp), HELP)
    if asked.lower() == BIGGEST:
        return _one(*biggest_gradient(graph, gradients, lane))
    if asked.lower() == PROBLEM:
        return _one(*first_problem(graph, values, gradients, lane))
    clauses = _clauses(asked)
    value, gradient = values[:, lane], gradients[:, lane]
    numbers = Numbers(value, gradient, graph.constant & ~np.isfinite(gradient))
    matching = np.ones(len(graph), bool)
    for clause in clauses:
        matching &= clause(graph, numbers)
    nodes = np.flatnonzero(matching)
    return Found(nodes, _sentence(len(nodes), asked))


def asks_numbers(query: str) -> bool:
    """Tell whether what a query finds says something of values or gradients.

    >>> asks_numbers("w1 and op mul"), asks_numbers("w1 and |grad| > 1")
    (False, True)
    """
    asked = " ".join(query.split()).lower()
    return asked in {BIGGEST, PROBLEM} or any(
        _subject(clause) is not None for clause in _split(asked)
    )


def biggest_gradient(graph: Graph, gradients: Array, lane: int = 0) -> tuple[int | None, str]:
    """Return the node whose gradient is the largest, and a sentence; None where all are 0.

    Constants do not count, for they never learn, nor the output itself. What is not a number has no
    size; an infinite gradient is the largest of all. Of several the first is taken.
    """
    sizes = np.abs(gradients[:, lane])
    sizes[graph.constant | np.isnan(sizes)] = 0
    sizes[graph.output] = 0
    node = int(sizes.argmax())
    if sizes[node] == 0:
        return None, "No gradient is larger than 0."
    return node, f"The gradient of {_named(graph, node)} is the largest."


def first_problem(
    graph: Graph, values: Array, gradients: Array, lane: int = 0
) -> tuple[int | None, str]:
    """Return where the first number stops being finite, and why; None where all are finite.

    Forward comes first and counts up. Backward counts down, so there the last node is the first.
    """
    found = problems(graph, values, lane)
    if found:
        return found[0].node, found[0].message
    if np.isfinite(gradients[~graph.constant, lane]).all():
        return None, "Every value and every gradient is finite."
    steep = broken_slopes(graph, values, lane)
    if steep:
        return steep[-1].node, steep[-1].message
    node = int(np.flatnonzero(~np.isfinite(values[:, lane]) | ~np.isfinite(gradients[:, lane]))[0])
    return node, f"{_named(graph, node)} has a number that is not finite."


def _one(node: int | None, sentence: str) -> Found:
    return Found(np.array([] if node is None else [node], np.intp), sentence)


def _named(graph: Graph, node: int) -> str:
    return _cut(graph.name(node))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"


def _sentence(count: int, asked: str) -> str:
    if not count:
        return f"No node matches {_cut(asked)}."
    return "1 node matches." if count == 1 else f"{count:,} nodes match."


# A query as clauses


def _clauses(asked: str) -> list[_Clause]:
    if len(asked) > LONGEST:
        message = f"This is too long to look for: the limit is {LONGEST} characters."
        raise QueryError(message)
    return [_read(clause) for clause in _split(asked)]


def _split(asked: str) -> list[str]:
    parts = re.split(r"(?:^|(?<= ))and(?: |$)", asked, flags=re.IGNORECASE)
    return [part.strip() for part in parts if part.strip()]


def _read(clause: str) -> _Clause:
    head, _, rest = clause.partition(" ")
    about = head.lower()
    if rest and about in _WORDED:
        return _WORDED[about](re.sub(r"^is ", "", rest, flags=re.IGNORECASE).strip())
    kind = _PLURALS.get(clause.lower(), clause.lower())
    if kind in _KINDS:
        return lambda graph, _: _KINDS[kind](graph)
    condition = _subject(clause)
    return _words(clause.lower().split()) if condition is None else _condition(clause, *condition)


def _subject(clause: str) -> tuple[str, bool, str] | None:
    """Return what a condition is about: its subject, whether its size counts, what is said of it.

    None where the clause is plain words.
    """
    typed = clause.translate(_TYPED).lower()
    if typed.partition(" ")[0] in _WORDED:
        return None
    found = _SIZES.fullmatch(typed)
    if found:
        name, rest = (found[1], found[2]) if found[1] else (found[3], found[4])
        return name, True, rest.strip()
    signed = _SIGN.fullmatch(typed)
    if signed:
        return signed[1].strip(), False, (signed[2] + signed[3]).strip()
    name, _, rest = typed.partition(" ")
    said = name in _SUBJECTS and rest.partition(" ")[0] == "is"
    return (name, False, rest) if said else None


def _condition(clause: str, name: str, size: bool, said: str) -> _Clause:  # noqa: FBT001  as _subject has them
    subject = _SUBJECTS.get(name)
    if subject is None:
        about = f"Nodes have no number called {_cut(name)}." if name else "Compare what?"
        message = f"{about} There are grad and value, as in |grad| > 1."
        raise QueryError(message)
    test = _test(clause, subject, said)

    def matching(graph: Graph, numbers: Numbers) -> Mask:  # noqa: ARG001  a clause takes both
        chosen = numbers.gradients if subject == "grad" else numbers.values
        with np.errstate(invalid="ignore"):
            found = test(np.abs(chosen) if size else chosen)
        return found & ~numbers.none if subject == "grad" else found

    return matching


def _test(clause: str, subject: str, said: str) -> Callable[[Array], Mask]:
    """Return what a condition says of numbers: `> 1`, `is nan`, `is not finite`, `is 3`."""
    signed = _SIGN.fullmatch(said)
    if signed and not signed[1]:
        compare, number = _SIGNS[signed[2]], _number(clause, subject, signed[3].strip())
        return lambda numbers: compare(numbers, number)
    state = re.sub(r"^is ", "", said)
    turned, state = state.startswith("not "), re.sub(r"^not ", "", state)
    if state in _STATES:
        check = _STATES[state]
        return (lambda numbers: ~check(numbers)) if turned else check
    number = _number(clause, subject, state)
    return lambda numbers: _same(numbers, number) ^ turned


def _number(clause: str, subject: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        way = f"Write {subject} > 1, |{subject}| <= 0.5 or {subject} is not finite."
        message = f"There is no number to compare with in {_cut(clause)}. {way}"
        raise QueryError(message) from None


# What the clauses look at


def _op(name: str) -> _Clause:
    wanted = name.lower()
    codes = [code for code, op in enumerate(ROWS) if wanted in _called(op)]
    if not codes:
        close = get_close_matches(wanted, CODES, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"There are {', '.join(CODES)}."
        message = f"There is no op called {_cut(name)}. {hint}"
        raise QueryError(message)
    return lambda graph, _: np.isin(graph.codes, codes)


def _called(op: Op) -> set[str]:
    """Return all that an op is called: its name, its sign, what is typed for the sign."""
    return {op.name, op.symbol.lower() or op.name, _KEYS.get(op.name, op.name)}


def _scope(path: str) -> _Clause:
    return lambda graph, _: _in_scope(graph, path.lower())


def _in_scope(graph: Graph, word: str) -> Mask:
    paths = [word in path for path in _haystack(graph).paths]
    return np.array([*paths, False], bool)[graph.scopes.of]  # outside of any is the last, -1


def _label(name: str) -> _Clause:
    """A whole label, or its last parts: w1 is also mlp.layer1.neuron1.w1."""
    wanted = name.lower()
    ending = f".{wanted}"

    def matching(graph: Graph, _: Numbers) -> Mask:
        labels = _haystack(graph).labels
        return _mask(graph, [each == wanted or each.endswith(ending) for each in labels])

    return matching


_WORDED: Mapping[str, Callable[[str], _Clause]] = {"op": _op, "scope": _scope, "label": _label}


def _words(words: list[str]) -> _Clause:
    def matching(graph: Graph, _: Numbers) -> Mask:
        found = np.ones(len(graph), bool)
        for word in words:
            found &= _said(graph, word)
        return found

    return matching


def _said(graph: Graph, word: str) -> Mask:
    """Tell which nodes have a word in their name, in their op's, or in their scope's path."""
    named = _mask(graph, [word in text for text in _haystack(graph).names])
    codes = [code for code, op in enumerate(ROWS) if _op_says(op, word)]
    return named | np.isin(graph.codes, codes) | _in_scope(graph, word)


def _op_says(op: Op, word: str) -> bool:
    return word in _called(op) or (len(word) >= LEAST_OF_OP and word in op.name)


def _mask(graph: Graph, matching: list[bool]) -> Mask:
    return np.array(matching, bool) if len(graph) else np.zeros(0, bool)


class _Haystack(NamedTuple):
    """The words of a graph, in small letters: of each node, and of each scope."""

    names: list[str]
    labels: list[str]
    paths: list[str]


_haystacks: WeakKeyDictionary[Graph, _Haystack] = WeakKeyDictionary()


def _haystack(graph: Graph) -> _Haystack:
    """Return a graph's words, made once; two threads may both, to the same end."""
    known = _haystacks.get(graph)
    if known is None:
        pairs = enumerate(zip(graph.labels, graph.words, strict=True))
        known = _haystacks[graph] = _Haystack(
            [
                (f"{graph.name(node)}\n{words}" if label else graph.name(node)).lower()
                for node, (label, words) in pairs
            ],
            [(label or "").lower() for label in graph.labels],
            [path.lower() for path in graph.scopes.paths],
        )
    return known
