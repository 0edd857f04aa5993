"""Tables that people brought, by key: kept while there is room, the ones used last the longest."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from threading import Lock

from cachetools import LRUCache

from app.csvs import TableError
from app.settings import Settings
from engine.data import Table
from engine.numerals import MINUS, exact

KEY_LENGTH = 24  # hexadecimal digits
OVERHEAD = 1_000  # bytes of a table beside its rows


class Datasets:
    """Tables by the hash of what is in them; safe to use from many threads.

    The page keeps what it sent, so it can send again what is forgotten here.
    """

    def __init__(self, settings: Settings) -> None:
        """Keep none yet; all together take as many bytes as the settings say."""
        self._lock = Lock()
        self._kept: LRUCache[str, Table] = LRUCache(settings.dataset_bytes, _bytes)

    def put(self, table: Table) -> str:
        """Keep a table; return its key, the same one for the same content.

        Raises:
            TableError: it takes more than all of them together may.
        """
        key = _key(table)
        with self._lock:
            try:
                self._kept[key] = table
            except ValueError:
                most = f"{self._kept.maxsize / 1e6:,.4g} MB"
                message = f"This table takes {_bytes(table) / 1e6:,.4g} MB; the limit is {most}."
                raise TableError(message, "Leave out rows or columns.") from None
        return key

    def table(self, key: str) -> Table | None:
        """Return the table with this key, None where it is not kept, or no more."""
        with self._lock:
            return self._kept.get(key)


def counted_like(table: Table, classes: tuple[float, ...]) -> Table:
    """Return a table whose two classes are these numbers; any other table as it is.

    What the classes were stays as their labels.
    """
    two = len(table.classes) == len(classes) == 2 and classes[0] < classes[1]
    if not two or table.classes == classes:
        return table
    labels = table.labels or tuple(exact(each).replace("-", MINUS) for each in table.classes)
    return replace(table.relabelled(*classes), labels=labels)


def _bytes(table: Table) -> int:
    return table.rows.nbytes + sum(map(len, table.labels)) + OVERHEAD


def _key(table: Table) -> str:
    words = repr((table.columns, table.rows.shape, table.classes, table.labels))
    content = sha256(words.encode("utf-8", "surrogatepass"))
    content.update(table.rows.tobytes())
    return content.hexdigest()[:KEY_LENGTH]
