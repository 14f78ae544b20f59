"""Settings of a run: from a YAML file, from the command line, from Python; nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from trialogue.agents.controls import Requested, parse_controls, with_preset
from trialogue.agents.goal import Mode
from trialogue.agents.limits import Limits
from trialogue.agents.models import ModelSpec, address
from trialogue.errors import UsageError
from trialogue.graphs.context import Options
from trialogue.recipe_file import read_recipe
from trialogue.records import Record
from trialogue.records.scenario import Policy, Seat, check_seats
from trialogue.yaml_files import read_part, told

Role = Literal[
    "user_generator", "user", "assistant", "tool_simulator", "judge", "task_writer", "solvers"
]
SYNTHESIS_ROLES: tuple[Role, ...] = ("user_generator", "user", "assistant")
# What may differ when a run is taken up again, as dotted names: none of it changes a dialogue.
# Prices do: a dialogue's record says what it cost.
FREE_ON_RESUME = frozenset(
    {"n", "timeout", "base_url", "embedder_base_url", "roles.*.base_url", "out", "versions"}
    | {"otlp", "traces"}
    | {f"limits.{name}" for name in Limits.model_fields if name != "prices"}
)


class Settings(Record):
    """Everything that determines a run.

    `scenario` is a name, a YAML file or a sentence; `model` serves all roles that `roles` does not
    name; `embedder_base_url` is the server of an `openai:NAME` embedder; `search` is a provider's
    name or None for no web search; `documents` are further files and folders; `timeout` bounds one
    try of one model call, in seconds; `attempts` bounds the tries for one dialogue. `traces` are
    written to the folder, and sent to `otlp`, an OpenTelemetry endpoint, if there is one.

    `mode` "task" has the user raise one thing after the other, "user" a goal of many subtasks
    (U §3). `controls` are wishes by name, over those of the scenario and of `preset`; `personas`
    is a file or a plugin's name; `participants` and `policy` go over the scenario's; `toolset` is
    a tool set's file. `continues` is a file of dialogues to go on from, after `at_turn` turns, with
    further `goals`. `recipe` is the file of an optimisation's recipe: its controls, under those of
    `preset`, and its prompts. `accept` "valid" replaces dialogues that the validator refuses.
    """

    scenario: str = Field(min_length=1)
    n: int = Field(default=2, ge=1)
    seed: int = Field(default=0, ge=0)
    model: str = "local"
    base_url: str | None = None
    roles: dict[Role, ModelSpec] = {}
    embedder: str = "local"
    embedder_base_url: str | None = None
    options: Options = Options()
    limits: Limits = Limits()
    documents: tuple[str, ...] = ()
    search: str | None = None
    mode: Mode = "task"
    controls: dict[str, Any] = {}
    preset: str | None = None
    personas: str | None = None
    participants: tuple[Seat, ...] = ()
    policy: Policy | None = None
    toolset: str | None = None
    continues: str | None = None
    at_turn: int | None = Field(default=None, ge=1)
    goals: tuple[str, ...] = ()
    recipe: str | None = None
    accept: Literal["valid"] | None = None
    user_tools: tuple[str, ...] | None = None
    assistant_tools: tuple[str, ...] | None = None
    timeout: float = Field(default=300.0, gt=0)
    attempts: int = Field(default=8, ge=1)
    traces: bool = True
    otlp: str | None = None
    out: str | None = None

    @field_validator("base_url", "embedder_base_url", "otlp")
    @classmethod
    def _without_a_key(cls, base_url: str | None) -> str | None:
        return base_url if base_url is None else address(base_url)

    @field_validator("personas", "toolset", "continues", "recipe", "out", mode="before")
    @classmethod
    def _as_text(cls, path: Any) -> Any:
        return os.fspath(path) if isinstance(path, os.PathLike) else path

    @field_validator("goals", "documents", mode="before")
    @classmethod
    def _one_or_more(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str | os.PathLike) else given

    @field_validator("participants")
    @classmethod
    def _told_apart(cls, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        check_seats(seats)
        return seats

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.at_turn is not None and self.continues is None:
            raise ValueError("at_turn needs a file to go on from (continues)")
        if self.options.user != "experience" and (self.continues or self.toolset):
            raise ValueError(
                f"options.user {self.options.user!r} goes with neither continues nor toolset"
            )
        if self.goals and self.continues is None:
            raise ValueError("goals need a file to go on from (continues)")
        if self.personas and self.continues:
            raise ValueError(
                "personas are for new users, but those of dialogues that are gone on from "
                "(continues) are who they are; leave one of the two out"
            )
        self.wishes()
        return self

    @field_validator("roles", mode="before")
    @classmethod
    def _short_names(cls, roles: Any) -> Any:
        """`user: openai:NAME` is short for `user: {name: openai:NAME}`."""
        if not isinstance(roles, Mapping):
            return roles
        return {role: {"name": m} if isinstance(m, str) else m for role, m in roles.items()}

    def models(self, roles: tuple[Role, ...] | None = None) -> dict[str, ModelSpec]:
        """The model of each role; by default of those that a run with these settings needs."""
        if roles is None:
            played: tuple[Role, ...] = ("tool_simulator",) if self.toolset else ()
            judged: tuple[Role, ...] = ("judge",) if self.accept else ()
            roles = (*SYNTHESIS_ROLES, *played, *judged)
        usual = ModelSpec(name=self.model, base_url=self.base_url)
        return {role: self.roles.get(role, usual) for role in roles}

    @property
    def at_once(self) -> int:
        """Model calls at once: as set, else 2 where a local model answers, else 8."""
        if "concurrency" in self.limits.model_fields_set:
            return self.limits.concurrency
        local = any(spec.name.startswith("local") for spec in self.models().values())
        return 2 if local else self.limits.concurrency

    @property
    def ahead(self) -> int:
        """How far a dialogue may run ahead of the first that is not written."""
        return 2 * self.at_once

    def wishes(self, of_scenario: Mapping[str, Any] | None = None) -> Requested:
        """The controls asked for, over the preset's, the recipe's, and those of the scenario.

        Raises UsageError for an unknown control or preset, or if they contradict each other.
        """
        own = with_preset(self.preset, parse_controls(self.controls))
        found = read_recipe(self.recipe).controls if self.recipe else {}
        return own.over(parse_controls(found)).over(parse_controls(of_scenario or {}))

    def folder(self, scenario_id: str) -> Path:
        """The run folder: `out`, or one named for scenario and seed under `runs`."""
        return Path(self.out) if self.out else Path("runs") / f"{scenario_id}-seed{self.seed}"


def load_settings(config: Path | None, given: Mapping[str, Any]) -> Settings:
    """Settings from a config file with `given` over them; None there means not given.

    `given` may name fields of `options` and `limits` directly; its `controls`, a mapping or texts
    such as "formality=0.8", go over those of the file one by one. Raises UsageError.
    """
    base: dict[str, Any] = {}
    if config is not None:
        base = read_part(config, Settings)
    for key, value in given.items():
        if value is None:
            continue
        if key == "controls":
            value = {**base.get("controls", {}), **parse_controls(value).texts()}
        home = next((h for h, kind in _NESTED.items() if key in kind.model_fields), None)
        (base.setdefault(home, {}) if home else base)[key] = value
    try:
        return Settings.model_validate(base)
    except ValidationError as error:
        raise UsageError(told(error.errors()[0], Settings)) from error


_NESTED: dict[str, type[Record]] = {"options": Options, "limits": Limits}
