"""Each op: its slope, its kink, its corners, and its three ways to be called."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import engine
from engine.evaluate import backward, forward
from engine.expr import Expr
from engine.ops import MOST_OPERANDS, OPS
from engine.program import parse
from tests.engine.points import central_difference, inside

WANTED = {
    "add", "sub", "mul", "div", "pow", "neg", "exp", "log", "sqrt",
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
    "sigmoid", "relu", "leaky_relu", "elu", "gelu", "softplus", "abs", "max", "min",
}  # fmt: skip
INF, NAN = math.inf, math.nan
CORNERS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e-320, 1e-5, 1e200, -1e200, 709.0, INF, -INF, NAN]

LIMITED = [op for op in OPS.values() if op.domain]
few = settings(max_examples=30)
every_op = pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def test_every_op_asked_for_is_there():
    assert set(OPS) >= WANTED


@every_op
def test_each_row_has_an_example_that_its_rule_comes_to(op):
    *operands, result = op.example
    assert op.value(*operands) == result


@every_op
@few
@given(data=st.data())
def test_each_partial_is_the_slope_of_its_forward_rule(op, data):
    point = data.draw(inside(op))
    out = op.value(*point)
    for slot, slope in enumerate(op.slope):
        difference = central_difference(op, point, slot)
        assert slope(*point, out) == pytest.approx(
            difference, rel=1e-6, abs=1e-8 * max(1, abs(out))
        )


@every_op
@few
@given(data=st.data())
def test_floats_and_arrays_agree_everywhere(op, data):
    columns = [
        data.draw(st.lists(st.sampled_from(CORNERS) | st.floats(), min_size=5, max_size=5))
        for _ in op.params
    ]
    arrays = [np.array(column) for column in columns]
    out = op.values(*arrays)
    slopes = [slope(*arrays, out) + np.zeros(5) for slope in op.slopes]
    for lane, point in enumerate(zip(*columns, strict=True)):
        alone = op.value(*point)
        assert alone == pytest.approx(out[lane], rel=1e-13, abs=1e-300, nan_ok=True)
        for both, slope in zip(slopes, op.slope, strict=True):
            assume(alone == out[lane] or math.isnan(alone))  # the slope sees the very same out
            assert slope(*point, alone) == pytest.approx(
                both[lane], rel=1e-12, abs=1e-300, nan_ok=True
            )


@every_op
@few
@given(data=st.data())
def test_nothing_raises_whatever_the_numbers(op, data):
    point = [data.draw(st.sampled_from(CORNERS) | st.floats()) for _ in op.params]
    out = op.value(*point)
    assert isinstance(out, float)
    assert all(isinstance(float(slope(*point, out)), float) for slope in op.slope)
    assert op.holds(*point) in {True, False}
    assert op.jumps(*point) in {True, False}


@every_op
@few
@given(data=st.data())
def test_inside_its_domain_finite_operands_of_middling_size_stay_real(op, data):
    point = [data.draw(st.floats(-30, 30)) for _ in op.params]
    assume(op.holds(*point))
    assert not math.isnan(op.value(*point))


@pytest.mark.parametrize("op", LIMITED, ids=lambda op: op.name)
@settings(few, suppress_health_check=[HealthCheck.filter_too_much])  # a domain may be wide
@given(data=st.data())
def test_outside_its_domain_the_result_is_not_finite(op, data):
    point = [data.draw(st.just(0.0) | st.floats(-30, 30)) for _ in op.params]
    assume(not op.holds(*point))
    assume(op.name != "pow" or point[0] != 0)  # 0^0.5 is 0, at the edge
    assert not math.isfinite(op.value(*point))


@every_op
def test_every_op_has_a_partial_for_each_param_and_a_sentence_why(op):
    assert len(op.partials) == op.arity == len(op.slope) <= MOST_OPERANDS
    assert op.why.endswith(".")
    assert len(op.why) >= 20
    assert op.badge


@every_op
def test_a_kink_states_its_convention_in_the_row(op):
    if op.kink:
        assert "0" in op.why or "equal" in op.why


@every_op
def test_it_is_a_method_a_function_and_a_word_of_the_language(op):
    numbers = [0.5, 0.25][: op.arity]
    leaves = [Expr(number) for number in numbers]
    method = getattr(leaves[0], op.name)(*leaves[1:])
    function = getattr(engine, op.name)(*leaves, label="o")
    program = parse(f"{op.name}({', '.join(map(str, numbers))})")
    value = forward(program.graph, program.leaves())[-1, 0]
    assert method.data == function.data == value == op.value(*numbers)
    assert method.op is function.op is op is program.graph.op(program.graph.output)
    assert (function.label, method.label) == ("o", None)
    assert op.why in getattr(engine, op.name).__doc__


FLAT = [op for op in OPS.values() if op.flat]
LITTLE = 0.1  # "so little gets through"
LINE = [*np.linspace(-12, 12, 4_801).tolist(), -1e6, 1e6]  # fine enough to see where flat begins


@pytest.mark.parametrize("op", FLAT, ids=lambda op: op.name)
def test_wherever_a_row_calls_its_curve_flat_little_gets_through(op):
    points = [(x, op.value(x)) for x in LINE]
    flat = [op.slope[0](*point) for point in points if op.saturates(*point)]
    assert flat
    assert max(map(abs, flat)) < LITTLE


@pytest.mark.parametrize("op", FLAT, ids=lambda op: op.name)
def test_what_a_row_calls_flat_lies_far_out(op):
    assert any(op.saturates(x, op.value(x)) for x in (-5.0, 5.0))
    assert not any(op.saturates(x, op.value(x)) for x in (-0.9, 0.0, 0.9))


@few
@given(data=st.data())
def test_a_row_without_a_flat_stretch_never_saturates(data):
    op = data.draw(st.sampled_from([op for op in OPS.values() if not op.flat]))
    point = data.draw(inside(op))
    assert not op.saturates(*point, op.value(*point))


@pytest.mark.parametrize(
    ("name", "point", "slopes"),
    [
        ("relu", [0.0], [0]),
        ("leaky_relu", [0.0], [0.01]),
        ("abs", [0.0], [0]),
        ("elu", [0.0], [1]),
        ("max", [2.0, 2.0], [0.5, 0.5]),
        ("min", [2.0, 2.0], [0.5, 0.5]),
        ("max", [2.0, 1.0], [1, 0]),
        ("min", [2.0, 1.0], [0, 1]),
        ("pow", [0.0, 0.0], [0, 0]),
        ("pow", [0.0, 2.0], [0, 0]),
        ("pow", [-3.0, 2.0], [-6, NAN]),
        ("sqrt", [0.0], [INF]),
        ("log", [0.0], [INF]),
        ("asin", [1.0], [INF]),
        ("acos", [-1.0], [-INF]),
        ("relu", [NAN], [1]),
    ],
)
def test_at_a_kink_or_an_edge_the_slope_is_the_stated_one(name, point, slopes):
    op = OPS[name]
    found = [slope(*point, op.value(*point)) for slope in op.slope]
    assert found == pytest.approx(slopes, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("div", [1.0, 0.0], INF),
        ("div", [-1.0, 0.0], -INF),
        ("div", [1.0, -0.0], -INF),
        ("div", [0.0, 0.0], NAN),
        ("log", [-1.0], NAN),
        ("log", [0.0], -INF),
        ("pow", [-2.0, 0.5], NAN),
        ("pow", [-3.0, 2.0], 9.0),
        ("pow", [0.0, -1.0], INF),
        ("pow", [0.0, 0.0], 1.0),
        ("pow", [9.0, 9.0**9], INF),
        ("exp", [1000.0], INF),
        ("exp", [-1000.0], 0.0),
        ("sqrt", [-1.0], NAN),
        ("sin", [INF], NAN),
        ("asin", [2.0], NAN),
        ("cosh", [1000.0], INF),
        ("sigmoid", [-1000.0], 0.0),
        ("sigmoid", [1000.0], 1.0),
        ("softplus", [1000.0], 1000.0),
        ("softplus", [-1000.0], 0.0),
        ("elu", [-1000.0], -1.0),
        ("gelu", [-1000.0], 0.0),
        ("tanh", [INF], 1.0),
        ("relu", [NAN], NAN),
        ("max", [NAN, 1.0], NAN),
        ("max", [1.0, NAN], NAN),
        ("min", [1.0, NAN], NAN),
        ("mul", [1e300, 1e300], INF),
        ("mul", [INF, 0.0], NAN),
        ("sub", [INF, INF], NAN),
    ],
)
def test_the_corners_follow_ieee_754(name, point, value):
    op = OPS[name]
    assert same(op.value(*point), value)
    assert same(float(op.values(*(np.array([number]) for number in point))[0]), value)


@pytest.mark.parametrize(
    ("name", "point", "slopes"),
    [
        ("elu", [-30.0], [math.exp(-30)]),
        ("softplus", [-40.0], [math.exp(-40)]),
        ("sigmoid", [-40.0], [math.exp(-40)]),
        ("div", [1e300, 1e200], [1e-200, -1e-100]),
        ("div", [1e-300, 1e-200], [1e200, -1e100]),
        ("sqrt", [1e-300], [0.5e150]),
    ],
)
def test_slopes_keep_their_digits_far_out(name, point, slopes):
    op = OPS[name]
    found = [slope(*point, op.value(*point)) for slope in op.slope]
    assert found == pytest.approx(slopes, rel=1e-9, abs=0)


def test_a_slope_may_be_read_off_many_lanes_at_once():
    program = parse("x*tanh(x)")
    lanes = np.repeat(program.written, 3, axis=1)
    lanes[0] = [-1.0, 0.0, 2.0]
    gradient = backward(program.graph, forward(program.graph, lanes))[0]
    x = lanes[0]
    assert gradient == pytest.approx(np.tanh(x) + x * (1 - np.tanh(x) ** 2))
