"""Properties of whole dialogues: how long, in which order, how deep, how many at a time.

What a user raised when is read from `Dialogue.goal`; without a goal such properties are None.
"""

from collections import Counter
from itertools import pairwise

from trialogue.agents.controls.control import Measure
from trialogue.agents.controls.files import data
from trialogue.agents.controls.line_measures import over_turns, specificity
from trialogue.agents.controls.words import hits, sentences, starts_with, words
from trialogue.agents.figures import figures
from trialogue.records import Dialogue, Language, Subtask

_SHORT = {"en": 12, "zh": 22}


def turns(dialogue: Dialogue) -> float | None:
    """Rounds."""
    return float(dialogue.rounds)


def disclosure(dialogue: Dialogue) -> float | None:
    """New matters a turn, over the user's turns that raise any."""
    given = _given(dialogue)
    return len(given) / len({subtask.given for subtask in given}) if given else None


def focus(dialogue: Dialogue) -> float | None:
    """Questions, and user turns without a new one, for each matter. Rises with focus.

    Subtasks with one `source` are one matter; those without a source are each their own.
    """
    given = _given(dialogue)
    said = {i for i, turn in enumerate(dialogue.turns) if turn.speaker == "user"}
    further = len(said - {subtask.given for subtask in given})
    return (len(given) + further) / len(set(map(_matter, given))) if given and said else None


def smoothness(dialogue: Dialogue) -> float | None:
    """The share of moves that do not go on in logical order: 0 is A, 1 is F.

    In logical order a matter is finished before the first one that is left is taken up.
    """
    matters = [_matter(subtask) for subtask in _given(dialogue)]
    left = Counter(matters)
    jumps = []
    for now, then in pairwise(matters):
        left[now] -= 1
        jumps.append(then != (now if left[now] else min(m for m in left if left[m])))
    return sum(jumps) / len(jumps) if jumps else None


def knowledge_gap(dialogue: Dialogue) -> float | None:
    """The share of the user's turns that ask what something means, how it works, or whether it
    was understood right."""
    language, said = _language(dialogue), _said(dialogue)
    asked = [any(hits(q, "clarifying", language) for q in _questions(text)) for text in said]
    return sum(asked) / len(asked) if asked else None


def feedback(dialogue: Dialogue) -> float | None:
    """The share of the user's turns after an answer that begin with a reaction to it: with a
    listed phrase, or with a short sentence that has neither a figure nor a question."""
    language = _language(dialogue)
    later = [
        b.text
        for a, b in pairwise(dialogue.turns)
        if a.speaker == "assistant" and b.speaker == "user"
    ]
    return sum(_reacts(text, language) for text in later) / len(later) if later else None


def industry_context(dialogue: Dialogue) -> float | None:
    """Of the words of listed industries, the share that belongs to the one asked for."""
    text = " ".join(turn.text for turn in dialogue.turns)
    return _share(dialogue, "industry_context", "industries", text)


def decision_style(dialogue: Dialogue) -> float | None:
    """Of the user's phrases of listed decision styles, the share of the one asked for (or of the
    user's persona)."""
    return _share(dialogue, "decision_style", "styles", " ".join(_said(dialogue)))


def identity(dialogue: Dialogue) -> float | None:
    """The share of the asked identity's longer words (characters in Chinese) that the user's
    profile or lines have."""
    language = _language(dialogue)
    least = 1 if language == "zh" else 4
    asked = {w for w in words(str(_asked(dialogue, "identity")), language) if len(w) >= least}
    there = set(words(" ".join([dialogue.user.identity, *_said(dialogue)]), language))
    return len(asked & there) / len(asked) if asked else None


def _given(dialogue: Dialogue) -> list[Subtask]:
    """The subtasks that were raised, in the order in which they were."""
    given = [subtask for subtask in dialogue.goal if subtask.given is not None]
    return sorted(given, key=lambda subtask: (subtask.given, subtask.id))


def _matter(subtask: Subtask) -> tuple[int, str]:
    """What a subtask belongs to; matters sort in their logical order."""
    source = subtask.source if subtask.kind == "point" else ""
    return (int(source), "") if source.isdigit() else (subtask.id, source)


def _share(dialogue: Dialogue, control: str, listed: str, text: str) -> float | None:
    asked, language = _asked(dialogue, control), _language(dialogue)
    counts = {name: hits(text, f"{listed}.{name}", language) for name in _names(listed)}
    total = sum(counts.values())
    return counts[asked] / total if asked in counts and total else None


def _names(listed: str) -> list[str]:
    return list(data("control_words")["en"][listed])


def _asked(dialogue: Dialogue, control: str) -> str:
    persona = dialogue.user.persona
    usual = (persona.decision_style if persona else None) if control == "decision_style" else None
    return str(dialogue.controls.get(control) or usual or "")


def _reacts(text: str, language: Language) -> bool:
    first = (sentences(text) or [""])[0]
    if starts_with(first, "reactions", language):
        return True
    short = len(words(first, language)) <= _SHORT[language]
    return short and not figures(first) and not first.endswith(("?", "？"))


def _questions(text: str) -> list[str]:
    return [part for part in sentences(text) if part.endswith(("?", "？"))]


def _said(dialogue: Dialogue) -> list[str]:
    return [turn.text for turn in dialogue.turns if turn.speaker == "user"]


def _language(dialogue: Dialogue) -> Language:
    return "zh" if dialogue.scenario.language == "zh" else "en"


MEASURES: dict[str, Measure] = {
    "turns": turns,
    "industry_context": industry_context,
    "knowledge_gap": knowledge_gap,
    "smoothness": smoothness,
    "focus": focus,
    "identity": identity,
    "decision_style": decision_style,
    "disclosure": disclosure,
    "feedback": feedback,
    "specificity": over_turns(specificity, ("user", "assistant")),
}
