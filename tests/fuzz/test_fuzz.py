"""Whatever is typed is answered: 200, or 422 in words, or 413; never a 500, and soon.

A default run takes a few hundred programs. `FUZZ=10000` takes ten thousand, and reports
the slowest and the counts by status.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.examples import EXAMPLES
from app.main import create_app
from app.settings import Settings
from engine.ops import OPS
from tests.engine.programs import NAMES, written

PROGRAMS = int(os.environ.get("FUZZ") or 0)
KINDS = 4
JSON = {"content-type": "application/json"}
FULL = PROGRAMS > 0
# A full run holds what is promised; by default a slow machine is no fault.
SECONDS = 1.0 if FULL else 5.0
many = settings(
    max_examples=max(PROGRAMS // KINDS, 40),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)

WORDS = (
    *OPS, *NAMES, *"+-*/^=;,().:#'\"\\@!~%&|<>[]{}?$_0123456789eEjxσ²−×√", "**", "+=", "^=", "==",
    "//",
    "1e308", "1e-320", "0x1f", "1_0", "9**9**9", "pi", "Value", "Value(2.0, label='a')", "label=",
    "\n", "\n\n", "\r\n", "\r", "\t", "  ", " ", "\n  ", "\\\n", "\f", "\0", "\ud800",
    "\N{ZERO WIDTH JOINER}",
    "import", "def", "lambda", "if", "else", "for", "in", "not", "and", "yield", "await", "True",
    "None",
    "__import__('os')", ".__class__", "f'", "b'", "'''", "x=", "y =", "=x", "(", ")", "tanh(",
    "max(x,",
    "param(0.5)", "param(", "data(", 'x1, x2, y = data("moons", n=9)\n', 'data("mine")', "n=",
    "labels=(0, 1)", "noise=", "seed=1", "Neuron(1)", "net = MLP(2, [2, 1])\n", "Layer(2, 3)",
    "net(x, y)", "net", "activation=tanh", "activation=", "output=sigmoid", "mse(x, y)", "hinge(",
    "binary_cross_entropy(", "cross_entropy([x, y], 1)", "cross_entropy(", "target=", "l2(net)",
    "l1(", "grad(x*y, x)", "grad(", "grad", "[x, y]", "[0]", "[-1]", "[]", ".parameters()",
)  # fmt: skip
PLAIN = (
    *OPS,
    *NAMES,
    *"+-*/^()=,;123",
    "**",
    "\n",
    " ",
    "pi",
    "x = ",
    "y = ",
    "+=",
    "tanh(",
    "max(x,",
    ")",
    "param(2)",
    "net = Neuron(1)\n",
    "net(x)",
    "[x, y]",
    "[0]",
    "mse(x, y)",
    "cross_entropy([x, y], ",
    "l2(net)",
    "grad(",
)
soup = st.one_of(
    st.lists(st.sampled_from(words), max_size=size).map("".join)
    for words, size in ((WORDS, 60), (PLAIN, 12), (PLAIN, 60))
)
repeated = st.builds(
    lambda unit, times, end: unit * times + end,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("".join),
    st.sampled_from([2, 10, 80, 101, 900, 5_000, 40_000]),
    st.sampled_from(["", "x", ")", "\nx"]),
)
several = st.lists(
    st.tuples(st.sampled_from([*NAMES, "a, b", "a", "b"]), written().map(lambda made: made.text)),
    min_size=1,
    max_size=12,
).map(lambda lines: "\n".join(f"{name} = {text}" for name, text in lines))
learning = st.builds(
    lambda *lines: "\n".join(lines),
    st.sampled_from(
        [
            'x, w1, y = data("moons", n=9, labels=(0, 1))',
            'x, w1, y = data("blobs", n=7)',
            "w1 = param(0.5)",
        ]
    ),
    st.sampled_from(
        ["net = MLP(2, [2, 3])", "net = Layer(2, 3, activation=tanh)", "net = MLP(2, [3], seed=4)"]
    ),
    st.sampled_from(
        [
            "out = net(x, w1)",
            "xs = [x, w1]\nout = net(xs)",
            "a, b, c = net([x, 2])\nout = [a, b, c]",
        ]
    ),
    st.sampled_from(
        [
            "cross_entropy(out, y)",
            "cross_entropy(out, 2)",
            "mse(out[0], y) + 0.1*l2(net)",
            "mse(out, [y, 1, x])",
            "binary_cross_entropy(sigmoid(out[-1]), y)",
            "hinge(out[1], y)",
            "(out[0]*out[1] - y)^2 + l1(net)",
            "out",
        ]
    ),
)
valid = st.one_of(
    st.sampled_from([row.source for row in EXAMPLES]),
    learning,
    written().map(lambda made: made.text),
    several,
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw a valid program with a few pieces cut out, put in, or moved."""
    text = draw(valid)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 12, len(text))))
        put = draw(st.sampled_from(WORDS) | st.just("") | st.just(text[start:end] * 2))
        text = text[:start] + put + text[end:]
    return text


