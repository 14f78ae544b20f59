"""Leaf values as trees see them: standardised by a reference set, missing ones at its centre."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from trialogue.evaluation.corpus import Floats
from trialogue.records import Record

FARTHEST = 5.0
LARGEST = 1e100


class Standard(Record):
    """Mean and standard deviation of a base metric on the reference set."""

    centre: float = Field(allow_inf_nan=False)
    scale: float = Field(gt=0, allow_inf_nan=False)


@dataclass(frozen=True)
class Standardised:
    """Values (D,) by metric, all finite; `missing` counts those that were not there."""

    values: dict[str, Floats]
    missing: dict[str, int]


def standards(values: Mapping[str, Floats]) -> dict[str, Standard]:
    """The standards of a reference set's raw values, (R,) by metric.

    A metric that is the same everywhere gets the scale 1; one without any value centre 0 too.
    """
    return {name: _standard(row) for name, row in values.items()}


def standardised(values: Mapping[str, Floats], reference: Mapping[str, Standard]) -> Standardised:
    """(value - centre) / scale for the metrics of `reference`, (D,), kept within ±5.

    A value that is missing (NaN, infinite, or a metric that was not measured) becomes 0, the
    centre, and is counted.
    """
    count = max((len(row) for row in values.values()), default=0)
    found: dict[str, Floats] = {}
    missing: dict[str, int] = {}
    for name, standard in reference.items():
        row = np.asarray(values.get(name, np.full(count, np.nan)), np.float64)
        there = np.isfinite(row)
        scaled = (np.where(there, row, standard.centre) - standard.centre) / standard.scale
        # Rounded, so that what is the same everywhere is not taken apart by rounding.
        rounded = np.round(np.clip(scaled, -FARTHEST, FARTHEST), 12)
        found[name] = np.asarray(rounded, np.float64)
        missing[name] = int(np.sum(~there))
    return Standardised(found, missing)


def _standard(row: Floats) -> Standard:
    there = np.asarray(row, np.float64)
    # Beyond this a standard deviation would overflow.
    there = np.clip(there[np.isfinite(there)], -LARGEST, LARGEST)
    if not len(there):
        return Standard(centre=0.0, scale=1.0)
    centre, spread = float(there.mean()), float(there.std())
    # Equal values may differ from their mean by rounding; that is no spread.
    constant = spread <= 1e-12 * max(1.0, abs(centre))
    return Standard(centre=centre, scale=1.0 if constant else spread)
