"""The expert judge h: coherence, fluency and diversity on anchored 1-5 rubrics (R §4.1)."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from statistics import fmean
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from trialogue.agents.caller import Answer, Caller, Meter, Sampling
from trialogue.agents.prompt import load_prompt
from trialogue.agents.seeds import seed_for
from trialogue.agents.writer import fenced
from trialogue.errors import AnswerError, ModelError
from trialogue.records import Dialogue, Record

DIMENSIONS = ("coherence", "fluency", "diversity")
_ALTERNATIVES = 10
_NAMES = ("one", "two", "three", "four", "five")


class Score(BaseModel):
    """What a judge answers."""

    model_config = ConfigDict(extra="forbid")

    score: Literal[1, 2, 3, 4, 5]


class Judgement(Record):
    """One dialogue as judged: each dimension's mean over the judges who gave a number.

    A dimension that no judge could rate is None. `mean` is h: the mean of the dimensions, None
    unless all are there. `missing` counts answers that could not be used, also after a repair;
    `weighed` those that are an expected value over token probabilities.
    """

    dialogue: str
    scores: dict[str, float | None]
    missing: int = 0
    weighed: int = 0

    @property
    def mean(self) -> float | None:
        """h of the dialogue, 1 to 5."""
        values = [value for value in self.scores.values() if value is not None]
        return fmean(values) if len(values) == len(self.scores) else None


async def judge(
    caller: Caller,
    dialogue: Dialogue,
    *,
    roles: Sequence[str] = ("judge",),
    dimensions: Sequence[str] = DIMENSIONS,
    seed: int = 0,
    meter: Meter | None = None,
) -> Judgement:
    """Have a dialogue rated by the models of `roles`, one structured answer a dimension.

    Raises LimitReached and EndpointError; a judge that fails on one answer makes it missing.
    """
    asked = [(role, dimension) for dimension in dimensions for role in roles]
    found = await asyncio.gather(
        *(_rate(caller, role, dialogue, dimension, seed, meter) for role, dimension in asked),
        return_exceptions=True,
    )
    scores: dict[str, list[float]] = {dimension: [] for dimension in dimensions}
    missing = weighed = 0
    for (_, dimension), rating in zip(asked, found, strict=True):
        if isinstance(rating, AnswerError | ModelError):
            missing += 1
        elif isinstance(rating, BaseException):
            raise rating
        else:
            scores[dimension].append(rating[0])
            weighed += rating[1]
    means = {name: fmean(values) if values else None for name, values in scores.items()}
    return Judgement(dialogue=dialogue.id, scores=means, missing=missing, weighed=weighed)


async def _rate(
    caller: Caller, role: str, dialogue: Dialogue, dimension: str, seed: int, meter: Meter | None
) -> tuple[float, bool]:
    """The score, and whether it is an expected value."""
    language = "zh" if dialogue.scenario.language == "zh" else "en"
    score, answer = await caller.weighed(
        role,
        load_prompt("judge", language).fill(
            {**_rubric(language, dimension), "conversation": conversation(dialogue)}
        ),
        Score,
        seed=seed_for(seed, "judge", dimension),
        sampling=Sampling(0.0, max_tokens=24, top_logprobs=_ALTERNATIVES),
        meter=meter,
    )
    expected = expected_score(answer)
    return (float(score.score), False) if expected is None else (expected, True)


def conversation(dialogue: Dialogue) -> str:
    """A dialogue as the judge reads it, a line a turn."""
    zh = dialogue.scenario.language == "zh"
    names = {"user": "用户", "assistant": "客服"} if zh else {"user": "User", "assistant": "Agent"}
    return "\n".join(
        f"{fenced(turn.name) or names[turn.speaker]}: {fenced(turn.text)}"
        for turn in dialogue.turns
    )


def expected_score(answer: Answer) -> float | None:
    """The mean of 1 to 5 by the probabilities of the token that is the score.

    None where the endpoint gave no probabilities, or no token is the score alone.
    """
    for token in reversed(answer.logprobs or ()):
        if str(token.get("token", "")).strip() in _POINTS:
            return _expected(token)
    return None


_POINTS = {"1", "2", "3", "4", "5"}


def _expected(token: Mapping[str, Any]) -> float | None:
    weights: dict[int, float] = {}
    for other in token.get("top_logprobs") or ():
        text = str(other.get("token", "")).strip()
        if text in _POINTS and isinstance(other.get("logprob"), int | float):
            weights[int(text)] = weights.get(int(text), 0.0) + math.exp(other["logprob"])
    total = sum(weights.values())
    if not total:
        return None
    return sum(point * weight for point, weight in weights.items()) / total


@cache
def _rubric(language: str, dimension: str) -> dict[str, str]:
    text = (files("trialogue.agents") / "data" / "rubrics.yaml").read_text(encoding="utf-8")
    rubric = yaml.safe_load(text)[language][dimension]
    return {"quality": rubric["quality"], **dict(zip(_NAMES, rubric["anchors"], strict=True))}
