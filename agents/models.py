"""Model names and the chat models behind them (promise 5)."""

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator

from trialogue.errors import EndpointError
from trialogue.records import Record

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

KEY_VARIABLE = "OPENAI_API_KEY"
_PLACEHOLDER = "none-needed"
_HOSTED = "https://api.openai.com/v1"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class ModelSpec(Record):
    """A model as the settings name it.

    `name` is `provider:model`, `local` or `local:FILE.gguf`; `base_url` is for compatible
    servers; `temperature` overrides what the role asks for.
    """

    name: str
    base_url: str | None = None
    temperature: float | None = None

    @field_validator("base_url")
    @classmethod
    def _without_a_key(cls, base_url: str | None) -> str | None:
        return base_url if base_url is None else address(base_url)


class ModelName(NamedTuple):
    """A parsed name; the model of plain `local` is empty."""

    provider: str
    model: str

    @property
    def compatible(self) -> bool:
        """Whether it is reached by the OpenAI protocol."""
        return self.provider in ("openai", "local")


class Target(NamedTuple):
    """Where calls go: the name on the wire, the address, the key."""

    model: str
    base_url: str
    api_key: SecretStr

    @property
    def hosted(self) -> bool:
        """Whether it is OpenAI's own service."""
        return urlsplit(self.base_url).hostname == urlsplit(_HOSTED).hostname


def parse(name: str) -> ModelName:
    """Split `provider:model`. Raises EndpointError that says how names look."""
    provider, colon, model = name.strip().partition(":")
    if provider == "local":
        return ModelName(provider, model)
    if not colon and PurePath(provider).suffix == ".gguf":
        raise EndpointError(f"model '{name}' has no provider; did you mean local:{name}?")
    if not colon:
        raise EndpointError(
            f"model '{name}' has no provider; write provider:model, for example openai:{name}, "
            "or local for the built-in one"
        )
    if not provider or not model:
        raise EndpointError(f"model '{name}' is incomplete; write provider:model or local")
    return ModelName(provider, model)


def address(base_url: str) -> str:
    """The checked base URL without a trailing slash. Raises EndpointError for anything odd."""
    base_url = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base_url)
        odd = parts.scheme not in ("http", "https") or not parts.hostname
    except ValueError:
        odd = True
    if odd:
        shown = "this" if set(base_url) & set("@?#") else f"'{base_url}'"
        raise EndpointError(f"{shown} is no base URL; it looks like http://localhost:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise EndpointError(
            f"the base URL at {parts.hostname} carries a key; put the key into {KEY_VARIABLE} "
            "and leave it out of the URL"
        )
    return base_url


def target(spec: ModelSpec) -> Target:
    """Where an OpenAI-compatible `spec` leads; starts the local server if it is `local`.

    Raises EndpointError for a missing key.
    """
    provider, model = parse(spec.name)
    if provider == "local":
        return _local_target(model, spec)
    base_url = address(spec.base_url or os.environ.get("OPENAI_BASE_URL") or _HOSTED)
    key = os.environ.get(KEY_VARIABLE, "").strip()
    where = Target(model, base_url, SecretStr(key or _PLACEHOLDER))
    if not key and where.hosted:
        raise EndpointError(
            f"{spec.name} needs a key: set {KEY_VARIABLE}, or name a server with --base-url, "
            "or use --model local"
        )
    return where


def _local_target(model: str, spec: ModelSpec) -> Target:
    if spec.base_url is not None:
        raise EndpointError(
            f"{spec.name} is the built-in server and takes no base URL; "
            "for a server of yours write openai:NAME"
        )
    from trialogue.agents.local_server import local_endpoint

    served = local_endpoint(model)
    return Target(served.model, served.base_url, SecretStr(served.api_key))


def make_chat_model(where: Target, *, timeout: float) -> "BaseChatModel":
    """A chat model for an OpenAI-compatible endpoint, with its own HTTP client.

    No retries (ours are outside), `timeout` seconds for each phase of a call. The model belongs
    to one event loop; `close_chat_model` ends it.
    """
    import openai

    from trialogue.agents.openai_chat import CompatibleChat

    near = urlsplit(where.base_url).hostname in _LOOPBACK
    patience = openai.Timeout(timeout, connect=min(10.0, timeout))
    # The SDK's own transport looks at every open connection for each request.
    client = openai.DefaultAioHttpClient(timeout=patience, trust_env=not near)
    return CompatibleChat(
        model=where.model,
        base_url=where.base_url,
        api_key=where.api_key,
        timeout=patience,
        max_retries=0,
        http_async_client=client,
        openai_proxy="",
        use_responses_api=False,
    )


async def close_chat_model(model: "BaseChatModel") -> None:
    """Close the HTTP client of a model from `make_chat_model`; others close themselves."""
    client = getattr(model, "root_async_client", None)
    if client is not None:
        await client.close()
