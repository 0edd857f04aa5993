"""The bench's own environment, made on demand: PyTorch and what else we are measured against.

    python -m bench.environment      make it, and say what is in it

It lies in build/bench, holds what requirements.txt pins, and is made anew when that changes. When
the packages can't be had, one line says so and the table goes on without them.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

Ask = Callable[[str], Any]

ROOT = Path(__file__).parents[1]
HOME = ROOT / "build" / "bench"
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
STAMP = HOME / "requirements.sha256"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def python() -> Path | None:
    """Return the environment's Python, made if need be; None, and a line, where it can't be."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text("ascii") == wanted:
        return PYTHON
    print("Setting up the bench's environment (PyTorch for the CPU, some 200 MB) ...", flush=True)
    try:
        venv.create(HOME, clear=True, with_pip=True)
        _pip("install", "--quiet", "--requirement", str(REQUIREMENTS))
    except (OSError, subprocess.CalledProcessError) as error:
        output = getattr(error, "stderr", "") or str(error)
        last = output.strip().splitlines()[-1] if output.strip() else "no reason was given"
        print(f"!! PyTorch and the other peers are left out: {last}")
        return None
    STAMP.write_text(wanted, "ascii")
    return PYTHON


def versions() -> dict[str, str]:
    """Return the name and version of what the environment holds."""
    lines = _pip("list", "--format=freeze").splitlines()
    return dict(line.split("==", 1) for line in lines if "==" in line)


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """Run a module of the bench in the environment; None where there is none."""
    found = python()
    if found is None:
        return None
    command = [str(found), "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@contextmanager
def talking(module: str) -> Iterator[Ask | None]:
    """Run a module in the environment and give what asks it; None where there is none.

    The module reads a line, answers with a line of JSON, and so on until there are no more.
    """
    found = python()
    if found is None:
        yield None
        return
    command = [str(found), "-m", module]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as child:

        def ask(line: str) -> Any:
            print(line, file=child.stdin, flush=True)
            assert child.stdout
            said = child.stdout.readline()
            assert said, f"{module} ended when asked for {line}"
            return json.loads(said)

        yield ask


def rerun(module: str) -> NoReturn:
    """Run this program again, in the environment."""
    found = python()
    if found is None or Path(sys.executable) == found:
        sys.exit(1)
    arguments = [str(found), "-m", module, *sys.argv[1:]]
    sys.exit(subprocess.run(arguments, cwd=ROOT, check=False).returncode)


def _pip(*arguments: str) -> str:
    command = [str(PYTHON), "-m", "pip", *arguments, "--disable-pip-version-check"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    if python():
        print("\n".join(f"{name} {version}" for name, version in versions().items()))
