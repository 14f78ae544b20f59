"""What solvers say is read strictly or leniently; a solver that fails is missing, not wrong."""

from collections.abc import Callable

import pytest
from made_dialogues import dialogue
from openai_server import Body, OpenAIServer, Reply

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.evaluation.reasoning.answers import read_answer
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.solving import (
    accuracy,
    agreed,
    agreed_otherwise,
    solve,
    solver_team,
)
from trialogue.memory.journal import Journal
from trialogue.records import ReasoningTask, SolverAnswer, TaskKind
from trialogue.records.task import Asked

TASK = ReasoningTask(id="t", dialogue_id="d", kind="math", question="How much?", label="2750")
TOLD = dialogue("I paid 1,000 and 1,750 CNY.", "Thank you.")


@pytest.mark.parametrize(
    ("text", "kind", "asked", "strict", "lenient"),
    [
        ("2750", "math", "direct", "2750", "2750"),
        ("2,750.00 CNY.", "math", "direct", "2750", "2750"),
        ("<think>2 or 3?</think>２７５０元", "math", "direct", "2750", "2750"),
        ("It is 2750.", "math", "direct", None, "2750"),
        ("1000 + 1750 = 2750", "math", "direct", None, "2750"),
        ("about 2750", "math", "direct", None, "2750"),
        ("1000 + 1750\nAnswer: 2750 CNY", "math", "steps", "2750", "2750"),
        ("Answer: 2750\nI hope that helps with your 3 bills.", "math", "steps", None, "2750"),
        ("So \\boxed{2750} it is, 3 in all", "math", "steps", None, "2750"),
        ("两笔加起来。\n答案：2750元", "math", "steps", "2750", "2750"),
        ("nothing", "math", "direct", None, None),
        ("", "math", "direct", None, None),
        ("Yes.", "common_sense", "direct", "yes", "yes"),
        ("够。", "common_sense", "direct", "yes", "yes"),
        ("No, that is not enough", "common_sense", "direct", None, "no"),
        ("It costs more.\nAnswer: **no**", "common_sense", "steps", None, "no"),
        ("总共420元，不够。", "common_sense", "direct", None, "no"),
    ],
)
def test_an_answer_is_read_in_two_ways(
    text: str, kind: TaskKind, asked: Asked, strict: str | None, lenient: str | None
) -> None:
    for how, wanted in (("strict", strict), ("lenient", lenient)):
        try:
            found = read_answer(text, kind, asked, "strict" if how == "strict" else "lenient")
        except Refused:
            found = None
        assert found == wanted, how


async def test_solvers_answer_as_they_are_asked(
    openai_server: Callable[..., OpenAIServer],
) -> None:
    def reply(body: Body) -> Reply | str:
        if body["model"] == "broken":
            return Reply("")
        direct = "nothing else" in body["messages"][0]["content"]
        return "2750" if direct else "1000 + 1750 = 2,750\nAnswer: 2,750 CNY"

    server = openai_server(reply)
    specs = [
        ModelSpec(name=f"openai:{name}", base_url=server.base_url) for name in ("tiny", "broken")
    ]
    for asked in ("direct", "steps"):
        roles, team = solver_team(specs, 3, "direct" if asked == "direct" else "steps")
        assert [(s.role, s.take) for s in team] == [
            ("solvers", 0),
            ("solvers_2", 0),
            ("solvers", 1),
        ]
        with Journal() as journal:
            async with Caller(roles, journal) as caller:
                solved = await solve(caller, TASK, TOLD, team)
        answers = [answer for answer, _ in solved]
        assert [answer.answer for answer in answers] == ["2750", None, "2750"]
        assert [answer.correct for answer in answers] == [True, None, True]
        assert accuracy(answers) == 1.0
        assert solved[1].text is None
    prompts = [body["messages"][0]["content"] for body in server.requests]
    assert any("Answer: …" in prompt for prompt in prompts)
    seeds = {body["seed"] for body in server.requests if body["model"] == "tiny"}
    assert len(seeds) == 2


def answers(*given: str | None) -> list[SolverAnswer]:
    return [
        SolverAnswer(model="m", answer=one, correct=None if one is None else one == "yes")
        for one in given
    ]


def test_a_missing_solver_counts_for_nothing() -> None:
    assert accuracy(answers("yes", None, "no")) == 0.5
    assert accuracy(answers(None, None)) is None
    assert agreed(answers("yes", "yes", None), "yes")
    assert agreed(answers("yes", "yes", "no"), "yes")
    assert not agreed(answers("yes", "no"), "yes")
    assert not agreed(answers("yes", None), "yes")
    assert agreed_otherwise(answers("no", "no", None), "yes") == "no"
    assert agreed_otherwise(answers("no", "yes"), "yes") is None
    assert agreed_otherwise(answers("", ""), "yes") is None
