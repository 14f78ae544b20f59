import os
from pathlib import Path

import pytest

from trialogue import scenario_drafts
from trialogue.agents.caller import Caller
from trialogue.agents.scenario_writer import DraftedScenario
from trialogue.memory.journal import Journal
from trialogue.scenario_files import find_scenario

SENTENCE = "someone asks about a hotel bill"


class Killed(BaseException):
    """Ends the writing at a given moment."""


async def test_a_draft_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = 0

    async def draft(*_: object) -> DraftedScenario:
        nonlocal drafts
        drafts += 1
        scenario = find_scenario("travel_reimbursement").scenario
        scenario = scenario.model_copy(update={"documents": ("rules.md",)})
        return DraftedScenario(scenario=scenario, rules="# Rules\n")

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(scenario_drafts, "draft_scenario", draft)
    with Journal() as journal:
        caller = Caller({}, journal)
        with monkeypatch.context() as dying:
            dying.setattr(os, "replace", killed)
            with pytest.raises(Killed):
                await scenario_drafts.drafted(SENTENCE, tmp_path, caller, 0)
        assert (tmp_path / "scenario" / "rules.md").read_text() == "# Rules\n"
        assert not (tmp_path / "scenario" / "scenario.yaml").exists()
        made = await scenario_drafts.drafted(SENTENCE, tmp_path, caller, 0)
        assert await scenario_drafts.drafted(SENTENCE, tmp_path, caller, 0) == made
    assert (drafts, made.scenario.documents) == (2, ("rules.md",))
