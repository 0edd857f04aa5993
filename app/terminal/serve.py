"""`gradwalk`, or `gradwalk serve`: the page."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from dataclasses import replace

from app.settings import Settings
from app.terminal.streams import StopError


def add(words: argparse.ArgumentParser, settings: Settings) -> None:
    """Add the command's arguments; their defaults are the settings."""
    words.add_argument("--host", default=settings.host, help="address to listen on (%(default)s)")
    words.add_argument(
        "--port", type=port, default=settings.port, help="port (%(default)s); 0 takes a free one"
    )


def port(text: str) -> int:
    """Read a port number.

    Raises:
        argparse.ArgumentTypeError: not a whole number from 0 to 65535.
    """
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 to 65535, not {text!r}")
    return int(text)


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve the app until it is told to stop.

    Raises:
        StopError: nobody can listen there.
    """
    check_free(given.host, given.port)
    import uvicorn  # here, so that the other commands begin at once

    from app.main import create_app
    from app.prompt import PromptProtocol

    if sys.stdout is None:  # closed; uvicorn asks it whether it is a terminal
        sys.stdout = sys.stderr
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


def check_free(host: str, number: int) -> None:
    """Refuse an address that can't be listened on, before the server begins.

    Raises:
        StopError: the port is taken or not allowed, or the address is none of this machine.
    """
    try:
        places = socket.getaddrinfo(
            host or None, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        raise StopError(f"--host {host} is no address. Take 127.0.0.1, or 0.0.0.0.") from None
    for family, kind, protocol, _, address in places:
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":  # as the server will: a port just left can be taken
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind(address)
            except OSError as error:
                raise StopError(_taken(host, number, error)) from error


def _taken(host: str, number: int, error: OSError) -> str:
    other = "Take another, as in --port 8001, or --port 0 for any that is free."
    if error.errno == errno.EADDRINUSE:
        return f"Port {number} is taken already. {other}"
    if error.errno == errno.EACCES:
        return f"Port {number} needs an administrator's rights. {other}"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host} is no address of this machine. Take 127.0.0.1, or 0.0.0.0."
    return f"{host}:{number} cannot be listened on: {error.strerror}. {other}"
