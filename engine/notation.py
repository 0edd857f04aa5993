"""Mathematics written down: as MathML for the page, as LaTeX to take along, as plain text."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

from engine.numerals import MINUS
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


def mathml(line: Line) -> Markup:
    """Return a line as MathML; words that stand for a node carry `data-node`.

    It is one `<math>` element, and another below it for the condition, if there is one.
    """
    condition = _math(_condition(line.condition), "when") if line.condition else ""
    return _math(_equation(line), "line") + condition


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


# As LaTeX

TEX_SIGNS = {
    "·": r"\cdot",
    "×": r"\times",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "←": r"\leftarrow",
    MINUS: "-",
}
TEX_FUNCTIONS = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "exp", "max", "min"}
TEX_ESCAPES = str.maketrans(
    {
        **{each: "\\" + each for each in "#$%&_{}"},
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        MINUS: "-",
    }
)


def latex(lines: list[Line]) -> str:
    r"""Return lines as LaTeX for a formula of its own, aligned at the first relation.

    >>> print(latex([Line(Word("y"), (("=", Power(Word("x"), Word("2", "number"))),))]))
    \begin{aligned}
    y &= {x}^{2}
    \end{aligned}
    """
    rows = " \\\\\n".join(map(_tex_line, lines))
    return f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"


def _tex_line(line: Line) -> str:
    text = "" if line.left is None else _tex(line.left) + " "
    for place, (relation, piece) in enumerate(line.right):
        mark = "" if place else "&"
        text += f"{' ' if place else ''}{mark}{TEX_SIGNS.get(relation, relation)} {_tex(piece)}"
    if line.condition is not None:
        link = "" if isinstance(line.condition, Word) else r"\text{if } "
        text += rf" \quad {link}{_tex(line.condition)}"
    return text


def _tex(piece: Math) -> str:
    match piece:
        case Word(text, kind, _, _):
            return _tex_word(text, kind)
        case Row(parts):
            return " ".join(map(_tex, parts))
        case Fraction(top, bottom):
            return rf"\frac{{{_tex(top)}}}{{{_tex(bottom)}}}"
        case Power(base, exponent):
            return f"{{{_tex(base)}}}^{{{_tex(exponent)}}}"
        case Root(inside):
            return rf"\sqrt{{{_tex(inside)}}}"
        case Fenced(inside, bars):
            left, right = ("|", "|") if bars else ("(", ")")
            return rf"\left{left} {_tex(inside)} \right{right}"


def _tex_word(text: str, kind: str) -> str:
    match kind:
        case "sign":
            return TEX_SIGNS.get(text, text)
        case "number":
            return _tex_number(text)
        case "function":
            return f"\\{text}" if text in TEX_FUNCTIONS else rf"\operatorname{{{text}}}"
        case "words":
            return rf"\text{{{text.translate(TEX_ESCAPES)}}}"
    letters = "".join(map(_tex_letter, text)).strip()
    return letters if len(text) == 1 else rf"\mathit{{{letters}}}"


def _tex_letter(letter: str) -> str:
    r"""Return a letter of a name; Greek ones by their names.

    >>> _tex_letter("λ"), _tex_letter("Σ"), _tex_letter("x")
    ('\\lambda ', '\\Sigma ', 'x')
    """
    if letter in "∂_":
        return {"∂": r"\partial ", "_": r"\_"}[letter]
    script, _, name = unicodedata.name(letter, "").partition(" ")
    case, _, name = name.replace("LAMDA", "LAMBDA").partition(" LETTER ")
    if script != "GREEK" or not name.isalpha():
        return letter
    return f"\\{name.lower() if case == 'SMALL' else name.capitalize()} "


def _tex_number(text: str) -> str:
    mantissa, _, exponent = text.replace(MINUS, "-").replace("∞", r"\infty").partition("e")
    if text == "nan":
        return r"\mathrm{nan}"
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa


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
