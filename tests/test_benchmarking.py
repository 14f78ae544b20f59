"""`benchmark` against a server: what is asked, kept, counted, and not asked twice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_tasks import made_run
from openai_server import Body, OpenAIServer
from simulated_model import prompt_of

from trialogue.benchmarking import benchmark
from trialogue.errors import EndpointError, LimitReached, UsageError
from trialogue.evaluation.benchmark import Benchmark, TaskAnswer

Start = Callable[..., OpenAIServer]


def model(body: Body) -> str:
    """Says 2 or yes; step by step with a sentence before, directly with a unit and a doubt."""
    told = str(body["messages"][0]["content"])
    answer = "2" if "one number" in told or "一个数字" in told else "yes"
    if prompt_of(body) == "solve_steps":
        return f"One step.\nAnswer: {answer}"
    return f"It must be {answer}" if body["model"] == "chatty" else answer


@pytest.fixture
def server(openai_server: Start) -> OpenAIServer:
    return openai_server(model)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A file as the published ones are."""
    rows = [
        {"prob_id": 1, "prob": "How many meetings?", "answer": "2.0",
         "context": "user:We met on Monday and on Friday, for 3 hours.\nassistant:Fine."},
        {"prob_id": 2, "prob": "开了几次会？", "answer": 3.0,
         "context": "用户:周一和周五开了会。\n客服:好的。"},
        {"prob_id": 3, "prob": "Was it short?", "answer": "No",
         "context": "user:It took 9 hours.\nassistant:Fine."},
        {"prob_id": 4, "prob": "How many?", "answer": "about 5", "context": "user:x\nassistant:y"},
    ]  # fmt: skip
    file = tmp_path / "published.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


def asked(path: Path, server: OpenAIServer, *models: str, **given: Any) -> Benchmark:
    usual: dict[str, Any] = {"base_url": server.base_url, "out": path.parent / "out"}
    return benchmark(path, [f"openai:{name}" for name in models or ("plain",)], **(usual | given))


def kept(found: Benchmark) -> list[TaskAnswer]:
    lines = Path(found.answers).read_text("utf-8").splitlines()
    return [TaskAnswer.model_validate_json(line) for line in lines]


def test_published_files(published: Path, server: OpenAIServer) -> None:
    found = asked(published, server, "plain", "chatty")
    assert (found.tasks, found.kinds) == (3, {"common_sense": 1, "math": 2})
    assert "about 5" in found.unread[0]
    assert found.row("openai:plain", "direct", "strict").math.value == 0.5
    chatty = [found.row("openai:chatty", "direct", read) for read in ("strict", "lenient")]
    assert [row.math.value for row in chatty] == [0, 0.5]
    assert [row.unreadable for row in chatty] == [3, 0]
    assert found.row("openai:chatty", "steps", "strict").math.value == 0.5
    assert found.row("majority class").all.n == 3
    assert [one.task_id for one in found.unsolved] == ["2", "3"]
    assert len(server.requests) == found.calls == 3 * 2 * 2


def test_answers_are_kept_word_for_word(published: Path, server: OpenAIServer) -> None:
    answers = kept(asked(published, server, "chatty"))
    assert [(one.task_id, one.asked) for one in answers] == [
        (task, way) for way in ("direct", "steps") for task in "123"
    ]
    first = answers[0]
    assert (first.text, first.label, first.kind) == ("It must be 2", "2", "math")
    assert first.lenient
    assert (first.lenient.answer, first.lenient.correct) == ("2", True)
    assert (first.usage.calls, first.usage.input_tokens, first.usage.output_tokens) == (1, 11, 7)


def test_the_same_call_again_asks_nothing(published: Path, server: OpenAIServer) -> None:
    first = asked(published, server)
    files = {f: f.read_bytes() for f in sorted((published.parent / "out").glob("*.js*"))}
    again = asked(published, server)
    assert (again.calls, again.replayed) == (0, first.calls)
    assert {f: f.read_bytes() for f in files} == files
    assert {f.name for f in files} == {"answers.jsonl", "benchmark.json", "report.json"}
    asked(published, server, "plain", "other")
    assert len(server.requests) == 2 * first.calls


def test_models_that_fail_are_missing(published: Path, server: OpenAIServer) -> None:
    server.reply = lambda body: "" if "Was it short" in str(body["messages"]) else model(body)
    found = asked(published, server, asked=["steps"])
    row = found.row("openai:plain", "steps", "lenient")
    assert (row.common_sense.value, row.common_sense.missing, row.all.missing) == (None, 1, 1)
    assert row.all.value is None
    assert row.math.value == 0.5
    assert kept(found)[2].text is None


def test_a_budget_ends_it_and_more_goes_on(published: Path, server: OpenAIServer) -> None:
    with pytest.raises(LimitReached, match="4 model calls"):
        asked(published, server, calls=4, concurrency=1)
    assert len(server.requests) == 4
    assert asked(published, server, calls=6).replayed == 4
    assert len(server.requests) == 6


def test_a_run_folder_keeps_it_and_reports(tmp_path: Path, server: OpenAIServer) -> None:
    run = made_run(tmp_path / "run", 5)
    (run / "run.json").write_text('{"settings": {}}')
    found = asked(run, server, out=None, limit=4, seed=3)
    assert (found.tasks, found.of, found.folder) == (4, 10, str(run))
    page = (run / "report.html").read_text("utf-8")
    assert "drawn of 10 with seed 3" in page
    assert "majority class" in page
    other = asked(run, server, out=None, limit=4, seed=4)
    assert {one.task_id for one in kept(other)} != {t.task_id for t in found.unsolved} or other.seed


def test_prices_give_costs(published: Path, server: OpenAIServer, tmp_path: Path) -> None:
    config = tmp_path / "prices.yaml"
    config.write_text("limits: {prices: {'openai:plain': {input: 1000000, output: 0}}}")
    found = asked(published, server, config=config, asked=["direct"])
    usage = found.row("openai:plain", "direct", "strict").usage
    assert usage
    assert usage.cost == 33


def test_room_for_answers(published: Path, server: OpenAIServer) -> None:
    asked(published, server)
    assert sorted(body["max_tokens"] for body in server.requests) == [40] * 3 + [700] * 3
    asked(published, server, answer_tokens=2000)
    assert {body["max_tokens"] for body in server.requests[6:]} == {2000}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"asked": ["loud"]}, "asked: choose of direct and steps"),
        ({"limit": 0}, "limit: 0"),
        ({"answer_tokens": 0}, "answer_tokens: 0"),
        ({"calls": -1}, "calls"),
    ],
)
def test_what_cannot_be_asked(
    published: Path, server: OpenAIServer, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        asked(published, server, **given)
    assert not server.requests


def test_other_mistakes(published: Path, tmp_path: Path, server: OpenAIServer) -> None:
    with pytest.raises(UsageError, match="no model"):
        benchmark(published, [])
    with pytest.raises(EndpointError, match="no provider"):
        benchmark(published, ["gpt"])
    with pytest.raises(UsageError, match="there is no such file"):
        asked(tmp_path / "nothing.jsonl", server)
    unsure = tmp_path / "unsure"
    made_run(unsure, 1)
    text = (unsure / "tasks.jsonl").read_text()
    for status in ("verified", "accepted"):
        text = text.replace(f'"{status}"', '"needs_review"')
    (unsure / "tasks.jsonl").write_text(text)
    with pytest.raises(UsageError, match="trialogue review"):
        asked(unsure, server)
