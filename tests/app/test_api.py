"""POST /api/graph: the labelled graph out, or a refusal; never anything else."""

import json
import math

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

PLACE = ["line", "column", "end_line", "end_column"]
NODE = ["id", "label", "op", "operands", "value", "grad", "learnable", *PLACE]
NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"


@pytest.fixture
def ask(client):
    """Return a call of the API: the program, and perhaps numbers for its inputs."""

    def asked(source, inputs=None):
        body = {"source": source} | ({} if inputs is None else {"inputs": inputs})
        return client.post("/api/graph", json=body)

    return asked


def drawn(response):
    assert response.status_code == 200, response.text
    return response.json()


def refused(response, status=422):
    """Return the fault of a refusal, which has always the same form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["message", "hint", *PLACE]
    assert body["error"]["message"]
    return body["error"]


def test_the_answer_has_exactly_the_fields_that_are_promised(ask):
    answer = drawn(ask("y = log(x - 2)\ny*y"))
    assert list(answer) == ["nodes", "output", "value", "inputs", "problems"]
    assert all(list(node) == NODE for node in answer["nodes"])
    assert [list(leaf) for leaf in answer["inputs"]] == [["name", "value", "node"]]
    assert [list(each) for each in answer["problems"]] == [["node", *PLACE, "message"]]


def test_a_small_program_in_full(ask):
    answer = drawn(ask("y = x*2", {"x": 3.0}))
    common = {"line": 1, "end_line": 1}
    assert answer["nodes"] == [
        {"id": 0, "label": "x", "op": None, "operands": [], "value": 3.0, "grad": 2.0,
         "learnable": True, "column": 5, "end_column": 6, **common},
        {"id": 1, "label": None, "op": None, "operands": [], "value": 2.0, "grad": 3.0,
         "learnable": False, "column": 7, "end_column": 8, **common},
        {"id": 2, "label": "y", "op": "mul", "operands": [0, 1], "value": 6.0, "grad": 1.0,
         "learnable": False, "column": 5, "end_column": 8, **common},
    ]  # fmt: skip
    assert (answer["output"], answer["value"], answer["problems"]) == (2, 6.0, [])
    assert answer["inputs"] == [{"name": "x", "value": 3.0, "node": 0}]


def test_a_leaf_has_no_op_and_an_unnamed_result_no_label(ask):
    nodes = drawn(ask("x*2 + 1"))["nodes"]
    assert [node["op"] for node in nodes] == [None, None, "mul", None, "add"]
    assert [node["label"] for node in nodes] == ["x", None, None, None, None]


def test_nodes_stand_in_evaluation_order(ask):
    nodes = drawn(ask(NEURON))["nodes"]
    assert [node["id"] for node in nodes] == list(range(len(nodes)))
    assert all(operand < node["id"] for node in nodes for operand in node["operands"])


def test_the_lectures_neuron(ask):
    answer = drawn(ask(NEURON))
    grads = {node["label"]: node["grad"] for node in answer["nodes"]}
    assert answer["value"] == pytest.approx(0.7071, abs=1e-4)
    assert [grads[name] for name in ("x1", "w1", "x2", "w2", "b", "o")] == pytest.approx(
        [-1.5, 1.0, 0.5, 0.0, 0.5, 1.0], abs=1e-9
    )


def test_a_value_used_twice_is_one_node(ask):
    answer = drawn(ask("x*x", {"x": 3.0}))
    assert [(node["operands"], node["grad"]) for node in answer["nodes"]] == [([], 6), ([0, 0], 1)]


def test_every_named_leaf_is_an_input_and_can_be_set(ask):
    source = "a = Value(2.0, label='alpha')\nb = 3\na*b*c*4"
    answer = drawn(ask(source, {"b": -1, "c": 0.5}))
    assert [(leaf["name"], leaf["value"]) for leaf in answer["inputs"]] == [
        ("alpha", 2.0),
        ("b", -1.0),
        ("c", 0.5),
    ]
    assert answer["value"] == -4.0
    assert [answer["nodes"][leaf["node"]]["label"] for leaf in answer["inputs"]] == ["alpha", "b",
    "c"]  # fmt: skip


def test_a_second_leaf_of_one_name_is_set_by_its_number(ask):
    source = "x = 2\ny = x*x\nx = 5\nx*y"
    answer = drawn(ask(source, {"x#2": 1.0}))
    assert [leaf["name"] for leaf in answer["inputs"]] == ["x", "x#2"]
    assert answer["value"] == 4.0


def test_an_unknown_input_is_refused_with_a_guess(ask):
    fault = refused(ask("alpha*beta", {"alhpa": 1.0}))
    assert fault["message"] == "The program has no input called alhpa."
    assert fault["hint"] == "Did you mean alpha?"
    assert refused(ask("alpha*beta", {"q": 1}))["hint"] == "Its inputs are alpha, beta."
    assert refused(ask("2*3", {"q": 1}))["hint"]
    assert refused(ask("x*x", {"x#2": 1}))


def test_a_refusal_has_its_place_and_the_way_out(ask):
    assert refused(ask("σ + tnh(y)")) == {
        "message": "There is no function called tnh.",
        "hint": "Did you mean tanh?",
        "line": 1,
        "column": 5,
        "end_line": 1,
        "end_column": 8,
    }
    assert refused(ask("x!"))["hint"] is None


def test_what_is_not_finite_is_null_and_named_as_a_problem(ask):
    answer = drawn(ask("y = 2*log(x - 2)\ny + 1/0"))
    values = [node["value"] for node in answer["nodes"]]
    assert None in values
    assert answer["value"] is None
    first, second = answer["problems"]
    assert first["message"] == "log has no real value at −1. log(x) needs x > 0."
    assert [first[part] for part in PLACE] == [1, 7, 1, 17]
    assert answer["nodes"][first["node"]]["op"] == "log"
    assert [second[part] for part in PLACE] == [2, 5, 2, 8]


def test_a_gradient_that_is_not_finite_is_null(ask):
    assert drawn(ask("sqrt(x)", {"x": 0.0}))["nodes"][0]["grad"] is None


def test_numbers_keep_every_digit(ask):
    number = 0.1 + 0.2
    assert drawn(ask("x", {"x": number}))["value"] == number
    assert drawn(ask("x", {"x": 5e-324}))["value"] == 5e-324


def test_the_same_question_has_the_same_answer(ask):
    assert ask(NEURON).content == ask(NEURON, {}).content == ask(NEURON).content


def test_a_setting_does_not_stay(ask):
    drawn(ask("x*x", {"x": 3.0}))
    assert drawn(ask("x*x"))["value"] == 1.0


def test_a_program_over_the_limit_is_refused(client):
    fault = refused(client.post("/api/graph", json={"source": "x+" * 60_000 + "x"}))
    assert "120,001 bytes" in fault["message"]


def test_a_body_over_the_limit_is_413():
    with TestClient(create_app(Settings(body_bytes=1_000))) as client:
        refused(client.post("/api/graph", json={"source": "x" * 2_000}), 413)
        fine = client.post("/api/graph", json={"source": "x"})
        assert fine.status_code == 200
    big = {"source": "x" * 1_100_000}
    with TestClient(create_app(Settings())) as client:
        refused(client.post("/api/graph", json=big), 413)


def test_openapi_lists_the_call(client):
    document = client.get("/api/openapi.json").json()
    call = document["paths"]["/api/graph"]["post"]
    schemas = document["components"]["schemas"]
    assert set(call["responses"]) >= {"200", "413", "422"}
    named = call["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    assert list(schemas[named.rpartition("/")[2]]["properties"]) == [
        "nodes", "output", "value", "inputs", "problems",
    ]  # fmt: skip
    assert set(schemas["Node"]["properties"]) == set(NODE)
    assert set(schemas["Fault"]["properties"]) == {"message", "hint", *PLACE}
    assert call["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith(
        "/Refusal"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"1", b'"x"', b"{", b"{}", b'{"source": null}', b'{"source": 3}',
        b'{"source": ["x"]}', b'{"source": {"x": 1}}', b'{"source": "x", "inputs": null}',
        b'{"source": "x", "inputs": []}', b'{"source": "x", "inputs": "x"}',
        b'{"source": "x", "inputs": {"x": null}}', b'{"source": "x", "inputs": {"x": "three"}}',
        b'{"source": "x", "inputs": {"x": [1]}}', b'{"source": "x", "inputs": {"x": NaN}}',
        b'{"source": "x", "inputs": {"x": Infinity}}',
        b'{"source": "x", "inputs": {"x": -Infinity}}',
        b'{"source": "x", "inputs": {"x": 1e999}}',
        b'{"source": "x", "inputs": {"x": ' + b"9" * 400 + b"}}",
        b'{"source": "x", "inputs": {"x": ' + b"9" * 5_000 + b"}}",
        b'{"source": "x", "inputs": {"y": 1}}', b'{"source": "\\ud800"}',
        b'{"source": "x # \\ud800"}', b'{"source": "Value(1, label=\'\\udfff\')"}',
        b'{"source": "x", "inputs": {"\\ud800": 1}}',
        b'{"source": "x", "inputs": {"\\ud800": "y"}}',
        b'{"\\ud800": 1}', b'{"source": "x\\u0000"}', b"\xff\xfe{}", b'{"source": "\xff"}',
        b"[" * 100_000, b'{"a":' * 100_000,
        b'{"source": "x", "inputs": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"source": "x", "inputs": {"' + b"y" * 10_000 + b'": 1}}', b"source=x", b"\x00" * 100,
    ],
    ids=lambda body: f"{body[:44]!r}x{len(body)}",
)  # fmt: skip
def test_a_hostile_body_is_refused_in_the_usual_form(client, body):
    response = client.post("/api/graph", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    fault = refused(response, response.status_code)
    assert len(fault["message"]) + len(fault["hint"] or "") < 500


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_a_body_of_another_kind_is_refused_or_read_as_json(client, kind):
    response = client.post("/api/graph", content=b'{"source": "x"}', headers={"content-type": kind})
    assert response.status_code in {200, 422}
    if response.status_code == 422:
        refused(response)


def test_extra_fields_and_repeated_ones_do_no_harm(client):
    response = client.post("/api/graph", content=b'{"source": "y", "source": "x*x", "more": [1]}')
    assert response.status_code in {200, 422}


@pytest.mark.parametrize(("path", "status"), [("/api/graph", 405), ("/api/grahp", 404)])
def test_other_ways_to_call_are_refused_in_the_usual_form(client, path, status):
    refused(client.get(path), status)


def test_every_answer_is_strict_json(ask):
    def fail(word):
        raise AssertionError(word)

    for source in ("1/0", "log(-1)", "x^0.5", "exp(1000)*0", "tanh(1e400)"):
        json.loads(ask(source).text, parse_constant=fail)
    assert not math.isnan(drawn(ask("0*x"))["value"])


def test_numbers_that_would_take_too_much_memory_are_refused_in_words():
    with TestClient(create_app(Settings(megabytes=0.001))) as client:
        fault = refused(client.post("/api/graph", json={"source": "a*b + c*d + e*f + g*h + k*l"}))
    assert fault["message"].startswith("The numbers of 19 nodes would take 0.0047")
    assert "the limit is 0.001 MB" in fault["message"]
