"""Neuron, Layer, MLP: networks out of Exprs, with micrograd's arithmetic and micrograd's weights.

>>> Neuron(2), Layer(2, 3, activation="tanh")
(Neuron(2, activation=relu), Layer(2, 3, activation=tanh))
>>> net = MLP(2, [3, 1], activation="tanh", seed=1337)
>>> net
MLP(2, [3, 1], activation=tanh)
>>> len(net.parameters()), net.parameters()[1].label
(13, 'mlp.layer1.neuron1.w2')
>>> round(net([1.0, -2.0]).data, 4)
-1.1505
"""

from __future__ import annotations

import random as random_module
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any, cast

from engine.errors import ExprError
from engine.expr import Expr, Number
from engine.ops import OPS
from engine.scopes import scope

Activation = str | Callable[..., Expr] | None
LINEAR = "linear"
RELU = "relu"


class Neurons(tuple["Neuron", ...]):
    """The neurons of a layer, in order; `neurons` is what micrograd calls them."""

    __slots__ = ()

    @property
    def neurons(self) -> list[Neuron]:
        """Return them as a list."""
        return list(self)


class Module:
    """What has parameters and can be called.

    Attributes:
        name: what its parameters' names begin with.
        inputs: how many values it takes.
        layers: its neurons, layer by layer.
    """

    kind = "module"

    def __init__(self, inputs: int, layers: Sequence[Sequence[Neuron]], name: str | None) -> None:
        self.inputs = inputs
        self.layers = tuple(map(Neurons, layers))
        self.rename(name or self.kind)

    def rename(self, name: str) -> None:
        """Name it, and with it every neuron and parameter."""
        self.name = name
        for neuron, path in self._paths():
            neuron.named(".".join([name, *path]))

    def _paths(self) -> Iterator[tuple[Neuron, list[str]]]:
        """Yield every neuron and its place: layer1, neuron3."""
        for depth, layer in enumerate(self.layers, 1):
            for place, neuron in enumerate(layer, 1):
                yield neuron, [f"layer{depth}", f"neuron{place}"]

    @property
    def neurons(self) -> list[Neuron]:
        """Return its neurons, layer by layer."""
        return [neuron for layer in self.layers for neuron in layer]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return how many neurons each layer has."""
        return tuple(map(len, self.layers))

    def parameters(self) -> list[Expr]:
        """Return its weights and biases, neuron by neuron."""
        return [each for neuron in self.neurons for each in (*neuron.weights, neuron.bias)]

    def zero_grad(self) -> None:
        """Set every gradient to 0. Nothing here needs it: each backward pass begins anew."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def __call__(self, *values: Any) -> Any:
        """Return its output at values, or at one list of them: a value, or a list of several.

        Raises:
            ExprError: there are more or fewer values than inputs.
        """
        given = self.given(values)
        with scope(self.name):
            given = self.fired(given)
        return given[0] if len(given) == 1 else given

    def fired(self, given: list[Any]) -> list[Any]:
        """Return the outputs of the last layer, made within a scope a layer and a neuron."""
        for depth, layer in enumerate(self.layers, 1):
            with scope(f"layer{depth}"):
                given = [
                    _within(f"neuron{place}", each, given) for place, each in enumerate(layer, 1)
                ]
        return given

    def given(self, values: Sequence[Any]) -> list[Any]:
        """Return the values that a call hands over; refuse more or fewer than the inputs."""
        one_list = len(values) == 1 and isinstance(values[0], list | tuple)
        found = list(values[0] if one_list else values)
        if len(found) != self.inputs:
            message = f"{self.name} takes {_many(self.inputs, 'input')}, not {len(found)}."
            raise ExprError(message)
        return found

    def described(self) -> str:
        """Return how micrograd prints it."""
        layers = [f"Layer of [{', '.join(map(_described, layer))}]" for layer in self.layers]
        return f"MLP of [{', '.join(layers)}]"

    def __repr__(self) -> str:
        """Return how it is written."""
        return f"{type(self).__name__}({self.inputs})"


