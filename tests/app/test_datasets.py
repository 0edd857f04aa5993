"""People's tables by key: the same content has the same key, and room is kept for the last used."""

from dataclasses import replace
from threading import Thread

import numpy as np
import pytest

from app.csvs import TableError, read_csv
from app.datasets import Datasets, counted_like
from app.settings import Settings
from engine.data import Table

TABLE = read_csv("x,kind\n1,no\n2,yes\n3,no").table


def large(number, rows=10_000):
    return Table("mine", ("x", "y"), np.full((rows, 2), float(number)))


def test_a_table_is_found_by_the_key_of_its_content():
    datasets = Datasets(Settings())
    key = datasets.put(TABLE)
    assert datasets.table(key) is TABLE
    assert datasets.put(read_csv("x;kind\n1;no\n2;yes\n3;no").table) == key
    assert datasets.table("unknown") is None
    assert datasets.table("") is None


@pytest.mark.parametrize(
    "other",
    [replace(TABLE, columns=("x", "y")), replace(TABLE, rows=TABLE.rows + 0.5),
     replace(TABLE, labels=("yes", "no")), replace(TABLE, classes=(0.0, 1.0)),
     replace(TABLE, rows=TABLE.rows[:2])],
)  # fmt: skip
def test_another_content_has_another_key(other):
    datasets = Datasets(Settings())
    assert datasets.put(TABLE) != datasets.put(other)


def test_the_table_used_longest_ago_makes_room():
    datasets = Datasets(Settings(dataset_bytes=400_000))
    first, second = datasets.put(large(1)), datasets.put(large(2))
    assert datasets.table(first) is not None
    third = datasets.put(large(3))
    assert datasets.table(second) is None
    assert datasets.table(first) is not None
    assert datasets.table(third) is not None


def test_a_table_larger_than_all_the_room_is_refused():
    datasets = Datasets(Settings(dataset_bytes=100_000))
    with pytest.raises(TableError, match=r"takes 0\.161 MB; the limit is 0\.1 MB"):
        datasets.put(large(1))
    assert datasets.table(datasets.put(TABLE)) is TABLE


def test_many_threads_may_bring_tables_at_once():
    datasets = Datasets(Settings(dataset_bytes=1_000_000))

    def bring(seed):
        for number in range(50):
            datasets.table(datasets.put(large(100 * seed + number, rows=1_000)))

    threads = [Thread(target=bring, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert datasets.table(datasets.put(TABLE)) is TABLE


def test_two_classes_are_counted_as_the_program_at_hand_counts_them():
    counted = counted_like(TABLE, (0.0, 1.0))
    assert counted.rows[:, 1].tolist() == [0, 1, 0]
    assert (counted.classes, counted.labels) == ((0, 1), ("no", "yes"))
    zeros = read_csv("x,y\n1,0\n2,1\n3,0\n4,1").table
    signs = counted_like(zeros, (-1.0, 1.0))
    assert signs.rows[:, 1].tolist() == [-1, 1, -1, 1]
    assert (signs.classes, signs.labels) == ((-1, 1), ("0", "1"))
    assert zeros.rows[:, 1].tolist() == [0, 1, 0, 1]


def test_other_tables_stay_as_they_are():
    three = read_csv("x,kind\n1,a\n2,b\n3,c").table
    for table, classes in [
        (three, (0.0, 1.0)),
        (TABLE, ()),
        (TABLE, (-1.0, 1.0)),
        (large(1), (0, 1)),
    ]:
        assert counted_like(table, classes) is table
