"""A picture as a PNG: the size that was asked for, every text in it, in the page's typefaces."""

import re
import struct

import pytest

from engine import Expr
from engine.computed import Computed
from engine.drawing.looks import FOLDER
from engine.program import parse
from engine.standalone import raster
from engine.standalone.raster import faces, png, unpacked
from engine.standalone.still import svg

NEURON = "x1, x2 = 2, 0\nw1, w2 = -3, 1\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = tanh(n)"


@pytest.fixture(scope="module")
def picture():
    """The lecture's neuron as a small SVG text."""
    return svg(Computed.of_program(parse(NEURON)))


def size(image):
    """Return the width and height that a PNG says it has."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", image[16:24])


def draw(text):
    return raster.raster(text, 0.5)


def test_it_has_the_size_of_the_picture_times_its_scale(picture):
    work = Computed.of_program(parse(NEURON))
    width, height = map(float, re.search(r'width="([\d.]+)" height="([\d.]+)"', picture).groups())
    assert size(png(work)) == (2 * width, 2 * height)
    assert size(png(work, scale=1)) == (width, height)


def test_a_large_picture_is_drawn_smaller(picture, monkeypatch):
    monkeypatch.setattr(raster, "LARGEST", 300.0)
    assert max(size(raster.raster(picture, 50.0))) == 300


def test_a_picture_of_many_pixels_is_drawn_smaller(picture, monkeypatch):
    monkeypatch.setattr(raster, "MOST_PIXELS", 10_000)
    width, height = size(raster.raster(picture, 50.0))
    assert 9_000 < width * height < 11_000


def test_every_text_is_drawn_and_names_are_semibold(picture):
    drawn = draw(picture)
    texts = set(re.findall(r"<text[^>]*>([^<]+)</text>", picture))
    for text in sorted(texts - {"!"}):  # the sign of trouble, of which there is none
        assert draw(picture.replace(f">{text}</text>", "></text>")) != drawn, text
    assert draw(picture.replace("font-weight: 600", "font-weight: 400")) != drawn


def test_dark_and_a_step_are_other_pictures():
    work = Computed.of_program(parse(NEURON))
    images = {png(work, scale=0.5), png(work, scale=0.5, dark=True), png(work, scale=0.5, step=14)}
    assert len(images) == 3


@pytest.mark.parametrize("letter", "λč≤∞→")
def test_a_letter_that_its_typeface_lacks_leaves_the_others_as_they_are(letter):
    """Were all of a text taken from another typeface, the space before it would be narrower."""
    text = svg(Computed.of(Expr(2.0, label="abc")))
    mixed = text.replace(">abc</text>", f">abc{letter}</text>")
    assert ">abc</text>" in text
    one, other = draw(text), draw(mixed)
    assert one != other
    hidden = f'>abc<tspan visibility="hidden">{letter}</tspan></text>'
    assert draw(text.replace(">abc</text>", hidden)) == one


def test_the_typefaces_are_those_of_the_page_and_are_unpacked_once():
    assert {face.file for face in faces()} == {p.name for p in (FOLDER / "fonts").glob("*.woff2")}
    assert [face.name for face in faces()][:1] == ["JetBrains Mono"]
    assert unpacked() is unpacked()
    assert all(file.stat().st_size for file in unpacked())


def test_where_nothing_can_be_kept_it_draws_all_the_same(picture, monkeypatch, tmp_path):
    drawn, lost = draw(picture), tmp_path / "file"
    lost.write_text("no folder")
    needed = [face for face in faces() if face.file.endswith("-latin.woff2")]
    monkeypatch.setattr(raster, "faces", lambda: needed)
    monkeypatch.setattr(raster.platformdirs, "user_cache_path", lambda *_, **__: lost)
    unpacked.cache_clear()
    assert draw(picture) == drawn
    unpacked.cache_clear()