numbers = st.dictionaries(
    st.sampled_from([*NAMES, "x1", "w1", "b", "x#2", "\ud800"]),
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**400), 10**400),
    max_size=3,
)


@pytest.fixture(scope="module")
def ask() -> Iterator[Asker]:
    """Answer programs through both calls, and report at the end of a full run."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        asker = Asker(client)
        yield asker
    if FULL:
        print(asker.report())


class Asker:
    """Sends programs, and keeps count."""

    def __init__(self, client: TestClient, most_seconds: float = SECONDS) -> None:
        self.client = client
        self.most_seconds = most_seconds
        self.counts: Counter[str] = Counter()
        self.slowest: list[tuple[float, str, str]] = []
        self.drawing = ""

    def __call__(self, source: str, inputs: dict[str, float]) -> None:
        """Send one program, with settings, to both calls."""
        plain = source.encode("utf-8", "replace").decode()  # a form holds no lone surrogates
        written_inputs = [f"{name}:{number}" for name, number in inputs.items()]
        fields = {
            "source": plain,
            "set": [each.encode("utf-8", "replace").decode() for each in written_inputs],
            "after": self.drawing,
        }
        for body in ({"source": source, "inputs": inputs}, {"source": source}):
            # dumps writes a lone surrogate as an escape, as hostile JSON does
            self.time("/api/graph", source, content=json.dumps(body), headers=JSON)
        answer = self.time("/graph", source, data=fields)
        if 'data-drawing="' in answer:
            self.drawing = answer.split('data-drawing="')[1].split('"')[0]

    def time(self, path: str, source: str, **body: object) -> str:
        """Send one request; return the words of its answer."""
        start = time.process_time()  # of this process alone: the machine may be busy
        response = self.client.post(path, **body)  # type: ignore[arg-type]
        seconds = time.process_time() - start
        self.counts[f"{path} {response.status_code}"] += 1
        self.slowest = sorted([*self.slowest, (seconds, path, source)], reverse=True)[:5]
        assert response.status_code in {200, 413, 422}, response.text
        if response.status_code != 200 and path == "/api/graph":
            assert response.json()["error"]["message"]
        assert seconds < self.most_seconds, f"{seconds:.2f} s at {path}"
        return response.text

    def report(self) -> str:
        """Return the counts and the slowest programs."""
        lines = [f"{count:7} {what}" for what, count in sorted(self.counts.items())]
        lines += [
            f"{s * 1e3:7.0f} ms {path} {len(t)} characters: {t[:60]!r}"
            for s, path, t in self.slowest
        ]
        return "\n" + "\n".join(lines)


@many
@given(source=st.text(), inputs=numbers)
def test_any_text_is_answered(ask, source, inputs):
    ask(source, inputs)


@many
@given(source=soup, inputs=numbers)
def test_words_and_signs_in_any_order_are_answered(ask, source, inputs):
    ask(source, inputs)


@many
@given(source=mutated(), inputs=numbers)
def test_programs_with_pieces_cut_or_moved_are_answered(ask, source, inputs):
    ask(source, inputs)


@settings(many, max_examples=max(PROGRAMS // KINDS, 20))
@given(source=repeated, inputs=numbers)
def test_a_piece_repeated_many_times_is_answered(ask, source, inputs):
    ask(source, inputs)
