"""Frozen dataclasses: exactly what one template prints. Templates format, never compute."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from markupsafe import Markup

from app.drawings import Drawing
from app.examples import MENU, PROGRAMS
from app.folds import USUAL, Folds
from app.learning import learn_view
from app.links import FIRST, WHOLE, Sample, Walk, link, setting
from app.pictures import Numbers, Pictures
from app.walks import Walked, opened, walked
from engine.data import TABLES, Source, Table
from engine.drawing.boxes import BoxNumbers
from engine.drawing.cards import CardNumbers
from engine.drawing.folded_svg import name_of
from engine.errors import EmptyProgramError, ProgramError
from engine.formats import FORMATS, Format
from engine.mistakes import MISTAKES, Mistake
from engine.numerals import exact, short
from engine.ops import OPS
from engine.program import Program
from engine.spans import Span
from engine.trace import RATE

LEAST_REACH = 10.0  # a slider runs from -reach to reach
MOST_UNFOLDED = 12  # leaves of a network
MOST_PRINTED = 500  # lines that are shown of what a program has printed
STEPS = 1_000  # of a slider, from one end to its middle
LARGEST_DOUBLED = 1e300  # beyond it, twice the size is no number


@dataclass(frozen=True)
class LeafView:
    """One row under LEAVES: a slider, a number field, and a lock where it could learn."""

    name: str
    short_name: str
    node: int
    value: str
    exact: str
    written: str
    reach: str
    step: str
    setting: str
    changed: bool
    learns: bool
    locked: bool


@dataclass(frozen=True)
class LeafGroupView:
    """Leaves that stand together: those of one network, folded where they are many."""

    name: str
    leaves: tuple[LeafView, ...]
    folded: bool


@dataclass(frozen=True)
class NoteView:
    """One note under the program: trouble at a node, a name that is not used, or a remark."""

    kind: str
    place: str
    message: str
    node: int | None
    span: Span | None


@dataclass(frozen=True)
class LineView:
    """One line that the program has printed, and where it says so."""

    text: str
    span: Span | None


@dataclass(frozen=True)
class FaultView:
    """Why a program is refused."""

    message: str
    hint: str
    span: Span
    place: str
    quiet: bool
    link: str


@dataclass(frozen=True)
class GraphView:
    """A drawn program."""

    svg: Markup
    folds: str
    drawing: str
    link: str
    summary: str
    mentions: str
    leaves: tuple[LeafGroupView, ...]
    notes: tuple[NoteView, ...]
    printed: tuple[LineView, ...]
    walk: str
    learn: str
    learns: bool
    table: Table | None


@dataclass(frozen=True)
class ExampleView:
    """One entry of the examples menu; `pasted` where it is Python as it is found elsewhere."""

    title: str
    sentence: str
    link: str
    learns: bool
    pasted: bool = False


@dataclass(frozen=True)
class OpView:
    """One function in the help."""

    call: str
    why: str


@dataclass(frozen=True)
class PageView:
    """The whole page."""

    source: str
    mode: str
    walk: Walk
    sample: Sample
    folds: Folds
    usual_rate: float
    mistakes: tuple[Mistake, ...]
    graph: GraphView | None
    fault: FaultView | None
    examples: tuple[ExampleView, ...]
    functions: tuple[OpView, ...]
    tables: tuple[Source, ...] = tuple(TABLES.values())
    exports: tuple[Format, ...] = tuple(FORMATS.values())

    @property
    def first_lesson(self) -> str:
        """Return the link of the first example that learns."""
        return next((example.link for example in self.examples if example.learns), "")


def page_view(
    pictures: Pictures,
    source: str,
    inputs: Mapping[str, float],
    walk: Walk = WHOLE,
    sample: Sample = FIRST,
    folds: Folds = USUAL,
    *,
    learning: bool = False,
) -> PageView:
    """Return the page for a program, drawn or refused; it opens at the first problem.

    `learning` says that the address asks for it; with data a program learns unless it is walked.
    """
    mode = "walk"
    try:
        at = walked(pictures, pictures.numbers(source, inputs, sample), walk)
        drawing = pictures.drawing(at.numbers.program, mine=sample.mine, folds=folds)
        if learning or (at.numbers.program.samples and not walk.begun):
            mode = "learn"
        else:
            at = opened(at)
        graph, fault = _drawn(at, drawing), None
        walk = at.walk
        mode = mode if graph.learns else "walk"
    except ProgramError as error:
        graph, fault = None, fault_view(error, source, inputs)
    mistakes = tuple(MISTAKES.values())
    examples, functions = example_views(), function_views()
    return PageView(
        source, mode, walk, sample, folds, RATE, mistakes, graph, fault, examples, functions
    )


def graph_view(
    pictures: Pictures,
    source: str,
    inputs: Mapping[str, float],
    after: str = "",
    walk: Walk = WHOLE,
    sample: Sample = FIRST,
    folds: Folds = USUAL,
) -> GraphView:
    """Return a program drawn, its cards near where the drawing called `after` had them.

    An edit keeps the step, and what is open; another program has a walk of its own.

    Raises:
        ProgramError: the text is refused.
        ForgottenDataError: the table of the person's own is not kept here.
    """
    program = pictures.program(source, sample.mine)
    before = pictures.drawn(after)
    kept = (
        still_set(program.written_inputs, before.program.written_inputs, inputs)
        if before
        else inputs
    )
    drawing = pictures.drawing(program, after, sample.mine, folds)
    if before and drawing.is_another(before):
        if folds.opened or folds.only:
            drawing = pictures.drawing(program, after, sample.mine)
        walk = replace(walk, step=1 if walk.predict else None, shown=False, node="")
    return _drawn(walked(pictures, pictures.numbers(source, kept, sample), walk), drawing)


def _drawn(at: Walked, drawing: Drawing) -> GraphView:
    """Return a walk drawn where it stands."""
    numbers, program = at.numbers, at.numbers.program
    learn = learn_view(program)
    return GraphView(
        svg=drawing.svg(_cards(at, drawing), at.boxes(drawing), at.wires(drawing)),
        folds=json.dumps(folds_view(drawing)),
        drawing=drawing.key,
        link=link(program.source, changed_inputs(numbers)),
        summary=summary(numbers) if at.step is None else f"Step {at.step + 1} of {at.total}.",
        mentions=json.dumps(_mentions(drawing)),
        leaves=leaf_groups(leaf_views(numbers, at.walk.locked)),
        notes=note_views(numbers, at.walk),
        printed=line_views(program),
        walk=json.dumps(stand(at)),
        learn=json.dumps(learn),
        learns=learn is not None,
        table=program.samples.table if program.samples else None,
    )


def _cards(at: Walked, drawing: Drawing) -> dict[int, CardNumbers]:
    """Return what the cards of the drawing show now, by node."""
    nodes = list(drawing.nodes)
    return dict(zip(nodes, at.cards(nodes), strict=True))


def _mentions(drawing: Drawing) -> list[list[int]]:
    """Return which words stand for which node, of the nodes that have a card."""
    spans = drawing.graph.spans
    made = [(span, node) for node in drawing.nodes if (span := spans[node])]
    named = [pair for pair in drawing.program.named if pair[1] in drawing.nodes]
    return [[*span, node] for span, node in sorted([*named, *made], key=lambda pair: pair[0])]


def folds_view(drawing: Drawing) -> dict[str, object]:
    """Return what the page's modules know of folding: what is open, and what could be."""
    folded = drawing.folded
    scopes = folded.forest.scopes
    frames = [item.scope for item in folded.items if item.kind == "frame"]
    closed = any(item.kind in ("box", "stack") for item in folded.items)
    flat = not frames and not closed
    deep = range(len(scopes)) if flat else frames  # a flat picture shows what is in all of them
    return {
        "opened": [scopes.paths[scope] for scope in frames],
        "asked": drawing.folds.opened,
        "only": drawing.folds.only,
        "depth": max((int(scopes.depths[scope]) + 1 for scope in deep), default=0),
        "scopes": len(scopes),
        "closed": closed,
        "nodes": len(drawing.graph),
    }


