"""What all exported Python files share: how they begin, their data, what they print."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from engine.export.pieces import WIDTH, listed
from engine.export.plan import Plan

SOURCE_INDENT = "#     "


def page(*parts: Iterable[str]) -> str:
    """Return a file of these parts, a blank line between them; empty ones are left out."""
    written = ("\n".join(part) for part in parts)
    return "\n\n".join(text for text in written if text) + "\n"


def headed(words: str, lines: Sequence[str]) -> list[str]:
    """Return lines under a comment; none, where there are none."""
    return [words, *lines] if lines else []


def heading(title: str, source: str, samples: int) -> Iterator[str]:
    """Yield a docstring and, as a comment, the program, where there is one.

    Args:
        title: what the file is.
        source: the program's text, or an empty one.
        samples: how many the loss is a mean over; 0 where it is none.
    """
    if samples:
        yield f'"""{title}\n\nThe loss is the mean over {samples:,} samples.\n"""'
    else:
        yield f'"""{title}"""'
    if source.strip():
        yield ""
        yield "# The program:"
        yield "#"
        for line in source.strip("\n").splitlines():
            yield f"{SOURCE_INDENT}{''.join(map(_shown, line))}".rstrip()


def columns(plan: Plan, module: str, read: str) -> Iterator[str]:
    """Yield the table of the data, a row a sample, and the names of its columns; or nothing.

    Args:
        plan: whose data it is.
        module: where nan and inf are.
        read: what makes the columns out of `table`; empty where they are not read at once.
    """
    if not plan.columns:
        return
    yield "table = ["
    for row in zip(*(column.tolist() for column in plan.columns.values()), strict=True):
        numbers = [_number(number, module) for number in row]
        line = f"    [{', '.join(numbers)}],"
        yield from (
            [line] if len(line) <= WIDTH else ["    [", *listed(numbers, "        "), "    ],"]
        )
    yield "]"
    if read:
        yield targets(plan, read)


def targets(plan: Plan, read: str, indent: str = "") -> str:
    """Return the line that gives the columns of the data their names."""
    names = [plan.names[node] for node in plan.columns]
    line = f"{indent}{', '.join(names)} = {read}"
    if len(names) > 1 and len(line) <= WIDTH:
        return line
    return "\n".join([f"{indent}[", *listed(names, indent + "    "), f"{indent}] = {read}"])


def footer(
    loss: str, gradients: Sequence[tuple[str, str]], each: str, written: str
) -> Iterator[str]:
    """Yield what prints the loss and each gradient, with all their digits.

    Args:
        loss: a Python float.
        gradients: names as they are printed, and what stands for each.
        each: what one of these is called in the loop.
        written: that as a Python float.
    """
    yield f'print(f"loss = {{{loss}!r}}")'
    if not gradients:
        return
    yield f"for name, {each} in ["
    for name, gradient in gradients:
        yield f"    ({quoted(name)}, {gradient}),"
    yield "]:"
    yield f'    print(f"d loss / d {{name}} = {{{written}!r}}")'


def quoted(text: str) -> str:
    """Return a text as Python writes it, in double quotes where that is simple."""
    return f'"{text}"' if text.isprintable() and not {'"', "\\"} & set(text) else repr(text)


def _number(number: float, module: str) -> str:
    if math.isfinite(number):
        return repr(number)
    return f"{module}.nan" if math.isnan(number) else f"{'-' * (number < 0)}{module}.inf"


def _shown(character: str) -> str:
    if character == "\t":
        return "    "
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
