"""Every example draws, is right, and shows what it says."""

import math

import numpy as np
import pytest

from app.examples import EXAMPLES, LEARNING, MENU, PROGRAMS, STEPPING
from app.links import settings
from app.pictures import Pictures
from app.settings import Settings
from app.views import example_views, graph_view
from engine.evaluate import backward, forward, problems
from engine.program import parse
from engine.regime import Regime
from engine.training import Trainer
from tests.app.test_links import opened

# title: updates, the loss they reach, the share of samples that are right then
REACHED = {
    "Watch a neuron learn": (100, 0.37, 0.85),
    "AND": (50, 0.1, 1),
    "OR": (50, 0.1, 1),
    "XOR": (200, 0.05, 1),
    "Two moons, 2-8-8-1": (300, 0.02, 1),
    "Circles": (200, 0.02, 1),
    "Spiral": (1_000, 0.02, 0.99),
    "Three clouds, softmax": (100, 0.05, 0.99),
    "A line by least squares": (50, 0.04, None),
    "A sine": (1_000, 0.03, None),
    "The Rust port's backpropagation": (800, 1e-4, None),
    "The Rust port's neuron": (100, 1e-9, None),
    "The Rust port's layer": (100, 1e-6, None),
    "The Rust port's mlp": (100, 0.01, None),
    "micrograd's demo": (100, 0.03, 1),
}
SECONDS_SHOWN = 20  # at 60 updates a second

every_row = pytest.mark.parametrize("example", MENU, ids=lambda row: row.title)
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda row: row.title)
STEP = 1e-6


def evaluated(example):
    program = parse(example.source)
    values = forward(program.graph, program.leaves())
    return program, values, backward(program.graph, values)[:, 0]


def of(title):
    return next(row for row in EXAMPLES if row.title == title)


def inputs_of(title):
    program, values, slopes = evaluated(of(title))
    return {leaf.name: (values[leaf.node, 0], slopes[leaf.node]) for leaf in program.inputs}


def regime_of(example):
    run = example.run
    return Regime(
        optimizer=run["optimizer"],
        numbers={"rate": float(run["lr"])},
        batch=int(run["batch"]) if "batch" in run else None,
        split=float(run.get("split", 0)),
        schedule=run.get("schedule", "constant"),
        horizon=int(run.get("horizon", 1_000)),
        final=float(run.get("final", 0)),
        stop_after=int(run["stop-after"]) if "stop-after" in run else None,
    )


def trained(example, updates, kernels):
    trainer = Trainer(parse(example.source), {}, regime_of(example), seed=1, kernels=kernels)
    trainer.advance(updates)
    assert trainer.step == updates
    assert trainer.stopped is None or trainer.stopped.kind == "done"
    return trainer


def test_there_are_ten_or_more_of_each_kind_and_their_titles_differ():
    assert len(STEPPING) >= 10
    assert len(LEARNING) >= 12
    assert not any(row.learns for row in STEPPING)
    assert all(row.learns for row in LEARNING)
    assert len({row.title for row in MENU}) == len({row.source for row in MENU}) == len(MENU)


@every_row
def test_an_example_says_in_a_sentence_what_is_worth_seeing(example):
    assert example.sentence.endswith(".")
    assert len(example.sentence) <= 80
    assert len(example.title) <= 40


@every_example
def test_an_example_is_drawn_and_uses_all_it_names(example):
    view = graph_view(Pictures(Settings()), example.source, {})
    assert view.svg.count("<svg") == 1
    assert not [note for note in view.notes if note.kind == "unused"]
    assert view.leaves


@every_example
def test_an_example_has_finite_numbers_unless_it_is_about_trouble(example):
    program, values, slopes = evaluated(example)
    if "Trouble" in example.title:
        assert problems(program.graph, values)
    else:
        assert np.isfinite(values).all()
        assert np.isfinite(slopes[program.graph.learnable]).all()


@every_example
def test_gradients_of_an_example_agree_with_differences(example):
    program, values, slopes = evaluated(example)
    if not math.isfinite(values[program.graph.output, 0]):
        return
    for leaf in program.inputs:
        up, down = (
            forward(program.graph, program.leaves({leaf.name: leaf.written + move}))
            for move in (STEP, -STEP)
        )
        difference = (up - down)[program.graph.output, 0] / (2 * STEP)
        assert slopes[leaf.node] == pytest.approx(difference, rel=1e-5, abs=1e-7), leaf.name


