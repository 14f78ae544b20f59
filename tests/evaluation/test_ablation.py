"""Conditions compared, by hand."""

import numpy as np
import pytest
from said import many
from word_embedder import WordEmbedder

from trialogue.evaluation.ablation import conditions
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.report import ablation as report
from trialogue.evaluation.similarity import dialogue_vectors, to_others
from trialogue.evaluation.topics import counted

SAME = [["hotel paid", "yes"]] * 3
OTHER = [["hotel paid", "yes"], ["taxi late", "no"], ["meals abroad", "perhaps"]]


def corpus(lines: list[list[str]]) -> Corpus:
    return Corpus(many(lines), embedder=WordEmbedder())


def test_the_mean_cosine_to_the_others_is_that_of_all_pairs() -> None:
    other = corpus(OTHER)
    near = np.asarray(dialogue_vectors(other) @ dialogue_vectors(other).T, np.float64)
    np.fill_diagonal(near, 0)
    assert to_others(other) == pytest.approx(near.sum(axis=1) / 2, abs=1e-6)
    assert np.isnan(to_others(corpus(OTHER[:1]))).all()


def test_what_is_known_of_each_condition() -> None:
    corpora = {"direct": corpus(SAME), "experience": corpus(OTHER)}
    topics = {"direct": counted(("hotel",) * 3), "experience": counted(("hotel", "taxi", None))}
    direct, experience = conditions(corpora, topics)
    assert direct.similarity.mean == pytest.approx(1)
    assert direct.nearness is None
    assert (direct.topics.unique, direct.topics.most_repeated, direct.single) == (1, 3, 0)
    assert (experience.unnamed, experience.single) == (1, 1)
    assert experience.nearness is not None
    assert experience.nearness.value == pytest.approx(to_others(corpora["experience"]).mean() - 1)
    data = experience.data()
    assert (data["unique_topics"], data["topic_entropy"], data["title"]) == (
        2,
        1,
        "+ Action sequence",
    )
    section = report.section((direct, experience), corpora)
    table = section.blocks[0]
    assert table.kind == "table"
    assert [row[0] for row in table.rows] == ["Direct interaction", "+ Action sequence"]
    assert [row[-2:] for row in table.rows] == [(1, 3), (2, 1)]
    [note] = [block for block in section.blocks if block.kind == "note"]
    assert "1 of 3 dialogues" in note.text
    [shown] = [block for block in section.blocks if block.kind == "conversations"]
    assert len(shown.conversations) == 4


def test_without_any_topic_there_is_no_bar_and_no_share() -> None:
    [found] = conditions({"direct": corpus(OTHER)}, {"direct": counted((None,) * 3)})
    assert (found.single, found.topics.unique) == (None, 0)
    blocks = report.section([found], {"direct": corpus(OTHER)}).blocks
    assert [block.name for block in blocks if block.kind == "chart"] == ["ablation-cosine"]
