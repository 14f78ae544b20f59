"""The first scores of a finished dialogue: did the story's figures get across, at what effort."""

from trialogue.agents.figures import ledger, missing
from trialogue.records import Dialogue


def score(dialogue: Dialogue) -> dict[str, float]:
    """Scores by name, each between 0 and 1.

    `figures_told` is the share of the ledger's figures that the user conveyed;
    `rewritten` is the share of turns whose first draft was rejected.
    """
    language = "zh" if dialogue.scenario.language == "zh" else "en"
    said = " ".join(turn.text for turn in dialogue.turns if turn.speaker == "user")
    values = [fact.value for fact in ledger(dialogue.trajectory)]
    told = len(values) - len(missing(values, said, language))
    turns = max(1, len(dialogue.turns))
    return {
        "figures_told": round(told / len(values), 4) if values else 1.0,
        "rewritten": round(sum(turn.rewrites > 0 for turn in dialogue.turns) / turns, 4),
    }
