"""Which samples an update takes: known from seed, epoch and place alone."""

import numpy as np
import pytest

from engine import batches as module
from engine.batches import Batches


def taken(batches, epoch, place, count):
    chosen, begins, ends = batches.plan(epoch, place, count)
    return [chosen[begin:end].tolist() for begin, end in zip(begins, ends, strict=True)]


@pytest.mark.parametrize("split", [0.0, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("samples", [1, 2, 40])
def test_every_sample_is_learned_from_or_kept_for_testing(samples, split):
    batches = Batches(samples, split, None, 5)
    both = [*batches.training.tolist(), *batches.test.tolist()]
    assert sorted(both) == list(range(samples))
    assert len(batches.test) == min(round(split * samples), samples - 1)


def test_the_split_is_the_first_share_of_a_permutation_by_the_seed():
    order = np.random.default_rng([5]).permutation(40)
    batches = Batches(40, 0.25, 8, 5)
    assert batches.test.tolist() == sorted(order[:10].tolist())
    assert Batches(40, 0.25, 8, 6).test.tolist() != batches.test.tolist()


def test_full_batches_take_all_training_samples_in_their_order():
    batches = Batches(10, 0.2, None, 5)
    assert taken(batches, 0, 0, 3) == [batches.training.tolist()] * 3
    assert batches.epoch_size == 1


def test_an_epoch_takes_each_training_sample_once_in_an_order_of_its_own():
    batches = Batches(23, 0.0, 5, 5)
    assert batches.epoch_size == 5
    epochs = [taken(batches, epoch, 0, 5) for epoch in (0, 1)]
    for epoch, found in enumerate(epochs):
        assert [len(batch) for batch in found] == [5, 5, 5, 5, 3]
        order = np.random.default_rng([5, epoch]).permutation(np.arange(23, dtype=np.uint32))
        assert [sample for batch in found for sample in batch] == order.tolist()
    assert epochs[0] != epochs[1]


def test_a_batch_does_not_depend_on_where_one_began():
    batches = Batches(23, 0.1, 4, 5)
    size = batches.epoch_size
    at_once = taken(batches, 0, 0, 4 * size)
    one_by_one = [taken(batches, turn // size, turn % size, 1)[0] for turn in range(4 * size)]
    assert at_once == one_by_one


def test_a_batch_larger_than_all_is_an_epoch():
    batches = Batches(6, 0.0, 99, 5)
    assert batches.epoch_size == 1
    assert sorted(taken(batches, 3, 0, 1)[0]) == list(range(6))


def test_what_is_laid_out_at_once_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST_AHEAD", 60)
    batches = Batches(23, 0.0, 5, 5)
    chosen, begins, _ = batches.plan(0, 2, 1000)
    assert len(chosen) == 46
    assert len(begins) == 8
    assert len(Batches(100, 0.0, 10, 5).plan(0, 9, 1000)[1]) == 1
