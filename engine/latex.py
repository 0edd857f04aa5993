"""Mathematics written down as LaTeX, to take along: plain LaTeX and amsmath read all of it.

What no command writes, such as 名, stands among words as it is: it is the person's own name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from engine.numerals import MINUS
from engine.typeset import Fenced, Fraction, Line, Math, Power, Root, Row, Word

FUNCTIONS = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "exp", "max", "min"}
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "·": r"\cdot",
        "×": r"\times",
        "≤": r"\le",
        "≥": r"\ge",
        "≠": r"\ne",
        "≈": r"\approx",
        "←": r"\leftarrow",
        MINUS: "-",
    }
)
# These capitals have no command of their own, nor has omicron.
LOOKS_LATIN = tuple(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True))
LETTERS: Mapping[str, str] = MappingProxyType(
    {
        **{greek: rf"\mathrm{{{latin}}}" for greek, latin in LOOKS_LATIN},
        "Γ": r"\Gamma",
        "Δ": r"\Delta",
        "Θ": r"\Theta",
        "Λ": r"\Lambda",
        "Ξ": r"\Xi",
        "Π": r"\Pi",
        "Σ": r"\Sigma",
        "Υ": r"\Upsilon",
        "Φ": r"\Phi",
        "Ψ": r"\Psi",
        "Ω": r"\Omega",
        "α": r"\alpha",
        "β": r"\beta",
        "γ": r"\gamma",
        "δ": r"\delta",
        "ε": r"\varepsilon",
        "ϵ": r"\epsilon",
        "ζ": r"\zeta",
        "η": r"\eta",
        "θ": r"\theta",
        "ϑ": r"\vartheta",
        "ι": r"\iota",
        "κ": r"\kappa",
        "λ": r"\lambda",
        "μ": r"\mu",
        "ν": r"\nu",
        "ξ": r"\xi",
        "ο": "o",
        "π": r"\pi",
        "ϖ": r"\varpi",
        "ρ": r"\rho",
        "ϱ": r"\varrho",
        "σ": r"\sigma",
        "ς": r"\varsigma",
        "τ": r"\tau",
        "υ": r"\upsilon",
        "φ": r"\varphi",
        "ϕ": r"\phi",
        "χ": r"\chi",
        "ψ": r"\psi",
        "ω": r"\omega",
        "∂": r"\partial",
        "∞": r"\infty",
        "_": r"\_",
    }
)
ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "\N{COMBINING GRAVE ACCENT}": r"\grave",
        "\N{COMBINING ACUTE ACCENT}": r"\acute",
        "\N{COMBINING CIRCUMFLEX ACCENT}": r"\hat",
        "\N{COMBINING TILDE}": r"\tilde",
        "\N{COMBINING MACRON}": r"\bar",
        "\N{COMBINING BREVE}": r"\breve",
        "\N{COMBINING DOT ABOVE}": r"\dot",
        "\N{COMBINING DIAERESIS}": r"\ddot",
        "\N{COMBINING RING ABOVE}": r"\mathring",
        "\N{COMBINING CARON}": r"\check",
    }
)
IN_WORDS = str.maketrans(
    {
        **{each: "\\" + each for each in "#$%&_{}"},
        **{each: f"${each}$" for each in "<>|"},  # the oldest text fonts have others in their place
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
)
LAST_LATIN = "\N{LATIN SMALL LETTER LONG S}"  # up to here LaTeX reads letters as they are typed

_NUMBER = re.compile(r"(-?[\d._]+|-?∞)(?:[eE]([-+]?[\d_]+))?")
_MARKED = re.compile(r".[\u0300-\u036f]*", re.DOTALL)


def latex(lines: list[Line]) -> str:
    r"""Return lines as LaTeX for a formula of its own, aligned at the first relation.

    >>> print(latex([Line(Word("y"), (("=", Power(Word("x"), Word("2", "number"))),))]))
    \begin{aligned}
    y &= {x}^{2}
    \end{aligned}
    """
    rows = " \\\\\n".join(map(_line, lines))
    return f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"


def prose(text: str) -> str:
    r"""Return words as LaTeX for running text.

    >>> prose("50% of x_1 → σ")
    '50\\% of x\\_1 → $\\sigma$'
    """
    return "".join(map(_among_words, _letters(text)))


def _line(line: Line) -> str:
    text = "" if line.left is None else _piece(line.left) + " "
    for place, (relation, piece) in enumerate(line.right):
        mark = "" if place else "&"
        text += f"{' ' if place else ''}{mark}{SIGNS.get(relation, relation)} {_piece(piece)}"
    if line.condition is not None:
        link = "" if isinstance(line.condition, Word) else r"\text{if } "
        text += rf" \quad {link}{_piece(line.condition)}"
    return text


def _piece(piece: Math) -> str:
    match piece:
        case Word(text, kind, _, _):
            return _word(text, kind)
        case Row(parts):
            return " ".join(map(_piece, parts))
        case Fraction(top, bottom):
            return rf"\frac{{{_piece(top)}}}{{{_piece(bottom)}}}"
        case Power(base, exponent):
            return f"{{{_piece(base)}}}^{{{_piece(exponent)}}}"
        case Root(inside):
            return rf"\sqrt{{{_piece(inside)}}}"
        case Fenced(inside, bars):
            left, right = ("|", "|") if bars else ("(", ")")
            return rf"\left{left} {_piece(inside)} \right{right}"


def _word(text: str, kind: str) -> str:
    match kind:
        case "sign":
            return SIGNS.get(text, text)
        case "number":
            return _number(text)
        case "function":
            return f"\\{text}" if text in FUNCTIONS else rf"\operatorname{{{_escaped(text)}}}"
        case "words":
            return _words(text)
    return _name(text)


def _name(text: str) -> str:
    """Return a name: its letters as mathematics, or words where one of them cannot be."""
    letters = [_letter(letter) for letter in _letters(text)]
    written = "".join(letter for letter in letters if letter is not None).strip()
    if None in letters:
        return _words(text)
    return written if len(letters) == 1 else rf"\mathit{{{written}}}"


def _words(text: str) -> str:
    return rf"\text{{{prose(text)}}}"


def _among_words(letter: str) -> str:
    written = None if len(letter) == 1 and letter <= LAST_LATIN else _letter(letter)
    return _escaped(letter) if written is None else f"${written.strip()}$"


def _escaped(text: str) -> str:
    return text.replace(MINUS, "-").translate(IN_WORDS)


def _letters(text: str) -> list[str]:
    """Return the letters of a text, each with the accents that stand on it."""
    return _MARKED.findall(unicodedata.normalize("NFC", text))


def _letter(letter: str) -> str | None:
    r"""Return a letter as mathematics writes it, None where no command does.

    >>> _letter("λ"), _letter("x"), _letter("ŷ"), _letter("名")
    ('\\lambda ', 'x', '\\hat{y}', None)
    """
    base, *marks = tuple(unicodedata.normalize("NFD", letter))
    written = base if base.isascii() and base.isalnum() else LETTERS.get(base)
    for mark in marks:
        if written is None or mark not in ACCENTS:
            return None
        written = f"{ACCENTS[mark]}{{{written}}}"
    return f"{written} " if written and re.fullmatch(r"\\[a-zA-Z]+", written) else written


def _number(text: str) -> str:
    """Return a number as typed; a power of ten is written as one."""
    found = _NUMBER.fullmatch(text.replace(MINUS, "-"))
    if found is None:  # nan, or to another base
        return rf"\mathrm{{{_escaped(text)}}}"
    mantissa, exponent = found.groups(default="")
    mantissa = mantissa.replace("∞", r"\infty").replace("_", r"\_")
    return rf"{mantissa} \cdot 10^{{{exponent.replace('_', '')}}}" if exponent else mantissa
