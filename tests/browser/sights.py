"""What one sees and does on the page, in words: open, write, the cards, the underlined words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from app.links import link

expect.set_options(timeout=15_000)  # ms; the machine may be busy

NEURON = """x1, x2 = 2, 0
w1, w2 = -3, 1
b = 6.8813735870195432
n = x1*w1 + x2*w2 + b
o = tanh(n)"""
SQUARE = "x = 3\ny = x*x"
TROUBLE = "x = 1\ninner = sqrt(x - 2)\ny = 2*sqrt(inner) + x"


def address(source: str, settings: Mapping[str, float] | None = None) -> str:
    """Return the link of a program with these inputs set."""
    return link(source, {name: float(number) for name, number in (settings or {}).items()})


def visit(page: Page, source: str | None = None, settings: Mapping[str, float] | None = None):
    """Open a program's link, or the first page, and wait until the page is alive."""
    page.goto("/" if source is None else address(source, settings))
    alive(page)


def walk(page: Page, source: str, step: int | None = None, **more: object) -> None:
    """Open a program at a step, or with what else the address may say of a walk."""
    said = {**({} if step is None else {"step": step}), **more}
    page.goto(address(source) + "".join(f"&{name}={word}" for name, word in said.items()))
    alive(page)
    if step is not None:
        at(page, step)


def at(page: Page, step: int, total: int | None = None) -> None:
    """Wait until the walk stands at a step, its card is there, and the picture shows it."""
    text = re.compile(rf"^Step {step} of {total or '[0-9]+'}$")
    expect(page.locator("#where")).to_have_text(text)
    expect(page.locator("#card .step")).to_have_attribute("aria-label", text)
    expect(page.locator("#canvas")).to_have_attribute("data-step", str(step))


def alive(page: Page) -> None:
    """Wait until the scripts have taken the page over."""
    page.wait_for_selector("#picture.held")


def write(page: Page, source: str) -> None:
    """Replace the program in one go, as a paste does, and wait until it is drawn."""
    page.fill("#source", source)
    drawn(page, source)


def drawn(page: Page, source: str, settings: Mapping[str, float] | None = None) -> None:
    """Wait until the picture is that of this program with these inputs set."""
    wanted = json.dumps(address(source, settings))
    page.wait_for_selector(f"#drawn[data-link={wanted}]", state="attached")


def card(page: Page, name: str) -> Locator:
    """Return the card of a label or of the words it stands for; the first if there are more."""
    return page.locator(f".card[data-key={json.dumps(name + '#1')}]")


def value(page: Page, name: str) -> Locator:
    """Return the value on a card."""
    return card(page, name).locator(".value")


def grad(page: Page, name: str) -> Locator:
    """Return the gradient on a card."""
    return card(page, name).locator(".grad")


def shows(page: Page, name: str, its_value: str, its_gradient: str) -> None:
    """Wait until a card shows these two numbers."""
    expect(value(page, name)).to_have_text(its_value)
    expect(grad(page, name)).to_have_text(its_gradient)


def leaf(page: Page, name: str) -> Locator:
    """Return a leaf's row under LEAVES."""
    return page.locator(f".leaf[data-name={json.dumps(name)}]")


def places(page: Page) -> dict[str, str]:
    """Return where every card stands in the drawing, by its name."""
    return page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.card')]"
        ".map(card => [card.dataset.key, card.getAttribute('transform')]))"
    )


def picture(page: Page) -> dict[str, Any]:
    """Return all that the picture says: cards with their texts and tones, wires with theirs."""
    return page.evaluate(
        """() => {
          const looks = (element) => [...element.classList]
            .filter((name) => !['lit', 'near', 'spoken'].includes(name)).sort().join(' ');
          return {
            cards: [...document.querySelectorAll('.card')].map((card) => [
              card.dataset.key, card.getAttribute('transform'), looks(card),
              card.getAttribute('aria-label'), card.textContent,
              card.querySelector('.bar').getAttribute('x'),
              card.querySelector('.bar').getAttribute('width')]),
            wires: [...document.querySelectorAll('.wire')].map((wire) =>
              [wire.getAttribute('d'), looks(wire), wire.getAttribute('stroke-width')]),
            view: document.querySelector('.graph').getAttribute('viewBox'),
          };
        }"""
    )


def marked(page: Page, name: str) -> list[list[Any]]:
    """Return the words a highlight is on, as [line, column in UTF-16 units, words]; 1-based."""
    return page.evaluate(
        """(name) => [...(CSS.highlights.get(name) ?? [])].map((range) => [
          [...document.getElementById('mirror').children]
            .findIndex((line) => line.firstChild === range.startContainer) + 1,
          range.startOffset + 1, range.toString()])""",
        name,
    )


def marks(page: Page, name: str, words: list[list[Any]]) -> None:
    """Wait until a highlight is on exactly these words."""
    page.wait_for_function(
        """([name, wanted]) => JSON.stringify([...(CSS.highlights.get(name) ?? [])].map((range) => [
          [...document.getElementById('mirror').children]
            .findIndex((line) => line.firstChild === range.startContainer) + 1,
          range.startOffset + 1, range.toString()]).sort()) === JSON.stringify(wanted.sort())""",
        arg=[name, words],
    )


def still(page: Page) -> None:
    """Wait until nothing moves any more."""
    page.wait_for_function("() => document.getAnimations().length === 0")


def middle(locator: Locator) -> tuple[float, float]:
    """Return the middle of what is there, in px of the window."""
    box = locator.bounding_box()
    assert box, "it is not shown"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def point_at_word(page: Page, line: int, word: str, within: float = 0.5) -> None:
    """Move the pointer onto the first such word of a line; `within` is the share of its width."""
    x, y = page.evaluate(
        """([line, word, within]) => {
          const text = document.getElementById('mirror').children[line - 1].firstChild;
          const at = text.data.indexOf(word);
          const range = new Range();
          range.setStart(text, at);
          range.setEnd(text, at + word.length);
          const [box] = range.getClientRects();
          return [box.left + box.width * within, box.top + box.height / 2];
        }""",
        [line, word, within],
    )
    page.mouse.move(x, y)


def lit(page: Page) -> dict[str, list[str]]:
    """Return the names of the cards that are lit, and of those lit beside them."""
    return page.evaluate(
        """() => {
          const names = (looks) => [...document.querySelectorAll(`.card.${looks}`)]
            .map((card) => card.dataset.key.replace(/#1$/, '')).sort();
          return {lit: names('lit'), near: names('near')};
        }"""
    )


def lights(page: Page, name: str | None, near: list[str] | None = None) -> None:
    """Wait until this card alone is lit (or none), and beside it these."""
    page.wait_for_function(
        """([name, near]) => {
          const names = (looks) => [...document.querySelectorAll(`.card.${looks}`)]
            .map((card) => card.dataset.key.replace(/#1$/, '')).sort().join();
          return names('lit') === (name ?? '')
            && (near === null || names('near') === near.sort().join());
        }""",
        arg=[name, near],
    )


def focused(page: Page) -> str:
    """Return the name of what has the focus: a card's, an id, or what a screen reader says."""
    return page.evaluate(
        """() => {
          const at = document.activeElement;
          return at.dataset.key?.replace(/#1$/, '') || at.id || at.getAttribute('aria-label')
            || (at.querySelector('strong') ?? at).textContent.trim();
        }"""
    )
