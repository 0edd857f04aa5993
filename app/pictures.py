"""Text in, numbers and picture out: what every route asks for, with what can be kept kept.

Everything here is a pure function of (source, inputs, the picture before). The caches only spare
work: a program is kept by its text, a drawing by its text and the drawing it followed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache, partial
from hashlib import sha256
from threading import Lock
from typing import TypeVar

import numpy as np
from cachetools import LRUCache
from markupsafe import Markup
from numpy.typing import NDArray

from app.links import FIRST, Sample
from app.settings import Settings
from engine.data import Table
from engine.drawing.cards import (
    CardNumbers,
    WireNumbers,
    card_numbers,
    card_sizes,
    wire_numbers,
)
from engine.drawing.layout import Layout, lay_out
from engine.drawing.svg import write_svg
from engine.errors import LimitError, MemoryLimitError
from engine.evaluate import Gradients, Problem, broken_slopes, problems
from engine.graph import Graph
from engine.names import every_name
from engine.native import forward, gradients
from engine.paths import Paths, paths
from engine.program import Limits, Program, parse
from engine.spans import START
from engine.trace import RATE, Trace, trace
from engine.updates import Update

Array = NDArray[np.float64]

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_ProgramKey = tuple[str, str]
_NumbersKey = tuple[Program, bytes]
_TraceKey = tuple[Program, bytes, float, frozenset[str], frozenset[str], bytes]

# With a larger share of new nodes than this it is another program: it is laid out afresh.
MOST_NEW = 0.5
# What a node takes in a cache, roughly; so many bytes of text count as one.
BYTES_A_NODE = 1_000
BYTES_AN_EVENT = 250  # of a trace, with what it has found out about itself; half without mistakes
BYTES_A_TRACE = 4_000  # however short
OPEN_NODES = 2  # at one setting of the inputs; a path may be as long as the program


class ForgottenDataError(Exception):
    """A table of a person's own that is asked for by its key, and no longer kept here."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """One program at one setting of its inputs; one lane."""

    program: Program
    sample: Sample
    values: Array
    found: Gradients
    problems: list[Problem]

    @property
    def output(self) -> float:
        """Return the value of the output."""
        return float(self.values[self.program.graph.output, 0])

    def broken_slopes(self) -> list[Problem]:
        """Return where a gradient stops being finite though all values are."""
        if np.isfinite(self.found.nodes[~self.program.graph.constant]).all():
            return []
        return broken_slopes(self.program.graph, self.values, self.found)

    @cached_property
    def paths(self) -> Callable[[int], Paths]:
        """Return what finds the paths from a node to the output, and keeps those of the last."""
        return lru_cache(OPEN_NODES)(partial(paths, self.program.graph, self.values))

    @cached_property
    def troubles(self) -> dict[int, str]:
        """Return why values are not finite, by the node where it begins."""
        return {problem.node: problem.message for problem in self.problems}

    def cards(self, nodes: Iterable[int] | None = None) -> list[CardNumbers]:
        """Return what the cards of some nodes show; of all of them if it is None."""
        graph, gradients = self.program.graph, self.found.nodes
        return card_numbers(graph, self.values, gradients, self.troubles, nodes=nodes)


@dataclass(frozen=True, eq=False)
class Drawing:
    """Where a program's cards stand. `key` names it, so that the next one can start from it.

    `names` holds a name a node that survives edits.
    """

    key: str
    program: Program
    names: tuple[str, ...]
    layout: Layout

    @property
    def graph(self) -> Graph:
        """Return the structure that is drawn."""
        return self.program.graph

    def is_another(self, before: Drawing) -> bool:
        """Return whether it shows another program than `before`, not an edit of it."""
        return _mostly_new(self.names, before.names)

    def wires(self, numbers: Numbers) -> list[WireNumbers]:
        """Return how each of its wires is drawn."""
        ends = ((wire.source, wire.target) for wire in self.layout.wires)
        return wire_numbers(self.graph, numbers.found.edges, ends)

    @cached_property
    def sizes(self) -> Array:
        """Return (n, 2): width and height of every card."""
        return card_sizes(self.graph)

    @cached_property
    def card_boxes(self) -> Array:
        """Return (n, 4): left, top, right and bottom of every card."""
        corners = np.column_stack([self.layout.x, self.layout.y])
        return np.hstack([corners, corners + self.sizes])

    @cached_property
    def wire_boxes(self) -> Array:
        """Return (wires, 4): left, top, right and bottom of a box around every wire."""
        ways = [np.array(wire.points) for wire in self.layout.wires]
        return np.array([(*way.min(axis=0), *way.max(axis=0)) for way in ways]).reshape(-1, 4)

    def svg(self, cards: Sequence[CardNumbers], wires: Sequence[WireNumbers]) -> Markup:
        """Return the picture."""
        return write_svg(self.graph, self.layout, cards, wires, self.names)


