"""The browser, the server and the fixtures work together."""

import pytest

from app.security import HEADERS


def test_the_server_answers_a_real_browser(page, complaints):
    complaints.allow("status of 404 .*favicon.ico")  # Chromium asks for it beside bare JSON
    response = page.goto("/healthz")
    assert response.status == 200
    assert response.json() == {"status": "ok"}


def test_a_lost_visitor_gets_a_calm_and_accessible_page(page, complaints, axe):
    complaints.allow("status of 404")
    response = page.goto("/no/such/page")
    assert response.status == 404
    assert page.inner_text("h1") == "There is nothing at this address."
    assert axe(page) == []


def test_axe_finds_what_is_wrong(page, complaints, axe):
    complaints.allow("status of 404")
    page.goto("/no/such/page")
    page.evaluate("document.body.append(document.createElement('input'))")
    assert [fault.split()[0] for fault in axe(page)] == ["label"]


@pytest.mark.parametrize(
    "deed",
    [
        "console.error('oh')",
        "setTimeout(() => { throw new Error('oh') })",
        "document.body.setAttribute('style', 'color: red')",
        "document.head.append(Object.assign(document.createElement('script'), {text: '1'}))",
    ],
)
def test_a_page_that_complains_is_heard(page, complaints, deed):
    page.goto("/healthz")
    page.evaluate(f"() => {{ {deed} }}")
    for _ in range(200):  # the complaint arrives when the browser gets round to it
        if complaints.left():
            break
        page.wait_for_timeout(20)
    assert complaints.left()
    complaints.allow(".")


def test_htmx_and_the_fonts_load_under_the_content_policy(page):
    page.route(
        "**/trial",
        lambda route: route.fulfill(body=TRIAL, content_type="text/html", headers=HEADERS),
    )
    page.goto("/trial")
    page.wait_for_function("window.htmx?.version === '4.0.1'")
    load = f"Promise.all({FAMILIES}.map(name => document.fonts.load(`14px '${{name}}'`, 'aλ')))"
    assert [len(subsets) for subsets in page.evaluate(load)] == [2, 2, 1]


FAMILIES = ["Inter", "JetBrains Mono", "Noto Sans Math"]
TRIAL = """<!doctype html><title>trial</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/fonts.css">
<script src="/static/vendor/htmx.min.js" defer></script>"""
