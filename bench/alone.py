"""The engine by itself: reading a program, its values, its gradients; microseconds a node."""

from __future__ import annotations

from bench.programs import lines
from bench.timing import RUNS, Row, median_row, milliseconds
from engine.compiled import KERNELS
from engine.native import backward, forward
from engine.program import parse

SIZES = (100, 1_000)


def rows() -> list[Row]:
    """Return a row for each stage and size."""
    KERNELS.wait()
    found = []
    for size in SIZES:
        source = lines(size)
        program = parse(source)
        leaves = program.leaves()
        values = forward(program.graph, leaves)
        backward(program.graph, values)  # the rules are read at first use
        nodes = len(program.graph)
        stages = {
            "read the text": lambda source=source: parse(source),
            "values": lambda graph=program.graph, leaves=leaves: forward(graph, leaves),
            "gradients": lambda graph=program.graph, values=values: backward(graph, values),
        }
        for stage, work in stages.items():
            times = [milliseconds(work) * 1e3 / nodes for _ in range(RUNS * 4)]
            found.append(median_row(f"engine, {nodes} nodes: {stage}", "", times, None, "µs/node"))
    return found
