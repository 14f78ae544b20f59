"""What the assistant says, worded by a model and held to what it found."""

import re
from collections.abc import Sequence

from trialogue.agents.checks import (
    Check,
    Fault,
    agrees_with,
    agrees_with_answers,
    asks_nothing,
    in_language,
    in_role,
    names_one_of,
    no_longer_than,
    not_repeating,
    only_figures,
    whole,
)
from trialogue.agents.consulting import Finding
from trialogue.agents.controls import is_led
from trialogue.agents.figures import figures, totals
from trialogue.agents.focus import Comparison
from trialogue.agents.goal import point
from trialogue.agents.phrases import phrase
from trialogue.agents.scene import Scene
from trialogue.agents.seeds import Step
from trialogue.agents.writer import Draft, fenced

_NONE = {"en": "none", "zh": "无"}
_SILENT = {"en": "The rules say nothing about this.", "zh": "规定没有提到这一点。"}
_REPEATS = "repeats an earlier line"


async def answer(
    scene: Scene,
    asked: str,
    finding: Finding,
    place: tuple[Step, ...],
    said: Sequence[str] = (),
    *,
    whole_dialogue: bool,
    before: Sequence[str] = (),
) -> Draft:
    """The answer that a finding gives to a case; `said` stands before it in the same turn.

    `before` are earlier answers on the same thing: where the finding decides nothing, a draft that
    agrees with them is preferred.

    In user mode an answer may have to be given again, and says so. Raises DialogueFailed if no
    draft can be used.
    """
    language = scene.scenario.language
    known = figures(" ".join([*finding.rule, finding.compared, *(t.text for t in scene.turns)]))
    known |= {f for call in finding.calls for f in figures(call.result)}
    comparison = finding.comparison
    earlier = [*scene.said_by("assistant"), *said]
    draft = await scene.line(
        "answer",
        {
            "before": _before(scene) if whole_dialogue else "",
            "rules": fenced(" ".join(finding.rule) or _SILENT[language]),
            "compared": fenced(finding.compared) or _NONE[language],
            "asked": fenced(asked),
        },
        examples=[example.model_dump() for example in scene.scenario.examples],
        path=("answer", *place),
        style=True,
        checks=(
            *spoken(scene),
            only_figures(known, totals(scene.trajectory)),
            names_one_of(comparison.decisive if comparison else set()),
            agrees_with(comparison.direction if comparison else None, language),
            agrees_with_answers(() if comparison else before, language),
            _leaves_no_rest(comparison),
            asks_nothing,
            not_repeating(earlier, 0.8, fatal=scene.mode == "task"),
            not_repeating([asked], 0.7, fatal=False),
            no_longer_than(320),
        ),
        temperature=0.3,
    )
    if _REPEATS in draft.faults and earlier:
        lead = "" if is_led(draft.text, language) else phrase(scene, "earlier")
        return Draft(f"{lead}{draft.text}", draft.rewrites, draft.faults)
    return draft


def _leaves_no_rest(comparison: Comparison | None) -> Check:
    """Who stays below a limit has not their whole figure left over to pay."""
    below = comparison is not None and comparison.direction == "less"
    figure = re.escape(comparison.case.shown.partition(" ")[0]) if comparison and below else ""

    def check(text: str) -> Fault | None:
        rest = re.search(
            rf"\b(?:other|remaining|rest of the) {figure}\b|(?:另外|其余|剩下)的?{figure}", text
        )
        return Fault("calls the whole figure a rest") if figure and rest else None

    return check


def spoken(scene: Scene) -> tuple[Check, ...]:
    """What holds for every line of the assistant."""
    language = scene.scenario.language
    return whole, in_language(language), in_role(language, "assistant")


def _before(scene: Scene) -> str:
    """The dialogue so far, and the user's record where the scenario lets the assistant see it."""
    earlier = scene.transcript()
    parts = [f"<earlier>{fenced(earlier)}</earlier>\n"] if earlier else []
    hidden = {point(subtask) for subtask in scene.goal if subtask.hidden}
    if scene.scenario.assistant_sees_record and scene.trajectory:
        seen = (action.action for i, action in enumerate(scene.trajectory) if i not in hidden)
        parts.append(f"<record>{fenced(' '.join(seen))}</record>\n")
    return "".join(parts)
