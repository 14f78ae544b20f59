"""The chat model for OpenAI-compatible endpoints: langchain-openai on a shorter way."""

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI


class CompatibleChat(ChatOpenAI):
    """`ChatOpenAI` that sends exactly what it is given, and only chat completions.

    A call's `max_tokens` stays `max_tokens`, which is all that many servers know. An answer
    with `response_format` comes back also when it was cut off.
    """

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        limit = kwargs.pop("max_tokens", None)
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        return payload if limit is None else {**payload, "max_tokens": limit}

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        # The SDK's `create` walks every message through typed-dict transformations and builds
        # models of the answer that are taken apart again: half of a call's CPU.
        body = self._get_request_payload(messages, stop=stop, **kwargs)
        said = await self.root_async_client.post("/chat/completions", cast_to=object, body=body)
        return self._create_chat_result(said)
