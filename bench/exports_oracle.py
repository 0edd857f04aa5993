"""What the exported PyTorch files print: figures that the tests hold this engine to.

    python -m bench.exports_oracle           write tests/data/export_figures.json anew
    python -m bench.exports_oracle --check   export and run the files again, and compare

Of each program the file holds its text, what its exported file printed, and the fingerprint of
that file: a test that sees another text asks for a new run.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

try:
    import torch
except ModuleNotFoundError:  # run it from the bench environment
    from bench.environment import rerun

    rerun("bench.exports_oracle")

from bench.exports_programs import fingerprint, programs
from bench.oracle import same
from engine.computed import Computed
from engine.export.torch_file import torch_file
from engine.program import Limits, parse

FILE = Path(__file__).parents[1] / "tests" / "data" / "export_figures.json"
LIMITS = Limits(seconds=60.0)
SAME = (1e-9, 1e-12)  # relative, absolute


def figures(name: str, source: str) -> dict[str, Any]:
    """Export one program and run it; return what is stored of it."""
    text = torch_file(Computed.of_program(parse(source, LIMITS)))
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(text, name, "exec"), {})
    return {
        "program": name,
        "source": source,
        "sha256": fingerprint(text),
        "printed": printed.getvalue().splitlines(),
    }


def recorded() -> str:
    """Return the text of the file."""
    head = json.dumps(torch.__version__.partition("+")[0])
    rows = ",\n".join(
        json.dumps(figures(name, source), ensure_ascii=False) for name, source in programs().items()
    )
    return f'{{"torch": {head},\n "programs": [\n{rows}\n]}}\n'


def check() -> int:
    """Compare the file with figures computed now; return how many programs differ."""
    stored = {row["program"]: row for row in json.loads(FILE.read_text("utf-8"))["programs"]}
    computed = json.loads(recorded())["programs"]
    differing = [
        new["program"]
        for new in computed
        if not same(_read(stored.get(new["program"], {})), _read(new), *SAME)
    ]
    for name in differing:
        print(f"differs: {name}")
    agreeing = f"{len(computed) - len(differing)} of {len(computed)}"
    print(f"{agreeing} exported files as stored (PyTorch {torch.__version__})")
    return len(differing)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """Return a program's figures with the numbers in its lines as numbers; nan equals itself."""
    pairs = (line.rpartition(" = ") for line in row.get("printed", []))
    numbers = [[name, number if number == "nan" else float(number)] for name, _, number in pairs]
    return {**row, "printed": numbers}


def main(arguments: list[str]) -> int:
    """Write the file, or check it."""
    if arguments == ["--check"]:
        return min(check(), 1)
    FILE.write_text(recorded(), "utf-8")
    print(f"{len(programs())} programs written to {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
