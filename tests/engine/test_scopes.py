"""Scopes: each entry is one of its own, wrappers and crumbs left out, leaves by their users."""

from __future__ import annotations

from engine.expr import Expr
from engine.graph import Graph
from engine.nn import MLP
from engine.scopes import scope


def paths_of(output):
    return list(Graph.of(output).scopes.paths)


def test_nodes_know_the_scopes_they_were_made_in_the_innermost_first():
    x = Expr(2.0, label="x")
    with scope("outer"):
        a = x * 3 + 1
        with scope("inner"):
            b = a * a + x
        out = b + a + 1
    graph = Graph.of(out)
    scopes = graph.scopes
    assert scopes.paths == ("outer", "outer.inner")
    inner = [graph.name(k) for k in range(len(graph)) if scopes.path(k) == "outer.inner"]
    assert len(inner) == 2
    assert scopes.sizes.tolist() == [len(graph), 2]
    assert scopes.depths.tolist() == [0, 1]
    assert scopes.around(graph.output) == (0,)


def test_each_entry_is_a_scope_of_its_own_numbered_where_there_are_several():
    total = Expr(0.0)
    for turn in range(3):
        with scope("turn", turn):
            total = total * 2 + turn
    assert paths_of(total) == ["turn[0]", "turn[1]", "turn[2]"]


def test_a_scope_too_small_for_a_box_is_left_out_and_so_is_one_that_only_wraps_another():
    x = Expr(1.0)
    with scope("small"):
        y = x * 2
    assert paths_of(y) == []
    with scope("item", 0), scope("call"):
        y = x * 2 + 1
    with scope("item", 1), scope("call"):
        z = x * 3 + 1
    assert paths_of(y + z) == ["call[0]", "call[1]"]
    with scope("layer1"), scope("neuron1"):
        y = x * 2 + 1
    assert paths_of(y) == ["layer1.neuron1"]


def test_leaves_that_one_scope_alone_uses_are_counted_there_shared_ones_where_they_were_made():
    net = MLP(2, [2, 1])
    with scope("made"):
        shared = Expr(1.0, label="shared")
    out = net(shared, Expr(2.0, label="x2")) + net(shared, 3.0)
    graph = Graph.of(out)
    where = {graph.labels[k]: graph.scopes.path(k) for k in range(len(graph)) if graph.labels[k]}
    assert where["mlp.layer1.neuron1.w1"] == ""  # both calls use it
    assert where["x2"] == "mlp[0].layer1"
    one = Graph.of(net(Expr(1.0, label="x1"), Expr(2.0, label="x2")))
    where = {one.labels[k]: one.scopes.path(k) for k in range(len(one)) if one.labels[k]}
    assert where["mlp.layer1.neuron1.w1"] == "mlp.layer1.neuron1"
    assert where["x1"] == "mlp.layer1"


def test_a_scope_stands_before_those_within_it_and_counts_their_nodes():
    scopes = Graph.of(MLP(2, [4, 4, 1])(1.0, 2.0)).scopes
    for place, parent in enumerate(scopes.parents.tolist()):
        assert parent < place
        assert parent < 0 or scopes.sizes[parent] >= scopes.sizes[place]
    assert len(set(scopes.paths)) == len(scopes)


def test_what_a_scope_too_small_for_a_box_holds_counts_for_the_one_around_it():
    with scope("neuron"):
        weights = []
        for turn in range(3):
            with scope("w", turn):
                weights.append(Expr(0.5, label=f"w{turn}"))
    with scope("first"):
        one = sum(w * 2 for w in weights)
    with scope("second"):
        two = sum(w * 3 for w in weights)
    graph = Graph.of(one + two)
    assert graph.scopes.paths == ("neuron", "first", "second")
    assert [graph.scopes.path(graph.labels.index(f"w{k}")) for k in range(3)] == ["neuron"] * 3
