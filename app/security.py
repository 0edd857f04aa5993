"""What stands between the network and the routes, as plain ASGI so that streams pass untouched.

From the outside in: `SecurityHeaders` (on every answer), `Calm` (an uncaught exception becomes a
sentence), `SameSite` (no unsafe request from elsewhere), `BodyLimit`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping

from starlette import datastructures
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.faults import known_fault, refusal

log = logging.getLogger("gradwalk")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers older than frame-ancestors
    "referrer-policy": "no-referrer",  # the address holds the program
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

SAFE = {"GET", "HEAD", "OPTIONS"}


class SecurityHeaders:
    """Add `HEADERS` to every answer, errors and static files included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the start of its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                datastructures.MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Calm:
    """Answer an uncaught exception with a sentence, and log it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; if that raises before anything was sent, answer 500."""
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            await refusal(scope, 500, known_fault(500))(scope, receive, send)


class SameSite:
    """Refuse unsafe methods that a browser says come from another site (Fetch Metadata)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in SAFE and _from_elsewhere(scope):
            await refusal(scope, 403, known_fault(403))(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class BodyLimit:
    """Refuse bodies longer than `limit` bytes, as announced and as they really arrive.

    `roomy` has the paths that may bring more, and how much.
    """

    def __init__(self, app: ASGIApp, limit: int, roomy: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.roomy = roomy or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.roomy.get(scope["path"], self.limit)
        if _announced(scope) > limit:
            await refusal(scope, 413, known_fault(413))(scope, receive, send)
            return
        taken = 0

        async def receive_and_count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413)  # the app's own handler words it
            return message

        await self.app(scope, receive_and_count, send)


def _from_elsewhere(scope: Scope) -> bool:
    return datastructures.Headers(scope=scope).get("sec-fetch-site") == "cross-site"


def _announced(scope: Scope) -> float:
    """Return the Content-Length; 0 when there is none, infinity when it is absurd."""
    text = datastructures.Headers(scope=scope).get("content-length", "")
    if not (text.isascii() and text.isdigit()):
        return 0
    return int(text) if len(text) < 20 else math.inf
