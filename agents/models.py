"""Model names and the chat models behind them (promise 5)."""

import difflib
import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr

from trialogue.errors import EndpointError
from trialogue.records import Record

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

KEY_VARIABLE = "OPENAI_API_KEY"
_PLACEHOLDER = "none-needed"
_HOSTED = "api.openai.com"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# The best known names, for suggestions; LangChain decides which exist.
_PROVIDERS = (
    "local", "openai", "anthropic", "azure_openai", "bedrock_converse", "cohere", "deepseek",
    "fireworks", "google_genai", "google_vertexai", "groq", "huggingface", "mistralai", "nvidia",
    "ollama", "openrouter", "perplexity", "together", "upstage", "xai",
)  # fmt: skip


class ModelSpec(Record):
    """A model as the settings name it.

    `name` is `provider:model`, `local` or `local:FILE.gguf`; `base_url` is for compatible
    servers; `temperature` overrides what the role asks for.
    """

    name: str
    base_url: str | None = None
    temperature: float | None = None


class ModelName(NamedTuple):
    """A parsed name; the model of plain `local` is empty."""

    provider: str
    model: str

    @property
    def compatible(self) -> bool:
        """Whether it is reached by the OpenAI protocol."""
        return self.provider in ("openai", "local")


class Target(NamedTuple):
    """Where calls go: the name on the wire, the address (None: the provider's own), the key."""

    model: str
    base_url: str | None
    api_key: SecretStr

    @property
    def hosted(self) -> bool:
        """Whether it is OpenAI's own service."""
        return self.base_url is None or urlsplit(self.base_url).hostname == _HOSTED


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


def address(base_url: str | None) -> str | None:
    """The checked base URL without a trailing slash. Raises EndpointError for anything odd."""
    if base_url is None:
        return None
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EndpointError(
            f"'{base_url}' is no base URL; it looks like http://localhost:8000/v1"
        )
    if parts.username or parts.password or parts.query:
        raise EndpointError(
            f"the base URL at {parts.hostname} carries a key; put the key into {KEY_VARIABLE} "
            "and leave it out of the URL"
        )
    return base_url.strip().rstrip("/")


def target(spec: ModelSpec) -> Target:
    """Where an OpenAI-compatible `spec` leads; starts the local server if it is `local`.

    Raises EndpointError for a missing key.
    """
    provider, model = parse(spec.name)
    if provider == "local" and spec.base_url is None:
        from trialogue.agents.local_server import local_endpoint

        served = local_endpoint(model)
        return Target(served.model, served.base_url, SecretStr(served.api_key))
    base_url = address(spec.base_url or os.environ.get("OPENAI_BASE_URL"))
    key = os.environ.get(KEY_VARIABLE, "").strip()
    where = Target(model, base_url, SecretStr(key or _PLACEHOLDER))
    if not key and where.hosted:
        raise EndpointError(
            f"{spec.name} needs a key: set {KEY_VARIABLE}, or name a server with --base-url, "
            "or use --model local"
        )
    return where


def make_chat_model(where: Target, *, timeout: float) -> "BaseChatModel":
    """A chat model for an OpenAI-compatible endpoint, with its own HTTP client.

    No retries (ours are outside), `timeout` seconds for each phase of a call. The model belongs
    to one event loop; `close_chat_model` ends it.
    """
    import openai

    from trialogue.agents.openai_chat import CompatibleChat

    near = where.base_url is not None and urlsplit(where.base_url).hostname in _LOOPBACK
    patience = openai.Timeout(timeout, connect=min(10.0, timeout))
    client = openai.DefaultAsyncHttpxClient(timeout=patience, trust_env=not near)
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


def make_other_chat_model(spec: ModelSpec, settings: dict[str, Any]) -> "BaseChatModel":
    """A chat model of any other LangChain provider.

    `settings` are LangChain's standard parameters (temperature, max_tokens, timeout, …).
    Raises EndpointError for an unknown provider, a package to install or a missing key.
    """
    from langchain.chat_models import init_chat_model

    provider, model = parse(spec.name)
    if spec.base_url is not None:
        settings = {**settings, "base_url": address(spec.base_url)}
    try:
        return init_chat_model(model, model_provider=provider, max_retries=0, **settings)
    except ImportError as error:
        raise EndpointError(_missing_package(spec.name, error)) from None
    except ValueError as error:
        if "upport" in str(error) and "provider" in str(error):
            raise EndpointError(_unknown_provider(provider, spec.name)) from None
        raise EndpointError(_no_settings(spec.name, provider)) from None
    except Exception:
        raise EndpointError(_no_settings(spec.name, provider)) from None


def _missing_package(name: str, error: ImportError) -> str:
    package = str(error).rpartition("pip install ")[2].split("`")[0]
    return f"{name} needs the package {package}; install it with: pip install {package}"


def _unknown_provider(provider: str, name: str) -> str:
    near = difflib.get_close_matches(provider, _PROVIDERS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(_PROVIDERS)}"
    return f"unknown provider '{provider}' in model '{name}'; {hint}"


def _no_settings(name: str, provider: str) -> str:
    return (
        f"{name} can't be set up; is its key in the environment "
        f"(usually {provider.split('_')[0].upper()}_API_KEY)?"
    )
