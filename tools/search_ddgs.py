"""Web search through `ddgs`, which asks public search engines without a key."""

import asyncio
import operator
from dataclasses import dataclass
from typing import Any

from trialogue.tools.plugins import one_line, unknown_name
from trialogue.tools.search_provider import SearchHit, SearchUnavailable

REGIONS = {"en": "us-en", "zh": "cn-zh"}


class _Late(SearchUnavailable):
    """An attempt took too long; another may not."""


@dataclass(frozen=True)
class DdgsProvider:
    """Asks the engines `backends` (comma-separated, or "auto") for pages of a region.

    `timeout` seconds bound one request to one engine, `deadline` seconds one attempt over all
    engines. An attempt that times out or comes back empty is repeated up to `attempts` times,
    with random waits that grow from `wait` seconds. `proxy` is an http(s) or socks5 address.
    """

    language: str = "en"
    backends: str = "auto"
    timeout: int = 5
    deadline: float = 20.0
    attempts: int = 3
    wait: float = 1.0
    proxy: str | None = None

    @property
    def region(self) -> str:
        """The region code for the language; the United States for a language without one."""
        return REGIONS.get(self.language, "us-en")

    @property
    def name(self) -> str:
        """The engines and the region: what the answers depend on."""
        return f"ddgs:{self.backends}:{self.region}"

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        """At most `limit` hits; [] if every attempt came back empty.

        Raises SearchUnavailable, or UsageError for an engine that `ddgs` does not know.
        """
        from tenacity import (
            AsyncRetrying,
            retry_if_exception_type,
            retry_if_result,
            stop_after_attempt,
            wait_random_exponential,
        )

        _check_engines(self.backends)
        # An engine's 202, 403 or 429 reaches us as an empty answer, so that is tried again too.
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_Late) | retry_if_result(operator.not_),
            stop=stop_after_attempt(self.attempts),
            wait=wait_random_exponential(multiplier=self.wait, max=30),
            retry_error_callback=lambda state: state.outcome and state.outcome.result(),
        )
        hits: list[SearchHit] = await retrying(self._attempt, query, limit)
        return hits

    async def _attempt(self, query: str, limit: int) -> list[SearchHit]:
        from ddgs.exceptions import DDGSException

        try:
            async with asyncio.timeout(self.deadline):
                rows = await asyncio.to_thread(self._rows, query, limit)
        except (TimeoutError, DDGSException) as error:
            return _none_or_raise(error)
        return [hit for hit in map(_hit, rows) if hit.address][:limit]

    def _rows(self, query: str, limit: int) -> list[dict[str, Any]]:
        from ddgs import DDGS

        client = DDGS(proxy=self.proxy, timeout=self.timeout)
        return client.text(query, region=self.region, backend=self.backends, max_results=limit)


def _check_engines(backends: str) -> None:
    """`ddgs` itself would quietly ask all engines instead of an unknown one."""
    from ddgs.engines import ENGINES

    known = {"auto", *ENGINES["text"]}
    for name in backends.split(","):
        if name.strip() not in known:
            raise unknown_name("search engine", name.strip(), known)


def _none_or_raise(error: Exception) -> list[SearchHit]:
    text = one_line(error)
    if "No results" in text:
        return []
    if "timed out" in text or "Timeout" in text:
        raise _Late("web search is unavailable: the search engines did not answer in time")
    raise SearchUnavailable(f"web search is unavailable: {text}") from error


def _hit(row: dict[str, Any]) -> SearchHit:
    return SearchHit(
        title=str(row.get("title", "")),
        address=str(row.get("href", "")),
        snippet=str(row.get("body", "")),
    )
