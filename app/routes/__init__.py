"""One module a noun: read the request, call, show. Routes never import each other."""

from fastapi import APIRouter

from app.routes import api, graph, health, pages, trace, walk

ROUTERS: tuple[APIRouter, ...] = (
    pages.router,
    graph.router,
    walk.router,
    api.router,
    trace.router,
    health.router,
)
