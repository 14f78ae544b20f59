"""Dialogues as columns: flattened once, so that every metric is a few array operations."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from trialogue.errors import UsageError
from trialogue.evaluation.tokens import Tokenizer, mostly_chinese, tokenizer
from trialogue.records import Dialogue

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Corpus:
    """D dialogues with T turns and N tokens in all.

    `tokenizer` is a name of `tokens.TOKENIZERS`, or "auto": characters where a dialogue is
    mostly Chinese, words elsewhere. Turns keep the order of their dialogues.
    """

    dialogues: Sequence[Dialogue]
    tokenizer: str = "auto"
    embedder: "Embedder | None" = None

    @cached_property
    def texts(self) -> list[str]:
        """The text of every turn, T."""
        return [turn.text for dialogue in self.dialogues for turn in dialogue.turns]

    @cached_property
    def first(self) -> Ints:
        """Where each dialogue's turns begin, D + 1; the last is T."""
        return _starts([len(dialogue.turns) for dialogue in self.dialogues])

    @cached_property
    def dialogue_of(self) -> Ints:
        """The dialogue of every turn, T."""
        return np.repeat(np.arange(len(self.dialogues)), np.diff(self.first))

    @cached_property
    def by_user(self) -> npt.NDArray[np.bool_]:
        """Whether the user speaks, T."""
        said = (turn.speaker == "user" for d in self.dialogues for turn in d.turns)
        return np.fromiter(said, dtype=bool, count=len(self.texts))

    @cached_property
    def chinese(self) -> npt.NDArray[np.bool_]:
        """Whether a dialogue is mostly Chinese, D."""
        kinds = (mostly_chinese([turn.text for turn in d.turns]) for d in self.dialogues)
        return np.fromiter(kinds, dtype=bool, count=len(self.dialogues))

    @cached_property
    def _tokenised(self) -> tuple[Ints, Ints, list[str]]:
        # A word that is not there yet gets the next number, without leaving the map.
        known: defaultdict[str, int] = defaultdict()
        known.default_factory = known.__len__
        flat, lengths = array("i"), array("q")
        for cut, text in zip(self._cutters(), self.texts, strict=True):
            found = cut(text)
            lengths.append(len(found))
            flat.extend(map(known.__getitem__, found))
        return np.array(flat, np.int64), _starts(lengths), list(known)

    def _cutters(self) -> Iterator[Tokenizer]:
        """The tokeniser of every turn."""
        if self.tokenizer != "auto":
            return repeat(tokenizer(self.tokenizer), len(self.texts))
        kinds = tokenizer("word"), tokenizer("zh_char")
        return (kinds[kind] for kind in self.chinese[self.dialogue_of].tolist())

    @property
    def tokens(self) -> Ints:
        """The number of each token in `vocabulary`, N."""
        return self._tokenised[0]

    @property
    def token_first(self) -> Ints:
        """Where each turn's tokens begin, T + 1."""
        return self._tokenised[1]

    @property
    def vocabulary(self) -> list[str]:
        """The different tokens in order of their first use."""
        return self._tokenised[2]

    @cached_property
    def turn_of(self) -> Ints:
        """The turn of every token, N."""
        return np.repeat(np.arange(len(self.texts)), np.diff(self.token_first))

    @cached_property
    def lengths(self) -> Ints:
        """Tokens of every turn, T."""
        return np.diff(self.token_first)

    @cached_property
    def tfidf(self) -> Any:
        """TF-IDF rows of length 1 for all turns, sparse (T, vocabulary), scikit-learn's weights."""
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import TfidfTransformer

        counts = csr_matrix(
            (np.ones(len(self.tokens), np.float32), self.tokens, self.token_first),
            shape=(len(self.texts), max(1, len(self.vocabulary))),
        )
        counts.sum_duplicates()
        return TfidfTransformer().fit_transform(counts) if counts.shape[0] else counts

    @cached_property
    def embeddings(self) -> Vectors:
        """Rows of length 1 for all turns, (T, dimension); each different text is embedded once.

        Raises UsageError without an embedder.
        """
        return self.embed(self.texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Rows of length 1 for texts of one's own."""
        if self.embedder is None:
            raise UsageError("this metric needs an embedder; name one with --embedder")
        different = list(dict.fromkeys(texts))
        place = {text: i for i, text in enumerate(different)}
        rows: Vectors = np.asarray(self.embedder.embed(different), dtype=np.float32)
        return rows[[place[text] for text in texts]]

    def per_dialogue(self, values: npt.ArrayLike, keep: npt.ArrayLike | None = None) -> Floats:
        """The mean of turn values by dialogue, (T,) to (D,); NaN where nothing is kept."""
        values = np.asarray(values, dtype=np.float64)
        there = ~np.isnan(values)
        if keep is not None:
            there &= np.asarray(keep, dtype=bool)
        size = len(self.dialogues)
        total = np.bincount(self.dialogue_of[there], values[there], minlength=size)
        count = np.bincount(self.dialogue_of[there], minlength=size)
        return ratio(total, count)


def ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
    """Elementwise division; NaN where the divisor is 0."""
    top, bottom = np.asarray(above, np.float64), np.asarray(below, np.float64)
    result: Floats = np.full(np.broadcast(top, bottom).shape, np.nan)
    np.divide(top, bottom, out=result, where=bottom != 0)
    return result


def _starts(lengths: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
