"""What a viewer wants to see of a run, as the address of a stream says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from app.faults import RefusedError
from app.links import settings
from app.regimes import unknown
from app.scenes import PARTS, Wish
from engine.program import Program

MOST_FRAMES = 60  # a second


class WatchRequest(BaseModel):
    """Which frames: how many a second, of which sample, with which of the costly parts."""

    fps: Annotated[float, Field(gt=0, le=MOST_FRAMES)] = 30.0
    sample: Annotated[int | None, Field(ge=0)] = None
    set: list[str] = Field(
        default_factory=list, description="name:number of a leaf, for a sample that does not exist"
    )
    node: int | None = Field(None, ge=0, description="whose boundary; null is the prediction")
    wires: bool = False
    field: bool = False
    thumbs: bool = False
    health: bool = False
    samples: bool = False

    def wish(self, program: Program) -> Wish:
        """Return what is wanted.

        Raises:
            RefusedError: the program has no such sample, leaf or node.
        """
        sample = self.sample if program.samples else None
        count = len(program.samples.table.rows) if program.samples else 0
        if sample is not None and sample >= count:
            message = f"There is no sample {sample:,}."
            raise RefusedError(422, message, f"They go from 0 to {count - 1:,}.")
        if self.node is not None and self.node >= len(program.graph):
            message = f"There is no node {self.node:,}."
            raise RefusedError(422, message, f"They go from 0 to {len(program.graph) - 1:,}.")
        return Wish(
            fps=self.fps,
            sample=0 if sample is None and count else sample,
            given=self._given(program),
            node=self.node,
            parts=frozenset(part for part in PARTS if getattr(self, part)),
        )

    def _given(self, program: Program) -> dict[str, float]:
        known = [*program.input_named, *_data_names(program)]
        for each in self.set:
            name = each.rpartition(":")[0]
            if name not in known:
                raise RefusedError(422, *unknown(name, known, "There is no leaf called {}."))
            if not settings([each]):
                message = f"{name} is to be set to what is no finite number."
                raise RefusedError(422, message, f"Write it as {name}:0.5.")
        return settings(self.set)


def _data_names(program: Program) -> Iterator[str]:
    """Yield the names of the leaves that are data."""
    bound = program.samples
    if bound:
        for node, column in zip(bound.nodes, bound.table.columns, strict=True):
            if node is not None:
                yield program.graph.labels[node] or column
