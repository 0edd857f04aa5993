"""A network drawn as a network: its neurons, its wires, and the buttons that rewrite the text."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.plotting import colour, plots, run, said, told
from tests.browser.sights import visit

MLP = 'x1, x2, y = data("moons")\no = MLP(2, [4, 3, 1], seed=1)(x1, x2)  # [4, 3, 1]\n'

# A program's first list of sizes as the server would describe it: nodes 0 and 1 are the inputs, a
# neuron's weights, its bias and itself follow one another.
DESCRIBE = """
window.describe = (source, name = 'mlp', nth = 0) => {
  const list = [...source.matchAll(/\\[.*?\\]/gs)][nth];
  const before = source.slice(0, list.index).split('\\n');
  const [line, column] = [before.length, [...before.at(-1)].length + 1];
  let [next, operands] = [2, [0, 1]];
  const layers = list[0].slice(1, -1).split(',').map(Number).map((size, at) => {
    const layer = Array.from({length: size}, (_, place) => {
      const weights = operands.map(() => next++);
      const bias = next++;
      const named = `${name}.layer${at + 1}.neuron${place + 1}`;
      return {name: named, weights, bias, operands, node: next++};
    });
    operands = layer.map(({node}) => node);
    return layer;
  });
  window.count = next;
  const span = [line, column, line, column + list[0].length];
  return {name, sizes: layers.map((layer) => layer.length), span, inputs: [0, 1], layers};
};
window.thumbsOf = (count, answer) => ({size: 12, cells: Uint8Array.from({length: count * 144},
  (_, at) => 128 + 127 * answer(Math.floor(at / 144), at % 12, Math.floor(at / 12) % 12))});
"""
NETWORK = """
const { Network } = await import('/static/network.js');
window.redraw = (source) => network.draw([describe(source)], source);
window.rewrite = (source) => { take('rewrite')(source); redraw(source); };
window.network = new Network(document.getElementById('net'),
  {rewrite: (source) => rewrite(source), pick: take('pick')});
redraw(given);
"""


def show(page, source=MLP, width=900, height=640):
    """Draw a program's network in a view of this size."""
    plots(page, '<div id="view"><div id="net"></div></div>')
    run(
        page,
        """const size = {position: 'relative', width: `${given[0]}px`, height: `${given[1]}px`};
        Object.assign(document.getElementById('view').style, size);""",
        [width, height],
    )
    run(page, DESCRIBE + NETWORK, source)


@pytest.fixture
def net(page):
    show(page)
    return page


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def neuron(page, name):
    return page.get_by_role("button", name=name)


def places(page):
    return page.evaluate(
        """() => [...document.querySelectorAll('.net-box, .net-layers > *')].map((each) => {
          const {x, y, width, height} = each.getBoundingClientRect();
          const name = each.ariaLabel ?? each.textContent;
          return [name.replace(/, value.*/, ''), x, y, width, height];
        })"""
    )


def weigh(page, weights):
    """Give all nodes the value 0.5, and a neuron's wires these weights, in order."""
    run(
        page,
        """const values = new Float32Array(count).fill(0.5);
        for (const [name, weights] of Object.entries(given)) {
          const box = network.nets[0].boxes.find((each) => each.name === name);
          for (const [at, weight] of weights.entries()) values[box.weights[at]] = weight;
        }
        network.write({values});""",
        weights,
    )


# The list in the text


CHANGES = """
const sizes = await import('/static/sizes.js');
const [source, span, numbers, change, ...how] = given;
return sizes[change]({source, span, sizes: numbers}, ...how);
"""


def changed(page, before, listed, numbers, *change):
    """Return the text after a change of the list `listed` in it, and what the span then covers."""
    start = before.index(listed)
    line = before.count("\n", 0, start) + 1
    column = start - (before.rfind("\n", 0, start) + 1) + 1
    end = start + len(listed)
    end_column = end - (before.rfind("\n", 0, end) + 1) + 1
    span = [line, column, line + listed.count("\n"), end_column]
    found = run(page, CHANGES, [before, span, numbers, *change])
    if found is None:
        return None
    lines = found["source"].split("\n")
    line, column, end_line, end_column = found["span"]
    rows = lines[line - 1 : end_line]
    rows[-1] = rows[-1][: end_column - 1]
    rows[0] = rows[0][column - 1 :]
    return found["source"], "\n".join(rows), found["sizes"]


