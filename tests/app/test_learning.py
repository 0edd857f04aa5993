"""What the page knows of a program that can learn: data, parameters, networks, the drawn sample."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app import views
from app.learning import learn_view
from app.links import Sample, Walk
from app.pictures import ForgottenDataError, Pictures
from app.settings import Settings
from engine.data import Table
from engine.program import parse

MOONS = """x1, x2, y = data("moons", n=20)
w1, w2, b = 0.1, -0.2, 0
o = tanh(w1*x1 + w2*x2 + b)
mse(o, y)"""
MINE = Table("mine", ("a", "b"), np.array([[1.0, 2.0], [3.0, 4.0]]))


@pytest.fixture
def pictures():
    return Pictures(Settings(), {"key": MINE}.get)


def test_data_parameters_and_the_prediction_are_told_by_node():
    program = parse(MOONS)
    told = learn_view(program)
    assert told["samples"] == {
        "name": "moons",
        "columns": ("x1", "x2", "y"),
        "nodes": (0, 1, 2),
        "count": 20,
        "classes": (-1.0, 1.0),
        "labels": (),
    }
    assert [name for name, _ in told["parameters"]] == ["w1", "w2", "b"]
    assert [program.graph.labels[node] for _, node in told["parameters"]] == ["w1", "w2", "b"]
    assert told["predicted"]["nodes"] == (program.predicted.nodes[0],)
    assert told["networks"] == []


def test_networks_are_told_neuron_by_neuron_with_the_place_of_their_sizes():
    told = learn_view(parse("net = MLP(2, [3, 1])\nnet(x, 1)"))
    (network,) = json.loads(json.dumps(told))["networks"]
    assert (network["name"], network["sizes"], network["span"]) == ("net", [3, 1], [1, 14, 1, 20])
    assert [len(layer) for layer in network["layers"]] == [3, 1]
    assert network["layers"][1][0]["operands"] == [
        neuron["node"] for neuron in network["layers"][0]
    ]


def test_where_nothing_learns_there_is_nothing_to_tell():
    assert learn_view(parse("2*3")) is None


def test_the_drawn_sample_is_the_lane_that_is_asked_for(pictures):
    rows = parse(MOONS).samples.table.rows
    for lane in (0, 7):
        numbers = pictures.numbers(MOONS, {}, Sample(lane))
        assert numbers.values[:3, 0].tolist() == rows[lane].tolist()
        assert views.changed_inputs(numbers) == {}
    fictional = pictures.numbers(MOONS, {"x1": 5.0, "w1": 2.0}, Sample(7))
    assert views.changed_inputs(fictional) == {"x1": 5.0, "w1": 2.0}


def test_one_s_own_table_is_found_by_its_key_and_a_lost_one_is_said_to_be_lost(pictures):
    source = 'a, b = data("mine")\na*b'
    assert pictures.numbers(source, {}, Sample(1, "key")).output == 12.0
    drawing = pictures.drawing(pictures.program(source, "key"), mine="key")
    assert drawing.key != pictures.drawing(pictures.program(source, "key"), mine="other").key
    with pytest.raises(ForgottenDataError):
        pictures.numbers(source, {}, Sample(0, "gone"))


def test_parameters_of_a_network_stand_together_and_fold_when_they_are_many(pictures):
    source = "few = Neuron(2)\nmany = Layer(2, 5)\na, b, c, d, e = many(x, few(1, 2))\na*b*c*d*e"
    groups = views.leaf_groups(views.leaf_views(pictures.numbers(source, {})))
    assert [(group.name, len(group.leaves), group.folded) for group in groups] == [
        ("", 1, False),
        ("few", 3, False),
        ("many", 15, True),
    ]


def test_a_lock_is_shown_and_holds_a_leaf_in_the_update(pictures):
    numbers = pictures.numbers("w*x", {})
    rows = views.leaf_views(numbers, frozenset({"w"}))
    assert {row.name: (row.learns, row.locked) for row in rows} == {
        "w": (True, True),
        "x": (True, False),
    }
    free, held = (pictures.trace(numbers, locked=frozenset(names)) for names in ("", "w"))
    assert set(free.updated) == {0, 1}
    assert set(held.updated) == {numbers.program.input_named["x"].node}


def test_a_drawn_program_carries_what_learning_needs(pictures):
    drawn = views.graph_view(pictures, MOONS, {}, "", Walk(), Sample(3))
    assert json.loads(drawn.learn)["samples"]["count"] == 20
    assert json.loads(views.graph_view(pictures, "2*3", {}).learn) is None


def test_a_link_with_small_data_draws_its_program_at_once(client):
    program = 'x1, x2, y = data("mine")\nmse(tanh(w*x1 + v*x2), y)'
    page = client.get("/", params={"p": program, "data": "x1,x2,y:-1:1;0,0,-1;1,0,1"})
    assert page.text.count('class="card') == 13
    odd = client.get("/", params={"p": program, "data": "x1,x2"})
    assert odd.status_code == 200
    assert "There is no data of your own yet." in odd.text


def test_data_that_is_gone_is_said_so_that_the_page_can_bring_it_again(client):
    form = {"source": 'a, b = data("mine")\na*b', "mine": "gone"}
    answer = client.post("/graph", data=form, headers={"hx-request": "true"})
    assert answer.status_code == 410
    assert answer.headers["x-gradwalk"] == "data"
    assert "Your data is not kept here any more." in answer.text


def test_a_walk_through_one_update_ends_as_the_run_s_own_optimizer_has_it(client):
    body = {"source": MOONS, "optimizer": {"name": "adam", "rate": 0.05}}
    run = client.post("/api/runs", json=body).json()["id"]
    step = {"do": "step", "count": 3}
    told = client.post(f"/api/runs/{run}/commands", json=step).json()["parameters"]
    settings = [f"{name}:{number!r}" for name, number in told.items()]
    form = {"source": MOONS, "set": settings, "run": run, "step": "99"}
    card = client.post("/walk/card", data=form).text
    assert "update 4 of Adam with rate 0.05" in card
    assert "mean over 20" in card
    assert "minus the rate, 0.1" in client.post("/walk/card", data={**form, "run": "none"}).text
    moved = {**form, "set": ["w1:0.5", *settings[1:]]}
    assert "mean over" not in client.post("/walk/card", data=moved).text
