"""The chat model for OpenAI-compatible endpoints: langchain-openai with a lighter payload."""

from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_openai import ChatOpenAI

# The SDK walks each of these through typed-dict transformations that change nothing in them,
# at more than a third of the whole call's CPU; `response_format` even takes a path that throws
# away answers which were cut off. As extra body they travel as they are.
_AS_THEY_ARE = ("messages", "response_format", "max_completion_tokens")


class CompatibleChat(ChatOpenAI):
    """`ChatOpenAI` that sends messages, schema and token limit exactly as given.

    A call's `max_tokens` stays `max_tokens`, which is all that many servers know.
    """

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        limit = kwargs.pop("max_tokens", None)
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        body = {name: payload.pop(name) for name in _AS_THEY_ARE if name in payload}
        if limit is not None:
            body["max_tokens"] = limit
        payload["extra_body"] = {**(payload.get("extra_body") or {}), **body}
        return {**payload, "messages": []}
