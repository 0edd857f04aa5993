"""Every limit of a program is reached by some program, and the answer names its line, in time.

What would take all memory or all time of a machine is refused before it begins. A default run
grants hostile programs less time; `FUZZ=1` grants them what the app does.
"""

from __future__ import annotations

import faulthandler
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from engine.errors import LimitError, ProgramError
from engine.program import Limits, parse

FIRST = "import math; x, xs, s, n = Value(2.0), [1, 2], 'ab', 2\n"  # line 1 of every program here
FREE = {"seconds": 60.0, "steps": 10**9}
FULL = bool(os.environ.get("FUZZ"))
GRANTED = Limits() if FULL else Limits(seconds=0.2)
SECONDS = 4.0  # beyond what the limits grant, on a busy machine
MEGABYTES = 400
ROOM = 2 * 10**9  # bytes
PATIENCE = 100.0

# the limit; what the others are set to; the program from line 2 on; lines that may be named
REACHED = (
    # seconds
    ("seconds", {"steps": 10**12}, "while True:\n    pass", (2, 3)),
    ("seconds", {"steps": 10**12}, "def f(n):\n    while n > 0:\n        n += 1\nf(1)", (3, 4)),
    ("seconds", {"steps": 10**12}, "n = sum(i for i in range(10**12))", (2,)),
    # steps
    ("steps", {"seconds": 60.0, "steps": 1_000}, "while True:\n    pass", (2, 3)),
    ("steps", {"seconds": 60.0, "steps": 1_000}, "while n < 10**12:\n    n += 1", (2, 3)),
    ("steps", {"seconds": 60.0, "steps": 1_000}, "n = sum(i for i in range(10**12))", (2,)),
    ("steps", {"seconds": 60.0, "steps": 9_000}, "[[j for j in range(99)] for _ in xs * 99]", (2,)),
    ("steps", {"seconds": 60.0, "steps": 1_000},
     "def f():\n    for i in range(10**12):\n        n = i\nf()", (3, 4)),
    ("steps", {"seconds": 60.0, "steps": 1_000},
     "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(80)", (2, 3)),
    ("steps", {"seconds": 60.0, "steps": 1_000},
     "class A:\n    def __call__(self, n):\n        return n\na = A()\nwhile True:\n    n = a(n)",
     (3, 4, 6, 7)),
    # items
    ("items", FREE, "y = [0] * 10**9", (2,)),
    ("items", FREE, "y = 10**9 * [0]", (2,)),
    ("items", FREE, "y = [[0] * 10**5] * 10**6", (2,)),
    ("items", FREE, "y = (0,) * 10**9", (2,)),
    ("items", FREE, "y = 'a' * 10**9", (2,)),
    ("items", FREE, "y = list(range(10**9))", (2,)),
    ("items", FREE, "y = tuple(range(10**9))", (2,)),
    ("items", FREE, "y = sorted(range(10**9))", (2,)),
    ("items", FREE, "y = [i for i in range(10**7)]", (2,)),
    ("items", {**FREE, "items": 5_000}, "while True:\n    xs.append(1)", (3,)),
    ("items", FREE, "while True:\n    xs = xs + xs", (3,)),
    ("items", FREE, "while True:\n    xs += xs", (3,)),
    ("items", FREE, "while True:\n    s = s + s", (3,)),
    ("items", FREE, "while True:\n    s += s", (3,)),
    ("items", FREE, "while True:\n    s = f'{s}{s}'", (3,)),
    ("items", FREE, "while True:\n    xs.extend(xs)", (3,)),
    ("items", {**FREE, "items": 5_000}, "for v in xs:\n    xs.append(v)", (2, 3)),
    # calls
    ("calls", FREE, "def f(n):\n    return f(n + 1)\nf(1)", (2, 3)),
    ("calls", FREE, "def f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nf(1)", (2, 3, 4, 5)),
    ("calls", FREE, "f = lambda n: f(n + 1)\nf(1)", (2,)),
    ("calls", FREE, "class A:\n    def __call__(self, n):\n        return self(n)\nA()(1)", (3, 4)),
    ("calls", FREE, "class A:\n    def __init__(self):\n        self.a = A()\nA()", (3, 4)),
    ("calls", {**FREE, "calls": 9},
     "def f(n):\n    return n if n <= 0 else f(n - 1)\nf(8)\nf(12)", (2, 3)),
    # depth
    ("depth", {**FREE, "depth": 40}, "n = 1\ny = " + "[" * 60 + "x" + "]" * 60, (3,)),
    ("depth", {**FREE, "depth": 40}, "y = " + "abs(" * 60 + "x" + ")" * 60, (2,)),
    ("depth", {**FREE, "depth": 40}, "y = " + "x + " * 60 + "x", (2,)),
    # nodes
    ("nodes", {**FREE, "nodes": 50}, "while n < 99:\n    n += 1\n    x = x * x", (2, 3, 4, 5)),
    ("nodes", {**FREE, "nodes": 50}, "x = sum(x * x for _ in range(200))", (2, 3)),
    ("nodes", {**FREE, "nodes": 50}, "net = MLP(9, [9, 9])\nx = net([x] * 9)[0]", (2, 3, 4)),
    # printed
    ("printed", {**FREE, "printed": 2_000}, "while True:\n    print(1)", (3,)),
    ("printed", FREE, "print(1)\nprint('a' * 50_000)", (3,)),
    ("printed", FREE, "def f():\n    while True:\n        print(f'{n:.3f}', n)\nf()", (4,)),
    ("printed", FREE, "while n < 40:\n    xs = [xs, xs]\n    n += 1\nprint(xs)", (5,)),
    # bytes
    ("source_bytes", {"source_bytes": 100}, "# " + "a" * 200, (1,)),
)  # fmt: skip


