"""The documentation lists what there is: every row of every table, every name that is exported."""

import ast
import doctest
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import engine
from engine import calls, libraries, members, natives, queries
from engine.data import TABLES
from engine.expr import Expr
from engine.losses import LOSSES, PENALTIES
from engine.nn import MLP, Neuron
from engine.ops import OPS
from engine.optimizers import OPTIMIZERS
from engine.program import parse
from tools.site import curves, formulas, learned, pictures, reference, tables

DOCS = Path(__file__).parents[2] / "docs"
FILES = {str(path.relative_to(DOCS)): path.read_text("utf-8") for path in DOCS.rglob("*.md")}
PAGES = {name: tables.filled(text) for name, text in FILES.items()}
BEFORE = """from micrograd.engine import Value
x, y = Value(1.0), Value(2.0)
xs, a, n = [1, 2], 1, 5"""
BLOCK = re.compile(r"^```\{gradwalk\}\n(?::[^\n]*\n)*\n*(.*?)^```", re.MULTILINE | re.DOTALL)
PICTURES = [(name, body) for name, text in FILES.items() for body in BLOCK.findall(text)]


def words(page):
    """Return what stands as code on a page."""
    return set(re.findall(r"`([^`\n]+)`", PAGES[page].replace("\\|", "|")))


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_each_op_stands_on_its_page_with_all_its_formulas(op):
    _, _, rest = PAGES["reference/ops.md"].partition(f"\n## {op.name}\n")
    part = rest.partition("\n## ")[0]
    masks = set(op.masks) - {tables.ALWAYS, tables.NEVER}
    formulas = {op.forward, *op.partials, op.domain, op.kink, op.flat, *masks} - {""}
    assert op.why in part
    assert {f"`{formula}`" for formula in formulas} == set(re.findall(r"</math> (`.*?`)", part))
    assert f"`{op.name}({', '.join(op.params)})`" in part
    assert ("<svg" in part) is (op.arity == 1)


def test_each_formula_names_all_of_its_branches():
    text = PAGES["reference/ops.md"]
    choices = sum(f.count(" if ") for op in OPS.values() for f in (op.forward, *op.partials))
    assert choices > 10
    assert text.count("<mtext>if\N{NO-BREAK SPACE}</mtext>") == choices


def test_each_function_of_the_language_is_on_a_page():
    listed = words("reference/language.md") | words("reference/networks.md")
    assert set(calls.BUILTINS) - set(OPS) <= listed
    assert set(natives.USAGES) | set(LOSSES) | set(PENALTIES) | set(calls.NETWORKS) <= listed


def test_each_module_and_what_is_in_it_is_on_a_page():
    listed = words("reference/language.md")
    for name in libraries.KNOWN:
        assert {name, *libraries.members_of(name)} <= listed
    assert set(libraries.IGNORED) <= listed


@pytest.mark.parametrize("kind", members.MEMBERS)
def test_all_that_is_listed_behind_a_dot_is_there(kind):
    things = {
        "a value": Expr(2.0),
        "a network": MLP(2, [2, 1]),
        "a neuron": Neuron(2),
        "a list": [],
        "a tuple": (),
        "a text": "",
        "an array": np.ones((2, 2)),
    }
    assert set(members.MEMBERS[kind]) <= words("reference/language.md")
    for name in members.MEMBERS[kind]:
        node = ast.parse(f"x.{name}", mode="eval").body
        members.attribute(SimpleNamespace(), things[kind], node)


def test_each_kind_of_statement_and_expression_has_an_example():
    statements, expressions = tables.kinds()
    assert set(tables.SYNTAX) == {*statements, *expressions}


@pytest.mark.parametrize("kind", tables.SYNTAX, ids=lambda kind: kind.__name__)
def test_an_example_is_of_its_kind_and_is_read(kind):
    example = tables.SYNTAX[kind]
    assert any(isinstance(node, kind) for node in ast.walk(ast.parse(example)))
    inside = f"def outer():\n  n = 1\n  def g():\n    {example}\n  g()\nouter()"
    body = inside if kind is ast.Nonlocal else example
    parse(f"{BEFORE}\n{body}\nx * y")


@pytest.mark.parametrize("row", OPTIMIZERS.values(), ids=lambda row: row.name)
def test_each_optimizer_stands_on_its_page(row):
    part = (
        PAGES["reference/optimizers.md"].partition(f"\n## {row.title}\n")[2].partition("\n## ")[0]
    )
    assert row.why in part
    assert re.findall(r"<math><mi>(\w+)</mi><mo>←", part) == [name for name, _ in row.steps]
    assert {row.name, *row.settings, *row.states} <= set(re.findall(r"`(\w+)`", part))


@pytest.mark.parametrize("row", TABLES.values(), ids=lambda row: row.name)
def test_each_data_set_stands_on_its_page_with_its_samples(row):
    (line,) = re.findall(rf"^\| `{row.name}` .*$", PAGES["reference/data.md"], re.MULTILINE)
    assert row.why in line
    assert line.count("<circle") == 200


def test_each_word_of_a_query_is_on_a_page():
    sizes = {f"|{name}|" for name in queries.SUBJECTS.values()}
    all_of_them = {*queries.KINDS, *queries.STATES, *queries.SIGNS, *queries.SUBJECTS}
    assert all_of_them | {*queries.WORDED} | sizes <= words("reference/search.md")


@pytest.mark.parametrize("name", [name for name in engine.__all__ if name not in OPS])
def test_each_name_that_is_exported_is_documented(name):
    assert any(re.search(rf"\b{name}\b", text) for text in PAGES.values())


@pytest.mark.parametrize(("page", "program"), PICTURES)
def test_each_picture_is_a_program_that_is_read(page, program):
    assert len(parse(program).graph) > 1


def test_there_is_a_picture_on_each_part_of_the_tutorial():
    parts = {name for name in FILES if name.startswith("tutorial/")} - {"tutorial/index.md"}
    shown = {page for page, _ in PICTURES}
    assert parts - shown == {"tutorial/moons.md"}
    assert "learn-light.png" in FILES["tutorial/moons.md"]


def test_a_table_that_is_asked_for_and_not_there_is_a_fault():
    with pytest.raises(KeyError):
        tables.filled("% table: nowhere")


@pytest.mark.parametrize("module", [curves, formulas, learned, pictures, reference, tables])
def test_the_examples_of_what_builds_the_pages_hold(module):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
