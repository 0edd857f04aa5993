"""A query read as clauses, each of which tells which nodes of a graph it means.

A query is one or more clauses joined by `and`. A clause is plain words, which a node's name, op
and scope are searched for, or a condition: `|grad| > 1`, `value is nan`, `op tanh`, `leaf`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from engine.errors import QueryError
from engine.graph import CODES, ROWS, Graph
from engine.numerals import MINUS
from engine.ops import Op

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LONGEST = 200  # characters of a query
SHOWN = 40  # of which a sentence repeats
LEAST_OF_OP = 2  # letters; a single one is in nearly every op's name
AS_SHOWN = 5e-5  # relative; numbers are equal to the digits that a card has room for


class Numbers(NamedTuple):
    """The numbers of one lane, (n,) each; `none` tells which nodes have no gradient to speak of."""

    values: Array
    gradients: Array
    none: Mask


Clause = Callable[[Graph, Numbers], Mask]


def _same(numbers: Array, number: float) -> Mask:
    """Tell which numbers are this one, to the digits that a card shows; nan is nan."""
    if math.isnan(number):
        return np.isnan(numbers)
    if math.isinf(number):
        return np.equal(numbers, number)
    return np.abs(numbers - number) <= AS_SHOWN * abs(number)


SIGNS: Mapping[str, Callable[[Array, float], Mask]] = {
    ">=": lambda numbers, number: (numbers > number) | _same(numbers, number),
    "<=": lambda numbers, number: (numbers < number) | _same(numbers, number),
    "!=": lambda numbers, number: ~_same(numbers, number),
    "==": _same,
    ">": operator.gt,
    "<": operator.lt,
    "=": _same,
}
STATES: Mapping[str, Callable[[Array], Mask]] = {
    "nan": np.isnan,
    "inf": np.isinf,
    "infinite": np.isinf,
    "finite": np.isfinite,
    "zero": lambda numbers: numbers == 0,
    "positive": lambda numbers: numbers > 0,
    "negative": lambda numbers: numbers < 0,
}
KINDS: Mapping[str, Callable[[Graph], Mask]] = {
    "leaf": lambda graph: graph.leaves & ~graph.constant,
    "parameter": lambda graph: graph.learnable,
    "constant": lambda graph: graph.constant,
    "output": lambda graph: np.arange(len(graph)) == graph.output,
}
_PLURALS = {"leaves": "leaf", "parameters": "parameter", "constants": "constant"}
SUBJECTS = {"grad": "grad", "gradient": "grad", "value": "value", "val": "value"}
_SIZES = re.compile(r"\|\s*(\w+)\s*\|(.*)|abs\s*\(\s*(\w+)\s*\)(.*)", re.DOTALL)
_SIGN = re.compile(r"(.*?)(>=|<=|!=|==|>|<|=)(.*)", re.DOTALL)
_TYPED = str.maketrans({"≥": ">=", "≤": "<=", "≠": "!=", MINUS: "-", "∞": "inf"})
# what is typed for an op whose sign is not on every keyboard
_KEYS = {"sub": "-", "neg": "-", "mul": "*", "div": "/", "pow": "**"}


def shown(text: str) -> str:
    """Return words, cut to what a sentence repeats of them."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"


def clauses(asked: str) -> list[Clause]:
    """Return what a query asks for; a node is meant if each of them means it.

    Raises:
        QueryError: it cannot be read.
    """
    if len(asked) > LONGEST:
        message = f"This is too long to look for: the limit is {LONGEST} characters."
        raise QueryError(message)
    return [_read(clause) for clause in _split(asked)]


def compares(asked: str) -> bool:
    """Tell whether a query looks at numbers."""
    return any(_subject(clause) is not None for clause in _split(asked))


def _split(asked: str) -> list[str]:
    parts = re.split(r"(?:^|(?<= ))and(?: |$)", asked, flags=re.IGNORECASE)
    return [part.strip() for part in parts if part.strip()] or [asked]  # "and" alone is a word


def _read(clause: str) -> Clause:
    head, _, rest = clause.partition(" ")
    about = head.lower()
    if rest and about in WORDED:
        return WORDED[about](re.sub(r"^is ", "", rest, flags=re.IGNORECASE).strip())
    kind = _PLURALS.get(clause.lower(), clause.lower())
    if kind in KINDS:
        return lambda graph, _: KINDS[kind](graph)
    condition = _subject(clause)
    return _words(clause.lower().split()) if condition is None else _condition(clause, *condition)


