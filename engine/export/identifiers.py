"""Names for Python out of labels: `mlp.layer1.neuron1.w1` becomes mlp_layer1_neuron1_w1."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

from engine.ops import OPS

LONGEST = 32  # characters of a name before its number
NAMELESS = "v"

# what an exported file, or Python, already means by a word; the same for all files
TAKEN = frozenset(
    {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *OPS}
    | {"np", "torch", "math", "functional", "erf", "Expr", "engine", "numpy"}
    | {"table", "row", "name", "leaf", "gradient"}
)


class Identifiers:
    """The names of one file, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set(TAKEN)
        self._next: dict[str, int] = {}

    def of(self, label: str) -> str:
        """Return a name for a label that no other has.

        >>> names = Identifiers()
        >>> [names.of(label) for label in ("a.b", "a b", "lambda", "2nd", "σ", "→", "np")]
        ['a_b', 'a_b_2', 'lambda_', 'v_2nd', 'σ', 'v', 'np_']
        """
        return self._unique(_identifier(label))

    def numbered(self, stem: str) -> str:
        """Return the next name of a kind.

        >>> names = Identifiers()
        >>> names.of("t1"), names.numbered("t"), names.numbered("t")
        ('t1', 't2', 't3')
        """
        number = self._next.get(stem, 0) + 1
        while f"{stem}{number}" in self._given:
            number += 1
        self._next[stem] = number
        self._given.add(f"{stem}{number}")
        return f"{stem}{number}"

    def _unique(self, name: str) -> str:
        if name in TAKEN:
            name += "_"
        found, number = name, self._next.get(f"{name}_", 1)
        while found in self._given:
            number += 1
            found = f"{name}_{number}".replace("__", "_")
        self._next[f"{name}_"] = number
        self._given.add(found)
        return found


def _identifier(label: str) -> str:
    """Return what is left of a label as a name; Python takes some letters as others."""
    letters = unicodedata.normalize("NFKC", label[: 4 * LONGEST])
    kept = "".join(each if f"_{each}".isidentifier() else "_" for each in letters)
    words = re.sub("_+", "_", kept).strip("_")[:LONGEST].strip("_") or NAMELESS
    return words if words.isidentifier() else f"{NAMELESS}_{words}"