def box_list(box: BoxNumbers) -> list[object]:
    """Return what one box shows, in the order in which the page's modules read it."""
    return [
        box.values,
        box.grad,
        box.tone,
        box.outputs,
        box.trouble,
        box.hover,
        box.spoken,
    ]


def stand(at: Walked) -> dict[str, object]:
    """Return where a walk stands: steps count from 1, a phase is [name, start, steps]."""
    phases = at.trace.phases(at.walk.grain)
    ends = [phase.start for phase in phases[1:]] + [at.total]
    return {
        "step": None if at.step is None else at.step + 1,
        "total": at.total,
        "phases": [
            [name, start + 1, end - start] for (name, start), end in zip(phases, ends, strict=True)
        ],
    }


def card_list(card: CardNumbers) -> list[object]:
    """Return what one card shows, in the order in which the page's modules read it."""
    return [
        card.name,
        card.value,
        card.grad,
        card.tone,
        card.word,
        *card.bar,
        card.trouble,
        card.hover,
        card.spoken,
    ]


def numbers_view(numbers: Numbers, drawing: Drawing) -> dict[str, object]:
    """Return what changes in a picture whose structure stays: by card, by box, a list a wire."""
    nodes, items = list(drawing.nodes), drawing.folded.items
    boxes = zip(items, numbers.boxes(drawing.folded), strict=True)
    return {
        "cards": {
            node: card_list(card) for node, card in zip(nodes, numbers.cards(nodes), strict=True)
        },
        "boxes": {name_of(item): box_list(box) for item, box in boxes if box},
        "wires": [[wire.tone, wire.width] for wire in numbers.wires(drawing)],
        "summary": summary(numbers),
        "link": link(numbers.program.source, changed_inputs(numbers)),
    }


