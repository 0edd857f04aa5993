"""What one sees and does while a run is on, in words: open it, wait for an update, read it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.sights import address, alive

MOONS = """x1, x2, y = data("moons")
w1, w2, b = param(-1), param(1), param(0)
n = x1*w1 + x2*w2 + b
o = tanh(n)
loss = mse(o, y)"""
LINE = 'x, y = data("line")\nw, b = 0.1, 0\nmse(w*x + b, y)'
NETWORK = """x1, x2, y = data("moons")
mlp = MLP(2, [4, 3, 1], activation=tanh, seed=1)
o = tanh(mlp(x1, x2))
loss = mse(o, y)"""


def learn(page: Page, source: str, **words: object) -> None:
    """Open a program learning, with these settings; wait for its first frame."""
    page.goto(address(source) + "&learn=1" + "".join(f"&{name}={w}" for name, w in words.items()))
    alive(page)
    page.wait_for_selector("#canvas[data-update]")


def update(page: Page) -> int:
    """Return the update that the page shows."""
    return int(page.locator("#canvas").get_attribute("data-update") or -1)


def reaches(page: Page, step: int) -> None:
    """Wait until the run stands at this update, and the picture shows it."""
    expect(page.locator("#canvas")).to_have_attribute("data-update", str(step))
    expect(page.locator("#at-update")).to_have_text(f"Update {step:,}")


def passes(page: Page, step: int) -> None:
    """Wait until the run has come this far."""
    page.wait_for_function(
        "step => Number(document.getElementById('canvas').dataset.update) >= step", arg=step
    )


def settle(page: Page) -> int:
    """Pause, wait until the last frame is there, and return the update."""
    page.locator("#run.playing").click()
    expect(page.locator("#run")).not_to_contain_class("playing")
    page.wait_for_function(
        """async () => {
          const at = document.getElementById('canvas').dataset.update;
          await new Promise((over) => setTimeout(over, 150));
          return at === document.getElementById('canvas').dataset.update;
        }"""
    )
    return update(page)


def loss(page: Page) -> str:
    return page.locator("#loss").inner_text()


def seen(page: Page) -> dict[str, Any]:
    """Return what the page says of the run: the numbers on the cards, the loss, the leaves."""
    return page.evaluate(
        """() => ({
          loss: document.getElementById('loss').textContent,
          cards: [...document.querySelectorAll('.card')].map((card) => [card.dataset.key,
            ...['.value', '.grad'].map((part) => card.querySelector(part).textContent)]),
          leaves: [...document.querySelectorAll('.leaf .number')].map((field) => field.value),
        })"""
    )


def percent(page: Page) -> float:
    """Return the accuracy that stands on the page."""
    return float(re.sub(r"[^0-9.]", "", page.locator("#accuracy").inner_text()))
