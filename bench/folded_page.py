"""Large programs on the page: pasted, unfolded, moved about, refused; in real Chromium.

    python -m bench.folded_page      the rows alone

The clock is the page's own. It starts as the text is set and `input` fires, or as the pointer is
let go, and stops one frame after the first frame that follows the swap. The 120 ms that the page
waits for a further key are part of a paste. The server is a process of its own, new at the
beginning, so that what it holds in memory is what these rows have cost.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from bench import server
from bench.environment import ROOT
from bench.programs import network
from bench.timing import HEAD, Row
from tools import chromium

MOONS = (ROOT / "examples" / "moons.py").read_text("utf-8")
BOXES = {
    "the samples' stack": "loss.model[0]",
    "layer1": "loss.model[0].layer1",
    "a neuron": "loss.model[0].layer1.neuron1",
}  # each within the one before
ROUNDS = 5
TRIES = 4  # clicks at most, where the page was too busy to take one
PASTE_AIM, GESTURE_AIM = 3_000.0, 300.0  # ms
FRAMES_AIM = 50.0  # frames/s
MEMORY_AIM = 400.0  # MB
MOVED = network(2, 13, 13, 1)
SECONDS = 6  # as many windows of one second, each of panning and of zooming
QUIET = 700  # ms until nothing moves or is under way
CHAIN = "x = 1e-4\ny = x\nfor i in range(10_000):\n    y = y + x"
SUM = "x = 0.5\nterms = []\nfor i in range(10_000):\n    terms.append(x*x)\ntotal = sum(terms)"
MILLION = "x = 0.5\nfor i in range(1_000):\n    for j in range(1_000):\n        y = x*x"
CLOCK = """() => {
  window.painted = (begin, patience) => new Promise((resolve) => {
    let start = performance.now();
    const told = (status) => resolve({ ms: performance.now() - start, status });
    document.addEventListener("htmx:after:swap", ({ detail }) => {
      const status = detail.ctx.response?.status ?? 0;
      requestAnimationFrame(() => requestAnimationFrame(() => told(status)));
    }, { once: true });
    setTimeout(told, patience, 0);
    begin(() => { start = performance.now(); });
  });
}"""
PASTE = """source => window.painted(() => {
  const area = document.getElementById("source");
  area.value = source;
  area.dispatchEvent(new Event("input"));
}, 100_000)"""
LET_GO = """() => {
  window.letGo = window.painted((again) => {
    document.addEventListener("pointerup", again, { once: true, capture: true });
  }, 10_000);
}"""
# A hand that has just let go is not a click yet.
AT_REST = "!document.getElementById('canvas').classList.contains('moving')"
# A point where a click falls on the element, and on no pager in it.
POINT = """selector => {
  const element = document.querySelector(selector);
  const { left, top, width, height } = element.getBoundingClientRect();
  for (const down of [0.5, 0.2, 0.35, 0.65]) {
    for (const right of [0.5, 0.2, 0.8]) {
      const [x, y] = [left + right * width, top + down * height];
      const at = document.elementFromPoint(x, y);
      if (at && element.contains(at) && !at.closest("[data-page-to]")) return [x, y];
    }
  }
  return null;
}"""
IN_VIEW = """() => {
  const { left, top, right, bottom } = document.getElementById("canvas").getBoundingClientRect();
  return [...document.querySelectorAll("#drawn :is(.card, .box, .frame, .wire)")].filter((each) => {
    const at = each.getBoundingClientRect();
    return at.right > left && at.left < right && at.bottom > top && at.top < bottom;
  }).length;
}"""
# A frame counts where the picture stands elsewhere than at the frame before.
MOVE = """async ([seconds, hand]) => {
  const canvas = document.getElementById("canvas");
  const svg = document.querySelector("#drawn > svg");
  const box = canvas.getBoundingClientRect();
  const middle = [box.left + box.width / 2, box.top + box.height / 2];
  canvas.setPointerCapture = () => {};  // a hand that is made up can't be captured
  const fire = (kind, x) => canvas.dispatchEvent(new PointerEvent(kind, {
    pointerId: 7, button: 0, clientX: middle[0] + x, clientY: middle[1], bubbles: true,
  }));
  const turn = (deltaY) => canvas.dispatchEvent(new WheelEvent("wheel", {
    deltaY, clientX: middle[0], clientY: middle[1], bubbles: true, cancelable: true,
  }));
  const counts = [];
  let [tick, last] = [0, svg.style.transform];
  if (hand) fire("pointerdown", 0);
  for (let second = 0; second < seconds; second += 1) {
    const end = performance.now() + 1000;
    let count = 0;
    while (performance.now() < end) {
      if (hand) fire("pointermove", 60 * Math.sin(tick / 10));
      else turn(tick % 40 < 20 ? 12 : -12);
      tick += 1;
      await new Promise(requestAnimationFrame);
      if (svg.style.transform !== last) count += 1;
      last = svg.style.transform;
    }
    counts.push(count);
  }
  if (hand) fire("pointerup", 0);
  return counts;
}"""


def rows() -> list[Row]:
    """Return all rows, none without a browser."""
    path = chromium.path()
    if path is None:
        return []
    with server.process() as (address, pid), sync_playwright() as playwright:
        memory = [("started", _megabytes(pid))]
        browser = playwright.chromium.launch(executable_path=path, args=chromium.flags())
        found = [*_pastes(browser, address)]
        memory.append(("moons.py drawn", _megabytes(pid)))
        found += _gestures(browser, address)
        memory.append((f"{ROUNDS} more of its size unfolded", _megabytes(pid)))
        found += [*_moves(browser, address), *_large(browser, address)]
        browser.close()
        memory += [("after all", _megabytes(pid)), ("at most", _megabytes(pid, "VmHWM"))]
    for when, size in memory:
        if size is not None:
            found.append(Row(f"the server's memory, {when}", "aim", size, MEMORY_AIM, "MB"))
    return found


def _pastes(browser: Browser, address: str) -> Iterator[Row]:
    """Paste the lesson as it stands: to a server that never read it, then to one that has."""
    times = [_pasted(browser, address, MOONS)[0] for _ in range(ROUNDS + 1)]
    work = "moons.py pasted, to paint"
    yield Row(f"{work}: the first time", "aim", times[0], PASTE_AIM, "ms")
    yield _row(f"{work}: again", times[1:], PASTE_AIM)


def _gestures(browser: Browser, address: str) -> Iterator[Row]:
    """Unfold and fold a box within a box; each round has a text that no cache knows."""
    times: dict[str, list[float]] = {}
    for run in range(ROUNDS):
        page = _page(browser, address)
        _paste(page, f"{MOONS}# {run}\n")
        for name, path in BOXES.items():
            box, button = f'.box[data-box="{path}"]', f'[data-fold="{path}"]'
            if not page.locator(button).count():
                _clicked(page, box)
            times.setdefault(f"{name} folded", []).append(_clicked(page, button))
            times.setdefault(f"{name} unfolded", []).append(_clicked(page, box))
        page.close()
    for what, each in times.items():
        yield _row(f"moons.py, {what}", each, GESTURE_AIM)
        yield Row(f"moons.py, {what}: the largest", "aim", max(each), GESTURE_AIM, "ms")


def _moves(browser: Browser, address: str) -> Iterator[Row]:
    """Pan and zoom a picture that is whole in view."""
    page = _page(browser, address, f"?p={quote(MOVED)}&open=*9")
    page.click("#fit")
    page.wait_for_timeout(QUIET)
    count = page.evaluate(IN_VIEW)
    for how, hand in (("panned", True), ("zoomed", False)):
        counts = page.evaluate(MOVE, [SECONDS, hand])
        low, middle, high = statistics.quantiles(counts, n=4)
        work = f"{count:,} elements in view, {how}"
        yield Row(work, "aim", middle, FRAMES_AIM, "frames/s", low, high)
    page.close()


def _large(browser: Browser, address: str) -> Iterator[Row]:
    """Paste what loops make: much, and too much."""
    for work, source in (
        ("a chain of 10,000 by a loop", CHAIN),
        ("a sum of 10,000 by a loop", SUM),
        ("1,000,000 products by loops", MILLION),
    ):
        ms, status = _pasted(browser, address, source)
        said = {200: "drawn", 0: "no answer"}.get(status, "refused")
        yield Row(f"{work}, paste to paint", "aim", ms, PASTE_AIM, f"ms, {said} ({status})")


def _pasted(browser: Browser, address: str, source: str) -> tuple[float, int]:
    """Paste a program into a page that is new; return the time and the status."""
    page = _page(browser, address)
    done = _paste(page, source)
    page.close()
    return done


def _page(browser: Browser, address: str, query: str = "") -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/{query}")
    page.wait_for_selector("#drawn svg")
    page.wait_for_timeout(QUIET)
    page.evaluate(CLOCK)
    return page


def _paste(page: Page, source: str) -> tuple[float, int]:
    done = page.evaluate(PASTE, source)
    page.wait_for_timeout(QUIET)
    return done["ms"], done["status"]


def _clicked(page: Page, selector: str) -> float:
    """Click an element, brought into view if need be; return the time."""
    for _ in range(TRIES):
        page.wait_for_function(AT_REST)
        at = page.evaluate(POINT, selector)
        if at is None:
            page.click("#fit")
        else:
            page.evaluate(LET_GO)
            page.mouse.click(*at)
            done = page.evaluate("window.letGo")
        page.wait_for_timeout(QUIET)
        if at is not None and done["status"] == 200:
            time: float = done["ms"]
            return time
    raise AssertionError(f"a click on {selector} changed nothing")


def _row(work: str, times: list[float], aim: float) -> Row:
    low, middle, high = statistics.quantiles(times, n=4)
    return Row(work, "aim", middle, aim, "ms", low, high)


def _megabytes(pid: int, what: str = "VmRSS") -> float | None:
    """Return what a process holds in memory, None where the system doesn't say."""
    known = Path(f"/proc/{pid}/status")
    lines = known.read_text("ascii").splitlines() if known.is_file() else []
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if what in line), None)


if __name__ == "__main__":
    print(HEAD)
    print("\n".join(row.line() for row in rows()))
