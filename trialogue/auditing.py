"""Audits a set of reasoning tasks: `trialogue audit` and its twin in Python."""

import os
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.evaluation.audit import Audit, audit_tasks
from trialogue.run_folder import SETTINGS
from trialogue.task_sets import read_task_set, standing

RESULT = "audit.json"


def audit(
    path: str | os.PathLike[str],
    *,
    every: bool = False,
    out: str | os.PathLike[str] | None = None,
    seed: int = 0,
) -> Audit:
    """Say what is wrong with the tasks of a run folder, an export or a file.

    Looked at are the tasks whose label stands and that none took the place of; with `every` all.
    The result is also written to the file `out`, by default `audit.json` in a run folder. Raises
    UsageError if there is no task to look at or the file cannot be written.
    """
    source = Path(path)
    found = read_task_set(source)
    tasks = [*found.tasks] if every else standing(found.tasks)
    if not tasks:
        raise UsageError(
            f"{source}: the label of none of {len(found.tasks)} tasks stands yet; "
            "review them, or audit all"
        )
    left_out = len(found.tasks) - len(tasks)
    result = audit_tasks(found.name, tasks, found.unread, left_out=left_out, seed=seed)
    own = source / RESULT if (source / SETTINGS).is_file() else None
    if file := Path(out) if out is not None else own:
        _write(file, result)
    return result


def _write(file: Path, result: Audit) -> None:
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(result.model_dump_json(indent=1) + "\n", "utf-8")
        os.replace(part, file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
