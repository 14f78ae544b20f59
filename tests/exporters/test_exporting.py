"""An export's folder: splits, card, manifest, and what it does not overwrite."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_dialogues import dialogue
from made_tasks import made_run, math_task, trip, write_run, yes_no_task

from trialogue.errors import UsageError
from trialogue.exporters import BUILT_IN, Bundle, Exporter, Features
from trialogue.exporting import Exported, export
from trialogue.records import ScenarioRef
from trialogue.records.review import Review
from trialogue.reviewing import now
from trialogue.reviews import write_review


def front(done: Exported) -> tuple[dict[str, Any], str]:
    """The card's YAML, and its text."""
    _, matter, body = (Path(done.folder) / "README.md").read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(matter), body


def ids(done: Exported, part: str) -> dict[str, set[str]]:
    """Ids by split."""
    found = {}
    for file in done.files:
        if file.part == part:
            lines = (Path(done.folder) / file.path).read_text("utf-8").splitlines()
            found[file.split] = {json.loads(line)["id"] for line in lines}
    return found


def test_tasks_go_with_their_dialogues(tmp_path: Path) -> None:
    done = export(made_run(tmp_path / "run", 12), "openai")
    dialogues, tasks = ids(done, "dialogues"), ids(done, "tasks")
    assert {name: len(found) for name, found in dialogues.items()} == {
        "train": 10, "validation": 1, "test": 1,
    }  # fmt: skip
    for split, found in tasks.items():
        assert found == {f"{one}-{kind}" for one in dialogues[split] for kind in "my"}
    manifest = json.loads((Path(done.folder) / "export.json").read_text("utf-8"))
    assert [file["rows"] for file in manifest["files"]] == [10, 1, 1, 20, 2, 2]
    assert "folder" not in manifest


def test_the_card_tells_what_is_there(tmp_path: Path) -> None:
    done = export(made_run(tmp_path / "run", 10), "openai", licence="cc-by-4.0")
    matter, body = front(done)
    assert matter["license"] == "cc-by-4.0"
    assert (matter["language"], matter["size_categories"]) == (["en"], ["n<1K"])
    assert [one["config_name"] for one in matter["configs"]] == ["dialogues", "tasks"]
    assert [one.get("default") for one in matter["configs"]] == [True, None]
    assert "| train | 8 | 16 | 2.00 |" in body
    assert "10 were proved by code" in body
    assert "| model | local | 10 | Apache-2.0 |" in body
    assert "| model | openai:big | 10 | the terms of the model's provider hold |" in body
    assert "| page | https://example.org/rules | 10 | not known" in body
    assert "| document | rules.md | 10 | not known" in body


def test_shipped_documents_are_ours(tmp_path: Path) -> None:
    on = trip(1, "travel_reimbursement").model_copy(update={"sources": ("1_lodging_and_meals.md",)})
    _, body = front(export(write_run(tmp_path / "run", [on]), "openai"))
    assert r"| document | 1\_lodging\_and\_meals.md | 1 | MIT (ships with Trialogue) |" in body


