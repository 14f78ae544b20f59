"""Makes a set of tools from a sentence and keeps it as a file that people edit."""

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.agents.caller import Caller
from trialogue.agents.limits import Meter
from trialogue.agents.prompt import prompt_versions
from trialogue.agents.scenario_writer import language_of
from trialogue.agents.session import Sleep
from trialogue.agents.tool_sets import write_toolset_for
from trialogue.agents.tool_writer import ROLE
from trialogue.agents.writer import Writer
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import UsageError
from trialogue.memory.journal import Journal, canonical
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Language, Toolset, Usage
from trialogue.settings import Settings, load_settings
from trialogue.tools.database_phrases import phrases_version
from trialogue.tools.toolset_file import read_toolset, write_toolset

_DRAFTS = 5
_MOST_ROWS, _MOST_TASKS = 1_000, 1_000


class Order(NamedTuple):
    """What is wanted: a sentence, sizes, the language, the file; None for no file."""

    domain: str
    rows: int = 12
    tasks: int = 6
    language: Language | None = None
    out: Path | None = None

    @property
    def journal(self) -> Path:
        """Where the model calls are kept; only with a file."""
        assert self.out is not None
        return self.out.with_name(f"{self.out.name}.journal.sqlite")


class MadeTools(NamedTuple):
    """A set of tools and what it took: model calls now, calls that the journal answered, and
    what all of them used; all zero where the file was there already."""

    toolset: Toolset
    file: Path | None
    live: int = 0
    replayed: int = 0
    usage: Usage = Usage()


def make_toolset(
    domain: str,
    *,
    out: str | os.PathLike[str] | None = None,
    rows: int = 12,
    tasks: int = 6,
    language: Language | None = None,
    on_step: Callable[[str], None] | None = None,
    **settings: Any,
) -> Toolset:
    """Make up tools for a domain: schemas, SQL, a database with rows, tasks with rubrics.

    `domain` is a sentence such as "a town library lends books". `rows` are those of each table,
    `tasks` are wanted at most; `language` is the sentence's unless given. `settings` are those
    of `synthesize` that concern models: `seed`, `model`, `base_url`, `roles`, limits. With
    `out`, a YAML or JSON file, the set is kept there and every model call in
    `OUT.journal.sqlite` beside it: the same call again gives the same bytes and asks no model.
    `on_step` is told each step.

    Raises UsageError for what the caller can mend, also where `out` holds something else;
    ModelError if the model fails.
    """
    order = Order(domain, rows, tasks, language, None if out is None else Path(out))
    chosen = settings_for(domain, settings)
    return run_in_own_loop(lambda: made_tools(order, chosen, on_step)).toolset


def settings_for(domain: str, given: dict[str, Any]) -> Settings:
    """The settings of models and limits. Raises UsageError for others and for no domain."""
    if not domain.strip():
        raise UsageError('there is no domain; say it in a sentence, such as "a clinic gives dates"')
    return load_settings(None, {**given, "scenario": domain})


async def made_tools(
    order: Order,
    settings: Settings,
    told: Callable[[str], None] | None = None,
    *,
    sleep: Sleep = asyncio.sleep,
) -> MadeTools:
    """The set of tools of an order, from its file where that is what this order made."""
    _check(order)
    with ExitStack() as stack:
        if order.out is None:
            return await _made(order, settings, stack.enter_context(Journal()), told, sleep)
        journal_of = _journal(order, stack)
        return await _kept(order, settings, journal_of, told, sleep)


def _journal(order: Order, stack: ExitStack) -> Journal:
    """The journal beside the file."""
    assert order.out is not None
    try:
        order.out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{order.out.parent} cannot be written to: {error.strerror}") from error
    if order.out.exists() and not order.journal.exists():
        raise _refused(order.out)
    stack.enter_context(plain_disk_errors(order.out.parent))
    return stack.enter_context(Journal(order.journal))


async def _kept(
    order: Order,
    settings: Settings,
    journal: Journal,
    told: Callable[[str], None] | None,
    sleep: Sleep,
) -> MadeTools:
    assert order.out is not None
    name = f"made/{_fingerprint(order, settings)}"
    if order.out.exists():
        if journal.recall(name) != _hash(order.out):
            raise _refused(order.out)
        return MadeTools(read_toolset(order.out), order.out)
    made = await _made(order, settings, journal, told, sleep)
    # It is remembered before it is there, and it is there whole or not at all.
    unfinished = order.out.with_name(f".new-{order.out.name}")
    write_toolset(made.toolset, unfinished)
    journal.remember(name, _hash(unfinished))
    os.replace(unfinished, order.out)
    return made


async def _made(
    order: Order,
    settings: Settings,
    journal: Journal,
    told: Callable[[str], None] | None,
    sleep: Sleep,
) -> MadeTools:
    limits = settings.limits.model_copy(update={"concurrency": settings.at_once})
    models = settings.models((ROLE,))
    meter = Meter()
    async with Caller(
        models, journal, limits=limits, timeout=settings.timeout, sleep=sleep
    ) as caller:
        writer = Writer(
            caller,
            order.language or language_of(order.domain),
            settings.seed,
            drafts=_DRAFTS,
            meter=meter,
        )
        toolset = await write_toolset_for(
            writer, order.domain, rows=order.rows, tasks=order.tasks, told=told or _unheard
        )
    stats = caller.stats[ROLE]
    return MadeTools(toolset, order.out, stats.live, stats.replayed, meter.usage)


def _unheard(_: str) -> None:
    pass


def _check(order: Order) -> None:
    for name, value, least, most in (
        ("rows", order.rows, 2, _MOST_ROWS),
        ("tasks", order.tasks, 0, _MOST_TASKS),
    ):
        if not least <= value <= most:
            raise UsageError(f"{name}: {value} is not between {least} and {most}")


def _fingerprint(order: Order, settings: Settings) -> str:
    """A hash of all that the bytes depend on."""
    language = order.language or language_of(order.domain)
    versions = prompt_versions(language)
    wanted = {
        "order": [order.domain, order.rows, order.tasks, language],
        "seed": settings.seed,
        "models": {
            r: s.model_dump(exclude={"base_url"}) for r, s in settings.models((ROLE,)).items()
        },
        "phrases": phrases_version(),
        "prompts": {n: v for n, v in versions.items() if n.startswith("tool_")},
    }
    return sha256(canonical(wanted).encode()).hexdigest()


def _hash(file: Path) -> str:
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _refused(file: Path) -> UsageError:
    return UsageError(
        f"{file} is there already and is not what this command made (it was edited, or the "
        "options differ); choose another --out, or move it away"
    )
