"""lm-evaluation-harness: JSON Lines and a YAML configuration for each kind of task."""

from collections.abc import Sequence
from pathlib import Path

from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.bundle import Bundle
from trialogue.exporters.exporter import DataFile, Exporter
from trialogue.exporters.inspect_tasks import filled, fullest, last_answer
from trialogue.exporters.json_lines import Row, write_parts
from trialogue.exporters.task_messages import asked
from trialogue.records import TaskKind

_KINDS: tuple[TaskKind, ...] = ("math", "common_sense")


def _row(posed: PosedTask) -> Row:
    task = posed.task
    system, user = (message["content"] for message in asked(posed))
    return {
        "id": task.id,
        "dialogue_id": task.dialogue_id,
        "kind": task.kind,
        "language": task.language,
        "prompt": f"{system}\n\n{user}\n",
        "question": task.question,
        "label": task.label,
        "task": task.to_line(),
        "dialogue": posed.dialogue.to_line(),
    }


def _write(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    written = write_parts(bundle, folder, None, _row)
    split = fullest(bundle)
    there = {posed.task.kind for posed in bundle.splits[split].tasks}
    kinds = [kind for kind in _KINDS if kind in there]
    for kind in kinds:
        text = filled("lm_eval_task.yaml.j2", kind=kind, split=split)
        (folder / f"trialogue_{kind}.yaml").write_text(text, "utf-8")
    named = "\n".join(f"  - trialogue_{kind}" for kind in kinds)
    (folder / "trialogue.yaml").write_text(filled("lm_eval_group.yaml.j2", tasks=named), "utf-8")
    (folder / "trialogue_rows.py").write_text(
        filled("lm_eval_rows.py.j2", last_answer=last_answer()), "utf-8"
    )
    return written


LM_EVAL = Exporter(
    "lm-eval",
    "tasks for lm-evaluation-harness: JSON Lines and a configuration a kind",
    _write,
    parts=("tasks",),
)
