"""What graphs work with: models, memories, tools and settings, never kept in their state."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import Field, field_validator

from trialogue.agents.caller import Caller, Meter
from trialogue.agents.controls import Manner, Requested, drawn
from trialogue.agents.goal import Mode
from trialogue.agents.personas import PersonaSource
from trialogue.agents.seeds import Step, seed_for
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.toolset_tools import ToolsetTools
from trialogue.agents.user_generator import Candidate
from trialogue.agents.writer import Tally, Writer
from trialogue.memory.experience import ExperienceMemory
from trialogue.memory.people import PeopleMemory
from trialogue.memory.spans import UNTRACED, Kind, Span, Untraced, span, traced
from trialogue.memory.traces import Traces
from trialogue.records import Record, Scenario, Start, ToolTask, Turn, UserProfile
from trialogue.tools.search import SearchProvider
from trialogue.tools.shelf import Shelf

Listener = Callable[[int, Turn], Awaitable[None] | None]
USER_MODE_ROUNDS = 40
UserKnows = Literal["direct", "identity", "experience"]


class Options(Record):
    """How dialogues are made.

    `points` is the range of activities a user lives through and tells; `rounds` bounds the
    dialogue, and so the activities (in user mode and with controls 40 unless it is given), beyond
    the turns that are taken over; `drafts` bounds the tries for one line; `passages` is how many
    are retrieved; `pages` is how many web pages are read for a keyword; `duplicate` is the cosine
    above which two users are too much alike; `proposals` bounds the tries for one user.
    `reactions` lets users say a few words on the answer just heard; `consult` reduces the rules to
    the case before the assistant answers: None means for local models only. `lookups` bounds the
    tool calls of a user's story, `tool_steps` those of one answer. `user` is what a user
    knows (R, table 4): "direct" the scenario alone, with "identity" who they are, what they intend
    and ask, with "experience" what they did; in the first two their turns are improvised.
    """

    points: tuple[int, int] = (3, 4)
    rounds: int = Field(default=8, ge=1)
    drafts: int = Field(default=4, ge=1)
    passages: int = Field(default=3, ge=1)
    pages: int = Field(default=2, ge=0)
    duplicate: float = Field(default=0.95, ge=0, le=1)
    proposals: int = Field(default=4, ge=1)
    reactions: bool = True
    consult: bool | None = None
    lookups: int = Field(default=1, ge=0)
    tool_steps: int = Field(default=4, ge=0)
    user: UserKnows = "experience"

    @field_validator("points")
    @classmethod
    def _a_range(cls, points: tuple[int, int]) -> tuple[int, int]:
        if not 1 <= points[0] <= points[1]:
            raise ValueError("must be two numbers from 1 on, the smaller first, such as [3, 4]")
        return points


class Pair(NamedTuple):
    """What an improvised dialogue takes from one with experience: its user and how many rounds."""

    user: UserProfile
    rounds: int


class Pool(Protocol):
    """Where the users of a run come from."""

    async def candidate(self, context: "Context") -> Candidate:
        """The user of dialogue `context.number` at `context.attempt`."""
        ...


@dataclass(frozen=True)
class Context:
    """One run's services, and the place in the run that a graph works on.

    `number` and `attempt` say which dialogue; with `seed` they determine everything random.
    `told` is called with each finished turn. `manner` are the controls of this dialogue, drawn
    from those `requested`; `start` is what it goes on from, one of `starts` in turn. `personas`
    say who users are. `toolset` makes the tools of each dialogue; its tasks are what the user
    wants then. `pairs` are what improvised dialogues take from others, by number. `traces`
    records what happens.
    """

    scenario: Scenario
    caller: Caller
    shelf: Shelf
    people: PeopleMemory
    memory: ExperienceMemory
    user_tools: Toolbox = field(default_factory=Toolbox)
    assistant_tools: Toolbox = field(default_factory=Toolbox)
    options: Options = field(default_factory=Options)
    documents: tuple[str, ...] = ()
    search: SearchProvider | None = None
    pool: Pool | None = None
    seed: int = 0
    number: int = 0
    attempt: int = 0
    meter: Meter = field(default_factory=Meter)
    tally: Tally = field(default_factory=Tally)
    told: Listener | None = None
    problems: tuple[str, ...] = ()
    mode: Mode = "task"
    manner: Manner = field(default_factory=Manner)
    requested: Requested | None = None
    start: Start | None = None
    starts: tuple[Start, ...] = ()
    personas: PersonaSource | None = None
    toolset: ToolsetTools | None = None
    pairs: tuple[Pair, ...] = ()
    traces: Traces | None = None

    @property
    def rounds(self) -> int:
        """The most new rounds of a dialogue: as set, else by mode and controls.

        Controls ask for more than the points of the story, so they have the room of user mode.
        """
        free = "rounds" not in self.options.model_fields_set
        wide = free and (self.mode == "user" or bool(self.manner.values))
        most = USER_MODE_ROUNDS if wide else self.options.rounds
        return min(most, int(self.manner.value("turns", most)))

    @property
    def id(self) -> str:
        """The dialogue's id; one that goes on from another is told apart from it by its origin."""
        name = f"{self.scenario.id}-{self.seed}-{self.number:05d}"
        origin = self.start.origin if self.start else None
        if origin is None:
            return name
        return f"{name}-on-{seed_for(0, 'origin', origin.dialogue, origin.turns):08x}"

    @property
    def key(self) -> str:
        """What a dialogue's own tools are made for."""
        return f"{self.number}-{self.attempt}"

    @cached_property
    def toolbox(self) -> Toolbox:
        """The assistant's tools in this dialogue, those of its own among them."""
        if self.toolset is None:
            return self.assistant_tools
        own = self.toolset.tools_for(self.key, self.dialogue_writer())
        return Toolbox((*self.assistant_tools.tools, *own))

    @property
    def tool_tasks(self) -> tuple[ToolTask, ...]:
        """The tasks of the tool set, among which the user's are drawn."""
        return self.toolset.toolset.tasks if self.toolset else ()

    @property
    def consult(self) -> bool:
        """Whether the rules are reduced to the case first."""
        if self.options.consult is not None:
            return self.options.consult
        return self.caller.models["assistant"].name.startswith("local")

    def at(self, number: int, attempt: int = 0) -> "Context":
        """The same services for another dialogue, with a meter of its own."""
        return replace(
            self,
            number=number,
            attempt=attempt,
            meter=Meter(),
            manner=self.manner_of(number),
            start=self.starts[number % len(self.starts)] if self.starts else self.start,
        )

    def manner_of(self, number: int) -> Manner:
        """The controls of a dialogue: as requested, drawn for its number."""
        if self.requested is None:
            return self.manner
        values = drawn(self.requested, self.seed, number)
        return Manner(values, self.scenario.language, self.requested.known)

    async def tell(self, turn: Turn) -> None:
        """Tell whoever listens of a finished turn."""
        if self.told is not None:
            waiting = self.told(self.number, turn)
            if inspect.isawaitable(waiting):
                await waiting

    def trace(self, name: str = "") -> Span | Untraced:
        """A new trace for a `with`, of this dialogue or, under a name, of work that is shared."""
        if self.traces is None:
            return UNTRACED
        if name:
            return self.traces.trace(name)
        return self.traces.trace(self.id, self.number, self.attempt)

    def span(self, kind: Kind, name: str) -> Span | Untraced:
        """A span inside the one that is open here; where none is, in a trace of its own."""
        return span(kind, name) if traced() or self.traces is None else self.trace()

    def remember(self, value: Any, *path: Step) -> None:
        """Keep a JSON value in the journal: what came about by luck, at this place of the run.

        A call that failed for good or a page that was read would come out otherwise another day;
        remembered, the run takes the same way when it is taken up again, also without a network.
        """
        self.caller.journal.remember(_place(path), value)

    def remembered(self, *path: Step) -> Any:
        """What was remembered at this place, or None."""
        return self.caller.journal.recall(_place(path))

    def writer(self, *path: Step) -> Writer:
        """A writer whose seed belongs to this place of the run."""
        return Writer(
            caller=self.caller,
            language=self.scenario.language,
            seed=seed_for(self.seed, *path),
            drafts=self.options.drafts,
            meter=self.meter,
            tally=self.tally,
        )

    def dialogue_writer(self) -> Writer:
        """The writer of this dialogue's experience and turns."""
        return self.writer("dialogue", self.number, self.attempt)


def _place(path: Sequence[Step]) -> str:
    return "/".join(map(str, ("run", *path)))
