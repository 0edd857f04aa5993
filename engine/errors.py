"""What can go wrong, as one tree. The text of each is a sentence for people.

>>> from engine import GradwalkError, parse
>>> try:
...     parse("2*log(x")
... except GradwalkError as error:
...     print(error)
line 1, column 6: This ( is never closed. Add ) where it ends.

GradwalkError
├── ExprError         an Expr that cannot be built, or changed the way it was asked to
├── GraphError        numbers that do not belong to the graph they came with
├── MemoryLimitError  numbers over more nodes and lanes than there is room for
├── QueryError        words to find nodes by that cannot be read
├── OptimizerError    a setting that an optimizer does not have, or other parameters than it knows
├── ExportError       a file that is no graph of ours
├── TrainingError     a run asked for what it cannot do: a step it has not reached, an unknown name
├── TorchError        a tensor of PyTorch whose history cannot be read
└── ProgramError      a typed program that is refused: where, what, and the way out
    └── LimitError    ... because it would run over one of the limits
"""

from __future__ import annotations

from engine.spans import START, Span


class GradwalkError(Exception):
    """Anything this engine refuses; its text is a sentence for people."""


class ExprError(GradwalkError, TypeError):
    """An Expr that cannot exist (wrong number of operands, an operand that is no number)."""


class GraphError(GradwalkError, ValueError):
    """Numbers and a graph that do not belong together."""


class MemoryLimitError(GradwalkError):
    """Numbers that would take more memory than they may; the sentence says how much."""


class QueryError(GradwalkError, ValueError):
    """Words to find nodes by that cannot be read; why, and the way out."""


class OptimizerError(GradwalkError, ValueError):
    """A setting that an optimizer does not have, or other parameters than it was begun with."""


class TrainingError(GradwalkError, ValueError):
    """A run that cannot be made, or changed, or asked the way it was."""


class ExportError(GradwalkError, ValueError):
    """A file that cannot be read back as a graph; what is wrong in it, and where."""


class TorchError(GradwalkError, ValueError):
    """A tensor of PyTorch whose history cannot be read; why, and the way out."""


class ProgramError(GradwalkError):
    """A refusal of typed text: `message` says what, `span` where, `hint` the way out.

    `hint` is an empty string where there is no sound guess.
    """

    def __init__(self, message: str, span: Span, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint

    def __str__(self) -> str:
        """Return the whole refusal on one line, as a terminal would want it."""
        place = f"line {self.span.line}, column {self.span.column}: "
        return place + self.message + (f" {self.hint}" if self.hint else "")


class EmptyProgramError(ProgramError):
    """A text with no expression in it: no mistake, only the beginning."""

    def __init__(self) -> None:
        hint = "Type an expression, such as tanh(x*w + b)."
        super().__init__("There is nothing to draw yet.", START, hint)


class LimitError(ProgramError):
    """The program is in order, but larger, deeper or slower than a limit allows."""
