"""Vendored files are what their table says, and the table names every one."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from engine.drawing.looks import FOLDER

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "static"
PACKAGES = json.loads((STATIC / "vendor" / "vendor.json").read_text("utf-8"))["packages"]
ROWS = {row["to"]: row["sha256"] for package in PACKAGES for row in package["files"]}


@pytest.mark.parametrize("path", ROWS)
def test_each_vendored_file_has_its_hash(path):
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == ROWS[path]


def test_every_file_beside_them_is_in_the_table():
    found = [p for folder in (STATIC / "vendor", FOLDER / "fonts") for p in folder.rglob("*")]
    names = {p.relative_to(ROOT).as_posix() for p in found if p.is_file()}
    assert names - set(ROWS) == {"static/vendor/vendor.json"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_each_package_is_pinned_and_brings_its_licence(package):
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert package["licence"]
    assert any("LICENSE" in row["to"] for row in package["files"])


def test_the_font_sheet_names_each_font_and_no_other():
    named = re.findall(r'url\("([^"]+)"\)', (FOLDER / "fonts.css").read_text("utf-8"))
    files = {p for p in ROWS if p.endswith(".woff2")}
    assert {f"engine/drawing/assets/{name}" for name in named} == files
