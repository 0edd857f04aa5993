"""What a run can be told to do, as calls say it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from app.faults import RefusedError
from app.regimes import LARGEST_COUNT, RegimeRequest, Strict, check_names, worded
from app.run import Run
from app.runs import Seed

MOST_UPDATES = 1_000_000  # of one step
MOST_SPEED = 1e6  # updates a second

Count = Annotated[int, Field(ge=1, le=MOST_UPDATES)]
Speed = Annotated[FiniteFloat, Field(gt=0, le=MOST_SPEED)]


class Play(Strict):
    """Go on until told otherwise, at so many updates a second; null is as fast as it goes."""

    at_once: ClassVar = False
    do: Literal["play"]
    speed: Speed | None = None

    def carry_out(self, run: Run) -> int:
        """Do it; return how many updates to take before the answer."""
        if "speed" in self.model_fields_set:
            run.pace.speed = self.speed
        run.play()
        return 0


class Pause(Strict):
    """Stand still; a step that is under way ends here."""

    at_once: ClassVar = True
    do: Literal["pause"]

    def carry_out(self, run: Run) -> int:
        """Do it; return how many updates to take before the answer."""
        run.pause()
        return 0


class Step(Strict):
    """Take so many updates, or so many epochs of them; the answer comes when they are taken."""

    at_once: ClassVar = False
    do: Literal["step"]
    count: Count = 1
    epochs: Count | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.epochs is not None and "count" in self.model_fields_set:
            raise worded("A step takes count or epochs, not both.", "Leave one of them out.")
        return self

    def carry_out(self, run: Run) -> int:
        """Do it; return how many updates to take before the answer."""
        count = self.count
        if self.epochs is not None:
            count = self.epochs * run.trainer.epoch_size
        if count > MOST_UPDATES:
            message = f"{self.epochs:,} epochs are {count:,} updates; a step has {MOST_UPDATES:,}."
            raise RefusedError(422, message, "Ask for fewer, or play.")
        run.pause()
        return count


class Reset(Strict):
    """Go back to the start, with the weights that it had, or with new ones of a seed."""

    at_once: ClassVar = False
    do: Literal["reset"]
    weights: Seed | None = None

    def carry_out(self, run: Run) -> int:
        """Do it; return how many updates to take before the answer."""
        run.pause()
        run.trainer.reset(self.weights)
        return 0


class Rewind(Strict):
    """Go to any step that was."""

    at_once: ClassVar = False
    do: Literal["rewind"]
    step: Annotated[int, Field(ge=0, le=LARGEST_COUNT)]

    def carry_out(self, run: Run) -> int:
        """Do it; return how many updates to take before the answer."""
        run.trainer.rewind(self.step)
        run.pause()
        return 0


class Set(RegimeRequest):
    """Learn otherwise from here on, go at another speed, or with weights set by hand."""

    at_once: ClassVar = False
    do: Literal["set"]
    speed: Speed | None = None
    weights: dict[str, FiniteFloat] = Field(default_factory=dict)

    def carry_out(self, run: Run) -> int:
        """Do it; return how many updates to take before the answer."""
        trainer, before = run.trainer, run.trainer.regime
        check_names(self.weights, trainer.names)
        regime = self.regime(before, trainer.names)
        if regime != before:
            trainer.change(regime)
        for name, number in self.weights.items():
            trainer.set_weight(name, number)
        if "speed" in self.model_fields_set:
            run.pace.set(self.speed)
        return 0


Command = Annotated[
    Play | Pause | Step | Reset | Rewind | Set,
    Field(discriminator="do"),
]
