"""elkjs and dagre for the bench, in build/bench/node: what node_packages.json pins.

    python -m bench.node_environment      set them up, and say what is there

Only npm is asked for them. Without node or npm, or when the packages can't be had, one line says so
and the table goes on without them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.environment import HOME

PACKAGES = Path(__file__).parent / "node_packages.json"
PEERS = Path(__file__).parent / "node_peers.cjs"
NODE_HOME = HOME / "node"
MANIFEST = NODE_HOME / "package.json"
DONE = NODE_HOME / "installed.json"


def home() -> Path | None:
    """Return where the packages are, installed if need be; None where they can't be had."""
    wanted = PACKAGES.read_text("utf-8")
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    if DONE.is_file() and DONE.read_text("utf-8") == wanted:
        return NODE_HOME
    NODE_HOME.mkdir(parents=True, exist_ok=True)
    MANIFEST.write_text(wanted, "utf-8")
    command = [shutil.which("npm") or "npm", "install", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=NODE_HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        print(f"!! elkjs and dagre are left out: {last[0]}")
        return None
    DONE.write_text(wanted, "utf-8")
    return NODE_HOME


def versions() -> dict[str, str]:
    """Return the packages and their versions, "absent" where they are not there."""
    pinned: dict[str, str] = json.loads(PACKAGES.read_text("utf-8"))["dependencies"]
    there = home() is not None
    return {name.split("/")[-1]: number if there else "absent" for name, number in pinned.items()}


class Node:
    """The process that elkjs and dagre run in."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        """Talk to a process that has just been started."""
        self._child = child

    def ask(self, question: dict[str, Any]) -> Any:
        """Return the answer to one question."""
        assert self._child.stdin
        assert self._child.stdout
        print(json.dumps(question), file=self._child.stdin, flush=True)
        said = self._child.stdout.readline()
        assert said, "node ended"
        return json.loads(said)


@contextmanager
def talking() -> Iterator[Node | None]:
    """Start node with the peers in it; None where they are absent."""
    found = home()
    if found is None:
        yield None
        return
    command = [shutil.which("node") or "node", "--stack-size=8000", str(PEERS), str(found)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
        yield Node(child)


if __name__ == "__main__":
    print("\n".join(f"{name} {number}" for name, number in versions().items()))
