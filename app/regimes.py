"""How a run is to learn, as calls say it.

A field that there is not is refused by name, with the one that was perhaps meant.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

from app.faults import LONGEST_NAME, WORDED, RefusedError, sendable
from engine.optimizers import OPTIMIZERS
from engine.regime import MOST_SPLIT, Regime

LARGEST_COUNT = 10**12
MEANT = {"lr": "rate", "learning_rate": "rate", "batch_size": "batch", "lock": "locked"}

Counted = Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
NotNegative = Annotated[FiniteFloat, Field(ge=0)]


class Strict(BaseModel):
    """Fields of a call, and no others."""

    @model_validator(mode="before")
    @classmethod
    def _only_known(cls, given: Any) -> Any:
        if isinstance(given, dict):
            for name in given:
                if name not in cls.model_fields:
                    raise worded(*unknown(name, cls.model_fields, "{} is not a field here."))
        return given


class OptimizerRequest(BaseModel):
    """An optimizer and its settings; what is not given is PyTorch's default, or as it was."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, NotNegative] = Field(init=False)
    name: Literal["sgd", "momentum", "adam", "adamw", "rmsprop"] | None = None

    def changes(self, before: Regime) -> dict[str, Any]:
        """Return what is to change; settings without a name are of the optimizer that there is.

        Raises:
            RefusedError: it has no such setting.
        """
        given = self.__pydantic_extra__
        row = OPTIMIZERS[self.name or before.optimizer]
        for name in given:
            if name not in row.settings:
                words = f"{row.name} has no setting called {{}}."
                raise RefusedError(422, *unknown(name, row.settings, words))
        kept = {} if self.name else before.numbers
        return {"optimizer": row.name, "numbers": {**kept, **given}}


class StopRequest(Strict):
    """When a run is done: after so many updates, or with a loss below a number."""

    after: Counted | None = None
    below: FiniteFloat | None = None


class RegimeRequest(Strict):
    """How a run learns."""

    optimizer: OptimizerRequest = OptimizerRequest()
    batch: Counted | None = Field(None, description="samples an update; null is all")
    split: FiniteFloat = Field(0.0, ge=0, le=MOST_SPLIT, description="share kept for testing")
    l1: NotNegative = 0.0
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    horizon: Counted = Field(1000, description="updates until linear and cosine are at their end")
    final: FiniteFloat = Field(0.0, ge=0, le=1, description="share of the rate that they end at")
    locked: list[str] = Field(default_factory=list, description="parameters that do not learn")
    stop: StopRequest | None = None

    def regime(self, before: Regime, names: Collection[str]) -> Regime:
        """Return a regime with the fields that are given changed.

        Args:
            before: as it was.
            names: of the parameters.

        Raises:
            RefusedError: there is no such setting, or no such parameter to lock.
        """
        same = ("batch", "split", "l1", "schedule", "horizon", "final")
        given = self.model_fields_set
        changes: dict[str, Any] = {name: getattr(self, name) for name in same if name in given}
        if "optimizer" in given:
            changes |= self.optimizer.changes(before)
        if "locked" in given:
            check_names(self.locked, names)
            changes["locked"] = frozenset(self.locked)
        if "stop" in given:
            stop = self.stop or StopRequest()
            changes |= {"stop_after": stop.after, "stop_below": stop.below}
        return dataclasses.replace(before, **changes)


def check_names(given: Collection[str], names: Collection[str]) -> None:
    """Refuse names that no parameter has.

    Raises:
        RefusedError: with the name that was perhaps meant.
    """
    for name in given:
        if name not in names:
            words = "There is no parameter called {}."
            raise RefusedError(422, *unknown(name, names, words))


def unknown(name: str, known: Collection[str], words: str) -> tuple[str, str]:
    """Return what to say of a name that there is not, and which one was perhaps meant."""
    near = [MEANT[name]] if MEANT.get(name) in known else get_close_matches(name, known, n=1)
    shown = sendable(name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…")
    few = [*known][:20]
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(few)}."
    return words.format(shown), hint if known else "There are none."


def worded(message: str, hint: str) -> PydanticCustomError:
    """Return what a validator raises to refuse in these words."""
    return PydanticCustomError(WORDED, "{message}", {"message": message, "hint": hint})
