"""Take README's pictures of the real page: `python -m tools.screenshots http://127.0.0.1:8000`.

Needs a running server, the development packages and Chromium.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools import chromium

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIZE = {"width": 1440, "height": 720}
STEP = 12  # of the neuron: o hands its gradient on through tanh


def main(address: str) -> None:
    """Write docs/page-light.png and docs/page-dark.png."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.flags())
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=SIZE, color_scheme=scheme, device_scale_factor=1.5)
            page.goto(f"{address}/?step={STEP}")
            page.wait_for_selector("#card math")
            page.evaluate("document.fonts.ready")
            page.wait_for_function("() => document.getAnimations().length === 0")
            page.screenshot(path=DOCS / f"page-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
