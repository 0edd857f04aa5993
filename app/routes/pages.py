"""The page: a program in its address, drawn."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.carried import table_carried
from app.csvs import TableError
from app.examples import EXAMPLES
from app.folds import folds
from app.links import sample, settings, walk
from app.pages import show
from app.views import page_view

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"], response_class=HTMLResponse)
def page(
    request: Request,
    inputs: Annotated[list[str], Query(alias="set", default_factory=list)],
    p: str | None = None,
    data: str = "",
) -> HTMLResponse:
    """Show the page; without a program in the address, the neuron; with small data, bound to it."""
    source = EXAMPLES[0].source if p is None else p.replace("\r\n", "\n")
    at = walk(request.query_params)
    one = replace(sample(request.query_params), mine="")
    with suppress(TableError):  # the page says what is wrong with it
        one = replace(one, mine=request.app.state.datasets.put(table_carried(data)) if data else "")
    learning = "learn" in request.query_params
    view = page_view(
        request.app.state.pictures,
        source,
        settings(inputs),
        at,
        one,
        folds(request.query_params),
        learning=learning,
    )
    return show("page/index.html", page=view)
