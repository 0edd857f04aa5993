"""The app as the tests of its routes call it."""

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


@pytest.fixture(scope="module")
def client():
    """Return one app for a whole module: the address is the state, so no call changes it."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as client:
        yield client
