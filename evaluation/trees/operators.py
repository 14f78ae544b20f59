"""The operators of metric trees, protected so that finite values stay defined (METHOD §4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trialogue.errors import UsageError

EPSILON = 1e-6
LARGEST_EXPONENT = 20.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Operator:
    """`compute` takes as many arrays of one shape as `arity` says and gives one of that shape."""

    name: str
    arity: int
    definition: str
    compute: Callable[..., Any]


def arity(name: str) -> int:
    """How many children an operator has. Raises UsageError for an unknown one."""
    if name not in OPERATORS:
        raise UsageError(f"unknown operator {name!r}: one of {', '.join(OPERATORS)}")
    return OPERATORS[name].arity


def _inverse(x: Floats) -> Any:
    below = x + EPSILON
    return 1 / np.where(below == 0, EPSILON, below)


def _logarithm(x: Floats) -> Any:
    return np.sign(x) * np.log(np.abs(x) + EPSILON)


def _exponential(x: Floats) -> Any:
    return np.exp(np.minimum(x, LARGEST_EXPONENT))


def _root(x: Floats) -> Any:
    return np.sign(x) * np.sqrt(np.abs(x))


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("add", 2, "x + y", np.add),
        Operator("mul", 2, "x · y", np.multiply),
        Operator("min", 2, "the smaller of x and y", np.minimum),
        Operator("max", 2, "the larger of x and y", np.maximum),
        Operator("neg", 1, "-x", np.negative),
        Operator("abs", 1, "|x|", np.abs),
        Operator("inv", 1, "1 / (x + ε)", _inverse),
        Operator("log", 1, "sign(x) · ln(|x| + ε)", _logarithm),
        Operator("exp", 1, "e to the power of x, of 20 where x is larger", _exponential),
        Operator("tanh", 1, "the hyperbolic tangent of x", np.tanh),
        Operator("square", 1, "x²", np.square),
        Operator("sqrt", 1, "sign(x) · √|x|", _root),
    )
}
