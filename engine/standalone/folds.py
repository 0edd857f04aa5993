"""The pictures between which a document folds and unfolds: laid out here, since no page can.

They are found breadth first from the one it opens with. Where there are too many to carry, opening
a box closes those beside it; a box whose picture is not carried does not open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from engine.drawing.boxes import item_sizes
from engine.drawing.folding import Folded, fold
from engine.drawing.forest import forest
from engine.drawing.items import Item
from engine.drawing.nested import lay_out_folded
from engine.drawing.opening import FLAT, is_flat, opened_by_default, opened_to
from engine.drawing.picture import Picture
from engine.graph import Graph
from engine.names import node_names
from engine.scopes import NO_SCOPE

MOST_PICTURES = 60
MOST_ITEMS = 1_500  # in all pictures; an item takes about a kilobyte
MOST_PAGES = 8  # members up to which a stack is paged through
LESS, MORE = "less", "more"  # the moves by one level

Opened = frozenset[int] | None  # the open scopes; None is flat: every node, and no scopes


@dataclass(eq=False)
class State:
    """One picture that is carried.

    Attributes:
        opened: what is open in it.
        picture: where its items stand.
        moves: the places of others among the states, by what leads to them: LESS, MORE, or a
            scope's path after "+", to open it, "−", to close it, or ">", to page to it.
    """

    opened: Opened
    picture: Picture
    moves: dict[str, int] = field(default_factory=dict)


def states(graph: Graph) -> list[State]:
    """Return the pictures that a document carries, the one it opens with first."""
    every = _Search(graph, alone=False)
    return every.states if every.complete else _Search(graph, alone=True).states


def beside(item: Item) -> tuple[int, int]:
    """Return the members before and after the one of a stack that is in front, all round."""
    at, count = item.members.index(item.scope), len(item.members)
    return item.members[at - 1], item.members[(at + 1) % count]


class _Search:
    """Pictures, breadth first; `alone` says that an opened box closes those beside it."""

    def __init__(self, graph: Graph, *, alone: bool) -> None:
        self.graph = graph
        self.alone = alone
        self.scopes = forest(graph).scopes
        self.keys = node_names(graph).keys
        self.states: list[State] = []
        self.places: dict[Opened, int] = {}
        self.items = 0
        self.complete = True
        self._draw(None if is_flat(graph) else frozenset(opened_by_default(graph)), None, "")
        waiting = deque(self.states)
        while waiting and (alone or self.complete):
            state = waiting.popleft()
            for move, opened, anchor in self._moves(state):
                if opened not in self.places and self._draw(opened, state, anchor):
                    waiting.append(self.states[-1])
                if opened in self.places:
                    state.moves[move] = self.places[opened]

    def _draw(self, opened: Opened, before: State | None, anchor: str) -> bool:
        """Lay out one picture more; return whether there is room for it."""
        found = fold(self.graph, sorted(opened or ()), flat=opened is None)
        room = min(MOST_ITEMS - self.items, FLAT)
        if before and (len(self.states) >= MOST_PICTURES or len(found.items) > room):
            self.complete = False
            return False
        self.items += len(found.items)
        self.places[opened] = len(self.states)
        self.states.append(State(opened, self._laid_out(found, before, anchor)))
        return True

    def _laid_out(self, found: Folded, before: State | None, anchor: str) -> Picture:
        """Return a picture, its items near where they stood in the one before."""
        previous = before.picture.places(before.picture.folded.keys(self.keys)) if before else None
        return lay_out_folded(found, item_sizes(found), found.keys(self.keys), previous, anchor)

    def _moves(self, state: State) -> Iterator[tuple[str, Opened, str]]:
        """Yield what can be done in a picture, what is open then, and what keeps its place."""
        if not len(self.scopes):
            return
        items, paths = state.picture.folded.items, self.scopes.paths
        frames = [item.scope for item in items if item.kind == "frame"]
        closed = [item.scope for item in items if item.kind in ("box", "stack")]
        yield from self._levels(state, frames, closed=bool(closed))
        if state.opened is None:
            return
        stacks = forest(self.graph).stacks.paths
        for scope in closed:
            yield f"+{paths[scope]}", self._with(state.opened, scope), f"scope:{stacks[scope]}"
        for scope in frames:
            rest = frozenset(state.opened - self._within({scope}))
            yield f"−{paths[scope]}", rest, f"scope:{stacks[scope]}"
        for item in items:
            if item.kind == "frame" and 1 < len(item.members) <= MOST_PAGES:
                for to in beside(item):
                    turned = self._turned(state.opened, item.scope, to)
                    yield f">{paths[to]}", turned, f"scope:{stacks[to]}"

    def _levels(
        self, state: State, frames: list[int], *, closed: bool
    ) -> Iterator[tuple[str, Opened, str]]:
        depths, opened = self.scopes.depths, state.opened
        deep = range(len(self.scopes)) if opened is None else frames
        depth = max((int(depths[scope]) + 1 for scope in deep), default=0)
        if depth:
            still = opened_to(self.graph, depth - 1) if opened is None else opened
            yield LESS, frozenset(scope for scope in still if depths[scope] < depth - 1), ""
        if closed:
            yield MORE, frozenset(opened_to(self.graph, depth + 1)), ""
        elif opened is not None and is_flat(self.graph):
            yield MORE, None, ""

    def _with(self, opened: Set[int], scope: int) -> frozenset[int]:
        if self.alone:
            parents = self.scopes.parents
            beside = {each for each in opened if parents[each] == parents[scope]}
            opened = opened - self._within(beside)
        return frozenset(opened | {scope})

    def _turned(self, opened: Set[int], scope: int, to: int) -> frozenset[int]:
        """Return what is open where one member stands in for another: in it what was in that."""
        paths, inside = self.scopes.paths, self._within({scope})
        ends = [paths[each][len(paths[scope]) :] for each in opened & inside]
        found = {self.scopes.by_path.get(paths[to] + end) for end in ends}
        return frozenset(opened - inside) | {each for each in found if each is not None}

    def _within(self, scopes: Set[int]) -> set[int]:
        """Return these scopes and all within them; a scope stands before those within it."""
        found = set(scopes)
        for scope, parent in enumerate(self.scopes.parents.tolist()):
            if parent != NO_SCOPE and parent in found:
                found.add(scope)
        return found
