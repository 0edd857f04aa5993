"""POST /export/...: what the page shows, as a file."""

import re

import pytest

from app.examples import EXAMPLES
from engine.formats import FORMATS
from tests.app.runs import Steered

NEURON = EXAMPLES[0].source
LEARNER = "loss = (w - 3)^2"


def exported(client, name, **fields):
    return client.post(f"/export/{name}", data={"source": NEURON, **fields})


@pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
def test_every_format_comes_as_a_file_of_its_name(client, row):
    answer = exported(client, row.name)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{row.file}"'
    assert answer.headers["content-type"].startswith(row.media)
    assert answer.content


def test_the_numbers_are_those_that_are_set(client):
    found = exported(client, "json", source="x*x", set="x:7").json()
    assert (found["value"], found["nodes"][0]["grad"]) == (49.0, 14.0)


def test_the_step_is_the_pages(client):
    whole, step = (exported(client, "svg", **more).text for more in ({}, {"step": "3"}))
    assert whole != step
    assert step.count("hollow") > whole.count("hollow")


def test_a_prediction_is_not_given_away_by_its_step(client):
    assert exported(client, "svg", step="3", predict="1").status_code == 200


def test_a_run_is_exported_with_its_present_weights(client):
    run = Steered(client, LEARNER, inputs={"w": 0.0}, optimizer={"name": "sgd", "rate": 0.1})
    run.do("step", count=3)
    shown = run.wait(lambda found: found["step"] == 3)
    key = run.path.rpartition("/")[2]
    found = exported(client, "json", source=LEARNER, run=key).json()
    assert found["nodes"][0]["value"] == shown["parameters"]["w"]
    other = exported(client, "json", source="loss = (w - 4)^2", run=key).json()
    assert other["nodes"][0]["value"] == 1.0
    gone = exported(client, "json", source=LEARNER, run="gone").json()
    assert gone["nodes"][0]["value"] == 1.0


def test_an_unknown_format_and_a_refused_program_are_told(client):
    assert exported(client, "doc").status_code == 404
    answer = exported(client, "svg", source="2*log(x")
    assert answer.status_code == 422
    assert "never closed" in answer.text


def test_the_menu_has_every_format_with_its_sentence(client):
    page = client.get("/").text
    offered = re.findall(r'data-format="(\w+)"><strong>([^<]+)</strong><span>([^<]+)', page)
    assert [name for name, _, _ in offered] == list(FORMATS)
