"""Has models answer reasoning tasks: `trialogue benchmark` and its twin in Python (METHOD §5)."""

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trialogue.agents.caller import Caller
from trialogue.agents.models import parse
from trialogue.agents.session import Sleep
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import UsageError
from trialogue.evaluation.benchmark import (
    Benchmark,
    TaskAnswer,
    accuracy_rows,
    unsolved,
)
from trialogue.evaluation.reasoning.solving import solver_team
from trialogue.evaluation.report import benchmark as report
from trialogue.evaluation.report import put_section, report_title
from trialogue.memory.journal import Journal
from trialogue.own_loop import run_in_own_loop
from trialogue.records.task import Asked
from trialogue.run_folder import SETTINGS, RunFolder
from trialogue.settings import Settings, load_settings
from trialogue.task_answers import WAYS, Order, Questions, Told, answers_of, models_of, questions_of

JOURNAL, ANSWERS, RESULT = "benchmark.sqlite", "answers.jsonl", "benchmark.json"


def benchmark(
    path: str | os.PathLike[str],
    models: Sequence[str] = ("local",),
    *,
    asked: Sequence[Asked] = WAYS,
    limit: int | None = None,
    answer_tokens: int | None = None,
    seed: int = 0,
    out: str | os.PathLike[str] | None = None,
    config: str | os.PathLike[str] | None = None,
    told: Told | None = None,
    **settings: Any,
) -> Benchmark:
    """Have every model answer the tasks of a run folder, an export or a file (paper R, table 3).

    Each model is `asked` directly, step by step or both, and every answer is read strictly and
    leniently; baselines that need no model stand in the same table. `limit` draws so many of the
    tasks by `seed`. `answer_tokens` bounds an answer (by default 40 direct, 700 with steps). `out`
    is a folder for answers, journal and report: by default the run folder, else one named for the
    file under `runs`. `settings` are those of `synthesize` that concern models: `base_url` (of
    models that are not built in), limits and, in the YAML file `config`, their prices. `told`
    hears how many answers of how many there are.

    The same call again asks nothing twice. Raises UsageError for what the caller can mend;
    LimitReached, after which the same call goes on.
    """
    chosen = benchmark_settings(
        {**settings, "seed": seed}, Path(config) if config is not None else None
    )
    order = Order(
        models=tuple(models),
        asked=tuple(asked),
        limit=limit,
        answer_tokens=answer_tokens,
        out=None if out is None else Path(out),
    )
    return run_in_own_loop(lambda: benchmarked(Path(path), order, chosen, told))


def benchmark_settings(given: Mapping[str, Any], config: Path | None = None) -> Settings:
    """The settings of models and limits, as of `synthesize`. Raises UsageError."""
    return load_settings(config, {"scenario": "benchmark", **given})


async def benchmarked(
    path: Path,
    order: Order,
    settings: Settings,
    told: Told | None = None,
    *,
    sleep: Sleep = asyncio.sleep,
) -> Benchmark:
    """As `benchmark`, inside an event loop."""
    specs = models_of(order, settings)
    questions = questions_of(path, order.limit, settings.seed)
    folder = order.out or _folder(path)
    with RunFolder(folder), plain_disk_errors(folder), Journal(folder / JOURNAL) as journal:
        roles, _ = solver_team(specs, len(specs))
        limits = settings.limits
        if "concurrency" not in limits.model_fields_set:
            local = any(parse(spec.name).provider == "local" for spec in specs)
            limits = limits.model_copy(update={"concurrency": 2 if local else limits.concurrency})
        async with Caller(
            roles, journal, limits=limits, timeout=settings.timeout, sleep=sleep
        ) as caller:
            answers = await answers_of(caller, questions.tasks, specs, order, settings.seed, told)
            stats = caller.stats.values()
            counts = {"calls": sum(s.live for s in stats)}
            counts["replayed"] = sum(s.replayed for s in stats)
        found = _result(questions, answers, folder, settings.seed).model_copy(update=counts)
        return _kept(found, answers, folder)


def _folder(path: Path) -> Path:
    """The run folder itself; for anything else a folder of its own."""
    if (path / SETTINGS).is_file():
        return path
    name = path.resolve().name
    return Path("runs") / f"benchmark-{name.rpartition('.')[0] or name}"


def _result(
    questions: Questions,
    answers: Mapping[tuple[str, Asked], Sequence[TaskAnswer]],
    folder: Path,
    seed: int,
) -> Benchmark:
    tasks = questions.tasks
    return Benchmark(
        name=questions.name,
        folder=str(folder),
        tasks=len(tasks),
        dialogues=len({posed.task.dialogue_id for posed in tasks}),
        kinds=dict(sorted(Counter(posed.task.kind for posed in tasks).items())),
        seed=seed,
        of=questions.of,
        left_out=questions.left_out,
        unread=questions.unread,
        rows=accuracy_rows(tasks, answers),
        unsolved=tuple(unsolved(tasks, answers)),
        answers=str(folder / ANSWERS),
    )


def _kept(
    found: Benchmark, answers: Mapping[tuple[str, Asked], Sequence[TaskAnswer]], folder: Path
) -> Benchmark:
    """Write the answers, the result and the report's section."""
    lines = (f"{one.to_line()}\n" for given in answers.values() for one in given)
    page = put_section(folder, report.section(found), title=report_title(folder))
    found = found.model_copy(update={"report": str(page)})
    unmoved = found.model_dump_json(indent=1, exclude={"calls", "replayed"})
    for name, text in ((ANSWERS, "".join(lines)), (RESULT, f"{unmoved}\n")):
        part = folder / f".{name}.part"
        try:
            part.write_text(text, encoding="utf-8")
            os.replace(part, folder / name)
        except OSError as error:
            raise UsageError(f"{folder / name} cannot be written: {error.strerror}") from error
    return found
