"""Rules for products of matrices and vectors, as sums of products."""

from __future__ import annotations

from collections.abc import Mapping

from engine.pytorch.arrays import Array, each, scaled, times
from engine.pytorch.reading import Place, Rule


def _matrices(first: str, second: str) -> Rule:
    return lambda at: times(at.given(0, first), at.given(1, second)).reshape(at.shape)


def _added(first: str, second: str) -> Rule:
    """Return a rule for beta * bias + alpha * product."""

    def read(at: Place) -> Array:
        product = times(at.given(1, first), at.given(2, second))
        bias = scaled(at.given(0), at.saved("beta", 1))
        return each("add", scaled(product, at.saved("alpha", 1)), bias)

    return read


# name: (its rule, the slots of the two sides)
PRODUCTS: Mapping[str, tuple[Rule, int, int]] = {
    "Mm": (_matrices("self", "mat2"), 0, 1),
    "Mv": (_matrices("self", "vec"), 0, 1),
    "Dot": (_matrices("self", "tensor"), 0, 1),
    "Bmm": (_matrices("self", "mat2"), 0, 1),
    "Addmm": (_added("mat1", "mat2"), 1, 2),
    "Addmv": (_added("mat", "vec"), 1, 2),
    "Baddbmm": (_added("batch1", "batch2"), 1, 2),
}
