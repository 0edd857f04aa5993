"""A tape read node by node into arrays of Exprs; what every rule is handed is a Place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import TorchError
from engine.expr import Expr
from engine.pytorch.arrays import Array, array
from engine.pytorch.names import Names, element_names
from engine.pytorch.recover import Pin
from engine.pytorch.tape import LEAF, Node, Numbers, Shape, is_tensor, numbers, size
from engine.scopes import scope

Slot = tuple[Node, int]
Rule = Callable[["Place"], Array | tuple[Array, ...]]


@dataclass
class Reading:
    """One pass over a tape.

    Attributes:
        names: what tensors are called.
        recovered: numbers, or a tensor, for inputs that PyTorch did not keep.
        lost: leaves that stand at 0 for such inputs that have no numbers yet.
        direct, derived: what is known of nodes that lost numbers reach, as it was kept, or
            computed from what was kept.
    """

    names: Names
    recovered: Mapping[Slot, Numbers | Any] = field(default_factory=dict)
    lost: dict[Slot, Array] = field(default_factory=dict)
    direct: dict[Expr, Pin] = field(default_factory=dict)
    derived: dict[Expr, Pin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._elements: dict[int, Expr] = {}  # by address: views of one tensor share their nodes
        self._kept: list[Any] = []  # as long as a tensor lives, nothing else has its address

    def read(self, tape: list[Node], rules: Mapping[str, Rule]) -> Expr:
        """Return the last node's first result."""
        made: dict[Node, tuple[Array, ...]] = {}
        for node in tape:
            if node.kind == LEAF:
                made[node] = (self._leaf(node.variable),)
                continue
            inputs = tuple(at and made[at[0]][at[1]] for at in node.inputs)
            name = self.names.results.get((node.function, 0), (node.kind.lower(), None))[0]
            with scope(name):
                found = rules[node.kind](Place(self, node, inputs))
            results = found if isinstance(found, tuple) else (found,)
            made[node] = tuple(np.asarray(each, object) for each in results)
            self._note(node, made[node])
        return self._output(made[tape[-1]][0])

    def constant(self, tensor: Any) -> Array:
        """Return a tensor that no gradient is wanted of; a nameless single number is inline."""
        self._kept.append(tensor)
        shape = tuple(tensor.shape)
        found = numbers(tensor)
        at = np.full(shape, tensor.data_ptr(), object)
        for axis, stride in enumerate(tensor.stride()):
            steps = np.arange(shape[axis]) * (stride * tensor.element_size())
            at = at + steps.reshape([-1] + [1] * (len(shape) - axis - 1))
        if size(shape) == 1 and not shape and self.names.at(int(at[()])) is None:
            return array([float(found)], ())
        pairs = zip(at.ravel().tolist(), found.ravel().tolist(), strict=True)
        return array((self._element(address, number) for address, number in pairs), shape)

    def missing(self, node: Node, slot: int, shape: Shape) -> Array:
        """Return an input that is neither in the graph nor kept."""
        known = self.recovered.get((node, slot))
        if known is None:
            made = array((Expr(0.0, learnable=False) for _ in range(size(shape))), shape)
            self.lost[node, slot] = made
            return made
        if is_tensor(known):
            return np.broadcast_to(self.constant(known), shape)
        listed = known.ravel().tolist()
        if len(set(listed)) <= 1:
            return array(listed, shape)
        return array((Expr(number, learnable=False) for number in listed), shape)

    def pin(self, made: Array, known: Numbers, precision: float) -> None:
        """Note what nodes are known to be, nan where nothing is."""
        _pin(self.direct, made, known, np.abs(known) * precision)

    def _leaf(self, variable: Any) -> Array:
        found = numbers(variable)
        name = self.names.leaves.get(id(variable))
        labels = element_names(name, found.shape) if name else [None] * found.size
        pairs = zip(found.ravel().tolist(), labels, strict=True)
        return array((Expr(number, label=label) for number, label in pairs), found.shape)

    def _element(self, address: int, number: float) -> Expr:
        found = self._elements.get(address)
        if found is None:
            found = Expr(number, label=self.names.at(address), learnable=False)
            self._elements[address] = found
        return found

    def _note(self, node: Node, results: tuple[Array, ...]) -> None:
        """Label results, and note what is known of them."""
        for place, (made, shape) in enumerate(zip(results, node.shapes, strict=True)):
            name, tensor = self.names.results.get((node.function, place), (None, None))
            if name:
                for element, label in zip(made.ravel(), element_names(name, shape), strict=True):
                    if isinstance(element, Expr) and element.label is None:
                        element.label = label
            kept = tensor if name else node.saved("result") if place == 0 else None
            if is_tensor(kept) and tuple(kept.shape) == shape:
                self.pin(made, numbers(kept), node.precision)

    def _output(self, result: Array) -> Expr:
        element = result.ravel()[0]
        return element if isinstance(element, Expr) else Expr.inline(element)


