"""Tables that are built in: the same for ever, balanced, in reach of ordinary rates."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import TABLES, Table, classes_of

ALL = pytest.mark.parametrize("source", TABLES.values(), ids=lambda source: source.name)


@ALL
@pytest.mark.parametrize("n", [1, 2, 3, 7, 200])
def test_a_table_has_as_many_samples_as_asked_for_and_a_number_in_every_place(source, n):
    table = source.table(n)
    assert table.rows.shape == (n, len(source.columns))
    assert np.isfinite(table.rows).all()
    assert (table.name, table.columns, table.classes) == (
        source.name,
        source.columns,
        source.classes,
    )


@ALL
def test_the_same_seed_is_the_same_table_and_another_seed_another(source):
    first = source.table(50, 0.1, seed=3).rows
    assert (source.table(50, 0.1, seed=3).rows == first).all()
    assert (source.table(50, 0.1, seed=4).rows != first).any()


@ALL
def test_inputs_lie_within_reach_and_classes_are_even_and_in_random_order(source):
    table = source.table(201)
    assert np.abs(table.rows[:, :-1]).max() < 4
    if not table.classes:
        return
    counts = [int((table.rows[:, -1] == value).sum()) for value in table.classes]
    assert max(counts) - min(counts) <= 1
    assert len(set(table.rows[:20, -1].tolist())) > 1
    assert classes_of(table.rows[:, -1]) == table.classes


@ALL
def test_noise_moves_the_samples_and_no_noise_does_not(source):
    calm, rough = source.table(100, 0.0), source.table(100, 0.3)
    assert (calm.rows != rough.rows).any()
    assert source.why.endswith(".")


def test_moons_are_scikit_learn_s_own():
    """As make_moons(6, noise=0.1, random_state=1337) of scikit-learn has them."""
    outer, inner = np.linspace(0, np.pi, 3), np.linspace(0, np.pi, 3)
    x = np.append(np.cos(outer), 1 - np.cos(inner))
    y = np.append(np.sin(outer), 1 - np.sin(inner) - 0.5)
    random = np.random.RandomState(1337)
    order = np.arange(6)
    random.shuffle(order)
    points = np.column_stack([x, y])[order]
    points += random.normal(scale=0.1, size=(6, 2))
    table = TABLES["moons"].table(6, 0.1, 1337)
    assert table.rows[:, :2].tolist() == points.tolist()
    assert table.rows[:, 2].tolist() == np.where(order < 3, -1.0, 1.0).tolist()


def test_moons_rest_on_two_half_circles():
    rows = TABLES["moons"].table(100, 0.0).rows
    outer, inner = (rows[rows[:, 2] == kind, :2] for kind in (-1, 1))
    assert np.hypot(*outer.T) == pytest.approx(np.ones(50))
    assert np.hypot(*(inner - [1.0, 0.5]).T) == pytest.approx(np.ones(50))


def test_xor_is_the_sign_of_the_product():
    x1, x2, y = TABLES["xor"].table(100, 0.0).rows.T
    assert (np.sign(x1 * x2) == y).all()


def test_yin_yang_has_dots_within_its_halves():
    x1, x2, y = TABLES["yinyang"].table(600, 0.0).rows.T
    assert np.hypot(x1, x2).max() <= 1.5
    dots = np.minimum(np.hypot(x1 - 0.75, x2), np.hypot(x1 + 0.75, x2)) < 0.3
    assert (dots == (y == 2)).all()


def test_two_classes_can_have_other_numbers():
    table = TABLES["moons"].table(10).relabelled(0, 1)
    assert table.classes == (0, 1)
    assert ((TABLES["moons"].table(10).rows[:, 2] > 0) == table.rows[:, 2]).all()


@pytest.mark.parametrize(
    ("target", "classes"),
    [
        ([0, 1, 1, 0], (0, 1)),
        ([2, 0, 1, 1], (0, 1, 2)),
        ([-1, 1], (-1, 1)),
        ([0.5, 1, 0.5], ()),
        ([1, 1, 1], ()),
        ([0, 1, 2, 3], ()),
        (list(range(20)), ()),
    ],
)
def test_a_target_of_a_few_whole_numbers_is_a_class_and_any_other_an_amount(target, classes):
    assert classes_of(np.array(target, float)) == classes


def test_a_table_is_what_it_was_made_of():
    rows = np.array([[1.0, 2.0]])
    assert Table("mine", ("x", "y"), rows).rows is rows
