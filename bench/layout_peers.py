"""Our layout against Graphviz `dot`: time and crossings on the same graphs, in the same run.

    python -m bench.layout_peers

Time. Ours is `lay_out`, in this process. Dot's is the program as one would use it from a server:
start it, write the graph to it, read positions back (`dot -Tplain`, rankdir=LR, the same cards with
fixed sizes, one edge for each pair of a node and a distinct operand). The two take turns, and the
medians are compared.

Crossings. Both pictures are cut into upright slices 4 px wide. A crossing is counted where two
wires stand in one order at the left of a slice and in the other at its right. Wires that share an
end are not counted against each other. Two figures: `wires`, where each wire counts by itself, and
`ink`, where wires of one source that enter a slice at the same height (on their trunk or bus) count
as the one line one sees there. The bar of 1.2 times dot's crossings is on `ink`.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.drawing.layout import Layout, lay_out

Floats = NDArray[np.float64]
Operands = NDArray[np.int32]
SLICE = 4.0  # px
INCH = 72.0  # px, as dot counts
CARD = (164.0, 58.0)


@dataclass(frozen=True)
class Line:
    """A drawn wire: its ends and points on it, (m, 2) px, left to right."""

    source: int
    target: int
    points: Floats


@dataclass(frozen=True)
class Figures:
    """What one comparison found; times in ms, dot's None where it is not installed."""

    name: str
    nodes: int
    cold: float
    warm: float
    dot: float | None
    wires: int
    ink: int
    dot_wires: int | None
    dot_ink: int | None

    @property
    def ratio(self) -> float | None:
        """Our time afresh, in units of dot's."""
        return self.cold / self.dot if self.dot else None


def network(*widths: int) -> Operands:
    """Return a multilayer perceptron on one sample: tanh(w*x + ... + b) for every neuron."""
    rows = [(-1, -1)] * widths[0]
    inputs = list(range(widths[0]))
    for width in widths[1:]:
        outputs = []
        for _ in range(width):
            total = -1
            for value in inputs:
                rows += [(-1, -1), (len(rows), value)]
                if total >= 0:
                    rows.append((total, len(rows) - 1))
                total = len(rows) - 1
            rows += [(-1, -1), (total, len(rows)), (len(rows) + 1, -1)]
            outputs.append(len(rows) - 1)
        inputs = outputs
    return np.array(rows, np.int32)


def split_ops(operands: Operands) -> Operands:
    """Return the graph with each op as a node of its own, before the value it makes."""
    rows: list[tuple[int, int]] = []
    value = {-1: -1}
    for node, (first, second) in enumerate(operands.tolist()):
        rows.append((value[first], value[second]))
        if first >= 0:
            rows.append((len(rows) - 1, -1))
        value[node] = len(rows) - 1
    return np.array(rows, np.int32)


GRAPHS: dict[str, Operands] = {
    "3-4-4-1": network(3, 4, 4, 1),
    "3-4-4-1, ops apart": split_ops(network(3, 4, 4, 1)),
    "2-16-16-1": network(2, 16, 16, 1),
    "2-16-16-1, ops apart": split_ops(network(2, 16, 16, 1)),
}


def compare(name: str, rounds: int = 15) -> Figures:
    """Return the figures for one of GRAPHS; the two programs take turns."""
    operands = GRAPHS[name]
    sizes = np.tile(CARD, (len(operands), 1))
    layout = lay_out(operands, sizes)
    standing = np.column_stack([layout.x, layout.y])
    text = dot_source(operands, sizes)
    has_dot = shutil.which("dot") is not None
    cold: list[float] = []
    warm: list[float] = []
    dot: list[float] = []
    for _ in range(rounds):
        cold.append(_milliseconds(lambda: lay_out(operands, sizes)))
        warm.append(_milliseconds(lambda: lay_out(operands, sizes, standing)))
        if has_dot and sum(dot) < 10_000:
            dot.append(_milliseconds(lambda: run_dot(text)))
    ours = our_lines(layout)
    theirs = dot_lines(run_dot(text)) if has_dot else None
    return Figures(
        name,
        len(operands),
        statistics.median(cold),
        statistics.median(warm),
        statistics.median(dot) if dot else None,
        crossings(ours),
        crossings(ours, merged=True),
        crossings(theirs) if theirs else None,
        crossings(theirs, merged=True) if theirs else None,
    )


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def dot_source(operands: Operands, sizes: Floats) -> str:
    """Return the graph in dot's language, cards of fixed size, left to right."""
    lines = ['digraph { rankdir=LR; node [shape=box, fixedsize=true, label=""];']
    for node, (width, height) in enumerate(sizes.tolist()):
        lines.append(f"{node} [width={width / INCH:.4f}, height={height / INCH:.4f}];")
    for node, row in enumerate(operands.tolist()):
        lines += [f"{operand} -> {node};" for operand in dict.fromkeys(row) if operand >= 0]
    return "\n".join([*lines, "}"])


