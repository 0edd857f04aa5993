"""Mathematics written down: as MathML for the page, as plain text."""

from __future__ import annotations

from markupsafe import Markup, escape

from engine.typeset import (
    ATOM,
    PRODUCT,
    Fenced,
    Fraction,
    Line,
    Math,
    Power,
    Root,
    Row,
    Word,
    base_of,
    fenced_below,
    sign,
)

LONGEST_ROW = 30  # characters


def mathml(line: Line) -> Markup:
    """Return a line as MathML; words that stand for a node carry `data-node`.

    It is one `<math>` element, and more below it: for the result where the line is long, and for
    the condition, if there is one.
    """
    rows = [_math(pieces, "line") for pieces in _rows(line)]
    if line.condition:
        rows.append(_math(_condition(line.condition), "when"))
    return Markup("").join(rows)


def _rows(line: Line) -> list[list[Math]]:
    """Return a line in rows that a panel has room for."""
    whole = _equation(line)
    if len(line.right) < 2 or len(_plain_row(whole)) <= LONGEST_ROW:
        return [whole]
    first, *others = ([sign(relation), piece] for relation, piece in line.right)
    return [([] if line.left is None else [line.left]) + first, *others]


def _math(pieces: list[Math], kind: str) -> Markup:
    inside, text = "".join(map(_element, pieces)), escape(_plain_row(pieces))
    opening = f'<math display="block" class="{kind}" alttext="{text}">'
    return Markup(f"{opening}<mrow>{inside}</mrow></math>")  # noqa: S704  every word in it is escaped


def _equation(line: Line) -> list[Math]:
    """Return a line from left to right, without its condition."""
    pieces = [] if line.left is None else [line.left]
    for relation, piece in line.right:
        pieces += [sign(relation), piece]
    return pieces


def _condition(condition: Math) -> list[Math]:
    """Return when a line holds; a word such as "otherwise" says it by itself."""
    return (
        [condition]
        if isinstance(condition, Word)
        else [Word("if\N{NO-BREAK SPACE}", "words"), condition]
    )


ELEMENTS = {"name": "mi", "number": "mn", "sign": "mo", "function": "mi", "words": "mtext"}


def _element(piece: Math) -> str:
    match piece:
        case Word(text, kind, node, _):
            name = ELEMENTS[kind]
            place = "" if node is None else f' class="factor" data-node="{node}"'
            return f"<{name}{place}>{escape(text)}</{name}>"
        case Row(parts):
            return f"<mrow>{''.join(map(_element, parts))}</mrow>"
        case Fraction(top, bottom):
            return f"<mfrac>{_element(top)}{_element(bottom)}</mfrac>"
        case Power(base, exponent):
            return f"<msup>{_element(base)}{_element(exponent)}</msup>"
        case Root(inside):
            return f"<msqrt>{_element(inside)}</msqrt>"
        case Fenced(inside, bars):
            left, right = ("|", "|") if bars else ("(", ")")
            fence = "<mo>" if _is_tall(inside) else '<mo stretchy="false">'
            return f"<mrow>{fence}{left}</mo>{_element(inside)}{fence}{right}</mo></mrow>"


def _is_tall(piece: Math) -> bool:
    """Tell whether a piece is taller than a line, so that its fences must grow."""
    match piece:
        case Word():
            return False
        case Row(parts):
            return any(map(_is_tall, parts))
        case Fenced(inside):
            return _is_tall(inside)
    return True


# As plain text

RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def plain_line(line: Line) -> str:
    """Return a line on one line, for a title or a screen reader."""
    text = _plain_row(_equation(line))
    return f"{text}, {_plain_row(_condition(line.condition))}" if line.condition else text


def _plain_row(pieces: list[Math]) -> str:
    return "".join(f" {plain(p)} " if _is_relation(p) else plain(p) for p in pieces).strip()


def _is_relation(piece: Math) -> bool:
    return isinstance(piece, Word) and piece.kind == "sign"


def plain(piece: Math) -> str:
    """Return mathematics on one line.

    >>> plain(Fraction(Word("a"), Row((Word("b"), sign("+"), Word("c")), 0)))
    'a/(b + c)'
    """
    match piece:
        case Word(text):
            return text
        case Row(parts, binds):
            return "".join(_plain_part(part, binds, first=part is parts[0]) for part in parts)
        case Fraction(top, bottom):
            return f"{plain(fenced_below(top, PRODUCT))}/{plain(base_of(bottom))}"
        case Power(base, exponent):
            raised = plain(exponent)
            small = all(character in "0123456789−" for character in raised)
            return plain(base) + (
                raised.translate(RAISED) if small else f"^{plain(base_of(exponent))}"
            )
        case Root(inside):
            return f"√{plain(base_of(inside))}"
        case Fenced(inside, bars):
            return f"|{plain(inside)}|" if bars else f"({plain(inside)})"


def _plain_part(part: Math, binds: int, *, first: bool) -> str:
    """Return one piece of a row; a sign between two stands apart, before the first one not."""
    spaced = _is_relation(part) and not first and binds < ATOM
    return f" {plain(part)} " if spaced else plain(part)