def test_the_recipe_is_told_without_addresses_and_paths(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", 4)
    settings = {
        "scenario": {"id": "desk", "description": "SECRET-BODY"},
        "n": 4,
        "seed": 7,
        "model": "openai:big",
        "base_url": "http://inside.example:1/v1",
        "recipe": "/home/ann/best.json",
        "personas": "/home/ann/people.yaml",
        "versions": {"trialogue": "0.1.0"},
    }
    (run / "run.json").write_text(json.dumps({"settings": settings}))
    _, body = front(export(run, "openai"))
    assert "seed: 7" in body
    assert "recipe: best.json" in body
    for hidden in ("inside.example", "/home/ann", "SECRET-BODY"):
        assert hidden not in body


def test_hostile_names_stay_text_in_the_card(tmp_path: Path) -> None:
    name = "x: [y]\n---\n# Title\x1b[2J <script>alert(1)</script> | a | `b` ![i](http://e) {{z}}"
    here = ScenarioRef(id=name, name=name, language="en\n- evil: true")
    on = dialogue("Hi", "Hello.", id="../../../x", scenario=here, sources=(name,),
                  models={"user": name}, prompts={name: name})  # fmt: skip
    run = write_run(tmp_path / "run", [on])
    done = export(run, "openai")
    matter, body = front(done)
    assert set(matter) <= {
        *("license", "language", "pretty_name", "size_categories", "task_categories"),
        *("tags", "configs", "dataset_info"),
    }
    assert matter["language"] == []
    assert "\x1b" not in body
    text = [line for line in body.splitlines() if not line.startswith("    ")]  # no code
    assert not [line for line in text if "<script>" in line]
    assert "\n---" not in body
    assert "\n# Title" not in body
    rows = [line for line in body.splitlines() if "alert(1)" in line and line.startswith("|")]
    assert rows
    assert all(line.replace("\\|", "").count("|") == 5 for line in rows)
    assert {path.name for path in tmp_path.iterdir()} == {"run"}


def test_only_what_stands_is_exported(tmp_path: Path) -> None:
    on = [trip(number) for number in range(5)]
    tasks = [
        math_task(on[0], 0),
        math_task(on[0], 0, id="old"),
        math_task(on[0], 0, id="new", replaces="old", generation=1),
        math_task(on[1], 1, status="needs_review"),
        math_task(on[2], 2, status="rejected"),
        yes_no_task(on[3], "yes", status="needs_review"),
    ]
    run = write_run(tmp_path / "run", on, tasks)
    for task, decision in (("desk-0001-m", "accept"), ("desk-0003-y", "skip")):
        write_review(run, Review.model_validate(
            {"task_id": task, "reviewer": "Ann", "decision": decision, "when": now()}
        ))  # fmt: skip
    done = export(run, "openai", shares=(1, 0, 0))
    assert ids(done, "tasks") == {"train": {"desk-0000-m", "new", "desk-0001-m"}}
    assert done.left_out == 3
    assert "3 tasks were left out" in front(done)[1]


def test_published_rows_are_exported_as_they_are(tmp_path: Path) -> None:
    rows = [
        {"prob_id": n, "prob": "多少钱？", "answer": 2.5 + n, "context": f"用户:住了{n}晚\n客服:好"}
        for n in range(4)
    ]
    file = tmp_path / "set.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    done = export(file, "inspect", out=tmp_path / "out")
    found = [json.loads(line) for f in done.files
             for line in (tmp_path / "out" / f.path).read_text("utf-8").splitlines()]  # fmt: skip
    assert sorted(one["target"] for one in found) == ["2.5", "3.5", "4.5", "5.5"]
    assert all(one["input"][1]["content"].endswith("多少钱？") for one in found)
    assert "4 dialogues were imported" in front(done)[1]


def test_lm_eval_configurations_name_the_kinds_that_are_there(tmp_path: Path) -> None:
    on = [trip(number) for number in range(6)]
    run = write_run(tmp_path / "run", on, [math_task(one, n) for n, one in enumerate(on)])
    folder = Path(export(run, "lm-eval").folder)
    group = yaml.safe_load((folder / "trialogue.yaml").read_text())
    assert group["task"] == ["trialogue_math"]
    assert not (folder / "trialogue_common_sense.yaml").exists()
    compile((folder / "trialogue_rows.py").read_text(), "trialogue_rows.py", "exec")


@pytest.mark.parametrize(
    ("said", "label", "same"),
    [
        ("Answer: 2750", "2750", True),
        ("so Answer: 5\nANSWER: 2,750.00 ", "2750", True),
        ("答案：２７５０。", "2750", True),
        ("Answer: **Yes**.", "yes", True),
        ("答案：否", "no", True),
        ("答案：是", "no", False),
        ("2750", "2750", False),
        ("Answer: 2751", "2750", False),
    ],
)
def test_how_answers_are_read_by_the_files_for_others(said: str, label: str, same: bool) -> None:
    from trialogue.exporters.inspect_tasks import last_answer

    names: dict[str, Any] = {}
    head = "import re, unicodedata\nfrom decimal import Decimal, InvalidOperation\n"
    exec(head + last_answer(), names)
    assert (names["last_answer"](said) == names["plain"](label)) is same


def test_an_earlier_export_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", 4)
    first = Path(export(run, "openai").folder)
    assert first == run / "exports" / "openai"
    (first / "dialogues" / "stale.jsonl").write_text("{}")
    export(run, "openai")
    assert not (first / "dialogues" / "stale.jsonl").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("x")
    for out in (mine, mine / "thesis.txt"):
        with pytest.raises(UsageError, match="something else than an export"):
            export(run, "openai", out=out)
    assert (mine / "thesis.txt").read_text() == "x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "run"]


def test_an_exporter_that_fails_leaves_the_earlier_export(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", 4)
    good = export(run, "openai")

    def write(bundle: Bundle, folder: Path) -> Any:
        (folder / "half").write_text("x")
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left"):
        export(run, Exporter("openai", "bad", write))
    assert (Path(good.folder) / "README.md").is_file()
    assert [path.name for path in (run / "exports").iterdir()] == ["openai"]


def test_what_the_user_can_mend(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [trip(1)])
    with pytest.raises(UsageError, match="no tasks to export"):
        export(run, "inspect")
    with pytest.raises(UsageError, match="did you mean openai"):
        export(run, "opena")
    with pytest.raises(UsageError, match="identifier"):
        export(run, "openai", licence="my own: [licence]")
    with pytest.raises(UsageError, match="--out"):
        export(run / "dialogues.jsonl", "openai")
    with pytest.raises(UsageError, match=r"no dialogues\.jsonl"):
        export(tmp_path, "openai")


def test_features_are_declared_only_where_rows_differ() -> None:
    none: Features = BUILT_IN["hf"].features(Bundle())
    assert none == {}
    assert [column["name"] for column in BUILT_IN["openai"].features(Bundle())["dialogues"]] == [
        "id", "messages",
    ]  # fmt: skip
