"""What our own records allow to ask: was the goal reached, was knowledge used, do things recur."""

import re

import numpy as np

from trialogue.agents.figures import ledger, missing
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics.metric import Metric
from trialogue.records import Dialogue

_NAME = re.compile(r"\d+(?:[.,:]\d+)*|(?<![.!?。！？\"“] )(?<!^)\b[A-Z][\w'’-]+", re.MULTILINE)
_QUOTED = re.compile(r"[「《“]([^」》”]{1,30})[」》”]")


def goal_coverage(corpus: Corpus) -> Floats:
    """Share of the goal's subtasks that are settled, else of the ledger's figures that the user
    told, (D,); NaN for records that have neither."""
    return np.array([_covered(dialogue) for dialogue in corpus.dialogues], np.float64)


def _covered(dialogue: Dialogue) -> float:
    if dialogue.goal:
        return sum(subtask.settled for subtask in dialogue.goal) / len(dialogue.goal)
    values = [fact.value for fact in ledger(dialogue.trajectory)]
    if not values:
        return float("nan")
    said = " ".join(turn.text for turn in dialogue.turns if turn.speaker == "user")
    language = "zh" if dialogue.scenario.language == "zh" else "en"
    return 1 - len(missing(values, said, language)) / len(values)


def knowledge_use(corpus: Corpus) -> Floats:
    """Whether an assistant's turn rests on a source or a tool's result, (T,).

    NaN for users' turns, and in dialogues that name neither anywhere.
    """
    known = [any(t.sources or t.tool_calls for t in d.turns) for d in corpus.dialogues]
    rests = [
        float(bool(turn.sources or turn.tool_calls))
        if there and turn.speaker == "assistant"
        else float("nan")
        for dialogue, there in zip(corpus.dialogues, known, strict=True)
        for turn in dialogue.turns
    ]
    return np.array(rests, np.float64)


def entity_revisits(corpus: Corpus) -> Floats:
    """Share of a dialogue's mentions of entities that stood in an earlier turn, (D,)."""
    return np.array([_revisits(dialogue) for dialogue in corpus.dialogues], np.float64)


def _revisits(dialogue: Dialogue) -> float:
    seen: set[str] = set()
    mentions = again = 0
    for turn in dialogue.turns:
        found = entities(turn.text)
        mentions += len(found)
        again += len(found & seen)
        seen |= found
    return again / mentions if mentions else float("nan")


def entities(text: str) -> set[str]:
    """Figures, capitalised words inside a sentence, and what stands in Chinese quotes."""
    found = {match.group(0).rstrip(".,") for match in _NAME.finditer(text)}
    return {name for name in found if name != "I"} | set(_QUOTED.findall(text))


METRICS = (
    Metric(
        "goal_coverage",
        "dialogue",
        "Share of the goal's subtasks that were settled; without a goal, of the user's figures "
        "that were told.",
        goal_coverage,
        better="higher",
        needs=frozenset({"record"}),
    ),
    Metric(
        "knowledge_use",
        "turn",
        "Share of the assistant's turns that rest on a source or a tool's result.",
        knowledge_use,
        better="higher",
        needs=frozenset({"record"}),
    ),
    Metric(
        "entity_revisit_rate",
        "dialogue",
        "Share of the mentions of entities (figures, names) that were made before (after paper C).",
        entity_revisits,
    ),
)
