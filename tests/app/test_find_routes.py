"""POST /graph/find: nodes by their words and numbers, in JSON; nothing is told while predicting."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app.finds
from app.finds import PREDICTING
from tests.app import runs
from tests.app.pictures import attribute

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"


@pytest.fixture(scope="module")
def look(client):
    """Return a call that looks for nodes as the page does."""

    def looked(query, source=NEURON, **fields):
        answer = client.post("/graph/find", data={"source": source, "query": query, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return looked


def test_nodes_are_told_with_name_scope_numbers_and_what_the_picture_calls_them(look):
    assert look("label w1") == {
        "sentence": "1 node matches.",
        "count": 1,
        "nodes": [[2, "w1", "", "−3", "+1", "w1#1"]],
    }
    network = "x = 1\nmlp = MLP(1, [2, 1], activation=tanh, seed=1)\nmlp(x)"
    assert look("scope layer1 and op tanh", network)["nodes"][0][2] == "mlp.layer1.neuron1"


def test_names_are_those_of_the_drawing(client, look):
    key = attribute(client.post("/graph", data={"source": "a = 2\na*a + a*a"}).text, "data-drawing")
    nodes = look("op mul", "a = 2\na*a + a*a", after=key)["nodes"]
    assert [node[5] for node in nodes] == ["a*a#1", "a*a#2"]
    assert look("op mul", "a = 2\na*a + a*a", after="gone")["nodes"] == nodes


def test_numbers_are_those_of_the_inputs_that_are_set(look):
    assert look("value < 0 and leaf")["count"] == 1
    assert look("value < 0 and leaf", set=["w1:3", "x1:-1", "x2:-2"])["count"] == 2


def test_the_biggest_gradient_and_the_first_problem_are_found_by_their_words(look):
    assert look("biggest gradient")["nodes"][0][1] == "x1"
    found = look("First problem", "x = -1\ny = log(x)\ny*2")
    assert found["sentence"].startswith("log has no real value at −1.")
    assert [node[1] for node in found["nodes"]] == ["y"]
    assert look("first problem") == {
        "sentence": "Every value and every gradient is finite.",
        "count": 0,
        "nodes": [],
    }


@pytest.mark.parametrize("query", ["", "grad >", "op tnh", "slope > 1", "x" * 10_000])
def test_what_cannot_be_read_is_answered_with_a_sentence(look, query):
    found = look(query)
    assert found["nodes"] == []
    assert found["count"] == 0
    assert found["sentence"]


def test_a_request_without_a_query_is_an_empty_one(client):
    answer = client.post("/graph/find", data={"source": "x*x"})
    assert answer.json()["sentence"].startswith("Type a name")


def test_an_answer_tells_of_so_many_nodes_and_how_many_there_are(look, monkeypatch):
    monkeypatch.setattr(app.finds, "MOST", 2)
    found = look("leaf")
    assert found["count"] == 5
    assert len(found["nodes"]) == 2
    assert found["sentence"] == "5 nodes match. The first 2 are shown."


def test_while_predicting_no_number_is_told(look):
    assert look("grad > 0", predict="1", step="1")["sentence"] == PREDICTING
    assert look("biggest gradient", predict="1")["count"] == 0
    assert look("label w1", predict="1")["nodes"] == [[2, "w1", "", "", "", "w1#1"]]


def test_a_refused_program_is_refused(client):
    answer = client.post("/graph/find", data={"source": "tnh(x)", "query": "x"})
    assert answer.status_code == 422
    assert "There is no function called tnh." in answer.text


def test_of_a_run_the_numbers_of_its_update_count(client, look):
    run = runs.Steered(client)
    name = run.path.rpartition("/")[2]
    before = look("label w1", runs.NEURON, run=name, sample="3")["nodes"]
    assert before == look("label w1", runs.NEURON, sample="3")["nodes"]
    run.do("step", count=50)
    after = look("label w1", runs.NEURON, run=name, sample="3")["nodes"]
    assert after[0][3] != before[0][3]
    assert look("label w1", runs.NEURON, run="gone", sample="3")["nodes"] == before
    edited = runs.NEURON + " + 0*w1"  # an edit has left the run behind
    assert look("label w1", edited, run=name)["nodes"][0][3] == "0.1"
    assert look("label w1", runs.NEURON, run=name, sample="999999")["count"] == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(query=st.text(max_size=40), source=st.sampled_from([NEURON, "x = -1\nlog(x)^0.5"]))
def test_no_query_is_an_error_of_ours(client, query, source):
    answer = client.post("/graph/find", data={"source": source, "query": query})
    assert answer.status_code == 200
    assert answer.json()["sentence"]
