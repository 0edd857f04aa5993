"""Events: the smallest moments of a walk, and the stretches that they make up."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["forward", "seed", "flow", "update"]


class Event(NamedTuple):
    """One moment; what its kind does not have is None.

    Attributes:
        kind: a value computed ("forward"), the output's gradient set to 1 ("seed"), a contribution
            handed down ("flow"), a leaf moved ("update").
        node: the node that acts: for a flow the one whose gradient is handed down.
        slot: of a flow, which operand of the node gets it, from 0.
        operand: of a flow, the id of that operand.
        value: forward: the node's value; update: the leaf's new number.
        upstream: of a flow, d output / d node.
        local: of a flow, d node / d operand at the present numbers.
        contribution: of a flow, upstream * local; 0 where the op's mask lets nothing through.
        total: flow: the operand's gradient so far, this contribution included; seed: 1;
            update: the gradient that moves the leaf.
    """

    kind: Kind
    node: int
    slot: int | None = None
    operand: int | None = None
    value: float | None = None
    upstream: float | None = None
    local: float | None = None
    contribution: float | None = None
    total: float | None = None


class Phase(NamedTuple):
    """A stretch of a trace: "forward", "seed", "backward" or "update", and where it begins."""

    name: str
    start: int
