"""POST /data: a table, points or a rule come in, a key goes out; what does not fit is refused."""

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from engine.data import MOST_SAMPLES, TABLES
from engine.program import parse

CSV = "x1,x2,kind\n0.5,1,no\n-1,0.25,yes\n1,1,no\n0,0,yes\n"
MINE = 'x1, x2, y = data("mine")\nloss = (w1*x1 + w2*x2 - y)^2'


def bring(client, text, name="", **fields):
    return client.post("/data", files={"file": (name, text)}, data=fields)


def table_of(client, answer):
    return client.app.state.datasets.table(answer.json()["key"])


def test_a_file_is_kept_under_a_key_and_described(client):
    answer = bring(client, CSV, "kinds.csv")
    assert answer.status_code == 200
    found = answer.json()
    assert found.pop("key")
    assert found.pop("program").startswith('x1, x2, kind = data("mine")\n')
    assert found == {
        "name": "kinds.csv",
        "columns": ["x1", "x2", "kind"],
        "rows": 4,
        "classes": [-1, 1],
        "labels": ["no", "yes"],
        "bad": [],
        "more": 0,
        "link": "x1,x2,kind:-1=no:1=yes;0.5,1,-1;-1,0.25,1;1,1,-1;0,0,1",
        "points": [[0.5, 1, 0], [-1, 0.25, 1], [1, 1, 0], [0, 0, 1]],
    }
    assert table_of(client, answer).rows.tolist()[0] == [0.5, 1, -1]


def test_a_field_of_text_is_as_good_as_a_file(client):
    field = client.post("/data", data={"text": CSV})
    assert field.json()["key"] == bring(client, CSV).json()["key"]
    large = client.post("/data", data={"text": "a,y\n" + "1,2\n" * MOST_SAMPLES})
    assert large.json()["rows"] == MOST_SAMPLES


def test_rows_that_are_left_out_are_named_and_counted(client):
    found = bring(client, CSV + "x,1,no\n" + "1,1\n" * 9).json()
    assert found["rows"] == 4
    assert found["bad"][0] == {"line": 6, "message": "x1 is x, which is no number."}
    assert (len(found["bad"]), found["more"]) == (5, 5)


def test_a_text_that_holds_no_table_is_refused_by_line(client):
    answer = bring(client, "a,b,a\n1,2,3")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["message"] == "Columns 1 and 3 are both called a."
    assert error["hint"] == "Give each a name of its own."
    assert error["line"] == 1


def test_more_rows_than_are_allowed_are_refused(client):
    answer = bring(client, "a,y\n" + "1,2\n" * (MOST_SAMPLES + 1))
    assert answer.status_code == 422
    assert "100,000" in answer.json()["error"]["message"]


def test_two_classes_are_counted_as_the_page_asks(client):
    answer = bring(client, CSV, classes="0,1")
    assert answer.json()["classes"] == [0, 1]
    assert "binary_cross_entropy" in answer.json()["program"]
    rule = client.post("/data", json={"rule": "y > x", "classes": [0, 1]})
    assert rule.json()["link"] == "y > x;200;0;1;0:1"
    assert set(table_of(client, rule).rows[:, 2]) == {0, 1}


def test_a_rule_becomes_random_points_of_two_classes(client):
    asked = {"rule": "y > x^2", "n": 50, "noise": 0.1, "seed": 4}
    answer = client.post("/data", json=asked)
    found = answer.json()
    assert (found["name"], found["rows"]) == ("y > x^2", 50)
    assert found["link"] == "y > x^2;50;0.1;4"
    assert found["classes"] == [-1, 1]
    assert client.post("/data", json=asked).json()["key"] == found["key"]


def test_a_rule_that_is_refused_says_where(client):
    error = client.post("/data", json={"rule": "y > tnh(x)"}).json()["error"]
    assert error["message"] == "There is no function called tnh."
    assert (error["line"], error["column"], error["end_column"]) == (1, 5, 8)


def test_clicked_points_are_a_table(client):
    asked = {"points": [[0.5, 1, 0], [1, 2, 2]], "columns": ["a", "b", "y"], "known": [0, 1, 2]}
    answer = client.post("/data", json=asked)
    assert answer.json()["classes"] == [0, 1, 2]
    assert answer.json()["link"] == "a,b,y:0:1:2;0.5,1,0;1,2,2"
    assert table_of(client, answer).rows.tolist() == asked["points"]


@pytest.mark.parametrize("link", ["x1,x2,y:-1:1;0,0,-1;1,1,1", "y > x^2;30;0.1;2", "x,y;1,0.5"])
def test_what_a_link_carries_comes_back_and_is_carried_on(client, link):
    answer = client.post("/data", json={"link": link})
    assert answer.json()["link"] == link


def test_a_link_that_was_cut_is_refused(client):
    answer = client.post("/data", json={"link": "x1,x2,y;1,2"})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "The data in this address cannot be read."


@pytest.mark.parametrize("name", TABLES)
def test_of_a_built_in_table_the_program_that_fits_is_told(client, name):
    found = client.post("/data", json={"table": name}).json()
    assert found["columns"] == list(TABLES[name].columns)
    assert found["classes"] == list(TABLES[name].classes)
    assert parse(found["program"]).samples.table.name == name


def test_an_unknown_table_is_refused_with_those_there_are(client):
    error = client.post("/data", json={"table": "moon"}).json()["error"]
    assert error["message"] == "There is no table called moon."
    assert "moons" in error["hint"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"rule": 3}, "rule must be text."), ({"points": [["a"]]}, "points.0.0 must be a number."),
     ({"rule": "y > x", "n": 0}, "n must be 1 or more."),
     ({"rule": "y > x", "noise": 1e308}, "noise must be at most 100.0."),
     ({"files": 1}, "files is not a field of this call."),
     ([], "The body does not fit: Input should be an object.")],
)  # fmt: skip
def test_json_that_does_not_fit_is_refused_by_field(client, asked, message):
    answer = client.post("/data", json=asked)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == message


def test_broken_json_and_broken_forms_are_refused(client):
    sent = client.post("/data", content=b"{", headers={"content-type": "application/json"})
    assert sent.status_code == 400
    form = client.post(
        "/data", content=b"no form", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert form.status_code in {400, 422}
    assert bring(client, CSV, classes="a,b").status_code == 422
    assert client.post("/data").status_code == 422


def test_a_program_learns_from_the_table_that_its_key_names(client):
    key = bring(client, CSV).json()["key"]
    drawn = client.post("/graph", data={"source": MINE, "mine": key})
    assert drawn.status_code == 200
    assert "x1" in drawn.text


def test_data_may_be_larger_than_other_bodies():
    settings = Settings(body_bytes=1_000, data_bytes=20_000)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        assert bring(client, "a,y\n" + "1,2\n" * 2_000).status_code == 200
        refused = bring(client, "a,y\n" + "1,2\n" * 20_000)
        assert refused.status_code == 413
        assert "fewer rows" in refused.json()["error"]["hint"]
