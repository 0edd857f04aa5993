"""Looks: nothing overlaps, nothing is cut off, the fonts are ours, every text can be read."""

import pytest

from tests.browser.learning import NETWORK, learn, reaches
from tests.browser.sights import NEURON, TROUBLE, expect, leaf, visit, walk

WIDTHS = (360, 768, 1440)
DENSE = """a_rather_long_name = 1234567.891
重さ = -0.000012345
𝛼β = 6.02214076e23
y = sigmoid(a_rather_long_name*重さ)*(𝛼β - 1e-9) + leaky_relu(重さ) + a_rather_long_name^2
z = softplus(重さ/y) + max(y, 𝛼β) + 0.333333333"""

# Boxes of one group that lie over one another, or stick out of the group they stand in.
CLASHES = """() => {
  const clashes = [];
  const name = (element) => element.id || element.getAttribute('aria-label')
    || element.className || element.tagName;
  const seen = (element) => element.checkVisibility({visibilityProperty: true})
    && element.getBoundingClientRect().width > 0 && !element.matches('.unseen, [type=hidden]');
  const groups = '.top, .side, .leaf, .zoom, .stage, .desk, .transport';
  for (const group of document.querySelectorAll(groups)) {
    const outer = group.getBoundingClientRect();
    const parts = [...group.children].filter(seen)
      .map((part) => [part, part.getBoundingClientRect()]);
    for (const [place, [part, box]] of parts.entries()) {
      if (box.left < outer.left - 1 || box.right > outer.right + 7) {
        clashes.push(`${name(part)} sticks out of ${name(group)}`);
      }
      if (group.matches('.stage')) continue;
      for (const [other, its] of parts.slice(place + 1)) {
        const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
        const along = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
        if (across > 1 && along > 1) clashes.push(`${name(part)} lies over ${name(other)}`);
      }
    }
  }
  return clashes;
}"""

# Texts that leave their card, or run into one another.
SPILT = """() => {
  const spilt = [];
  for (const card of document.querySelectorAll('.card')) {
    const rim = card.querySelector('.rim').getBBox();
    const boxes = Object.fromEntries(['name', 'value', 'word', 'grad']
      .map((part) => [part, card.querySelector('.' + part).getBBox()]));
    for (const [part, box] of Object.entries(boxes)) {
      if (box.width && (box.x < rim.x || box.x + box.width > rim.x + rim.width
          || box.y < rim.y || box.y + box.height > rim.y + rim.height)) {
        spilt.push(`${part} of ${card.dataset.key}`);
      }
    }
    for (const [left, right] of [['name', 'value'], ['word', 'grad']]) {
      const end = boxes[left].x + boxes[left].width;
      if (boxes[left].width && boxes[right].width && end > boxes[right].x) {
        spilt.push(`${left} runs into ${right} of ${card.dataset.key}`);
      }
    }
    const badge = card.querySelector('.badge');
    if (badge) {
      const [text, round] = ['text', 'rect'].map((part) => badge.querySelector(part).getBBox());
      if (text.x < round.x || text.x + text.width > round.x + round.width) {
        spilt.push(`badge of ${card.dataset.key}`);
      }
      if (boxes.name.width && boxes.name.x < round.x + round.width) {
        spilt.push(`badge runs into name of ${card.dataset.key}`);
      }
    }
  }
  return spilt;
}"""

# Parts of the panel that are wider than it.
CUT = """() => [...document.querySelectorAll('.explained, .tools')]
  .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.className)"""

# Texts of the picture against what they stand on: the pairs below WCAG AA's 4.5.
PALE = """() => {
  const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const light = (colour) => {
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data]
      .map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pale = [];
  const check = (text, ground) => {
    const ink = getComputedStyle(text).fill;
    const pair = [light(ink), light(ground)].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) pale.push(`${text.textContent} ${ink} on ${ground}: ${contrast}`);
  };
  for (const card of document.querySelectorAll('.card')) {
    const ground = getComputedStyle(card.querySelector('.rim')).fill;
    for (const text of card.querySelectorAll(':scope > text')) check(text, ground);
    for (const badge of card.querySelectorAll('.badge')) {
      check(badge.querySelector('text'), getComputedStyle(badge.querySelector('rect')).fill);
    }
  }
  for (const text of document.querySelectorAll('.times')) {
    check(text, getComputedStyle(document.body).backgroundColor);
  }
  return pale;
}"""


