"""What a run works with: opened for it, closed after it; also for one graph by itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trialogue.agents.caller import Caller
from trialogue.agents.participants import with_seats
from trialogue.agents.personas import persona_file
from trialogue.agents.prompt import prompt_versions
from trialogue.agents.scenario_writer import language_of, scenario_id
from trialogue.agents.session import Sleep
from trialogue.agents.toolbox import Toolbox
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import UnknownScenario
from trialogue.given import Own, given_by
from trialogue.graphs import knowledge
from trialogue.graphs.context import Context, Pair
from trialogue.graphs.pool import LARGEST_WAVE, UserPool
from trialogue.graphs.running import run_graph
from trialogue.memory.allocator import use_few_arenas, wipe_freed
from trialogue.memory.chroma import close_chroma, open_chroma
from trialogue.memory.embedders import EndpointEmbedder, make_embedder
from trialogue.memory.experience import ExperienceMemory
from trialogue.memory.journal import Journal
from trialogue.memory.kept_embedder import KeptEmbedder
from trialogue.memory.people import PeopleMemory
from trialogue.memory.traces import Traces
from trialogue.memory.volumes import Volumes
from trialogue.recipe_file import RECIPE, prompts_of
from trialogue.records import Scenario
from trialogue.run_folder import DIALOGUES, RunFolder
from trialogue.run_traces import run_traces, shared_work
from trialogue.scenario_drafts import drafted, is_sentence
from trialogue.scenario_files import Found, find_scenario
from trialogue.settings import FREE_ON_RESUME, Role, Settings
from trialogue.tools.document_files import fingerprints
from trialogue.tools.registry import ToolContext, resolve
from trialogue.tools.search import CachedSearch, SearchProvider, search_provider
from trialogue.tools.shelf import Shelf
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

VERSIONED = ("trialogue", "langgraph", "langchain-core", "langchain-openai", "chromadb", "pydantic")


def check(settings: Settings) -> Path:
    """The run folder, made or found to fit; no model is needed. Raises UsageError as `run`."""
    found, name = _sought(settings)
    given = given_by(settings)
    given.check(found.scenario if found else None)
    if given.toolset is not None:
        given.opened(_today(found)).close_all()
    with prompts_of(settings.recipe), RunFolder(settings.folder(name)) as folder:
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
    own: Own | None = None,
    sleep: Sleep = asyncio.sleep,
    pairs: Sequence[Pair] = (),
    lender: Path | None = None,
    roles: tuple[Role, ...] = (),
) -> AsyncIterator[Services]:
    """The services of a run, closed at the end; also for running one graph by itself.

    `search`, `scenario` and what is one's `own` stand in for what the settings name; `run.json`
    says the provider's name and the scenario in full. `pairs` and `lender` are as for `run`;
    `roles` have models besides those that a run with these settings needs.
    Raises UsageError for what the user can mend.
    """
    watcher = watcher or Watcher()
    use_few_arenas()
    wipe_freed()
    if search is not None:
        settings = settings.model_copy(update={"search": search.name})
    found, name = (Found(scenario, Path()), scenario.id) if scenario else _sought(settings)
    given = given_by(settings, own)
    given.check(found.scenario if found else None)
    async with AsyncExitStack() as stack:
        given = await given.laid_out(stack, _today(found))
        stack.enter_context(prompts_of(settings.recipe))
        folder = stack.enter_context(RunFolder(settings.folder(name)))
        stack.enter_context(plain_disk_errors(folder.path))
        _settle(folder, settings, found, given.own)
        journal = stack.enter_context(Journal(folder.path / "journal.sqlite", lender=lender))
        caller = await stack.enter_async_context(_caller(settings, roles, journal, sleep))
        watcher.metered(lambda: (caller.budget.calls, caller.budget.tokens))
        traces = stack.enter_context(run_traces(settings, folder.path))
        if found is None:
            watcher.stage("scenario")
            with shared_work(traces, "scenario"):
                found = await drafted(settings.scenario, folder.path, caller, settings.seed)
            if found.scenario.today != _today(None):
                given = await given.laid_out(stack, found.scenario.today)
        scenario = with_seats(found.scenario, settings.participants, settings.policy)
        found = Found(scenario, found.folder)
        pool = UserPool()
        provider = _provider(settings, found.scenario, folder.path, search)
        context = await _context(
            stack, settings, found, folder, caller, pool, watcher, provider, traces
        )
        context = _equipped(context, settings, tools)
        context = replace(given.guiding(context), pairs=tuple(pairs))
        yield Services(context, folder, pool)


def _caller(settings: Settings, roles: tuple[Role, ...], journal: Journal, sleep: Sleep) -> Caller:
    """The caller of the run's models and of those of other `roles`."""
    return Caller(
        {**settings.models(), **settings.models(roles)},
        journal,
        limits=settings.limits.model_copy(update={"concurrency": settings.at_once}),
        timeout=settings.timeout,
        sleep=sleep,
    )


def _today(found: Found | None) -> date:
    """The day of the dialogues; a scenario that is yet to be drafted has the usual one."""
    usual: date = Scenario.model_fields["today"].default
    return found.scenario.today if found else usual


def _sought(settings: Settings) -> tuple[Found | None, str]:
    """The scenario, None if it must be drafted from a sentence first; its id."""
    try:
        found = find_scenario(settings.scenario)
    except UnknownScenario:
        if not is_sentence(settings.scenario):
            raise
        return None, scenario_id(settings.scenario)
    return found, found.scenario.id


def _settle(
    folder: RunFolder, settings: Settings, found: Found | None, own: Own | None = None
) -> None:
    """Write down what the run is, or check that the folder's run is the same."""
    folder.check_room(settings.n)
    folder.settle((own or Own()).described(_described(settings, found)), FREE_ON_RESUME)


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
    there = [file / DIALOGUES if file.is_dir() else file for file in files]
    if settings.recipe is not None:
        recipe = Path(settings.recipe)
        there.append(recipe / RECIPE if recipe.is_dir() else recipe)
    there = [file for file in there if file.is_file()]
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
    traces: Traces | None,
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
        traces=traces,
    )
    watcher.stage("knowledge")
    with context.trace("knowledge"):
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
