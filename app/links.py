"""The address is the state: a program and its settings as a link, and back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, ImmutableMultiDict

from engine.answers import typed_number
from engine.mistakes import MISTAKES
from engine.numerals import exact
from engine.trace import GRAINS, RATE, Grain

# Beyond this the program goes behind the #, which the server never sees: no header limit applies.
LONGEST_QUERY = 6_000
LONGEST_COUNT = 9  # digits


@dataclass(frozen=True)
class Walk:
    """Where a person stands in a program's trace, and how they go.

    Attributes:
        step: as displayed, from 1; None where the whole picture is shown.
        grain: what a step is.
        rate: the learning rate of the update.
        mistakes: which of MISTAKES are made on the way.
        predict: whether the number of this step is to be found by the person.
        shown: whether that number has been found, or given up.
        found: whether it has been found.
        node: the name of the node whose card is open, or an empty string.
        locked: names of leaves that are not to learn.
    """

    step: int | None = None
    grain: Grain = "node"
    rate: float = RATE
    mistakes: frozenset[str] = frozenset()
    predict: bool = False
    shown: bool = False
    found: bool = False
    node: str = ""
    locked: frozenset[str] = frozenset()

    @property
    def begun(self) -> bool:
        """Return whether the person steps, or has set something about it."""
        return self.step is not None or self.predict or bool(self.mistakes)


WHOLE = Walk()


@dataclass(frozen=True)
class Sample:
    """Which sample is drawn.

    Attributes:
        lane: its number, from 0.
        mine: the key of the person's own table, or an empty string.
    """

    lane: int = 0
    mine: str = ""


FIRST = Sample()


def walk(fields: ImmutableMultiDict[Any, Any]) -> Walk:
    """Return what an address says of a walk; what does not fit is passed over.

    No address says that the number to predict is found: it would be in the page's source.
    """
    grain: Grain = next((each for each in GRAINS if each == fields.get("grain")), "node")
    rate = typed_number(str(fields.get("rate", "")))
    predict = fields.get("predict", "") == "1"
    step = count(str(fields.get("step", "")))
    return Walk(
        step=1 if predict and step is None else step,  # the whole picture would give all away
        grain="edge" if predict else grain,  # one number is asked for at a time
        rate=RATE if rate is None else rate.number,
        mistakes=frozenset(map(str, fields.getlist("broken"))) & frozenset(MISTAKES),
        predict=predict,
        node=str(fields.get("node", "")),
        locked=frozenset(map(str, fields.getlist("lock"))),
    )


def walk_in_form(form: FormData) -> Walk:
    """Return what a form of the page says of a walk: also whether the number is found by now."""
    shown = form.get("shown", "")
    return replace(walk(form), shown=shown in {"found", "given up"}, found=shown == "found")


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


def sample(fields: ImmutableMultiDict[Any, Any]) -> Sample:
    """Return which sample of the data an address or a form says; the first where it says none."""
    lane = str(fields.get("sample", ""))[:LONGEST_COUNT]
    known = lane.isdecimal() and lane.isascii()
    return Sample(int(lane) if known else 0, str(fields.get("mine", "")))


def count(text: str) -> int | None:
    """Return a whole number from 1, None where the text is none; a huge one is as good as last."""
    digits = text.lstrip("0")[:LONGEST_COUNT] or "1"
    return int(digits) if text.isdecimal() and text.isascii() else None


def _quoted(words: str) -> str:
    return quote(words, safe="*()=,;:/^!'", errors="replace").replace("%20", "+")
