"""The user agent F as it talks (eq. 3): one point a turn, with a question."""

import re
from collections.abc import Mapping, Sequence

from trialogue.agents.checks import (
    Check,
    Fault,
    asks_nothing,
    carries,
    in_language,
    in_role,
    keeps_words,
    no_longer_than,
    not_repeating,
    only_figures,
    whole,
    without_figures,
    without_name,
)
from trialogue.agents.figures import figures, totals
from trialogue.agents.seeds import rng
from trialogue.agents.story import words
from trialogue.agents.writer import Draft, Writer, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import Action, Scenario, Turn, UserProfile

_QUESTION = re.compile(r"[^.!?。！？]*[?？]\s*$")


async def user_turn(
    writer: Writer,
    scenario: Scenario,
    user: UserProfile,
    trajectory: Sequence[Action],
    turns: Sequence[Turn],
    told: int,
    *,
    reactions: bool = True,
) -> Turn:
    """The user's next turn, which tells `trajectory[told]` and asks about it.

    The first turn greets and says what it is about; later ones begin with a few words on the
    answer just heard, unless `reactions` are off. Raises DialogueFailed if no draft can be used.
    """
    gap = "" if scenario.language == "zh" else " "
    heard = next((turn.text for turn in reversed(turns) if turn.speaker == "assistant"), None)
    if heard is None:
        first = Draft(gap.join((_greeting(writer), user.intent)))
    else:
        first = await _reaction(writer, scenario, turns, heard) if reactions else Draft("")
    said = await _said(writer, scenario, user, trajectory, turns, told)
    problem = user.problems[told % len(user.problems)] if user.problems else ""
    text = gap.join(part for part in (first.text, said.text, problem) if part)
    return Turn(speaker="user", text=text, rewrites=first.rewrites + said.rewrites)


def _greeting(writer: Writer) -> str:
    greetings: list[str] = words(writer.language)["greetings"]
    return rng(writer.seed, "greeting").choice(greetings)


async def _reaction(writer: Writer, scenario: Scenario, turns: Sequence[Turn], heard: str) -> Draft:
    """A few words on the answer; left out if the model finds none that fit."""
    mine = [turn.text for turn in turns if turn.speaker == "user"]
    usual = [words(scenario.language)["reactions"], *(e.reaction for e in scenario.examples)]
    try:
        return await writer.line(
            "user",
            "reaction",
            {"who": fenced(scenario.roles.user.description), "heard": fenced(heard)},
            examples=_examples(scenario),
            path=("reaction", len(turns)),
            checks=(
                whole,
                in_language(scenario.language),
                in_role(scenario.language, "user"),
                without_figures,
                asks_nothing,
                no_longer_than(70),
                _new(mine),
                not_repeating([heard], 0.4),
                keeps_words(" ".join([heard, *usual]), 1.0),
            ),
            max_tokens=30,
            drafts=2,
        )
    except DialogueFailed:
        return Draft("", rewrites=1)


async def _said(
    writer: Writer,
    scenario: Scenario,
    user: UserProfile,
    trajectory: Sequence[Action],
    turns: Sequence[Turn],
    told: int,
) -> Draft:
    action = trajectory[told]
    return await writer.line(
        "user",
        "said",
        {
            "who": fenced(scenario.roles.user.description),
            "line": fenced(action.action),
        },
        examples=_examples(scenario, not_about=action.topic),
        path=("said", len(turns)),
        checks=(
            whole,
            in_language(scenario.language),
            in_role(scenario.language, "user"),
            carries([fact.value for fact in action.facts], scenario.language),
            carries(_day(action), scenario.language, fatal=False),
            only_figures(figures(action.action), totals(trajectory)),
            asks_nothing,
            not_repeating([turn.text for turn in turns]),
            without_name(user.identity.replace("，", ",").partition(",")[0]),
            no_longer_than(320),
        ),
    )


def _day(action: Action) -> list[str]:
    """The day of the month on which the action took place."""
    return [str(int(fact.when[-2:])) for fact in action.facts[:1] if fact.when]


def _new(earlier: Sequence[str]) -> Check:
    """The words have not been said before."""

    def check(text: str) -> Fault | None:
        said = any(text.rstrip(".!。！") in turn for turn in earlier)
        return Fault("has been said before") if said else None

    return check


def _examples(scenario: Scenario, not_about: str = "") -> list[Mapping[str, str]]:
    """The scenario's worked exchanges on other things than this."""
    topics = {activity.name: activity.topic for activity in scenario.activities}
    return [
        {
            "note": example.note,
            "said": _QUESTION.sub("", example.said).strip() or example.said,
            "answer": example.answer,
            "reaction": example.reaction,
        }
        for example in scenario.examples
        if topics.get(example.activity) != not_about
    ]
