"""Programs made at random, with what a reader should find in them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hypothesis import strategies as st

from engine.spans import Span

NAMES = ("x", "y", "w1", "σ", "λ_2", "größe", "名", "𐤀")  # the last one is astral
BLANKS = ("", "", " ", "  ", "\t")


def _with_nan(pick):
    """Return `pick` with nan for any nan, as PyTorch has it; Python's goes by their order."""
    return lambda x, y: math.nan if math.isnan(x) or math.isnan(y) else pick(x, y)


FUNCTIONS = {
    "tanh": math.tanh,
    "sin": math.sin,
    "exp": math.exp,
    "max": _with_nan(max),
    "min": _with_nan(min),
}
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)


def numbers_of(names: tuple[str, ...] = NAMES) -> dict[str, float]:
    """Return a number for each name, near 1."""
    return {name: 0.5 + 0.125 * place for place, name in enumerate(names)}


@dataclass
class Written:
    """A program's last line, and what was meant by it.

    Attributes:
        text: the expression, over one or several lines.
        spans: (op or None, place) of each node in evaluation order.
        value: what Python's own arithmetic makes of it; nan where that raises.
    """

    text: str = ""
    spans: list[tuple[str | None, Span]] = field(default_factory=list)
    value: float = math.nan
    seen: set[str] = field(default_factory=set)


@st.composite
def written(draw: st.DrawFn) -> Written:
    """Draw an expression over NAMES with its places and its value."""
    made = Written()
    made.value = _Writer(draw, made).value(SUM, draw(st.integers(0, 5)), brackets=0)
    return made


class _Writer:
    def __init__(self, draw: st.DrawFn, made: Written) -> None:
        self.draw, self.made = draw, made

    def put(self, words: str) -> None:
        self.made.text += words

    def blank(self, brackets: int) -> None:
        self.put(self.draw(st.sampled_from((*BLANKS, "\n ") if brackets else BLANKS)))

    def here(self) -> tuple[int, int]:
        before = self.made.text.split("\n")
        return len(before), len(before[-1]) + 1

    def value(self, weakest: int, depth: int, brackets: int, but: str = "") -> float:
        """Write something that binds at least so tightly; return its number."""
        kinds = {kind: ATOM for kind in ("name", "number", "param") if kind != but}
        if depth:
            kinds |= {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER, "**": POWER}
            kinds |= {"neg": SIGN, "call": ATOM, "item": ATOM}
        kind = self.draw(st.sampled_from(sorted(kinds)))
        if wrapped := kinds[kind] < weakest or self.draw(st.integers(0, 9)) == 0:
            self.put("(")
            brackets += 1
            self.blank(brackets)
        start = self.here()
        op, number = self.kind(kind, depth, brackets)
        if op != "seen":
            self.made.spans.append((op or None, Span(*start, *self.here())))
        if wrapped:
            self.blank(brackets)
            self.put(")")
        return number

    def kind(self, kind: str, depth: int, brackets: int) -> tuple[str, float]:
        """Write one kind of value; return its op and its number."""
        if kind == "name":
            return self.name()
        if kind == "number":
            number = self.draw(st.sampled_from((1, 2, 3, 0.5, 1.25)))
            self.put(repr(number))
            return "", float(number)
        if kind == "param":
            self.put("param(-0.75)")
            return "", -0.75
        if kind == "call":
            return self.call(depth, brackets)
        if kind == "item":
            return "seen", self.item(depth, brackets)
        if kind == "neg":
            self.put("-")
            # never of a bare number: its sign would belong to it
            return "neg", -self.value(SIGN, depth - 1, brackets, but="number")
        return self.binary(kind, depth, brackets)

    def name(self) -> tuple[str, float]:
        name = self.draw(st.sampled_from(NAMES))
        self.put(name)
        fresh = name not in self.made.seen
        self.made.seen.add(name)
        return "" if fresh else "seen", numbers_of()[name]

    def call(self, depth: int, brackets: int) -> tuple[str, float]:
        name = self.draw(st.sampled_from(sorted(FUNCTIONS)))
        self.put(name + "(")
        numbers = [self.value(SUM, depth - 1, brackets + 1)]
        if name in {"max", "min"}:
            self.put(",")
            self.blank(brackets + 1)
            numbers.append(self.value(SUM, depth - 1, brackets + 1))
        self.put(")")
        return name, _safe(FUNCTIONS[name], *numbers)

    def item(self, depth: int, brackets: int) -> float:
        """Write a list of one value and an index; leaves that nothing takes are no nodes."""
        self.put("[")
        self.blank(brackets + 1)
        number = self.value(SUM, depth - 1, brackets + 1)
        self.blank(brackets + 1)
        self.put(f"][{self.draw(st.sampled_from((0, -1)))}]")
        return number

    def binary(self, sign: str, depth: int, brackets: int) -> tuple[str, float]:
        # left and right operand of each: how tightly they must bind
        op, left, right, apply = {
            "+": ("add", SUM, PRODUCT, lambda a, b: a + b),
            "-": ("sub", SUM, PRODUCT, lambda a, b: a - b),
            "*": ("mul", PRODUCT, SIGN, lambda a, b: a * b),
            "/": ("div", PRODUCT, SIGN, lambda a, b: a / b),
            "^": ("pow", ATOM, SIGN, math.pow),
            "**": ("pow", ATOM, SIGN, math.pow),
        }[sign]
        first = self.value(left, depth - 1, brackets)
        self.blank(brackets)
        self.put(sign)
        self.blank(brackets)
        second = self.value(right, depth - 1, brackets)
        return op, _safe(apply, first, second)


def _safe(function: object, *numbers: float) -> float:
    try:
        return float(function(*numbers))  # type: ignore[operator]
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan
