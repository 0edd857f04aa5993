"""A value, a seed or a flow in formulas, numbers and a sentence; `learned` has the updates.

What is displayed comes out as displayed: the factors have as many digits as it takes to multiply
to the displayed product, its operands as many as it takes to come to the displayed slope.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.derivation import factor_digits, slope_rule, value_rule, word
from engine.evaluate import reason
from engine.events import Event
from engine.figures import added, digits, multiplied, relation
from engine.notation import plain
from engine.numerals import DIGITS, short, signed
from engine.trace import Trace
from engine.typeset import Line, Word, partial, product, total
from engine.wording import Verdict, name_of, slope_words, verdict

MOST_TERMS = 5  # of a sum that are written out


@dataclass(frozen=True)
class Factor:
    """One row under the formulas.

    Attributes:
        role: "given", "operand", "value", "upstream", "local", "contribution", "sum", "old",
            "rate", "slope", "state", "new" or, of the seed, "gradient".
        words: what it is, in names.
        number: as displayed.
        amount: the number itself, where its sign matters, as a gradient's does; else None.
        node: the node it belongs to, or the one that hands the gradient on.
        operand: of an edge node -> operand, the operand.
    """

    role: str
    words: str
    number: str
    amount: float | None
    node: int
    operand: int | None = None


@dataclass(frozen=True)
class Part:
    """One event explained.

    Attributes:
        rule: the rule with names, without a number; None where a choice in it would tell much.
        lines: the derivation: with names, then with numbers, the result.
        factors: the numbers that met.
        sums: what the factors say, as formulas: the product, and the sum so far.
        lesson: what is true of the op anywhere: its row's `why`.
        verdict: one word for what came of it here, or empty.
        why: the sentence that the numbers at hand say.
        text: the whole in one sentence, to be heard.
        title: which operand it is about, where a step has several.
    """

    rule: Line | None = None
    lines: tuple[Line, ...] = ()
    factors: tuple[Factor, ...] = ()
    sums: tuple[Line, ...] = ()
    lesson: str = ""
    verdict: str = ""
    why: str = ""
    text: str = ""
    title: str = ""


def explain_given(trace: Trace, event: Event) -> Part:
    """Return a leaf or a constant, whose value is given."""
    graph, node = trace.graph, event.node
    value = float(trace.values[node, 0])
    name = name_of(graph, node)
    kind = "a constant: it never learns" if graph.constant[node] else "a leaf: its value is given"
    rows = (Factor("given", name, short(value), None, node),)
    said = kind if name == short(value) else f"{short(value)}, {kind}"
    return Part(factors=rows, text=f"{name} is {said}.")


def explain_value(trace: Trace, event: Event) -> Part:
    """Return how a value is computed."""
    graph, node = trace.graph, event.node
    value, rule = float(trace.values[node, 0]), value_rule(trace, node)
    of_numbers, of_value = digits(rule.figures, value, rule.combine)
    result, name = short(value, of_value), name_of(graph, node)
    operands = dict.fromkeys(graph.operands_of(node))
    numbers = [float(trace.values[operand, 0]) for operand in operands]
    rows = [
        Factor("operand", name_of(graph, operand), short(number, of_numbers), None, operand)
        for operand, number in zip(operands, numbers, strict=True)
    ]
    rows.append(Factor("value", name, result, None, node))
    left = word(graph, node)
    op, operand_values = graph.op(node), [trace.values[o, 0] for o in graph.operands_of(node)]
    broken = op and not math.isfinite(value) and all(map(math.isfinite, operand_values))
    made_by = plain(rule.named())
    if rule.rule(left) is None and op:
        made_by = f"{op.name} of {' and '.join(name_of(graph, each) for each in operands)}"
    return Part(
        rule=rule.rule(left),
        lines=rule.lines(left, of_numbers, result),
        factors=tuple(rows),
        verdict="Trouble" if broken else "",
        why=reason(op, list(map(float, operand_values)), value) if op and broken else "",
        text=f"{name} is {made_by}: {result}." if graph.labels[node] else f"{name} is {result}.",
    )


def explain_seed(trace: Trace, event: Event) -> Part:
    """Return where the way back begins."""
    output, name = word(trace.graph, trace.graph.output), name_of(trace.graph, event.node)
    return Part(
        lines=(Line(partial(output, output), (("=", Word("1", "number")),)),),
        factors=(Factor("gradient", f"of {name}", signed(1.0), 1.0, event.node),),
        why="The output moves one for one with itself: the way back begins with 1.",
        text=f"{name} gradient: 1, the seed of the backward pass.",
    )


def explain_flow(trace: Trace, place: int) -> Part:
    """Return the product of one edge and the sum over the paths so far; each number fits the next.

    Longer than most, since its digits are settled from the sum back to the operands.
    """
    event, graph = trace.events[place], trace.graph
    node, operand, slot = event.node, known(event.operand), known(event.slot)
    upstream, local = number_of(event.upstream), number_of(event.local)
    contribution, so_far = number_of(event.contribution), number_of(event.total)
    rule, terms = slope_rule(trace, node, slot), _terms(trace, place)
    of_terms, of_sum = digits(terms, so_far, added) if len(terms) > 1 else (DIGITS, DIGITS)
    if all(map(math.isfinite, (upstream, local, contribution))):
        found = factor_digits(rule, upstream, local, contribution, of_terms)
        of_numbers, of_factors, of_product = found
    else:
        of_numbers, of_factors = digits(rule.figures, local, rule.combine, of_terms)
        of_product = of_terms

    name, target = name_of(graph, node), name_of(graph, operand)
    up, slope = signed(upstream, of_factors), short(local, of_factors)
    handed = signed(contribution, of_product)
    formula = plain(rule.named())
    rows = [
        Factor("upstream", f"grad of {name}", up, upstream, node),
        Factor("local", "" if formula == slope else formula, slope, None, node, operand),
        Factor("contribution", f"to {target}", handed, contribution, node, operand),
    ]
    left = partial(word(graph, node), word(graph, operand))
    lines = rule.lines(left, of_numbers, slope)
    if graph.constant[operand] and not math.isfinite(contribution):
        needless = f"{target} is a constant: it needs no gradient, and none is missed."
        return Part(rule.rule(left), lines, tuple(rows[:2]), why=needless, text=needless)
    text = f"{target} gradient: {_unsigned(up)} upstream times {slope}"
    text += f", {slope_words(graph, node, slot)}, makes {_unsigned(handed)}"
    sums = [_product_line(trace, event, up, slope, handed)]
    if len(terms) > 1:
        written, reached = [short(term, of_terms) for term in terms], signed(so_far, of_sum)
        added_up = total(*(Word(term, "number") for term in written))
        rows.append(Factor("sum", plain(added_up), reached, so_far, operand))
        outcome = (relation(written, reached, added), Word(_unsigned(reached), "number"))
        of_all = partial(word(graph, graph.output), word(graph, operand))
        sums.append(Line(of_all, (("=", added_up), outcome)))
        left_over = trace.before(place) is not None
        before = "what the pass before has left" if left_over else "the paths before"
        text += f"; {_unsigned(reached)} with {before}"
    said, op = _verdict(trace, place, target), graph.op(node)
    return Part(
        rule=rule.rule(left),
        lines=lines,
        lesson=op.why if op else "",
        factors=tuple(rows),
        sums=tuple(sums),
        verdict=said.word,
        why=said.why,
        text=f"{text}.",
    )


def _verdict(trace: Trace, place: int, target: str) -> Verdict:
    """Return what came of a flow; a wrong number before anything else."""
    right = trace.right_at(place)
    if right is not None:
        return Verdict("Wrong", f"The gradient of {target} should be {short(right)} by now.")
    return verdict(trace, trace.events[place])


def _product_line(trace: Trace, event: Event, up: str, local: str, handed: str) -> Line:
    """Return upstream times local derivative, with names, then with numbers."""
    graph = trace.graph
    output, node = word(graph, graph.output), word(graph, event.node)
    slope = partial(node, word(graph, known(event.operand)))
    names = product(partial(output, node), slope)
    if math.isnan(number_of(event.upstream) * number_of(event.local)) and event.contribution == 0:
        return Line(names, (("=", Word("0", "number")),), Word("nothing gets through", "words"))
    figures = product(Word(_unsigned(up), "number"), Word(local, "number"), times="×")
    outcome = (relation([up, local], handed, multiplied), Word(_unsigned(handed), "number"))
    return Line(names, (("=", figures), outcome))


def _terms(trace: Trace, place: int) -> list[float]:
    """Return what the gradient so far is the sum of; one term where nothing came before."""
    event, flows = trace.events[place], trace.into(place)
    contribution = number_of(event.contribution)
    if "overwrite" in trace.mistakes:
        return [contribution]
    if len(flows) > MOST_TERMS:
        return [number_of(trace.events[flows[-2]].total), contribution]
    left = trace.before(place)
    contributions = [number_of(trace.events[flow].contribution) for flow in flows]
    return contributions if left is None else [left, *contributions]


def _unsigned(number: str) -> str:
    return number.removeprefix("+")


def number_of(number: float | None) -> float:
    """Return a number of an event, nan where its kind has none."""
    return math.nan if number is None else number


def known(place: int | None) -> int:
    """Return a flow's operand or slot, which an event of another kind would not have."""
    return -1 if place is None else place
