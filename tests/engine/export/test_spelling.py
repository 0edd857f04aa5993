"""A row's formula as Python for another library, with few parentheses and short lines."""

import ast
import inspect
import math

import pytest

from engine import rules
from engine.export.dialects import NUMPY, TORCH
from engine.export.pieces import WIDTH, Piece, assignment, joined, literal
from engine.export.spelling import handed, spell
from engine.ops import OPS


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
@pytest.mark.parametrize("dialect", [NUMPY, TORCH], ids=lambda dialect: dialect.module)
def test_every_formula_of_every_row_is_spelled(op, dialect):
    given = {name: Piece(name) for name in (*op.params, "out")}
    for formula in (op.forward, *op.partials, *op.masks):
        text = spell(formula, given, dialect).flat
        used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        known = set(rules.FUNCTIONS) | {"pi"}
        assert rules.uses(formula) - known <= used <= {*given, dialect.module, "erf"}


@pytest.mark.parametrize(
    ("op", "slot", "given", "text"),
    [
        ("add", 0, {}, "d"),
        ("sub", 1, {}, "-d"),
        ("mul", 0, {}, "d * y"),
        ("div", 0, {}, "d / y"),
        ("div", 1, {}, "d * (-out / y)"),
        ("tanh", 0, {}, "d * (1 - out**2)"),
        ("relu", 0, {}, "np.where(x <= 0, 0.0, d)"),
        ("pow", 0, {"y": literal(2.0)}, "d * 2 * x"),
        ("pow", 0, {"y": literal(1.0)}, "d"),
        ("pow", 0, {"y": literal(0.0)}, "0"),
        ("pow", 0, {"y": literal(0.5)}, "d * 0.5 * x**-0.5"),
        ("pow", 1, {"x": literal(2.0)}, "d * out * np.log(2)"),
        ("max", 0, {"y": literal(0.0)}, "np.where(x < 0, 0.0, d * np.where(x == 0, 0.5, 1.0))"),
        ("log", 0, {"x": literal(0.0)}, "d / 0"),
        ("exp", 0, {"out": literal(math.inf, "np")}, "d * np.inf"),
    ],
)
def test_a_slope_is_written_as_one_would(op, slot, given, text):
    row = OPS[op]
    names = {name: Piece(name) for name in (*row.params, "out")} | given
    mask = row.masks[slot] if row.masks else ""
    assert handed(Piece("d"), row.partials[slot], mask, names, NUMPY).flat == text


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("x - (y - x)", "x - (y - x)"),
        ("(x - y) - x", "x - y - x"),
        ("x / (y * x)", "x / (y * x)"),
        ("(x * y) / x", "x * y / x"),
        ("(-x)**y", "(-x)**y"),
        ("-(x**y)", "-x**y"),
        ("(x**y)**x", "(x**y)**x"),
        ("x**(y**x)", "x**y**x"),
        ("x**-y", "x**-y"),
        ("-(-x)", "-(-x)"),
        ("-(x * y)", "-(x * y)"),
        ("x - -y", "x - (-y)"),
        ("x * -y", "x * (-y)"),
        ("(x + y) * x", "(x + y) * x"),
    ],
)
def test_parentheses_stand_where_they_are_needed_only(formula, text):
    found = spell(formula, {"x": Piece("x"), "y": Piece("y")}, NUMPY).flat
    assert found == text
    numbers = {"x": 2.5, "y": -3.0}
    assert eval(found, dict(numbers)) == eval(formula, dict(numbers))


@pytest.mark.parametrize(
    "number", [0.0, -0.0, 2.0, -3.0, 0.1, 1e300, -1e-300, 123456789012345678.0, 1e15]
)
def test_a_number_reads_back_as_itself(number):
    text = literal(number).text
    assert repr(float(eval(text))) == repr(number)


def test_what_is_too_long_stands_on_several_lines():
    total = Piece("a0")
    for k in range(40):
        total = joined(total, "+", joined(Piece(f"a{k}"), "*", Piece("b")))
    text = assignment("total", total, "    ")
    assert len(text.splitlines()) > 3
    assert max(map(len, text.splitlines())) <= WIDTH
    names = {f"a{k}": float(k) for k in range(40)} | {"b": 2.0}
    exec(inspect.cleandoc(text), names)
    assert names["total"] == 2.0 * sum(range(40))