@pytest.mark.parametrize(
    ("listed", "change", "wanted", "sizes"),
    [
        ("[4, 3, 1]", ("resized", 0, 5), "[5, 3, 1]", [5, 3, 1]),
        ("[4, 3, 1]", ("resized", 1, 12), "[4, 12, 1]", [4, 12, 1]),
        ("[ 4,3 , 1]", ("resized", 1, 2), "[ 4,2 , 1]", [4, 2, 1]),
        ("[4, 3, 1]", ("withLayer", 0), "[4, 4, 3, 1]", [4, 4, 3, 1]),
        ("[4, 3, 1]", ("withLayer", 2), "[4, 3, 3, 1]", [4, 3, 3, 1]),
        ("[1]", ("withLayer", 0), "[4, 1]", [4, 1]),
        ("[4, 3, 1]", ("withoutLayer", 0), "[3, 1]", [3, 1]),
        ("[4, 3, 1]", ("withoutLayer", 1), "[4, 1]", [4, 1]),
        (
            "[\n  4,  # 4 are enough\n  3,\n  1]",
            ("resized", 1, 9),
            "[\n  4,  # 4 are enough\n  9,\n  1]",
            [4, 9, 1],
        ),
        ("[4]*1 + [3, 1]", ("resized", 0, 5), "[5, 3, 1]", [5, 3, 1]),
        ("(4, 3, 1)", ("withoutLayer", 1), "(4, 1)", [4, 1]),
    ],
)
def test_a_list_changes_where_it_stands_and_all_else_stays(page, listed, change, wanted, sizes):
    plots(page, "")
    numbers = [1] if listed == "[1]" else [4, 3, 1]
    if listed.startswith("[4]*1"):
        listed, wanted = listed.replace("[4]*1 + [3, 1]", "[4]*1 + [3, 1]"), f"[{wanted[1:-1]}]"
    for frame in ("x = 1\n𝛼𝛽, σ = 2, [4]\no = MLP(2, {}, seed=1)(x, σ)  # {}\n", "{}"):
        before, after = frame.replace("{}", listed, 1), frame.replace("{}", wanted, 1)
        assert changed(page, before, listed, numbers, *change) == (after, wanted, sizes)


@pytest.mark.parametrize(
    ("numbers", "change"),
    [
        ([32, 1], ("resized", 0, 33)),
        ([1, 1], ("resized", 0, 0)),
        ([4, 1], ("resized", 1, 2)),
        ([4, 1], ("withoutLayer", 1)),
        ([2] * 8 + [1], ("withLayer", 3)),
        ([1], ("withLayer", 1)),
    ],
)
def test_a_list_goes_only_so_far_and_the_output_stays(page, numbers, change):
    plots(page, "")
    assert changed(page, str(numbers), str(numbers), numbers, *change) is None


# The figure


def test_a_neuron_is_a_button_that_shows_its_boundary(net):
    expect(net.locator(".net-box")).to_have_count(2 + 4 + 3 + 1)
    neuron(net, "mlp.layer2.neuron3").click()
    node = net.evaluate(
        "network.nets[0].boxes.find(({name}) => name === 'mlp.layer2.neuron3').node"
    )
    assert said(net) == [["pick", node]]
    expect(neuron(net, "mlp.layer2.neuron3")).to_have_attribute("aria-pressed", "true")
    run(net, "network.chosen(null)")
    expect(neuron(net, "mlp.layer2.neuron3")).to_have_attribute("aria-pressed", "false")


def test_a_neuron_says_its_name_its_bias_and_its_value(net):
    weigh(net, {})
    expect(neuron(net, "mlp.layer1.neuron2")).to_have_attribute(
        "aria-label", "mlp.layer1.neuron2, value 0.5"
    )
    neuron(net, "mlp.layer1.neuron2").hover()
    expect(net.locator(".net-tip")).to_have_text("mlp.layer1.neuron2, bias 0.5")
    net.mouse.move(2, 2)
    expect(net.locator(".net-tip")).to_be_hidden()


def test_arrows_walk_from_neuron_to_neuron(net):
    expect(net.locator(".net-box[tabindex='0']")).to_have_count(1)
    neuron(net, "Input x1").focus()
    names = []
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        net.keyboard.press(key)
        names.append(net.evaluate("document.activeElement.ariaLabel"))
    layer = "mlp.layer{}.neuron{}"
    walked = [(1, 2), (1, 3), (2, 2), (3, 1), (3, 1), (2, 2)]
    assert names[1:] == [layer.format(*each) for each in walked][1:]
    expect(net.locator(".net-box[tabindex='0']")).to_have_count(1)
    net.keyboard.press("Enter")
    assert [name for name, _ in said(net)] == ["pick"]


