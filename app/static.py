"""Static files, and how long a browser may keep each."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.paths import data_folder
from engine.drawing.looks import FOLDER

FOR_EVER = "public, max-age=31536000, immutable"  # its address changes with its content
A_WEEK = "public, max-age=604800"  # pinned by hash, changes with a release
ASK = "no-cache"  # kept, but asked for again by ETag


def asset(path: str) -> str:
    """Return the address of a static file, with its content's hash so that it can be kept for ever.

    >>> asset("vendor/htmx.min.js").startswith("/static/vendor/htmx.min.js?v=")
    True
    """
    file = data_folder("static") / path
    file = file if file.is_file() else FOLDER / path
    return f"/static/{path}?v={_hash(file, file.stat().st_mtime_ns)}"


@lru_cache(maxsize=256)
def _hash(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


class StaticAssets(StaticFiles):
    """The folder `static` and what pictures need of the engine's, each with a Cache-Control."""

    def __init__(self) -> None:
        super().__init__(directory=data_folder("static"), packages=[("engine.drawing", "assets")])

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file at `path`, or 404."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = self._keep(path, scope)
        return response

    def _keep(self, path: str, scope: Scope) -> str:
        version = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("v")
        if version and asset(path).endswith(f"?v={version[0]}"):
            return FOR_EVER
        return A_WEEK if path.startswith(("fonts/", "vendor/")) else ASK
