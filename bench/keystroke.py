"""From the last key to the frame that shows the new picture, in real Chromium.

The clock is the page's own: it starts at the `input` event and stops one frame after the first
frame that follows the swap of what was typed last. The 120 ms that the page waits for a further key
are taken off. Each run types an ending that no cache knows; every other one adds other nodes.
"""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from bench.programs import DRAWN
from bench.timing import RUNS, Row, median_row
from tools import chromium

AIMS = {"the neuron": 150.0, "3-4-4-1 network": 300.0}  # ms
TYPING_DELAY = 120.0  # ms, of the page
CLOCK = """
window.painted = [];
const area = document.getElementById("source");
let typed = 0, waiting = false;
area.addEventListener("input", () => { typed = performance.now(); waiting = true; }, true);
document.addEventListener("htmx:after:swap", () => {
  const link = document.getElementById("drawn").dataset.link;
  const drawn = new URLSearchParams(link.slice(link.search(/[?#]/) + 1)).get("p");
  if (!waiting || drawn !== area.value) return;
  waiting = false;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    window.painted.push(performance.now() - typed);
  }));
});
"""
RESET = """source => {
  const area = document.getElementById("source");
  area.value = source;
  area.focus();
  area.setSelectionRange(source.length, source.length);
}"""


def rows(address: str) -> tuple[list[Row], str]:
    """Return the rows of both programs, none without a browser, and the browser's version."""
    path = chromium.path()
    if path is None:
        return [], "absent: no keystrokes were measured"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.flags())
        found = []
        for name, source in DRAWN.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{address}/?p={quote(source)}")
            times = _typed(page, source)
            page.close()
            found.append(median_row(f"{name}: key to paint", "aim", times, AIMS[name], "ms"))
        version = browser.version
        browser.close()
    return found, version


def _typed(page: Page, source: str) -> list[float]:
    page.wait_for_selector("#drawn svg")
    page.evaluate(CLOCK)
    for run in range(RUNS + 1):
        page.evaluate(RESET, source)
        page.keyboard.type(f" + {run + 1}*x1" if run % 2 else f" - {run + 1}e-9")
        page.wait_for_function("count => window.painted.length > count", arg=run)
        page.wait_for_timeout(250)  # until the cards have come to rest
    painted: list[float] = page.evaluate("window.painted")
    return [time - TYPING_DELAY for time in painted[1:]]
