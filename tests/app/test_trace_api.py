"""POST /api/trace: every event of forward, backward and update; or a refusal in words."""

import json
import math
from itertools import count, pairwise

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.examples import EXAMPLES
from app.main import create_app
from app.settings import Settings
from tests.engine.programs import numbers_of, written

GRAINS = ("node", "edge", "phase")
EVENT = [
    "step", "kind", "node", "operand", "value",
    "upstream", "local", "contribution", "total", "text",
]  # fmt: skip
FLOW = ["node", "slot", "operand", "upstream", "local", "contribution", "total"]
# which fields an event of each kind has; the others are null
HAS = {
    "forward": {"value"},
    "seed": {"total"},
    "flow": {"operand", "upstream", "local", "contribution", "total"},
    "update": {"value", "total"},
}
NEURON = EXAMPLES[0].source


@pytest.fixture(scope="module")
def ask(client):
    """Return a call that expects an answer."""

    def asked(source, inputs=None, **more):
        response = client.post(
            "/api/trace", json={"source": source, "inputs": inputs or {}, **more}
        )
        assert response.status_code == 200, response.text
        return response.json()

    return asked


@pytest.fixture(scope="module")
def refused(client):
    """Return a call that expects a refusal, and gives its fault."""

    def asked(status=422, **body):
        response = client.post("/api/trace", json=body)
        assert response.status_code == status, response.text
        fault = response.json()["error"]
        assert fault["message"].endswith(".")
        return fault

    return asked


def flows(answer):
    """Return the contributions of an answer, in whatever grain they were asked for."""
    return [
        flow
        for event in answer["events"]
        for flow in event.get("flows", [event] if event["kind"] == "flow" else [])
    ]


def summed(answer, nodes):
    """Return what comes into each node, the output's seed included; None for not finite."""
    seed = next(event["node"] for event in answer["events"] if event["kind"] == "seed")
    found = [1.0 if node == seed else 0.0 for node in range(nodes)]
    for flow in flows(answer):
        given = flow["contribution"]
        found[flow["operand"]] += math.nan if given is None else given
    return [number if math.isfinite(number) else None for number in found]


def test_both_paths_of_x_times_x(ask):
    answer = ask("x*x", {"x": 3.0}, grain="edge")
    null = dict.fromkeys(EVENT[3:-1])
    assert answer["total"] == 6
    assert answer["phases"] == [
        {"name": "forward", "start": 0},
        {"name": "seed", "start": 2},
        {"name": "backward", "start": 3},
        {"name": "update", "start": 5},
    ]
    path = {"kind": "flow", "node": 1, "operand": 0, "upstream": 1.0, "local": 3.0,
            "contribution": 3.0}  # fmt: skip
    made = "x gradient: 1 upstream times 3, x's value, makes 3"
    assert answer["events"] == [
        null | {"step": 0, "kind": "forward", "node": 0, "value": 3.0,
                "text": "x is 3, a leaf: its value is given."},
        null | {"step": 1, "kind": "forward", "node": 1, "value": 9.0, "text": "x*x is 9."},
        null | {"step": 2, "kind": "seed", "node": 1, "total": 1.0,
                "text": "x*x gradient: 1, the seed of the backward pass."},
        null | path | {"step": 3, "total": 3.0, "text": f"{made}."},
        null | path | {"step": 4, "total": 6.0, "text": f"{made}; 6 with the paths before."},
        null | {"step": 5, "kind": "update", "node": 0, "value": 3.0 - 0.1 * 6.0,
                "total": 6.0,
                "text": "x becomes 2.4: 3 minus the rate, 0.1, times its gradient, 6."},
    ]  # fmt: skip


@pytest.mark.parametrize(("grain", "steps"), [("node", 5), ("phase", 4)])
def test_a_coarser_step_lists_the_contributions_that_it_gathers(ask, grain, steps):
    answer = ask("x*x", {"x": 3.0}, grain=grain)
    assert (answer["total"], len(answer["events"])) == (steps, steps)
    backward = next(event for event in answer["events"] if event["kind"] == "flow")
    common = {"node": 1, "operand": 0, "upstream": 1.0, "local": 3.0, "contribution": 3.0}
    assert backward["flows"] == [
        common | {"slot": 0, "total": 3.0},
        common | {"slot": 1, "total": 6.0},
    ]
    assert [backward[name] for name in ("node", "upstream")] == [1, 1.0]
    assert all(backward[name] is None for name in ("operand", "local", "contribution", "total"))
    assert [event["flows"] for event in answer["events"] if event is not backward] == [[]] * (
        steps - 1
    )


def test_without_a_grain_a_step_is_a_node(ask):
    assert ask(NEURON) == ask(NEURON, grain="node") != ask(NEURON, grain="edge")


