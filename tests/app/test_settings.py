"""Settings are rows, each with a sentence; what does not fit is told in one."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from app.settings import Settings, SettingsError, settings_table, variable

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.mark.parametrize("row", fields(Settings), ids=lambda row: row.name)
def test_each_setting_has_a_sentence_and_is_documented(row):
    assert row.metadata["sentence"].endswith(".")
    assert len(row.metadata["sentence"].split()) > 4
    assert f"`{variable(row)}`" in DOCUMENT.read_text("utf-8")


def test_the_document_prints_the_rows_as_they_are():
    assert DOCUMENT.read_text("utf-8").endswith(settings_table())


def test_without_variables_the_defaults_hold():
    assert Settings.from_environment({"PATH": "/bin"}) == Settings()
    assert Settings().source_bytes == 100_000


def test_variables_are_read_as_their_rows_type():
    given = {"GRADWALK_SECONDS": "2.5", "GRADWALK_HOST": "::1", "GRADWALK_PORT": " 0 "}
    settings = Settings.from_environment(given)
    assert (settings.seconds, settings.host, settings.port) == (2.5, "::1", 0)


def test_the_process_environment_is_read_when_none_is_given(monkeypatch):
    monkeypatch.setenv("GRADWALK_NODES", "7")
    assert Settings.from_environment().nodes == 7


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("NODES", "many", "GRADWALK_NODES must be a whole number of 1 or more, not 'many'."),
        ("NODES", "0", "GRADWALK_NODES must be a whole number of 1 or more, not '0'."),
        ("NODES", "1.5", "GRADWALK_NODES must be a whole number of 1 or more, not '1.5'."),
        ("SECONDS", "nan", "GRADWALK_SECONDS must be a number of 0.01 or more, not 'nan'."),
        ("SECONDS", "inf", "GRADWALK_SECONDS must be a number of 0.01 or more, not 'inf'."),
        ("PORT", "70000", "GRADWALK_PORT must be a whole number from 0 to 65535, not '70000'."),
        ("HOST", " ", "GRADWALK_HOST must be a name or an address, not ' '."),
        ("NODE", "1", "There is no setting called GRADWALK_NODE. Did you mean GRADWALK_NODES?"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(name, value, sentence):
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({f"GRADWALK_{name}": value})
    assert str(caught.value) == sentence


def test_an_unknown_variable_without_a_near_one_lists_them_all():
    with pytest.raises(SettingsError, match=r"There are GRADWALK_SOURCE_BYTES, .*GRADWALK_PORT"):
        Settings.from_environment({"GRADWALK_XYZZY": "1"})


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings().nodes = 1
