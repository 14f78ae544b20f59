"""One real run: the small embedded model and the embedded encoder, no network but the download."""

from pathlib import Path

from trialogue.graphs.context import Options
from trialogue.run import run
from trialogue.settings import Settings


async def test_the_small_model_makes_a_grounded_dialogue(tmp_path: Path) -> None:
    settings = Settings(
        scenario="travel_reimbursement",
        n=1,
        seed=1,
        model="local:qwen2.5-coder-0.5b",
        options=Options(points=(2, 2), drafts=8),
        attempts=12,
        out=str(tmp_path / "run"),
    )

    result = await run(settings)

    (dialogue,) = result.dialogues()
    assert dialogue.stop_reason == "goal_reached"
    assert [turn.speaker for turn in dialogue.turns] == ["user", "assistant"] * 2
    assert dialogue.scores["figures_told"] == 1.0
    assert dialogue.sources
    assert dialogue.usage.output_tokens > 0
