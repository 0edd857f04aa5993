"""How NumPy and PyTorch write what stands in formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.export.pieces import Piece, real


@dataclass(frozen=True)
class Dialect:
    """How a library writes what stands in formulas.

    Attributes:
        module: where its functions, `where`, `pi`, `inf` and `nan` are.
        number: how it makes a plain number one of its own, which never raises.
        others: functions of formulas that it calls by another name.
        boxes: whether its functions take none but its own numbers.
    """

    module: str
    number: str
    others: Mapping[str, str]
    boxes: bool

    def boxed(self, piece: Piece) -> Piece:
        """Return a plain number as one of the library's own; all else as it is."""
        if piece.number is None:
            return piece
        return Piece(f"{self.number}({real(piece).flat})", deep=piece.deep)

    def function(self, name: str) -> str:
        """Return what it calls a function of formulas."""
        return self.others.get(name, f"{self.module}.{name}")


NUMPY = Dialect(
    "np",
    "np.float64",
    MappingProxyType({"asin": "np.arcsin", "acos": "np.arccos", "atan": "np.arctan", "erf": "erf"}),
    boxes=False,
)
TORCH = Dialect("torch", "torch.tensor", MappingProxyType({}), boxes=True)
