"""POST /export/...: what the page shows, as a file."""

import re

import pytest

from app.examples import EXAMPLES
from engine.formats import FORMATS
from tests.app.runs import Steered

NEURON = EXAMPLES[0].source
LEARNER = "loss = (w - 3)^2"
NETWORK = "mlp = MLP(2, [4, 1])\ny = mlp([1.0, -2.0])"
GRAINS = ("node", "phase")


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


def test_what_is_to_be_predicted_is_in_no_file(client):
    for name in FORMATS:
        answer = exported(client, name, step="3", predict="1")
        assert answer.status_code == 409
        assert "A file would tell every number." in answer.text


def test_a_picture_is_folded_and_placed_as_the_drawing_on_the_page(client):
    closed = exported(client, "svg", source=NETWORK, open="-").text
    assert closed.count('class="gw-box') == 1
    assert 'class="gw-frame' in exported(client, "svg", source=NETWORK, open="mlp").text
    shown = client.post("/graph", data={"source": NETWORK, "open": "-"}).text
    after = re.search(r'data-drawing="(\w+)"', shown)[1]
    assert exported(client, "svg", source=NETWORK, after=after).text == closed
    assert exported(client, "svg", source=NEURON, after=after).text == exported(client, "svg").text


def test_a_walk_is_exported_with_its_mistakes_its_grain_and_its_rate(client):
    twice = "a = 3\nb = a*a + a"
    assert "right +7" in exported(client, "svg", source=twice, broken="overwrite").text
    assert "right +7" in exported(client, "html", source=twice, broken="overwrite").text
    fine, whole = (exported(client, "svg", step="1", grain=grain).text for grain in GRAINS)
    assert fine.count("gw-hollow") > whole.count("gw-hollow")
    last = {"source": twice, "step": "99"}  # beyond the last one is the last one
    assert "2.3" in exported(client, "tex", rate="0.1", **last).text
    assert "2.3" not in exported(client, "tex", rate="0.2", **last).text


def test_a_picture_is_of_the_sample_and_as_dark_as_the_page(client):
    data = 'x, y = data("line")\nw, b = 0.1, 0\nmse(w*x + b, y)'
    assert len({exported(client, "svg", source=data, sample=str(k)).text for k in range(3)}) == 3
    light, dark = (exported(client, "svg", dark=word).text for word in "01")
    assert ("gw-light" in light, "gw-dark" in dark) == (True, True)
    assert exported(client, "png", dark="1").content != exported(client, "png", dark="0").content
    given = exported(client, "json", source=data, learning="1", imagined="x:7\ny:-2").json()
    assert [node["value"] for node in given["nodes"] if node["label"] in {"x", "y"}] == [7, -2]


def test_a_page_and_a_formula_are_of_the_step(client):
    assert '"start":3,' in exported(client, "html", step="3").text
    assert '"start":null,' in exported(client, "html").text
    formula = exported(client, "tex", step="12").text
    assert formula.startswith("\\documentclass{article}")
    assert len(formula) < 700


def test_a_run_is_exported_with_its_present_weights(client):
    run = Steered(client, LEARNER, inputs={"w": 0.0}, optimizer={"name": "sgd", "rate": 0.1})
    run.do("step", count=3)
    shown = run.wait(lambda found: found["step"] == 3)
    key = run.path.rpartition("/")[2]
    live = {"run": key, "learning": "1"}

    def weight(source=LEARNER, **fields):
        return exported(client, "json", source=source, **fields).json()["nodes"][0]["value"]

    assert weight(**live) == shown["parameters"]["w"]
    assert weight(f"# a remark\n{LEARNER}", **live) == shown["parameters"]["w"]
    assert weight("loss = (w - 4)^2", **live) == 1.0
    assert weight(run="gone", learning="1") == 1.0
    assert weight(run=key) == 1.0  # whose update a walk ends with


def test_a_walk_from_a_run_ends_with_that_run_s_update(client):
    run = Steered(client, LEARNER, inputs={"w": 0.0}, optimizer={"name": "adam", "rate": 0.1})
    fields = {"source": LEARNER, "set": "w:0", "step": "99"}
    plain = exported(client, "tex", **fields).text
    assert exported(client, "tex", run=run.path.rpartition("/")[2], **fields).text != plain


def test_an_unknown_format_and_a_refused_program_are_told(client):
    assert exported(client, "doc").status_code == 404
    answer = exported(client, "svg", source="2*log(x")
    assert answer.status_code == 422
    assert "never closed" in answer.text


def test_the_menu_has_every_format_with_its_sentence(client):
    page = client.get("/").text
    offered = re.findall(r'data-format="(\w+)"><strong>([^<]+)</strong><span>([^<]+)', page)
    assert [name for name, _, _ in offered] == list(FORMATS)
