"""Frames over a real server: what changed, at once, as many as a viewer takes, never old ones."""

import json
import socket
from contextlib import ExitStack
from itertools import pairwise

import httpx
import pytest

from tests.app.runs import BLOBS, NEURON, SECONDS, SINE, Steered, frames, talking, unpacked, until

EVERYTHING = dict.fromkeys(("wires", "field", "thumbs", "health", "samples"), 1)


@pytest.fixture
def client(kernels, server):
    """Return a client of a real server: others would wait for the end of a stream."""
    with talking(server) as client:
        yield client


def test_a_stream_is_sent_as_it_comes_and_kept_nowhere(client):
    run = Steered(client)
    headers = {"accept-encoding": "gzip"}
    with client.stream("GET", f"{run.path}/frames", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in response.headers
        assert "content-security-policy" in response.headers
        assert next(frames(response))["step"] == 0


def test_the_first_frame_is_full(client):
    run = Steered(client, split=0.2)
    with run.watched(sample=7, **EVERYTHING) as watched:
        first = next(watched)
    assert {
        "step", "reached", "state", "reason", "rate", "speed", "epoch", "regime", "trouble",
        "loss", "test_loss", "accuracy", "test_accuracy", "confusion", "curve", "nodes", "wires",
        "gradient", "parameters", "field", "health", "samples", "sample",
    } == set(first)  # fmt: skip
    known = run.read()
    assert (first["loss"], first["regime"]) == (known["loss"], known["regime"])
    assert (first["sample"], first["curve"]["reset"]) == (7, True)
    samples = first["samples"]
    assert (samples["columns"], samples["count"]) == (["x1", "x2", "y"], 60)
    rows = unpacked(samples["rows"]).reshape(60, 3)
    assert unpacked(samples["test"], "u1").sum() == 12
    values = unpacked(first["nodes"]["values"])
    assert values[:3].tolist() == rows[7].tolist()
    parameters = first["parameters"]
    assert len(unpacked(first["gradient"])) == len(parameters) == 3
    assert values[parameters] == pytest.approx([0.1, -0.2, 0.0])


def test_without_being_asked_for_the_costly_parts_stay_out(client):
    with Steered(client).watched() as watched:
        assert not EVERYTHING.keys() & next(watched).keys()


def test_a_step_makes_a_frame_at_once_with_what_it_changed(client):
    run = Steered(client)
    with run.watched(**EVERYTHING) as watched:
        next(watched)
        answer = run.do("step", count=3)
        said = until(watched, lambda said: said.get("step") == 3 and "loss" in said)
    assert said["loss"] == answer["loss"]
    assert not {"samples", "parameters", "regime", "speed", "sample"} & said.keys()
    assert [step for step, _ in said["curve"]["train"]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ({"do": "rewind", "step": 2}, "nodes"),
        ({"do": "set", "weights": {"w1": 3.0}}, "nodes"),
        ({"do": "set", "optimizer": {"rate": 0.5}}, "regime"),
        ({"do": "set", "speed": 5.0}, "speed"),
        ({"do": "reset"}, "curve"),
    ],
)
def test_whatever_is_done_to_a_run_that_stands_still_is_seen(client, command, field):
    run = Steered(client)
    run.do("step", count=5)
    with run.watched() as watched:
        next(watched)
        run.do(**command)
        assert field in next(watched)


def test_where_nothing_changes_nothing_is_sent(client):
    run = Steered(client)
    with run.watched() as watched:
        next(watched)
        run.do("set", weights={})
        run.read()
        run.do("pause")
        run.do("step")
        assert next(watched)["step"] == 1


def test_frames_follow_a_run_that_plays_and_the_last_one_is_where_it_rests(client):
    run = Steered(client)
    with run.watched(fps=60, **EVERYTHING) as watched:
        next(watched)
        run.do("play")
        until(watched, lambda said: said.get("step", 0) > 100)
        rest = run.do("pause")
        said = until(watched, lambda said: said.get("state") == "paused")
    assert said["step"] == rest["step"]
    assert said["loss"] == rest["loss"]


def test_a_frame_of_many_nodes_holds_those_that_changed(client):
    source = NEURON + "\n" + "\n".join(f"c{k} = x1*{k}.5" for k in range(40)) + "\nmse(o, y)"
    run = Steered(client, source)
    with run.watched() as watched:
        whole = next(watched)["nodes"]
        run.do("set", weights={"b": 0.5})
        part = next(watched)["nodes"]
        run.do("rewind", step=0)
    assert "at" not in whole
    at = unpacked(part["at"], "<u4")
    assert 0 < len(at) < len(unpacked(whole["values"])) / 2
    assert len(unpacked(part["values"])) == len(unpacked(part["gradients"])) == len(at)


def test_a_sample_that_does_not_exist_is_drawn(client):
    run = Steered(client)
    with run.watched(sample=3, set=["x1:0.5", "x2:-1"]) as watched:
        first = next(watched)
    assert unpacked(first["nodes"]["values"])[:2].tolist() == [0.5, -1.0]
    assert first["sample"] is None


