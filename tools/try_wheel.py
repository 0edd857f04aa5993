"""Try the wheel of `dist` as one who has just installed it: an empty environment, another folder.

    make dist        build it, then this

What it needs comes from requirements.lock; that the wheel itself asks for all of it is checked.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0  # seconds until the page must be there


def main() -> None:
    """Install the wheel, draw with it, serve with it."""
    (wheel,) = (ROOT / "dist").glob("*.whl")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        venv.create(home / "env", with_pip=True)
        scripts = home / "env" / ("Scripts" if os.name == "nt" else "bin")
        _install(scripts / "python", wheel)
        elsewhere = home / "elsewhere"
        elsewhere.mkdir()
        command = str(scripts / "gradwalk")
        print(_run([command, "--version"], elsewhere).strip())
        python = str(scripts / "python")
        _run([python, "-m", "gradwalk", "--version"], elsewhere)
        _run([python, "-c", "from gradwalk import Expr; Expr(2.0).tanh().backward()"], elsewhere)
        for kind in ("svg", "png", "html"):
            _run([command, "draw", "tanh(w*x + b)", "--set", "x=2", "-o", f"o.{kind}"], elsewhere)
        assert (elsewhere / "o.svg").read_text("utf-8").startswith("<svg")
        assert (elsewhere / "o.png").read_bytes().startswith(b"\x89PNG")
        _run([command, "check", "y = tanh(x)"], elsewhere)
        _serve(command, elsewhere)
    print(f"{wheel.name} installs, draws and serves.")


def _install(python: Path, wheel: Path) -> None:
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    lock = str(ROOT / "requirements.lock")
    _run([*pip, "install", "--quiet", "--require-hashes", "-r", lock], ROOT)
    _run([*pip, "install", "--quiet", "--no-deps", str(wheel)], ROOT)
    _run([*pip, "check"], ROOT)


def _run(words: list[str], folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words[1:])}: {done.stdout}{done.stderr}")
    return done.stdout


def _serve(command: str, folder: Path) -> None:
    """Ask a served page, and all that it links to, from a folder that is not the project's."""
    server = subprocess.Popen(
        [command, "--port", "0"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = _address(server)
        page = urllib.request.urlopen(f"{address}/?p=x*x").read().decode()
        assert 'class="graph"' in page
        for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            assert urllib.request.urlopen(address + asset).read()
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _address(server: subprocess.Popen[str]) -> str:
    """Return where it says that it listens."""
    until = time.monotonic() + PATIENCE
    for line in server.stderr or ():
        if found := re.search(r"http://[\d.]+:\d+", line):
            return found[0]
        assert time.monotonic() < until
    sys.exit("The server has ended by itself.")


if __name__ == "__main__":
    main()
