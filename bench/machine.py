"""What ran, and on what: the head of the table."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path


def machine() -> dict[str, str]:
    """Return the machine and the versions of what is measured; no names of hosts or people."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba", "fastapi", "uvicorn")},
        "dot": _dot(),
    }


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    if known.is_file():
        for line in known.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _dot() -> str:
    if shutil.which("dot") is None:
        return "absent: no comparison with it was made"
    said = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=False).stderr
    return said.partition("version ")[2].split(" ")[0] or "unknown"
