"""Chat models of the providers that don't speak the OpenAI protocol, through LangChain."""

import difflib
from typing import TYPE_CHECKING, Any

from trialogue.agents.models import ModelSpec, address, parse
from trialogue.errors import EndpointError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# The best known names, for suggestions; LangChain decides which exist.
_PROVIDERS = (
    "local", "openai", "anthropic", "azure_openai", "bedrock_converse", "cohere", "deepseek",
    "fireworks", "google_genai", "google_vertexai", "groq", "huggingface", "mistralai", "nvidia",
    "ollama", "openrouter", "perplexity", "together", "upstage", "xai",
)  # fmt: skip


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
        chat: BaseChatModel = init_chat_model(
            model, model_provider=provider, max_retries=0, **settings
        )
    except ImportError as error:
        raise EndpointError(_missing_package(spec.name, error)) from None
    except ValueError as error:
        if "upport" in str(error) and "provider" in str(error):
            raise EndpointError(_unknown_provider(provider, spec.name)) from None
        raise EndpointError(_no_settings(spec.name, provider)) from None
    except Exception:
        raise EndpointError(_no_settings(spec.name, provider)) from None
    return chat


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
