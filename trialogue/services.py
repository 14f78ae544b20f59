"""What a run works with: opened for it, closed after it; also for one graph by itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trialogue.agents.caller import Caller
from trialogue.agents.participants import with_seats
from trialogue.agents.personas import PersonaSource, persona_file, persona_source
from trialogue.agents.prompt import prompt_versions
from trialogue.agents.scenario_writer import language_of, scenario_id
from trialogue.agents.session import Sleep
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.toolset_tools import ToolsetTools
from trialogue.continuing import check_language, start_from
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import UnknownScenario, UsageError
from trialogue.graphs import knowledge
from trialogue.graphs.context import Context, Pair
from trialogue.graphs.pool import LARGEST_WAVE, UserPool
from trialogue.graphs.running import run_graph
from trialogue.memory.allocator import use_few_arenas
from trialogue.memory.chroma import close_chroma, open_chroma
from trialogue.memory.embedders import EndpointEmbedder, make_embedder
from trialogue.memory.experience import ExperienceMemory
from trialogue.memory.journal import Journal
from trialogue.memory.kept_embedder import KeptEmbedder
from trialogue.memory.people import PeopleMemory
from trialogue.memory.volumes import Volumes
from trialogue.records import Scenario, Start, Toolset
from trialogue.run_folder import DIALOGUES, RunFolder
from trialogue.scenario_drafts import drafted, is_sentence
from trialogue.scenario_files import Found, find_scenario
from trialogue.settings import FREE_ON_RESUME, Settings
from trialogue.tools.document_files import fingerprints
from trialogue.tools.registry import ToolContext, resolve
from trialogue.tools.search import CachedSearch, SearchProvider, search_provider
from trialogue.tools.shelf import Shelf
from trialogue.tools.toolset_file import read_toolset
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

VERSIONED = ("trialogue", "langgraph", "langchain-core", "langchain-openai", "chromadb", "pydantic")


def check(settings: Settings) -> Path:
    """The run folder, made or found to fit; no model is needed. Raises UsageError as `run`."""
    found, name = _sought(settings)
    given = _given(settings)
    if found is not None:
        settings.wishes(found.scenario.controls)
        persona_source(settings.personas, found.scenario)
        check_language(given.starts, found.scenario)
    with RunFolder(settings.folder(name)) as folder:
        _settle(folder, settings, found)
        return folder.path


class Services(NamedTuple):
    """What a run works with: its context with the knowledge gathered, its folder, its pool."""

    context: Context
    folder: RunFolder
    pool: UserPool


@asynccontextmanager
async def opened(
    settings: Settings,
    watcher: Watcher | None = None,
    *,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | None = None,
    scenario: Scenario | None = None,
    personas: PersonaSource | None = None,
    sleep: Sleep = asyncio.sleep,
    pairs: Sequence[Pair] = (),
    lender: Path | None = None,
) -> AsyncIterator[Services]:
    """The services of a run, closed at the end; also for running one graph by itself.

    `search`, `scenario` and `personas` stand in for those that the settings name; `run.json` says
    the provider's name and the scenario in full. `pairs` and `lender` are as for `run`.
    Raises UsageError for what the user can mend.
    """
    watcher = watcher or Watcher()
    use_few_arenas()
    if search is not None:
        settings = settings.model_copy(update={"search": search.name})
    found, name = (Found(scenario, Path()), scenario.id) if scenario else _sought(settings)
    given = _given(settings, personas)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(RunFolder(settings.folder(name)))
        stack.enter_context(plain_disk_errors(folder.path))
        _settle(folder, settings, found)
        journal = stack.enter_context(Journal(folder.path / "journal.sqlite", lender=lender))
        limits = settings.limits.model_copy(update={"concurrency": settings.at_once})
        caller = await stack.enter_async_context(
            Caller(settings.models(), journal, limits=limits, timeout=settings.timeout, sleep=sleep)
        )
        watcher.metered(lambda: (caller.budget.calls, caller.budget.tokens))
        if found is None:
            watcher.stage("scenario")
            found = await drafted(settings.scenario, folder.path, caller, settings.seed)
        scenario = with_seats(found.scenario, settings.participants, settings.policy)
        found = Found(scenario, found.folder)
        pool = UserPool()
        provider = _provider(settings, found.scenario, folder.path, search)
        context = await _context(stack, settings, found, folder, caller, pool, watcher, provider)
        context = _equipped(context, settings, tools)
        context = await _guided(stack, context, settings, given)
        context = replace(context, pairs=tuple(pairs))
        yield Services(context, folder, pool)


class _Given(NamedTuple):
    """What the settings name as files, read before anything is paid for."""

    toolset: Toolset | None
    starts: tuple[Start, ...]
    personas: PersonaSource | None


def _given(settings: Settings, personas: PersonaSource | None = None) -> _Given:
    return _Given(
        toolset=read_toolset(Path(settings.toolset)) if settings.toolset else None,
        starts=start_from(Path(settings.continues), settings.at_turn, settings.goals)
        if settings.continues
        else (),
        personas=personas,
    )


async def _guided(
    stack: AsyncExitStack, context: Context, settings: Settings, given: _Given
) -> Context:
    """The context with what steers its dialogues: mode, controls, personas, tool set, starts."""
    scenario, toolset = context.scenario, None
    check_language(given.starts, scenario)
    if given.toolset is not None:
        _check_toolset(given.toolset, context)
        toolset = await asyncio.to_thread(ToolsetTools, given.toolset, today=scenario.today)
        stack.callback(toolset.close_all)
    return replace(
        context,
        mode=settings.mode,
        requested=settings.wishes(scenario.controls),
        personas=given.personas or persona_source(settings.personas, scenario),
        starts=given.starts,
        toolset=toolset,
    )


def _check_toolset(toolset: Toolset, context: Context) -> None:
    """Raises UsageError for tools that the dialogues would not use."""
    scenario = context.scenario
    if toolset.language != scenario.language:
        raise UsageError(
            f"toolset {toolset.id} speaks {toolset.language}, scenario {scenario.id} "
            f"{scenario.language}; choose two of one language"
        )
    if not toolset.tasks and context.consult:
        raise UsageError(
            f"toolset {toolset.id} has no tasks, and with the local model tools are for tasks; "
            "add some, or set the option consult to false"
        )


def _sought(settings: Settings) -> tuple[Found | None, str]:
    """The scenario, None if it must be drafted from a sentence first; its id."""
    try:
        found = find_scenario(settings.scenario)
    except UnknownScenario:
        if not is_sentence(settings.scenario):
            raise
        return None, scenario_id(settings.scenario)
    return found, found.scenario.id


def _settle(folder: RunFolder, settings: Settings, found: Found | None) -> None:
    """Write down what the run is, or check that the folder's run is the same."""
    folder.check_room(settings.n)
    folder.settle(_described(settings, found), FREE_ON_RESUME)


