"""DOT: a record a node, an edge an operand, a cluster a scope."""

import re

from engine.computed import Computed
from engine.export.dot import dot
from engine.expr import Expr
from engine.scopes import scope
from tests.engine.export.printing import work_of

NETWORK = "net = MLP(2, [3, 1], activation=tanh)\nnet(1.5, -2)"
RECORD = re.compile(r'^ *(\d+) \[label="((?:[^"\\]|\\.)*)", fillcolor="(#\w{6})"\]$', re.MULTILINE)
EDGE = re.compile(r"^  (\d+) -> (\d+)$", re.MULTILINE)


def test_every_node_is_a_record_with_its_numbers():
    text = dot(work_of("x = 3\ny = x*x\ny - 0.5"))
    assert [label for _, label, _ in RECORD.findall(text)] == [
        "x|value 3|grad 6",
        "y|mul|value 9|grad 1",
        "0.5|value 0.5|grad −1",
        "y - 0.5|sub|value 8.5|grad 1",
    ]


def test_every_operand_is_an_edge_and_a_repeated_one_two():
    work = work_of("x = 3\ny = x*x\ny - 0.5")
    assert EDGE.findall(dot(work)) == [("0", "1"), ("0", "1"), ("1", "3"), ("2", "3")]


def test_scopes_are_clusters_within_each_other():
    work = work_of(NETWORK)
    text = dot(work)
    scopes = work.graph.scopes
    assert len(scopes) >= 4
    opened = re.findall(r"subgraph cluster_(\d+) \{", text)
    assert sorted(map(int, opened)) == list(range(len(scopes)))
    assert text.count("{") == text.count("}") == 1 + len(scopes)
    around = {}
    open_ones = []
    for line in text.splitlines()[1:-1]:
        if found := re.search(r"subgraph cluster_(\d+) \{", line):
            open_ones.append(int(found[1]))
        elif line.strip() == "}":
            open_ones.pop()
        elif found := RECORD.match(line):
            around[int(found[1])] = tuple(reversed(open_ones))
    assert around == {node: scopes.around(node) for node in range(len(work.graph))}
    assert f'label="{scopes.titles[0]}"' in text


def test_signs_that_mean_something_to_graphviz_are_escaped():
    text = dot(Computed.of(Expr(1.0, label='{a|b} <c> "d" \\n\n') * 2.0))
    name, *numbers = RECORD.findall(text)[0][1].rsplit("|", 2)
    assert name == '\\{a\\|b\\} \\<c\\> \\"d\\" \\\\n\N{REPLACEMENT CHARACTER}'
    assert numbers == ["value 1", "grad 2"]


def test_leaf_constant_result_and_output_differ_in_color():
    colors = [color for *_, color in RECORD.findall(dot(work_of("x = 3\ny = x*2\ny + x")))]
    assert len(set(colors)) == 4


def test_a_long_name_is_cut():
    (label, *_), *_ = [row[1].split("|") for row in RECORD.findall(dot(work_of("a" * 90 + "*2")))]
    assert label == "a" * 39 + "…"


def test_a_scope_of_any_name_is_a_cluster_that_graphviz_reads():
    with scope("a\x00\x07\ud800"):
        x = Expr(1.0, label="x\ud800")
        y = (x * x).tanh()
    text = dot(Computed.of(y))
    text.encode()
    assert (
        'label="a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"'
        in text
    )
    assert not {"\x00", "\x07"} & set(text)
