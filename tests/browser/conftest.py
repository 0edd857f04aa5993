"""Fixtures that drive real Chromium: `page`, which fails a test whose page complains, and `axe`.

Without a browser these tests skip loudly; with REQUIRE_BROWSER=1 in the environment they fail.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tools import chromium

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
GRAVE = {"serious", "critical"}


class Complaints:
    """What a page complained of: console errors, content policy reports, uncaught exceptions."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        # A refused program is a 422, which Chromium always reports; it is what the page expects.
        self.allowed = [re.compile(r"Failed to load resource: .* status of 422 ")]

    def allow(self, pattern: str) -> None:
        """Expect complaints that match; a 500 the test provokes, say."""
        self.allowed.append(re.compile(pattern))

    def listen(self, page: Page) -> None:
        """Note whatever this page complains of from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"uncaught: {error}"))
        page.on("crash", lambda _: self.heard.append("the page crashed"))

    def left(self) -> list[str]:
        """Return the complaints nobody expected."""
        return [said for said in self.heard if not any(p.search(said) for p in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = chromium.path()
    if path is None:
        sentence = f"NO BROWSER: none of {', '.join(chromium.NAMES)} is installed"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"{sentence}, and REQUIRE_BROWSER=1 asks for one")
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=chromium.flags())
        yield started
        started.close()


@pytest.fixture
def complaints() -> Complaints:
    """What `page` has complained of; call `complaints.allow(pattern)` for what a test provokes."""
    return Complaints()


@pytest.fixture
def browse(browser: Browser, server: str, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a fresh page with its own storage, alone in its context.

    Its keyword arguments are a browser context's: viewport, color_scheme, has_touch and the like.
    """
    contexts = []

    def open_page(**options: Any) -> Page:
        chosen = {"base_url": server, "viewport": {"width": 1440, "height": 900}, **options}
        contexts.append(browser.new_context(**chosen))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        complaints.listen(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints.left(), "\n".join(complaints.left())


@pytest.fixture
def page(browse: Callable[..., Page]) -> Page:
    """A fresh page with its own storage; `page.goto("/")` opens the server's first page."""
    return browse()


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Return a function that lists a page's serious and critical accessibility faults."""
    return faults


def faults(page: Page) -> list[str]:
    """Run axe-core in the page; the debugger's way in is not held by the content policy."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    # Without preload axe adds no <style>, which the policy would refuse.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [worded(each) for each in found["violations"] if each["impact"] in GRAVE]


def worded(violation: dict[str, Any]) -> str:
    """Say what is wrong, and where."""
    places = "; ".join(str(node["target"]) for node in violation["nodes"][:5])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {places}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that -m "not browser" leaves them out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
