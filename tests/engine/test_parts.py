"""One event explained: which terms of a sum stand on the card."""

import pytest

from engine.explain import explain_event
from engine.notation import plain_line
from engine.parts import MOST_TERMS
from engine.program import parse
from engine.trace import trace


def sums(count, *mistakes):
    """Return, for each contribution to x of x*1 + x*2 + ..., its sum row and its part."""
    slopes = [str(k) for k in range(1, count + 1)]
    program = parse("x = 1\n" + " + ".join(f"x*{slope}" for slope in slopes))
    walked = trace(program.graph, program.leaves({}), mistakes=set(mistakes))
    found = []
    for place, event in enumerate(walked.events):
        if event.kind == "flow" and event.operand == 0:
            part = explain_event(walked, place)
            rows = [(row.words, row.number) for row in part.factors if row.role == "sum"]
            found.append((rows[0] if rows else None, part))
    return found


def test_the_first_contribution_is_no_sum():
    (first, part), *_ = sums(3)
    assert first is None
    assert len(part.sums) == 1


def test_a_sum_of_few_terms_is_written_out():
    *_, (last, part) = sums(MOST_TERMS)
    assert last == ("5 + 4 + 3 + 2 + 1", "+15")
    assert plain_line(part.sums[-1]) == "∂output/∂x = 5 + 4 + 3 + 2 + 1 = 15"


@pytest.mark.parametrize("count", [MOST_TERMS + 1, MOST_TERMS + 4])
def test_of_a_sum_of_many_terms_stand_the_sum_so_far_and_the_newest(count):
    found = [row for row, _ in sums(count)]
    for k, row in enumerate(found[MOST_TERMS:], MOST_TERMS):
        earlier, newest = sum(range(count, count - k, -1)), count - k
        assert row == (f"{earlier} + {newest}", f"+{earlier + newest}")
    assert found[MOST_TERMS - 1][0].count("+") == MOST_TERMS - 1


@pytest.mark.parametrize("count", [2, MOST_TERMS + 2])
def test_what_is_overwritten_is_no_sum(count):
    assert all(row is None for row, _ in sums(count, "overwrite"))


def test_what_the_pass_before_has_left_counts_in_a_sum_of_many_terms():
    count = MOST_TERMS + 2
    second = sums(count, "unzeroed")[count:]
    whole = sum(range(1, count + 1))
    assert second[0][0] == (f"{whole} + {count}", f"+{whole + count}")
    assert second[-1][0] == (f"{2 * whole - 1} + 1", f"+{2 * whole}")
