"""Painted frames a second while a run goes at full speed: graph, curve and boundary on the page.

A frame counts where the picture shows another update than at the frame before. Chromium without a
GPU paints at most 60 a second.
"""

from __future__ import annotations

from playwright.sync_api import Page, sync_playwright

from app.links import link
from bench.timing import Row, median_row
from tools import chromium

SECONDS = 20  # as many windows of one second
WARM = 2_000  # ms
NEURON = """x1, x2, y = data("moons")
w1, w2, b = param(-1), param(1), param(0)
o = tanh(x1*w1 + x2*w2 + b)
loss = mse(o, y)"""
NETWORK = """x1, x2, y = data("moons")
mlp = MLP(2, [8, 8, 1], activation=tanh, seed=1)
o = mlp(x1, x2)
loss = mse(o, y)"""
AIMS = {"a neuron": (NEURON, 50.0), "2-8-8-1": (NETWORK, 30.0)}  # frames a second
COUNT = """async (seconds) => {
  const canvas = document.getElementById("canvas");
  const counts = [];
  for (let second = 0; second < seconds; second += 1) {
    const end = performance.now() + 1000;
    let [count, last] = [0, canvas.dataset.update];
    while (performance.now() < end) {
      await new Promise(requestAnimationFrame);
      if (canvas.dataset.update !== last) count += 1;
      last = canvas.dataset.update;
    }
    counts.push(count);
  }
  return counts;
}"""


def rows(address: str) -> list[Row]:
    """Return a row for each program, none without a browser."""
    path = chromium.path()
    if path is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.flags())
        found = []
        for name, (source, aim) in AIMS.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            _begin(page, f"{address}{link(source, {})}&learn=1&play=1")
            counts = page.evaluate(COUNT, SECONDS)
            found.append(median_row(f"learning {name}: painted", "aim", counts, aim, "frames/s"))
            page.close()
        browser.close()
    return found


def _begin(page: Page, address: str) -> None:
    """Open a program learning at full speed, on the graph."""
    page.goto(address)
    page.wait_for_selector("#run.playing")
    page.select_option("#tempo", "")
    if page.locator("#views").is_visible():
        page.click("[data-view=graph]")
    page.wait_for_timeout(WARM)
