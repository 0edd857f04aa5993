"""The page: a program in its address, drawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.examples import EXAMPLES
from app.links import sample, settings, walk
from app.pages import show
from app.views import page_view

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"], response_class=HTMLResponse)
def page(
    request: Request,
    inputs: Annotated[list[str], Query(alias="set", default_factory=list)],
    p: str | None = None,
) -> HTMLResponse:
    """Show the page; without a program in the address, the neuron."""
    source = EXAMPLES[0].source if p is None else p.replace("\r\n", "\n")
    at = walk(request.query_params)
    one = sample(request.query_params)
    view = page_view(request.app.state.pictures, source, settings(inputs), at, one)
    return show("page/index.html", page=view)
