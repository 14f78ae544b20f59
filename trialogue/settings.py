"""Settings of a run: from a YAML file, from the command line, from Python; nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from trialogue.agents.limits import Limits
from trialogue.agents.models import ModelSpec, address
from trialogue.errors import UsageError
from trialogue.graphs.context import Options
from trialogue.records import Record
from trialogue.yaml_files import read_part, told

Role = Literal[
    "user_generator", "user", "assistant", "tool_simulator", "judge", "task_writer", "solvers"
]
SYNTHESIS_ROLES: tuple[Role, ...] = ("user_generator", "user", "assistant")
# What may differ when a run is taken up again, as dotted names: none of it changes a dialogue.
# Prices do: a dialogue's record says what it cost.
FREE_ON_RESUME = frozenset(
    {"n", "timeout", "base_url", "embedder_base_url", "roles.*.base_url", "out", "versions"}
    | {f"limits.{name}" for name in Limits.model_fields if name != "prices"}
)


class Settings(Record):
    """Everything that determines a run.

    `scenario` is a name, a YAML file or a sentence; `model` serves all roles that `roles` does not
    name; `embedder_base_url` is the server of an `openai:NAME` embedder; `search` is a provider's
    name or None for no web search; `documents` are further files and folders; `timeout` bounds one
    try of one model call, in seconds; `attempts` bounds the tries for one dialogue.
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
    user_tools: tuple[str, ...] | None = None
    assistant_tools: tuple[str, ...] | None = None
    timeout: float = Field(default=300.0, gt=0)
    attempts: int = Field(default=8, ge=1)
    out: str | None = None

    @field_validator("base_url", "embedder_base_url")
    @classmethod
    def _without_a_key(cls, base_url: str | None) -> str | None:
        return base_url if base_url is None else address(base_url)

    @field_validator("roles", mode="before")
    @classmethod
    def _short_names(cls, roles: Any) -> Any:
        """`user: openai:NAME` is short for `user: {name: openai:NAME}`."""
        if not isinstance(roles, Mapping):
            return roles
        return {role: {"name": m} if isinstance(m, str) else m for role, m in roles.items()}

    def models(self, roles: tuple[Role, ...] = SYNTHESIS_ROLES) -> dict[str, ModelSpec]:
        """The model of each role."""
        usual = ModelSpec(name=self.model, base_url=self.base_url)
        return {role: self.roles.get(role, usual) for role in roles}

    @property
    def at_once(self) -> int:
        """Model calls at once: as set, else 2 where a local model answers, else 8."""
        if "concurrency" in self.limits.model_fields_set:
            return self.limits.concurrency
        local = any(spec.name.startswith("local") for spec in self.models().values())
        return 2 if local else self.limits.concurrency

    def folder(self, scenario_id: str) -> Path:
        """The run folder: `out`, or one named for scenario and seed under `runs`."""
        return Path(self.out) if self.out else Path("runs") / f"{scenario_id}-seed{self.seed}"


def load_settings(config: Path | None, given: Mapping[str, Any]) -> Settings:
    """Settings from a config file with `given` over them; None there means not given.

    `given` may name fields of `options` and `limits` directly. Raises UsageError.
    """
    base: dict[str, Any] = {}
    if config is not None:
        base = read_part(config, Settings)
    for key, value in given.items():
        if value is None:
            continue
        home = next((h for h, kind in _NESTED.items() if key in kind.model_fields), None)
        (base.setdefault(home, {}) if home else base)[key] = value
    try:
        return Settings.model_validate(base)
    except ValidationError as error:
        raise UsageError(told(error.errors()[0], Settings)) from error


_NESTED: dict[str, type[Record]] = {"options": Options, "limits": Limits}