@dataclass(frozen=True)
class Place:
    """A node, and what it is computed from: all that a rule needs."""

    reading: Reading
    node: Node
    inputs: tuple[Array | None, ...]

    @property
    def shape(self) -> Shape:
        """Return the shape of the first result."""
        return self.node.shapes[0]

    def saved(self, name: str, default: Any = None) -> Any:
        """Return a setting that the op kept; `default` where it kept none."""
        found = self.node.saved(name)
        return default if found is None else found

    def kept(self, name: str) -> Numbers | None:
        """Return the numbers of a tensor that the op kept; None where it kept none."""
        found = self.node.saved(name)
        return numbers(found) if is_tensor(found) else None

    def held(self, name: str) -> Numbers:
        """Return the numbers of a tensor that the op keeps whenever it is on a tape.

        Raises:
            TorchError: it did not; another version of PyTorch may do without.
        """
        found = self.kept(name)
        if found is None:
            raise TorchError(f"{self.node.name} kept no {name}, which reading it takes.")
        return found

    def places(self, name: str) -> NDArray[np.int64]:
        """Return a tensor of indices that the op keeps."""
        return self.held(name).astype(np.int64)

    def given(self, slot: int, name: str = "", shape: Shape | None = None) -> Array:
        """Return an input: from the graph, or as the op kept it under a name, or recovered.

        Args:
            slot: which input.
            name: what the op may have kept it as.
            shape: of what is recovered; the result's where it is None.
        """
        source = self.inputs[slot] if slot < len(self.inputs) else None
        saved = self.node.saved(name) if name else None
        if source is not None:
            if is_tensor(saved) and tuple(saved.shape) == source.shape:
                self.reading.pin(source, numbers(saved), self.node.precision)
            return source
        if saved is None:
            return self.reading.missing(self.node, slot, self.shape if shape is None else shape)
        return self.reading.constant(saved) if is_tensor(saved) else array([float(saved)], ())

    def option(self, name: str) -> Array | None:
        """Return a tensor that the op kept and that it may do without."""
        found = self.node.saved(name)
        return self.reading.constant(found) if is_tensor(found) else None

    def undo(self, x: Array, back: Callable[[Numbers], Numbers]) -> None:
        """Note what the operand must have been, from the result that the op kept."""
        result = self.kept("result")
        if result is None:
            return
        step = self.node.precision * np.abs(result)
        with np.errstate(all="ignore"):
            known, other = back(result), back(result - step)
            slack = np.abs(known - other) + self.node.precision * np.abs(known)
        _pin(self.reading.derived, x, known, slack)


def _pin(pins: dict[Expr, Pin], made: Array, known: Numbers, slack: Numbers) -> None:
    rows = zip(made.ravel(), known.ravel().tolist(), slack.ravel().tolist(), strict=True)
    for element, value, off in rows:
        if isinstance(element, Expr) and not math.isnan(value):
            pins[element] = Pin(value, 0.0 if math.isnan(off) else off)
