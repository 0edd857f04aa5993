"""Which scopes are open in a picture, as addresses and forms say it.

One field, `open`, holds it: empty for what is usual, "-" for none, "*2" for all to that depth, else
the paths of the open scopes, a line each; "=" before one tells that it is closed, but in front of
its stack. `only` names what the way to the output begins at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.datastructures import ImmutableMultiDict

from engine.drawing.folding import Folded, fold
from engine.drawing.forest import forest
from engine.drawing.opening import is_flat, opened_by_default, opened_to
from engine.graph import Graph

NONE = "-"
TO_DEPTH = "*"
IN_FRONT = "="
MOST_OPEN = 400  # scopes that an address opens
LONGEST_DEPTH = 3  # digits


@dataclass(frozen=True)
class Folds:
    """What is open and what is shown.

    Attributes:
        opened: as the field has it.
        only: the key of a node or the path of a scope: only its way to the output is shown.
        anchor: the key of the item that keeps its place on the screen.
    """

    opened: str = ""
    only: str = ""
    anchor: str = ""

    @property
    def key(self) -> str:
        """Return what tells one picture from another, for a cache."""
        return f"{self.opened}\0{self.only}\0{self.anchor}"


USUAL = Folds()


def folds(fields: ImmutableMultiDict[Any, Any]) -> Folds:
    """Return what an address or a form says of folding."""
    opened = "\n".join(str(each).replace("\r", "") for each in fields.getlist("open"))
    return Folds(opened, str(fields.get("only", "")), str(fields.get("anchor", "")))


def folded(graph: Graph, asked: Folds, names: Mapping[str, int]) -> Folded:
    """Return a graph folded as it is asked for.

    Args:
        graph: n nodes.
        asked: scopes and keys that it does not have are passed over.
        names: the nodes by key.
    """
    only = _way(graph, asked.only, names) if asked.only else None
    if not asked.opened and is_flat(graph):
        return fold(graph, only=only, flat=True)
    opened = _opened(graph, asked.opened)
    return fold(graph, opened, _in_front(graph, asked.opened), only=only)


def _opened(graph: Graph, words: str) -> tuple[int, ...]:
    if not words:
        return opened_by_default(graph)
    if words.startswith(TO_DEPTH):
        depth = words[1 : 1 + LONGEST_DEPTH]
        return opened_to(graph, int(depth) if depth.isdecimal() and depth.isascii() else 1)
    scopes = forest(graph).scopes.by_path
    found = [scopes[path] for path in words.split("\n") if path in scopes]
    return tuple(found[-MOST_OPEN:])


def _in_front(graph: Graph, words: str) -> dict[int, int]:
    """Return the members in front of closed stacks, by the first member."""
    stacks, scopes = forest(graph).stacks, forest(graph).scopes.by_path
    lines = words.split("\n")[-MOST_OPEN:] if IN_FRONT in words else []
    paths = [line[1:] for line in lines if line.startswith(IN_FRONT)]
    return {stacks.first[scopes[path]]: scopes[path] for path in paths if path in scopes}


def _way(graph: Graph, key: str, names: Mapping[str, int]) -> set[int] | None:
    """Return the nodes between what has this key and the output, both included."""
    scopes = forest(graph).scopes
    if key in names:
        begin = [names[key]]
    elif key in scopes.by_path:
        begin = scopes.nodes_in(scopes.by_path[key]).tolist()
    else:
        return None
    found: list[int] = np.flatnonzero(graph.above(begin) & graph.reaching).tolist()
    return set(found) | set(begin)
