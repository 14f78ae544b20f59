"""A prompt rewritten by a model: places and messages stay, whatever the model writes."""

from collections.abc import Callable

import pytest
from openai_server import OpenAIServer

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.prompt import load_prompt
from trialogue.agents.reflecting import REWRITTEN, reflected
from trialogue.errors import AnswerError
from trialogue.memory.journal import Journal

Start = Callable[..., OpenAIServer]
TALK = "User: Hello?\nAgent: Yes."


async def rewritten(server: OpenAIServer, name: str = "answer", language: str = "en") -> str:
    spec = ModelSpec(name="openai:tiny", base_url=server.base_url)
    with Journal() as journal:
        async with Caller({"judge": spec}, journal) as caller:
            scores = {"coherence": 2.0, "fluency": None}
            return await reflected(caller, "judge", name, language, TALK, scores, 3)


@pytest.mark.parametrize("name", REWRITTEN)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_only_the_instructions_change(openai_server: Start, name: str, language: str) -> None:
    server = openai_server(
        lambda _: "<instructions>\nSay what {{who}} says.\n# user\nBriefly.\n</instructions>"
    )
    text, before = await rewritten(server, name, language), load_prompt(name, language).source
    head, rest = text.split("\n# examples", 1)
    assert head == "# system\nSay what {{who}} says.\nuser\nBriefly.{{manner}}"
    assert rest == before.split("\n# examples", 1)[1]
    asked = str(server.requests[0]["messages"])
    assert "coherence 2.0" in asked
    assert "fluency" not in asked.split("<ratings>")[1]
    assert "Agent: Yes." in asked


@pytest.mark.parametrize("answer", ["Be brief.", "{{who}} {{more}}", "{{who}} and {{asked}}"])
async def test_a_text_that_lost_its_places_is_no_prompt(openai_server: Start, answer: str) -> None:
    with pytest.raises(AnswerError, match="'answer' lost"):
        await rewritten(openai_server(lambda _: answer))
