"""Take README's pictures of the real page: `python -m tools.screenshots http://127.0.0.1:8000`.

Needs a running server, the development packages and Chromium.
"""

import sys
from itertools import accumulate
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from app.links import link
from tools import chromium

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SIZE = {"width": 1440, "height": 720}
STEP = 12  # of the neuron: o hands its gradient on through tanh
NETWORK = """x1, x2, y = data("moons")
mlp = MLP(2, [6, 6, 1], activation=tanh, seed=1)
o = tanh(mlp(x1, x2))
loss = mse(o, y)"""
UPDATE = 60
MOONS = (ROOT / "examples/moons.py").read_text("utf-8")
LARGE = {"width": 1440, "height": 900}
NEURON = ("loss", ".model[17]", ".layer1", ".neuron7")  # of one sample, and all around it


def main(address: str) -> None:
    """Write docs/page-*.png, a step; learn-*.png, a network that learns; fold-*.png, moons."""
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
            page.set_viewport_size(LARGE)
            opened = [*accumulate(NEURON)]
            page.goto(f"{address}{link(MOONS, {})}&open={quote(chr(10).join(opened))}")
            look_into(page, opened)
            take(page, f"fold-{scheme}.png")
        browser.close()


def look_into(page: Page, opened: list[str]) -> None:
    """Show the layer around the innermost of the open scopes, large enough for its numbers."""
    *_, layer, neuron = opened
    frame = page.wait_for_selector(f"#drawn .frame[data-box='{neuron}']").bounding_box()
    stage = page.locator("#canvas").bounding_box()
    at, to = ((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in (frame, stage))
    if page.is_visible("#not-now"):
        page.click("#not-now")
    page.mouse.move(*to)
    page.mouse.down()
    page.mouse.move(2 * to[0] - at[0], 2 * to[1] - at[1], steps=5)
    page.mouse.up()
    page.click(f"#crumbs [data-path='{layer}']")
    page.wait_for_timeout(1_000)  # ms, until the view is there
    page.click("#zoom-in", click_count=2)
    page.mouse.move(0, 0)
    page.wait_for_timeout(1_000)


def take(page: Page, name: str) -> None:
    """Write a picture once its letters are there and nothing moves."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function("() => document.getAnimations().length === 0")
    page.screenshot(path=DOCS / name)


if __name__ == "__main__":
    main(sys.argv[1])
