"""Whatever a program over plain numbers prints, CPython prints too, to the last digit."""

from __future__ import annotations

import io
import math
import os
from contextlib import redirect_stdout

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from engine.errors import LimitError, ProgramError
from engine.program import Limits, parse
from tests.fuzz.plain import plain_programs

PROGRAMS = int(os.environ.get("FUZZ") or 0)
LIMITS = Limits(seconds=30.0)
SOMETHING_DRAWN = "drawn = Value(2.0)\n{}\ndrawn * drawn"
many = settings(
    max_examples=max(PROGRAMS // 4, 60),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


class Value:
    """Stands for ours where CPython runs a program."""

    def __init__(self, number):
        self.data = number

    def __mul__(self, other):
        return Value(self.data * other.data)


def of_cpython(source):
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(source, "program", "exec"), {"Value": Value})  # of our own making
    return printed.getvalue()


def of_ours(source):
    return "".join(line.text + "\n" for line in parse(source, LIMITS).printed)


@many
@given(source=plain_programs(), within=st.booleans())
def test_what_is_printed_is_what_cpython_prints(source, within):
    if within:
        body = "\n".join(f"    {line}" for line in source.splitlines())
        source = f"def main():\n{body}\nmain()"
    source = SOMETHING_DRAWN.format(f"import math\n{source}")
    try:
        theirs = of_cpython(source)
    except (ArithmeticError, ValueError):
        reject()  # rare, and refused here too: see below
    assert of_ours(source) == theirs, source


# what CPython refuses, and the line it would name
FAULTS = (
    ("x = 1\nprint(x / 0)", 3),
    ("print([1, 2, 3][7])", 2),
    ("def f(n):\n    return 1 % n\nprint(f(0))", 3),
    ("print(undefined_name)", 2),
    ("print(len(3))", 2),
    ("many = [1, 2]\nfor i in range(3):\n    print(many[i])", 4),
    ("def f(a, b):\n    return a\nprint(f(1))", 4),
    ("a, b = [1, 2, 3]", 2),
    ("print(max([]))", 2),
    ('print("a" + 1)', 2),
    ('print(int("seven"))', 2),
    ("class A:\n    pass\nprint(A().missing)", 4),
    ('print(f"{1:q}")', 2),
    ("for x in 3:\n    print(x)", 2),
    ("(1)(2)", 2),
)


@pytest.mark.parametrize(("source", "line"), FAULTS)
def test_what_cpython_refuses_is_refused_with_its_line(source, line):
    source = SOMETHING_DRAWN.format(source)
    with pytest.raises(Exception):  # noqa: B017, PT011  whatever it is
        of_cpython(source)
    with pytest.raises(ProgramError) as refused:
        parse(source, LIMITS)
    assert not isinstance(refused.value, LimitError)
    assert refused.value.span.line == line, refused.value
    assert refused.value.message.endswith((".", "?"))


# numbers that print as CPython has them: whole ones stay whole, and floats keep their last digit
PRINTED = (
    "print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2)",
    "print(2**10, 2**-1, 2.0**3, 10**20, 1e16, 1e15, 1e-5, 0.1 + 0.2)",
    "print(round(2.5), round(3.5), round(-0.5), round(2.675, 2), round(1234, -2))",
    "print(True, True + True, sum([True, False, True]), 1 == 1.0, 3 > 2 > 1)",
    "print(int(-2.9), int('42'), float('1e3'), float(3), abs(-0.0))",
    "print([1, 2.0, 'a', (1,), (), [], None, True], (1, 'two'))",
    "print('it\\'s', ['it\\'s'], ['say \"hi\"'], 'tab\\tend')",
    "print()\nprint('')\nprint('a\\nb')",
    "print('no end', end='')\nprint('; next')",
    "print(list(zip([1, 2], 'ab')), list(enumerate('xy', 1)), list(map(abs, [-1, 2])))",
    "print(sorted([3, 1, 2], key=lambda v: -v), sorted('cab'), max('ab', 'b'), min(3, 1.0))",
    "print([row[:] for row in [[1, 2], [3]]], [x for row in [[1, 2], [3]] for x in row])",
    "print(sum([0.1] * 10), max([1, 2.0, 2]), sum([[1], [2]], []))",
    "a, *rest = [1, 2, 3]\nprint(a, rest)",
    "x = [1, 2]\ny = x\ny.append(3)\nprint(x, x is y, x == [1, 2, 3], 2 in x, 9 not in x)",
    "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(9), fib(12))",
    "def f(a, b=2, *, c=3):\n    return a, b, c\nprint(f(1), f(1, c=0), f(b=5, a=4))",
    (
        "def counter():\n    made = []\n    def add(x):\n        made.append(x)\n"
        "        return len(made)\n"
        "    return add\nadd = counter()\nadd(1)\nprint(add(2))"
    ),
    "fs = [lambda: i for i in range(3)]\nprint([f() for f in fs])",
    "def f(x, seen=[]):\n    seen.append(x)\n    return seen\nf(1)\nprint(f(2))",
    (
        "class A:\n    def __init__(self, n=1):\n        self.n = n\n    def twice(self):\n"
        "        return 2 * self.n\nclass B(A):\n    def __init__(self):\n"
        "        super().__init__(4)\n"
        "    def __call__(self, x):\n        return self.twice() + x\nprint(A().twice(), B()(1))"
    ),
    "for i in range(5):\n    if i == 3:\n        break\nelse:\n    print('never')\nprint(i)",
    "print(f'{3.14159:.2f}|{42:>6}|{42:<6}|{42:^6}|{7:03d}|{1234567:,}|{0.256:.1%}|{1e-7:g}')",
    "n = 3\nprint(f'{n}', f'{n!r}', f'{n=}', f'{n:d} {{}}', f'{[1, 2]}', f'{\"a\"}')",
    (
        "import random\nrandom.seed(1337)\nprint(random.random(), random.uniform(-1, 1),"
        " random.randint(1, 6), random.gauss(0, 1), random.choice([1, 2, 3]))"
    ),
    (
        "import random\nrandom.seed(42)\nx = list(range(9))\nrandom.shuffle(x)\n"
        "print(x, random.sample(range(20), 5))"
    ),
    "import math\nprint(math.exp(1), math.log(10), math.sqrt(2), math.pi, math.floor(-1.5))",
    "from math import sin, pi as half\nprint(sin(half / 2))",
)


@pytest.mark.parametrize("source", PRINTED)
def test_the_words_of_print_are_cpythons(source):
    source = SOMETHING_DRAWN.format(source)
    assert of_ours(source) == of_cpython(source)


def test_the_programs_are_of_many_kinds_and_seldom_go_wrong():
    seen, wrong = set(), []

    @settings(many, max_examples=120)
    @given(source=plain_programs())
    def look(source):
        words = ("for ", "while ", "def ", "if ", "elif", "lambda", "zip(", ":.", "return", "break")
        seen.update(word for word in words if word in source)
        try:
            of_cpython(f"import math\n{source}")
        except (ArithmeticError, ValueError) as error:
            wrong.append(error)

    look()
    assert len(seen) == 10
    assert len(wrong) < 12
    assert all(math.isfinite(len(str(error))) for error in wrong)
