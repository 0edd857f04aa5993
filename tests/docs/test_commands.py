"""The commands in the documentation do what stands below them."""

import io
import re
import shlex
from pathlib import Path

import pytest

from app.cli import main

PAGE = (Path(__file__).parents[2] / "docs/how-to/command.md").read_text("utf-8")
FILES = dict(re.findall(r"`(\w+\.txt)`[^\n`]*:\n\n```text\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = [
    command
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for command in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_are_commands_with_files_of_their_own():
    assert set(FILES) == {"neuron.txt", "line.txt"}
    assert len(COMMANDS) > 6


@pytest.mark.parametrize(("line", "answer"), COMMANDS)
def test_a_command_says_what_stands_below_it(line, answer, folder, monkeypatch, capfd):
    given, _, command = line.rpartition(" | ")
    if given:
        text = shlex.split(given)[1] + "\n"
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    words = shlex.split(command)
    main(words[1:])
    said = capfd.readouterr()
    assert said.out + said.err == answer
    for place, word in enumerate(words):
        if word == "-o":
            assert (folder / words[place + 1]).stat().st_size > 1_000
