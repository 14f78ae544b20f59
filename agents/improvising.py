"""The user agent F without experience (R, table 4): it makes up what it says."""

from trialogue.agents.checks import asks, no_longer_than, not_repeating
from trialogue.agents.participants import label
from trialogue.agents.scene import Scene
from trialogue.agents.user_lines import spoken
from trialogue.agents.writer import fenced
from trialogue.records import Turn


async def improvised_turn(scene: Scene) -> Turn:
    """The user's next turn, from the scenario, the dialogue so far and the user's profile alone.

    A profile without intent is that of anybody: then only the scenario is told. Figures are not
    checked, since nothing is known. Raises DialogueFailed if no draft can be used.
    """
    user, scenario = scene.user, scene.scenario
    wishes = [fenced(text) for text in (user.intent, *user.problems) if text]
    earlier = " ".join(f"{label(scenario, turn)}: {turn.text}" for turn in scene.turns)
    draft = await scene.line(
        "improvise",
        {
            "about": fenced(scenario.name),
            "person": fenced(user.identity) if wishes else "-",
            "wishes": " / ".join(wishes) or "-",
            "earlier": fenced(earlier) or "-",
        },
        path=("improvise", scene.place),
        style=True,
        checks=(
            *spoken(scene),
            asks,
            not_repeating([turn.text for turn in scene.turns], fatal=False),
            no_longer_than(320),
        ),
    )
    return scene.turn(draft.text, rewrites=draft.rewrites)
