"""Text in, numbers and picture out: what every route asks for, with what can be kept kept.

Everything here is a pure function of (source, inputs, the picture before). The caches only spare
work: a program is kept by its text, a drawing by its text and the drawing it followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from threading import Lock
from typing import TypeVar

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from app.drawings import Drawing, draw, key_of
from app.folds import USUAL, Folds
from app.links import FIRST, Sample
from app.settings import Settings
from engine.data import Table
from engine.drawing.boxes import BoxNumbers, box_numbers, bundle_numbers
from engine.drawing.cards import CardNumbers, WireNumbers, card_numbers
from engine.drawing.folding import Folded
from engine.errors import LimitError, MemoryLimitError
from engine.evaluate import Gradients, Problem, broken_slopes, problems
from engine.native import forward, gradients
from engine.paths import Paths, paths
from engine.program import Program, parse
from engine.spans import START
from engine.trace import RATE, Trace, trace
from engine.updates import Update

Array = NDArray[np.float64]

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_ProgramKey = tuple[str, str]
_NumbersKey = tuple[Program, bytes]
_TraceKey = tuple[Program, bytes, float, frozenset[str], frozenset[str], bytes]

# What a node takes in a cache, roughly; so many bytes of text count as one.
BYTES_A_NODE = 1_000
SHARED = 10  # drawings of one program that weigh as much as it does
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

    def boxes(self, folded: Folded) -> list[BoxNumbers | None]:
        """Return what every box of a picture shows."""
        return box_numbers(folded, self.values, self.found.nodes, self.troubles)

    def wires(self, drawing: Drawing) -> list[WireNumbers]:
        """Return how each wire of a drawing is drawn."""
        ends = ((wire.source, wire.target) for wire in drawing.picture.wires)
        return bundle_numbers(drawing.folded, self.found.edges, ends)

    def cards(self, nodes: Iterable[int] | None = None) -> list[CardNumbers]:
        """Return what the cards of some nodes show; of all of them if it is None."""
        graph, gradients = self.program.graph, self.found.nodes
        return card_numbers(graph, self.values, gradients, self.troubles, nodes=nodes)


class Pictures:
    """The way from text to picture, and its caches; safe to use from many threads."""

    def __init__(
        self, settings: Settings, tables: Callable[[str], Table | None] = lambda _: None
    ) -> None:
        """Make empty caches of the size the settings say; `tables` finds a person's own by key."""
        self._memory = int(settings.megabytes * 1e6)
        self._lock = Lock()
        self._drawings: LRUCache[str, Drawing] = LRUCache(settings.cache_nodes, _weight_of_drawing)
        self._numbers: LRUCache[_NumbersKey, Numbers] = LRUCache(
            settings.cache_nodes, _weight_of_its_program
        )
        self._traces: LRUCache[_TraceKey, Trace] = LRUCache(settings.cache_nodes, _weight_of_trace)
        self._programs: LRUCache[_ProgramKey, Program] = LRUCache(settings.cache_nodes, _weight)
        self._tables = tables
        self._limits = settings.limits()

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

    def drawing(
        self, program: Program, after: str = "", mine: str = "", folds: Folds = USUAL
    ) -> Drawing:
        """Return where the cards stand, as near as may be to the drawing called `after`.

        Args:
            program: what is drawn.
            after: the name of another drawing, or an empty string.
            mine: the key of the table that its data("mine") is.
            folds: which scopes are open.
        """
        before = self.drawn(after)
        key = key_of(program.source, mine, folds, before)
        return self._kept(self._drawings, key, lambda: draw(key, program, folds, before))

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


def _weight_of_its_program(kept: Numbers) -> int:
    return _weight(kept.program)


def _weight_of_drawing(drawing: Drawing) -> int:
    """Return what a drawing counts for; what it knows of the graph, all drawings of it share."""
    return len(drawing.folded.items) + _weight(drawing.program) // SHARED