class Neuron(Module):
    """One neuron: activation(b + w1*x1 + w2*x2 + ...).

    Attributes:
        weights: one an input, uniform between -1 and 1 at first.
        bias: 0 at first.
        activation: the name of an op with one operand, or "linear".
        result: what the last call returned.
    """

    kind = "neuron"

    def __init__(
        self,
        inputs: int,
        *,
        activation: Activation = RELU,
        seed: int | None = None,
        name: str | None = None,
        random: Random | None = None,
    ) -> None:
        """Make a neuron.

        Args:
            inputs: how many values it takes.
            activation: the name of an op, a function of this engine, or None for none.
            seed: of its weights; without one they come from Python's `random`, as micrograd's do.
            name: what its parameters' names begin with.
            random: what the weights are drawn from, in place of a seed.

        Raises:
            ExprError: it would have no input, or there is no such activation.
        """
        _check_count(inputs, "inputs")
        drawn = random or stream(seed)
        self.weights = tuple(Expr(drawn.uniform(-1, 1)) for _ in range(inputs))
        self.bias = Expr(0.0)
        self.activation = activation_name(activation)
        self.result: Expr | None = None
        self.operands: tuple[Any, ...] = ()
        super().__init__(inputs, [[self]], name)

    @property
    def w(self) -> list[Expr]:
        """Return its weights, by micrograd's name."""
        return list(self.weights)

    @property
    def b(self) -> Expr:
        """Return its bias, by micrograd's name."""
        return self.bias

    def _paths(self) -> Iterator[tuple[Neuron, list[str]]]:
        yield self, []

    def named(self, name: str) -> None:
        """Name it, its weights and its bias."""
        self.name = name
        for place, weight in enumerate(self.weights, 1):
            weight.label = f"{name}.w{place}"
        self.bias.label = f"{name}.b"

    def fire(self, values: Sequence[Expr | Number]) -> Expr:
        """Return its value, in micrograd's order: the bias comes first."""
        total: Expr = self.bias
        for weight, value in zip(self.weights, values, strict=True):
            total = total + weight * value
        if self.activation != LINEAR:
            total = Expr.of(OPS[self.activation], total)
        total.label = self.name
        self.result, self.operands = total, tuple(values)
        return total

    def described(self) -> str:
        """Return how micrograd prints it."""
        return _described(self)

    def fired(self, given: list[Any]) -> list[Any]:
        """Return its value."""
        return [self.fire(given)]

    def __repr__(self) -> str:
        """Return how it is written."""
        return f"Neuron({self.inputs}, activation={self.activation})"


class Layer(Module):
    """Neurons side by side, each of which takes all inputs."""

    kind = "layer"

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        activation: Activation = RELU,
        seed: int | None = None,
        name: str | None = None,
        random: Random | None = None,
    ) -> None:
        """Make a layer of `outputs` neurons; the rest is as in `Neuron`."""
        _check_count(outputs, "neurons")
        drawn = random or stream(seed)
        how = activation_name(activation)
        neurons = [Neuron(inputs, activation=how, random=drawn) for _ in range(outputs)]
        super().__init__(inputs, [neurons], name)

    def _paths(self) -> Iterator[tuple[Neuron, list[str]]]:
        for place, neuron in enumerate(self.layers[0], 1):
            yield neuron, [f"neuron{place}"]

    def described(self) -> str:
        """Return how micrograd prints it."""
        return f"Layer of [{', '.join(map(_described, self.layers[0]))}]"

    def fired(self, given: list[Any]) -> list[Any]:
        """Return its neurons' values, made within a scope a neuron."""
        return [_within(f"neuron{k}", each, given) for k, each in enumerate(self.layers[0], 1)]

    def __repr__(self) -> str:
        """Return how it is written."""
        activation = self.layers[0][0].activation
        return f"Layer({self.inputs}, {self.sizes[0]}, activation={activation})"


