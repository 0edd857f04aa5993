"""Graphs for Graphviz: a record a node, a cluster a scope."""

from __future__ import annotations

from collections.abc import Iterator

from engine.computed import Computed
from engine.graph import NO_OPERAND, Graph
from engine.names import every_name
from engine.numerals import short
from engine.scopes import NO_SCOPE

LONGEST = 40  # characters of a name
_IN_RECORDS = str.maketrans({each: "\\" + each for each in '\\{}|<>"'})
_COLORS = {"leaf": "#e8f1fb", "constant": "#f3f3f3", "result": "#ffffff", "output": "#e9f6ec"}


def dot(work: Computed) -> str:
    """Return a graph as DOT: name, op, value and gradient of each node, scopes as clusters.

    >>> from engine.expr import Expr
    >>> print(dot(Computed.of(Expr(2.0, label="x").tanh(label="o"))))
    digraph gradwalk {
      rankdir=LR
      node [shape=record, style=filled, fontname="Helvetica", fontsize=11]
      edge [arrowsize=0.7]
      0 [label="x|value 2|grad 0.07065", fillcolor="#e8f1fb"]
      1 [label="o|tanh|value 0.964|grad 1", fillcolor="#e9f6ec"]
      0 -> 1
    }
    <BLANKLINE>
    """
    lines = [
        "digraph gradwalk {",
        "  rankdir=LR",
        '  node [shape=record, style=filled, fontname="Helvetica", fontsize=11]',
        "  edge [arrowsize=0.7]",
        *_clusters(work.graph, _records(work)),
        *_edges(work.graph),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _records(work: Computed) -> list[str]:
    """Return the line of each node."""
    graph, names = work.graph, every_name(work.graph)
    rows = zip(work.values[:, 0].tolist(), work.found.nodes[:, 0].tolist(), strict=True)
    found = []
    for node, (value, gradient) in enumerate(rows):
        op = graph.op(node)
        name = names[node] if len(names[node]) <= LONGEST else names[node][: LONGEST - 1] + "…"
        fields = [name, *([op.name] if op else []), f"value {short(value)}"]
        fields.append(f"grad {short(gradient)}")
        label = "|".join(field.translate(_IN_RECORDS) for field in fields)
        found.append(f'{node} [label="{label}", fillcolor="{_COLORS[_kind(graph, node)]}"]')
    return found


def _kind(graph: Graph, node: int) -> str:
    if node == graph.output:
        return "output"
    return "constant" if graph.constant[node] else "leaf" if graph.leaves[node] else "result"


def _clusters(graph: Graph, records: list[str]) -> Iterator[str]:
    """Yield the nodes, those of a scope within its cluster; a scope stands before those within."""
    scopes = graph.scopes
    within: dict[int, list[int]] = {}
    for scope, parent in enumerate(scopes.parents.tolist()):
        within.setdefault(parent, []).append(scope)
    held: dict[int, list[str]] = {}
    for record, scope in zip(records, scopes.of.tolist(), strict=True):
        held.setdefault(scope, []).append(record)
    waiting: list[tuple[int, int, bool]] = [(NO_SCOPE, 0, False)]
    while waiting:
        scope, depth, done = waiting.pop()
        indent = "  " * depth
        if done:
            yield indent + "}"
            continue
        if scope != NO_SCOPE:
            title = scopes.titles[scope].replace("\\", "\\\\").replace('"', '\\"')
            yield f"{indent}subgraph cluster_{scope} {{"
            yield f'{indent}  label="{title}"; style=rounded; color="#9aa5b1"; fontname="Helvetica"'
            waiting.append((scope, depth, True))
        yield from (f"{indent}  {record}" for record in held.get(scope, []))
        waiting += [(inner, depth + 1, False) for inner in reversed(within.get(scope, []))]


def _edges(graph: Graph) -> Iterator[str]:
    """Yield a line an edge; a value used twice by a node has two."""
    for node, operands in enumerate(graph.operands.tolist()):
        for operand in operands:
            if operand != NO_OPERAND:
                yield f"  {operand} -> {node}"
