"""From the text of a lesson to its Program, beside CPython running that text with micrograd.

    python -m bench.building      the rows alone

The two take turns in the same run, on the same text: the lesson without its lines of print. We aim
at no more than `AIM` times CPython's time, for a graph with its places, scopes and names.
"""

from __future__ import annotations

import statistics

from bench import environment
from bench.timing import HEAD, Row, laps, quiet_heap
from engine.program import Limits, parse

LESSONS = ("moons", "moons_training")
TIMES = 5
AIM = 2.5
LIMITS = Limits(nodes=1_000_000, seconds=60.0)
EXAMPLES = environment.ROOT / "examples"


def rows() -> list[Row]:
    """Return a row for each lesson: milliseconds, CPython's beside them."""
    with environment.talking("bench.building_peer") as ask:
        return [_row(name, ask) for name in LESSONS]


def text(name: str) -> str:
    """Return a lesson without the lines that print."""
    lines = (EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("print("))


def _row(name: str, ask: environment.Ask | None) -> Row:
    source = text(name)
    nodes = len(parse(source, LIMITS).graph)  # also reads the rules, once
    if ask:
        ask(name)
    ours: list[float] = []
    theirs: list[float] = []
    with quiet_heap():
        for _ in range(TIMES):
            ours += laps(lambda: parse(source, LIMITS), 1)
            theirs += [ask(name)] if ask else []
    low, middle, high = (seconds * 1e3 for seconds in statistics.quantiles(ours, n=4))
    peer = statistics.median(theirs) * 1e3 if theirs else None
    return Row(
        f"text to Program: {name}.py, {nodes:,} nodes", "micrograd", middle, peer, "ms", low, high
    )


def main() -> None:
    """Print the rows, and whether they keep to the aim."""
    print(HEAD)
    for row in rows():
        print(row.line())
        if row.ratio is not None and row.ratio > AIM:
            print(f"!! more than {AIM:g} times CPython's")


if __name__ == "__main__":
    main()
