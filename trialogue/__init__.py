"""Trialogue: from a scenario to grounded multi-turn dialogues.

`synthesize` makes dialogues, `accept_until` those that a predicate accepts; `asynthesize` and
`aaccept_until` do so inside an event loop. `open_run` reads what an earlier run made,
`read_dialogues` dialogues from anywhere; `evaluate` measures them, `evaluate_against` compares
metrics with people's ratings. `ablate` compares what users know, `control_study` what controls
do, `fit_metric` finds a formula that agrees with ratings, `optimize` a recipe for better dialogues.
`make_tasks`, `refine`, `benchmark`, `audit`, `export` and `ReviewDesk` are about reasoning tasks,
`view` and `export_page` show a run. `make_toolset`, `scaffold`, `doctor`, `draw` and
`installed_plugins` are the twins of the commands `tools`, `init`, `doctor`, `graph` and `plugins`.
Nothing heavy is imported until it is used.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "Ablation",
    "Action",
    "Agreement",
    "Audit",
    "Benchmark",
    "Control",
    "ControlStudy",
    "Dialogue",
    "Evaluation",
    "Extent",
    "Fact",
    "Finding",
    "FittedMetric",
    "Optimised",
    "Origin",
    "Participant",
    "Passage",
    "Persona",
    "ReasoningTask",
    "Recipe",
    "Refined",
    "Result",
    "ReviewDesk",
    "SavedRun",
    "Scenario",
    "Settings",
    "ShortRun",
    "Subtask",
    "TaskReport",
    "ToolCall",
    "Toolset",
    "TrialogueError",
    "Turn",
    "Usage",
    "UsageError",
    "UserProfile",
    "Validation",
    "Watcher",
    "__version__",
    "aaccept_until",
    "ablate",
    "accept_until",
    "asynthesize",
    "audit",
    "benchmark",
    "control_study",
    "doctor",
    "draw",
    "evaluate",
    "evaluate_against",
    "export",
    "export_page",
    "fit_metric",
    "installed_plugins",
    "make_tasks",
    "make_toolset",
    "open_run",
    "optimize",
    "read_dialogues",
    "read_task_set",
    "refine",
    "scaffold",
    "synthesize",
    "view",
]

if TYPE_CHECKING:
    from trialogue.ablating import Ablation, ablate
    from trialogue.agents.controls import Control
    from trialogue.api import asynthesize, doctor, open_run, synthesize
    from trialogue.auditing import audit
    from trialogue.benchmarking import benchmark
    from trialogue.control_studying import ControlStudy, control_study
    from trialogue.dialogue_files import read_dialogues
    from trialogue.drawings import draw
    from trialogue.errors import ShortRun, TrialogueError, UsageError
    from trialogue.evaluating import Evaluation, evaluate
    from trialogue.evaluation.audit import Audit
    from trialogue.evaluation.benchmark import Benchmark
    from trialogue.evaluation.refined import Refined
    from trialogue.exporting import export
    from trialogue.findings import Finding
    from trialogue.metric_fitting import FittedMetric, fit_metric
    from trialogue.optimizing import Optimised, optimize
    from trialogue.plugin_list import installed_plugins
    from trialogue.rating_agreement import Agreement, evaluate_against
    from trialogue.records import (
        Action,
        Dialogue,
        Fact,
        Origin,
        Participant,
        Passage,
        Persona,
        ReasoningTask,
        Scenario,
        Subtask,
        ToolCall,
        Toolset,
        Turn,
        Usage,
        UserProfile,
        Validation,
    )
    from trialogue.records.recipe import Recipe
    from trialogue.refining import refine
    from trialogue.reviewing import ReviewDesk
    from trialogue.run import Result
    from trialogue.saved_run import SavedRun
    from trialogue.scaffolding import scaffold
    from trialogue.search_plan import Extent
    from trialogue.settings import Settings
    from trialogue.task_making import TaskReport, make_tasks
    from trialogue.task_sets import read_task_set
    from trialogue.toolmaking import make_toolset
    from trialogue.until_accepted import aaccept_until, accept_until
    from trialogue.viewing import export_page, view
    from trialogue.watcher import Watcher
else:
    _HOMES = {
        "trialogue.ablating": ("Ablation", "ablate"),
        "trialogue.until_accepted": ("aaccept_until", "accept_until"),
        "trialogue.agents.controls": ("Control",),
        "trialogue.api": ("asynthesize", "doctor", "open_run", "synthesize"),
        "trialogue.control_studying": ("ControlStudy", "control_study"),
        "trialogue.dialogue_files": ("read_dialogues",),
        "trialogue.drawings": ("draw",),
        "trialogue.errors": ("ShortRun", "TrialogueError", "UsageError"),
        "trialogue.evaluating": ("Evaluation", "evaluate"),
        "trialogue.findings": ("Finding",),
        "trialogue.metric_fitting": ("FittedMetric", "fit_metric"),
        "trialogue.plugin_list": ("installed_plugins",),
        "trialogue.rating_agreement": ("Agreement", "evaluate_against"),
        "trialogue.run": ("Result",),
        "trialogue.saved_run": ("SavedRun",),
        "trialogue.settings": ("Settings",),
        "trialogue.toolmaking": ("make_toolset",),
        "trialogue.optimizing": (
            "Optimised",
            "optimize",
        ),
        "trialogue.search_plan": ("Extent",),
        "trialogue.records.recipe": ("Recipe",),
        "trialogue.auditing": (
            "Audit",
            "audit",
        ),
        "trialogue.exporting": ("export",),
        "trialogue.reviewing": ("ReviewDesk",),
        "trialogue.task_sets": ("read_task_set",),
        "trialogue.scaffolding": ("scaffold",),
        "trialogue.task_making": (
            "TaskReport",
            "make_tasks",
        ),
        "trialogue.benchmarking": ("benchmark",),
        "trialogue.evaluation.benchmark": ("Benchmark",),
        "trialogue.refining": ("refine",),
        "trialogue.evaluation.refined": ("Refined",),
        "trialogue.viewing": (
            "export_page",
            "view",
        ),
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
