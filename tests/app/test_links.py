"""The address is the state: any program as a link, and back."""

import math
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.links import LONGEST_QUERY, link, setting, settings

words = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def opened(address):
    """Return the program and the settings that a link opens, as a server or the page reads them."""
    parts = urlsplit(address)
    fields = parse_qs(parts.query or parts.fragment, keep_blank_values=True)
    return fields["p"][0], settings(fields.get("set", []))


@given(source=words, inputs=st.dictionaries(names, numbers, max_size=4))
def test_a_link_reopens_exactly_this(source, inputs):
    assert opened(link(source, inputs)) == (source, inputs)


@given(source=words)
def test_a_link_is_plain_ascii_without_blanks(source):
    address = link(source, {})
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
    assert address.startswith(("/?p=", "/#p="))


@pytest.mark.parametrize(
    ("source", "inputs", "address"),
    [
        ("x*x", {"x": 3.0}, "/?p=x*x&set=x:3"),
        ("x = 2\nx^2", {}, "/?p=x+=+2%0Ax^2"),
        ("a+b", {}, "/?p=a%2Bb"),
        ("50%", {}, "/?p=50%25"),
        ("σ", {"σ": 0.1, "x#2": -1e-9}, "/?p=%CF%83&set=%CF%83:0.1&set=x%232:-1e-09"),
        ("", {}, "/?p="),
    ],
)
def test_links_are_readable(source, inputs, address):
    assert link(source, inputs) == address


def test_a_long_program_goes_where_no_header_limits_it():
    assert link("x" * (LONGEST_QUERY - 10), {}).startswith("/?")
    assert link("x" * LONGEST_QUERY, {}).startswith("/#")
    assert opened(link("x" * 50_000, {"x": 2.0})) == ("x" * 50_000, {"x": 2.0})


def test_lone_surrogates_do_not_stop_a_link():
    assert link("x\ud800", {}) == "/?p=x?" or link("x\ud800", {}) == "/?p=x%3F"


@given(name=names, number=numbers)
def test_a_setting_reads_back_with_every_digit(name, number):
    found = settings([setting(name, number)])
    assert list(found) == [name]
    assert math.copysign(1, found[name]) == math.copysign(1, number) or number == 0
    assert found[name] == number


@pytest.mark.parametrize(
    "written", ["", "x", "x:", ":3", "x:three", "x:nan", "x:inf", "x:-inf", "x:1e999", "x:3:"]
)
def test_what_is_no_setting_is_passed_over(written):
    assert settings([written, "y:2"]) == {"y": 2.0}


def test_the_last_setting_of_a_name_wins():
    assert settings(["x:1", "x:2"]) == {"x": 2.0}
