"""What learners mistype in programs with structure: the place, a sentence, and the way out.

tests/data/learner_mistakes.txt holds them: a program, and behind two dashes its first and last
place; below these the sentence, and the way out. Four signs = part one from the next.
"""

from pathlib import Path

import pytest

from engine.errors import ProgramError
from engine.program import parse

TABLE = Path(__file__).parents[1] / "data" / "learner_mistakes.txt"
MISTAKES = [
    each.strip("\n").split("\n\n-- ") for each in TABLE.read_text("utf-8").split("\n====\n")
]


@pytest.mark.parametrize(("source", "answer"), MISTAKES)
def test_a_mistake_is_answered_with_its_place_a_sentence_and_the_way_out(source, answer):
    with pytest.raises(ProgramError) as caught:
        parse(source)
    error = caught.value
    span = error.span
    place = f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
    assert f"{place}\n{error.message}\n{error.hint}" == answer


def test_no_mistake_is_answered_in_pythons_words():
    assert len(MISTAKES) > 100
    assert not [source for source, answer in MISTAKES if "Python says" in answer]
