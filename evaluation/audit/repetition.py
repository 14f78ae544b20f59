"""Questions and dialogues that stand there more than once, and answers that then differ."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from trialogue.evaluation.audit.check import Case, Check, counted, listed
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.duplicates import near_duplicates
from trialogue.evaluation.posed_task import PosedTask
from trialogue.records import Dialogue, Turn

QUESTIONS = "questions in the words, or nearly the words, of an earlier one"
DIALOGUES = "dialogues that are nearly the same as an earlier one"
DIFFERING = "one question about one dialogue with different labels"


def repeated_questions(tasks: Sequence[PosedTask]) -> Check:
    """Questions equal but for case, spaces and punctuation, or alike by 5-grams (Jaccard 0.6)."""
    first: dict[str, str] = {}
    cases: list[Case] = []
    distinct: list[Dialogue] = []
    for posed in tasks:
        plain = _plain(posed.task.question)
        if plain in first:
            cases.append(Case(id=posed.task.id, why=f"as {first[plain]}"))
        else:
            first[plain] = posed.task.id
            distinct.append(_asked(posed))
    cases += [
        Case(id=copy.second, why=f"nearly as {copy.first} ({copy.similarity:.2f})")
        for copy in near_duplicates(Corpus(distinct))
    ]
    what = f"questions repeat an earlier one; {len(distinct):,} are in different words"
    return counted("repeated_questions", QUESTIONS, cases, len(tasks), what)


def repeated_dialogues(tasks: Sequence[PosedTask]) -> Check:
    """Different dialogues (by id) whose words are nearly the same."""
    dialogues = [*{posed.dialogue.id: posed.dialogue for posed in tasks}.values()]
    cases = [
        Case(id=copy.second, why=f"nearly as {copy.first} ({copy.similarity:.2f})")
        for copy in near_duplicates(Corpus(dialogues))
    ]
    what = "dialogues repeat an earlier one"
    return counted("repeated_dialogues", DIALOGUES, cases, len(dialogues), what)


def differing_labels(tasks: Sequence[PosedTask]) -> Check:
    """The same question about the same words with another label."""
    groups: defaultdict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
    for posed in tasks:
        said = _plain("\n".join(turn.text for turn in posed.dialogue.turns))
        labels = groups[_plain(posed.task.question), said]
        labels.setdefault(posed.task.label, []).append(posed.task.id)
    cases = [
        Case(id=name, why=f"{label} here, {_others(labels, label)} elsewhere")
        for labels in groups.values()
        if len(labels) > 1
        for label, names in labels.items()
        for name in names
    ]
    return counted("differing_labels", DIFFERING, cases, len(tasks), "have another label elsewhere")


def _others(labels: Mapping[str, Sequence[str]], label: str) -> str:
    return listed([other for other in labels if other != label])


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def _asked(posed: PosedTask) -> Dialogue:
    """A question as a dialogue of one turn, so that it is compared as dialogues are."""
    turns = (Turn(speaker="user", text=posed.task.question),)
    return posed.dialogue.model_copy(update={"id": posed.task.id, "turns": turns})