def wire(page, name, place, share=0.5):
    """Return the middle of a wire, in px of the canvas."""
    return page.evaluate(
        """([name, place, share]) => {
          const {from, to} = network.nets[0].figure.wires
            .filter(({to}) => to.name === name)[place];
          const spread = (place / (to.operands.length - 1) - 0.5) * 0.7 * to.side || 0;
          return [(from.x + to.x) / 2, (from.y + to.y + spread) / 2];
        }""",
        [name, place, share],
    )


def thickness(page, name, place):
    """Return how many px of the canvas a wire takes at its middle, from top to bottom."""
    x, y = wire(page, name, place)
    return page.evaluate(
        """([x, y]) => {
          const {data} = document.querySelector('.net-canvas').getContext('2d')
            .getImageData(Math.round(x), Math.round(y) - 12, 1, 25);
          return Array.from({length: 25}, (_, at) => data[4 * at + 3] > 100).filter(Boolean).length;
        }""",
        [x, y],
    )


def test_wires_say_the_sign_and_the_size_of_their_weights(page):
    show(page, MLP.replace("[4, 3, 1]", "[1]", 1))
    weigh(page, {"mlp.layer1.neuron1": [3.0, -3.0]})
    names = ("positive", "negative", "zero")
    assert colour(page, ".net-canvas", *wire(page, "mlp.layer1.neuron1", 0), *names) == "positive"
    assert colour(page, ".net-canvas", *wire(page, "mlp.layer1.neuron1", 1), *names) == "negative"
    thick = thickness(page, "mlp.layer1.neuron1", 0)
    weigh(page, {"mlp.layer1.neuron1": [0.3, -3.0]})
    assert thick > thickness(page, "mlp.layer1.neuron1", 0) > 0


def test_a_wire_without_weight_is_dashed_and_grey(page):
    show(page, MLP.replace("[4, 3, 1]", "[1]", 1))
    weigh(page, {"mlp.layer1.neuron1": [0.001, 0.001]})
    seen = page.evaluate(
        """() => {
          const {from, to} = network.nets[0].figure.wires[0];
          const context = document.querySelector('.net-canvas').getContext('2d');
          const start = Math.round(from.x + from.side / 2);
          const {data} = context.getImageData(start, Math.round(from.y), 24, 1);
          return Array.from({length: 24}, (_, at) => data[4 * at + 3] > 60);
        }"""
    )
    assert set(seen) == {True, False}


def test_a_neuron_under_the_pointer_keeps_its_wires_and_the_rest_steps_back(net):
    weigh(net, {})
    alpha = """(at) => document.querySelector('.net-canvas').getContext('2d')
      .getImageData(...at.map(Math.round), 1, 1).data[3]"""
    own = wire(net, "mlp.layer1.neuron1", 0)
    other = wire(net, "mlp.layer3.neuron1", 2)
    before = net.evaluate(alpha, other)
    neuron(net, "mlp.layer1.neuron1").hover()
    net.evaluate("network.nets[0].sheet.draw()")
    assert net.evaluate(alpha, own) > 200
    assert net.evaluate(alpha, other) < before / 3


def test_thumbnails_stand_upright_each_on_its_own_neuron(net):
    weigh(net, {})
    run(
        net,
        """network.thumbs(thumbsOf(8, (thumb, column, row) =>
          thumb === 0 ? (row < 6 ? -1 : 1) : thumb === 1 ? (column < 6 ? -1 : 1) : 1))""",
    )

    def seen(name, across, up):
        x, y, side = net.evaluate(
            """(name) => {
              const {x, y, side} = network.nets[0].boxes.find((box) => box.name === name);
              return [x, y, side];
            }""",
            name,
        )
        at = (x + across * side, y - up * side)
        return colour(net, ".net-canvas", *at, "positive", "negative")

    first, second = "mlp.layer1.neuron1", "mlp.layer1.neuron2"
    assert [seen(first, 0.1, up) for up in (-0.3, 0.3)] == ["negative", "positive"]
    assert [seen(second, across, 0.1) for across in (-0.3, 0.3)] == ["negative", "positive"]
    assert seen("mlp.layer2.neuron1", -0.3, -0.3) == "positive"


