"""The `gradwalk` command: serve the page; draw, check and train programs in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from app import __version__
from app.settings import Settings, SettingsError

REFUSED = 2  # the exit code of what can't be done; argparse's own for words it does not know
INTERRUPTED = 130  # by Ctrl-C, as shells count it


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
    rows = (
        ("serve", serve, "serve the page (what happens without a command)"),
        ("draw", draw, "draw a program: svg, png, html, dot, json, tex, py"),
        ("check", check, "prove the gradients of a program by central differences"),
        ("train", train, "let a program learn from its data, and draw what has become of it"),
    )
    for name, module, help_ in rows:
        sub = commands.add_parser(name, help=help_, description=module.__doc__)
        module.add(sub, settings)
        sub.set_defaults(run=module.run)
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        return _refuse(str(error))
    given = parser(settings).parse_args(arguments)
    from app.terminal.given import StopError

    try:
        code: int = given.run(given, settings)
    except StopError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # who reads has had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _refuse(sentence: str) -> int:
    print(f"gradwalk: {sentence}", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
