"""A node's rules at the present numbers: with names, then with numbers, then what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from engine.exact import exact
from engine.figures import MOST_DIGITS, enough, multiplied, relation
from engine.graph import Graph
from engine.notation import plain
from engine.numerals import MINUS, minus, short
from engine.rules import uses
from engine.trace import Trace
from engine.typeset import ATOM, PRODUCT, SUM, Line, Math, Word, read
from engine.wording import name_of

LONGEST_WORD = 22  # characters of a name in a formula
BINDS = {"+": SUM, MINUS: SUM, "×": PRODUCT, "÷": PRODUCT, "^": PRODUCT}


@dataclass(frozen=True)
class Rule:
    """One formula, and what its names stand for now.

    Attributes:
        formula: as the row has it.
        run: the same as a function; takes all the names in order.
        words: name -> what is written for it.
        numbers: name -> its number; the order is that of `run`.
        nodes: name -> the node that it stands for, if it is one.
    """

    formula: str
    run: Callable[..., float]
    words: Mapping[str, Math]
    numbers: Mapping[str, float]
    nodes: Mapping[str, int]

    @cached_property
    def used(self) -> list[str]:
        """Return the names that stand in the formula."""
        names = uses(self.formula)
        return [name for name in self.numbers if name in names]

    @property
    def figures(self) -> list[float]:
        """Return the numbers of the names in use."""
        return [self.numbers[name] for name in self.used]

    def combine(self, *figures: Decimal) -> float:
        """Return what the formula comes to with displayed numbers for the names in use."""
        given = dict(zip(self.used, map(float, figures), strict=True))
        return self.run(*(given.get(name, number) for name, number in self.numbers.items()))

    def exact(self, *figures: Decimal) -> Fraction | float | None:
        """Return what displayed numbers come to without rounding; None where that is unknown."""
        if not all(map(Decimal.is_finite, figures)):
            return self.combine(*figures)
        try:
            return exact(self.formula, dict(zip(self.used, map(Fraction, figures), strict=True)))
        except ZeroDivisionError:
            return self.combine(*figures)

    def named(self) -> Math:
        """Return the formula with names."""
        return read(self.formula, self.words, self.numbers)[0]

    def rule(self, left: Math) -> Line | None:
        """Return the formula with names on a line; None where the choice in it would tell much."""
        rule, condition = read(self.formula, self.words, self.numbers)
        if condition is not None:
            return None
        return Line(rule, ()) if _repeats(left) else Line(left, (("=", rule),))

    def lines(self, left: Math, count: int, result: str) -> tuple[Line, ...]:
        """Return the derivation: names; numbers with so many digits; the result as displayed."""
        rule, condition = read(self.formula, self.words, self.numbers)
        written = {name: short(number, count) for name, number in self.numbers.items()}
        figures: dict[str, Math] = {
            name: Word(text, "number", self.nodes.get(name)) for name, text in written.items()
        }
        filled, _ = read(self.formula, figures, self.numbers, "×")
        first = Line(left, (("=", rule),), condition)
        if plain(rule) == result:
            return (first,)
        reached: tuple[tuple[str, Math], ...] = (("=", filled),)
        if plain(filled) != result:
            sign = relation([written[name] for name in self.used], result, self.exact)
            reached += ((sign, Word(result, "number")),)
        if _repeats(left) and condition is None:
            return (Line(rule, reached),)
        return first, Line(None, reached)


def _repeats(left: Math) -> bool:
    """Tell whether a node has no name but the words of its rule, so that they would stand twice."""
    return isinstance(left, Word) and left.kind == "words"


def value_rule(trace: Trace, node: int) -> Rule:
    """Return the rule that computes a node; it is no leaf."""
    op = trace.graph.op(node)
    assert op is not None  # noqa: S101  callers ask for results only
    return _rule(trace, node, op.forward, op.value, op.params)


def slope_rule(trace: Trace, node: int, slot: int) -> Rule:
    """Return the rule of the slope of a node towards one of its operands."""
    op = trace.graph.op(node)
    assert op is not None  # noqa: S101  only results hand gradients on
    return _rule(trace, node, op.partials[slot], op.slope[slot], (*op.params, "out"))


def _rule(
    trace: Trace, node: int, formula: str, run: Callable[..., float], names: tuple[str, ...]
) -> Rule:
    nodes = dict(zip(names, (*trace.graph.operands_of(node), node), strict=False))
    return Rule(
        formula,
        run,
        {name: word(trace.graph, each) for name, each in nodes.items()},
        {name: float(trace.values[each, 0]) for name, each in nodes.items()},
        nodes,
    )


def word(graph: Graph, node: int) -> Word:
    """Return a node's name in a formula: as typed, cut where it is long."""
    shown_name = name_of(graph, node, LONGEST_WORD)
    if node == graph.output and not graph.labels[node] and graph.op(node):
        return Word("output", "words", node)
    if graph.labels[node]:
        return Word(shown_name, "name", node)
    shown_name = minus(shown_name.replace("**", "^").replace("*", "·"))
    if graph.constant[node] and not graph.name(node).isidentifier():
        return Word(shown_name, "number", node)
    op = graph.op(node)
    binds = BINDS.get(op.symbol, ATOM) if op else ATOM
    return Word(shown_name, "words", node, binds)


def factor_digits(
    rule: Rule, upstream: float, local: float, contribution: float, least: int
) -> tuple[int, int, int]:
    """Return how many digits a slope's numbers, the factors and their product need.

    With so many, upstream times slope comes out as displayed, and so does the slope, unless one bit
    changes all of it: then its numbers have the most digits.
    """
    for of_product in range(least, MOST_DIGITS + 1):
        factors = [upstream, local]
        of_factors = enough(factors, contribution, of_product, multiplied, of_product)
        if of_factors is not None:
            of_numbers = enough(rule.figures, local, of_factors, rule.combine, of_factors)
            return of_numbers or MOST_DIGITS, of_factors, of_product
    return MOST_DIGITS, MOST_DIGITS, MOST_DIGITS