# The buttons


def test_buttons_rewrite_the_list_and_nothing_else(net):
    source = MLP
    for name, old, new in (
        ("Add a neuron to layer 1", "[4, 3, 1], s", "[5, 3, 1], s"),
        ("Remove a neuron from layer 2", "[5, 3, 1], s", "[5, 2, 1], s"),
        ("Add a layer before layer 2", "[5, 2, 1], s", "[5, 5, 2, 1], s"),
        ("Add a layer before the output", "[5, 5, 2, 1], s", "[5, 5, 2, 2, 1], s"),
        ("Remove layer 1", "[5, 5, 2, 2, 1], s", "[5, 2, 2, 1], s"),
    ):
        button(net, name).click()
        assert source.count(old) == 1
        source = source.replace(old, new)
        assert said(net) == [["rewrite", source]]
    assert told(net) == "Remove layer 1: 2, 5, 2, 2, 1"
    expect(net.locator(".net-box")).to_have_count(2 + 5 + 2 + 2 + 1)


def test_the_focus_stays_with_the_button_through_the_rewrite(net):
    button(net, "Add a neuron to layer 2").focus()
    for size in (4, 5, 6):
        net.keyboard.press("Enter")
        expect(net.locator('[data-keep="size-2"]')).to_have_text(str(size))
        focused = "document.activeElement.ariaLabel"
        assert net.evaluate(focused) == "Add a neuron to layer 2"
    button(net, "Remove layer 2").focus()
    net.keyboard.press("Enter")
    assert net.evaluate("document.activeElement.ariaLabel") == "Remove layer 1"
    net.keyboard.press("Enter")
    assert net.evaluate("document.activeElement.ariaLabel") == "Add a layer before the output"


def test_clicks_faster_than_the_drawing_all_count(net):
    run(net, "window.rewrite = take('rewrite')")  # the answers are still to come
    for _ in range(3):
        button(net, "Add a neuron to layer 1").click()
    sources = [source for _, source in said(net)]
    assert [source[source.index("MLP") :][:17] for source in sources] == [
        f"MLP(2, [{size}, 3, 1]," for size in (5, 6, 7)
    ]
    run(net, "redraw(given)", sources[0])  # the first of the answers
    button(net, "Add a neuron to layer 1").click()
    assert "[8, 3, 1], s" in said(net)[0][1]
    run(net, "redraw(given)", MLP)  # by hand it was all undone
    button(net, "Add a neuron to layer 1").click()
    assert "[5, 3, 1], s" in said(net)[0][1]


def test_what_is_typed_and_not_drawn_yet_is_not_overwritten(net):
    run(net, "network.current = () => 'o = MLP('")
    button(net, "Add a neuron to layer 1").click()
    assert said(net) == []


def test_buttons_that_would_go_too_far_are_off(page):
    show(page, MLP.replace("[4, 3, 1]", "[32, 1, 2, 2, 2, 2, 2, 2, 1]", 1))
    for name in ("Add a neuron to layer 1", "Remove a neuron from layer 2"):
        expect(button(page, name)).to_have_attribute("aria-disabled", "true")
        button(page, name).click(force=True)
    adders = page.get_by_role("button", name="Add a layer")
    expect(adders).to_have_count(9)
    assert set(adders.evaluate_all("all => all.map((each) => each.ariaDisabled)")) == {"true"}
    assert said(page) == []
    expect(button(page, "Add a neuron to layer 2")).not_to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("button", name="layer 9")).to_have_count(0)


def test_without_a_list_in_the_text_there_are_no_such_buttons(net):
    run(net, "network.draw([{...describe(given), span: null}], given)", MLP)
    expect(net.locator(".net-layers button")).to_have_count(0)
    expect(net.locator('[data-keep="name-1"]')).to_have_text("layer 1")


def test_redrawing_the_same_structure_moves_nothing(net):
    weigh(net, {})
    net.evaluate("window.kept = [...document.querySelectorAll('.net *')]")
    before = places(net)
    run(net, "redraw(given)", "# a comment\n" + MLP)
    assert places(net) == before
    assert net.evaluate("kept.every((each) => each.isConnected)")
    assert net.evaluate("network.values !== null")
    run(net, "redraw(given)", MLP.replace("[4, 3, 1]", "[4, 5, 1]", 1))
    kept = {name: at for name, *at in before if name.startswith("mlp.layer1")}
    after = {name: at for name, *at in places(net) if name.startswith("mlp.layer1")}
    assert [at[:2] for at in after.values()] == [at[:2] for at in kept.values()]


