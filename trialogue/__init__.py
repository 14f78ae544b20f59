"""Trialogue: from a scenario to grounded multi-turn dialogues.

`synthesize` makes dialogues, `asynthesize` does so inside an event loop, `open_run` reads what
an earlier run made; `evaluate` measures dialogues, `evaluate_against` compares metrics with
people's ratings; `doctor`, `draw` and `installed_plugins` are the twins of the commands
`doctor`, `graph` and `plugins`. Nothing heavy is imported until it is used.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "Action",
    "Agreement",
    "Dialogue",
    "Evaluation",
    "Fact",
    "Finding",
    "Passage",
    "Result",
    "SavedRun",
    "Scenario",
    "Settings",
    "ShortRun",
    "ToolCall",
    "TrialogueError",
    "Turn",
    "Usage",
    "UsageError",
    "UserProfile",
    "Watcher",
    "__version__",
    "asynthesize",
    "doctor",
    "draw",
    "evaluate",
    "evaluate_against",
    "installed_plugins",
    "open_run",
    "synthesize",
]

if TYPE_CHECKING:
    from trialogue.api import asynthesize, doctor, open_run, synthesize
    from trialogue.drawings import draw
    from trialogue.errors import ShortRun, TrialogueError, UsageError
    from trialogue.evaluating import Evaluation, evaluate
    from trialogue.findings import Finding
    from trialogue.plugin_list import installed_plugins
    from trialogue.rating_agreement import Agreement, evaluate_against
    from trialogue.records import (
        Action,
        Dialogue,
        Fact,
        Passage,
        Scenario,
        ToolCall,
        Turn,
        Usage,
        UserProfile,
    )
    from trialogue.run import Result
    from trialogue.saved_run import SavedRun
    from trialogue.settings import Settings
    from trialogue.watcher import Watcher
else:
    _HOMES = {
        "trialogue.api": ("asynthesize", "doctor", "open_run", "synthesize"),
        "trialogue.drawings": ("draw",),
        "trialogue.errors": ("ShortRun", "TrialogueError", "UsageError"),
        "trialogue.evaluating": ("Evaluation", "evaluate"),
        "trialogue.findings": ("Finding",),
        "trialogue.plugin_list": ("installed_plugins",),
        "trialogue.rating_agreement": ("Agreement", "evaluate_against"),
        "trialogue.run": ("Result",),
        "trialogue.saved_run": ("SavedRun",),
        "trialogue.settings": ("Settings",),
        "trialogue.watcher": ("Watcher",),
    }
    _HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module 'trialogue' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_HOME_OF.get(name, "trialogue.records")), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
