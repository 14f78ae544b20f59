"""A StateGraph whose nodes open spans, so that a trace tells which way a dialogue took."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Self, TypeVar

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime

from trialogue.graphs.context import Context
from trialogue.memory.spans import span

S = TypeVar("S", bound=Any)
_TALKS = ("dialogue", "improvised")
_TOLD = 200  # characters of a text in a node's update that its span repeats


class Graph(StateGraph[S, Any, S, S]):
    """A graph of asynchronous nodes, over a Context if not said otherwise; each run of a node is a
    span.

    The graph is named for the module of its state, unless it has a `name`. Where no trace is open,
    a node opens one in the context's traces, if it has any.
    """

    def __init__(
        self, state_schema: type[S], context_schema: type[Any] = Context, name: str = ""
    ) -> None:
        super().__init__(state_schema, context_schema=context_schema)
        self._name = name or state_schema.__module__.rpartition(".")[2]

    def add_node(self, node: Any, action: Any = None, **more: Any) -> Self:
        """As of StateGraph, for a node with a name."""
        if iscoroutinefunction(action):
            action = _traced(self._name, node, action)
        return super().add_node(node, action, **more)


def _traced(graph: str, name: str, node: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(node)
    async def run(state: Any, runtime: Runtime[Context]) -> Any:
        opened = getattr(runtime.context, "span", span)
        with opened("CHAIN", f"{graph}.{name}") as seen:
            if graph in _TALKS:
                seen.belongs(turn=len(state.get("turns", ())))
            update = await node(state, runtime)
            seen.note(graph=graph, node=name, **_short(update))
        return update

    return run


def _short(update: Any) -> dict[str, Any]:
    """What a node decided, as far as it is short: who speaks, why it ends, a diary line."""
    return {
        name: value
        for name, value in (update or {}).items()
        if isinstance(value, str | int) and value != "" and len(str(value)) <= _TOLD
    }
