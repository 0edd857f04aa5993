"""Trees are built one at a time: Python 3.11.7 mixes up threads that build them together."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import trees

TEXT = "\n".join(f"y{n} = tanh(x*{n} + w*(b - {n}))" for n in range(200))


@pytest.fixture
def interrupted():
    """Let threads change places in the middle of everything."""

    def callback(phase, info):
        sum(range(100))  # Python code, so that another thread may take its turn

    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(20)
    gc.callbacks.append(callback)
    yield
    gc.callbacks.remove(callback)
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(before)


def test_threads_that_are_interrupted_all_get_their_trees(interrupted):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: len(trees.module(TEXT).body), range(50)))
    assert found == [200] * 50


def test_expressions_are_bodies():
    assert trees.expression("a + b").op.__class__.__name__ == "Add"