@pytest.mark.parametrize("example", PROGRAMS, ids=lambda row: row.title)
def test_a_whole_program_is_drawn_from_its_file_and_prints(example):
    view = graph_view(Pictures(Settings()), example.source, {})
    assert view.svg.count("<svg") == 1
    assert not [note for note in view.notes if note.kind in ("unused", "trouble")]
    assert view.printed


def test_whole_programs_are_pasted_and_open_to_be_stepped_through():
    pasted = [view for view in example_views() if view.pasted]
    assert [view.title for view in pasted] == [row.title for row in PROGRAMS]
    assert not any(view.learns for view in pasted)


@every_row
def test_the_link_of_an_example_opens_it(example):
    view = next(view for view in example_views() if view.title == example.title)
    assert opened(view.link) == (example.source, settings([]))


@pytest.mark.parametrize("example", LEARNING, ids=lambda row: row.title)
def test_a_preset_learns_what_it_is_there_for(example, kernels):
    updates, loss, accuracy = REACHED[example.title]
    assert updates <= 60 * SECONDS_SHOWN
    found = trained(example, updates, kernels).measure()
    assert found.loss < loss
    if accuracy is None:
        assert found.accuracy is None
    else:
        assert found.accuracy >= accuracy
        assert found.test_accuracy is None or found.test_accuracy >= 0.95


@pytest.mark.parametrize("example", LEARNING, ids=lambda row: row.title)
def test_a_preset_begins_far_from_where_it_arrives(example, kernels):
    start = trained(example, 0, kernels).measure().loss
    assert start > 3 * REACHED[example.title][1]


def test_the_rate_of_micrograds_demo_falls_as_micrograds_does():
    wanted = [1.0 - 0.9 * update / 100 for update in range(100)]
    rates = regime_of(of("micrograd's demo")).rates(0, 100)
    assert rates.tolist() == pytest.approx(wanted)


def test_what_is_taken_from_elsewhere_stops_where_it_does_there():
    ends = {row.title: row.run["stop-after"] for row in LEARNING if "stop-after" in row.run}
    assert {title: int(end) for title, end in ends.items()} == {
        title: REACHED[title][0] for title in REACHED if "port" in title or "micrograd" in title
    }


def test_the_address_of_a_preset_says_how_it_learns():
    assert of("AND").address.endswith("&learn=1&optimizer=sgd&lr=0.5")
    assert of("A product").address == "/?p=a+=+2%0Ab+=+-3%0Aa*b"


def test_the_first_visit_shows_the_lectures_neuron():
    program, values, slopes = evaluated(EXAMPLES[0])
    assert values[program.graph.output, 0] == pytest.approx(0.7071, abs=1e-4)
    found = {leaf.name: slopes[leaf.node] for leaf in program.inputs}
    assert found == pytest.approx({"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0, "b": 0.5}, abs=1e-6)


def test_tanh_spelled_out_is_the_same_neuron():
    spelled, whole = inputs_of("tanh, spelled out"), inputs_of("A neuron")
    assert spelled.keys() == whole.keys()
    assert all(spelled[name] == pytest.approx(whole[name]) for name in whole)


def test_a_value_used_twice_has_twice_the_gradient():
    assert inputs_of("One value, used twice") == {"x": (3.0, 6.0)}


def test_softmax_comes_down_to_p_minus_its_target():
    found = inputs_of("Softmax and cross-entropy")
    logits = np.array([found[name][0] for name in "abc"])
    p = np.exp(logits) / np.exp(logits).sum()
    assert [found[name][1] for name in "abc"] == pytest.approx((p - [0, 1, 0]).tolist())


def test_the_log_loss_comes_down_to_p_minus_y():
    example = of("Sigmoid and log loss")
    program, values, slopes = evaluated(example)
    at = program.graph.labels.index("z")
    p = 1 / (1 + math.exp(-values[at, 0]))
    assert slopes[at] == pytest.approx(p - program.input_named["y"].written)


def test_the_gradient_of_a_distance_is_a_unit_vector():
    assert math.hypot(*(slope for _, slope in inputs_of("Distance").values())) == pytest.approx(1.0)
