"""What an answer of /graph shows, read back from its markup."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Element:
    """One element with its attributes and the words inside it."""

    tag: str
    attributes: dict[str, str]
    words: str = ""


@dataclass
class Fragment(HTMLParser):
    """A fragment of HTML, as a list of elements in the order they open."""

    text: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        self._open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.words += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements with this tag and these attributes; `_` stands for a hyphen."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and wanted.items() <= element.attributes.items()
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the only element with this tag and these attributes."""
        (element,) = self.all(tag, **attributes)
        return element


def picture(answer: str) -> ET.Element:
    """Return the one `<svg>` of an answer, read as XML."""
    (svg,) = re.findall(r"<svg class=\"graph\".*?</svg>", answer, re.DOTALL)
    return ET.fromstring(svg)


@dataclass(frozen=True)
class Card:
    """What one card shows."""

    node: int
    name: str
    value: str
    grad: str
    looks: frozenset[str]
    title: str
    spoken: str
    place: str
    word: str
    bar: tuple[float, float]


def cards(svg: ET.Element) -> list[Card]:
    """Return what the cards of a picture show, in order."""
    found = []
    for group in svg.iter(f"{SVG}g"):
        if "data-node" not in group.attrib:
            continue
        words = {text.get("class", ""): text.text or "" for text in group.findall(f"{SVG}text")}
        (bar,) = group.findall(f"{SVG}rect[@class='bar']")
        found.append(
            Card(
                int(group.attrib["data-node"]),
                words["name"],
                words["value"],
                words["grad"],
                frozenset(group.attrib["class"].split()),
                group.findtext(f"{SVG}title") or "",
                group.attrib["aria-label"],
                group.attrib["transform"],
                words["word"],
                (float(bar.attrib["x"]), float(bar.attrib["width"])),
            )
        )
    return found


def wires(svg: ET.Element) -> list[tuple[int, int, str]]:
    """Return (source, target, classes) of each wire."""
    return [
        (int(path.attrib["data-source"]), int(path.attrib["data-target"]), path.attrib["class"])
        for path in svg.iter(f"{SVG}path")
        if "data-source" in path.attrib
    ]


def attribute(answer: str, name: str) -> str:
    """Return the first value of an attribute, such as data-drawing."""
    found = re.search(rf'{name}="([^"]*)"', answer)
    assert found, f"no {name}"
    return unescape(found[1])
