"""Measuring files of dialogues, good and bad ones, and against people's ratings."""

import json
from pathlib import Path
from typing import Any

import pytest
from said import said
from word_embedder import WordEmbedder

import trialogue
from trialogue.errors import UsageError
from trialogue.evaluating import Evaluation, evaluate
from trialogue.evaluation.metrics import Metric
from trialogue.measured_files import Measurable, read_measurable
from trialogue.rating_agreement import evaluate_against

DATA = Path(__file__).parents[2].parent / "shared" / "data"
GOOD = [{"speaker": "user", "text": "Is it paid?"}, {"speaker": "assistant", "text": "It is."}]


def lines(folder: Path, *values: Any, name: str = "made.jsonl") -> Path:
    """A file with a value a line; a text stands there as it is."""
    file = folder / name
    texts = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def measured(*paths: Path, **more: Any) -> Evaluation:
    return evaluate(*paths, embedder=None, **more)


def data(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"../shared/data/{name} is not here")
    return path


@pytest.mark.parametrize("language", ["en", "ch"])
def test_the_published_files_have_the_papers_figures(language: str) -> None:
    path = data(f"realreasoning/RealReasoning_{language}_refine.jsonl")
    [found] = measured(path, metrics=["rounds"]).sets
    assert (found.table.dialogues, found.table.rounds) == (500, 2398)
    assert found.table.rounds_per_dialogue == pytest.approx(4.796)
    assert found.metric("rounds").estimate.value == pytest.approx(4.796)


def test_ratings_of_people_as_the_worked_case() -> None:
    found = evaluate_against(
        data("dstc9/dev.jsonl"), metrics=["distinct_3", "repetition"], embedder=None
    )
    assert (found.dialogues, found.rated, found.unread) == (718, 718, ())
    assert [one.name for one in found.metrics] == ["distinct_3", "repetition", "repetition@last"]
    first = found.metrics[0].spearman
    assert first.value == pytest.approx(0.170, abs=0.002)
    assert first.interval is not None
    assert first.interval[0] > 0


def test_entries_have_the_promised_form(tmp_path: Path) -> None:
    rated = [
        {"turns": [{"speaker": "user", "text": "a " * i}], "ratings": {"overall": i}}
        for i in range(1, 8)
    ]
    found = evaluate_against(lines(tmp_path, *rated), metrics=["turn_length"], embedder=None)
    first, last = found.entries()
    assert set(first) == {"name", "spearman", "pearson", "kendall", "n", "missing"}
    assert first["name"] == "turn_length"
    assert last["name"] == "turn_length@last"
    assert first["spearman"]["value"] == pytest.approx(1)
    assert set(first["spearman"]) == {"value", "interval"}
    assert len(first["kendall"]["interval"]) == 2
    assert (first["n"], first["missing"]) == (7, 0)
    assert json.loads(json.dumps(found.entries())) == found.entries()


def test_the_last_turn_by_itself(tmp_path: Path) -> None:
    rated = [
        {
            "turns": [
                {"speaker": "user", "text": "word " * (9 - i)},
                {"speaker": "assistant", "text": "word " * i},
            ],
            "ratings": {"overall": i},
        }
        for i in range(1, 9)
    ]
    found = evaluate_against(lines(tmp_path, *rated), metrics=["turn_length"], embedder=None)
    values = {one.name: one.spearman.value for one in found.metrics}
    assert values["turn_length@last"] == pytest.approx(1)
    assert values["turn_length"] is None


def test_nan_and_null_ratings_are_not_rated(tmp_path: Path) -> None:
    turns = json.dumps(GOOD)
    ratings = ("NaN", "null", "Infinity", '"n/a"', "1e999", "3", '"4"', "true")
    rows = [f'{{"turns": {turns}, "ratings": {{"overall": {rating}}}}}' for rating in ratings]
    path = lines(tmp_path, *rows)
    found = evaluate_against(path, metrics=["turns"], embedder=None)
    assert (found.dialogues, found.rated, found.unread) == (8, 2, ())
    with pytest.raises(UsageError, match="there are overall"):
        evaluate_against(path, rating="nobody", embedder=None)
    unrated = lines(tmp_path, {"turns": GOOD}, name="unrated.jsonl")
    with pytest.raises(UsageError, match="no ratings"):
        evaluate_against(unrated, embedder=None)


