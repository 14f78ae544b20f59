"""The graphs as a LangGraph server offers them: JSON goes in, JSON comes out.

`langgraph.json` names these factories. Start the server, offline and without a browser, with

    LANGGRAPH_CLI_NO_ANALYTICS=1 langgraph dev --no-browser --allow-blocking

(the journal writes to SQLite inside the event loop, hence the last option), and run a graph:

    curl -s localhost:2024/runs/wait -H 'content-type: application/json' \\
      -d '{"assistant_id": "synthesis", "input": {"scenario": "car_rental", "seed": 7}}'

Models, embedder and limits come from the file `trialogue.yaml` in the folder where the server
was started, in the form of `--config`; without it they are the defaults. A request names only a
scenario that ships and a place in a run: so nobody who reaches the server can send the keys in
its environment elsewhere, or have files read. What a graph takes besides is in its request's
class; what it gives is under `result`. Finished turns are streamed as custom events.

Requests with the same settings share a folder under `runs/`, one after the other, and so its
journal: a request that is repeated is answered from there. The graphs that work on whole sets of
dialogues are in `served_work`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from trialogue.agents.user_generator import Candidate
from trialogue.graphs import dialogue as dialogue_graph
from trialogue.graphs import experience as experience_graph
from trialogue.graphs import improvised as improvised_graph
from trialogue.graphs import knowledge as knowledge_graph
from trialogue.graphs import synthesis as synthesis_graph
from trialogue.graphs import users as users_graph
from trialogue.graphs.running import run_graph
from trialogue.records import Action, Turn, UserProfile
from trialogue.run_folder import lasting
from trialogue.scenario_files import scenario_names
from trialogue.services import opened
from trialogue.settings import FREE_ON_RESUME, Settings, load_settings

CONFIG = Path("trialogue.yaml")
_JSON = TypeAdapter(dict[str, Any])
_in_use: dict[str, asyncio.Lock] = {}


class Place(BaseModel):
    """A scenario that ships, and the seed; left out, they are those of the settings file."""

    model_config = ConfigDict(extra="forbid")

    scenario: str | None = None
    seed: int | None = Field(default=None, ge=0)

    @field_validator("scenario")
    @classmethod
    def _ships(cls, name: str | None) -> str | None:
        if name is not None and name not in (known := scenario_names()):
            raise ValueError(f"there is no such scenario; there are {', '.join(known)}")
        return name


class Request(Place):
    """What the graphs of one dialogue are asked with: also the place in a run."""

    number: int = Field(default=0, ge=0)
    attempt: int = Field(default=0, ge=0)


class UsersRequest(Request):
    """The numbers of the users wanted."""

    numbers: tuple[int, ...] = (0,)


class ExperienceRequest(Request):
    """The user who lives through its story, as `users` gives it."""

    candidate: Candidate


class DialogueRequest(Request):
    """Who talks about what they lived through; `turns` stand already, `told` actions in them."""

    user: UserProfile
    trajectory: tuple[Action, ...] = Field(min_length=1)
    turns: tuple[Turn, ...] = ()
    told: int = Field(default=0, ge=0)


class ImprovisedRequest(Request):
    """Who talks without having lived through anything, and for how many rounds."""

    user: UserProfile
    rounds: int = Field(default=4, ge=1, le=50)


class Answer(TypedDict):
    """What the graph gave, as JSON."""

    result: dict[str, Any]


def knowledge() -> Any:
    """Gathers `passages`, with what could not be read in `problems`."""
    return _served(knowledge_graph, Request, ("passages", "problems"))


def users() -> Any:
    """Proposes users: `pool` by number."""
    return _served(users_graph, UsersRequest, ("pool",))


def experience() -> Any:
    """Lives through a story: `trajectory`."""
    return _served(experience_graph, ExperienceRequest, ("trajectory",))


def dialogue() -> Any:
    """Talks a story through: `turns` and `stop_reason`."""
    return _served(dialogue_graph, DialogueRequest, ("turns", "stop_reason"))


def improvised() -> Any:
    """Talks without a story, a fixed number of rounds: `turns` and `stop_reason`."""
    return _served(improvised_graph, ImprovisedRequest, ("turns", "stop_reason"))


def synthesis() -> Any:
    """Makes one whole dialogue: `record`."""
    return _served(synthesis_graph, Request, ("record",))


def _served(module: Any, request: type[Request], outcome: tuple[str, ...]) -> Any:
    """The graph of `module`, run with services of its own."""
    # The server keeps the state of requests; that of the inner graph stays out of it.
    inner = module.build().compile(checkpointer=False)
    own = [name for name in request.model_fields if name not in Request.model_fields]

    async def run(asked: Any) -> Answer:
        settings = _settings(asked)
        async with alone(Path(settings.out or "")), opened(settings) as found:
            context = replace(found.context.at(asked.number, asked.attempt), told=_streamed())
            state = await run_graph(inner, {name: getattr(asked, name) for name in own}, context)
        return answer({name: state[name] for name in outcome if name in state})

    return one_node(module, request, run)


def one_node(module: Any, request: type[BaseModel], run: Callable[[Any], Awaitable[Answer]]) -> Any:
    """A compiled graph whose only node runs the graph of `module`, and is drawn as that graph."""
    graph: Any = StateGraph(request, output_schema=Answer)
    graph.add_node("run", run, input_schema=request)
    graph.add_edge(START, "run")
    graph.add_edge("run", END)
    compiled = graph.compile()
    compiled.nodes["run"].subgraphs = [module.build().compile()]
    return compiled


def answer(found: dict[str, Any]) -> Answer:
    """What was found, as JSON."""
    return {"result": _JSON.dump_python(found, mode="json")}


def alone(folder: Path) -> asyncio.Lock:
    """To be held while a request works in a folder."""
    return _in_use.setdefault(str(folder), asyncio.Lock())


def served_settings(given: dict[str, Any], kind: str = "", rest: str = "") -> Settings:
    """The settings file's with `given` over them, and a folder named for them and the `rest`."""
    settings = load_settings(CONFIG if CONFIG.exists() else None, given)
    fixed = json.dumps(lasting(settings.model_dump(mode="json"), FREE_ON_RESUME)) + rest
    name = f"served-{kind}{sha256(fixed.encode()).hexdigest()[:12]}"
    return settings.model_copy(update={"out": str(Path(settings.out or "runs") / name)})


def _settings(asked: Request) -> Settings:
    return served_settings({"scenario": asked.scenario, "seed": asked.seed})


def _streamed() -> Callable[[int, Turn], Awaitable[None] | None]:
    write = get_stream_writer()
    return lambda number, turn: write({"number": number, "turn": turn.model_dump(mode="json")})
