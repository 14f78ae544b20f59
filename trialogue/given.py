"""What a run is given besides scenario and models: tool set, starts, personas, controls."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from trialogue.agents.controls import Control, Requested, parse_controls
from trialogue.agents.personas import PersonaSource, persona_source
from trialogue.agents.toolset_tools import ToolsetTools
from trialogue.continuing import check_language, start_from
from trialogue.errors import UsageError
from trialogue.graphs.context import Context
from trialogue.records import Scenario, Start, Toolset
from trialogue.settings import Settings
from trialogue.tools.toolset_file import read_toolset


@dataclass(frozen=True)
class Own:
    """Objects of one's own in place of what settings name; None where the settings say.

    `controls` are wishes for controls of one's own, over those of the settings.
    """

    personas: PersonaSource | None = None
    toolset: Toolset | None = None
    controls: Requested | None = None

    def described(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """What `run.json` says, with these: wishes as texts, a tool set by its id and contents."""
        told = dict(described)
        if self.controls:
            told["controls"] = {**told["controls"], **self.controls.texts()}
        if self.toolset is not None:
            content = sha256(self.toolset.model_dump_json().encode()).hexdigest()[:16]
            contents = dict(told["contents"])
            contents["files"] = {**contents["files"], f"toolset {self.toolset.id}": content}
            told["contents"] = contents
        return told


def wanted_of(wishes: Mapping[Control, Any]) -> Requested | None:
    """The wishes for controls of one's own; None without any. Raises UsageError."""
    if not wishes:
        return None
    return parse_controls(
        {control.name: value for control, value in wishes.items()},
        {control.name: control for control in wishes},
    )


@dataclass(frozen=True)
class Given:
    """What steers the dialogues of a run, read and tried before anything is paid or written.

    `where` says where the tool set is from.
    """

    settings: Settings
    own: Own
    toolset: Toolset | None
    starts: tuple[Start, ...]
    tools: ToolsetTools | None = None

    @property
    def where(self) -> str:
        """What errors call the tool set."""
        if self.own.toolset is not None or self.toolset is None:
            return ""
        return str(self.settings.toolset)

    def check(self, scenario: Scenario | None) -> None:
        """Raises UsageError for what does not go with the scenario, None if it is drafted yet."""
        _check_policy(self.settings, self.starts, scenario)
        if self.starts and self.own.personas is not None:
            raise UsageError("personas are for new users; those gone on from are who they are")
        if scenario is None:
            return
        self.wishes(scenario)
        persona_source(self.settings.personas, scenario)
        check_language(self.starts, scenario)
        if self.toolset is not None and self.toolset.language != scenario.language:
            raise UsageError(
                f"{self._toolset} speaks {self.toolset.language}, scenario {scenario.id} "
                f"{scenario.language}; choose two of one language"
            )

    def wishes(self, scenario: Scenario) -> Requested:
        """The controls asked for, those of one's own over the others. Raises UsageError."""
        named = self.settings.wishes(scenario.controls)
        return self.own.controls.over(named) if self.own.controls else named

    async def laid_out(self, stack: AsyncExitStack, today: date) -> "Given":
        """With the tool set's tools, made for the day `today` and closed with the stack.

        Raises UsageError for a tool set or a database with faults.
        """
        if self.toolset is None:
            return self
        tools = await asyncio.to_thread(self.opened, today)
        stack.callback(tools.close_all)
        return replace(self, tools=tools)

    def opened(self, today: date) -> ToolsetTools:
        """The tool set's tools; there is one. Raises UsageError as `laid_out`."""
        assert self.toolset is not None
        return ToolsetTools(self.toolset, today=today, where=self.where)

    def guiding(self, context: Context) -> Context:
        """The context with mode, controls, personas, starts and tools. Raises UsageError."""
        scenario = context.scenario
        self.check(scenario)
        if self.toolset is not None and not self.toolset.tasks and context.consult:
            raise UsageError(
                f"{self._toolset} has no tasks, and with the local model tools are for tasks; "
                "add some, or set the option consult to false"
            )
        return replace(
            context,
            mode=self.settings.mode,
            requested=self.wishes(scenario),
            personas=self.own.personas or persona_source(self.settings.personas, scenario),
            starts=self.starts,
            toolset=self.tools,
        )

    @property
    def _toolset(self) -> str:
        return self.where or f"toolset {self.toolset.id if self.toolset else ''}"


def given_by(settings: Settings, own: Own | None = None) -> Given:
    """What the settings name as files, or what stands in for it. Raises UsageError."""
    own = own or Own()
    toolset = own.toolset
    starts: tuple[Start, ...] = ()
    if toolset is None and settings.toolset:
        toolset = read_toolset(Path(settings.toolset))
    if settings.continues:
        starts = start_from(Path(settings.continues), settings.at_turn, settings.goals)
    return Given(settings, own, toolset, starts)


def _check_policy(settings: Settings, starts: tuple[Start, ...], scenario: Scenario | None) -> None:
    """Raises UsageError for a policy where there are only two who take turns anyway."""
    if settings.policy in (None, "round_robin"):
        return
    seats = settings.participants or (scenario.participants if scenario else ())
    if max(len(seats), *(len(start.participants) for start in starts), 2) == 2:
        raise UsageError(
            f"policy {settings.policy!r} says who of more than two speaks next, but here are one "
            "user and one assistant; add participants or leave policy out"
        )
