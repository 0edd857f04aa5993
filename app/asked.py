"""What is asked for: in JSON a program and its inputs; in a form of the page also the walk."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from app.folds import Folds, folds
from app.links import Sample, Walk, count, sample, settings, walk_in_form
from app.pictures import Numbers, Pictures
from engine.errors import ProgramError
from engine.program import Program
from engine.spans import START


class ProgramRequest(BaseModel):
    """A program, and numbers for its inputs that override those in the text."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "x*x", "inputs": {"x": 3.0}}]}
    )
    source: str
    inputs: dict[str, FiniteFloat] = Field(default_factory=dict)

    def numbers(self, pictures: Pictures) -> Numbers:
        """Return the program's values and gradients at these inputs.

        Raises:
            ProgramError: the text is refused, or it has no input of a name that is set.
        """
        self.check(pictures.program(self.source))
        return pictures.numbers(self.source, self.inputs)

    def check(self, program: Program) -> None:
        """Refuse inputs that the program does not have.

        Raises:
            ProgramError: it has no input of a name that is set.
        """
        for name in self.inputs:
            if name not in program.input_named:
                raise _no_such_input(program, name)


def _no_such_input(program: Program, name: str) -> ProgramError:
    known = list(program.input_named)
    shown = name if len(name) <= 40 else name[:40] + "…"
    shown = shown.encode("utf-8", "replace").decode()  # JSON may hold lone surrogates
    close = get_close_matches(name, known, n=1)
    hint = (
        f"Did you mean {close[0]}?"
        if close
        else f"Its inputs are {', '.join(known[:20])}."
        if known
        else "It has none."
    )
    return ProgramError(f"The program has no input called {shown}.", START, hint)


@dataclass(frozen=True)
class Question:
    """One request of the page.

    Attributes:
        source: the program's text.
        inputs: numbers that override those in the text.
        sample: which sample of the data is drawn.
        after: the name of the drawing that the page shows.
        folds: which scopes are open in the drawing that is wanted.
        walk: where in the trace the person stands.
        answer: what was typed as the number to predict.
        run: whose next update the walk ends with, or an empty string.
        moment: after how many events one stands, in place of the walk's step, which is of other
            steps; None for that step.
        stops: the names of the nodes that the play stops at.
        query: what is looked for.
        box: the part of the drawing that is wanted, in its own px; None for all of it.
    """

    source: str
    inputs: dict[str, float]
    sample: Sample
    after: str
    folds: Folds
    walk: Walk
    answer: str
    run: str
    moment: int | None
    stops: tuple[str, ...]
    query: str
    box: tuple[float, float, float, float] | None


async def _read(request: Request) -> Question:
    async with request.form() as form:  # a file sent as a field is closed
        question = Question(
            source=str(form.get("source", "")).replace("\r\n", "\n"),  # forms change line ends
            inputs=settings(map(str, form.getlist("set"))),
            sample=sample(form),
            after=str(form.get("after", "")),
            folds=folds(form),
            walk=walk_in_form(form),
            answer=str(form.get("answer", "")),
            run=str(form.get("run", "")),
            moment=count(str(form.get("moment", ""))),
            stops=tuple(str(form.get("stops", "")).split("\n")),
            query=str(form.get("query", "")),
            box=_box(str(form.get("box", ""))),
        )
    request.state.asked = question  # a refusal of the program repeats its text and its inputs
    return question


Asked = Annotated[Question, Depends(_read)]


def _box(text: str) -> tuple[float, float, float, float] | None:
    """Return left, top, width and height; None where the text is no box."""
    try:
        left, top, width, height = map(float, text.split())
    except ValueError:
        return None
    return left, top, width, height
