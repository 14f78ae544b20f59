"""Drafts a scenario from a sentence: roles, activities with figures, and a page of rules.

For scenarios that nobody wrote yet. What comes out is a draft to be read and edited; its limits
are drawn in code so that figures straddle them.
"""

import re
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from trialogue.agents.checks import carries, in_language, only_figures, whole
from trialogue.agents.figures import figures
from trialogue.agents.seeds import rng
from trialogue.agents.story import rate
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import ModelError, UsageError
from trialogue.records import Activity, Language, Quantity, Record, Role, Roles, Scenario

_SHORT = 80


class Deed(BaseModel):
    """One thing a user may have done, as the model proposes it."""

    model_config = ConfigDict(extra="forbid")

    topic: str = Field(min_length=2, max_length=40)
    what: str = Field(min_length=4, max_length=_SHORT)
    unit: str = Field(min_length=1, max_length=12)
    per: str | None = Field(max_length=12)
    low: int = Field(ge=1, le=100_000)
    high: int = Field(ge=2, le=1_000_000)


class Outline(BaseModel):
    """Who talks to whom about what, as the model proposes it."""

    model_config = ConfigDict(extra="forbid")

    user_label: str = Field(min_length=1, max_length=16)
    user: str = Field(min_length=4, max_length=160)
    assistant_label: str = Field(min_length=1, max_length=16)
    assistant: str = Field(min_length=4, max_length=160)
    jobs: list[str] = Field(min_length=3, max_length=8)
    deeds: list[Deed] = Field(min_length=3, max_length=6)


class DraftedScenario(Record):
    """A scenario and the text of its page of rules."""

    scenario: Scenario
    rules: str


def scenario_id(sentence: str) -> str:
    """A name for files: the sentence's first Latin words, or "scenario"."""
    words = re.findall(r"[a-z][a-z0-9]*", sentence.lower())
    return "_".join(words[:6]) or "scenario"


async def draft_scenario(writer: Writer, sentence: str) -> DraftedScenario:
    """A scenario for a sentence. Raises UsageError if the model cannot draft one."""
    try:
        outline = await writer.choice(
            "user_generator",
            "outline",
            {"sentence": fenced(sentence)},
            Outline,
            path=("outline",),
            max_tokens=900,
        )
        activities = tuple(_activity(deed, i) for i, deed in enumerate(outline.deeds))
        sections = [await _section(writer, activity, i) for i, activity in enumerate(activities)]
    except ModelError as error:
        raise UsageError(
            f"the model could not draft a scenario for {sentence!r} ({error}); write a YAML file "
            "or choose one that ships"
        ) from error
    scenario = Scenario(
        id=scenario_id(sentence),
        name=sentence,
        language=writer.language,
        description=sentence,
        roles=Roles(
            user=Role(label=outline.user_label, description=outline.user),
            assistant=Role(label=outline.assistant_label, description=outline.assistant),
        ),
        jobs=tuple(outline.jobs),
        activities=activities,
        documents=("rules.md",),
        user_tools=("search_documents",),
        assistant_tools=("calculator",),
    )
    return DraftedScenario(scenario=scenario, rules="\n".join([f"# {sentence}", *sections]))


def _activity(deed: Deed, index: int) -> Activity:
    """The proposal as an activity: braces are not slots, and the range is a range."""
    low, high = sorted((deed.low, deed.high))
    high = max(high, low + 2)
    step = max(1, (high - low) // 40)
    high = low + (high - low) // step * step
    return Activity(
        name=f"activity_{index + 1}",
        topic=deed.topic,
        what=re.sub(r"[{}]", "", deed.what),
        quantities=(
            Quantity(
                name=f"figure_{index + 1}",
                unit=deed.unit,
                per=deed.per or None,
                low=Decimal(low),
                high=Decimal(high),
                step=Decimal(step),
            ),
        ),
    )


async def _section(writer: Writer, activity: Activity, index: int) -> str:
    """A section of rules with a limit inside the activity's range."""
    quantity = activity.quantities[0]
    steps = int((quantity.high - quantity.low) / quantity.step)
    share = rng(writer.seed, "limit", index).uniform(0.4, 0.7)
    limit = str(int(quantity.low + int(steps * share) * quantity.step))
    gap = "" if writer.language == "zh" else " "
    shown = f"{limit}{gap}{rate(quantity.unit, quantity.per, writer.language)}"
    draft = await writer.line(
        "user_generator",
        "rule",
        {"topic": fenced(activity.topic), "limit": fenced(shown)},
        path=("rule", index),
        checks=(
            whole,
            in_language(writer.language),
            carries([limit], writer.language),
            only_figures(figures(shown), set()),
        ),
        max_tokens=140,
    )
    return f"\n## {activity.topic}\n\n{draft.text}\n"


def language_of(sentence: str) -> Language:
    """Chinese if the sentence has Chinese characters, else English."""
    return "zh" if re.search(r"[\u3400-\u9fff]", sentence) else "en"
