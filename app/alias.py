"""The engine by the name it is installed by: in a wheel this file is `gradwalk/__init__.py`."""

from app import __version__
from engine import *  # noqa: F403  what the engine says is public
from engine import __all__ as _engine

__all__ = [*_engine, "__version__"]  # noqa: PLE0604  names all of them
