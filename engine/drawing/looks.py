"""What pictures look like: the style sheets of the page, and of pictures that leave it.

`tokens.css` has the colours, light and dark; `fonts.css` the typefaces, which lie in `fonts`;
`picture.css` a picture at rest; `lit.css` what changes in it under a pointer; `walk.css` what
stands around it while it is walked through. A picture by itself may stand on any page, and is read
by programs that know no variables: its rules have a class of ours before them, and the colours in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "assets"
PREFIX = "gw-"  # of every class in a picture by itself: a page has cards and badges of its own

_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_TOKEN = re.compile(r"--([\w-]+):\s*(?:light-dark\(([^,]+),\s*([^)]+)\)|([^;]+));")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
_CLASSES = re.compile(r'class="([^"]*)"')
_STOPS = re.compile(r' tabindex="[^"]*"')
_ON_THE_PAGE = ("cursor", "outline")  # what only a page has a use for


@cache
def sheet(name: str) -> str:
    """Return one of the style sheets, as the page links to it."""
    return (FOLDER / name).read_text("utf-8")


@cache
def tokens(*, dark: bool) -> Mapping[str, str]:
    """Return the colours and typefaces by name.

    >>> tokens(dark=False)["positive"], tokens(dark=True)["positive"]
    ('#0b67c2', '#6db3ff')
    """
    return {
        name: plain or (by_night if dark else by_day)
        for name, by_day, by_night, plain in _TOKEN.findall(sheet("tokens.css"))
    }


@cache
def rules(root: str, *, dark: bool | None) -> str:
    """Return the rules of a picture by itself, all of them under one class.

    Args:
        root: that class, without PREFIX.
        dark: whether it is dark; None follows what the reader prefers, light where nothing is said.
    """
    around = f".{PREFIX}{root}"
    lines = [f"{around} {{ font-style: normal; letter-spacing: 0; word-spacing: 0; }}"]
    lines += _rules(around, tokens(dark=bool(dark)), all_of_it=True)
    if dark is None:
        night = "\n".join(_rules(around, tokens(dark=True), all_of_it=False))
        lines.append(f"@media (prefers-color-scheme: dark) {{\n{night}\n}}")
    return "\n".join(lines)


def apart(svg: str, root: str) -> str:
    """Return a picture whose classes are ours alone, and whose own class is `root`.

    No key stops at its cards. In its texts are no quotation marks: they are escaped.
    """

    def renamed(found: re.Match[str]) -> str:
        return f'class="{" ".join(PREFIX + name for name in found[1].split())}"'

    opening, rest = svg.split('class="graph"', 1)
    return f'{opening}class="{PREFIX}{root}"{_CLASSES.sub(renamed, _STOPS.sub("", rest))}'


def _rules(around: str, words: Mapping[str, str], *, all_of_it: bool) -> Iterator[str]:
    """Yield each rule with the words filled in; of a second scheme only what is coloured."""
    text = _COMMENTS.sub("", f".ground {{ fill: var(--bg); }}\n{sheet('picture.css')}")
    for selectors, body in _RULE.findall(text):
        declared = [each.strip() for each in body.split(";") if each.strip()]
        kept = [
            _VARIABLE.sub(lambda found: words[found[1]], each)
            for each in declared
            if (all_of_it or _VARIABLE.search(each)) and not each.startswith(_ON_THE_PAGE)
        ]
        if kept:
            ours = _CLASS.sub(rf".{PREFIX}\1", selectors)
            named = ", ".join(f"{around} {each.strip()}" for each in ours.split(","))
            yield f"{named} {{ {'; '.join(kept)}; }}"