def cost(source, limits):
    """Return the refusal, or the program; and what it took: processor seconds, megabytes more."""
    before, start = most_memory(), time.process_time()
    with guarded():
        try:
            answer = parse(source, limits)
        except ProgramError as error:
            answer = error
    return answer, time.process_time() - start, most_memory() - before


def most_memory():
    """Return the most that this process has ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


@contextmanager
def guarded() -> Iterator[None]:
    """End this process where a fault would hang it, and leave the machine some of its memory."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    held = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + ROOM, before[1]))
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        resource.setrlimit(resource.RLIMIT_AS, before)


def line_of(error):
    return error.span.line


@pytest.mark.parametrize(
    ("limit", "others", "source", "lines"),
    REACHED,
    ids=[f"{row[0]}-{row[2][:40]}" for row in REACHED],
)
def test_a_limit_is_reached_and_its_line_is_named(limit, others, source, lines):
    limits = replace(GRANTED, **others)
    refused, seconds, megabytes = cost(FIRST + source + "\nx * x", limits)
    assert isinstance(refused, LimitError), refused
    assert line_of(refused) in lines, refused
    assert refused.message.endswith(".")
    assert megabytes < MEGABYTES
    if limit != "steps":
        assert seconds < Limits().seconds + SECONDS


def test_there_is_a_program_for_every_limit():
    assert {row[0] for row in REACHED} == {field.name for field in fields(Limits)}


def test_calls_may_wait_for_one_another_as_deep_as_the_limit_says():
    deep = Limits().calls - 10
    source = f"{FIRST}def f(n):\n    return x if n <= 0 else f(n - 1) * x\nf({deep})"
    assert len(parse(source, Limits(**FREE)).graph) == deep + 1


@pytest.mark.parametrize(
    "body",
    ["n += 1", "x = x * x.tanh()", "y = [0] * i", "def f(n):\n        f(n)\n    f(1)"],
)
def test_a_loop_at_the_top_ends_at_the_limits_and_says_so(body):
    """Such a loop is refused, or ends early with a remark: never is it cut short in silence."""
    source = f"{FIRST}for i in range(10**12):\n    {body}\nx * x"
    answer, seconds, megabytes = cost(source, GRANTED)
    if isinstance(answer, ProgramError):
        assert isinstance(answer, LimitError)
        assert line_of(answer) in (2, 3, 4)
    else:
        assert [remark.span.line for remark in answer.remarks if remark.span] != []
    assert seconds < Limits().seconds + SECONDS
    assert megabytes < MEGABYTES


