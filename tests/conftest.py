"""Fixtures of every test: the app in this process, and a real server on a free loopback port."""

from __future__ import annotations

import ast
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import settings

from app.main import create_app
from app.prompt import PromptProtocol
from app.settings import Settings
from engine import trees
from engine.compiled import KERNELS, Kernels

SECONDS_TO_START = 20

if sys.version_info < (3, 11, 8):
    # pytest parses the source of a test that fails while the server's thread may parse a program:
    # see engine/trees.py.
    _parse = ast.parse

    def _alone(*arguments: Any, **options: Any) -> ast.AST:
        with trees.ALONE:
            return _parse(*arguments, **options)

    ast.parse = _alone  # type: ignore[assignment]

# No example is timed: machines are shared, and a slow moment is no fault of the code. The examples
# are the same in every run, so that a change is judged by itself; `make fuzz` finds new ones.
settings.register_profile("gradwalk", deadline=None, derandomize="FUZZ" not in os.environ)
settings.load_profile("gradwalk")


@pytest.fixture(scope="session")
def kernels() -> Kernels:
    """The compiled kernels; compiling them takes some seconds, the first time on a machine."""
    found = KERNELS.wait()
    assert found is not None, "the kernels did not load; the log says why"
    return found


@pytest.fixture
def app() -> FastAPI:
    """The app with default settings, whatever the environment holds."""
    return create_app(Settings())


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client that calls the app directly; it does not follow redirects."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a real uvicorn, such as http://127.0.0.1:41234 (no slash at its end)."""
    yield from serve(create_app(Settings()))


def serve(app: FastAPI) -> Iterator[str]:
    """Serve an app from a thread until the caller is done with its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=PromptProtocol, ws="none", log_level="warning", timeout_graceful_shutdown=2
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, args=([listener],), daemon=True)
    thread.start()
    deadline = time.monotonic() + SECONDS_TO_START
    while not running.started:
        assert thread.is_alive(), "the server ended before it listened"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(SECONDS_TO_START)
    listener.close()
