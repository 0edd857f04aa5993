"""A graph as a PNG, drawn with the page's own typefaces.

They lie here as the web has them, and are unpacked once, into the user's cache folder. What draws
takes a character that a typeface lacks from another one; and all of the text, if that other one has
all of it. So no part of ours has what another has, and those of the system are loaded only where a
name needs one.
"""

from __future__ import annotations

import atexit
import hashlib
import math
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import platformdirs

from engine.computed import Computed
from engine.drawing.looks import FOLDER, sheet
from engine.drawing.picture import Picture
from engine.standalone.still import svg
from engine.trace import Grain, Trace

LARGEST = 16_000.0  # px, the longer side; a larger picture is drawn smaller
MOST_PIXELS = 64e6  # so is one of more: they take four bytes each while it is drawn
SIGNS = "U+2190-22FF, U+1D400-1D7FF"  # what is taken of the typeface for formulas
FAMILY_NAMES = (1, 16)  # the records of a typeface that hold it

_FACE = re.compile(r'font-family: "([^"]+)".*?url\("fonts/([^"]+)"\)[^;]*;([^}]*)}', re.DOTALL)
_RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")
_SIZE = re.compile(r' width="([\d.]+)" height="([\d.]+)"')
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


class Face(NamedTuple):
    """A vendored file: one part of a typeface, and the characters it is taken for."""

    name: str
    file: str
    ranges: tuple[tuple[int, int], ...]


def png(
    work: Computed,
    *,
    scale: float = 2.0,
    dark: bool = False,
    step: int | None = None,
    grain: Grain = "node",
    picture: Picture | None = None,
    trace: Trace | None = None,
) -> bytes:
    """Return a graph with its numbers as a PNG.

    Args:
        work: the graph and its numbers.
        scale: pixels for each px of the picture; less where it would be larger than LARGEST or
            MOST_PIXELS.
        dark: whether it is dark.
        step: the step of the walk whose picture it is, from 1; None for the finished one.
        grain: how large a step is.
        picture: what is open and where it stands; as the page opens it if None.
        trace: another walk than the usual one.

    Raises:
        GraphError: the walk has no such step.
    """
    text = svg(work, dark=dark, step=step, grain=grain, picture=picture, trace=trace)
    return raster(text, scale)


def raster(text: str, scale: float = 2.0) -> bytes:
    """Return a picture by itself as a PNG; `scale` as in `png`."""
    import resvg_py  # here, so that the engine is there without it

    size = _SIZE.search(text)
    width, height = map(float, size.groups()) if size else (LARGEST, LARGEST)
    fits = min(LARGEST / max(width, height), math.sqrt(MOST_PIXELS / (width * height)))
    drawn = resvg_py.svg_to_bytes(
        svg_string=text,
        zoom=min(scale, fits),
        font_files=[str(file) for file in unpacked()],
        skip_system_fonts=all(map(_is_ours, set("".join(_TEXT.findall(text))))),
    )
    return bytes(drawn)


@cache
def faces() -> tuple[Face, ...]:
    """Return the vendored files, those for names and numbers first."""
    found = []
    for family, file, rest in _FACE.findall(sheet("fonts.css")):
        ranges = _RANGE.findall(rest) or _RANGE.findall(SIGNS)
        spans = tuple((int(first, 16), int(last or first, 16)) for first, last in ranges)
        # the Latin part has the name of the whole: it is the one that is asked for
        part = "" if file.endswith("-latin.woff2") else f" {Path(file).stem}"
        found.append(Face(family + part, file, spans))
    return tuple(sorted(found, key=lambda face: "Mono" not in face.name))


@cache
def _is_ours(character: str) -> bool:
    """Return whether a vendored typeface has a character."""
    code = ord(character)
    return any(first <= code <= last for face in faces() for first, last in face.ranges)


@cache
def unpacked() -> tuple[Path, ...]:
    """Return the typefaces as files that can be drawn with, unpacked where they are not yet."""
    folder = platformdirs.user_cache_path("gradwalk", appauthor=False) / "fonts"
    try:
        return tuple(_unpacked(folder))
    except OSError:  # nothing can be kept there: once for each start
        lost = tempfile.mkdtemp(prefix="gradwalk-")
        atexit.register(shutil.rmtree, lost, ignore_errors=True)
        return tuple(_unpacked(Path(lost)))


def _unpacked(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for face in faces():
        packed = FOLDER / "fonts" / face.file
        mark = hashlib.sha256(packed.read_bytes()).hexdigest()[:12]
        target = folder / f"{packed.stem}-{mark}.ttf"
        if not target.is_file():
            _unpack(packed, face, target)
        yield target


def _unpack(packed: Path, face: Face, target: Path) -> None:
    """Write one typeface under its name; whoever reads at the same time finds all of it or none."""
    # late: only the first time asks for it; and it ships no types
    from fontTools import subset, ttLib  # type: ignore[import-untyped]

    chosen = subset.Subsetter(subset.Options(layout_features=[], notdef_outline=True))
    chosen.populate(unicodes=[c for first, last in face.ranges for c in range(first, last + 1)])
    with (
        ttLib.TTFont(packed) as font,
        tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as file,
    ):
        chosen.subset(font)
        font.flavor = None
        for record in font["name"].names:
            if record.nameID in FAMILY_NAMES:
                record.string = face.name
        font.save(file)
    Path(file.name).replace(target)
