"""Pictures: what is kept between requests, and that keeping it changes nothing."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.pictures import Pictures
from app.settings import Settings
from engine.paths import paths

SOURCE = "x = 3\ny = x*x\ny + x"
LONG = "y0 = x\n" + "\n".join(f"y{k} = tanh(y{k - 1})" for k in range(1, 400))


def test_numbers_are_kept_by_program_and_inputs():
    pictures = Pictures(Settings())
    first = pictures.numbers(SOURCE, {"x": 2.0})
    assert pictures.numbers(SOURCE, {"x": 2.0}) is first
    assert pictures.numbers(SOURCE, {}) is not first
    assert (first.output, pictures.numbers(SOURCE, {}).output) == (6.0, 12.0)
    assert pictures.numbers(SOURCE.replace("y + x", "y - x"), {"x": 2.0}).output == 2.0


def test_paths_are_found_once_a_node():
    numbers = Pictures(Settings()).numbers(SOURCE, {})
    assert numbers.paths(0) is numbers.paths(0)
    assert numbers.paths(0) == paths(numbers.program.graph, numbers.values, 0)
    assert numbers.paths(1).count == 1


def test_no_more_is_kept_than_the_setting_says():
    pictures = Pictures(Settings(cache_nodes=1_000))
    kept = [pictures.numbers(LONG, {"x": float(k)}) for k in range(3)]
    assert pictures.numbers(LONG, {"x": 2.0}) is kept[2]
    assert pictures.numbers(LONG, {"x": 0.0}) is not kept[0]


@pytest.mark.parametrize("most", [0, 100])
def test_what_is_heavier_than_all_that_is_kept_is_made_anew(most):
    pictures = Pictures(Settings(cache_nodes=most))
    one, other = (pictures.numbers(LONG, {"x": 0.5}) for _ in range(2))
    assert one is not other
    assert np.array_equal(one.values, other.values)
    assert pictures.trace(one) is not pictures.trace(one)


def test_a_trace_weighs_as_its_events_do():
    pictures = Pictures(Settings(cache_nodes=450))  # 400 values, 1 seed, 399 flows, 1 update
    numbers = pictures.numbers(LONG, {"x": 0.5})
    kept = pictures.trace(numbers)
    assert len(kept.events) == 801
    assert pictures.trace(numbers) is kept
    small = Pictures(Settings(cache_nodes=200))
    numbers = small.numbers(LONG, {"x": 0.5})
    assert small.trace(numbers) is not small.trace(numbers)


def test_many_threads_get_the_same_numbers():
    pictures = Pictures(Settings(cache_nodes=2_000))

    def output(k):
        return pictures.numbers(LONG, {"x": k % 7 / 7}).output

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(output, range(200)))
    assert found == [output(k) for k in range(200)]
