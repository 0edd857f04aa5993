"""The language's reference as Markdown, out of the tables that the code itself runs on.

A page holds a line such as `% table: ops`; `filled` puts the text of that table in its place. A new
row in the code is a new row here.

>>> filled("% table: penalties").splitlines()[2]
'| `l1` | `l1(net)` | The sum of the sizes of all parameters. |'
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from app.settings import settings_table
from engine import calls, libraries, members, natives, queries, refusals
from engine.data import TABLES
from engine.expressions import Expressions
from engine.formats import FORMATS
from engine.losses import LOSSES, PENALTIES
from engine.nn import activation_name
from engine.ops import ALWAYS, NEVER, OPS, Op
from engine.optimizers import OPTIMIZERS, Optimizer
from engine.statements import Statements
from tools.site.curves import curve, points
from tools.site.formulas import mathml

_MARKER = re.compile(r"^% table: (\w+)$", re.MULTILINE)


def filled(text: str) -> str:
    """Return a page with its tables in their places.

    Raises:
        KeyError: there is no such table.
    """
    return _MARKER.sub(lambda found: BY_NAME[found[1]](), text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text if text.startswith("<") else text.replace("|", "\\|")


def code(*words: str) -> str:
    """Return words as code, with commas between them."""
    return ", ".join(f"`{word}`" for word in words)


def first_sentence(thing: object) -> str:
    r"""Return the first paragraph of a docstring, without its "Return".

    >>> first_sentence(LOSSES["hinge"])
    'relu(1 - target \\* score); the target is -1 or 1.'
    """
    words = " ".join((thing.__doc__ or "").strip().partition("\n\n")[0].split())
    words = words.removeprefix("Return ").replace("*", r"\*")
    return words[:1].upper() + words[1:] if words.startswith("the ") else words


# ops


def _ops() -> str:
    return "\n\n".join(map(_op, OPS.values()))


def _op(op: Op) -> str:
    """Return the part of the page that one row of OPS is."""
    facts = [
        ("written", code(*_spellings(op))),
        ("value", f"{mathml(op.forward)} `{op.forward}`"),
        *(
            (f"slope by {param}", f"{mathml(partial)} `{partial}`")
            for param, partial in zip(op.params, op.partials, strict=True)
        ),
        ("real where", _condition(op.domain)),
        ("kink where", _condition(op.kink)),
        ("flat where", _condition(op.flat)),
        *(
            (f"{param} gets nothing where", _condition(mask))
            if mask != ALWAYS
            else (f"{param} gets nothing", "it only chooses")
            for param, mask in zip(op.params, op.masks, strict=False)
            if mask != NEVER
        ),
    ]
    lines = [f":{name}: {words}" for name, words in facts if words]
    picture = [f'<div class="op-curve">{curve(op)}</div>'] if op.arity == 1 else []
    return "\n\n".join([f"(op-{op.name})=\n## {op.name}", *picture, op.why, "\n".join(lines)])


def _condition(condition: str) -> str:
    return f"{mathml(condition)} `{condition}`" if condition else ""


def _spellings(op: Op) -> list[str]:
    call, (first, *others) = f"{op.name}({', '.join(op.params)})", op.params
    signs = [op.forward] if op.name in refusals.WRITTEN_AS_SIGNS else []
    signs += [op.forward.replace("**", "^")] if "**" in op.forward and signs else []
    return [*signs, call, f"{first}.{op.name}({', '.join(others)})"]


# functions


def _losses() -> str:
    return _calls(LOSSES)


def _penalties() -> str:
    return _calls(PENALTIES)


def _networks() -> str:
    return _calls({name: kind for name, (kind, _) in calls.NETWORKS.items()})


def _calls(things: Mapping[str, object]) -> str:
    rows = ([code(n), code(calls.FUNCTIONS[n]), first_sentence(each)] for n, each in things.items())
    return table(["name", "for example", "what it is"], rows)


def _python() -> str:
    return table(
        ["name", "for example"], ([code(n), code(how)] for n, how in natives.USAGES.items())
    )


def _leaves() -> str:
    names = [name for name in calls.BUILTINS if name not in _ELSEWHERE]
    return table(["name", "for example"], ([code(n), code(calls.FUNCTIONS[n])] for n in names))


_ELSEWHERE = {*OPS, *natives.USAGES, *LOSSES, *PENALTIES, *calls.NETWORKS}


def _activations() -> str:
    names = [op.name for op in OPS.values() if op.arity == 1]
    return code(*map(activation_name, names), "linear")


# what can be written


SYNTAX: Mapping[type, str] = {
    ast.Expr: "x * y",
    ast.Assign: "a, b = 2, 3",
    ast.AnnAssign: "a: float = 2",
    ast.AugAssign: "a += 1",
    ast.For: "for k in range(3): a = a * x",
    ast.While: "while n < 3: n += 1",
    ast.If: "if n > 2: a = x",
    ast.FunctionDef: "def f(u, v=2): return u * v",
    ast.ClassDef: "class Cell: size = 3",
    ast.Return: "def f(u): return u + 1",
    ast.Break: "for k in range(3): break",
    ast.Continue: "for k in range(3): continue",
    ast.Pass: "pass",
    ast.Global: "global a",
    ast.Nonlocal: "nonlocal n",
    ast.Import: "import random",
    ast.ImportFrom: "from micrograd.nn import MLP",
    ast.Delete: "del a",
    ast.Assert: "assert n > 0",
    ast.Constant: "2.5",
    ast.Name: "x",
    ast.BoolOp: "n > 0 and n < 5",
    ast.Compare: "0 < n <= 3",
    ast.IfExp: "x if n > 1 else y",
    ast.List: "[x, y, 2]",
    ast.Tuple: "(x, y)",
    ast.ListComp: "[k * x for k in range(3) if k]",
    ast.GeneratorExp: "sum(k * x for k in range(3))",
    ast.Lambda: "lambda u: u * u",
    ast.JoinedStr: 'f"loss {n:.2f}"',
    ast.Slice: "xs[1:]",
    ast.BinOp: "x + y",
    ast.UnaryOp: "-x",
    ast.Attribute: "x.data",
    ast.Subscript: "xs[0]",
    ast.Call: "tanh(x)",
}


def kinds() -> tuple[tuple[type, ...], tuple[type, ...]]:
    """Return the statements and the expressions that the reader knows, as Python calls them."""
    nobody: Any = SimpleNamespace(text=None)
    return Statements(nobody).kinds, Expressions(nobody).kinds


def _statements() -> str:
    return _written(kinds()[0])


def _expressions() -> str:
    return _written(kinds()[1])


def _written(of: Sequence[type]) -> str:
    return table(
        ["Python's name", "for example"], ([kind.__name__, code(SYNTAX[kind])] for kind in of)
    )


def _libraries() -> str:
    rows = []
    for name in libraries.KNOWN:
        found = libraries.members_of(name) or {}
        rows.append([code(name), code(*found)])
    rows.append([code(*libraries.IGNORED), "passed over: what they would draw is drawn here"])
    return table(["module", "what is in it"], rows)


def _members() -> str:
    return table(["of", "behind the dot"], ([k, code(*n)] for k, n in members.MEMBERS.items()))


# data, learning, searching


def _datasets() -> str:
    rows = (
        [
            code(name),
            points(each),
            code(*each.columns),
            code(*(f"{number:g}" for number in each.classes)) or "a number",
            f"{each.noise:g}",
            each.why,
        ]
        for name, each in TABLES.items()
    )
    return table(["name", "samples", "columns", "classes", "noise", "what is worth seeing"], rows)


def _optimizers() -> str:
    return "\n\n".join(map(_optimizer, OPTIMIZERS.values()))


def _optimizer(row: Optimizer) -> str:
    steps = (
        f'<div class="step"><math><mi>{name}</mi><mo>←</mo></math> {mathml(formula)}</div>'
        for name, formula in row.steps
    )
    settings = (f"`{name}` {number:g}" for name, number in row.settings.items())
    facts = [f":called: `{row.name}`", f":settings: {', '.join(settings)}"]
    facts += [f":remembers: {code(*row.states)}"] if row.states else []
    return "\n\n".join([f"## {row.title}", row.why, "".join(steps), "\n".join(facts)])


def _formats() -> str:
    rows = ([code(row.suffix), code(row.name), row.title, row.sentence] for row in FORMATS.values())
    return table(["ending", "format", "what it is", "what it is good for"], rows)


def _queries() -> str:
    subjects = sorted(set(queries.SUBJECTS.values()))
    rows = [
        ["a kind of node", code(*queries.KINDS), "`leaf`"],
        ["a number", code(*queries.SUBJECTS), "`grad > 1`"],
        ["its size", code(*(f"|{name}|" for name in subjects)), "`|grad| > 1`"],
        ["compared", code(*queries.SIGNS), "`value <= 0.5`"],
        ["its state", code(*queries.STATES), "`value is nan`, `grad is not finite`"],
        ["by one of its words", code(*queries.WORDED), "`op tanh`, `scope layer1`, `label w1`"],
        ["any other words", "found in names, ops and scopes", "`neuron1 mul`"],
    ]
    return table(["clause", "words", "for example"], rows)


BY_NAME: Mapping[str, Callable[[], str]] = {
    "ops": _ops,
    "losses": _losses,
    "penalties": _penalties,
    "networks": _networks,
    "activations": _activations,
    "leaves": _leaves,
    "python": _python,
    "statements": _statements,
    "expressions": _expressions,
    "libraries": _libraries,
    "members": _members,
    "datasets": _datasets,
    "optimizers": _optimizers,
    "queries": _queries,
    "formats": _formats,
    "settings": settings_table,
}
