"""What a run is made of, as a call says it: a program, its data, how it is to learn."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import numpy as np
from pydantic import ConfigDict, Field

from app.asked import ProgramRequest
from app.csvs import TableError, column_names
from app.faults import RefusedError
from app.regimes import RegimeRequest, Strict
from engine.data import Table, classes_of

LARGEST_SEED = 2**63 - 1
LARGEST = sys.float_info.max

Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]


class DataRequest(Strict):
    """A person's own table, which `data("mine")` stands for."""

    columns: list[str] = Field(description="names; the last column is the target")
    rows: list[Any] = Field(description="one list of numbers a sample")

    def table(self) -> Table:
        """Return the table.

        Raises:
            RefusedError: its names or its rows are none; which row, and why.
        """
        try:
            columns = column_names(self.columns)
        except TableError as error:
            raise RefusedError(422, error.message, error.hint) from None
        if not self.rows:
            raise _no_table("There are no rows of data.", columns)
        for number, row in enumerate(self.rows, 1):
            said = _complaint(row, len(columns))
            if said:
                raise _no_table(f"Row {number:,} of the data {said}.", columns)
        rows = np.array(self.rows, np.float64)
        return Table("mine", tuple(columns), rows, classes_of(rows[:, -1]))


class RunRequest(RegimeRequest, ProgramRequest):
    """A program, its data, and how it is to learn."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source": 'x1, x2, y = data("moons")\nw1, w2, b = 0.1, -0.2, 0\n'
                    "mse(tanh(w1*x1 + w2*x2 + b), y)",
                    "optimizer": {"name": "adam", "rate": 0.05},
                    "batch": 10,
                }
            ]
        }
    )
    data: DataRequest | None = None
    mine: str = Field("", description="key of a table that was brought before, instead of data")
    seed: Seed = Field(0, description="of the split and the batches")
    weights: Seed | None = Field(None, description="seed of new parameters")


def _complaint(row: Any, width: int) -> str:
    """Say what is wrong with a row; nothing if it is right."""
    if not isinstance(row, list):
        return "is no list of numbers"
    if len(row) != width:
        return f"has {len(row):,} number{'s' if len(row) != 1 else ''}, not {width:,}"
    for place, number in enumerate(row, 1):
        if type(number) is not float and type(number) is not int:
            return f"has no number in column {place}"
        if not -LARGEST <= number <= LARGEST:  # nan neither
            return f"has a number in column {place} that is not finite"
    return ""


def _no_table(message: str, columns: list[str]) -> RefusedError:
    return RefusedError(422, message, f"Each row is a list of {len(columns)} finite numbers.")
