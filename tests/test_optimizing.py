"""An optimisation from one end to the other: what it finds, goes on with, spends and leaves."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai_server import Body, OpenAIServer, Reply, refusal
from optimised_run import SMALL, constant, costly, failing, optimised, reply, start
from simulated_prompts import recognised

from trialogue.api import synthesize
from trialogue.errors import EndpointError, ShortRun, UsageError
from trialogue.evaluation.corruptions import CORRUPTIONS
from trialogue.evaluation.judge import Judgement
from trialogue.evaluation.optimised import EVOLVED, FIXED, UNOPTIMISED, Optimised
from trialogue.evaluation.statistics import paired
from trialogue.evaluation.trees import formula, parse
from trialogue.optimised_results import unshown
from trialogue.recipe_file import read_recipe
from trialogue.search_ground import failing_judge
from trialogue.searching import Standing

FILES = ("recipe.json", "optimisation.json", "before.jsonl", "after.jsonl", "report.json")


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    """The simulated model with a judge that likes long conversations."""
    with OpenAIServer(reply) as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(
    server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Optimised, Path, int, list[Standing]]:
    """One optimisation run to its end: result, folder, calls, and what was told on the way."""
    out = tmp_path_factory.mktemp("optimised") / "run"
    told: list[Standing] = []
    before = len(server.requests)
    found = optimised(out, server.base_url, told=told.append)
    return found, out, len(server.requests) - before, told


Whole = tuple[Optimised, Path, int, list[Standing]]


def test_the_evolved_recipe_is_better_on_users_that_nothing_was_tuned_on(whole: Whole) -> None:
    found, _, calls, _ = whole
    assert found.problem == ""
    assert found.users == {"train": 1, "select": 1, "report": 2}
    assert found.winner is not None
    assert found.winner.h == 3.0 > (found.unoptimised_h or 0)
    assert found.before["turns"] == 2
    assert found.after["turns"] == 3
    difference = found.row(EVOLVED).difference
    assert difference is not None
    assert difference.interval is not None
    assert difference.interval[0] > 0
    assert not [note for note in found.notes if "not shown" in note]
    assert sum(cost.calls for cost in found.costs.values()) == calls
    assert {"users", "baseline", "judge", "turns", "dialogues", "report"} == set(found.costs)


def test_a_recipe_that_is_not_shown_to_be_better_is_called_so(whole: Whole) -> None:
    found, *_ = whole
    row = found.row(EVOLVED)
    level = row.model_copy(update={"difference": paired([4.0, 3.0, 5.0], [4.1, 2.9, 5.0])})
    assert unshown(found.table) == []
    assert unshown([found.row(UNOPTIMISED), level]) == [
        "the recipe is not shown to be better on users that nothing was tuned on"
    ]


def test_candidates_can_be_read_and_say_where_tuning_came_to(whole: Whole) -> None:
    first, *others = whole[0].candidates
    assert first.origin == "untuned"
    assert first.theta == {"turns": 2}
    assert [one.origin for one in others] == ["grown"] * 2
    for one in others:
        assert formula(parse(one.dialogue)) == one.dialogue
        assert formula(parse(one.turn)) == one.turn
        assert set(one.theta) == {"turns"}
        assert set(one.phi) == {"verbosity"}
    assert whole[0].screened.accepted == 2


def test_the_recipe_holds_everything_that_was_found(whole: Whole) -> None:
    found, out, *_ = whole
    recipe = read_recipe(out)
    assert found.winner is not None
    assert recipe.controls == found.after
    assert recipe.metric is not None
    assert recipe.metric.dialogue == found.winner.dialogue
    assert set(recipe.metric.standards["turn"]) >= {"turn_length"}
    assert recipe.models["judge"] == "openai:simulated"
    saved = json.loads((out / "optimisation.json").read_text())
    assert saved["best"] == found.best
    assert set(saved["resists"]["dialogues"]) == set(CORRUPTIONS)
    assert min(saved["resists"]["turns"].values()) >= 0.1


def test_the_page_shows_metrics_controls_dialogues_and_calls(whole: Whole) -> None:
    page = (whole[1] / "report.html").read_text(encoding="utf-8")
    for told in (
        *("paper R, table 2", "best metric of turns", "What it cost", "Screening: "),
        "above what was spoilt",
    ):
        assert told in page
    assert page.count("before and after</caption>") == 2
    assert page.count("<svg") == 3
    lines = [(whole[1] / name).read_text().splitlines() for name in ("before.jsonl", "after.jsonl")]
    users = [[json.loads(line)["user"]["id"] for line in part] for part in lines]
    assert users[0] == users[1]
    assert len(users[0]) == 2


def test_what_is_told_on_the_way(whole: Whole) -> None:
    stages = [standing.stage for standing in whole[3]]
    order = ["meeting users", "unoptimised dialogues", "trying the judge", "reproduce", "turns",
             "dialogues", "judge", "select", "comparing on 2 other users"]  # fmt: skip
    assert [stage for stage in dict.fromkeys(stages) if stage in order] == order
    assert any("a generation costs up to" in stage for stage in stages)
    calls = [standing.calls for standing in whole[3]]
    assert calls == sorted(calls)


def test_the_same_call_again_pays_nothing_and_writes_the_same(
    whole: Whole, server: OpenAIServer
) -> None:
    found, out, *_ = whole
    before, paid = [(out / name).read_bytes() for name in FILES], len(server.requests)
    assert optimised(out, server.base_url) == found
    assert len(server.requests) == paid
    assert [(out / name).read_bytes() for name in FILES] == before


def test_killed_and_called_again_it_ends_as_if_nothing_had_happened(
    whole: Whole, tmp_path: Path
) -> None:
    calls = whole[2]
    asked: list[str] = []
    with OpenAIServer(reply) as own:
        process = start(tmp_path / "run", own.base_url)

        def counted(body: Body) -> Reply | str:
            asked.append(json.dumps(body, sort_keys=True))
            if len(asked) == calls // 2:
                process.kill()
            return reply(body)

        own.reply = counted
        process.communicate()
        assert process.returncode == -9
        found = optimised(tmp_path / "run", own.base_url)
    where = {"folder": "", "recipe": "", "report": ""}
    assert found.model_copy(update=where) == whole[0].model_copy(update=where)
    assert len(set(asked)) == calls
    assert len(asked) - len(set(asked)) <= 8
    for name in ("recipe.json", "before.jsonl", "after.jsonl"):
        assert (tmp_path / "run" / name).read_bytes() == (whole[1] / name).read_bytes()


@pytest.mark.parametrize(("unit", "budget"), [("calls", 300), ("tokens", 170_000)])
def test_a_budget_is_never_overrun_and_a_larger_one_goes_further(
    tmp_path: Path, openai_server: type[OpenAIServer], unit: str, budget: int
) -> None:
    """Cut in the middle of the search; the comparison at the end still has its share."""
    own, out = openai_server(costly), tmp_path / "run"
    far = SMALL.model_copy(update={"generations": 50})
    found = optimised(out, own.base_url, extent=far, **{f"budget_{unit}": budget})
    assert sum(getattr(cost, unit) for cost in found.costs.values()) <= budget
    assert len(own.requests) == sum(cost.calls for cost in found.costs.values())
    assert 0 < len(found.candidates) < 50
    assert "of the budget" in found.ended or "limit" in found.ended
    assert len((out / "before.jsonl").read_text().splitlines()) == 2
    paid, larger = len(own.requests), budget * 3 // 2
    more = optimised(out, own.base_url, extent=far, **{f"budget_{unit}": larger})
    assert more.candidates[:3] == found.candidates[:3]
    assert paid < len(own.requests)
    spent = {"calls": len(own.requests), "tokens": 400 * len(own.requests)}
    assert spent[unit] <= larger


def test_a_budget_that_is_far_too_small_costs_nothing(tmp_path: Path, server: OpenAIServer) -> None:
    before = len(server.requests)
    with pytest.raises(UsageError, match=r"50 calls is too small .* it takes about \d+"):
        optimised(tmp_path / "run", server.base_url, budget_calls=50)
    with pytest.raises(UsageError, match="900 tokens is too small"):
        optimised(tmp_path / "run", server.base_url, budget_tokens=900)
    assert len(server.requests) == before
    assert not (tmp_path / "run").exists()


def test_a_budget_that_proves_too_small_leaves_what_was_learnt(
    tmp_path: Path, server: OpenAIServer
) -> None:
    with pytest.raises(ShortRun, match=r"too small for one generation.* raise the budget") as short:
        optimised(tmp_path / "run", server.base_url, budget_calls=130)
    found = short.value.result
    assert isinstance(found, Optimised)
    assert found.unoptimised_h == 2.0
    assert found.before["turns"] == 2
    assert read_recipe(tmp_path / "run").controls == {}
    assert "too small for one generation" in (tmp_path / "run" / "report.html").read_text()


@pytest.mark.parametrize(
    ("judge", "told"),
    [(constant, "same scores to all 2 dialogues"), (failing, "no usable answer to . of 6")],
)
def test_a_judge_that_cannot_judge(
    tmp_path: Path, openai_server: type[OpenAIServer], judge: type, told: str
) -> None:
    with pytest.raises(ShortRun, match=f"{told}.*--judge-model"):
        optimised(tmp_path / "run", openai_server(judge).base_url)
    assert read_recipe(tmp_path / "run").controls == {}


def test_a_judge_that_fails_half_the_time_is_named_whatever_it_chose() -> None:
    def judged(missing: int) -> Judgement:
        return Judgement(dialogue="d", scores={}, missing=missing, weighed=0)

    assert failing_judge([judged(1), judged(2)]) == (
        "the judge gave no usable answer to 3 of 6 questions; name another with --judge-model"
    )
    assert failing_judge([judged(0), judged(1)]) == ""
    assert failing_judge([]) == ""


def test_an_endpoint_that_dies_on_the_way_leaves_the_best_so_far(
    whole: Whole, tmp_path: Path, openai_server: type[OpenAIServer]
) -> None:
    asked: list[Body] = []

    def dying(body: Body) -> Reply | str:
        asked.append(body)
        return refusal(401, "no more") if len(asked) > whole[2] + 10 else reply(body)

    far = SMALL.model_copy(update={"generations": 4})
    with pytest.raises(EndpointError, match="401"):
        optimised(tmp_path / "run", openai_server(dying).base_url, extent=far)
    assert read_recipe(tmp_path / "run").controls == whole[0].after
    saved = json.loads((tmp_path / "run" / "optimisation.json").read_text())
    assert saved["best"] == whole[0].best


def test_a_scenario_with_one_user(tmp_path: Path, openai_server: type[OpenAIServer]) -> None:
    intents: list[str] = []

    def lonely(body: Body) -> Reply | str:
        """Only the first user finds an intent."""
        if recognised(body["messages"]).name == "intent":
            intents.append(json.dumps(body, sort_keys=True))
            if intents[-1] != intents[0]:
                return refusal(400, "nobody else")
        return reply(body)

    with pytest.raises(ShortRun, match=r"gave 1 of 4 users; .* so 3"):
        optimised(tmp_path / "run", openai_server(lonely).base_url)


def test_table_two_and_rewritten_prompts(server: OpenAIServer, tmp_path: Path) -> None:
    extent = SMALL.model_copy(update={"reflections": 1})
    found = optimised(tmp_path / "run", server.base_url, compare=True, extent=extent)
    assert [row.name for row in found.table] == [UNOPTIMISED, *FIXED, EVOLVED]
    assert all(row.difference for row in found.table[1:])
    assert found.costs["prompts"].calls >= 1
    assert any(recognised(body["messages"]).name == "reflect" for body in server.requests)


def test_synthesis_takes_the_recipe(whole: Whole, server: OpenAIServer, tmp_path: Path) -> None:
    found, out, *_ = whole
    result = synthesize(
        "travel_reimbursement",
        n=1,
        out=tmp_path / "run",
        model="openai:simulated",
        base_url=server.base_url,
        embedder="hash",
        recipe=found.recipe,
        options={"points": (2, 2), "reactions": False, "lookups": 0},
        controls=["verbosity=0.5"],
    )
    [made] = result.dialogues()
    assert made.controls == {**read_recipe(out).controls, "verbosity": 0.5}
    assert made.rounds == 3
    settings = json.loads((tmp_path / "run" / "run.json").read_text())["settings"]
    assert found.recipe in settings["contents"]["files"]


def test_settings_that_do_not_go_together(tmp_path: Path) -> None:
    for given, told in (
        ({"recipe": "x"}, "recipe"),
        ({"controls": ["turns", "turnz"]}, "turnz"),
        ({"participants": [{"speaker": "user"}, {"speaker": "assistant", "name": "A"}]}, "partic"),
    ):
        with pytest.raises(UsageError, match=told):
            optimised(tmp_path / "run", "http://127.0.0.1:9/v1", **given)