class Pictures:
    """The way from text to picture, and its caches; safe to use from many threads."""

    def __init__(
        self, settings: Settings, tables: Callable[[str], Table | None] = lambda _: None
    ) -> None:
        """Make empty caches of the size the settings say; `tables` finds a person's own by key."""
        limits = Limits(**{each.name: getattr(settings, each.name) for each in fields(Limits)})
        self._memory = int(settings.megabytes * 1e6)
        self._lock = Lock()
        self._drawings: LRUCache[str, Drawing] = LRUCache(
            settings.cache_nodes, _weight_of_its_program
        )
        self._numbers: LRUCache[_NumbersKey, Numbers] = LRUCache(
            settings.cache_nodes, _weight_of_its_program
        )
        self._traces: LRUCache[_TraceKey, Trace] = LRUCache(settings.cache_nodes, _weight_of_trace)
        self._programs: LRUCache[_ProgramKey, Program] = LRUCache(settings.cache_nodes, _weight)
        self._tables = tables
        self._limits = limits

    def program(self, source: str, mine: str = "") -> Program:
        """Return a typed program, read; `mine` is the key of the table that data("mine") is.

        Raises:
            ProgramError: the text is refused.
            ForgottenDataError: that table is not kept here.
        """
        table = self._tables(mine) if mine else None
        if mine and table is None:
            raise ForgottenDataError
        return self._kept(
            self._programs, (source, mine), lambda: parse(source, self._limits, table)
        )

    def numbers(self, source: str, inputs: Mapping[str, float], sample: Sample = FIRST) -> Numbers:
        """Return a program's values, gradients and problems, of one sample of its data.

        Raises:
            ProgramError: the text is refused.
            ForgottenDataError: the table of the person's own is not kept here.
        """
        program = self.program(source, sample.mine)
        leaves = program.leaves(inputs, sample.lane)
        key = (program, leaves.tobytes())
        return self._kept(self._numbers, key, lambda: self._compute(program, sample, leaves))

    def _compute(self, program: Program, sample: Sample, leaves: Array) -> Numbers:
        try:
            values = forward(program.graph, leaves, self._memory)
        except MemoryLimitError as error:
            raise LimitError(str(error), START) from error
        found = gradients(program.graph, values)
        return Numbers(program, sample, values, found, problems(program.graph, values))

    def trace(
        self,
        numbers: Numbers,
        rate: float = RATE,
        mistakes: frozenset[str] = frozenset(),
        locked: frozenset[str] = frozenset(),
        update: Update | None = None,
    ) -> Trace:
        """Return the walk through forward, backward and update, event by event."""
        program, values = numbers.program, numbers.values
        key = (program, values.tobytes(), rate, mistakes, locked, update.key if update else b"")
        held = {program.input_named[name].node for name in locked & program.input_named.keys()}
        return self._kept(
            self._traces, key, lambda: trace(program.graph, values, rate, mistakes, held, update)
        )

    def drawn(self, key: str) -> Drawing | None:
        """Return the drawing of this name, while it is kept."""
        with self._lock:
            return self._drawings.get(key)

    def drawing(self, program: Program, after: str = "", mine: str = "") -> Drawing:
        """Return where the cards stand, as near as may be to the drawing called `after`.

        Args:
            program: what is drawn.
            after: the name of another drawing, or an empty string.
            mine: the key of the table that its data("mine") is.
        """
        before = self.drawn(after)
        key = _key(program.source, mine, before)
        return self._kept(self._drawings, key, lambda: _draw(key, program, before))

    def _kept(self, cache: LRUCache[_Key, _Kept], key: _Key, make: Callable[[], _Kept]) -> _Kept:
        """Return what a cache holds, or make it; two threads may both, and neither waits."""
        with self._lock:
            known = cache.get(key)
        if known is None:
            known = make()
            with self._lock, suppress(ValueError):  # heavier than the whole cache: not kept
                cache[key] = known
        return known


def _weight(program: Program) -> int:
    """Return what a program counts for in a cache: its nodes; long text counts too."""
    return len(program.graph) + len(program.source) // BYTES_A_NODE


def _weight_of_trace(trace: Trace) -> int:
    return (BYTES_A_TRACE + len(trace.events) * BYTES_AN_EVENT) // BYTES_A_NODE


def _weight_of_its_program(kept: Numbers | Drawing) -> int:
    return _weight(kept.program)


def _key(source: str, mine: str, before: Drawing | None) -> str:
    lineage = f"{before.key if before else ''}\0{mine}\0{source}"
    return sha256(lineage.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _draw(key: str, program: Program, before: Drawing | None) -> Drawing:
    """Lay a program out; what stood in the drawing before keeps its place as far as possible."""
    graph, names = program.graph, node_names(program.graph)
    previous = None
    if before is not None and not _mostly_new(names, before.names):
        previous = _places(names, before)
    return Drawing(key, program, names, lay_out(graph.operands, card_sizes(graph), previous))


def _mostly_new(names: Sequence[str], before: Sequence[str]) -> bool:
    """Tell whether these nodes belong to another program, not to an edit of the one before."""
    return len(set(names) - set(before)) > MOST_NEW * len(names)


def _places(names: Sequence[str], before: Drawing) -> Array:
    """Return (n, 2): where each node stood in the drawing before, NaN for new ones."""
    stood = {name: node for node, name in enumerate(before.names)}
    corners = np.column_stack([before.layout.x, before.layout.y])
    places = np.full((len(names), 2), np.nan)
    for node, name in enumerate(names):
        if name in stood:
            places[node] = corners[stood[name]]
    return places


def node_names(graph: Graph) -> tuple[str, ...]:
    """Return a name a node that survives edits: its label or words, counted where they repeat."""
    count: Counter[str] = Counter()
    names = []
    for name in every_name(graph):
        count[name] += 1
        names.append(f"{name}#{count[name]}")
    return tuple(names)
