"""Tables drawn in the plane: points of classes, and a rule such as y > f(x) over random points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app import cells
from app.csvs import TableError, column_names
from engine.compiled import KERNELS
from engine.data import TWO, Array, Table
from engine.errors import GradwalkError, ProgramError
from engine.lanes import Lanes
from engine.program import Limits, Program, parse
from engine.spans import START
from engine.tokens import read

AXES = {"x1": 0, "x": 0, "x2": 1, "y": 1}  # what a rule may call the plane's two
MOST_NOISE = 100.0
REACH = 3.0  # a rule's points lie between -REACH and REACH
DRAWS = 8  # at most, to find points at which a rule has a value
LARGEST = 100  # nodes of one side of a rule
SIGNS = {">": 1.0, ">=": 1.0, "<": -1.0, "<=": -1.0}
MOST_SHOWN = 500  # points that the page shows as such
COLUMNS = ("x1", "x2", "y")
AS_IN = "Write one comparison, such as x2 > sin(3*x1) or y > x^2."


@dataclass(frozen=True)
class Rule:
    """A comparison of two expressions over x1 and x2, or x and y, and random points under it.

    Attributes:
        text: such as y > x^2.
        samples: how many points; at those where the rule has no value there is none.
        noise: by how much each point is then moved, as a standard deviation.
        seed: the same seed, the same points.
        classes: what a point is where the rule does not hold, and where it does.
    """

    text: str
    samples: int = 200
    noise: float = 0.0
    seed: int = 1
    classes: tuple[float, ...] = TWO


def from_points(
    points: Sequence[Sequence[float]],
    columns: Sequence[str] = COLUMNS,
    known: Sequence[float] = (),
) -> Table:
    """Return points as a table.

    Args:
        points: the features of each, and last its class or what is to be learnt.
        columns: what they are called.
        known: the classes there are, ascending; found out from the points where none are given.

    Raises:
        TableError: there are no points, or they do not fit what is said of them.
    """
    if not points:
        raise TableError("There are no points yet.", "Click into the plane.")
    names = tuple(column_names(columns))
    if any(len(point) != len(names) for point in points):
        raise TableError(f"Every point needs {len(names)} numbers: {', '.join(names)}.")
    rows = np.array(points, np.float64)
    if not cells.usable(rows):
        raise TableError("A point lies too far off.", f"Stay below {cells.LARGEST:g}.")
    if len(known) >= 2:
        if not set(rows[:, -1].tolist()) <= set(known):
            raise TableError("A point is of no class that there is.")
        return Table("mine", names, rows, tuple(sorted(map(float, known))), ())
    target = cells.numbered(rows[:, -1])
    rows = np.column_stack([rows[:, :-1], target.values])
    return Table("mine", names, rows, target.classes, target.labels)


def points_of(table: Table) -> list[list[float]] | None:
    """Return [x1, x2, which class] of each sample; None for what is not a few points of classes."""
    few = len(table.columns) == 3 and len(table.rows) <= MOST_SHOWN
    if not few or not 2 <= len(table.classes) <= 3:
        return None
    kinds = np.searchsorted(table.classes, table.rows[:, 2])
    return [[*at, int(kind)] for at, kind in zip(table.rows[:, :2].tolist(), kinds, strict=True)]


def from_rule(rule: Rule) -> Table:
    """Return random points of the plane, of one class where a rule holds, of the other elsewhere.

    Raises:
        TableError: it is no such rule, or has a value nowhere.
        ProgramError: one of its sides is refused; places are those in the rule.
    """
    left, sign, right = _sides(rule.text)
    sides = [_read(text) for text in (left, right)]
    random = np.random.default_rng(rule.seed)
    found = np.empty((0, 3))
    for _ in range(DRAWS):
        points = random.uniform(-REACH, REACH, (rule.samples, 2))
        with np.errstate(invalid="ignore"):  # infinite on both sides
            over = SIGNS[sign] * (_values(sides[0], points) - _values(sides[1], points))
        known = np.isfinite(over)
        rows = np.column_stack([points, np.where(over > 0, rule.classes[1], rule.classes[0])])
        found = np.vstack([found, rows[known]])[: rule.samples]
        if len(found) == rule.samples:
            break
    if not len(found):
        raise TableError("This rule has a value nowhere in the plane.", AS_IN)
    found[:, :2] += rule.noise * random.standard_normal((len(found), 2))
    return Table("mine", COLUMNS, found, rule.classes, ())


def _sides(rule: str) -> tuple[str, str, str]:
    """Return what stands left of the sign, the sign, and what stands right of it.

    The sides keep their columns: what is not theirs is blank.
    """
    words = list(read(rule.replace("\n", " ").replace("≥", ">=").replace("≤", "<=")))
    signs = [token for token in words if token.text in SIGNS]
    if len(signs) != 1:
        said = "This is no comparison." if not signs else "This compares more than once."
        raise TableError(said, AS_IN)
    begin = signs[0].column - 1
    end = begin + len(signs[0].text)
    text = "".join(token.text for token in words)
    return text[:begin], signs[0].text, " " * end + text[end:]


def _read(text: str) -> Program:
    if not text.strip():
        raise TableError("One side of the comparison is missing.", AS_IN)
    program = parse(text, Limits(nodes=LARGEST))
    if other := next((name for name in program.input_named if name not in AXES), None):
        hint = "Use x1 and x2, or x and y."
        span = program.graph.spans[program.input_named[other].node] or START
        raise ProgramError(f"{other} is no direction of the plane.", span, hint)
    return program


def _values(program: Program, points: Array) -> Array:
    """Return what an expression is at (samples, 2) points: (samples,), nan where it is nothing."""
    graph, leaves = program.graph, program.leaves()[:, 0]
    columns = {leaf.node: points[:, AXES[leaf.name]].copy() for leaf in program.inputs}
    try:
        lanes = Lanes(graph, leaves, columns, KERNELS.ready())
        found = lanes.values([graph.output])[0]
    except GradwalkError as error:
        raise TableError(str(error)) from error
    return np.broadcast_to(found, len(points))
