"""A control: how often a user hesitates, as it is told to models and measured afterwards."""

from trialogue import Control, Dialogue
from trialogue.agents.controls import Wording

SIGNS = ("hm", "well,", "i am not sure", "er,", "嗯", "这个嘛", "我也不太确定")


def hesitation(dialogue: Dialogue) -> float | None:
    """The share of the user's turns that hesitate; None where the user says nothing."""
    said = [turn.text.lower() for turn in dialogue.turns if turn.speaker == "user"]
    if not said:
        return None
    return sum(any(sign in text for sign in SIGNS) for text in said) / len(said)


HESITATION = Control(
    name="hesitation",
    kind="number",
    level="phi",
    sides=("user",),
    wordings={
        "en": Wording("Hesitation", "How often the user hesitates.", "never", "in every turn"),
        "zh": Wording("犹豫", "用户说话时有多犹豫。", "从不犹豫", "每句都犹豫"),
    },
    measure=hesitation,
)
