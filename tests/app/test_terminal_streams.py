"""`gradwalk` with streams that are closed, full or not UTF-8; bad targets; ports that are taken."""

import io
import re
import socket
import sys
from pathlib import Path

import pytest

from app import cli

FULL = Path("/dev/full")
COMMANDS = (
    ("draw", "x", "--format", "json"),
    ("check", "x"),
    ("train", "w^2", "--steps", "1", "--no-picture"),
)


@pytest.fixture
def main(monkeypatch, capsys):
    """Run the command with some streams replaced; return its exit code, what it wrote and said."""

    def ran(*words, **streams):
        with monkeypatch.context() as patch:
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            code = cli.main(words)
        return code, *capsys.readouterr()

    return ran


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    ("words", "there"),
    [
        (("check", "y = x*w", "--set", "x=-2"), r"\+ w  -2 +measured -2\n"),
        (("check", "log(x)", "--set", "x=0"), r"The output here is -inf"),
        (COMMANDS[2], r"step 1: loss 1 -> 0\.64\n"),
    ],
)
def test_an_output_that_is_not_utf8_has_plain_signs(main, encoding, words, there):
    out = io.TextIOWrapper(io.BytesIO(), encoding)
    main(*words, stdout=out)
    assert re.search(there, out.buffer.getvalue().decode("ascii"))


def test_a_refusal_is_said_where_its_words_cannot_be_written(main):
    said = io.TextIOWrapper(io.BytesIO(), "ascii")
    assert main("draw", "σ + tnh(y)", stderr=said)[0] == 2
    assert b"    ? + tnh(y)\n        ^^^\n" in said.buffer.getvalue()


@pytest.mark.parametrize("words", COMMANDS)
def test_a_standard_output_that_is_closed_or_full_is_said(main, words):
    said = "gradwalk: standard output cannot be written: "
    assert main(*words, stdout=None) == (2, "", f"{said}it is closed.\n")
    if FULL.exists():
        with FULL.open("w") as full:
            assert main(*words, stdout=full) == (2, "", f"{said}No space left on device.\n")


def test_help_that_cannot_be_written_is_said(main):
    if FULL.exists():
        with FULL.open("w") as full:
            assert main("--help", stdout=full)[0] == 2


def test_a_standard_input_that_is_closed_is_said(main):
    said = "gradwalk: standard input cannot be read: it is closed.\n"
    assert main("draw", "-", stdin=None) == (2, "", said)


@pytest.mark.parametrize("words", [*COMMANDS, ("draw", "2*")])
def test_nothing_breaks_where_standard_error_is_closed(main, words):
    code, out, _ = main(*words, stderr=None)
    assert (code, bool(out)) == ((2, False) if words[1] == "2*" else (0, True))


def test_nothing_breaks_where_standard_error_is_full(main):
    if FULL.exists():
        with FULL.open("w") as full:
            assert main("draw", "2*", stderr=full) == (2, "", "")


# targets


@pytest.mark.parametrize("command", ["draw", "train"])
@pytest.mark.parametrize(
    ("target", "why"),
    [("no/o.svg", "there is no folder no"), ("f.svg", "it is a folder"), ("held.svg", "you may")],
)
def test_a_target_that_cannot_be_written_is_refused_before_the_work(
    main, tmp_path, monkeypatch, command, target, why
):
    def worked(*_):
        raise AssertionError("it was drawn or trained")

    monkeypatch.setattr("app.terminal.train.Trainer", worked)
    monkeypatch.setattr("app.terminal.draw.Computed.of_program", worked)
    if "held" in target:
        monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.svg").mkdir()
    code, _, said = main(command, "w^2", "-o", target)
    assert code == 2
    assert said.startswith(f"gradwalk: {target} cannot be written: {why}")


def test_what_is_no_picture_is_written_not_drawn(main, tmp_path):
    for name, word in (("o.json", "Written to"), ("o.svg", "Drawn in")):
        target = str(tmp_path / name)
        out = main("train", "w^2", "--steps", "1", "-o", target)[1]
        assert out.endswith(f"{word} {target}.\n")


# the server


@pytest.fixture
def served(monkeypatch):
    """Return the options of each server that was begun; none of them listens."""
    options = []
    monkeypatch.setattr("uvicorn.run", lambda _app, **words: options.append(words))
    return options


def test_a_taken_port_is_said_with_the_way_out(main, served):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, said = main("--host", "127.0.0.1", "--port", str(port))
    assert (code, served) == (2, [])
    assert said == (
        f"gradwalk: Port {port} is taken already."
        " Take another, as in --port 8001, or --port 0 for any that is free.\n"
    )


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("192.0.2.1", "is no address of this machine. Take 127.0.0.1"),
        ("no..host", "is no address. Take 127.0.0.1"),
    ],
)
def test_a_host_that_is_none_is_said(main, served, host, why):
    code, _, said = main("--host", host, "--port", "0")
    assert (code, served) == (2, [])
    assert said.startswith(f"gradwalk: --host {host} {why}")


def test_a_port_that_only_some_may_take_is_said(main, served, monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("socket.socket.bind", denied)
    assert "Port 80 needs an administrator's rights. Take another" in main("--port", "80")[2]
    assert main("--port", "0")[0] == 2
    assert served == []


def test_a_free_port_is_served_and_0_as_before(main, served):
    assert main("--host", "127.0.0.1", "--port", "0")[0] == 0
    assert [(each["host"], each["port"]) for each in served] == [("127.0.0.1", 0)]