def _subject(clause: str) -> tuple[str, bool, str] | None:
    """Return what a condition is about: its subject, whether its size counts, what is said of it.

    None where the clause is plain words.
    """
    typed = clause.translate(_TYPED).lower()
    if typed.partition(" ")[0] in WORDED:
        return None
    found = _SIZES.fullmatch(typed)
    if found:
        name, rest = (found[1], found[2]) if found[1] else (found[3], found[4])
        return name, True, rest.strip()
    signed = _SIGN.fullmatch(typed)
    if signed:
        return signed[1].strip(), False, (signed[2] + signed[3]).strip()
    name, _, rest = typed.partition(" ")
    said = name in SUBJECTS and rest.partition(" ")[0] == "is"
    return (name, False, rest) if said else None


def _condition(clause: str, name: str, size: bool, said: str) -> Clause:  # noqa: FBT001  as _subject has them
    subject = SUBJECTS.get(name)
    if subject is None:
        about = f"Nodes have no number called {shown(name)}." if name else "Compare what?"
        message = f"{about} There are grad and value, as in |grad| > 1."
        raise QueryError(message)
    test = _test(clause, subject, said)

    def matching(graph: Graph, numbers: Numbers) -> Mask:  # noqa: ARG001  a clause takes both
        chosen = numbers.gradients if subject == "grad" else numbers.values
        with np.errstate(all="ignore"):
            found = test(np.abs(chosen) if size else chosen)
        return found & ~numbers.none if subject == "grad" else found

    return matching


def _test(clause: str, subject: str, said: str) -> Callable[[Array], Mask]:
    """Return what a condition says of numbers: `> 1`, `is nan`, `is not finite`, `is 3`."""
    signed = _SIGN.fullmatch(said)
    if signed and not signed[1]:
        compare, number = SIGNS[signed[2]], _number(clause, subject, signed[3].strip())
        return lambda numbers: compare(numbers, number)
    state = re.sub(r"^is ", "", said)
    turned, state = state.startswith("not "), re.sub(r"^not ", "", state)
    if state in STATES:
        check = STATES[state]
        return (lambda numbers: ~check(numbers)) if turned else check
    number = _number(clause, subject, state)
    return lambda numbers: _same(numbers, number) ^ turned


def _number(clause: str, subject: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        way = f"Write {subject} > 1, |{subject}| <= 0.5 or {subject} is not finite."
        message = f"There is no number to compare with in {shown(clause)}. {way}"
        raise QueryError(message) from None


# What the clauses look at


def _op(name: str) -> Clause:
    wanted = name.lower()
    codes = [code for code, op in enumerate(ROWS) if wanted in _called(op)]
    if not codes:
        close = get_close_matches(wanted, CODES, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"There are {', '.join(CODES)}."
        message = f"There is no op called {shown(name)}. {hint}"
        raise QueryError(message)
    return lambda graph, _: np.isin(graph.codes, codes)


def _called(op: Op) -> set[str]:
    """Return all that an op is called: its name, its sign, what is typed for the sign."""
    return {op.name, op.symbol.lower() or op.name, _KEYS.get(op.name, op.name)}


def _scope(path: str) -> Clause:
    return lambda graph, _: _in_scope(graph, path.lower())


def _in_scope(graph: Graph, word: str) -> Mask:
    paths = [word in path for path in _haystack(graph).paths]
    return np.array([*paths, False], bool)[graph.scopes.of]  # outside of any is the last, -1


def _label(name: str) -> Clause:
    """A whole label, or its last parts: w1 is also mlp.layer1.neuron1.w1."""
    wanted = name.lower()
    ending = f".{wanted}"

    def matching(graph: Graph, _: Numbers) -> Mask:
        labels = _haystack(graph).labels
        return _mask(graph, [each == wanted or each.endswith(ending) for each in labels])

    return matching


WORDED: Mapping[str, Callable[[str], Clause]] = {"op": _op, "scope": _scope, "label": _label}


def _words(words: list[str]) -> Clause:
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
