import asyncio

import pytest
from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from trialogue.agents.models import (
    ModelSpec,
    Target,
    address,
    close_chat_model,
    make_chat_model,
    parse,
    target,
)
from trialogue.agents.providers import make_other_chat_model
from trialogue.errors import EndpointError

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "provider", "model"),
    [
        ("local", "local", ""),
        ("local:qwen.gguf", "local", "qwen.gguf"),
        ("local:C:/models/a.gguf", "local", "C:/models/a.gguf"),
        ("openai:gpt-4o", "openai", "gpt-4o"),
        (" openai:org/model:free ", "openai", "org/model:free"),
        ("anthropic:claude", "anthropic", "claude"),
    ],
)
def test_names_are_split_at_the_first_colon(name: str, provider: str, model: str) -> None:
    assert parse(name) == (provider, model)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("gpt-4o", "openai:gpt-4o"),
        ("models/qwen.gguf", "local:models/qwen.gguf"),
        ("openai:", "incomplete"),
        (":gpt", "incomplete"),
        ("", "provider:model"),
    ],
)
def test_a_bad_name_is_answered_with_a_good_one(name: str, advice: str) -> None:
    with pytest.raises(EndpointError, match=advice):
        parse(name)


def test_an_address_loses_its_slash_and_must_be_a_url() -> None:
    assert address(" http://localhost:8000/v1/ ") == "http://localhost:8000/v1"
    for odd in ("localhost:8000", "ftp://x/v1", "http://", "http://[x/v1"):
        with pytest.raises(EndpointError, match="http://localhost:8000/v1"):
            address(odd)


@pytest.mark.parametrize("url", [f"http://me:{KEY}@host/v1", f"http://host/v1?api_key={KEY}"])
def test_a_key_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(EndpointError, match="OPENAI_API_KEY") as caught:
        address(url)
    assert KEY not in str(caught.value)


def test_a_missing_key_is_named_and_a_server_of_ones_own_needs_none() -> None:
    with pytest.raises(EndpointError, match="OPENAI_API_KEY"):
        target(ModelSpec(name="openai:gpt-4o"))
    where = target(ModelSpec(name="openai:tiny", base_url="http://localhost:1/v1"))
    assert (where.model, where.base_url, where.hosted) == ("tiny", "http://localhost:1/v1", False)


def test_the_environment_gives_key_and_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert target(ModelSpec(name="openai:gpt-4o")).hosted
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere/v1")
    where = target(ModelSpec(name="openai:gpt-4o"))
    assert (where.base_url, where.api_key.get_secret_value()) == ("http://elsewhere/v1", KEY)


def test_the_built_in_server_takes_no_address() -> None:
    with pytest.raises(EndpointError, match="openai:NAME"):
        target(ModelSpec(name="local", base_url="http://localhost:1/v1"))


def test_keys_are_in_no_representation() -> None:
    where = Target("tiny", "http://localhost:1/v1", SecretStr(KEY))
    model = make_chat_model(where, timeout=5)
    shown = f"{where!r} {where} {model!r} {model} {model.model_dump_json()}"
    assert KEY not in shown
    asyncio.run(close_chat_model(model))


def test_a_model_is_a_langchain_model_without_retries_of_its_own() -> None:
    where = Target("tiny", "http://localhost:1/v1", SecretStr(KEY))
    model = make_chat_model(where, timeout=5)
    assert isinstance(model, BaseChatModel)
    assert model.model_dump()["max_retries"] == 0
    asyncio.run(close_chat_model(model))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("anthropc:claude", "did you mean anthropic"),
        ("zzz:claude", "known are local, openai"),
        ("perplexity:sonar", "pip install langchain-perplexity"),
    ],
)
def test_other_providers_fail_with_advice(name: str, advice: str) -> None:
    with pytest.raises(EndpointError, match=advice):
        make_other_chat_model(ModelSpec(name=name), {"temperature": 0.1})


def test_another_provider_without_its_key_says_where_keys_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION", "AZURE_OPENAI_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EndpointError, match="is its key in the environment"):
        make_other_chat_model(ModelSpec(name="azure_openai:gpt"), {})
