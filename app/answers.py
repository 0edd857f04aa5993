"""What the JSON answers share: how a call may be refused."""

from __future__ import annotations

from typing import Any

from app.faults import Refusal

# Of a call that takes a program: how FastAPI is told of it.
REFUSALS: dict[int | str, dict[str, Any]] = {422: {"model": Refusal}, 413: {"model": Refusal}}
