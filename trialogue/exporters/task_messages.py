"""A task as the messages that put it to a model, and the answer expected."""

from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.solving import solver_messages
from trialogue.exporters.messages import Message
from trialogue.records import Language, ReasoningTask

_ANSWERS = {("yes", "zh"): "是", ("no", "zh"): "否"}


def asked(posed: PosedTask) -> list[Message]:
    """The system's and the user's message, as our own solvers get them when they take steps."""
    messages = solver_messages(posed.task, posed.dialogue, "steps", _language(posed.task))
    return [{"role": role, "content": text} for role, text in messages]


def answered(task: ReasoningTask) -> Message:
    """What the assistant should say last."""
    language = _language(task)
    answer = _ANSWERS.get((task.label, language), task.label)
    return {
        "role": "assistant",
        "content": f"{'答案：' if language == 'zh' else 'Answer: '}{answer}",
    }


def _language(task: ReasoningTask) -> Language:
    return "zh" if task.language == "zh" else "en"
