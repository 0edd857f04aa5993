"""Measure, against peers in the same run; print one table and write bench/results.json.

make bench
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from bench import (
    alone,
    building,
    environment,
    folded_page,
    folding,
    keystroke,
    layout_peers,
    live,
    node_environment,
    painted,
    redraws,
    scale,
    scrub,
    server,
    starts,
    training,
    updates,
    walks,
)
from bench.machine import machine
from bench.programs import DRAWN
from bench.timing import HEAD, RUNS, Row
from engine.compiled import KERNELS

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    """Measure everything, in turn."""
    start = time.monotonic()
    head = machine()
    rows = [
        *layout(head),
        *redraws.rows(),
        *folding.rows(),
        *alone.rows(),
        *building.rows(),
        *native(head),
    ]
    with server.running() as address:
        rows += server.rows(address)
        typed, head["chromium"] = keystroke.rows(address)
        rows += [*typed, *scrub.rows(address), *painted.rows(address)]
        if kernels := KERNELS.wait():
            rows += live.rows(kernels, address)
    rows += [*folded_page.rows(), *oracle(head)]
    head["programs"] = ", ".join(
        f"{name}: {server.cards(text)} cards" for name, text in DRAWN.items()
    )
    head["medians of"] = f"{RUNS} runs or more; {time.monotonic() - start:.0f} s in all"
    print("\n".join(f"{name}: {what}" for name, what in head.items()))
    print(f"\n{HEAD}\n{'-' * len(HEAD)}")
    print("\n".join(row.line() for row in rows))
    record = {"machine": head, "rows": [row.record() for row in rows]}
    RESULTS.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")


def layout(head: dict[str, str]) -> list[Row]:
    """Return our layout beside dot, elkjs and dagre: time and crossings on the same graphs."""
    head |= node_environment.versions()
    with node_environment.talking() as node:
        return [
            row
            for name in layout_peers.GRAPHS
            for row in layout_peers.rows(layout_peers.compare(name, RUNS, node))
        ]


def native(head: dict[str, str]) -> list[Row]:
    """Return what the kernels do on micrograd's demo, at every size, and from a new process."""
    kernels = KERNELS.wait()
    if kernels is None:
        head["kernels"] = "absent: only Python was measured"
        return []
    return [
        *training.rows(kernels),
        *scale.rows(kernels),
        *updates.rows(kernels),
        *walks.rows(),
        *starts.rows(),
    ]


def oracle(head: dict[str, str]) -> list[Row]:
    """Return whether PyTorch, run now, still has the figures that the tests hold us to."""
    rows = []
    oracles = (
        ("oracle", "programs"),
        ("optimizers_oracle", "optimizers"),
        ("runs_oracle", "runs"),
        ("lessons_oracle", "lessons"),
        ("exports_oracle", "exports"),
        ("second_oracle", "second derivatives"),
        ("from_torch_oracle", "imported graphs"),
    )
    for module, what in oracles:
        done = environment.run(f"bench.{module}", "--check")
        if done is None:
            head["torch"] = "absent: nothing was compared with it"
            return []
        same, _, total = done.stdout.strip().splitlines()[-1].split()[:3]
        work = f"{what} with PyTorch's figures as stored"
        rows.append(Row(work, "torch", int(same), int(total), what))
    versions = environment.versions()
    head |= {name: versions[name] for name in ("torch", "micrograd")}
    return rows


if __name__ == "__main__":
    main()
