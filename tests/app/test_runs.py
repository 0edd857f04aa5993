"""Runs through HTTP: made, read, steered, removed; refused in the usual form."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.runs import BLOBS, NEURON, PLAIN, Steered, strict

FIELDS = {
    "id", "step", "reached", "loss", "test_loss", "accuracy", "test_accuracy", "confusion",
    "parameters", "state", "reason", "trouble", "rate", "speed", "regime", "epoch",
}  # fmt: skip


JSON = {"content-type": "application/json"}
MINE = 'x, y = data("mine")\na, b = 0, 0\nmse(a*x + b, y)'
XY = ["x", "y"]


@pytest.fixture(scope="module")
def client(kernels):
    """One app for a whole module: every test has runs of its own."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        yield client


def refused(response, status=422):
    assert response.status_code == status, response.text
    fault = response.json()["error"]
    assert fault["message"].endswith(".")
    return fault


def test_a_new_run_waits_at_step_0_and_says_all_that_is_promised(client):
    answer = Steered(client, optimizer={"name": "adam", "rate": 0.05}, split=0.2).read()
    assert set(answer) == FIELDS
    assert (answer["step"], answer["reached"], answer["state"]) == (0, 0, "paused")
    assert answer["parameters"] == {"w1": 0.1, "w2": -0.2, "b": 0.0}
    assert (answer["rate"], answer["reason"], answer["trouble"]) == (0.05, None, None)
    assert answer["loss"] > 0
    assert answer["test_loss"] > 0
    assert sum(map(sum, answer["confusion"])) == 12  # the samples that were kept for testing
    regime = answer["regime"]
    assert regime["optimizer"]["name"] == "adam"
    assert regime["optimizer"]["beta2"] == 0.999
    assert (regime["batch"], regime["split"], regime["locked"]) == (None, 0.2, [])


def test_the_answer_to_its_making_is_its_id(client):
    answer = client.post("/api/runs", json={"source": PLAIN}).json()
    assert list(answer) == ["id"]


def test_a_step_answers_when_it_is_taken(client):
    run = Steered(client, optimizer={"rate": 0.5})
    before = run.read()["loss"]
    answer = run.do("step", count=100)
    assert (answer["step"], answer["reached"], answer["state"]) == (100, 100, "paused")
    assert answer["loss"] < before
    assert run.do("step")["step"] == 101


def test_an_epoch_has_as_many_updates_as_batches(client):
    run = Steered(client, batch=25)
    assert run.read()["epoch"] == 3
    assert run.do("step", epochs=2)["step"] == 6


def test_an_earlier_step_is_read_without_going_there(client):
    run = Steered(client, optimizer={"rate": 0.5})
    at = [run.do("step", count=10) for _ in range(3)]
    past = run.read(step=20)
    assert past["step"] == 20
    assert past["reached"] == 30
    assert (past["loss"], past["parameters"]) == (at[1]["loss"], at[1]["parameters"])
    assert run.read()["step"] == 30


def test_rewinding_and_playing_on_repeats_what_was(client):
    run = Steered(client, batch=7, optimizer={"name": "adam", "rate": 0.1}, split=0.1, seed=3)
    first = run.do("step", count=150)
    back = run.do("rewind", step=37)
    assert (back["step"], back["reached"]) == (37, 150)
    again = run.do("step", count=113)
    assert again == first


@pytest.mark.parametrize("batch", [None, 7])
def test_the_same_commands_give_the_same_bits_however_they_fall_in_time(client, batch):
    asked = {"batch": batch, "optimizer": {"name": "momentum", "rate": 0.01}, "seed": 5}
    straight = Steered(client, **asked).do("step", count=3000)["parameters"]
    played = Steered(client, **asked)
    played.do("play", speed=2000.0)
    time.sleep(0.03)
    step = played.do("pause")["step"]
    assert 0 < step < 3000
    assert played.do("step", count=3000 - step)["parameters"] == straight


def test_playing_goes_on_until_it_is_paused(client):
    run = Steered(client)
    assert run.do("play")["state"] == "running"
    assert run.wait(lambda now: now["step"] > 50)["state"] == "running"
    paused = run.do("pause")
    assert paused["state"] == "paused"
    assert run.read()["step"] == paused["step"]


def test_a_pace_is_kept_and_can_be_changed_on_the_way(client):
    run = Steered(client)
    assert run.do("play", speed=0.01)["speed"] == 0.01
    assert run.wait(lambda now: now["step"] == 1)["state"] == "running"  # the first one at once
    time.sleep(0.1)
    assert run.read()["step"] == 1
    assert run.do("set", speed=None)["speed"] is None
    run.wait(lambda now: now["step"] > 20)
    assert run.do("pause")["speed"] is None