def test_the_lectures_neuron_hears_each_step_in_one_sentence(ask):
    texts = [event["text"] for event in ask(NEURON, grain="edge")["events"]]
    assert "w1 gradient: 0.5 upstream times 2, x1's value, makes 1." in texts
    assert "w1 becomes −3.1: −3 minus the rate, 0.1, times its gradient, 1." in texts
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("grain", GRAINS)
def test_an_event_has_the_fields_that_are_promised_and_null_for_what_its_kind_lacks(ask, grain):
    answer = ask(NEURON, grain=grain)
    assert list(answer) == ["total", "phases", "events"]
    assert [event["step"] for event in answer["events"]] == list(range(answer["total"]))
    for event in answer["events"]:
        assert list(event) == (EVENT if grain == "edge" else [*EVENT, "flows"])
        assert event["text"].endswith(".")
        held = {name for name in EVENT[3:-1] if event[name] is not None}
        assert held == HAS[event["kind"]] if grain == "edge" else held <= HAS[event["kind"]]
        assert all(list(flow) == FLOW for flow in event.get("flows", []))


@pytest.mark.parametrize("grain", GRAINS)
@given(made=written())
@settings(max_examples=40)
def test_what_comes_into_each_node_sums_to_its_gradient(client, ask, grain, made):
    graph = client.post("/api/graph", json={"source": made.text}).json()
    known = {
        leaf["name"]: numbers_of()[leaf["name"]]
        for leaf in graph["inputs"]
        if leaf["name"] in numbers_of()
    }
    nodes = client.post("/api/graph", json={"source": made.text, "inputs": known}).json()["nodes"]
    answer = ask(made.text, known, grain=grain)
    assert summed(answer, len(nodes)) == [node["grad"] for node in nodes]


@given(made=written())
@settings(max_examples=40)
def test_the_events_say_every_value_and_every_updated_leaf(client, ask, made):
    nodes = client.post("/api/graph", json={"source": made.text}).json()["nodes"]
    events = ask(made.text, grain="edge", rate=0.25)["events"]
    values = {event["node"]: event["value"] for event in events if event["kind"] == "forward"}
    assert values == {node["id"]: node["value"] for node in nodes}
    updated = {event["node"]: event["value"] for event in events if event["kind"] == "update"}
    moved = {
        node["id"]: None if node["grad"] is None else node["value"] - 0.25 * node["grad"]
        for node in nodes
        if node["learnable"]
    }
    assert updated == moved


@pytest.mark.parametrize("grain", GRAINS)
def test_every_grain_tells_the_same_contributions(ask, grain):
    edges = [{name: event[name] for name in FLOW if name != "slot"} for event in flows(
        ask(NEURON, grain="edge"))]  # fmt: skip
    found = [{name: each[name] for name in FLOW if name != "slot"} for each in flows(
        ask(NEURON, grain=grain))]  # fmt: skip
    assert found == edges


def test_a_phase_is_named_after_the_output_even_where_that_is_not_computed_last(ask):
    first = ask("x = 3\ny = x*x\nz = y + 1\ny", grain="phase")["events"][0]
    assert (first["node"], first["value"]) == (1, 9.0)
    assert first["text"].endswith("y is 9.")


# windows


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_windows_one_after_another_are_the_whole(ask, grain, size):
    whole = ask(NEURON, grain=grain)
    found = []
    while len(found) < whole["total"]:
        part = ask(NEURON, grain=grain, start=len(found), count=size)
        assert (part["total"], part["phases"]) == (whole["total"], whole["phases"])
        assert 0 < len(part["events"]) <= size
        found += part["events"]
    assert found == whole["events"]


@pytest.mark.parametrize("start", [21, 22, 10**9, 10**30])
def test_a_start_past_the_end_is_the_last_step(ask, start):
    whole = ask(NEURON)
    assert whole["total"] == 21
    for more in ({}, {"count": 1}, {"count": 50}):
        assert ask(NEURON, start=start, **more)["events"] == whole["events"][-1:]


def test_a_count_of_none_is_nothing_and_still_tells_how_long_it_is(ask):
    answer = ask(NEURON, count=0)
    assert (answer["events"], answer["total"], len(answer["phases"])) == ([], 21, 4)


