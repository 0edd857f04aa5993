"""HTTP connections on which nothing waits: what a slow reader has not taken is not yet written.

The system and the server would each keep hundreds of kilobytes for a connection, minutes of frames
for a viewer who is slow, each of them older than the one before it was when it was made.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

UNSENT = 4096  # bytes of a connection that may wait in the system


class PromptProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, which goes on writing only when almost all before is on its way."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep what may wait small."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)
        wire = transport.get_extra_info("socket")
        with suppress(AttributeError, OSError):  # not every system knows this limit
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
