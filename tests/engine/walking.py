"""A trace walked event by event, in plain Python: what the tables of `trace` are held against."""

from __future__ import annotations

from itertools import groupby

from engine.evaluate import backward, flows
from engine.events import Event
from engine.mistakes import depth_first, same
from engine.moments import Carried, Moment


def bits(given):
    """Return numbers in a form that is equal for equal bits: nan is nan, and -0 is not 0."""
    return [number.hex() if isinstance(number, float) else number for number in given]


def walked_events(trace):
    """Return every event of a trace, from its graph, its values and its mistakes alone."""
    graph, values = trace.graph, trace.values
    kept, events = [0.0] * len(graph), []
    for _ in range(2 if "unzeroed" in trace.mistakes else 1):
        kept = [total if graph.leaves[node] else 0.0 for node, total in enumerate(kept)]
        events += [Event("forward", node, value=v) for node, v in enumerate(values[:, 0].tolist())]
        events.append(Event("seed", graph.output, total=1.0))
        order = depth_first(graph) if "order" in trace.mistakes else None
        for flow in flows(graph, values, kept, order, overwrite="overwrite" in trace.mistakes):
            events.append(Event("flow", flow.node, flow.slot, flow.operand, None, *flow[3:]))
    new, gradients = trace.update.new.tolist(), trace.update.gradient.tolist()
    for node, value, gradient in zip(trace.update.nodes, new, gradients, strict=True):
        events.append(Event("update", node, value=value, total=gradient))
    return events


def walked_cuts(events):
    """Return where the steps of grain "node" begin, and the end."""
    cuts = [0]
    for _, group in groupby(events, lambda event: (event.kind, event.node)):
        cuts.append(cuts[-1] + len(list(group)))
    return cuts


def walked_settled(graph, events):
    """Return the last event that adds to each node's gradient, None where none does."""
    found = [None] * len(graph)
    for place, event in enumerate(events):
        if event.kind in ("flow", "seed"):
            found[event.node if event.kind == "seed" else event.operand] = place
    return found


def walked_right(graph, values, events):
    """Return the total that a flow should have come to, for each event that holds another."""
    right = {(flow.node, flow.slot): flow.contribution for flow in flows(graph, values)}
    found, totals = {}, []
    for place, event in enumerate(events):
        if event.kind == "seed":
            totals = [0.0] * len(graph)
        elif event.kind == "flow":
            totals[event.operand] += right[event.node, event.slot]
            if not same(event.total, totals[event.operand]):
                found[place] = totals[event.operand]
    return found


def walked_moments(graph, events, right):
    """Return what is known of each node, and from when on."""
    known = [[Moment(0)] for _ in range(len(graph))]

    def note(node, at, **change):
        known[node].append(known[node][-1]._replace(at=at, **change))

    for at, event in enumerate(events, 1):
        if event.kind == "forward":
            if event.node == 0 and at > 1:  # a second pass: results are made anew
                for node, _, _ in graph.steps:
                    note(node, at, value=None, gradient=None, right=None)
            note(event.node, at, value=event.value)
        elif event.kind == "seed":
            note(event.node, at, gradient=event.total)
            for node in range(len(graph)):
                if not graph.reaching[node]:
                    note(node, at, gradient=0.0)
        elif event.kind == "flow":
            note(event.operand, at, gradient=event.total, right=right.get(at - 1))
        else:
            note(event.node, at, value=event.value)
    return known


def walked_carried(graph, events):
    """Return what has gone along each (operand, node), and from when on."""
    found = {(k, node): [Carried(0)] for node, _, operands in graph.steps for k in operands}
    for at, event in enumerate(events, 1):
        if event.kind == "forward" and event.node == 0 and at > 1:  # a second pass
            for wire in found.values():
                wire.append(Carried(at))
        elif event.kind == "seed":
            for (_, node), wire in found.items():
                if not graph.reaching[node]:
                    wire.append(Carried(at, 0.0))
        elif event.kind == "flow":
            wire = found[event.operand, event.node]
            wire.append(Carried(at, (wire[-1].gradient or 0.0) + event.contribution))
    return found


def check(trace):
    """Hold everything that a trace says against what walking it event by event gives."""
    graph, events = trace.graph, walked_events(trace)
    assert [bits(event) for event in trace.events] == [bits(event) for event in events]
    assert list(trace.cuts("node")) == walked_cuts(events)
    assert trace.settled == walked_settled(graph, events)
    right = walked_right(graph, trace.values, events) if trace.mistakes else {}
    for place in range(len(events)):
        assert bits([trace.right_at(place)]) == bits([right.get(place)])
    moments = walked_moments(graph, events, right)
    assert [list(map(bits, each)) for each in trace.moments] == [
        list(map(bits, each)) for each in moments
    ]
    carried = walked_carried(graph, events)
    assert list(trace.carried) == list(carried)
    for wire, states in carried.items():
        assert list(map(bits, trace.carried[wire])) == list(map(bits, states))
    last = [states[-1].gradient for states in moments]
    assert bits(trace.gradients[:, 0].tolist()) == bits(0.0 if k is None else k for k in last)
    assert bits(trace.right[:, 0].tolist()) == bits(backward(graph, trace.values)[:, 0].tolist())