def run_dot(text: str) -> str:
    """Return dot's plain output: positions in inches, edges as Bezier control points."""
    done = subprocess.run(
        ["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True
    )
    return done.stdout


def dot_lines(plain: str) -> list[Line]:
    """Return the edges of dot's plain output."""
    lines = []
    for row in plain.splitlines():
        words = row.split()
        if words[0] == "edge":
            count = int(words[3])
            points = np.array(words[4 : 4 + 2 * count], float).reshape(-1, 2) * INCH
            lines.append(Line(int(words[1]), int(words[2]), _sampled(points)))
    return lines


def our_lines(layout: Layout) -> list[Line]:
    """Return the wires of a layout."""
    return [
        Line(wire.source, wire.target, _sampled(np.array(wire.points))) for wire in layout.wires
    ]


def _sampled(points: Floats) -> Floats:
    """Return points along cubic Bezier pieces, sorted by x (dot's may turn back by a hair)."""
    t = np.linspace(0, 1, 24)[:, None]
    pieces = [
        (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
        for a, b, c, d in zip(points[:-1:3], points[1::3], points[2::3], points[3::3], strict=True)
    ]
    line = np.concatenate(pieces)
    return line[np.argsort(line[:, 0], kind="stable")]


def crossings(lines: list[Line], *, merged: bool = False) -> int:
    """Return how often wires that share no end cross; `merged`: as ink (see the module)."""
    first = np.array([line.points[0, 0] for line in lines])
    last = np.array([line.points[-1, 0] for line in lines])
    source = np.array([line.source for line in lines])
    target = np.array([line.target for line in lines])
    total = 0
    for left in np.arange(first.min() + 0.37, last.max(), SLICE):
        alive = np.flatnonzero((first <= left) & (last >= left + SLICE))
        ends = np.array(
            [np.interp((left, left + SLICE), *lines[k].points.T) for k in alive]
        ).reshape(-1, 2)
        start, stop = ends.T
        crossed = (start[:, None] - start) * (stop[:, None] - stop) < 0
        strangers = (source[alive][:, None] != source[alive]) & (
            target[alive][:, None] != target[alive]
        )
        one, other = np.nonzero(np.triu(crossed & strangers))
        total += len(_spots(source[alive], start, one, other) if merged else one)
    return total


def _spots(
    source: NDArray[np.int64], start: Floats, one: NDArray[np.intp], other: NDArray[np.intp]
) -> set[tuple[int, int]]:
    """Return the crossing pairs one, other with wires that enter the slice as one line made one."""
    entries = np.column_stack([source, np.round(start)])
    line = np.unique(entries, axis=0, return_inverse=True)[1].ravel()
    low, high = np.minimum(line[one], line[other]), np.maximum(line[one], line[other])
    return set(zip(low.tolist(), high.tolist(), strict=True))


def table(figures: list[Figures]) -> str:
    """Return the figures as a table to print."""
    head = f"{'graph':22}{'nodes':>6}{'cold':>9}{'warm':>9}{'dot':>9}{'ratio':>7}"
    rows = [head + f"{'crossings: wires':>18}{'dot':>7}{'ink':>7}{'dot':>7}"]
    for row in figures:
        dot = f"{row.dot:7.1f}ms" if row.dot else f"{'absent':>9}"
        ratio = f"{row.ratio:7.2f}" if row.ratio else f"{'-':>7}"
        theirs = [f"{'-' if count is None else count:>7}" for count in (row.dot_wires, row.dot_ink)]
        rows.append(
            f"{row.name:22}{row.nodes:6}{row.cold:7.1f}ms{row.warm:7.1f}ms{dot}{ratio}"
            f"{row.wires:18}{theirs[0]}{row.ink:7}{theirs[1]}"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    if shutil.which("dot") is None:
        print(
            "!! Graphviz dot is NOT installed: no comparison was made (apt-get install graphviz)."
        )
        print(table([compare(name) for name in GRAPHS]))
        sys.exit(1)
    print(table([compare(name) for name in GRAPHS]))
