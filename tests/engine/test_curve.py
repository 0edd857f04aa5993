"""The curve: the points that are asked for, in bounded room, and what was left behind."""

import numpy as np
import pytest

from engine import curve as module
from engine.curve import Curve


def filled(count, chunk=37):
    curve = Curve()
    for step in range(0, count, chunk):
        curve.add(step, np.arange(step, min(step + chunk, count), dtype=float))
    return curve


def points(found):
    steps, losses = found
    assert steps.tolist() == losses.tolist(), "each loss of these tests is its own step"
    return steps.tolist()


def test_every_loss_is_kept_while_they_are_few():
    assert points(filled(100).train(0, 1000)) == list(range(100))
    assert points(filled(100).train(95)) == [95, 96, 97, 98, 99]
    assert points(filled(100).train(100)) == []
    assert points(Curve().train()) == points(Curve().test()) == []


def test_losses_that_are_known_are_passed_over():
    curve = filled(100)
    curve.add(50, np.arange(50.0, 120.0))
    assert points(curve.train(0)) == list(range(120))
    curve.add(0, np.zeros(100))
    assert curve.count == 120


@pytest.mark.parametrize("most", [1, 2, 7, 50])
def test_no_more_points_come_than_were_asked_for_and_the_last_is_among_them(most):
    for since in (0, 3, 60):
        found = points(filled(100).train(since, most))
        assert 0 < len(found) <= most
        assert found[-1] == 99
        assert min(found) >= since


@pytest.mark.parametrize("chunk", [1, 7, 64, 333])
def test_its_room_is_bounded_and_what_is_dropped_is_even(monkeypatch, chunk):
    monkeypatch.setattr(module, "MOST_POINTS", 1024)
    curve = filled(10_000, chunk)
    assert points(curve.train(0, 10_000)) == list(range(0, 10_000, 16))
    assert curve.bytes < 20_000
    assert curve.count == 10_000


def test_a_branch_keeps_what_lay_ahead_and_the_curve_goes_on_from_there():
    curve = filled(100)
    for step in (20, 60, 80):
        curve.add_test(step, float(step))
    version = curve.version
    curve.branch(70)
    assert curve.version == version + 1
    assert curve.count == 70
    assert points(curve.train(60)) == list(range(60, 70))
    assert points(curve.test()) == [20, 60]
    assert points(curve.branches[-1]) == list(range(69, 100))
    curve.add(70, np.array([70.0]))
    assert points(curve.train(69)) == [69, 70]


def test_only_the_last_branches_are_kept_and_they_are_thinned():
    curve = Curve()
    for _ in range(9):
        curve.add(curve.count, np.arange(curve.count, 5000.0))
        curve.branch(10)
    assert len(curve.branches) == module.MOST_BRANCHES
    assert all(len(steps) <= module.BRANCH_POINTS for steps, _ in curve.branches)


def test_test_losses_ascend_and_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST_TESTS", 10)
    curve = Curve()
    for step in [1, 2, 2, 1, *range(3, 40)]:
        curve.add_test(step, float(step))
    found = points(curve.test())
    assert found == sorted(set(found))
    assert len(found) <= 10
    assert found[-1] == 39
    assert points(curve.test(30))[0] >= 30
    assert len(points(curve.test(0, 3))) <= 3
