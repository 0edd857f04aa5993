"""Python's own parser, one thread at a time.

CPython before 3.11.8 counts how deep a tree is for all threads together: one that is interrupted
while another builds a tree ends with a SystemError (python/cpython#106905).
"""

from __future__ import annotations

import ast
from threading import RLock

ALONE = RLock()


def module(text: str) -> ast.Module:
    """Return the tree of a program.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse` does.
    """
    with ALONE:
        return ast.parse(text)


def expression(text: str) -> ast.expr:
    """Return the tree of one expression.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse` does.
    """
    with ALONE:
        return ast.parse(text, mode="eval").body
