"""The `gradwalk` command: serve the page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from app import __version__
from app.settings import Settings, SettingsError


def parser(settings: Settings) -> argparse.ArgumentParser:
    """Return the command's arguments; their defaults are the settings."""
    words = argparse.ArgumentParser(
        prog="gradwalk", description="Serve the page that draws graphs and their gradients."
    )
    words.add_argument("--host", default=settings.host, help="address to listen on (%(default)s)")
    words.add_argument("--port", type=port, default=settings.port, help="port (%(default)s)")
    words.add_argument("--version", action="version", version=f"gradwalk {__version__}")
    return words


def port(text: str) -> int:
    """Read a port number.

    Raises:
        argparse.ArgumentTypeError: not a whole number from 0 to 65535.
    """
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 to 65535, not {text!r}")
    return int(text)


def serve(settings: Settings) -> None:
    """Serve the app until it is told to stop."""
    import uvicorn  # here, so that `--version` and `--help` answer at once

    from app.main import create_app
    from app.prompt import PromptProtocol

    uvicorn.run(
        create_app(settings),
        http=PromptProtocol,
        host=settings.host,
        port=settings.port,
        ws="none",  # the page has no web sockets
        server_header=False,
        timeout_graceful_shutdown=2,  # seconds; live streams end with the server
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        print(f"gradwalk: {error}", file=sys.stderr)
        return 2
    given = parser(settings).parse_args(arguments)
    serve(replace(settings, host=given.host, port=given.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
