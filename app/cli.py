"""The `gradwalk` command: serve the page; draw, check and train programs in a terminal."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence

from app import __version__
from app.settings import Settings, SettingsError
from app.terminal import streams
from app.terminal.streams import StopError

REFUSED = 2  # the exit code of what can't be done; argparse's own for words it does not know
INTERRUPTED = 130  # by Ctrl-C, as shells count it
COMMANDS = {
    "serve": "serve the page (what happens without a command)",
    "draw": "draw a program: svg, png, html, dot, json, tex, py",
    "check": "prove the gradients of a program by central differences",
    "train": "let a program learn from its data, and draw what has become of it",
}


def parser(settings: Settings) -> argparse.ArgumentParser:
    """Return the command's arguments; the defaults of serving are the settings."""
    from app.terminal import check, draw, serve, train

    words = argparse.ArgumentParser(
        prog="gradwalk",
        description="Serve the page that draws graphs and their gradients, or work on one program.",
        epilog="Without a command it serves. gradwalk COMMAND --help tells more.",
    )
    serve.add(words, settings)
    words.add_argument("--version", action="version", version=f"gradwalk {__version__}")
    words.set_defaults(run=serve.run)
    commands = words.add_subparsers(metavar="COMMAND")
    modules = {"serve": serve, "draw": draw, "check": check, "train": train}
    for name, told in COMMANDS.items():
        said = f"{told[0].upper()}{told[1:]}."
        more = check.CODES if name == "check" else None
        sub = commands.add_parser(name, help=told, description=said, epilog=more)
        modules[name].add(sub, settings)
        sub.set_defaults(run=modules[name].run)
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    streams.prepare()
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except StopError as error:
        streams.complain(f"gradwalk: {error}")
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # who reads has had enough, as `head` has
        streams.leave_off(sys.stdout)
        return 0


def _run(arguments: Sequence[str]) -> int:
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        raise StopError(str(error)) from error
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        raise StopError(_no_command(arguments[0]))
    try:
        given = parser(settings).parse_args(arguments)
    finally:
        streams.flush()  # what --help has printed
    code: int = given.run(given, settings)
    return code


def _no_command(word: str) -> str:
    """Return the way out where the first word is no command: the one that was meant, or draw."""
    from engine.refusals import near

    if word.isalnum() and not streams.kind(word):
        return f"There is no command {word}. {near(word, list(COMMANDS))}"
    shown = shlex.quote(word) if len(word) < 60 else "PROGRAM"
    return f"There is no command {shown}. gradwalk draw {shown} draws it."


if __name__ == "__main__":
    sys.exit(main())
