"""A task as the messages that put it to a model, and the answer expected."""

from trialogue.agents.prompt import load_prompt
from trialogue.agents.writer import fenced
from trialogue.evaluation.judge import conversation
from trialogue.evaluation.posed_task import PosedTask
from trialogue.exporters.messages import Message
from trialogue.records import ReasoningTask

_FORMS = {
    ("math", "en"): "one number",
    ("common_sense", "en"): "yes or no",
    ("math", "zh"): "一个数字",
    ("common_sense", "zh"): "“是”或“否”",
}
_ANSWERS = {("yes", "zh"): "是", ("no", "zh"): "否"}


def asked(posed: PosedTask) -> list[Message]:
    """The system's and the user's message, as our own solvers get them when they take steps."""
    language = _language(posed.task)
    filled = load_prompt("solve_steps", language).fill(
        {
            "conversation": conversation(posed.dialogue),
            "question": fenced(posed.task.question),
            "form": _FORMS[posed.task.kind, language],
        }
    )
    return [{"role": role, "content": text} for role, text in filled]


def answered(task: ReasoningTask) -> Message:
    """What the assistant should say last."""
    language = _language(task)
    answer = _ANSWERS.get((task.label, language), task.label)
    return {
        "role": "assistant",
        "content": f"{'答案：' if language == 'zh' else 'Answer: '}{answer}",
    }


def _language(task: ReasoningTask) -> str:
    return "zh" if task.language == "zh" else "en"
