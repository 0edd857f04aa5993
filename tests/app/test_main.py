"""The app as a whole: what it serves, how it refuses, what it lets a browser keep."""

import re

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.faults import Fault
from app.main import create_app
from app.paths import data_folder
from app.settings import Settings
from app.static import asset

PLACE = dict.fromkeys(("line", "column", "end_line", "end_column"))


class Call(BaseModel):
    source: str
    inputs: dict[str, float] = {}
    steps: int = 1


@pytest.fixture
def trial():
    """The app with a few routes to refuse at."""
    app = create_app(Settings())

    @app.post("/api/trial")
    def call(call: Call) -> Call:
        return call

    @app.get("/api/fail")
    @app.get("/fail")
    def fail() -> None:
        raise RuntimeError("secret detail")

    @app.get("/teapot")
    def teapot() -> None:
        raise HTTPException(418, headers={"x-pot": "short and stout"})

    return TestClient(app)


def test_healthz_says_ok(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_openapi_describes_refusals_as_they_are(trial):
    document = trial.get("/api/openapi.json").json()
    answer = document["paths"]["/api/trial"]["post"]["responses"]["422"]
    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/Refusal")
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_loads_scripts_from_elsewhere(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{}", "source is missing."),
        ('{"source": 3}', "source must be text."),
        ('{"source": null}', "source must be text."),
        ('{"source": "x", "inputs": {"x": "three"}}', "inputs.x must be a number."),
        ('{"source": "x", "inputs": [1]}', "inputs must be an object of names and values."),
        ('{"source": "x", "steps": 1.5}', "steps must be a whole number."),
        ("[]", "The body must be a JSON object."),
        ("", "The body is missing."),
        ('{"source": ', "The body is not JSON."),
    ],
)
def test_an_unfit_body_is_422_in_one_plain_sentence(trial, body, message):
    response = trial.post("/api/trial", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["message"] == message
    assert error["hint"]
    assert {name: error[name] for name in PLACE} == PLACE


@pytest.mark.parametrize(
    "body",
    [
        b'{"source": "x", "inputs": {"\\ud800": "y"}}',
        b'{"source": "x", "inputs": {"' + b"n" * 100_000 + b'": "y"}}',
        b'{"source": "x", "inputs": {"x": NaN, "y": "z"}}',
        b"[" * 500_000,
        b'{"source": "x", "steps": ' + b"9" * 5_000 + b"}",
        b"\xff\xfe",
        b"\0",
    ],
    ids=["surrogate", "long name", "nan", "deep", "huge", "not utf-8", "nul"],
)
def test_a_hostile_body_is_refused_and_briefly(trial, body):
    response = trial.post("/api/trial", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    assert response.json()["error"]["message"].endswith(".")
    assert len(response.content) < 500


def test_a_fault_may_quote_half_a_character():
    assert (
        Fault(message="no \ud800", hint="\udfff").model_dump_json().startswith('{"message":"no ?"')
    )


@pytest.mark.parametrize("path", ["/fail", "/api/fail"])
def test_an_uncaught_exception_is_calm_and_logged(trial, path, caplog):
    response = trial.get(path)
    assert response.status_code == 500
    assert response.json()["error"]["message"] == "Something went wrong here."
    assert "secret" not in response.text
    assert "secret detail" in caplog.text


def test_a_405_names_what_it_takes(client):
    response = client.delete("/healthz")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.json()["error"]["hint"] == "The Allow header says which it takes."


def test_a_browser_reads_a_page_htmx_a_fragment_and_the_api_json(trial):
    browser = {"accept": "text/html,*/*;q=0.8"}
    page = trial.get("/nowhere", headers=browser)
    assert page.text.startswith("<!doctype html>")
    assert "<h1>There is nothing at this address.</h1>" in page.text
    fragment = trial.get("/nowhere", headers={"hx-request": "true", **browser})
    assert fragment.text.startswith('<p class="notice" role="alert">There is nothing')
    assert trial.get("/api/nowhere", headers=browser).json()["error"]["message"]


def test_a_status_without_a_sentence_keeps_its_headers_and_gets_a_general_one(trial):
    response = trial.get("/teapot")
    assert (response.status_code, response.headers["x-pot"]) == (418, "short and stout")
    assert response.json()["error"]["message"] == "The request could not be read."


def test_refusals_are_not_kept(client):
    assert client.get("/nowhere").headers["cache-control"] == "no-store"


def test_static_files_are_kept_for_ever_only_at_their_versioned_address(client):
    def kept(path):
        return client.get(path).headers["cache-control"]

    assert kept(asset("fonts.css")) == "public, max-age=31536000, immutable"
    assert kept("/static/fonts.css?v=old") == "no-cache"
    assert kept("/static/fonts.css") == "no-cache"
    assert kept("/static/fonts/inter-latin.woff2") == "public, max-age=604800"


def test_an_asset_is_named_by_its_content():
    assert re.fullmatch(r"/static/fonts\.css\?v=[0-9a-f]{12}", asset("fonts.css"))
    with pytest.raises(FileNotFoundError):
        asset("nothing.css")


def test_an_unchanged_file_is_not_sent_twice(client):
    first = client.get("/static/fonts.css")
    again = client.get("/static/fonts.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_static_paths_cannot_climb_out(client):
    for path in ("/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml", "/static/%00"):
        assert client.get(path).status_code == 404


def test_long_answers_are_compressed_and_fonts_are_not(client):
    def packed(path):
        response = client.get(path, headers={"accept-encoding": "gzip"})
        return response.headers.get("content-encoding")

    assert packed("/static/vendor/htmx.min.js") == "gzip"
    assert packed("/healthz") is None
    assert packed("/static/fonts/inter-latin.woff2") is None


def test_the_environment_is_read_when_no_settings_are_given(monkeypatch):
    monkeypatch.setenv("GRADWALK_NODES", "12")
    assert create_app().state.settings.nodes == 12


def test_the_data_folders_are_found():
    assert (data_folder("static") / "app.css").is_file()
    assert data_folder("templates").name == "templates"


@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_a_look_at_the_headers_alone_is_answered(client, path):
    answer = client.head(path)
    assert answer.status_code == 200
    assert answer.content == b""
