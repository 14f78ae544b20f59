"""Says which layer the CPU time of a profile belongs to."""

import cProfile
import pstats
from collections import defaultdict
from functools import cache
from typing import Any

Function = tuple[str, int, str]

# In this order: the first part that stands in a file's path decides.
LAYERS = {
    "/langgraph/": "langgraph",
    "/langchain": "langchain, openai client",
    "/langsmith/": "langchain, openai client",
    "/openai/": "langchain, openai client",
    "/httpx": "langchain, openai client",
    "/httpcore": "langchain, openai client",
    "/h11/": "langchain, openai client",
    "/anyio/": "langchain, openai client",
    "/tenacity/": "our caller",
    "/chromadb": "chroma, retrieval",
    "/bm25s/": "chroma, retrieval",
    "/memory/journal": "journal",
    "/memory/answers": "journal",
    "/memory/": "chroma, retrieval",
    "/tools/": "chroma, retrieval",
    "/agents/checks": "checks",
    "/agents/figures": "checks",
    "/agents/measures": "checks",
    "/agents/focus": "checks",
    "/agents/rule_tables": "checks",
    "/agents/prompt": "prompts",
    "/agents/": "our caller",
    "/graphs/": "langgraph",
    "/asyncio/": "event loop",
}
IDLE = "'select.epoll'"


def shares(profile: cProfile.Profile) -> list[tuple[str, float]]:
    """Seconds of CPU time by layer, largest first; time spent waiting is left out.

    What belongs to no layer (built-ins, `re`, `json`, …) counts for those who call it.
    """
    stats: dict[Function, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    seconds: dict[str, float] = defaultdict(float)

    @cache
    def layer(function: Function) -> str | None:
        path = function[0].replace("\\", "/")
        return next((name for part, name in LAYERS.items() if part in path), None)

    def spread(function: Function, time: float, depth: int) -> None:
        name = layer(function)
        callers = stats[function][4] if function in stats else {}
        total = sum(entry[3] for entry in callers.values())
        if name or depth == 0 or total <= 0:
            seconds[name or "other"] += time
            return
        for caller, entry in callers.items():
            spread(caller, time * entry[3] / total, depth - 1)

    for function, (_, _, own, _, _) in stats.items():
        if IDLE not in function[2]:
            spread(function, own, 5)
    return sorted(seconds.items(), key=lambda pair: -pair[1])
