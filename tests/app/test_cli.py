"""The `gradwalk` command."""

import subprocess
import sys

import pytest

from app import __version__, cli


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PYTHONPATH": ".", **environment},
    )


def test_it_tells_its_version():
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"gradwalk {__version__}\n")


def test_a_wrong_setting_stops_the_start_with_a_sentence():
    done = run(GRADWALK_PORTS="1")
    assert done.returncode == 2
    assert done.stderr == (
        "gradwalk: There is no setting called GRADWALK_PORTS. Did you mean GRADWALK_PORT?\n"
    )


@pytest.mark.parametrize("text", ["web", "-1", "65536", "8000.0", ""])
def test_a_wrong_port_is_told(text):
    done = run(f"--port={text}")
    assert done.returncode == 2
    assert f"a port is a whole number from 0 to 65535, not {text!r}" in done.stderr


@pytest.mark.parametrize("words", [["--port", "10"], ["serve", "--port", "10"]])
def test_arguments_go_before_the_environment(monkeypatch, words):
    served = []
    monkeypatch.setattr("app.terminal.serve.check_free", lambda *_: None)
    monkeypatch.setattr("uvicorn.run", lambda app, **options: served.append(options))
    monkeypatch.setenv("GRADWALK_HOST", "::1")
    monkeypatch.setenv("GRADWALK_PORT", "9")
    assert cli.main(words) == 0
    assert [(each["host"], each["port"]) for each in served] == [("::1", 10)]
