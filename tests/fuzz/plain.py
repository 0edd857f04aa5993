"""Programs over plain numbers, made at random: whatever they print, CPython prints too.

They are made so that nothing in them goes wrong: no division by 0, no item that is not there, and
numbers that stay of middling size.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import strategies as st

NUMBERS = ("0", "1", "2", "3", "7", "-4", "0.5", "1.25", "-2.75", "1e-3", "10", "100.0")
WHOLE = ("0", "1", "2", "3", "5", "-1", "-4", "12")
DIVISORS = ("2", "3", "4.0", "0.5", "-8", "7")
FORMS = (
    ".3f", ".2e", "6.2f", ">9.1f", "<8.3f", "^10.2f", "+.2f", ".1%", ".4g", ",.2f", "g", "08.3f",
)  # fmt: skip
WHOLE_FORMS = ("d", "3d", "03d", ",", "+d", ">6", "<4", "^7")
TEXTS = ("step", "loss:", "a b", "->", "=", "", "σ", "it's", 'say "x"', "{y}")
ENDS = ((), (), (), ("sep='; '",))


@dataclass
class Known:
    """What the names so far stand for."""

    numbers: list[str] = field(default_factory=list)
    wholes: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    functions: dict[str, int] = field(default_factory=dict)

    def copy(self) -> Known:
        """Return names that further ones do not reach."""
        return Known(list(self.numbers), list(self.wholes), list(self.lists), dict(self.functions))


class Writer:
    """Writes one program, line by line."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.indent = 0
        self.known = Known()
        self.made = 0
        self.within = ""  # the name of the function that is being written

    def put(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def pick(self, *ways):
        """Return what one of several methods, or texts, gives."""
        way = self.draw(st.sampled_from(ways))
        return way if isinstance(way, str) else way()

    def fresh(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    @contextmanager
    def block(self, head: str):
        """Write a head and, within it, further lines; names made there are forgotten."""
        self.put(head)
        before, self.known = self.known, self.known.copy()
        self.indent += 1
        yield
        self.indent -= 1
        self.known = before

    # values

    def number(self, depth: int = 2) -> str:
        known = self.known
        ways = [lambda: self.pick(*NUMBERS)]
        if known.numbers:
            ways += [lambda: self.pick(*known.numbers)] * 3
        if depth:
            ways += [
                lambda: self.arithmetic(depth - 1),
                lambda: self.call_of_number(depth - 1),
                lambda: self.from_list(depth - 1),
                lambda: self.choice(depth - 1),
                lambda: self.whole(depth - 1),
            ]
        return self.pick(*ways)

    def arithmetic(self, depth: int) -> str:
        left, right = self.number(depth), self.number(depth)
        return self.pick(
            f"({left} + {right})",
            f"({left} - {right})",
            # a product of many is kept small, so that no power of it is infinite
            f"({left} * {self.pick(*NUMBERS)})",
            f"({left} / {self.pick(*DIVISORS)})",
            f"(-{self.tight(left)})",
            f"({self.pick(*NUMBERS[1:4])} ** {self.pick('2', '3', '0.5', '-1')})",
        )

    def tight(self, text: str) -> str:
        return f"({text})" if text.startswith("-") else text

    def call_of_number(self, depth: int) -> str:
        one, other = self.number(depth), self.number(depth)
        ways = [
            f"abs({one})",
            f"max({one}, {other})",
            f"min({one}, {other}, 3)",
            f"round({one}, {self.pick('1', '2', '3')})",
            f"float({one})",
            f"math.sqrt(abs({one}))",
            f"math.tanh({one})",
            f"math.sin({one})",
            "math.pi",
        ]
        for name, arity in self.known.functions.items():
            given = [self.number(0) for _ in range(arity)]
            ways.append(f"{name}({', '.join(given)})")
            if arity == 2:
                ways += [f"{name}({given[0]})", f"{name}(b={given[0]}, a={given[1]})"]
        return self.pick(*ways)

    def from_list(self, depth: int) -> str:
        many = self.numbers(depth)
        return self.pick(
            f"sum({many})",
            f"max({many})",
            f"min({many})",
            f"{many}[0]",
            f"{many}[-1]",
            f"sum(({self.element('q')}) for q in {many})",
            f"sorted({many})[{self.pick('0', '-1')}]",
        )

    def choice(self, depth: int) -> str:
        return f"({self.number(depth)} if {self.test(depth)} else {self.number(depth)})"

    def whole(self, depth: int = 1) -> str:
        ways = [lambda: self.pick(*WHOLE)]
        if self.known.wholes:
            ways += [lambda: self.pick(*self.known.wholes)] * 3
        if depth:
            ways += [
                lambda: f"len({self.numbers(depth - 1)})",
                lambda: f"({self.whole(depth - 1)} + {self.whole(depth - 1)})",
                lambda: f"({self.whole(depth - 1)} * {self.pick(*WHOLE)})",
                lambda: f"({self.whole(depth - 1)} // {self.pick('2', '3', '-5')})",
                lambda: f"({self.whole(depth - 1)} % {self.pick('2', '3', '-5')})",
                lambda: f"int({self.number(depth - 1)})",
                lambda: f"round({self.number(depth - 1)})",
            ]
        return self.pick(*ways)

    def test(self, depth: int = 1) -> str:
        one = f"{self.number(depth)} {self.pick('<', '>', '<=', '>=', '==', '!=')} {self.number(0)}"
        ways = [one, f"0 < {self.number(0)} <= 3", f"{self.whole(0)} in (1, 2, 3)"]
        if depth:
            other = self.test(depth - 1)
            ways += [f"({one} and {other})", f"({one} or {other})", f"not {other}"]
            ways += [f"{self.pick('any', 'all')}(q > 1 for q in {self.numbers(0)})"]
        return self.pick(*ways)

    def numbers(self, depth: int = 1) -> str:
        """Return a list that holds at least one number."""
        ways = [lambda: f"[{', '.join(self.number(0) for _ in range(self.some(1, 4)))}]"]
        if self.known.lists:
            ways += [lambda: self.pick(*self.known.lists)] * 3
        if depth:
            ways += [
                lambda: f"[{self.element('q')} for q in {self.numbers(depth - 1)}]",
                lambda: f"[{self.element('q')} for q in range({self.some(1, 5)})]",
                lambda: f"list(range({self.some(1, 6)}))",
                lambda: f"list(map(lambda q: {self.element('q')}, {self.numbers(depth - 1)}))",
                lambda: f"list(reversed({self.numbers(depth - 1)}))",
                lambda: f"sorted({self.numbers(depth - 1)}{self.pick('', ', reverse=True')})",
                lambda: f"({self.numbers(depth - 1)} + {self.numbers(depth - 1)})",
                lambda: f"({self.numbers(depth - 1)} * 2)",
                lambda: f"{self.numbers(depth - 1)}[{self.pick(':', '::-1', ':3', '-2:', '::2')}]",
                lambda: f"[p * 2 + q for p, q in zip({self.numbers(0)}, {self.numbers(0)})]",
                lambda: f"[p - q for p, q in enumerate({self.numbers(0)})]",
                lambda: f"([q for q in {self.numbers(0)} if q > {self.number(0)}] or [0])",
            ]
        return self.pick(*ways)

    def element(self, name: str) -> str:
        return self.pick(
            name,
            f"{name} * {name}",
            f"{name} + {self.number(0)}",
            f"({name} if {name} > 1 else -{name})",
        )

    def some(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    # lines

    def program(self) -> str:
        for _ in range(self.some(1, 7)):
            self.line(2)
        self.show()
        return "\n".join(self.lines)

    def line(self, depth: int) -> None:
        ways = [self.assign, self.assign, self.assign_list, self.show, self.show, self.more]
        if depth:
            ways += [self.loop, self.loop, self.branch, self.repeat]
        if not self.indent or (depth and not self.within):
            ways += [self.define]
        self.draw(st.sampled_from(ways))() if depth == 2 else self.nested(ways, depth)

    def nested(self, ways, depth: int) -> None:
        way = self.draw(st.sampled_from(ways))
        if way in (self.loop, self.branch, self.repeat, self.define):
            way(depth - 1)
        else:
            way()

    def assign(self) -> None:
        kind = self.pick("number", "whole", "pair")
        if kind == "whole":
            text = self.whole()
            name = self.fresh("n")
            self.known.wholes.append(name)
            self.put(f"{name} = {text}")
        elif kind == "number":
            text = self.number()
            name = self.fresh("x")
            self.known.numbers.append(name)
            self.put(f"{name} = {text}")
        else:
            one, other = self.number(1), self.number(1)
            names = self.fresh("a"), self.fresh("b")
            self.known.numbers += names
            self.put(f"{', '.join(names)} = {one}, {other}")

    def assign_list(self) -> None:
        text = self.numbers(2)
        name = self.fresh("many")
        # a list of its own: what is added to it later is added to no other
        self.put(f"{name} = list({text})")
        self.known.lists.append(name)

    def more(self) -> None:
        if self.known.lists and self.draw(st.booleans()):
            name = self.pick(*self.known.lists)
            self.put(self.pick(f"{name}.append({self.number(1)})", f"{name}[0] = {self.number(1)}"))
        elif self.known.numbers and not self.within:
            name = self.pick(*self.known.numbers)
            self.put(f"{name} {self.pick('+=', '-=')} {self.number(1)}")
        else:
            self.show()

    def loop(self, depth: int = 1) -> None:
        name, other = self.fresh("i"), self.fresh("v")
        many = self.numbers(1)
        heads = {
            f"for {name} in range({self.some(0, 4)}):": ([name], []),
            f"for {name} in range({self.some(0, 3)}, {self.some(2, 6)}, 2):": ([name], []),
            f"for {other} in {many}:": ([], [other]),
            f"for {name}, {other} in enumerate({many}):": ([name], [other]),
            f"for {name}, {other} in zip(range(3), {many}):": ([name], [other]),
        }
        head = self.draw(st.sampled_from(list(heads)))
        with self.block(head):
            self.known.wholes += heads[head][0]
            self.known.numbers += [*heads[head][0], *heads[head][1]]
            for _ in range(self.some(1, 3)):
                self.line(depth)
            if self.draw(st.booleans()):
                self.put(f"if {self.test(0)}:")
                self.put(f"    {self.pick('break', 'continue')}")
                self.show()

    def repeat(self, depth: int = 1) -> None:
        name = self.fresh("k")
        self.put(f"{name} = 0")
        with self.block(f"while {name} < {self.some(1, 4)}:"):
            self.put(f"{name} += 1")
            self.known.wholes.append(name)
            self.line(depth)
        self.known.wholes.append(name)

    def branch(self, depth: int = 1) -> None:
        with self.block(f"if {self.test()}:"):
            self.line(depth)
        if self.draw(st.booleans()):
            with self.block(f"elif {self.test()}:"):
                self.line(depth)
        with self.block("else:"):
            self.line(depth)

    def define(self, _depth: int = 1) -> None:
        name = self.fresh("f")
        arity = self.some(1, 2)
        with self.block(f"def {name}({'a' if arity == 1 else 'a, b=2'}):"):
            self.known = Known(numbers=["a", "b"][:arity], functions=dict(self.known.functions))
            self.within, before = name, self.within
            if self.draw(st.booleans()):
                self.put(f"if a > {self.pick(*NUMBERS)}:")
                self.put(f"    return {self.number(1)}")
            for _ in range(self.some(0, 2)):
                self.line(1)
            self.put(f"return {self.number()}")
            self.within = before
        self.known.functions[name] = arity

    def show(self) -> None:
        words = [self.pick(*self.shown()) for _ in range(self.some(1, 3))]
        self.put(f"print({', '.join([*words, *self.draw(st.sampled_from(ENDS))])})")

    def shown(self):
        return (
            lambda: repr(self.pick(*TEXTS)),
            self.number,
            self.whole,
            self.numbers,
            self.test,
            lambda: f"({self.number(0)}, {self.whole(0)})",
            lambda: f'f"{{{self.number(1)}:{self.pick(*FORMS)}}}"',
            lambda: f'f"{self.pick("n", "", "of ")}{{{self.whole(1)}:{self.pick(*WHOLE_FORMS)}}}"',
            lambda: f'f"{{{self.number(1)}}} {{{self.test(0)}}}"',
        )


@st.composite
def plain_programs(draw: st.DrawFn) -> str:
    """Draw a program over plain numbers."""
    return Writer(draw).program()
