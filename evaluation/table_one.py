"""Table 1 of paper R for any set of dialogues."""

from trialogue.evaluation.corpus import Corpus
from trialogue.records import Record


class TableOne(Record):
    """Dialogues, rounds, rounds a dialogue, tokens a turn, unique over all tokens (R, table 1).

    A round is a user's turn and its answer, which R calls a turn. None where there is nothing
    to divide by.
    """

    dialogues: int
    turns: int
    rounds: int
    rounds_per_dialogue: float | None
    tokens: int
    tokens_per_turn: float | None
    unique_tokens: int
    unique_share: float | None
    tokenizer: str


def table_one(corpus: Corpus) -> TableOne:
    """The table of a corpus, tokens as its tokeniser cuts them."""
    dialogues, turns, tokens = len(corpus.dialogues), len(corpus.texts), len(corpus.tokens)
    rounds = sum(dialogue.rounds for dialogue in corpus.dialogues)
    unique = len(corpus.vocabulary)
    return TableOne(
        dialogues=dialogues,
        turns=turns,
        rounds=rounds,
        rounds_per_dialogue=rounds / dialogues if dialogues else None,
        tokens=tokens,
        tokens_per_turn=tokens / turns if turns else None,
        unique_tokens=unique,
        unique_share=unique / tokens if tokens else None,
        tokenizer=corpus.tokenizer,
    )
