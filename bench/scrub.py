"""Scrubbing: from the slider's input to the frame that shows the step, in real Chromium.

The slider is set once an animation frame, as a drag does: over the whole walk, then back one step
at a time. A step's time ends when the page has painted; steps a second also count what the browser
draws after that, since a frame it has not kept up with delays the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import quantiles

from playwright.sync_api import Page, Request, sync_playwright

from bench.programs import lines
from bench.timing import Row, median_row
from tools import chromium

SIZES = (200, 5_000)  # nodes
SPREAD = 240  # steps of a drag over the whole walk
SINGLE = 60  # steps back, one by one
BUDGET = 1e3 / 30  # ms a step: thirty a second
QUIET = 1_000  # ms until nothing is under way
DRAW = """source => {
  const area = document.getElementById("source");
  area.value = source;
  area.dispatchEvent(new Event("input"));
}"""
DRAWN = "nodes => document.querySelectorAll('#drawn .card').length > nodes / 2"
WATCH = """
window.shifts = [];
window.places = () => [...document.querySelectorAll("#drawn .card, #transport > *")].map((each) => {
  const { x, y } = each.getBoundingClientRect();
  return `${each.id || each.dataset.node} ${x.toFixed(1)} ${y.toFixed(1)}`;
});
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.shifts.push(value);
}).observe({ type: "layout-shift" });
"""
SCRUB = """async (steps) => {
  const scrub = document.getElementById("scrub");
  const frame = () => new Promise(requestAnimationFrame);
  const painted = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  });
  const times = [];
  await frame();
  const start = performance.now();
  for (const step of steps) {
    const set = performance.now();
    scrub.value = step;
    scrub.dispatchEvent(new Event("input", { bubbles: true }));
    await painted();
    times.push(performance.now() - set);
    await frame();
  }
  return { times, seconds: (performance.now() - start) / 1e3 };
}"""


def rows(address: str) -> list[Row]:
    """Return the rows of every size, none without a browser."""
    path = chromium.path()
    if path is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.flags())
        found: list[Row] = []
        for nodes in SIZES:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            total = _begin(page, nodes)
            found += _scrub(page, f"scrub {nodes:,} nodes", _drag(total))
            page.close()
        browser.close()
    return found


def _begin(page: Page, nodes: int) -> int:
    """Draw a program and take the first step of its walk; return how many it has."""
    page.evaluate(DRAW, lines(nodes))
    page.wait_for_function(DRAWN, arg=nodes, timeout=60_000)
    page.wait_for_timeout(QUIET)
    with page.expect_response("**/walk/steps"):
        page.click("#next")
    page.wait_for_timeout(QUIET)
    return int(page.get_attribute("#scrub", "max") or 0)


def _drag(total: int) -> list[int]:
    """Return the steps of a drag: over the whole walk, then back one by one from among its last."""
    spread = [1 + round(place * (total - 1) / (SPREAD - 1)) for place in range(SPREAD)]
    return [*spread, *range(total - 1, max(total - 1 - SINGLE, 0), -1)]


def _scrub(page: Page, work: str, steps: list[int]) -> Iterator[Row]:
    """Drag the slider over these steps; yield what was measured."""
    page.evaluate(WATCH)
    before = page.evaluate("window.places()")
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", note)
    done = page.evaluate(SCRUB, steps)
    page.wait_for_timeout(QUIET)
    after = page.evaluate("window.places()")
    times = done["times"]
    yield median_row(f"{work}: step to paint", "aim", times, BUDGET, "ms")
    yield Row(f"{work}: 95th percentile", "aim", quantiles(times, n=20)[-1], BUDGET, "ms")
    yield Row(f"{work}: each, all in all", "aim", 1e3 * done["seconds"] / len(steps), BUDGET, "ms")
    yield Row(f"{work}: layout shift", "", sum(page.evaluate("window.shifts")), None, "score")
    moved = sum(old != new for old, new in zip(before, after, strict=True))
    yield Row(f"{work}: moved", "", moved, None, "cards and controls")
    for path in ("steps", "card"):
        asked = [request for request in requests if request.url.endswith(f"/walk/{path}")]
        size = sum(request.sizes()["responseBodySize"] for request in asked)
        yield Row(f"{work}: /walk/{path}", "", len(asked), None, f"requests, {size / 1e3:.0f} kB")
