"""Graphs with scopes to fold: a hypothesis strategy, and the programs that tests name."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import strategies as st

from engine.drawing.folding import NO_PAGES, Folded, fold
from engine.drawing.forest import forest
from engine.expr import Expr
from engine.graph import Graph
from engine.nn import MLP
from engine.scopes import Scope, enter, leave, scope

NAMES = ("a", "b", "c")


@st.composite
def scoped(draw: st.DrawFn, most: int = 60) -> Graph:
    """Draw a graph with nested scopes, turns among them, some in turn with others."""
    return scoped_graph(draw(st.randoms(use_true_random=False)), draw(st.integers(3, most)))


def scoped_graph(random: random.Random, steps: int) -> Graph:
    """Return a graph of a random program: each step makes a node, or enters or leaves a scope."""
    values = [Expr(random.uniform(-1, 1), label=f"x{k}") for k in range(random.randint(1, 4))]
    reach = random.choice([3, 8, 1000])
    name = random.choice([NAMES[:1], NAMES])

    def work(budget: int, depth: int) -> None:
        while budget > 0:
            if depth < 4 and random.random() < 0.25:
                inner = random.randint(2, 9)
                with scope(random.choice(name), turn=0):
                    work(min(inner, budget), depth + 1)
                budget -= inner
                continue
            one, other = (random.choice(values[-reach:]) for _ in range(2))
            kind = random.random()
            new = one * other if kind < 0.4 else one + other if kind < 0.7 else one.tanh()
            values.append(new * random.uniform(0.1, 1) if kind > 0.9 else new)
            budget -= 1

    work(steps, 0)
    with scope("end"):
        total = values[-1]
        for value in random.sample(values, min(len(values), 4)):
            total = total + value
    return Graph.of(total)


@st.composite
def folded(draw: st.DrawFn) -> Folded:
    """Draw a random graph with some of its scopes open and some pages turned."""
    graph = draw(scoped())
    return folded_by(graph, draw(st.randoms(use_true_random=False)))


def folded_by(graph: Graph, random: random.Random) -> Folded:
    """Return a graph with random scopes open."""
    stacks = forest(graph).stacks
    scopes = list(range(len(stacks.first)))
    opened = random.sample(scopes, random.randint(0, len(scopes)))
    pages = {first: random.choice(members) for first, members in stacks.members.items()}
    return fold(graph, opened, pages if random.random() < 0.5 else NO_PAGES)


def samples(count: int, widths: Sequence[int] = (2, 3, 1)) -> Graph:
    """Return the loss of a network over samples, a scope each, and the squares of its weights."""
    net = MLP(widths[0], list(widths[1:]))
    losses = []
    for turn in range(count):
        with scope("sample", turn):
            inputs = [Expr(0.1 * (turn + k), label=f"x{k}") for k in range(widths[0])]
            losses.append((1 + -1.0 * net(inputs)).relu())
    return Graph.of(summed(losses) + summed([weight * weight for weight in net.parameters()]))


def recurrent(turns: int) -> Graph:
    """Return a recurrent net: each turn uses the state of the turn before, and reads out."""
    w, u, v = (Expr(number, label=name) for name, number in (("w", 0.5), ("u", -0.3), ("v", 0.8)))
    state = Expr(0.0, label="h")
    total = Expr(0.0, label="start")
    for turn in range(turns):
        with scope("step", turn):
            state = (w * state + u * Expr(0.1 * turn, label=f"x{turn}")).tanh()
            read = v * state
        total = total + (read - 0.5) ** 2
    return Graph.of(total)


def alternating(turns: int) -> Graph:
    """Return turns of two names that use each other."""
    value = Expr(0.5, label="x")
    for turn in range(turns):
        with scope("mix", turn):
            value = (value * 0.5 + 0.1).tanh()
        with scope("act", turn):
            value = (value * value + 0.2).relu()
    return Graph.of(value)


def tangled(turns: int) -> Graph:
    """Return two scopes that were left and entered again in turn, and so use each other."""
    value = Expr(0.5, label="x")
    entries = Scope("a"), Scope("b")
    for turn in range(turns):
        token = enter(entries[turn % 2])
        value = (value * 0.5 + 0.1).tanh()
        leave(token)
    return Graph.of(value)


def long_chain(length: int) -> Graph:
    """Return tanh(tanh(... x)), without a scope."""
    value = Expr(0.5, label="x")
    for _ in range(length):
        value = value.tanh()
    return Graph.of(value)


def wide_sum(terms: int) -> Graph:
    """Return x0 + x1 + ..., without a scope."""
    return Graph.of(summed([Expr(0.1, label=f"x{k}") for k in range(terms)]))


def summed(values: Sequence[Expr]) -> Expr:
    """Return the sum, from the left."""
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def opened(graph: Graph, *paths: str) -> list[int]:
    """Return the scopes of these paths."""
    return [forest(graph).scopes.by_path[path] for path in paths]