class MLP(Module):
    """Layers one after the other; the last one is linear unless `output` says another activation.

    With `seed=1337`, or after `random.seed(1337)`, its weights are those of micrograd's own demo.
    """

    kind = "mlp"

    def __init__(
        self,
        inputs: int,
        sizes: Sequence[int] | int,
        *,
        activation: Activation | Sequence[Activation] = RELU,
        output: Activation = None,
        seed: int | None = None,
        name: str | None = None,
        random: Random | None = None,
    ) -> None:
        """Make a network.

        Args:
            inputs: how many values it takes.
            sizes: how many neurons each layer has; the last one is the number of outputs. A
                number is one layer.
            activation: of all layers but the last; or a list of them, one a layer.
            output: of the last layer, where `activation` is no list.
            seed: of its weights; without one they come from Python's `random`, as micrograd's do.
            name: what its parameters' names begin with.
            random: what the weights are drawn from, in place of a seed.

        Raises:
            ExprError: a count or an activation is none, or there are not as many activations as
                layers.
        """
        sizes = [sizes] if isinstance(sizes, int) else sizes
        if not sizes:
            raise ExprError("An MLP needs at least one layer.")
        for size in sizes:
            _check_count(size, "neurons")
        drawn = random or stream(seed)
        how = _by_layer(activation, output, len(sizes))
        layers = [
            [Neuron(before, activation=each, random=drawn) for _ in range(size)]
            for each, (before, size) in zip(how, pairwise([inputs, *sizes]), strict=True)
        ]
        super().__init__(inputs, layers, name)

    def __repr__(self) -> str:
        """Return how it is written."""
        *inner, last = [layer[0].activation for layer in self.layers]
        if len(set(inner)) > 1:
            words = [f"activation=[{', '.join([*inner, last])}]"]
        else:
            words = [f"activation={inner[0]}"] if inner else []
            words += [] if last == LINEAR else [f"output={last}"]
        return f"MLP({', '.join([str(self.inputs), str(list(self.sizes)), *words])})"


def stream(seed: int | None) -> Any:
    """Return what weights are drawn from: a stream of its own for a seed, else Python's."""
    return random_module if seed is None else Random(seed)  # noqa: S311  no secret


def _by_layer(
    activation: Activation | Sequence[Activation], output: Activation, layers: int
) -> list[str]:
    """Return the activation of each layer."""
    if not isinstance(activation, list | tuple):
        last = activation_name(output)
        return [activation_name(cast("Activation", activation))] * (layers - 1) + [last]
    if output is not None:
        raise ExprError("The list of activations has the last layer's too: leave out output.")
    if len(activation) != layers:
        given = _many(len(activation), "activation")
        raise ExprError(f"{_many(layers, 'layer')} cannot have {given}: give one a layer.")
    return [activation_name(each) for each in activation]


def _within(name: str, neuron: Neuron, given: Sequence[Any]) -> Expr:
    with scope(name):
        return neuron.fire(given)


def _described(neuron: Neuron) -> str:
    kind = {LINEAR: "Linear", RELU: "ReLU"}.get(neuron.activation, neuron.activation.capitalize())
    return f"{kind}Neuron({len(neuron.weights)})"


def activation_name(activation: Activation) -> str:
    """Return the name of an activation.

    Raises:
        ExprError: it is no op with one operand.
    """
    if activation is None:
        return LINEAR
    name = activation if isinstance(activation, str) else getattr(activation, "__name__", "")
    if name != LINEAR and (name not in OPS or OPS[name].arity != 1):
        words = name or repr(activation)
        raise ExprError(f"{words} is no activation. Take relu, tanh, sigmoid or linear.")
    return name


def _check_count(count: Any, what: str) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ExprError(f"A number of {what} is a whole number from 1, not {count!r}.")


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