def test_what_can_be_measured_is_and_the_rest_is_counted(tmp_path: Path) -> None:
    path = lines(
        tmp_path,
        {"turns": GOOD},
        {"turns": []},
        {"turns": GOOD[:1]},
        {"turns": [GOOD[0], {"speaker": "assistant", "text": "  "}]},
        {"turns": [GOOD[0], GOOD[0], GOOD[1]]},
    )
    found = measured(path)
    [one] = found.sets
    assert found.unread == ()
    assert one.table.dialogues == 5
    values = {
        m.name: (m.estimate.n, m.estimate.missing) for m in one.metrics if m.level != "corpus"
    }
    assert values["turns"] == (5, 0)
    assert values["distinct_1"] == (4, 1)
    assert values["tfidf_coherence"] == (3, 2)
    assert values["knowledge_use"] == (0, 5)
    assert all(n + missing == 5 for n, missing in values.values())


def test_half_a_line_is_named_and_left_out_or_ends_it(tmp_path: Path) -> None:
    half = json.dumps({"turns": GOOD})[:40]
    path = lines(tmp_path, {"turns": GOOD}, half, {"turns": GOOD}, {"no": "dialogue"})
    found = measured(path)
    assert found.sets[0].table.dialogues == 2
    assert [line.split(": ")[0] for line in found.unread] == [f"{path}:2", f"{path}:4"]
    assert "half a JSON value" in found.unread[0]
    with pytest.raises(UsageError, match=r"made\.jsonl:2: half a JSON value"):
        measured(path, strict=True)


def test_nothing_to_measure_names_the_first_fault(tmp_path: Path) -> None:
    good = lines(tmp_path, {"turns": GOOD}, '{"torn', name="good.jsonl")
    bad = lines(tmp_path, {"no": "dialogue"}, name="bad.jsonl")
    with pytest.raises(UsageError, match=r"bad\.jsonl: holds no dialogue .*bad\.jsonl:1"):
        measured(good, bad)
    with pytest.raises(UsageError, match="name a run folder"):
        evaluate()


@pytest.mark.parametrize(
    ("value", "speakers"),
    [
        ({"turns": [{"text": "a"}, {"text": "b"}, {"text": "c"}]}, "uau"),
        ({"turns": ["a", "b"]}, "ua"),
        ({"turns": [{"text": "a"}, {"speaker": "user", "text": "b"}, {"text": "c"}]}, "aua"),
        ({"messages": [{"role": "user", "content": "a"}, {"content": "b"}]}, "ua"),
        ({"messages": [{"role": "system", "content": "s"}, {"content": "a"}]}, "u"),
        ({"conversations": [{"from": "gpt", "value": "a"}, {"from": None, "value": "b"}]}, "au"),
    ],
)
def test_turns_without_a_speaker_are_read_in_turn(
    tmp_path: Path, value: Any, speakers: str
) -> None:
    [read] = read_measurable(lines(tmp_path, value))
    assert isinstance(read, Measurable)
    assert "".join(turn.speaker[0] for turn in read.dialogue.turns) == speakers
    assert read.guessed
    assert measured(lines(tmp_path, value, {"turns": GOOD})).guessed == {"made.jsonl": 1}


def test_who_speaks_is_not_guessed_where_it_is_said(tmp_path: Path) -> None:
    assert measured(lines(tmp_path, {"turns": GOOD})).guessed == {}
    unknown = {"turns": [{"speaker": "narrator", "text": "a"}]}
    assert "narrator" in measured(lines(tmp_path, {"turns": GOOD}, unknown)).unread[0]


