"""A page for the plots alone: the modules as they are served, fed with made-up frames."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from app.security import POLICY

SETTLED = """async () => {
  const frames = () => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done)));
  await frames();
  await document.fonts.ready;
  await frames();
}"""
HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Plots</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/static/fonts.css"><link rel="stylesheet" href="/static/tokens.css">
<link rel="stylesheet" href="/static/app.css">
<link rel="stylesheet" href="/static/plots.css"><script src="/static/paint-frames.js" type="module">
</script></head><body><main id="host">%s</main></body></html>"""

# What the tests build frames with; rows are lists of numbers, the target last.
FRAMES = """
Object.assign(document.body.style, {display: 'block', height: 'auto'});
window.said = [];
window.take = (name) => (...what) => window.said.push([name, ...what]);
window.samplesOf = (rows, more = {}) => ({
  columns: ['x1', 'x2', 'y'].slice(-rows[0].length), rows: Float32Array.from(rows.flat()),
  at: Uint32Array.from(rows.keys()), test: Uint8Array.from(rows, () => 0),
  count: rows.length, classes: [-1, 1], labels: [], ...more});
window.fieldOf = (answer, more = {}) => {
  const [side, numbers] = [40, []];
  for (let row = 0; row < side; row += 1) for (let column = 0; column < side; column += 1)
    numbers.push(answer(2 * (column + 0.5) / side - 1, 2 * (row + 0.5) / side - 1));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const level = (number) => Math.round(255 * (number - low) / (high - low || 1));
  return {node: 5, width: side, height: side, domain: [[-1, 1], [-1, 1]], low, high,
    cells: Uint8Array.from(numbers, level), ...more};
};
window.ready = true;
"""

# The nearest of the page's colours to a px of a canvas; those of a field also on the way to them.
COLOUR = """([selector, x, y, names]) => {
  const canvas = document.querySelector(selector);
  const [dpr, probe] = [devicePixelRatio, document.createElement('span')];
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color.match(/[0-9.]+/g).slice(0, 3).map(Number);
  };
  const [left, top] = [Math.round(x * dpr), Math.round(y * dpr)];
  const seen = canvas.getContext('2d').getImageData(left, top, 1, 1).data;
  const sharesOf = (name) =>
    ['bg', 'accent', 'trouble'].includes(name) ? [1] : [0.3, 0.45, 0.6, 0.8, 1];
  const ground = read('bg');
  let [best, least] = ['nothing', Infinity];
  for (const name of names) for (const share of sharesOf(name)) {
    const colour = read(name).map((part, at) => ground[at] + (part - ground[at]) * share);
    const far = Math.hypot(...colour.map((part, at) => part - seen[at]));
    if (seen[3] && far < least) [best, least] = [name, far];
  }
  probe.remove();
  return best;
}"""


def plots(page: Page, parts: str) -> None:
    """Open a page with these elements, under the content policy of the real one."""
    headers = {"content-security-policy": POLICY, "content-type": "text/html"}
    page.route("**/plots", lambda route: route.fulfill(body=HTML % parts, headers=headers))
    script = {"body": FRAMES, "content_type": "text/javascript"}
    page.route("**/static/paint-frames.js", lambda route: route.fulfill(**script))
    page.goto("/plots")
    page.wait_for_function("window.ready")


def run(page: Page, script: str, argument: Any = None) -> Any:
    """Run a script that may await, and wait until what it has changed is painted."""
    found = page.evaluate(f"async (given) => {{ {script} }}", argument)
    page.evaluate(SETTLED)
    return found


def colour(page: Page, selector: str, x: float, y: float, *names: str) -> str:
    """Return which of the page's colours a place of a canvas, in CSS px, comes nearest to."""
    among = list(names) or ["bg", "positive", "negative", "parameter", "accent", "trouble"]
    return page.evaluate(COLOUR, [selector, x, y, among])


def counted(page: Page, selector: str, name: str) -> int:
    """Return how many px of a canvas have exactly one of the page's colours."""
    return page.evaluate(
        """([selector, name]) => {
          const canvas = document.querySelector(selector);
          const probe = document.createElement('span');
          document.body.append(probe);
          probe.style.color = `var(--${name})`;
          const wanted = getComputedStyle(probe).color.match(/[0-9.]+/g).map(Number);
          probe.remove();
          const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let found = 0;
          for (let at = 0; at < data.length; at += 4) {
            found += wanted.every((part, place) => Math.abs(data[at + place] - part) < 3);
          }
          return found;
        }""",
        [selector, name],
    )


def said(page: Page) -> list[list[Any]]:
    """Return what the plots have called back, and forget it."""
    return page.evaluate("window.said.splice(0)")


def told(page: Page) -> str:
    """Return what was last said to who does not see the plot."""
    return page.locator(".unseen[role=status]").inner_text()