def _described(settings: Settings, found: Found | None) -> dict[str, Any]:
    """What `run.json` says: settings in full, the scenario, versions, hashes of contents."""
    scenario = found.scenario.model_dump(mode="json") if found else settings.scenario
    language = found.scenario.language if found else language_of(settings.scenario)
    documents = (*(found.documents if found else ()), *settings.documents)
    return {
        **settings.model_dump(mode="json"),
        "scenario": scenario,
        "versions": {name: version(name) for name in VERSIONED},
        "contents": {
            "documents": fingerprints(documents),
            "prompts": prompt_versions(language),
            "files": _hashes(settings),
        },
    }


def _hashes(settings: Settings) -> dict[str, str]:
    """The contents of the files that settings name besides documents."""
    personas = persona_file(settings.personas)
    named = (personas, settings.toolset, settings.continues)
    files = [Path(name) for name in named if name is not None]
    dialogues = [file / DIALOGUES if file.is_dir() else file for file in files]
    there = [file for file in dialogues if file.is_file()]
    return {str(file): sha256(file.read_bytes()).hexdigest()[:16] for file in there}


def _provider(
    settings: Settings, scenario: Scenario, folder: Path, own: SearchProvider | None
) -> SearchProvider | None:
    """Where the run searches, with its answers kept in the folder."""
    if own is not None:
        return CachedSearch(own, folder)
    if not settings.search:
        return None
    return search_provider(settings.search, language=scenario.language, folder=folder)


async def _context(
    stack: AsyncExitStack,
    settings: Settings,
    found: Found,
    folder: RunFolder,
    caller: Caller,
    pool: UserPool,
    watcher: Watcher,
    search: SearchProvider | None,
) -> Context:
    scenario = found.scenario
    watcher.stage("embedder")
    embedder = await asyncio.to_thread(
        make_embedder, settings.embedder, base_url=settings.embedder_base_url
    )
    if isinstance(embedder, EndpointEmbedder):
        embedder = KeptEmbedder(embedder, caller.journal)
    client = await asyncio.to_thread(open_chroma, folder.path / "memory")
    stack.callback(close_chroma, client)
    volumes = Volumes(folder.path / "memory" / "volumes", window=settings.ahead + LARGEST_WAVE)
    stack.callback(volumes.close)
    context = Context(
        scenario=scenario,
        caller=caller,
        shelf=Shelf(client, embedder),
        people=PeopleMemory(volumes, embedder),
        memory=ExperienceMemory(volumes, embedder),
        options=settings.options,
        documents=(*found.documents, *settings.documents),
        search=search,
        pool=pool,
        seed=settings.seed,
        told=watcher.turned,
    )
    watcher.stage("knowledge")
    gathered = await run_graph(knowledge.build().compile(), {}, context)
    return replace(context, problems=tuple(gathered.get("problems", ())))


def _equipped(context: Context, settings: Settings, own: Sequence["BaseTool"]) -> Context:
    """The context with both sides' tools, as the settings or the scenario name them."""
    scenario = context.scenario
    tools = ToolContext(
        scenario.today,
        language=scenario.language,
        index=context.shelf.index,
        search=context.search,
        own=tuple(own),
    )

    def box(chosen: tuple[str, ...] | None, usual: tuple[str, ...]) -> Toolbox:
        return Toolbox(resolve(usual if chosen is None else chosen, tools))

    return replace(
        context,
        user_tools=box(settings.user_tools, scenario.user_tools),
        assistant_tools=box(settings.assistant_tools, scenario.assistant_tools),
    )