def test_a_boundary_has_levels_between_its_lowest_and_highest(client):
    run = Steered(client)
    with run.watched(field=1) as watched:
        field = next(watched)["field"]
    cells = unpacked(field["cells"], "u1")
    assert len(cells) == field["width"] * field["height"]
    assert (cells.min(), cells.max()) == (0, 255)
    assert -1 <= field["low"] < field["high"] <= 1
    assert len(field["domain"]) == 2
    with run.watched(field=1, node=4) as watched:
        assert next(watched)["field"]["node"] == 4


def test_of_several_logits_the_boundary_has_the_class_of_each_cell(client):
    run = Steered(client, BLOBS)
    with run.watched(field=1, thumbs=1) as watched:
        first = next(watched)
    field = first["field"]
    assert (field["node"], field["classes"]) == (None, 3)
    assert set(unpacked(field["cells"], "u1")) <= {0, 1, 2}
    assert unpacked(field["sure"], "u1").min() >= 255 // 3
    assert first["thumbs"]["size"] == 12
    assert len(unpacked(first["thumbs"]["cells"], "u1")) == 6 * 12 * 12


def test_one_feature_has_a_curve_instead_of_a_boundary(client):
    run = Steered(client, SINE)
    with run.watched(field=1, thumbs=1) as watched:
        first = next(watched)
    assert not {"field", "thumbs"} & first.keys()
    assert len(unpacked(first["fit"]["values"])) == 200
    low, high = first["fit"]["domain"]
    assert low < high


def test_many_features_of_an_amount_have_residuals(client):
    rows = [[k, k % 3, -k, 0.5 * k] for k in range(9)]
    data = {"columns": ["a", "b", "c", "y"], "rows": rows}
    run = Steered(
        client, 'a, b, c, y = data("mine")\nu, v = 1, 0\nmse(u*a + v*b + c, y)', data=data
    )
    with run.watched(field=1) as watched:
        residuals = next(watched)["residuals"]
    assert unpacked(residuals["predicted"]).tolist() == [0.0] * 9
    assert unpacked(residuals["target"]).tolist() == [row[3] for row in rows]
    assert unpacked(residuals["at"], "<u4").tolist() == list(range(9))


def test_any_number_share_a_run_and_each_has_its_own_sample(client):
    run = Steered(client)
    with ExitStack() as open_ones:
        each = [open_ones.enter_context(run.watched(sample=k)) for k in range(5)]
        firsts = [next(watched) for watched in each]
        assert len({unpacked(first["nodes"]["values"])[0] for first in firsts}) == 5
        run.do("step")
        assert [next(watched)["step"] for watched in each] == [1] * 5


def test_a_stream_that_is_opened_again_begins_with_a_full_frame(client):
    run = Steered(client)
    with run.watched() as watched:
        first = next(watched)
    run.do("step", count=5)
    with run.watched() as watched:
        again = next(watched)
    assert again.keys() == first.keys()
    assert len(again["curve"]["train"]) == 5


def test_a_viewer_who_is_slow_gets_fewer_frames_and_then_a_fresh_one(client, server):
    run = Steered(client, BLOBS)
    port = int(server.rpartition(":")[2])
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # what its own system keeps
        wire.settimeout(SECONDS)
        wire.connect(("127.0.0.1", port))
        parts = "wires=1&field=1&thumbs=1&samples=1"
        wire.sendall(f"GET {run.path}/frames?fps=60&{parts} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        run.do("play", speed=5000)
        before = run.wait(lambda now: now["step"] > 5000)["step"]
        steps, read = [], b""
        while not steps or steps[-1] < before:
            read += wire.recv(1 << 16)
            lines = read.split(b"\n")
            said = [json.loads(line[6:]) for line in lines[:-1] if line.startswith(b"data: ")]
            steps = [each["step"] for each in said if "step" in each]
    jumps = [later - sooner for sooner, later in pairwise(steps)]
    assert max(jumps) > 2000  # of some 5,000 updates; a viewer who keeps up sees 80 at a time
    assert len(steps) < 60


def test_whoever_goes_is_not_waited_for(client):
    run = Steered(client)
    run.do("play", speed=50)
    for _ in range(3):
        with run.watched() as watched:
            next(watched)
    run.do("pause")
    assert client.delete(run.path).status_code == 204


def test_the_stream_of_a_run_that_is_removed_ends(client):
    run = Steered(client)
    with run.watched() as watched:
        next(watched)
        client.delete(run.path)
        assert list(watched) == []


@pytest.mark.parametrize(
    "query",
    [
        {"sample": 60}, {"sample": -1}, {"node": 999}, {"fps": 0}, {"fps": 61}, {"fps": "nan"},
        {"set": "x9:1"}, {"set": "x1:inf"}, {"set": "x1"}, {"field": "maybe"},
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_refused(client, query):
    run = Steered(client)
    answer = client.get(f"{run.path}/frames", params=query)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].endswith(".")


def test_training_keeps_nobody_waiting(client):
    runs = [Steered(client) for _ in range(4)]
    for run in runs:
        run.do("play")
    with ExitStack() as open_ones:
        watched = open_ones.enter_context(runs[0].watched())
        for _ in range(20):
            assert httpx.get(f"{client.base_url}/healthz").status_code == 200
            assert next(watched)
    for run in runs:
        run.do("pause")