def test_a_pause_cuts_a_long_step_short_and_both_are_answered(client):
    run = Steered(client)
    with ThreadPoolExecutor(1) as threads:
        stepping = threads.submit(run.do, "step", count=1_000_000)
        run.wait(lambda now: now["state"] == "running")
        paused = run.do("pause")
        stepped = stepping.result()
    assert 0 < paused["step"] < 1_000_000
    assert stepped["step"] == paused["step"]


def test_a_reset_goes_back_to_the_same_weights_or_to_new_ones(client):
    run = Steered(client)
    first = run.read()["parameters"]
    run.do("step", count=5)
    answer = run.do("reset")
    assert (answer["step"], answer["reached"], answer["parameters"]) == (0, 0, first)
    new = run.do("reset", weights=4)["parameters"]
    assert new != first
    assert Steered(client, weights=4).read()["parameters"] == new


def test_everything_about_learning_can_be_changed_on_the_way(client):
    run = Steered(client)
    run.do("step", count=3)
    answer = run.do(
        "set", optimizer={"name": "adam", "rate": 0.2}, batch=10, split=0.5, l1=0.01,
        schedule="cosine", horizon=50, locked=["w1"], stop={"after": 20, "below": None},
        weights={"w2": 1.5},
    )  # fmt: skip
    regime = answer["regime"]
    assert (regime["batch"], regime["split"], regime["l1"]) == (10, 0.5, 0.01)
    assert (regime["schedule"], regime["horizon"], regime["locked"]) == ("cosine", 50, ["w1"])
    assert regime["stop"] == {"after": 20, "below": None}
    assert (answer["parameters"]["w2"], answer["epoch"]) == (1.5, 3)
    before = answer["parameters"]["w1"]
    after = run.do("step", count=100)
    assert after["parameters"]["w1"] == before
    assert (after["step"], after["state"]) == (20, "stopped")
    assert after["reason"]
    assert run.do("set", stop=None)["state"] == "paused"
    assert run.do("step")["step"] == 21


def test_a_setting_alone_leaves_the_others_of_its_optimizer(client):
    run = Steered(client, optimizer={"name": "adam", "rate": 0.2, "beta1": 0.5})
    changed = run.do("set", optimizer={"rate": 0.1})["regime"]["optimizer"]
    assert (changed["name"], changed["rate"], changed["beta1"]) == ("adam", 0.1, 0.5)
    named = run.do("set", optimizer={"name": "adam", "rate": 0.1})["regime"]["optimizer"]
    assert named["beta1"] == 0.9


def test_a_rate_that_is_too_high_stops_the_run_and_says_where(client):
    run = Steered(client, PLAIN, optimizer={"rate": 1000.0})
    run.do("play")
    stopped = run.wait(lambda now: now["state"] == "stopped")
    assert stopped["reason"]
    assert stopped["trouble"]["sentence"] == stopped["reason"]
    assert stopped["trouble"]["step"] == stopped["step"]
    assert run.do("rewind", step=2)["state"] == "paused"


def test_a_run_without_data_learns_too_and_has_no_classes(client):
    answer = Steered(client, PLAIN, inputs={"x": 2.0}, optimizer={"rate": 0.25}).do("step")
    assert answer["parameters"] == {"x": 1.0}
    assert (answer["loss"], answer["accuracy"], answer["confusion"]) == (1.0, None, [])


def test_ones_own_rows_are_learnt_from(client):
    rows = [[0.0, 1.0], [1.0, 3.0], [2.0, 5.0]]
    run = Steered(client, MINE, data={"columns": XY, "rows": rows}, optimizer={"rate": 0.1})
    answer = run.do("step", count=2000)
    assert answer["parameters"] == pytest.approx({"a": 2.0, "b": 1.0})


