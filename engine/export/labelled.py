"""The labelled graph: plain JSON values that say all of a graph and its numbers, and back.

It is the answer of `POST /api/graph`. Numbers that are not finite are null.

>>> from engine.expr import Expr
>>> x = Expr(3.0, label="x")
>>> again = from_json(json_text(Computed.of(x * x)))
>>> again.data, again.find("x").data
(9.0, 3.0)
"""

from __future__ import annotations

import json
import math
from collections.abc import Container, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from engine.computed import Computed
from engine.errors import ExportError
from engine.evaluate import Problem
from engine.expr import Expr, arity_message
from engine.graph import Graph
from engine.names import leaf_names
from engine.numerals import finite
from engine.ops import OPS
from engine.spans import Span, shortened

Array = NDArray[np.float64]


def labelled(
    graph: Graph,
    values: Array,
    gradients: Array,
    problems: Sequence[Problem],
    data: Container[int | None] = (),
) -> dict[str, Any]:
    """Return a graph with every value and every gradient as plain JSON values.

    Args:
        graph: n nodes.
        values: (n, 1) float64.
        gradients: (n, 1) float64.
        problems: where numbers stop being finite.
        data: the leaves that are data, which are no inputs.
    """
    numbers = [finite(value) for value in values[:, 0].tolist()]
    slopes = [finite(gradient) for gradient in gradients[:, 0].tolist()]
    learnable = graph.learnable.tolist()
    nodes = []
    for node, (value, grad) in enumerate(zip(numbers, slopes, strict=True)):
        op = graph.op(node)
        nodes.append(
            {
                "id": node,
                "label": graph.labels[node],
                "op": op.name if op else None,
                "operands": graph.operands_of(node),
                "value": value,
                "grad": grad,
                "learnable": learnable[node],
                **_place(graph.spans[node]),
            }
        )
    return {
        "nodes": nodes,
        "output": graph.output,
        "value": numbers[graph.output],
        "inputs": [
            {"name": name, "value": numbers[node], "node": node}
            for node, name in leaf_names(graph, data).items()
        ],
        "problems": [
            {"node": problem.node, **_place(graph.spans[problem.node]), "message": problem.message}
            for problem in problems
        ],
    }


def json_text(work: Computed) -> str:
    """Return the labelled graph as the text of a file, a node a line."""
    form = labelled(work.graph, work.values, work.found.nodes, work.problems, work.columns)
    nodes = ",\n".join(map(_dumped, form.pop("nodes")))
    rest = _dumped(form)
    return f'{{"nodes": [\n{nodes}\n],\n{rest[1:]}\n'


def _dumped(value: Any) -> str:
    """Return JSON with letters as they are, or escaped where a label holds half of one."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or _is_text(text) else json.dumps(value)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def from_json(form: str | bytes | Mapping[str, Any]) -> Expr:
    """Return the output of a labelled graph, its nodes built anew.

    Values of leaves are taken; those of results are computed again. A leaf without a label that
    does not learn is a constant.

    Args:
        form: the text of a file, or what JSON makes of it.

    Raises:
        ExportError: it is no labelled graph; the sentence says what is wrong, and where.
    """
    found = _parsed(form) if isinstance(form, str | bytes) else form
    if not isinstance(found, Mapping) or not isinstance(found.get("nodes"), list):
        raise ExportError('A labelled graph is an object with "nodes", a list, and "output".')
    made: list[Expr] = []
    for place, node in enumerate(found["nodes"]):
        made.append(_node(place, node, made))
    output = found.get("output")
    if not isinstance(output, int) or not _is_place(output, len(made)):
        raise ExportError(f'"output" is the id of a node, not {_shown(output)}.')
    return made[output]


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ExportError(f"This is not JSON: {error.msg} at {place}.") from None
    except UnicodeDecodeError:
        raise ExportError("This is not JSON: a file of text in UTF-8 is.") from None
    except RecursionError:
        raise ExportError(
            "This is no labelled graph: its lists lie too deep in each other."
        ) from None
    except ExportError:
        raise
    except ValueError:  # an integer of thousands of digits
        raise ExportError("This is no labelled graph: a number in it is too long.") from None


def _no_number(word: str) -> NoReturn:
    raise ExportError(f"{word} is no number to JSON.")


def _node(place: int, node: Any, made: Sequence[Expr]) -> Expr:
    """Return one node over those before it."""
    if not isinstance(node, Mapping):
        raise ExportError(f"Node {place} is an object, not {_shown(node)}.")
    if node.get("id", place) != place or isinstance(node.get("id"), bool):
        raise ExportError(f"Node {place} has the id {_shown(node['id'])}; ids count from 0.")
    label, learns, name = node.get("label"), node.get("learnable", False), node.get("op")
    if not isinstance(label, str | None):
        raise ExportError(f"The label of node {place} is a text or null, not {_shown(label)}.")
    if not isinstance(learns, bool):
        raise ExportError(f'"learnable" of node {place} is true or false, not {_shown(learns)}.')
    if name is None:
        return _leaf(place, node, label or None, learns)
    if not isinstance(name, str) or name not in OPS:
        raise ExportError(f"Node {place}: there is no op called {_shown(name)}.")
    if learns:
        raise ExportError(f"Node {place} cannot learn: {name} computes it, and only leaves learn.")
    return Expr.of(OPS[name], *_operands(place, name, node, made), label=label or None)


def _leaf(place: int, node: Mapping[str, Any], label: str | None, learns: bool) -> Expr:  # noqa: FBT001  as the form has it
    value = node.get("value")
    if node.get("operands", []) not in ([], ()):
        raise ExportError(f"Node {place} is a leaf, so it has no operands.")
    if value is None:
        raise ExportError(f"Leaf {place} has no value: what is not finite cannot be read back.")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExportError(f"The value of leaf {place} is a number, not {_shown(value)}.")
    leaf = Expr(value, label=label, learnable=learns) if label or learns else Expr.inline(value)
    if not math.isfinite(leaf.data):
        raise ExportError(f"The value of leaf {place} is too large.")
    return leaf


def _operands(place: int, name: str, node: Mapping[str, Any], made: Sequence[Expr]) -> list[Expr]:
    operands = node.get("operands")
    if not isinstance(operands, list | tuple):
        raise ExportError(f"The operands of node {place} are a list, not {_shown(operands)}.")
    for operand in operands:
        if not _is_place(operand, place):
            message = f"Node {place} stands on {_shown(operand)}, which is no node before it."
            raise ExportError(message)
    if len(operands) != OPS[name].arity:
        raise ExportError(f"Node {place}: {arity_message(OPS[name], len(operands))}")
    return [made[operand] for operand in operands]


def _is_place(value: Any, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def _shown(value: Any) -> str:
    return shortened(json.dumps(value, default=repr), 40)


def _place(span: Span | None) -> dict[str, int | None]:
    return span._asdict() if span else dict.fromkeys(Span._fields)
