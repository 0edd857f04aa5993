"""One module a noun: read the request, call, show. Routes never import each other."""

from fastapi import APIRouter

from app.routes import api, data, exports, graph, health, pages, runs, trace, walk

ROUTERS: tuple[APIRouter, ...] = (
    pages.router,
    graph.router,
    exports.router,
    data.router,
    walk.router,
    api.router,
    trace.router,
    runs.router,
    health.router,
)
