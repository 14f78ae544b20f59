"""How many rounds are to spare where a number of them is asked for (control `turns`)."""

from collections.abc import Sequence
from math import ceil, inf

from trialogue.agents.goal import Progress, unanswered
from trialogue.agents.scene import Scene
from trialogue.records import Subtask


def to_spare(
    scene: Scene, goal: Sequence[Subtask], progress: Progress, hoped: Sequence[Subtask] = ()
) -> float:
    """The rounds left besides those for what waits, what is open, and the farewell; below 0 where
    they are too few.

    Without end where no number of turns is asked for: then only the bound of the run ends a
    dialogue. A detail that is held back takes a round of its own; `hoped` are subtasks that wait
    but may have been answered. Turns that were taken over count as well.
    """
    asked = scene.manner.value("turns")
    if asked is None:
        return inf
    hoped_for = {subtask.id for subtask in hoped}
    waiting = [s for s in unanswered(goal, progress) if s.id not in hoped_for]
    still_open = [s for s in goal if s.state == "open"]
    raising = ceil(len(still_open) / int(scene.manner.value("disclosure", 1)))
    telling = sum(bool(s.hidden) for s in still_open)
    pending = bool(progress.term) or progress.doubted is not None
    needed = len(waiting) + raising + telling + pending + 1
    return int(asked) - len(scene.said_by("user")) - needed
