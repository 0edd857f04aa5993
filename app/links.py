"""The address is the state: a program and its settings as a link, and back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from engine.numerals import exact

# Beyond this the program goes behind the #, which the server never sees: no header limit applies.
LONGEST_QUERY = 6_000


def link(source: str, inputs: Mapping[str, float]) -> str:
    """Return the address that reopens exactly this.

    >>> link("x*x", {"x": 3.0})
    '/?p=x*x&set=x:3'
    """
    words = "&".join(
        [f"p={_quoted(source)}", *(f"set={_quoted(setting(*each))}" for each in inputs.items())]
    )
    return f"/?{words}" if len(words) <= LONGEST_QUERY else f"/#{words}"


def setting(name: str, number: float) -> str:
    """Return one input's number as links and forms carry it."""
    return f"{name}:{exact(number)}"


def settings(written: Iterable[str]) -> dict[str, float]:
    """Return names and numbers; what is no finite number is passed over.

    >>> settings(["x:3", "w:-2.5", "y:inf", "z"])
    {'x': 3.0, 'w': -2.5}
    """
    found = {}
    for each in written:
        name, _, text = each.rpartition(":")
        try:
            number = float(text)
        except ValueError:
            continue
        if name and math.isfinite(number):
            found[name] = number
    return found


def _quoted(words: str) -> str:
    return quote(words, safe="*()=,;:/^!'", errors="replace").replace("%20", "+")
