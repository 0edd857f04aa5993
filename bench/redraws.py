"""An edit redrawn from the old places: one more term in a neuron's sum of a large network.

python -m bench.redraws      the rows alone
"""

from __future__ import annotations

from itertools import pairwise

from bench.programs import network
from bench.timing import HEAD, Row, laps, median_row, quiet_heap
from engine.drawing.boxes import item_sizes
from engine.drawing.folding import Folded, fold
from engine.drawing.nested import lay_out_folded
from engine.drawing.picture import Picture
from engine.names import node_names
from engine.program import parse

RUNS = 20
AIM = 25.0  # ms
BEFORE = network(2, 16, 16, 1)
AFTER = BEFORE.replace("+ g8_b)", "+ x1*x2 + g8_b)")


def rows() -> list[Row]:
    """Return the time of the redraw, and how many neighbours in a column changed their order."""
    old, keys = _flat(BEFORE)
    new, new_keys = _flat(AFTER)
    stood = lay_out_folded(old, item_sizes(old))
    places, sizes = stood.places(keys), item_sizes(new)

    def redrawn() -> Picture:
        return lay_out_folded(new, sizes, new_keys, places)

    with quiet_heap():
        times = [seconds * 1e3 for seconds in laps(redrawn, RUNS)]
    pairs = _neighbours(stood, keys)
    after = redrawn().places(new_keys)
    kept = [(one, other) for one, other in pairs if one in after and other in after]
    swapped = sum(after[one][1] > after[other][1] for one, other in kept)
    work = f"one term more, {len(new.graph)} nodes"
    return [
        median_row(f"{work}: redraw", "aim", times, AIM, "ms"),
        Row(f"{work}: neighbours swapped", "aim", swapped, 0, f"of {len(kept)}"),
    ]


def _flat(source: str) -> tuple[Folded, list[str]]:
    """Return a program with nothing folded, and the keys of its items."""
    graph = parse(source).graph
    folded = fold(graph, flat=True)
    return folded, folded.keys(node_names(graph).keys)


def _neighbours(picture: Picture, keys: list[str]) -> list[tuple[str, str]]:
    """Return the cards that stand one under the other: upper, lower."""
    x, y, widths = picture.x.tolist(), picture.y.tolist(), picture.widths.tolist()
    columns: list[list[int]] = []
    end = float("-inf")
    for item in sorted(range(len(x)), key=x.__getitem__):
        if x[item] >= end:
            columns.append([])
        columns[-1].append(item)
        end = max(end, x[item] + widths[item])
    found = [pairwise(sorted(column, key=y.__getitem__)) for column in columns]
    return [(keys[one], keys[other]) for pairs in found for one, other in pairs]


if __name__ == "__main__":
    print(HEAD)
    print("\n".join(row.line() for row in rows()))
