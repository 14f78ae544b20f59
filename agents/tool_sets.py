"""From a sentence to a set of tools with its database and tasks (U §3)."""

import re

from trialogue.agents.scenario_writer import scenario_id
from trialogue.agents.seeds import seed_for
from trialogue.agents.tool_people import people
from trialogue.agents.tool_tasks import make_tasks
from trialogue.agents.tool_writer import Told, write_outline
from trialogue.agents.writer import Writer
from trialogue.errors import AnswerError, UsageError
from trialogue.records import Toolset
from trialogue.tools.database_outline import Outline
from trialogue.tools.database_rows import with_rows
from trialogue.tools.database_tables import make_tables
from trialogue.tools.database_tools import make_tools
from trialogue.tools.toolset_checks import check_toolset


async def write_toolset_for(
    writer: Writer, domain: str, *, rows: int, tasks: int, told: Told = lambda _: None
) -> Toolset:
    """A checked set of tools for a domain sentence, with `rows` rows a table and up to `tasks`
    tasks; `told` hears of each step.

    Raises UsageError if the model proposes nothing that can be used, ModelError if a call fails.
    """
    try:
        outline = await write_outline(writer, domain, rows, told)
    except AnswerError as error:
        raise UsageError(
            f"the model could not make up tools for {domain!r} ({error}); say more about the "
            "domain, or choose another --seed or --model"
        ) from error
    bare = toolset_of(outline, writer.seed, rows)
    words = await make_tasks(writer, outline, bare.tables, tasks, told)
    toolset = bare.model_copy(update={"tasks": words})
    check_toolset(toolset, f"the tools for {domain!r}: ")
    return toolset


def toolset_of(outline: Outline, seed: int, rows: int) -> Toolset:
    """The set of tools of an outline, with rows and without tasks; no model is asked."""
    tables = with_rows(
        outline, make_tables(outline), seed_for(seed, "rows"), rows, people(outline.language)
    )
    return Toolset(
        id=_id(outline),
        domain=outline.domain,
        language=outline.language,
        questions=outline.questions,
        tables=tables,
        tools=make_tools(outline, tables),
        seed=seed,
    )


def _id(outline: Outline) -> str:
    """The domain's first words, else what its tables hold."""
    if re.search("[a-zA-Z]{2}", outline.domain) and outline.language == "en":
        words = re.sub(r"^(?:an?|the)_(?=.)", "", scenario_id(outline.domain)[:60])
        return re.sub(r"(?:_(?:and|or|with|for|of|the|an?|to|in|its|by|from))+$", "", words)
    return "_".join(entity.name for entity in outline.entities)[:60].strip("_")
