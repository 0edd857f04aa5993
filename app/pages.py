"""Templates, ready to answer with."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from app import __version__
from app.paths import data_folder
from app.static import asset
from engine.numerals import exact, minus
from engine.wording import HEADS, ROLES

_environment = Environment(
    loader=FileSystemLoader(data_folder("templates")),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(exact=exact, minus=minus)
_environment.globals.update(asset=asset, version=__version__, roles=ROLES, heads=HEADS)


def show(template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a template filled in; the address's answer is not kept, since its parts are."""
    text = _environment.get_template(template).render(**context)
    return HTMLResponse(text.encode("utf-8", "replace"), status, {"cache-control": "no-cache"})
