"""CPython with micrograd, running a lesson's text: what `bench.building` is measured against.

    echo moons | python -m bench.building_peer      (in the bench environment)

Each line names a lesson and is answered by how many seconds it took, its text compiled anew.
"""

from __future__ import annotations

import json
import sys

from bench import lessons
from bench.timing import laps, quiet_heap


def seconds(name: str) -> float:
    """Return how long a lesson takes without its lines of print."""
    path = lessons.EXAMPLES / f"{name}.py"
    lines = path.read_text("utf-8").splitlines()
    source = "\n".join(line for line in lines if not line.lstrip().startswith("print("))
    lessons.prepare()
    names = {"__name__": name, "draw_dot": lambda _: None}
    (taken,) = laps(lambda: exec(compile(source, str(path), "exec"), names), 1)
    assert "total_loss" in names
    return taken


def main() -> None:
    """Answer line by line, until there are no more."""
    with quiet_heap():
        for line in sys.stdin:
            print(json.dumps(seconds(line.strip())), flush=True)


if __name__ == "__main__":
    main()
