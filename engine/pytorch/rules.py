"""Every op of PyTorch that is read, by its name there; and how many nodes a tape would become."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.errors import TorchError
from engine.pytorch.activations import ACTIVATIONS
from engine.pytorch.elementwise import ELEMENTWISE
from engine.pytorch.losses import LOSSES
from engine.pytorch.norms import NORMS
from engine.pytorch.products import PRODUCTS
from engine.pytorch.reading import Rule
from engine.pytorch.reductions import REDUCTIONS
from engine.pytorch.shaping import SHAPING
from engine.pytorch.tape import LEAF, Node, size

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        **ELEMENTWISE,
        **ACTIVATIONS,
        **SHAPING,
        **REDUCTIONS,
        **NORMS,
        **{kind: rule for kind, (rule, _, _) in PRODUCTS.items()},
        **LOSSES,
    }
)

_MANY = 8  # ops that one op of PyTorch's stands for, of the larger ones


def check(tape: list[Node]) -> None:
    """Refuse a tape that has an op without a rule.

    Raises:
        TorchError: which, and which there are.
    """
    for node in tape:
        if node.kind not in RULES and node.kind != LEAF:
            known = ", ".join(sorted(RULES))
            raise TorchError(
                f"{node.name} cannot be read: it has no rule here. Compute it out of ops that have "
                f"one: {known}."
            )


def expected(tape: list[Node]) -> int:
    """Return about how many nodes a tape would become, from its shapes alone."""
    return sum(map(_expected, tape))


def _expected(node: Node) -> int:
    made = sum(map(size, node.shapes))
    if node.kind in SHAPING:
        return 0
    if node.kind in PRODUCTS:
        _, first, second = PRODUCTS[node.kind]
        return 2 * made * _inner(node, first, second)
    widest = max([made, *(size(node.input_shape(slot)) for slot in range(len(node.inputs)))])
    return widest * (_MANY if node.kind in LOSSES or node.kind in NORMS else 1)


def _inner(node: Node, first: int, second: int) -> int:
    """Return how many products each element of a product of matrices is the sum of."""
    left, right = node.input_shape(first), node.input_shape(second)
    return left[-1] if left else right[-2:][0] if right else 1