def test_a_table_that_was_brought_before_is_named_by_its_key(client):
    brought = client.post("/data", json={"text": "x,y\n0,1\n1,3\n2,5.5"}).json()["key"]
    assert Steered(client, MINE, mine=brought).do("step")["step"] == 1
    fault = refused(client.post("/api/runs", json={"source": MINE, "mine": "nothing"}))
    assert fault["hint"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"columns": XY, "rows": []}, "There are no rows of data."),
        ({"columns": XY, "rows": [[1, 2], [3]]}, "Row 2 of the data has 1 number, not 2."),
        ({"columns": XY, "rows": [[1, None]]}, "Row 1 of the data has no number in column 2."),
        ({"columns": XY, "rows": [["1", 2]]}, "Row 1 of the data has no number in column 1."),
        ({"columns": XY, "rows": [[True, 2]]}, "Row 1 of the data has no number in column 1."),
        ({"columns": XY, "rows": [7]}, "Row 1 of the data is no list of numbers."),
        ({"columns": ["x", "x"], "rows": [[1, 2]]}, "Columns 1 and 2 are both called x."),
        ({"columns": XY}, "data.rows is missing."),
        ({"columns": XY, "rows": [[1, 2]], "labels": []}, "labels is not a field here."),
    ],
)  # fmt: skip
def test_data_that_is_none_is_refused_by_row(client, data, message):
    fault = refused(client.post("/api/runs", json={"source": MINE, "data": data}))
    assert fault["message"] == message
    assert fault["hint"]


def test_numbers_that_are_not_finite_are_refused_by_row(client):
    for word in ("NaN", "Infinity", "-Infinity", "1e999", "9" * 400):
        body = f'{{"columns": ["x", "y"], "rows": [[1, 2], [{word}, 1]]}}'
        body = f'{{"source": {json.dumps(MINE)}, "data": {body}}}'
        fault = refused(client.post("/api/runs", content=body, headers=JSON))
        assert fault["message"].startswith("Row 2 of the data has ")


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ({"optimizer": {"name": "adm"}}, "optimizer.name must be", None),
        ({"optimizer": {"lr": 1}}, "sgd has no setting called lr.", "Did you mean rate?"),
        ({"optimizer": {"weigth_decay": 1}}, "sgd has no", "Did you mean weight_decay?"),
        ({"optimizer": {"rate": -1}}, "optimizer.rate must be 0.0 or more.", None),
        ({"optimizer": {"rate": "fast"}}, "optimizer.rate must be a number.", None),
        ({"optimizer": {"rate": None}}, "optimizer.rate must be a number.", None),
        ({"optimizer": []}, "optimizer must be", None),
        ({"batch": 0}, "batch must be 1 or more.", None),
        ({"batch": 1.5}, "batch must be a whole number.", None),
        ({"split": 0.95}, "split must be at most 0.9.", None),
        ({"seed": -1}, "seed must be 0 or more.", None),
        ({"schedule": "stairs"}, "schedule must be 'constant', 'linear' or 'cosine'.", None),
        ({"locked": ["w3"]}, "There is no parameter called w3.", "There are w1, w2, b."),
        ({"optimiser": {}}, "optimiser is not a field here.", "Did you mean optimizer?"),
        ({"inputs": {"w3": 1}}, "The program has no input called w3.", "Its inputs are w1, w2, b."),
        ({"source": "tnh(x)"}, "There is no function called tnh.", "Did you mean tanh?"),
        ({"source": "2*3"}, "Nothing learns here", None),
        ({"source": 'x, y = data("mine")\nx*y'}, "", None),
    ],
)  # fmt: skip
def test_what_no_run_can_be_made_of_is_refused_with_the_way_out(client, asked, message, hint):
    fault = refused(client.post("/api/runs", json={"source": NEURON, **asked}))
    assert fault["message"].startswith(message)
    assert hint is None or fault["hint"] == hint


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ({}, "The body needs the field 'do'."),
        ({"do": "jump"}, "The body needs in its field 'do' one of"),
        ({"do": "step", "count": 0}, "step.count must be 1 or more."),
        ({"do": "step", "count": 10**7}, "step.count must be at most 1000000."),
        ({"do": "step", "count": 1, "epochs": 1}, "A step takes count or epochs, not both."),
        ({"do": "step", "times": 1}, "times is not a field here."),
        ({"do": "play", "speed": 0}, "play.speed must be more than 0."),
        ({"do": "rewind"}, "rewind.step is missing."),
        ({"do": "rewind", "step": 1}, "There is no step 1 yet; they go from 0 to 0."),
        ({"do": "set", "weights": {"w9": 1}}, "There is no parameter called w9."),
        ({"do": "set", "weights": {"w1": None}}, "set.weights.w1 must be a number."),
        ({"do": "set", "locked": ["q"]}, "There is no parameter called q."),
        ({"do": "set", "optimizer": {"beta3": 1}}, "sgd has no setting called beta3."),
        ({"do": "reset", "weights": "same"}, "reset.weights must be a whole number."),
    ],
)
def test_a_command_that_cannot_be_obeyed_is_refused_and_changes_nothing(client, command, message):
    run = Steered(client)
    before = run.read()
    fault = refused(client.post(f"{run.path}/commands", json=command))
    assert fault["message"].startswith(message)
    assert run.read() == before


