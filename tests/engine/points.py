"""Points at which ops are tested: inside the domain, and away from every kink and pole."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from engine.ops import Op

# op: the interval of each param; elsewhere the slope does not exist, or no difference can see it
INTERVALS = {
    "div": ((-9, 9), (0.2, 9)),
    "pow": ((0.2, 4), (-3, 3)),
    "exp": ((-9, 6),),
    "log": ((0.05, 50),),
    "sqrt": ((0.05, 50),),
    "tan": ((-1.3, 1.3),),
    "asin": ((-0.9, 0.9),),
    "acos": ((-0.9, 0.9),),
    "sinh": ((-5, 5),),
    "cosh": ((-5, 5),),
    "tanh": ((-3, 3),),
    "sigmoid": ((-8, 8),),
    "gelu": ((-4, 4),),
    "erf": ((-2, 2),),
    "when": ((0.2, 9), (-9, 9)),
    "unless": ((0.2, 9), (-9, 9)),
}
EVERYWHERE = (-9, 9)
FROM_A_KINK = 0.01


@st.composite
def inside(draw: st.DrawFn, op: Op) -> list[float]:
    """Draw operands at which `op` is smooth."""
    intervals = INTERVALS.get(op.name, (EVERYWHERE,) * op.arity)
    point = [draw(st.floats(*interval)) for interval in intervals]
    if (op.kink == "x == 0" or op.name == "elu") and abs(point[0]) < FROM_A_KINK:
        point[0] = math.copysign(FROM_A_KINK, point[0])
    if op.kink == "x == y" and abs(point[0] - point[1]) < FROM_A_KINK:
        point[0] += 1.0
    return point


def central_difference(op: Op, point: list[float], slot: int, step: float = 1e-5) -> float:
    """Return the slope along one operand, to the fourth order of the step."""

    def at(move: float) -> float:
        moved = list(point)
        moved[slot] += move
        return op.value(*moved)

    near, far = at(step) - at(-step), at(2 * step) - at(-2 * step)
    return (8 * near - far) / (12 * step)
