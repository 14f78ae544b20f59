"""Decides whether a dialogue holds, line by line, with reasons (METHOD §3, U)."""

from collections.abc import Mapping, Sequence

from trialogue.agents.writer import Writer
from trialogue.evaluation.built_in_lines import built_in
from trialogue.evaluation.evidence import Finding, judged
from trialogue.evaluation.tool_errors import failed
from trialogue.evaluation.tool_use import does_the_same
from trialogue.records import Dialogue, RubricLine, Toolset, Validation, Verdict


def validate(
    dialogue: Dialogue,
    rubric: Sequence[RubricLine] = (),
    *,
    knowledge: Mapping[str, str] | None = None,
    toolset: Toolset | None = None,
) -> Validation:
    """What code can decide: the built-in lines and those of the rubric that name a tool.

    `knowledge` holds the texts of the passages by source address: without them a figure of a turn
    that rests on one is undecided. `toolset` says which tools do the same. The other lines of
    the rubric are recorded as undecided. Only a failed critical line rejects.
    """
    verdicts = [
        _verdict(line, finding) for line, finding in built_in(dialogue, knowledge or {}, toolset)
    ]
    verdicts += [_verdict(line, _by_code(dialogue, line, toolset)) for line in rubric]
    return _validation(verdicts)


async def validated(
    dialogue: Dialogue,
    writer: Writer | None = None,
    rubric: Sequence[RubricLine] = (),
    *,
    knowledge: Mapping[str, str] | None = None,
    toolset: Toolset | None = None,
    judge_rejects: bool = False,
) -> Dialogue:
    """The dialogue with its validation; lines that code cannot decide are put to a judge model.

    `writer` reaches the judge (its caller's role "judge"); without one these lines stay undecided.
    A critical line that only a judge decided counts as non-critical unless `judge_rejects`.
    Raises as `Writer.choice` if the judge's endpoint fails.
    """
    verdicts = list(validate(dialogue, rubric, knowledge=knowledge, toolset=toolset).verdicts)
    for place, line in enumerate(rubric if writer else ()):
        if line.tool is None and line.weight != "invalid":
            assert writer is not None
            finding = await judged(writer, dialogue, line.text, place)
            verdicts[place - len(rubric)] = _verdict(_weighed(line, judge_rejects), finding)
    return dialogue.model_copy(update={"validation": _validation(verdicts)})


def _by_code(dialogue: Dialogue, line: RubricLine, toolset: Toolset | None) -> Finding:
    if line.weight == "invalid":
        return Finding(None, "the line itself is invalid")
    if line.tool is None:
        return Finding(None, "only a judge can tell")
    calls = [call for turn in dialogue.turns for call in turn.tool_calls]
    fitting = [call for call in calls if does_the_same(line.tool, call.name, toolset)]
    good = next((call for call in fitting if not failed(call)), None)
    if good is None:
        return Finding(
            False, f"{line.tool} only failed" if fitting else f"{line.tool} was not called"
        )
    return Finding(True, "" if good.name == line.tool else f"by {good.name}")


def _weighed(line: RubricLine, judge_rejects: bool) -> RubricLine:
    if line.weight == "critical" and not judge_rejects:
        return line.model_copy(update={"weight": "non_critical"})
    return line


def _verdict(line: RubricLine, finding: Finding) -> Verdict:
    """An undecided line is recorded as one that says nothing, and so never rejects."""
    if finding.met is None:
        why = f"undecided: {finding.why}"
        return Verdict(line=line.text, weight="invalid", passed=False, why=why)
    return Verdict(line=line.text, weight=line.weight, passed=finding.met, why=finding.why)


def _validation(verdicts: Sequence[Verdict]) -> Validation:
    rejected = any(one.weight == "critical" and not one.passed for one in verdicts)
    return Validation(valid=not rejected, verdicts=tuple(verdicts))