def test_too_many_epochs_are_refused(client):
    run = Steered(client, batch=1)
    fault = refused(run.tell("step", epochs=100_000))
    assert fault["message"] == "100,000 epochs are 6,000,000 updates; a step has 1,000,000."


def test_a_step_that_was_not_reached_cannot_be_read(client):
    run = Steered(client)
    refused(client.get(run.path, params={"step": 7}))
    refused(client.get(run.path, params={"step": -1}))


def test_a_run_that_is_removed_is_gone(client):
    run = Steered(client)
    assert client.delete(run.path).status_code == 204
    refused(client.get(run.path), 404)
    refused(client.delete(run.path), 404)
    refused(run.tell("step"), 404)
    refused(client.get(f"{run.path}/frames"), 404)


def test_whoever_waits_for_a_run_that_is_removed_is_told(client):
    run = Steered(client)
    with ThreadPoolExecutor(1) as threads:
        stepping = threads.submit(run.tell, "step", count=1_000_000)
        run.wait(lambda now: now["state"] == "running")
        client.delete(run.path)
        refused(stepping.result(), 404)


def test_numbers_that_are_not_finite_are_null(client):
    run = Steered(client, "w = 1\nexp(w*1000)")
    answer = client.get(run.path)
    assert json.loads(answer.text, parse_constant=strict)["loss"] is None


def test_classes_are_counted_in_a_table_of_confusion(client):
    answer = Steered(client, BLOBS, optimizer={"name": "adam", "rate": 0.1}).do("step", count=200)
    assert answer["accuracy"] > 0.9
    assert [len(row) for row in answer["confusion"]] == [3, 3, 3]
    assert sum(map(sum, answer["confusion"])) == 60


def test_too_many_samples_are_refused(kernels):
    with TestClient(create_app(Settings(samples=50))) as client:
        fault = refused(client.post("/api/runs", json={"source": NEURON}))
    assert fault["message"] == "This run would learn from 60 samples; the limit is 50."


def test_a_body_with_rows_may_be_longer_than_others(kernels):
    settings = Settings(body_bytes=1_000, data_bytes=10_000)
    with TestClient(create_app(settings)) as client:
        data = {"columns": XY, "rows": [[1.0, 2.0]] * 200}
        assert Steered(client, MINE, data=data).do("step")["step"] == 1
        data["rows"] *= 10
        refused(client.post("/api/runs", json={"source": MINE, "data": data}), 413)
        refused(client.post("/api/graph", json={"source": "x" * 2_000}), 413)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"7", b"{", b'{"do": null}', b'{"do": ["step"]}', b'{"do": {}}',
        b'{"do": "set", "weights": []}', b'{"do": "set", "weights": {"\\ud800": 1}}',
        b'{"do": "set", "optimizer": {"\\ud800": 1}}', b'{"do": "set", "\\ud800": 1}',
        b'{"do": "set", "locked": ["\\udfff"]}', b'{"do": "set", "locked": [1]}',
        b'{"do": "step", "count": NaN}', b'{"do": "step", "count": 1e999}',
        b'{"do": "rewind", "step": ' + b"9" * 400 + b"}",
        b'{"do": "set", "optimizer": {"rate": NaN}}', b'{"do": "set", "split": Infinity}',
        b'{"do": "set", "stop": 7}', b'{"do": "set", "stop": {"after": 1.5}}',
        b'{"do": "set", "' + b"y" * 10_000 + b'": 1}', b"[" * 100_000, b"\xff\xfe{}",
    ],
    ids=lambda body: f"{body[:44]!r}x{len(body)}",
)  # fmt: skip
def test_a_hostile_command_is_refused_in_the_usual_form(client, body):
    run = Steered(client, PLAIN)
    answer = client.post(f"{run.path}/commands", content=body, headers=JSON)
    fault = refused(answer, answer.status_code)
    assert answer.status_code in {400, 422}
    assert len(fault["message"]) + len(fault["hint"] or "") < 600


def test_openapi_describes_the_calls(client):
    document = client.get("/api/openapi.json").json()
    paths = document["paths"]
    assert set(paths["/api/runs/{run_id}"]) == {"get", "delete"}
    assert "post" in paths["/api/runs/{run_id}/commands"]
    assert set(document["components"]["schemas"]["RunAnswer"]["properties"]) == FIELDS
