"""A program that fits a table: what one begins with when the data is there before the text."""

from __future__ import annotations

from itertools import count

import numpy as np

from engine.data import Array, Table
from engine.numerals import exact

HIDDEN = 8  # neurons
# A column whose middle or spread lies beyond these is first brought to about 0 and 1: shifted data
# learns slowly otherwise, large data not at all.
FAR = 2.0
NARROW, WIDE = 0.2, 5.0
DIGITS = 3
OUTPUTS = {"number": "o", "signs": "o", "chance": "p", "classes": "logits"}
LOSSES = {
    "number": "mse",
    "signs": "mse",
    "chance": "binary_cross_entropy",
    "classes": "cross_entropy",
}


def starter(table: Table) -> str:
    """Return a network for this table: its columns bound, its loss the one its target wants."""
    kind = _kind(table)
    taken = set(table.columns)
    lines = [f'{", ".join(table.columns)} = data("{table.name}")']
    inputs = [_input(table, place, taken, lines) for place in range(len(table.columns) - 1)]
    network, output, loss = (_free(name, taken) for name in ("mlp", OUTPUTS[kind], "loss"))
    sizes = f"[{HIDDEN}, {len(table.classes) if kind == 'classes' else 1}]"
    lines.append(f"{network} = MLP({len(inputs)}, {sizes}, activation=tanh, seed=1)")
    called = f"{network}([{', '.join(inputs)}])"
    missed = f"{LOSSES[kind]}({output}, {table.columns[-1]})"
    if kind == "signs":
        called = f"tanh({called})"
    elif kind == "chance":
        called = f"sigmoid({called})"
    elif kind == "number" and not _is_near(table.rows[:, -1]):
        middle, spread = _middle(table.rows[:, -1])
        called, missed = f"{middle} + {spread}*{called}", f"{missed}/{spread}^2"
    lines += [f"{output} = {called}", f"{loss} = {missed}"]
    return "\n".join(lines)


def _input(table: Table, place: int, taken: set[str], lines: list[str]) -> str:
    """Return the name of what the network gets of a column; a line makes it, if it is far off."""
    name, column = table.columns[place], table.rows[:, place]
    if _is_near(column):
        return name
    middle, spread = _middle(column)
    scaled = _free(f"{name}_", taken)
    moved = f"{name} + {middle[1:]}" if middle.startswith("-") else f"{name} - {middle}"
    lines.append(f"{scaled} = ({moved})/{spread}")
    return scaled


def _is_near(column: Array) -> bool:
    middle, spread = float(np.mean(column)), float(np.std(column))
    return abs(middle) <= FAR and NARROW <= spread <= WIDE


def _middle(column: Array) -> tuple[str, str]:
    """Return a column's mean and spread, rounded; 1 for no spread."""
    return _rounded(float(np.mean(column))), _rounded(float(np.std(column)) or 1.0)


def _kind(table: Table) -> str:
    if not table.classes:
        return "number"
    if len(table.classes) > 2:
        return "classes"
    return "chance" if table.classes == (0.0, 1.0) else "signs"


def _rounded(number: float) -> str:
    return exact(float(f"{number:.{DIGITS - 1}e}"))


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no column has."""
    names = (name if turn == 1 else f"{name}{turn}" for turn in count(1))
    found = next(each for each in names if each not in taken)
    taken.add(found)
    return found
