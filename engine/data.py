"""Tables of samples: what `data(...)` binds to leaves, one lane a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_SAMPLES = 100_000


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of numbers with named columns, the last of which is the target.

    Attributes:
        name: what it is called in a program.
        columns: their names.
        rows: (samples, columns) float64.
        classes: the target's values, ascending, where it is a class; () where it is a number.
        labels: what the classes are called, where they are words; () otherwise.
    """

    name: str
    columns: tuple[str, ...]
    rows: Array
    classes: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