def test_a_count_past_the_end_ends_with_it(ask):
    assert ask(NEURON, start=19, count=10**30)["events"] == ask(NEURON)["events"][19:]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": -1}, "start must be 0 or more."),
        ({"count": -1}, "count must be 0 or more."),
        ({"start": 1.5}, "start must be a whole number."),
        ({"start": "first"}, "start must be a whole number."),
        ({"grain": "leaf"}, "grain must be 'node', 'edge' or 'phase'."),
        ({"grain": None}, "grain must be 'node', 'edge' or 'phase'."),
        ({"grain": ["node"]}, "grain must be 'node', 'edge' or 'phase'."),
        ({"rate": "fast"}, "rate must be a number."),
        ({"rate": None}, "rate must be a number."),
    ],
    ids=str,
)
def test_a_field_that_does_not_fit_is_named_in_one_sentence(refused, wrong, message):
    assert refused(source="x*x", **wrong)["message"] == message


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_rate_that_is_not_finite_is_refused(client, number):
    body = f'{{"source": "x*x", "rate": {number}}}'
    response = client.post("/api/trace", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["error"]["message"] == "rate must be a finite number."


def test_a_program_is_needed(refused):
    assert refused()["message"] == "source is missing."
    assert refused(source=3)["message"] == "source must be text."


def test_a_refused_program_has_its_place_and_the_way_out(refused):
    fault = refused(source="σ + tnh(y)")
    assert (fault["message"], fault["hint"]) == (
        "There is no function called tnh.",
        "Did you mean tanh?",
    )
    assert (fault["line"], fault["column"], fault["end_column"]) == (1, 5, 8)


def test_an_unknown_input_is_refused_with_a_guess(refused):
    fault = refused(source="alpha*beta", inputs={"alhpa": 1.0})
    assert fault["message"] == "The program has no input called alhpa."
    assert fault["hint"] == "Did you mean alpha?"


# numbers


@pytest.mark.parametrize("rate", [0.5, 0.0, -2, 1e-300])
def test_the_rate_moves_the_leaves(ask, rate):
    last = ask("x*x", {"x": 3.0}, rate=rate)["events"][-1]
    assert (last["kind"], last["total"], last["value"]) == ("update", 6.0, 3.0 - rate * 6.0)


def test_a_rate_so_large_that_the_leaf_flies_off_leaves_null(ask):
    last = ask("x*x", {"x": 3.0}, rate=1e308)["events"][-1]
    assert (last["kind"], last["total"], last["value"]) == ("update", 6.0, None)
    assert "−∞" in last["text"]


@pytest.mark.parametrize("grain", GRAINS)
def test_what_is_not_finite_is_null_and_the_json_strict(client, grain):
    def fail(word):
        raise AssertionError(word)

    for source in ("y = 2*log(x - 2)\ny*y", "sqrt(x - 1)", "exp(1000)*x", "x^0.5 + 0/0"):
        response = client.post("/api/trace", json={"source": source, "grain": grain})
        assert response.status_code == 200
        answer = json.loads(response.text, parse_constant=fail)
        numbers = [each[name] for each in [*answer["events"], *flows(answer)] for name in FLOW[3:]]
        assert None in numbers
        assert all(event["text"] for event in answer["events"])


def test_a_slope_that_is_infinite_is_null_in_its_factors(ask):
    events = ask("sqrt(x)", {"x": 0.0}, grain="edge")["events"]
    (flow,) = (event for event in events if event["kind"] == "flow")
    assert [flow[name] for name in ("upstream", "local", "contribution", "total")] == [
        1.0, None, None, None,
    ]  # fmt: skip
    assert "∞" in flow["text"]


def test_the_same_question_has_the_same_answer(ask):
    assert ask(NEURON, grain="edge") == ask(NEURON, grain="edge")
    ask(NEURON, {"x1": 9.0}, grain="edge", rate=0.7)
    assert ask(NEURON, grain="edge") == ask(NEURON, {}, grain="edge", rate=0.1)


def test_nothing_learns_where_there_are_only_constants(ask):
    answer = ask("2*3")
    assert [phase["name"] for phase in answer["phases"]] == ["forward", "seed", "backward"]
    assert answer["events"][-1]["kind"] == "flow"


# size


@pytest.mark.parametrize("grain", GRAINS)
def test_no_answer_holds_more_events_than_the_setting_says_but_one_step_at_least(grain):
    def size(event):
        return len(event.get("flows") or []) or 1

    found, total = [], 1
    with TestClient(create_app(Settings.from_environment({"GRADWALK_EVENTS": "4"}))) as client:
        while len(found) < total:
            body = {"source": NEURON, "grain": grain, "start": len(found)}
            answer = client.post("/api/trace", json=body).json()
            total = answer["total"]
            assert answer["events"]
            assert len(answer["events"]) == 1 or sum(map(size, answer["events"])) <= 4
            found += answer["events"]
    with TestClient(create_app(Settings())) as client:
        whole = client.post("/api/trace", json={"source": NEURON, "grain": grain}).json()
    assert found == whole["events"]


@pytest.mark.parametrize("grain", GRAINS)
def test_five_thousand_nodes_are_traced_and_the_middle_is_answered_alone(grain):
    lines = [f"y{k} = tanh(y{k - 1}*w + 0.1)" for k in range(1, 1_250)]
    body = {"source": "\n".join(["y0 = x", *lines]), "grain": grain, "start": 6_000, "count": 40}
    with TestClient(create_app(Settings(seconds=60))) as client:
        part = client.post("/api/trace", json=body).json()
    assert part["total"] == {"node": 8_748, "edge": 11_246, "phase": 4}[grain]
    assert len(part["events"]) == (1 if grain == "phase" else 40)
    assert {event["kind"] for event in part["events"]} == {"update" if grain == "phase" else "flow"}


@pytest.mark.parametrize("grain", GRAINS)
def test_an_answer_ends_at_the_time_allowed_but_holds_one_step_at_least(grain, monkeypatch):
    ticks = count()
    monkeypatch.setattr("app.routes.trace.time.monotonic", lambda: float(next(ticks)))
    found, total = [], 1
    with TestClient(create_app(Settings(seconds=1.5))) as client:
        while len(found) < total:
            body = {"source": NEURON, "grain": grain, "start": len(found)}
            answer = client.post("/api/trace", json=body).json()
            total = answer["total"]
            assert 1 <= len(answer["events"]) <= 2
            found += answer["events"]
    monkeypatch.undo()
    with TestClient(create_app(Settings())) as client:
        whole = client.post("/api/trace", json={"source": NEURON, "grain": grain}).json()
    assert found == whole["events"]


def test_numbers_that_no_digits_settle_do_not_hold_a_trace_up():
    lines = [f"s{k + 1}=sin(b*{k + 3}.37)+s{k}" for k in range(1_200)]
    body = {"source": "\n".join(["b=1.0199e195", "s0=1", *lines])}
    with TestClient(create_app(Settings(seconds=5))) as client:
        answer = client.post("/api/trace", json=body).json()
        assert 0 < len(answer["events"]) <= answer["total"]


def test_the_description_says_how_to_ask_on(client):
    told = client.get("/api/openapi.json").json()["paths"]["/api/trace"]["post"]["description"]
    assert "ask on with `start`" in told


def test_a_body_over_the_limit_is_413():
    with TestClient(create_app(Settings(body_bytes=1_000))) as client:
        assert client.post("/api/trace", json={"source": "x" * 2_000}).status_code == 413


# what is promised in writing


def test_openapi_describes_the_call(client):
    document = client.get("/api/openapi.json").json()
    call = document["paths"]["/api/trace"]["post"]
    schemas = document["components"]["schemas"]
    assert set(call["responses"]) >= {"200", "413", "422"}

    def named(status):
        schema = call["responses"][status]["content"]["application/json"]["schema"]
        return schema["$ref"].rpartition("/")[2]

    assert list(schemas[named("200")]["properties"]) == ["total", "phases", "events"]
    assert list(schemas["EventAnswer"]["properties"]) == [*EVENT, "flows"]
    assert list(schemas["FlowAnswer"]["properties"]) == FLOW
    assert named("422") == "Refusal"
    request = schemas["TraceRequest"]
    assert set(request["properties"]) == {"source", "inputs", "rate", "grain", "start", "count"}
    assert request["required"] == ["source"]
    assert request["properties"]["grain"]["enum"] == list(GRAINS)
    kinds = schemas["EventAnswer"]["properties"]["kind"]["enum"]
    assert kinds == ["forward", "seed", "flow", "update"]


def test_the_example_in_openapi_works(client):
    document = client.get("/api/openapi.json").json()
    (example,) = document["components"]["schemas"]["TraceRequest"]["examples"]
    response = client.post("/api/trace", json=example)
    assert response.status_code == 200
    assert response.json()["total"] == 6


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=8)
)
anything = st.recursive(
    scalars, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=4), part,
    max_size=3), max_leaves=6,
)  # fmt: skip
bodies = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from([row.source for row in EXAMPLES])
        | st.text(max_size=20)
        | anything,
        "inputs": st.dictionaries(st.sampled_from(["x", "w", "x1"]), scalars, max_size=2)
        | anything,
        "rate": st.floats() | anything,
        "grain": st.sampled_from(GRAINS) | anything,
        "start": st.integers() | anything,
        "count": st.integers(-2, 40) | anything,
        "more": anything,
    },
)


@given(body=bodies | anything)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_body_is_answered_or_refused_in_words(client, body):
    text = json.dumps(body)  # with NaN and lone surrogates, as hostile JSON has them
    response = client.post("/api/trace", content=text, headers={"content-type": "application/json"})
    assert response.status_code in {200, 422}, response.text
    if response.status_code == 422:
        assert response.json()["error"]["message"]
    else:
        steps = [event["step"] for event in response.json()["events"]]
        assert all(after == before + 1 for before, after in pairwise(steps))
