"""Fetch the vendored front-end files from npm again and hold them to their hashes.

`static/vendor/vendor.json` says which file of which package stands where. Each package is packed by
npm at its pinned version; a file whose SHA-256 differs from the table stops the run before anything
is written. `--accept` writes the hashes found into the table instead (after raising a version).

    python tools/vendor.py [--accept]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "static" / "vendor" / "vendor.json"


def packed(name: str, version: str, folder: str) -> dict[str, bytes]:
    """Return every file of one npm package, by its path inside the package."""
    command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{name}@{version}"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    archive = Path(folder) / answer.stdout.strip().splitlines()[-1]
    content = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if stream := tar.extractfile(member):
                content[member.name.removeprefix("package/")] = stream.read()
    return content


def wanted(package: dict[str, Any]) -> list[tuple[dict[str, str], bytes]]:
    """Return each file row of a package with the bytes npm serves for it."""
    with tempfile.TemporaryDirectory() as folder:
        content = packed(package["name"], package["version"], folder)
    return [(row, content[row["from"]]) for row in package["files"]]


def main() -> int:
    """Fetch, compare, write; return 1 when a hash differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--accept", action="store_true", help="write the hashes found to the table")
    accept = parser.parse_args().accept
    table = json.loads(TABLE.read_text("utf-8"))
    files = [found for package in table["packages"] for found in wanted(package)]
    faults = [row["to"] for row, data in files if row["sha256"] != hashlib.sha256(data).hexdigest()]
    if faults and not accept:
        print("These differ from their hash, nothing was written:", *faults, sep="\n  ")
        return 1
    for row, data in files:
        row["sha256"] = hashlib.sha256(data).hexdigest()
        (ROOT / row["to"]).write_bytes(data)
    TABLE.write_text(json.dumps(table, indent=2) + "\n", "utf-8")
    print(f"{len(files)} files of {len(table['packages'])} packages are as pinned.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
