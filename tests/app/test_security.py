"""Every answer carries the headers; requests from elsewhere and oversized ones are refused."""

import httpx
import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from app.main import create_app
from app.security import HEADERS, POLICY
from app.settings import Settings

LIMIT = 1_000


@pytest.fixture
def small():
    """An app that takes bodies of 1,000 bytes, with routes that read, fail and stream."""
    app = create_app(Settings(body_bytes=LIMIT))

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.post("/form")
    async def form(request: Request) -> int:
        return len(await request.form())

    @app.get("/fail")
    def fail() -> None:
        raise ZeroDivisionError

    @app.get("/stream")
    def stream() -> StreamingResponse:
        return StreamingResponse(iter(["a", "b"]), media_type="text/event-stream")

    @app.get("/break")
    def break_off() -> StreamingResponse:
        return StreamingResponse((str(1 // n) for n in (1, 0)), media_type="text/plain")

    return TestClient(app)


def chunks(count, size=100):
    yield from [b"x" * size] * count


def test_the_policy_is_the_strict_one():
    assert POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/static/fonts.css", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/healthz", 405),
        ("GET", "/fail", 500),
        ("GET", "/stream", 200),
        ("GET", "/api/openapi.json", 200),
    ],
)
def test_every_answer_carries_the_headers(small, method, path, status):
    response = small.request(method, path)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_refusals_by_the_guards_carry_the_headers_too(small):
    for response in (
        small.post("/read", headers={"sec-fetch-site": "cross-site"}),
        small.post("/read", content=b"x" * (LIMIT + 1)),
    ):
        assert response.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_unsafe_requests_from_another_site_are_refused(small, method):
    response = small.request(method, "/read", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert response.json()["error"]["message"] == "This request came from another site."


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_requests_from_here_pass(small, site):
    headers = {"sec-fetch-site": site} if site else {}
    assert small.post("/read", content=b"abc", headers=headers).json() == 3


def test_a_link_from_another_site_may_be_followed(small):
    assert small.get("/healthz", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_a_body_of_just_the_limit_passes_announced_or_streamed(small):
    assert small.post("/read", content=b"x" * LIMIT).json() == LIMIT
    assert small.post("/read", content=chunks(LIMIT // 100)).json() == LIMIT


@pytest.mark.parametrize("content", [b"x" * (LIMIT + 1), "chunks"], ids=["announced", "streamed"])
@pytest.mark.parametrize("path", ["/read", "/form"])
def test_a_longer_body_is_413(small, content, path):
    content = chunks(LIMIT // 100 + 1) if content == "chunks" else content
    kind = {"content-type": "application/x-www-form-urlencoded"}
    response = small.post(path, content=content, headers=kind)
    assert response.status_code == 413
    assert response.json()["error"] == {
        "message": "The request is too large.",
        "hint": "Send a shorter program, or fewer rows of data.",
        **dict.fromkeys(("line", "column", "end_line", "end_column")),
    }


@pytest.mark.parametrize("length", ["9" * 400, "-5", "ten", "²"])
def test_an_absurd_content_length_is_no_crash(small, length):
    response = small.post(
        "/read", content=b"", headers={"content-length": length.encode("latin-1")}
    )
    assert response.status_code in {200, 400, 413}


def test_a_stream_that_breaks_off_is_not_answered_twice(small):
    with pytest.raises(ZeroDivisionError):
        small.get("/break")


def test_a_real_server_refuses_a_large_upload(server):
    response = httpx.post(f"{server}/healthz", content=b"x" * 1_000_001)
    assert response.status_code == 413
    response = httpx.post(f"{server}/healthz", content=b"x" * 1_000_000)
    assert response.status_code == 405
