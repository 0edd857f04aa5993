"""Loops, functions, classes, half typed and broken: answered in words, never a 500, and soon.

A default run takes some 100 programs. `FUZZ=10000` takes ten thousand, and reports the slowest and
the counts by status.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings

from app.main import create_app
from app.settings import Settings
from tests.fuzz.structured import LESSONS, broken, complete
from tests.fuzz.test_fuzz import FULL, PROGRAMS, Asker

SECONDS = Settings().seconds + 4.0  # reading may take what the setting says; drawing follows
many = settings(
    max_examples=max(PROGRAMS // 2, 30),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.fixture(scope="module")
def ask() -> Iterator[Asker]:
    """Answer programs through both calls, and report at the end of a full run."""
    granted = Settings() if FULL else Settings(seconds=0.5)
    with TestClient(create_app(granted), raise_server_exceptions=False) as client:
        asker = Asker(client, SECONDS)
        yield asker
    if FULL:
        print(asker.report())


@many
@given(source=complete)
def test_programs_with_structure_are_answered(ask, source):
    ask(source, {})


@many
@given(source=broken())
def test_programs_half_typed_or_broken_are_answered(ask, source):
    ask(source, {})


@pytest.mark.parametrize("source", LESSONS, ids=lambda text: text.partition("\n")[0])
def test_the_lessons_are_answered_line_by_line_as_they_are_typed(ask, source):
    lines = source.splitlines()
    for count in range(1, len(lines) + 1, 1 if FULL else 11):
        ask("\n".join(lines[:count]), {})
