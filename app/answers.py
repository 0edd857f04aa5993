"""What the JSON answers share: numbers that JSON can hold, and how a call may be refused."""

from __future__ import annotations

import math
from typing import Any

from app.faults import Refusal

# Of a call that takes a program: how FastAPI is told of it.
REFUSALS: dict[int | str, dict[str, Any]] = {422: {"model": Refusal}, 413: {"model": Refusal}}


def finite(number: float) -> float | None:
    """Return a number; None, JSON's null, where it is nan or infinite."""
    return number if math.isfinite(number) else None
