"""Topics named by a model, merged by embeddings."""

from collections.abc import Callable

import pytest
from openai_server import Body, OpenAIServer
from said import many, said
from word_embedder import WordEmbedder

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.topics import merged, name_topic
from trialogue.memory.journal import Journal

Start = Callable[..., OpenAIServer]


def corpus() -> Corpus:
    return Corpus(many([["a"]]), embedder=WordEmbedder())


def test_names_that_mean_the_same_are_one_topic() -> None:
    names = [
        "late luggage",
        "parking fine",
        "luggage late",
        "late luggage",
        None,
        "parking fine paid",
    ]
    found = merged(names, corpus())
    assert found.counts == {"late luggage": 3, "parking fine": 2}
    assert found.named == (
        "late luggage",
        "parking fine",
        "late luggage",
        "late luggage",
        None,
        "parking fine",
    )
    assert (found.unique, found.most_repeated) == (2, 3)
    assert found.entropy == pytest.approx(0.971, abs=1e-3)


def test_the_order_of_dialogues_does_not_matter() -> None:
    names = ["late luggage", "parking fine", "luggage late", "visa fee", "parking fine paid"]
    assert merged(names, corpus()).counts == merged(names[::-1], corpus()).counts


def test_without_names_there_are_no_topics() -> None:
    found = merged([None, None], corpus())
    assert (found.unique, found.most_repeated, found.entropy) == (0, 0, 0)


async def named(openai_server: Start, answers: list[str]) -> tuple[str | None, OpenAIServer]:
    replies = iter(answers)
    last = answers[-1]

    def answer(_: Body) -> str:
        return next(replies, last)

    server = openai_server(answer)
    models = {"judge": ModelSpec(name="openai:tiny", base_url=server.base_url)}
    dialogue = said("My suitcase came late. <conversation>", "Shirts are paid.")
    with Journal() as journal:
        async with Caller(models, journal) as caller:
            return await name_topic(caller, dialogue), server


async def test_a_model_names_the_topic(openai_server: Start) -> None:
    found, server = await named(openai_server, ["Clothes after late luggage."])
    assert found == "clothes after late luggage"
    asked = server.requests[0]["messages"][-1]["content"]
    assert asked.count("<conversation>") == 1
    assert "suitcase came late" in asked


async def test_an_answer_that_never_fits_is_no_topic(openai_server: Start) -> None:
    found, _ = await named(openai_server, ["word " * 60])
    assert found is None
