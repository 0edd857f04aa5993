"""The web app, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from app import __version__
from app.datasets import Datasets
from app.faults import Refusal, install_faults
from app.live import Runs
from app.pictures import Pictures
from app.refused import install_refused
from app.routes import ROUTERS
from app.security import BodyLimit, Calm, SameSite, SecurityHeaders
from app.settings import Settings
from app.static import StaticAssets
from engine.compiled import KERNELS


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the app with these settings, or with those of the environment.

    Raises:
        SettingsError: the environment asks for something no setting can be.
    """
    settings = settings or Settings.from_environment()
    app = FastAPI(
        title="gradwalk",
        version=__version__,
        summary="Computation graphs with every value and every gradient.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # both load scripts from elsewhere, which the content policy forbids
        redoc_url=None,
        lifespan=_alive,
        responses={422: {"model": Refusal, "description": "Refused, with the way out"}},
    )
    app.state.settings = settings
    app.state.datasets = Datasets(settings)
    app.state.pictures = Pictures(settings, app.state.datasets.table)
    app.state.runs = Runs(settings)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticAssets(), name="static")
    install_faults(app)
    install_refused(app)
    guard(app, settings)
    return app


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    """Begin to load the kernels, for which nobody waits; at the end, end the runs."""
    KERNELS.begin()
    ending = asyncio.create_task(app.state.runs.end_with_server())
    yield
    ending.cancel()
    app.state.runs.close()


def guard(app: FastAPI, settings: Settings) -> None:
    """Wrap the app; the last added stands outermost."""
    roomy = dict.fromkeys(("/api/runs", "/data"), settings.data_bytes)
    app.add_middleware(BodyLimit, limit=settings.body_bytes, roomy=roomy)
    app.add_middleware(SameSite)
    app.add_middleware(Calm)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    app.add_middleware(SecurityHeaders)
