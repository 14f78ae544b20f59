"""Has a model name what the dialogues of several sets are about; every answer is in a journal."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from trialogue.agents.at_once import each
from trialogue.agents.caller import Caller
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import ModelError
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.topics import Topics, counted, merged, name_topic
from trialogue.memory.journal import Journal
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Dialogue
from trialogue.settings import Settings

JOURNAL = "topics.sqlite"


def topics_of(corpora: Mapping[str, Corpus], settings: Settings, folder: Path) -> dict[str, Topics]:
    """The topics of each set, named by the judge's model of the settings.

    Names of all sets are merged together, so that a topic is called the same everywhere. Nothing
    is asked twice that `folder` knows. Raises EndpointError and LimitReached.
    """
    dialogues = [dialogue for corpus in corpora.values() for dialogue in corpus.dialogues]
    names = run_in_own_loop(lambda: _named(dialogues, settings, folder))
    joint = merged(names, next(iter(corpora.values()))).named
    found, start = {}, 0
    for name, corpus in corpora.items():
        end = start + len(corpus.dialogues)
        found[name], start = counted(joint[start:end]), end
    return found


async def _named(
    dialogues: Sequence[Dialogue], settings: Settings, folder: Path
) -> list[str | None]:
    limits = settings.limits.model_copy(update={"concurrency": settings.at_once})
    models = settings.models(("judge",))
    with plain_disk_errors(folder), Journal(folder / JOURNAL) as journal:
        async with Caller(models, journal, limits=limits, timeout=settings.timeout) as caller:

            async def name(dialogue: Dialogue) -> str | None:
                try:
                    return await name_topic(caller, dialogue, seed=settings.seed)
                except ModelError:
                    return None

            return await each(dialogues, name)