def test_a_program_without_networks_draws_none(net):
    run(net, "network.draw([], 'o = tanh(1)')")
    expect(net.locator("#net > *")).to_have_count(0)
    run(net, "network.shown(false)")
    expect(net.locator("#net")).to_be_hidden()


def test_two_networks_each_have_their_own_buttons(net):
    source = "a = MLP(2, [3, 1])(x1, x2)\nb = MLP(2, [2, 1])(x1, x2)"
    run(
        net,
        """window.rewrite = take('rewrite');
        network.draw([describe(given, 'a'), describe(given, 'b', 1)], given)""",
        source,
    )
    button(net, "Add a neuron to layer 1 of b").click()
    assert said(net) == [["rewrite", source.replace("[2, 1]", "[3, 1]")]]
    expect(net.get_by_role("group")).to_have_count(2)


@pytest.mark.parametrize("sizes", ["[16, 16, 1]", "[32, 32, 1]", "[4, 3, 3, 1]"])
def test_a_phone_shows_a_whole_network_with_buttons_apart(browse, sizes):
    page = browse(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    show(page, MLP.replace("[4, 3, 1]", sizes, 1), 390, 420)
    spread = "() => {const {scrollWidth, clientWidth} = document.querySelector('.net');"
    assert page.evaluate(spread + "return scrollWidth - clientWidth}") <= 2
    assert page.evaluate("document.querySelector('.net-canvas').width") >= 2 * 390
    clashes = page.evaluate(
        """() => {
          const all = [...document.querySelectorAll('.net-box, .net-layers > *')];
          const boxes = all.map((each) => [each.ariaLabel ?? each.textContent,
            each.getBoundingClientRect()]);
          return boxes.flatMap(([name, box], at) => boxes.slice(at + 1)
            .filter(([, its]) => Math.min(box.right, its.right) - Math.max(box.left, its.left) > 0.5
              && Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top) > 0.5)
            .map(([other]) => `${name} lies over ${other}`));
        }"""
    )
    assert clashes == []
    small = """() => [...document.querySelectorAll('.net-layers button')]
      .filter((each) => each.offsetWidth < 24 || each.offsetHeight < 24).length"""
    assert page.evaluate(small) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_network_is_accessible(browse, axe, scheme):
    page = browse(color_scheme=scheme)
    show(page)
    weigh(page, {})
    assert axe(page) == []


# On the page


MOONS = """x1, x2, y = data("moons", n=60, noise=0.1, seed=1)
mlp = MLP(2, [4, 3, 1], seed=1)
loss = mse(mlp(x1, x2), y)"""


@pytest.fixture
def moons(page):
    visit(page, MOONS)
    button(page, "Network").click()
    expect(neuron(page, "mlp.layer1.neuron1")).to_have_attribute("aria-label", VALUED)
    return page


VALUED = re.compile(r"^mlp\.layer1\.neuron1, value ")


def test_on_the_page_a_button_rewrites_the_program_and_all_else_follows(moons):
    button(moons, "Add a neuron to layer 1").focus()
    moons.keyboard.press("Enter")
    moons.keyboard.press("Enter")
    button(moons, "Remove layer 2").click()
    expect(moons.locator("#source")).to_have_value(MOONS.replace("[4, 3, 1]", "[6, 1]"))
    expect(moons.locator("#network .net-box")).to_have_count(2 + 6 + 1)
    assert moons.evaluate("document.activeElement.ariaLabel") == "Remove layer 1"
    expect(neuron(moons, "mlp.layer1.neuron1")).to_have_attribute("aria-label", VALUED)


def test_on_the_page_a_neuron_is_seen_large_until_one_goes_back(moons):
    neuron(moons, "mlp.layer2.neuron3").click()
    expect(moons.locator("#sight-node")).to_have_text("mlp.layer2.neuron3")
    expect(neuron(moons, "mlp.layer2.neuron3")).to_have_attribute("aria-pressed", "true")
    plane = moons.locator("#plot-plane")
    expect(plane).to_have_attribute("aria-label", re.compile("boundary of mlp.layer2.neuron3 over"))
    moons.locator("#sight-back").click()
    expect(neuron(moons, "mlp.layer2.neuron3")).to_have_attribute("aria-pressed", "false")
