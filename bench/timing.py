"""Rows of the table, and the medians in them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

RUNS = 25


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        work: what was done.
        peer: who did it too; "aim" where `theirs` is what we want to stay under.
        ours, theirs: medians, in `unit`.
        low, high: the quartiles of ours.
    """

    work: str
    peer: str
    ours: float
    theirs: float | None
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours in units of theirs."""
        return self.ours / self.theirs if self.theirs else None

    def record(self) -> dict[str, object]:
        """Return the row as it stands in `results.json`."""
        return {**asdict(self), "ratio": self.ratio}

    def line(self) -> str:
        """Return the row as it is printed."""
        theirs = "" if self.theirs is None else shown(self.theirs)
        ratio = "" if self.ratio is None else compared(self.ratio)
        spread = (
            ""
            if self.low is None or self.high is None
            else f"{shown(self.low)} – {shown(self.high)}"
        )
        return (
            f"{self.work:50}{shown(self.ours):>9} {spread:>17}  {self.peer:14}{theirs:>9} "
            f"{ratio:>7}  {self.unit}"
        )


HEAD = f"{'work':50}{'ours':>9} {'(quartiles)':>17}  {'peer':14}{'theirs':>9} {'ratio':>7}  unit"


def shown(number: float) -> str:
    """Return a number to three digits, or as a whole one."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def compared(ratio: float) -> str:
    """Return a ratio to two digits; a small one as a fraction, which says how many times.

    >>> compared(1.234), compared(0.1), compared(0.000303)
    ('1.23', '0.10', '1/3,300')
    """
    return f"{ratio:.2f}" if ratio >= 0.095 or not ratio else f"1/{1 / ratio:,.0f}"


def median_row(
    work: str, peer: str, times: Sequence[float], theirs: float | None, unit: str
) -> Row:
    """Return a row of the median of many runs, with its quartiles."""
    assert len(times) >= 20, "too few runs for a median"
    low, middle, high = statistics.quantiles(times, n=4)
    return Row(work, peer, middle, theirs, unit, low, high)


def laps(work: Callable[[], object], times: int) -> list[float]:
    """Return how many seconds a piece of work takes, each time; garbage of before is gone."""
    gc.collect()
    return [milliseconds(work) / 1e3 for _ in range(times)]


@contextmanager
def quiet_heap() -> Iterator[None]:
    """Keep the garbage collector from walking over what was made before; it goes on otherwise."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3
