"""What a program may import: micrograd, random, math, and the little it needs of larger ones."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import arithmetic, calls, natives, ours, refusals, sequences
from engine.errors import ProgramError
from engine.losses import LOSSES, PENALTIES
from engine.natives import Args, Options, fault
from engine.ops import OPS
from engine.values import NODES, NOTHING, Library, Native

if TYPE_CHECKING:
    from engine.reader import Reader

# libraries whose calls draw or set up something that there is no need for here
IGNORED = ("matplotlib", "graphviz", "IPython", "warnings", "tqdm", "pylab", "seaborn")
KNOWN = ("micrograd.engine", "micrograd.nn", "random", "math", "numpy", "sklearn.datasets")


def imported(reader: Reader, node: ast.Import | ast.ImportFrom) -> list[tuple[str, Any]]:
    """Return the names that an import binds, and what they stand for.

    Raises:
        ProgramError: there is no such module, or nothing of that name in it.
    """
    return list(_whole(reader, node) if isinstance(node, ast.Import) else _parts(reader, node))


def _whole(reader: Reader, node: ast.Import) -> Iterator[tuple[str, Any]]:
    for alias in node.names:
        library = find(reader, alias.name, node)
        first, _, rest = alias.name.partition(".")
        if alias.asname or not rest:
            yield alias.asname or alias.name, library
        else:
            yield first, find(reader, first, node, {rest.partition(".")[0]: library})


def _parts(reader: Reader, node: ast.ImportFrom) -> Iterator[tuple[str, Any]]:
    library = find(reader, node.module or "", node)
    for alias in node.names:
        if library.ignored:
            if alias.name in natives.NATIVES:
                continue
            yield alias.asname or alias.name, NOTHING
        elif alias.name == "*":
            yield from library.members.items()
        else:
            yield alias.asname or alias.name, member(reader, library, alias.name, node)


def find(
    reader: Reader, name: str, node: ast.stmt, more: Mapping[str, Any] | None = None
) -> Library:
    """Return a library by its dotted name."""
    root = name.partition(".")[0]
    if root in IGNORED or name == "__future__":
        if root in ("matplotlib", "pylab", "seaborn", "graphviz"):
            reader.remark(f"{root} is left out: what it draws is drawn here.", node)
        return Library(name, ignored=True)
    members = members_of(name)
    if members is None and not more:
        hint = refusals.near(name, KNOWN)
        if root in ("torch", "tensorflow", "jax"):
            hint = "Write the model with Value or MLP; what it computes is then seen node by node."
        raise ProgramError(f"There is no module {name} here.", reader.text.span(node), hint)
    if root in ("micrograd", "random", "numpy", "np"):
        reader.imported.add(root)
    return Library(name, {**(members or {}), **(more or {})})


def member(reader: Reader, library: Library, name: str, node: ast.expr | ast.stmt) -> Any:
    """Return one name of a library."""
    if library.ignored:
        return NOTHING
    if name not in library.members:
        if library.name == "numpy" and name in ("dot", "inner", "matmul", "vdot"):
            message = f"np.{name} is not part of the language."
            hint = "Write sum(a*b for a, b in zip(xs, ys))."
            raise ProgramError(message, reader.text.span(node), hint)
        if library.name == "engine" and name in ours.LEFT_OUT:
            message = f"{name} of the engine is not part of the language."
            raise ProgramError(message, reader.text.span(node), ours.LEFT_OUT[name])
        if library.name == "numpy" and hasattr(np, name):
            reader.left_out(f"np.{name}", node)
            return NOTHING
        known = list(library.members)
        message = f"{library.name} has no {name} here."
        raise ProgramError(message, reader.text.span(node), refusals.near(name, known))
    return library.members[name]


def members_of(name: str) -> Mapping[str, Any] | None:
    """Return what there is of a library, by name; None where there is no such library."""
    if name == "micrograd":
        return {"engine": Library("micrograd.engine", _ENGINE), "nn": Library("micrograd.nn", _NN)}
    if name == "sklearn":
        return {"datasets": Library("sklearn.datasets", _DATASETS)}
    return {
        "engine": ours.ENGINE,
        "engine.nn": _NN,
        "engine.losses": {name: ours.ENGINE[name] for name in (*LOSSES, *PENALTIES)},
        "micrograd.engine": _ENGINE,
        "micrograd.nn": _NN,
        "random": _RANDOM,
        "math": _MATH,
        "numpy": _NUMPY,
        "numpy.random": _NUMPY_RANDOM,
        "sklearn.datasets": _DATASETS,
    }.get(name)


# math: plain numbers; of a node the op of that name


def _math(name: str) -> Native:
    function: Callable[..., Any] = getattr(math, name)

    def call(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        if options:
            raise fault(reader, node, f"math.{name} takes numbers.")
        if any(type(each) in NODES for each in args) and name in OPS:
            return natives.NATIVES[name].call(reader, args, options, node)
        numbers = [reader.plain_number(each, node) for each in args]
        if name in _HUGE and any(abs(number) > _LARGEST for number in numbers):
            raise fault(reader, node, f"math.{name} takes numbers up to {_LARGEST} here.")
        try:
            return arithmetic.bounded(function(*numbers))
        except ValueError:
            words = ", ".join(f"{number:g}" for number in numbers)
            raise fault(reader, node, f"math.{name} has no value at {words}.") from None
        except OverflowError:
            words = ", ".join(f"{number:g}" for number in numbers)
            raise fault(reader, node, f"math.{name} is too large at {words}.") from None
        except TypeError:
            message = f"math.{name} takes other values, or another number of them."
            raise fault(reader, node, message, _math_usage(name)) from None

    return Native(f"math.{name}", call)


def _math_usage(name: str) -> str:
    """Return how a function of math is written; empty where Python does not tell."""
    try:
        params = signature(getattr(math, name)).parameters
    except ValueError:
        return ""
    return f"Write math.{name}({', '.join(params)})."


_HUGE = ("factorial", "comb", "perm")
_LARGEST = 1_000
_LISTS = ("fsum", "prod", "dist")


def _of_list(name: str) -> Native:
    function: Callable[..., Any] = getattr(math, name)

    def call(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        lists = [
            [reader.plain_number(each, node) for each in sequences.items(reader, value, node)]
            for value in args
        ]
        try:
            return arithmetic.bounded(function(*lists))
        except (ValueError, TypeError, OverflowError) as error:
            raise fault(reader, node, f"Python says: {error}.") from None

    return Native(f"math.{name}", call)


_MATH: Mapping[str, Any] = (
    {
        name: _math(name)
        for name in dir(math)
        if not name.startswith("_")
        and callable(getattr(math, name))
        and name not in _LISTS
        and name != "sumprod"
    }
    | {name: getattr(math, name) for name in ("pi", "e", "tau", "inf", "nan")}
    | {name: _of_list(name) for name in _LISTS}
)


# random: CPython's own numbers


def _drawn(name: str) -> Native:
    def call(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        random = reader.random
        values = [_given(reader, value, node) for value in args]
        words = {key: _given(reader, value, node) for key, value in options.items()}
        if name == "shuffle":
            if not args or not isinstance(args[0], list):
                raise fault(reader, node, "random.shuffle takes a list.")
            random.shuffle(args[0])
            return None
        _check_size(reader, name, values, words, node)
        if name in ("randint", "randrange"):
            values = _whole_numbers(reader, name, values, node)
        if name == "seed":
            reader.seeded = True
        try:
            return arithmetic.bounded(getattr(random, name)(*values, **words))
        except (TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError):
            message = f"random.{name} cannot draw from {'this' if args else 'nothing'}."
            raise fault(reader, node, message, f"Write random.{_DRAWN[name]}.") from None

    return Native(f"random.{name}", call, f"random.{_DRAWN[name]}")


# how each function of random is written
_DRAWN = {
    "seed": "seed(1337)",
    "random": "random()",
    "uniform": "uniform(-1, 1)",
    "randint": "randint(1, 6)",
    "randrange": "randrange(10)",
    "choice": "choice(xs), where xs has items",
    "choices": "choices(xs, k=10)",
    "shuffle": "shuffle(xs)",
    "sample": "sample(xs, 2)",
    "gauss": "gauss(0, 1)",
    "normalvariate": "normalvariate(0, 1)",
    "expovariate": "expovariate(1.0)",
    "triangular": "triangular(0, 1, 0.5)",
    "getrandbits": "getrandbits(8)",
    "lognormvariate": "lognormvariate(0, 1)",
    "betavariate": "betavariate(1, 2)",
}


def _check_size(reader: Reader, name: str, values: Args, words: Options, node: ast.Call) -> None:
    """Refuse more numbers at once than the limits have room for."""
    if name == "sample" and len(values) > 1:
        reader.budget.check_items(int(values[1]), reader.text.span(node))
    if name == "choices":
        reader.budget.check_items(int(words.get("k", 1)), reader.text.span(node))
    if name == "getrandbits" and (not values or not 0 < values[0] <= _BITS):
        raise fault(reader, node, f"random.getrandbits takes 1 to {_BITS} bits here.")


def _whole_numbers(reader: Reader, name: str, values: Args, node: ast.Call) -> list[int]:
    if not all(isinstance(each, int | float) and each == each // 1 for each in values):
        message = f"random.{name} takes whole numbers."
        raise fault(reader, node, message, f"Write random.{_DRAWN[name]}.")
    return [int(each) for each in values]


_BITS = arithmetic.LONGEST_INT


def _given(reader: Reader, value: Any, node: ast.Call) -> Any:
    if type(value) in NODES:
        return reader.plain_number(value, node)
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value


_RANDOM: Mapping[str, Any] = {name: _drawn(name) for name in _DRAWN}


# numpy: seeds, and arrays of numbers


def _array(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if not args:
        raise fault(reader, node, "np.array takes a list of numbers.", "Write np.array([1, 2]).")
    return array_of(reader, args[0], node)


def array_of(reader: Reader, value: Any, node: ast.Call) -> Any:
    """Return a list of numbers, or of rows of them, as an array; of nodes it stays a list."""
    if isinstance(value, np.ndarray):
        return value
    rows = sequences.items(reader, value, node)
    if any(type(each) in NODES for each in rows):
        return rows
    if rows and all(isinstance(each, list | tuple | np.ndarray) for each in rows):
        inner = [sequences.items(reader, each, node) for each in rows]
        if any(type(each) in NODES for row in inner for each in row):
            return rows
        if len({len(row) for row in inner}) > 1:
            raise fault(reader, node, "The rows of an array have as many numbers each.")
        reader.budget.check_items(sum(map(len, inner)), reader.text.span(node))
        return np.array([[reader.plain_number(x, node) for x in row] for row in inner], np.float64)
    return np.array([reader.plain_number(each, node) for each in rows], np.float64)


def _np_seed(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    number = reader.plain_number(args[0], node) if args else 0
    if not 0 <= number < 2**32 or not float(number).is_integer():
        raise fault(reader, node, "A seed is a whole number from 0 to 4,294,967,295.")
    reader.arrays = np.random.RandomState(int(number))


def _permutation(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    if len(args) != 1:
        raise fault(reader, node, "np.random.permutation takes a number or a list.")
    (value,) = args
    if isinstance(value, list | tuple | np.ndarray):
        return reader.arrays.permutation(np.array(sequences.items(reader, value, node), np.float64))
    number = int(reader.plain_number(value, node))
    reader.budget.check_items(number, reader.text.span(node))
    return reader.arrays.permutation(max(number, 0))


def _np_drawn(name: str) -> Callable[..., Any]:
    def call(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        numbers = [
            int(n) if float(n).is_integer() and name != "uniform" else n
            for n in (reader.plain_number(each, node) for each in args)
        ]
        shape = [int(n) for n in numbers] if name in ("randn", "rand") else []
        if "size" in options:
            size = options["size"]
            sizes = size if isinstance(size, tuple | list) else (size,)
            shape = [int(reader.plain_number(each, node)) for each in sizes]
        if any(n < 0 for n in shape):
            raise fault(reader, node, "A size is a whole number from 0.")
        reader.budget.check_items(math.prod(shape), reader.text.span(node))
        try:
            found = (
                getattr(reader.arrays, name)(*numbers)
                if name in ("randn", "rand")
                else getattr(reader.arrays, name)(*numbers, size=tuple(shape) or None)
            )
        except (TypeError, ValueError) as error:
            raise fault(reader, node, f"Python says: {error}.") from None
        return np.asarray(found, np.float64) if np.ndim(found) else found

    return call


_NUMPY_RANDOM: Mapping[str, Any] = {
    "seed": Native("np.random.seed", _np_seed, "np.random.seed(1337)"),
    "permutation": Native("np.random.permutation", _permutation),
} | {
    name: Native(f"np.random.{name}", _np_drawn(name))
    for name in ("rand", "randn", "uniform", "normal", "randint")
}
_NUMPY: Mapping[str, Any] = {
    "random": Library("numpy.random", _NUMPY_RANDOM),
    "array": Native("np.array", _array, "np.array([1, 2])"),
    "asarray": Native("np.asarray", _array, "np.asarray([1, 2])"),
    "pi": math.pi,
    "e": math.e,
} | {name: _math(name) for name in ("exp", "log", "sqrt", "tanh", "sin", "cos")}


# sklearn.datasets, and micrograd


def _dataset(name: str, source: str) -> Native:
    def call(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
        return calls.dataset(reader, source, args, options, node)

    return Native(name, call, f"{name}(n_samples=100, noise=0.1)")


_DATASETS: Mapping[str, Any] = {
    "make_moons": _dataset("make_moons", "moons"),
    "make_circles": _dataset("make_circles", "circles"),
    "make_blobs": _dataset("make_blobs", "blobs"),
}
_ENGINE: Mapping[str, Any] = {"Value": calls.VALUE}
_NN: Mapping[str, Any] = {name: calls.MAKERS[name] for name in ("Neuron", "Layer", "MLP")} | {
    "Module": calls.MODULE
}
DATASETS = _DATASETS
