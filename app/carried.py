"""Small data of a person's own as links carry it: `x1,x2,y:-1:1;0,0,-1;0.5,1,1`, or a rule.

The last name says the classes where the target is one, with what they are called: `y:0=no:1=yes`.
A rule stands with its number of points, its noise and its seed: `y > x^2;200;0.1;1`.
"""

from __future__ import annotations

import numpy as np

from app.cells import usable
from app.csvs import TableError, column_names
from app.planes import MOST_NOISE, Rule, from_rule
from engine.data import MOST_SAMPLES, TWO, Table
from engine.numerals import exact

MOST_ROWS = 60
LONGEST = 2_000  # characters
SIGNS = set(",;:=")  # of this form; no label may hold one
REFUSED = "The data in this address cannot be read."
WAY_OUT = "Open the link anew, whole."


def carried(table: Table) -> str:
    """Return a table as links carry it; an empty string where it is too large for that.

    >>> rows = np.array([[0.0, 0.5, -1.0], [1.0, 0.0, 1.0]])
    >>> carried(Table("mine", ("a", "b", "y"), rows, (-1.0, 1.0), ("no", "yes")))
    'a,b,y:-1=no:1=yes;0,0.5,-1;1,0,1'
    """
    if len(table.rows) > MOST_ROWS or SIGNS & set("".join(table.labels)):
        return ""
    numbers = [exact(each) for each in table.classes]
    if table.labels:
        numbers = [f"{each}={label}" for each, label in zip(numbers, table.labels, strict=True)]
    head = ",".join([*table.columns[:-1], ":".join([table.columns[-1], *numbers])])
    text = ";".join([head, *(",".join(map(exact, row)) for row in table.rows.tolist())])
    return text if len(text) <= LONGEST else ""


def carried_rule(rule: Rule) -> str:
    """Return a rule as links carry it; an empty string where it holds a sign of this form.

    >>> carried_rule(Rule("y  > x^2", 200, 0.1, 7))
    'y > x^2;200;0.1;7'
    """
    text = " ".join(rule.text.split())
    if ";" in text:
        return ""
    classes = "" if rule.classes == TWO else ";" + ":".join(map(exact, rule.classes))
    return f"{text};{rule.samples};{exact(rule.noise)};{rule.seed}{classes}"


def table_carried(text: str) -> Table:
    """Return the table that a link carries.

    Raises:
        TableError: there is none in it.
        ProgramError: it is a rule, and one of its sides is refused.
    """
    rule = rule_carried(text)
    if rule:
        return from_rule(rule)
    try:
        return _from_rows(*text.split(";"))
    except ValueError:
        raise TableError(REFUSED, WAY_OUT) from None


def rule_carried(text: str) -> Rule | None:
    """Return the rule that a link carries; None where it carries a table.

    Raises:
        TableError: it is no rule.
    """
    words, *rest = text.split(";")
    if not set("<>") & set(words):
        return None
    try:
        return _rule(words, *rest)
    except (TypeError, ValueError):
        raise TableError(REFUSED, WAY_OUT) from None


def _rule(
    text: str, samples: str = "200", noise: str = "0", seed: str = "1", classes: str = "-1:1"
) -> Rule:
    """Return the rule that these words say; a ValueError says that they say none."""
    counted = tuple(map(float, classes.split(":")))
    rule = Rule(text, int(samples), float(noise), int(seed), counted)
    low, high = counted
    known = low < high and rule.seed >= 0
    if not (known and 0 < rule.samples <= MOST_SAMPLES and 0 <= rule.noise <= MOST_NOISE):
        raise ValueError
    return rule


def _from_rows(head: str, *rows: str) -> Table:
    """Return the table of such names and rows; a ValueError says that it is none."""
    *features, last = head.split(",")
    target, *said = last.split(":")
    names = column_names([*features, target])
    numbers = np.array([[float(cell) for cell in row.split(",")] for row in rows if row])
    if numbers.ndim != 2 or numbers.shape[1] != len(names) or not usable(numbers):
        raise ValueError
    classes = tuple(float(each.partition("=")[0]) for each in said)
    labels = tuple(each.partition("=")[2] for each in said)
    if classes and not set(numbers[:, -1].tolist()) <= set(classes):
        raise ValueError
    return Table("mine", tuple(names), numbers, classes, labels if all(labels) else ())
