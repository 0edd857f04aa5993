"""The costly parts of a frame: boundaries, fits, residuals, layers, samples; each as plain JSON.

Arrays travel as base64 of little-endian numbers.
"""

from __future__ import annotations

import math
from binascii import b2a_base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.numerals import finite
from engine.training import Trainer

Array = NDArray[np.float64]
Kind = np.dtype[Any]
FLOAT, WIDE = np.dtype("<f4"), np.dtype("<f8")
COUNT, BYTE = np.dtype("<u4"), np.dtype("u1")
Said = dict[str, Any]

# The plane is as fine as this many numbers allow, a number a node and cell, within these sides.
FIELD_NUMBERS = 1_000_000
COARSEST, FINEST = 24, 56
THUMB = 12  # cells a side
PLANE = 3  # columns that a plane needs: two features and a target
FIT_POINTS = 200
MOST_SAMPLES = 1_000


def packed(numbers: NDArray[Any], kind: Kind) -> str:
    """Return numbers of this kind, in base64."""
    return b2a_base64(np.ascontiguousarray(numbers, kind).data, newline=False).decode()


def spread(trainer: Trainer, node: int | None) -> Said:
    """Return a node over its features: the plane of two, the line of one; residuals of many.

    Args:
        trainer: what learns.
        node: which; None for the prediction.
    """
    bound = trainer.program.samples
    features = len(trainer.domain) if bound else 0
    if bound is None or not features:
        return {}
    if features == 1:
        return {"fit": fit(trainer, node)}
    said = {"field": field(trainer, node)}
    if len(bound.table.columns) > PLANE and not bound.table.classes:
        said["residuals"] = residuals(trainer)
    return said


def field(trainer: Trainer, node: int | None) -> Said:
    """Return one node over the plane of two features, or which class is predicted where."""
    predicted = trainer.program.predicted
    nodes = [node] if node is not None or predicted is None else list(predicted.nodes)
    side = _side(trainer)
    found = trainer.field([_shown(trainer, each) for each in nodes], side, side)
    said: Said = {
        "node": nodes[0] if len(nodes) == 1 else None,
        "width": side,
        "height": side,
        "domain": trainer.domain,
    }
    return said | (_classes(found) if len(found) > 1 else _levels(found[0]))


def fit(trainer: Trainer, node: int | None) -> Said:
    """Return one node over the one feature."""
    shown = _shown(trainer, node)
    values = trainer.fitted([shown], FIT_POINTS)[0]
    return {"node": shown, "domain": trainer.domain[0], "values": packed(values, FLOAT)}


def residuals(trainer: Trainer) -> Said:
    """Return predictions beside their targets."""
    at, predicted, target = trainer.residuals(MOST_SAMPLES)
    return {
        "predicted": packed(predicted, FLOAT),
        "target": packed(target, FLOAT),
        "at": packed(at, COUNT),
    }


def thumbs(trainer: Trainer) -> Said:
    """Return every neuron over the plane, each scaled by itself; 128 is 0."""
    networks = trainer.program.networks
    neurons = [each.node for network in networks for layer in network.layers for each in layer]
    found = trainer.field(neurons, THUMB, THUMB)
    largest = np.abs(_tame(found)).max(axis=(1, 2), keepdims=True)
    scaled = np.divide(_tame(found), largest, out=np.zeros_like(found), where=largest > 0)
    return {"size": THUMB, "cells": packed(np.rint(128 + 127 * scaled), BYTE)}


def health(trainer: Trainer) -> list[Said]:
    """Return how each layer is."""
    return [
        {
            **layer._asdict(),
            "activation": finite(layer.activation),
            "gradient": finite(layer.gradient),
        }
        for layer in trainer.health()
    ]


def samples(trainer: Trainer) -> Said | None:
    """Return the samples, or so many of them spread over all; None where there are none."""
    bound = trainer.program.samples
    if bound is None:
        return None
    table = bound.table
    count = len(table.rows)
    at = np.unique(np.linspace(0, count - 1, min(count, MOST_SAMPLES)).astype(np.uint32))
    return {
        "columns": table.columns,
        "rows": packed(table.rows[at], FLOAT),
        "at": packed(at, COUNT),
        "test": packed(np.isin(at, trainer.test), BYTE),
        "count": count,
        "classes": table.classes,
        "labels": table.labels,
    }


def _shown(trainer: Trainer, node: int | None) -> int:
    """Return a node; where none is given the prediction, or the output."""
    if node is not None:
        return node
    predicted = trainer.program.predicted
    return predicted.nodes[0] if predicted else trainer.graph.output


def _side(trainer: Trainer) -> int:
    """Return how many cells a side the plane has."""
    cells = FIELD_NUMBERS / len(trainer.graph)
    return min(max(int(math.sqrt(cells)), COARSEST), FINEST)


def _levels(cells: Array) -> Said:
    """Return numbers as 256 levels between their lowest and their highest."""
    known = _tame(cells)
    low, high = float(known.min()), float(known.max())
    levels = (known - low) * (255 / (high - low) if high > low else 0.0)
    return {"low": low, "high": high, "cells": packed(np.rint(levels), BYTE)}


def _classes(logits: Array) -> Said:
    """Return of each cell the class with the largest logit, and its probability."""
    known = _tame(logits)
    powers = np.exp(known - known.max(axis=0))
    return {
        "classes": len(logits),
        "cells": packed(known.argmax(axis=0), BYTE),
        "sure": packed(np.rint(255 / powers.sum(axis=0)), BYTE),
    }


def _tame(cells: Array) -> Array:
    """Return the cells with a number where there is none: nan is 0, infinite very far."""
    return np.nan_to_num(cells, posinf=1e30, neginf=-1e30)