def tidy(page):
    """Check that nothing overlaps, nothing is cut off, and all can be read."""
    page.evaluate("document.fonts.ready.then(() => {})")
    wide = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    assert len(set(page.evaluate(wide))) == 1, "the page scrolls sideways"
    for fault in (CLASHES, SPILT, PALE, CUT):
        assert page.evaluate(fault) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overlaps_nothing_is_cut_off_and_all_can_be_read(browse, width, scheme):
    page = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for source, settings in (
        (NEURON, {"x1": 7.25}),
        (TROUBLE, {}),
        (DENSE, {}),
        ("y = tnh(x)", {}),
    ):
        visit(page, source, settings)
        tidy(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_walk_looks_as_tidy(browse, width, scheme):
    page = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for source, step, more in (
        (NEURON, 3, {}),
        (NEURON, 16, {"node": "w1%231"}),
        (NEURON, 19, {"grain": "edge"}),
        (DENSE, 30, {"broken": "overwrite"}),
        (NEURON, 9, {"predict": 1}),
    ):
        walk(page, source, step, **more)
        tidy(page)


@pytest.mark.parametrize("width", [360, 1440])
def test_the_menus_open_within_the_window(browse, width):
    page = browse(viewport={"width": width, "height": 700})
    visit(page)
    for menu in ("examples", "help"):
        page.locator(f"[popovertarget={menu}]").click()
        box = page.locator(f"#{menu}").bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 700
        sideways = f"(() => {{ const m = document.getElementById('{menu}');"
        assert page.evaluate(f"{sideways} return m.scrollWidth - m.clientWidth; }})()") <= 0
        page.keyboard.press("Escape")


def test_the_fonts_are_ours(page):
    visit(page, "λ = 2\nλ*λ")
    page.evaluate("document.fonts.ready.then(() => {})")
    loaded = page.evaluate(
        """[...document.fonts].filter(font => font.status === 'loaded')
        .map(font => font.family.replaceAll('"', ''))"""
    )
    assert {"Inter", "JetBrains Mono"} <= set(loaded)
    for text, family in ((".card .name", "JetBrains Mono"), ("#mirror", "JetBrains Mono")):
        font = page.eval_on_selector(text, "it => getComputedStyle(it).fontFamily")
        assert font.startswith(f'"{family}"')


def test_the_first_picture_is_whole_and_large_on_a_desk(page):
    visit(page)
    drawing = page.locator(".graph").bounding_box()
    canvas = page.locator("#canvas").bounding_box()
    assert drawing["x"] >= canvas["x"]
    assert drawing["x"] + drawing["width"] <= canvas["x"] + canvas["width"]
    assert drawing["width"] > 0.8 * canvas["width"]


def test_numbers_end_where_the_editor_ends(page):
    visit(page)
    editor = page.locator(".editor").bounding_box()
    field = page.evaluate(
        """() => {
          const field = document.querySelector('.leaf .number');
          const style = getComputedStyle(field);
          return field.getBoundingClientRect().right
            - parseFloat(style.paddingRight) - parseFloat(style.borderRightWidth);
        }"""
    )
    assert abs(editor["x"] + editor["width"] - field) <= 1


def test_a_set_leaf_looks_set(page):
    visit(page, NEURON, {"b": 1})
    plain, changed = (
        leaf(page, name).get_by_role("textbox").evaluate("it => getComputedStyle(it).color")
        for name in ("x1", "b")
    )
    assert plain != changed
    expect(leaf(page, "b").get_by_role("button")).to_be_visible()
    expect(leaf(page, "x1").locator(".back")).to_be_hidden()


def test_at_twice_the_size_the_page_still_works(browse):
    page = browse(viewport={"width": 720, "height": 450}, device_scale_factor=2)
    visit(page, NEURON)
    assert page.evaluate("document.documentElement.scrollWidth") == 720
    assert page.evaluate(CLASHES) == []


def test_without_scripts_the_program_and_its_picture_are_there(browse):
    page = browse(java_script_enabled=False)
    page.goto("/")
    assert page.locator(".card").count() == 10
    assert "tanh(n)" in page.locator("#source").input_value()
    drawing, canvas = page.locator(".graph").bounding_box(), page.locator("#canvas").bounding_box()
    assert drawing["width"] <= canvas["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_learning_looks_as_tidy(browse, width, scheme):
    page = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    learn(page, NETWORK, split=0.2)
    page.locator("#update").click()
    reaches(page, 1)
    page.locator("#more summary").click()
    page.locator("#confused").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CLASHES) == []
