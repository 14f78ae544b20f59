"""Scenarios that exist only as a sentence: drafted by the model into the run folder, once."""

import os
import re
from pathlib import Path

import yaml

from trialogue.agents.caller import Caller
from trialogue.agents.scenario_writer import draft_scenario, language_of
from trialogue.agents.seeds import seed_for
from trialogue.agents.writer import Writer
from trialogue.scenario_files import Found, read_scenario

FOLDER = "scenario"
_LEAST_WORDS = 4


def is_sentence(name: str) -> bool:
    """Whether a name that no scenario has is meant as a description of one."""
    return len(name.split()) >= _LEAST_WORDS or len(re.findall(r"[\u3400-\u9fff]", name)) >= 6


async def drafted(sentence: str, run_folder: Path, caller: Caller, seed: int) -> Found:
    """The scenario drafted for a sentence, read from the run folder if it is there already.

    `scenario/scenario.yaml` and `scenario/rules.md` may be edited and used for other runs.
    Raises UsageError if the model cannot draft one.
    """
    folder = run_folder / FOLDER
    file = folder / "scenario.yaml"
    if not file.exists():
        writer = Writer(caller, language_of(sentence), seed_for(seed, "scenario"), drafts=4)
        draft = await draft_scenario(writer, sentence)
        folder.mkdir(exist_ok=True)
        (folder / "rules.md").write_text(draft.rules, encoding="utf-8")
        values = draft.scenario.model_dump(mode="json", exclude_defaults=True)
        # Its presence says that the draft is whole, so it comes last and all at once.
        unfinished = folder / ".scenario.yaml.new"
        unfinished.write_text(
            yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
        os.replace(unfinished, file)
    return read_scenario(file)