def fault_view(error: ProgramError, source: str, inputs: Mapping[str, float]) -> FaultView:
    """Return a refusal as the page shows it; its link keeps the text as it stands."""
    return FaultView(
        message=error.message,
        hint=error.hint,
        span=error.span,
        place=_place(error.span),
        quiet=isinstance(error, EmptyProgramError),
        link=link(source, inputs),
    )


def still_set(
    written: Mapping[str, float], written_before: Mapping[str, float], inputs: Mapping[str, float]
) -> dict[str, float]:
    """Return the settings that an edit leaves standing: a number changed in the text wins."""
    return {
        name: number
        for name, number in inputs.items()
        if written_before.get(name) == written.get(name)
    }


def changed_inputs(numbers: Numbers) -> dict[str, float]:
    """Return the inputs that are set to other numbers than the text has, or than the sample."""
    program = numbers.program
    written = program.leaves({}, numbers.sample.lane)
    return {
        name: float(numbers.values[node, 0])
        for name, node in program.settable.items()
        if numbers.values[node, 0] != written[node, 0]
    }


def leaf_views(numbers: Numbers, locked: frozenset[str] = frozenset()) -> tuple[LeafView, ...]:
    """Return a row for each named leaf that is no data."""
    changed = changed_inputs(numbers)
    graph = numbers.program.graph
    rows = []
    for leaf in numbers.program.inputs:
        value = float(numbers.values[leaf.node, 0])
        reach = _reach(max(abs(value), abs(leaf.written)))
        rows.append(
            LeafView(
                name=leaf.name,
                short_name=leaf.name.partition(".")[2] or leaf.name,
                node=leaf.node,
                value=short(value),
                exact=exact(value),
                written=exact(leaf.written),
                reach=exact(reach),
                step=exact(reach / STEPS),
                setting=setting(leaf.name, value),
                changed=leaf.name in changed,
                learns=bool(graph.learnable[leaf.node]),
                locked=leaf.name in locked,
            )
        )
    return tuple(rows)


def leaf_groups(rows: Sequence[LeafView]) -> tuple[LeafGroupView, ...]:
    """Return the rows by the network they belong to; those of none stand first."""
    groups: dict[str, list[LeafView]] = {"": []}
    for row in rows:
        head, dot, _ = row.name.partition(".")
        groups.setdefault(head if dot else "", []).append(row)
    return tuple(
        LeafGroupView(name, tuple(group), bool(name) and len(group) > MOST_UNFOLDED)
        for name, group in groups.items()
        if group
    )


def note_views(numbers: Numbers, walk: Walk = WHOLE) -> tuple[NoteView, ...]:
    """Return the notes: where numbers stop being finite, what is not used, then the remarks.

    Of a number that is to be predicted nothing is said.
    """
    graph = numbers.program.graph
    notes = []
    for problem in [] if walk.predict else [*numbers.problems, *numbers.broken_slopes()]:
        span = graph.spans[problem.node]
        notes.append(
            NoteView("trouble", _place(span) if span else "", problem.message, problem.node, span)
        )
    output = graph.labels[graph.output] or "the output"
    for name, span in numbers.program.unused:
        message = f"{output} does not depend on {name}."
        notes.append(NoteView("unused", _place(span), message, None, span))
    for remark in numbers.program.remarks:
        place = _place(remark.span) if remark.span else ""
        notes.append(NoteView("remark", place, remark.text, None, remark.span))
    return tuple(notes)


def line_views(program: Program) -> tuple[LineView, ...]:
    """Return what the program has printed, the last lines where there are very many."""
    left_out = len(program.printed) - MOST_PRINTED
    lines = [LineView(line.text, line.span) for line in program.printed[-MOST_PRINTED:]]
    if left_out > 0:
        lines.insert(0, LineView(f"… {left_out:,} earlier lines", None))
    return tuple(lines)


def summary(numbers: Numbers) -> str:
    """Return one sentence for a screen reader when the picture has changed."""
    graph = numbers.program.graph
    name = graph.labels[graph.output] or "The output"
    trouble = f" Trouble at {len(numbers.problems)} of them." if numbers.problems else ""
    count = f"{len(graph)} nodes" if len(graph) > 1 else "1 node"
    return f"{name} is {short(numbers.output)}. {count}.{trouble}"


@cache
def example_views() -> tuple[ExampleView, ...]:
    """Return the examples menu."""
    return tuple(
        ExampleView(row.title, row.sentence, row.address, row.learns, row in PROGRAMS)
        for row in MENU
    )


@cache
def function_views() -> tuple[OpView, ...]:
    """Return the functions a program may call, each with its sentence."""
    return tuple(OpView(f"{op.name}({', '.join(op.params)})", op.why) for op in OPS.values())


def _place(span: Span) -> str:
    return f"line {span.line}, column {span.column}"


def _reach(size: float) -> float:
    """Return how far a slider goes: ten, or the next round number above twice the size."""
    if not math.isfinite(size) or size < LEAST_REACH:
        return LEAST_REACH
    if size > LARGEST_DOUBLED:
        return size
    power = 10.0 ** math.floor(math.log10(2 * size))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= 2 * size)
