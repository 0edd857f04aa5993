"""Take README's pictures of the real page: `python -m tools.screenshots http://127.0.0.1:8000`.

Needs a running server, the development packages and Chromium.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.links import link
from tools import chromium

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIZE = {"width": 1440, "height": 720}
STEP = 12  # of the neuron: o hands its gradient on through tanh
NETWORK = """x1, x2, y = data("moons")
mlp = MLP(2, [6, 6, 1], activation=tanh, seed=1)
o = tanh(mlp(x1, x2))
loss = mse(o, y)"""
UPDATE = 60


def main(address: str) -> None:
    """Write docs/page-*.png, a step, and docs/learn-*.png, a network that learns."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.flags())
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=SIZE, color_scheme=scheme, device_scale_factor=1.5)
            page.goto(f"{address}/?step={STEP}")
            page.wait_for_selector("#card math")
            take(page, f"page-{scheme}.png")
            page.goto(f"{address}{link(NETWORK, {})}&optimizer=adam&lr=0.05&update={UPDATE}")
            page.wait_for_selector(f"#canvas[data-update='{UPDATE}']")
            page.click("[data-view=network]")
            page.wait_for_timeout(1_000)  # ms, for the neurons' own boundaries
            take(page, f"learn-{scheme}.png")
        browser.close()


def take(page: Page, name: str) -> None:
    """Write a picture once its letters are there and nothing moves."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function("() => document.getAnimations().length === 0")
    page.screenshot(path=DOCS / name)


if __name__ == "__main__":
    main(sys.argv[1])