# Each of these hangs a machine, fills it, or ends in a traceback, if nobody thinks of it.
HOSTILE = (
    "y = 9**9**9", "print(9**9**9)", "y = -9**9**9 % 7", "while True:\n    n = n * n\n    x = x",
    "while True:\n    n = n ** n", "print(2**14000)", "print(f'{2**14000}')", "y = str(2**20000)",
    "y = int('9' * 90000)", "y = 10**400 * x", "y = float(10**400)", "y = 1e308 * 10",
    "y = 1 << 10**10", "y = int(1e308) * int(1e308)", "y = pow(2, 10**10)", "y = round(7, -10**10)",
    "y = round(1.5, 10**10)", "y = math.factorial(10**6)", "y = math.comb(10**7, 10**6)",
    "y = math.prod([2**4000] * 50000)", "y = math.pow(9, 9e9)", "y = math.exp(1e9)",
    "y = math.lcm(*range(1, 9000))", "y = math.perm(10**6)", "y = math.floor(math.inf)",
    "y = int(math.nan)", "y = range(10**30)\nz = len(y)", "y = [2**4000] * 9999\nz = sum(y)",
    "y = sum([10**300] * 9)", "y = f'{1:>1000000000}'", "y = f'{1.5:.1000000000f}'",
    "y = f'{1:{10**9}}'", "y = f'{s:a>999999999}'", "y = '{:>1000000000}'.format(1)",
    "y = '%1000000000d' % 1", "y = s.ljust(10**9)", "y = s.zfill(10**9)", "y = s.center(10**9)",
    "y = s.replace('a', 'b' * 90000)", "y = ','.join(['a' * 9999] * 9999)",
    "y = ('b' * 90000).replace('b', 'a' * 90000)", "y = '\\t'.expandtabs(10**9)",
    "print(s, end='a' * 10**9)", "print(1, 2, sep='a' * 10**9)", "y = 'a' * 10**5 * 10**5",
    "y = 0.5 in range(10**12)", "y = x in range(10**12)", "y = sum(range(10**12))",
    "y = max(range(10**12))", "y = min(range(10**12))",
    "y = any(range(0, 1))\nz = all(range(1, 10**12))",
    "y = list(zip(range(10**12), range(10**12)))", "y = list(enumerate(range(10**12)))",
    "y = list(map(abs, range(10**12)))", "y = [*range(10**12)]", "a, *b = range(10**12)",
    "a, b = range(10**12)", "print(*range(10**12))", "y = max(*range(10**12))",
    "y = list(reversed(range(10**12)))", "y = range(10**12)[::2]", "y = range(10**12)[5:]\nlist(y)",
    "y = [v for v in range(10**12) if v < 0]", "y = range(10**12).index(0.5)",
    "y = range(10**12).count(0.5)", "y = [0] * 90000\nz = [y[:] for _ in range(90000)]",
    "y = [[0] * 9999 for _ in range(9999)]", "y = [0] * 99999\nwhile True:\n    y = y[:]",
    "y = [0] * 99999\nwhile True:\n    y = sorted(y)",
    "y = [0] * 99999\nwhile True:\n    n = sum(y)",
    "y = 'a' * 99999\nwhile True:\n    n = y == y + ''",
    "y = [0] * 99999\nwhile True:\n    n = 1 in y", "y = [0] * 99999\nwhile True:\n    n = max(y)",
    "y = [0] * 99999\nwhile True:\n    y.insert(0, 1)\n    y.pop()", "y = [s] * 99999\nprint(y)",
    "y = [0] * 99999\nwhile True:\n    n = list(reversed(y)) == y",
    "y = [[0] * 99999 for _ in range(9)]\nprint(y)",
    "y = [0] * 99999\nz = []\nwhile True:\n    z.append(tuple(y))",
    "z = []\nwhile True:\n    z.append('a' * 99999)",
    "z = []\nwhile True:\n    z.append([0] * 99999)", "xs.append(xs)\nprint(xs)",
    "xs.append(xs)\ny = xs == xs", "xs.append(xs)\ny = sorted(xs)", "xs[0] = xs\nprint(xs)",
    "xs.append(xs)\na = [1, 2]\na.append(a)\ny = xs == a", "xs.append(xs)\ny = sum(xs)",
    "xs.append(xs)\ny = max(xs)", "xs.append(xs)\na = [1, 2]\na.append(a)\ny = xs < a",
    "xs.append(xs)\ny = xs + xs\nprint(y, y)",
    "y = []\nfor _ in range(90000):\n    y = [y]\nprint(y)",
    "y = []\nfor _ in range(90000):\n    y = [y]\ny == [y]",
    "y = z = []\nfor _ in range(90000):\n    y, z = [y], [z]\ny == z",
    "y = ()\nfor _ in range(90000):\n    y = (y,)\nprint(f'{y}')",
    "y = []\nfor _ in range(60):\n    y = [y, y]\ny == y",
    "y = []\nz = []\nfor _ in range(30):\n    y = [y, y]\n    z = [z, z]\nn = y == z",
    "f = lambda: f\nwhile f:\n    f = f()", "y = sorted(xs, key=lambda v: xs.append(v))",
    "y = [xs.append(v) for v in xs]", "y = sum(xs.pop() for _ in xs)", "for v in xs:\n    xs.pop()",
    "y = map(lambda v: xs.append(v), xs)\nlist(y)", "y = [xs.clear() for v in xs]",
    "f = lambda n: n\nfor _ in range(9000):\n    f = (lambda g: lambda n: g(n))(f)\nf(1)",
    "for _ in range(9000):\n    x = x.tanh()\nx.backward()", "y = np.zeros(10**9)",
    "y = x\nfor _ in range(900):\n    y = grad(y*tanh(y), x)", "y = grad(x**9, [x] * 99999)",
    "y = np.zeros((10**5, 10**5))", "y = np.linspace(0, 1, 10**9)",
    "y = np.random.permutation(10**9)", "y = np.random.randn(10**5, 10**5)",
    "y = np.array([[0] * 9999] * 9999)", "y = np.arange(10**10)",
    "X, y = make_moons(n_samples=10**9)", "X, y = make_blobs(n_samples=10**9, centers=10**6)",
    "net = MLP(10**5, [10**5])", "net = MLP(2, [9] * 99999)",
    "net = MLP(900, [900])\nwhile True:\n    net = MLP(900, [900])", "y = Value(10**400)",
    "y = Value(Value(1))", "y = Value('a')", "y = Value([1])", "y = Value(None)",
    "y = Value(math.nan)", "x.data = x", "x.data = [1]", "x.data = 'a'", "x.grad = 'a'",
    "x.grad = x", "x.label = x", "x.label = 'a' * 99999", "x.data = 1e999", "y = x.backward",
    "y = x.tanh", "print(x.tanh)", "y = x.backward().data", "y = x + None", "y = None * 2",
    "y = x.nothing()", "x.nothing = 1", "y = xs.nothing()", "y = s.nothing", "y = n.real",
    "y = (1).data", "class A(A):\n    pass", "class A:\n    pass\nA()(1)", "class A(B):\n    pass",
    "super().__init__()", "class A:\n    def f(self):\n        return super().f()\nA().f()",
    "class A:\n    x = A()", "class A(xs):\n    pass",
    "class A:\n    def __init__():\n        pass\nA()",
    "class A:\n    def __init__(self):\n        self = 1\nprint(A())",
    "class A:\n    pass\na = A()\na.a = a\nprint(a, a.a.a)\ny = a == a\nz = a + 1",
    "def f(f=f):\n    pass", "def f(n):\n    del n\n    return n\nf(1)", "del x\nx", "del xs[9]",
    "def f():\n    n += 1\nf()", "def f(a, a):\n    pass", "break", "return 1", "continue",
    "yield 1", "nonlocal n", "def f():\n    return\ny = f() + 1", "f(*x)", "print(*x)",
    "random.choice([])", "random.seed([])", "random.randint(1, 10**9999)",
    "random.sample(range(10**12), 10**9)", "random.sample([1], 5)", "random.choices(xs, k=10**9)",
    "random.getrandbits(10**10)", "random.shuffle(x)", "random.gauss(0, 'a')",
    "y = [random.random() for _ in range(10**9)]", "random.shuffle((1, 2))",
)  # fmt: skip
IMPORTS = (
    "import math, random\nimport numpy as np\nfrom sklearn.datasets import make_moons, make_blobs\n"
)


@pytest.mark.parametrize("source", HOSTILE)
def test_what_hangs_or_fills_a_machine_is_answered_in_words(source):
    whole = IMPORTS + FIRST + source + "\nx * x"
    answer, seconds, megabytes = cost(whole, GRANTED)
    if isinstance(answer, ProgramError):
        assert 1 <= line_of(answer) <= whole.count("\n") + 1
        assert answer.message.endswith((".", "?"))
        assert len(answer.message) < 1_000
    assert seconds < Limits().seconds + SECONDS
    assert megabytes < MEGABYTES


def test_the_app_names_the_line_at_which_a_limit_is_reached():
    hasty = Settings(seconds=GRANTED.seconds)
    with TestClient(create_app(hasty), raise_server_exceptions=False) as client:
        for source in (
            "while True:\n    pass",
            "y = [0] * 10**9",
            "def f(n):\n    return f(n)\nf(1)",
        ):
            answer = client.post("/api/graph", json={"source": FIRST + source})
            assert answer.status_code == 422, source
            assert answer.json()["error"]["line"] in (2, 3)
            page = client.post("/graph", data={"source": FIRST + source})
            assert page.status_code == 422
            assert "limit" in page.text or "more than" in page.text or "longer than" in page.text
