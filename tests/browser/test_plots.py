"""The plots of learning, fed with made-up frames: what their px, labels and keys say."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.plotting import colour, counted, plots, run, said, told

CANVAS = '<canvas id="plot"></canvas>'
CORNERS = "[[-0.8, -0.8, -1], [0.8, 0.8, 1], [-0.8, 0.8, -1], [0.8, -0.8, 1]]"
PLANE = f"""
const {{ Plane }} = await import('/static/plane.js');
window.plot = new Plane(document.getElementById('plot'),
  {{pick: take('pick'), fiction: take('fiction')}});
plot.samples(samplesOf({CORNERS}));
"""


@pytest.fixture
def plane(page):
    plots(page, CANVAS)
    page.evaluate("document.getElementById('host').style.width = '300px'")
    run(page, PLANE)
    return page


def place(page, x1, x2):
    """Return where a point of the plane lies on the canvas, in CSS px."""
    return page.evaluate("(at) => plot.placeOf(...at)", [x1, x2])


def point_at(page, x1, x2, aside=0.0):
    box = page.locator("#plot").bounding_box()
    x, y = place(page, x1, x2)
    page.mouse.move(box["x"] + x + aside, box["y"] + y)


def curve(page, script=""):
    plots(page, CANVAS)
    page.evaluate("document.getElementById('host').style.width = '300px'")
    run(
        page,
        """const { Curve } = await import('/static/curve.js');
        window.plot = new Curve(document.getElementById('plot'));
        window.points = (from, to, loss) =>
          Array.from({length: to - from}, (_, at) => [from + at, loss(from + at)]);"""
        + script,
    )


def test_a_plane_is_blue_above_the_middle_and_orange_below_it(plane):
    run(
        plane,
        "plot.field(fieldOf((x1, x2) => Math.tanh(3 * (x2 - x1))), {name: 'o', predicted: true})",
    )
    assert colour(plane, "#plot", *place(plane, -0.5, 0.5)) == "positive"
    assert colour(plane, "#plot", *place(plane, 0.5, -0.5)) == "negative"
    assert colour(plane, "#plot", *place(plane, -0.1, -0.13), "bg", "positive", "negative") == "bg"


def test_between_its_colours_runs_a_line(plane):
    run(plane, "plot.field(fieldOf((x1) => x1 - 0.205), {name: 'n', predicted: false})")
    x, y = place(plane, 0.205, 0.3)
    assert colour(plane, "#plot", x, y, "bg", "ink", "positive", "negative") == "ink"
    assert colour(plane, "#plot", x + 4, y, "bg", "ink", "positive", "negative") == "bg"


def test_a_prediction_of_0_or_1_is_undecided_at_a_half(plane):
    run(
        plane,
        f"""plot.samples(samplesOf({CORNERS.replace("-1]", "0]")}, {{classes: [0, 1]}}));
        plot.field(fieldOf((x1) => (x1 + 1) / 2), {{name: 'p', predicted: true}})""",
    )
    assert colour(plane, "#plot", *place(plane, 0.5, 0)) == "positive"
    assert colour(plane, "#plot", *place(plane, -0.5, 0)) == "negative"


def test_a_click_near_a_mark_picks_its_sample_and_elsewhere_a_point_of_ones_own(plane):
    run(plane, "plot.field(fieldOf((x1) => x1))")
    point_at(plane, 0.8, 0.8, aside=7)
    plane.mouse.down()
    plane.mouse.up()
    assert said(plane) == [["pick", 1]]
    point_at(plane, 0.8, 0.8, aside=10)
    plane.mouse.down()
    plane.mouse.up()
    point_at(plane, -0.25, 0.5)
    plane.mouse.down()
    plane.mouse.up()
    (first, x1, _), (_, *own) = said(plane)
    assert first == "fiction"
    assert x1 > 0.8
    assert own == pytest.approx([-0.25, 0.5], abs=0.02)


def test_the_drawn_sample_has_a_ring_and_a_point_of_ones_own_is_a_cross(plane):
    run(plane, "plot.field(fieldOf((x1) => x1)); plot.chosen(2)")
    x, y = place(plane, -0.8, 0.8)
    assert colour(plane, "#plot", x + 8.25, y) == "accent"
    assert colour(plane, "#plot", x, y) == "negative"
    run(plane, "plot.chosen(null, [0.3, 0.3])")
    assert colour(plane, "#plot", x + 8.25, y) != "accent"
    x, y = place(plane, 0.3, 0.3)
    assert {colour(plane, "#plot", x + d, y + d) for d in (-4, 0, 4)} == {"accent"}
    assert colour(plane, "#plot", x + 5, y) != "accent"


def test_arrows_go_from_sample_to_sample_and_say_where_they_are(plane):
    run(plane, "plot.field(fieldOf((x1) => x1)); plot.chosen(0)")
    plane.locator("#plot").focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowUp"):
        plane.keyboard.press(key)
    assert said(plane) == [["pick", 3], ["pick", 1], ["pick", 2]]
    assert told(plane) == "sample 3, y −1: x1 −0.8 x2 0.8"


def test_the_line_below_says_the_ranges_and_what_is_under_the_pointer(plane):
    run(plane, "plot.field(fieldOf((x1, x2) => x1 + x2), {name: 'o', predicted: false})")
    line = "() => plot.pointer ? plot.reads(...plot.spotAt(...plot.pointer), -1) : plot.rests()"
    assert plane.evaluate(line) == ["x1 −1 to 1", "x2 −1 to 1"]
    point_at(plane, 0.2, 0.3)
    words, answer = plane.evaluate(line)
    assert re.fullmatch(r"x1 0\.(19|2)\d*  x2 0\.(29|3)\d*", words)
    assert re.fullmatch(r"o ≈ 0\.(49|5)\d*", answer)


def test_test_samples_are_hollow(plane):
    run(plane, f"plot.samples(samplesOf({CORNERS}, {{test: Uint8Array.of(0, 1, 0, 0)}}))")
    assert colour(plane, "#plot", *place(plane, 0.8, 0.8)) == "bg"
    assert colour(plane, "#plot", *place(plane, 0.8, -0.8)) == "positive"


def test_each_class_has_a_hue_and_a_shape_of_its_own(plane):
    looks = run(
        plane,
        """const { classLook } = await import('/static/hues.js');
        return Array.from({length: 10}, (_, k) => classLook(plot.sheet.colours, k))
          .map(({colour, shape}) => [colour, shape])""",
    )
    first = looks[:5]
    assert len({hue for hue, _ in first}) == len({shape for _, shape in first}) == 5
    assert len(set(map(tuple, looks))) == 10
    run(
        plane,
        """const cells = Uint8Array.from({length: 1600}, (_, at) => Math.floor((at % 40) / 14));
        plot.samples(samplesOf([[-0.7, 0, 0], [0, 0, 1], [0.7, 0, 2]], {classes: [0, 1, 2]}));
        plot.field({node: null, classes: 3, width: 40, height: 40, domain: [[-1, 1], [-1, 1]],
          cells, sure: new Uint8Array(1600).fill(250)})""",
    )
    hues = [colour(plane, "#plot", *place(plane, x1, 0.5)) for x1 in (-0.7, 0, 0.7)]
    assert hues == ["negative", "positive", "parameter"]


def test_samples_with_a_number_for_a_target_are_coloured_by_it(plane):
    run(plane, "plot.samples(samplesOf([[-0.8, 0, -3], [0, 0, 0], [0.8, 0, 3]], {classes: []}))")
    names = ["bg", "positive", "negative", "zero"]
    marks = [colour(plane, "#plot", *place(plane, x1, 0), *names) for x1 in (-0.8, 0, 0.8)]
    assert marks == ["negative", "zero", "positive"]


@pytest.mark.parametrize("by", ["system", "choice"])
def test_a_change_of_theme_paints_it_anew(plane, by):
    run(plane, "plot.field(fieldOf((x1) => x1))")
    paint = "() => document.getElementById('plot').toDataURL()"
    before = plane.evaluate(paint)
    if by == "system":
        plane.emulate_media(color_scheme="dark")
    else:
        plane.evaluate("document.documentElement.dataset.theme = 'dark'")
    plane.wait_for_function(f"(before) => ({paint})() !== before", arg=before)
    assert colour(plane, "#plot", *place(plane, 0.5, 0.4)) == "positive"


def test_it_is_sharp_on_a_fine_screen(browse):
    page = browse(device_scale_factor=2)
    plots(page, CANVAS)
    run(page, PLANE)
    assert page.evaluate("plot.canvas.width === 2 * plot.canvas.clientWidth")
    assert page.evaluate("plot.canvas.height === 2 * plot.canvas.clientHeight")
    page.evaluate("document.getElementById('host').style.width = '211px'")
    page.wait_for_function("() => plot.canvas.width === 422")


def test_what_is_not_seen_is_not_painted_until_it_is(plane):
    run(
        plane,
        """window.painted = 0;
        const paint = plot.sheet.paint;
        plot.sheet.paint = (context) => { painted += 1; paint(context); };""",
    )
    run(plane, "plot.field(fieldOf((x1) => x1)); plot.chosen(1); plot.chosen(2)")
    seen = plane.evaluate("painted")
    assert 1 <= seen < 3, "what changes within a frame is painted once; a font may come late"
    run(plane, "plot.canvas.style.display = 'none'")
    plane.wait_for_function("() => !plot.sheet.visible")
    run(plane, "plot.field(fieldOf((x1, x2) => x2)); plot.chosen(0)")
    assert plane.evaluate("painted") == seen
    run(plane, "plot.canvas.style.display = ''")
    plane.wait_for_function("(seen) => painted === seen + 1", arg=seen)
    run(plane, "document.getElementById('host').style.marginTop = '5000px'")
    plane.wait_for_function("() => !plot.sheet.visible")
    run(plane, "plot.chosen(3)")
    assert plane.evaluate("painted") == seen + 1


def test_its_label_is_a_sentence_that_changes_when_it_rests(plane):
    run(plane, "plot.field(fieldOf((x1) => x1), {name: 'o', predicted: true}); plot.chosen(2)")
    canvas = plane.locator("#plot")
    expect(canvas).to_have_attribute("role", "img")
    expect(canvas).to_have_attribute(
        "aria-label",
        "Decision boundary of o over x1 and x2, with 4 of 4 samples; sample 3 is drawn."
        " Arrow keys go from sample to sample.",
    )


def test_a_curve_reads_its_updates_aloud(page):
    curve(
        page,
        """plot.write({train: points(0, 201, (step) => 1 / (1 + step)),
          test: [[0, 1], [100, 0.25], [200, 0.125]]}); plot.at(120, 1 / 121, 0.25);""",
    )
    page.locator("#plot").focus()
    for key, words in (
        ("ArrowLeft", "update 119: loss 0.00833, test 0.25"),
        ("ArrowRight", "update 120: loss 0.00826, test 0.25"),
        ("End", "update 200: loss 0.00498, test 0.125"),
        ("PageDown", "update 180: loss 0.00552, test 0.25"),
        ("Home", "update 0: loss 1, test 1"),
    ):
        page.keyboard.press(key)
        assert told(page) == words
    expect(page.locator("#plot")).to_have_attribute(
        "aria-label",
        "Loss over 200 updates: 1 at first, 0.00826 at update 120, test 0.25. Arrow keys read it.",
    )


def test_a_pointer_over_a_curve_reads_the_nearest_update(page):
    curve(page, "plot.write({train: points(0, 501, (step) => 1 - step / 1000)});")
    box = page.locator("#plot").bounding_box()
    page.mouse.move(box["x"] + page.evaluate("plot.room.x(250)"), box["y"] + 40)
    assert re.fullmatch(r"update 2[45]\d: loss 0\.7[45]\d*", page.evaluate("plot.words()"))
    page.mouse.move(box["x"], box["y"] + 300)
    assert page.evaluate("plot.reading") is None


def test_a_curve_seldom_changes_its_scale_as_it_grows(page):
    curve(page)
    ends = run(
        page,
        """const ends = [];
        for (let step = 0; step < 3000; step += 7) {
          plot.write({train: points(step, step + 7, (at) => 3 * Math.exp(-at / 300))});
          plot.at(step + 7, 3 * Math.exp(-(step + 7) / 300));
          plot.sheet.draw();
          ends.push(`${plot.room.right} ${plot.room.high}`);
        }
        return [...new Set(ends)]""",
    )
    assert ends == ["10 5", "20 5", "50 5", "100 5", "200 5", "500 5", "1000 5", "2000 5", "5000 5"]


def test_a_curve_may_be_drawn_by_powers_of_ten(page):
    curve(page, "plot.write({train: points(0, 101, (step) => 10 ** (-step / 25))});")
    steps = "[1, 0.01, 0.0001].map((loss) => Math.round(plot.room.y(loss) - plot.room.y(1)))"
    linear = page.evaluate(steps)
    assert linear[2] - linear[1] < 3
    run(page, "plot.scale(true)")
    top, middle, bottom = page.evaluate(steps)
    assert top == 0
    assert bottom == pytest.approx(2 * middle, abs=1)
    assert page.evaluate("plot.room.marks") == pytest.approx([1, 0.1, 0.01, 0.001, 1e-4])


def test_a_curve_shows_training_test_and_what_was_left_each_in_its_colour(page):
    curve(
        page,
        """plot.write({train: points(0, 101, () => 0.2), test: points(0, 101, () => 0.5),
          branches: [points(0, 101, () => 0.8)]});""",
    )
    at = "(loss) => [0, 1, 2, 3, 4, 5, 6, 7].map((x) => [100 + x, plot.room.y(loss)])"
    seen = {
        loss: [colour(page, "#plot", x, y, "accent", "soft") for x, y in page.evaluate(at, loss)]
        for loss in (0.2, 0.5)
    }
    assert set(seen[0.2]) == {"accent"}
    assert set(seen[0.5]) == {"soft"}
    alpha = """(loss) => [0, 1, 2, 3, 4, 5, 6, 7].map((x) => plot.sheet.context.getImageData(
      100 + x, plot.room.y(loss), 1, 1).data[3] > 60)"""
    assert set(page.evaluate(alpha, 0.8)) == {True, False}, "dashed"


@pytest.mark.parametrize("loss", ["null", "NaN", "Infinity"])
def test_a_loss_that_is_no_number_ends_the_curve_with_a_mark(page, loss):
    curve(page, "plot.write({train: points(0, 40, () => 0.5)});")
    assert counted(page, "#plot", "trouble") == 0
    run(page, f"plot.write({{train: [[40, 0.5], [41, {loss}], [42, 0.5]]}})")
    assert counted(page, "#plot", "trouble") > 5
    assert page.evaluate("[plot.train.last, plot.train.steps.at(-1)]") == [41, 40]
    run(page, "plot.write({reset: true, train: points(0, 40, () => 0.5)})")
    assert counted(page, "#plot", "trouble") == 0


def test_points_that_come_again_take_the_place_of_what_was_there(page):
    curve(page)
    found = run(
        page,
        """plot.write({train: points(0, 10, () => 1)});
        plot.write({train: points(4, 7, () => 2)});
        plot.write({train: points(10, 12, () => 3)});
        return [plot.train.steps, plot.train.losses, plot.train.most]""",
    )
    assert found == [list(range(12)), [1] * 4 + [2] * 3 + [1] * 3 + [3] * 2, 3]


def test_many_points_are_drawn_by_the_px_and_none_of_their_peaks_is_lost(page):
    curve(page)
    drawn, kept, peak = run(
        page,
        """const { Line } = await import('/static/line.js');
        const line = new Line();
        line.add(points(0, 30000, (step) => (step === 12345 ? 9 : step % 2)));
        const drawn = [];
        const note = (x, y) => drawn.push(y);
        line.trace({moveTo: note, lineTo: note}, (step) => step / 100, (loss) => loss);
        return [drawn.length, line.steps.length, Math.max(...drawn)]""",
    )
    assert drawn <= 4 * 301
    assert kept <= 8000
    assert peak == 9


FIT = """
const { Fit } = await import('/static/fit.js');
window.plot = new Fit(document.getElementById('plot'), {pick: take('pick')});
plot.samples(samplesOf([[-1, 0.5], [0, -0.5], [1, 0.5]], {classes: []}));
plot.fit({node: 3, domain: [-1.2, 1.2], values: Float32Array.from({length: 201}, () => 0.2)});
"""


def test_a_fit_shows_the_curve_in_accent_and_picks_samples(page):
    plots(page, CANVAS)
    run(page, FIT)
    for x in (-0.6, 0.3, 0.7):
        assert colour(page, "#plot", *place(page, x, 0.2), "accent", "bg", "soft") == "accent"
    assert colour(page, "#plot", *place(page, 1, 0.5), "accent", "bg", "soft") == "soft"
    point_at(page, 1, 0.5)
    page.mouse.down()
    page.mouse.up()
    assert said(page) == [["pick", 2]]
    expect(page.locator("#plot")).to_have_attribute(
        "aria-label",
        "y over x2: 3 of 3 samples and the fitted curve; sample 3 is drawn."
        " Arrow keys go from sample to sample.",
    )


def test_residuals_lie_on_the_diagonal_where_the_prediction_is_right(page):
    plots(page, CANVAS)
    run(
        page,
        """const { Residuals } = await import('/static/residuals.js');
        window.plot = new Residuals(document.getElementById('plot'), {pick: take('pick')});
        plot.write({target: Float32Array.of(1, 2, 4), predicted: Float32Array.of(1, 3, 4),
          at: Uint32Array.of(7, 8, 9)});""",
    )
    assert colour(page, "#plot", *place(page, 3, 3), "edge", "bg") == "edge"
    assert colour(page, "#plot", *place(page, 2, 3), "soft", "bg") == "soft"
    page.locator("#plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert said(page)[-1] == ["pick", 9]
    assert told(page) == "sample 10: 4 for 4"


def test_a_confusion_is_a_table_with_headers_and_its_cells_are_kept(page):
    plots(page, '<table id="plot"></table>')
    write = """const { writeConfusion } = await import('/static/confusion.js');
    writeConfusion(document.getElementById('plot'), given, ['ant', -1, 'cat']);"""
    run(page, write, [[5, 1, 0], [0, 7, 0], [2, 0, 4]])
    table = page.get_by_role("table", name="true class by row, predicted by column")
    expect(table.get_by_role("columnheader")).to_have_text(["ant", "−1", "cat"])
    expect(table.get_by_role("rowheader")).to_have_text(["ant", "−1", "cat"])
    expect(table.get_by_role("row").nth(3).locator("td")).to_have_text(["2", "0", "4"])
    expect(table.locator(".diagonal")).to_have_text(["5", "7", "4"])
    page.evaluate("window.kept = document.querySelector('#plot tbody td')")
    run(page, write, [[6, 0, 0], [0, 7, 0], [2, 0, 4]])
    assert page.evaluate("kept.isConnected && kept.textContent") == "6"
    run(page, write, [])
    expect(page.locator("#plot")).to_be_hidden()


HEALTH = """const { writeHealth } = await import('/static/health.js');
writeHealth(document.getElementById('plot'), given.map(([name, activation, gradient, verdict]) =>
  ({name, activation, gradient, verdict, sentence: verdict && 'This is why.'})));"""


def test_the_health_of_each_layer_is_a_line_with_two_bars_and_a_verdict_in_words(page):
    plots(page, '<div id="plot"></div>')
    layers = [["mlp.layer1", 1.0, 1e-6, "vanishing"], ["mlp.layer2", 1e-2, None, "exploding"]]
    run(page, HEALTH, [*layers, ["mlp.layer3", 1e-2, 1e-2, ""]])
    widths = page.evaluate(
        "[...document.querySelectorAll('#plot i')].map((bar) => bar.style.width)"
    )
    assert widths == ["75%", "0%", "50%", "100%", "50%", "50%"]
    expect(page.locator("#plot .ails")).to_have_text(
        ["Vanishing. This is why.", "⚠︎ Exploding. This is why.", ""]
    )
    colours = page.evaluate(
        "[...document.querySelectorAll('#plot strong')].map((each) => getComputedStyle(each).color)"
    )
    assert len(set(colours)) == 2, "only what is grave has the colour of trouble"
    expect(page.locator("#plot .ails").nth(2)).to_be_hidden()
    row = page.get_by_role("row").filter(has_text="mlp.layer1").first
    expect(row.locator("td").nth(1)).to_have_text("1e−6")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_plots_are_accessible(browse, axe, scheme):
    page = browse(color_scheme=scheme)
    parts = ("<h1>Plots</h1>", CANVAS, '<canvas id="curve"></canvas>', '<table id="table"></table>')
    plots(page, "".join(parts) + '<div id="health"></div>')
    run(
        page,
        PLANE
        + """plot.field(fieldOf((x1) => x1), {name: 'o', predicted: true});
        const { Curve } = await import('/static/curve.js');
        const { writeConfusion } = await import('/static/confusion.js');
        new Curve(document.getElementById('curve')).write({train: [[0, 1], [1, 0.5]]});
        writeConfusion(document.getElementById('table'), [[1, 2], [3, 4]], [-1, 1]);""",
    )
    run(page, HEALTH.replace("'plot'", "'health'"), [["mlp.layer1", 1.0, 1e-6, "dead"]])
    assert axe(page) == []
