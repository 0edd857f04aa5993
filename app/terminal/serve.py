"""`gradwalk`, or `gradwalk serve`: the page."""

from __future__ import annotations

import argparse
from dataclasses import replace

from app.settings import Settings


def add(words: argparse.ArgumentParser, settings: Settings) -> None:
    """Add the command's arguments; their defaults are the settings."""
    words.add_argument("--host", default=settings.host, help="address to listen on (%(default)s)")
    words.add_argument("--port", type=port, default=settings.port, help="port (%(default)s)")


def port(text: str) -> int:
    """Read a port number.

    Raises:
        argparse.ArgumentTypeError: not a whole number from 0 to 65535.
    """
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 to 65535, not {text!r}")
    return int(text)


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve the app until it is told to stop."""
    import uvicorn  # here, so that the other commands begin at once

    from app.main import create_app
    from app.prompt import PromptProtocol

    settings = replace(settings, host=given.host, port=given.port)
    uvicorn.run(
        create_app(settings),
        http=PromptProtocol,
        host=settings.host,
        port=settings.port,
        ws="none",  # the page has no web sockets
        server_header=False,
        timeout_graceful_shutdown=2,  # seconds; live streams end with the server
    )
    return 0
