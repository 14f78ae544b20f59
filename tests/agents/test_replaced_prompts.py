"""Texts that stand in for prompts: only inside the block, in its tasks, and only if they fit."""

import asyncio

import pytest

from trialogue.agents.prompt import (
    check_prompts,
    load_prompt,
    prompt_versions,
    replaced_prompts,
)
from trialogue.errors import UsageError

KIND = "Be kind. "


def kinder(name: str = "answer", language: str = "en") -> str:
    return load_prompt(name, language).source.replace("# system\n", f"# system\n{KIND}", 1)


def test_a_text_stands_in_inside_the_block_and_changes_the_version() -> None:
    before = prompt_versions("en")
    with replaced_prompts({"en/answer": kinder()}):
        assert KIND in load_prompt("answer").source
        now = prompt_versions("en")
        assert {name for name in now if now[name] != before[name]} == {"answer"}
        assert KIND not in load_prompt("answer", "zh").source
        with replaced_prompts({"en/said": kinder("said")}):
            assert KIND in load_prompt("answer").source
    assert prompt_versions("en") == before


async def test_tasks_of_the_block_see_it_and_others_do_not() -> None:
    async def seen() -> bool:
        await asyncio.sleep(0)
        return KIND in load_prompt("answer").source

    outside = asyncio.create_task(seen())
    with replaced_prompts({"en/answer": kinder()}):
        inside = asyncio.create_task(seen())
        beside = asyncio.to_thread(lambda: KIND in load_prompt("answer").source)
        assert all(await asyncio.gather(inside, beside))
    assert not await outside


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "en/answer",
            "# system\nHello {{who}}{{manner}}\n# user\n{{asked}}\n",
            "messages or places",
        ),
        ("en/answer", "", "messages or places"),
        ("en/nothing", "# system\n", "no prompt 'nothing'"),
        ("answer", "# system\n", "no prompt ''"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(name: str, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check_prompts({name: text})
    with pytest.raises(UsageError, match=told), replaced_prompts({name: text}):
        pass


def test_a_lost_place_and_one_too_many_are_refused() -> None:
    for wrong in (kinder().replace("{{manner}}", ""), kinder().replace(KIND, "{{more}}")):
        with pytest.raises(UsageError, match="places"):
            check_prompts({"en/answer": wrong})
    check_prompts({"en/answer": kinder(), "zh/said": kinder("said", "zh")})