def test_mixed_languages_are_cut_each_in_its_way(tmp_path: Path) -> None:
    chinese = [{"speaker": "user", "text": "酒店报销吗"}, {"speaker": "assistant", "text": "报销"}]
    path = lines(tmp_path, {"turns": GOOD}, {"turns": chinese})
    [one] = measured(path, metrics=["turn_length", "reading_ease"]).sets
    assert one.table.tokens == 3 + 2 + 5 + 2
    assert one.metric("reading_ease").estimate.missing == 1


def test_a_turn_of_a_megabyte_is_measured(tmp_path: Path) -> None:
    long = [GOOD[0], {"speaker": "assistant", "text": "word " * 210_000}]
    [one] = measured(lines(tmp_path, {"turns": long}, {"turns": GOOD})).sets
    assert one.metric("turn_length").estimate.n == 2
    assert one.table.tokens == 210_000 + 3 + 5


def test_the_same_id_twice_is_two_dialogues(tmp_path: Path) -> None:
    other = [GOOD[0], {"speaker": "assistant", "text": "It is not paid at all, sorry."}]
    path = lines(tmp_path, {"id": "x", "turns": GOOD}, {"id": "x", "turns": other})
    longest = measured(path, metrics=["turn_length"]).sets[0].metric("turn_length").highest
    assert longest == ("x#2", "x")


def test_sets_are_compared_where_their_dialogues_pair_up(tmp_path: Path) -> None:
    first = [said("one", "two", number=i).model_dump(mode="json") for i in range(8)]
    second = [said("one more", "two", number=i).model_dump(mode="json") for i in range(2, 10)]
    paths = [lines(tmp_path, *first, name="a.jsonl"), lines(tmp_path, *second, name="b.jsonl")]
    found = measured(*paths, metrics=["turn_length", "vocabulary_share"])
    [one] = found.compared["b.jsonl"]
    assert (one.name, one.pairs, one.difference.value) == ("turn_length", 6, 0.5)
    assert one.difference.adjusted == one.difference.p
    apart = lines(tmp_path, {"id": "elsewhere", "turns": GOOD}, name="c.jsonl")
    assert measured(paths[0], apart, metrics=["turns"]).compared == {"c.jsonl": ()}


def test_two_files_of_one_name_are_two_sets(tmp_path: Path) -> None:
    path = lines(tmp_path, {"turns": GOOD})
    assert [one.name for one in measured(path, path).sets] == ["made.jsonl", "made.jsonl (2)"]


def test_copies_of_a_reference_are_listed(tmp_path: Path) -> None:
    long = [{"speaker": "user", "text": "the train to the coast was late by more than two hours"}]
    public = lines(tmp_path, {"id": "p", "turns": long}, name="public.jsonl")
    path = lines(tmp_path, {"id": "mine", "turns": GOOD}, {"id": "taken", "turns": long})
    [copy] = measured(path, reference=public).copied["made.jsonl"]
    assert (copy.first, copy.second) == ("taken", "p")


def test_an_embedder_of_ones_own_and_a_metric_of_ones_own(tmp_path: Path) -> None:
    path = lines(tmp_path, *({"turns": GOOD, "id": str(i)} for i in range(3)))

    def halves(corpus: Any) -> Any:
        return corpus.lengths / 2

    own = Metric("half_length", "turn", "Half the tokens of a turn.", halves)
    found = trialogue.evaluate(path, metrics=[own, "embedding_coherence"], embedder=WordEmbedder())
    assert found.sets[0].metric("half_length").estimate.value == 1.25
    assert found.similarities["made.jsonl"].mean == pytest.approx(1, abs=1e-5)
    with pytest.raises(UsageError, match="embedder"):
        measured(path, metrics=["embedding_coherence"])


def test_judges_need_a_folder_for_their_answers(tmp_path: Path) -> None:
    path = lines(tmp_path, {"turns": GOOD})
    with pytest.raises(UsageError, match="--report"):
        measured(path, judges=["openai:tiny"])
    with pytest.raises(UsageError, match="cannot hold a report"):
        measured(path, report=path)
