"""The assistant at work with its tools: decide on a call, make it, see its result, go on."""

from collections.abc import Sequence

from trialogue.agents.scene import Scene
from trialogue.agents.seeds import Step
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import fenced
from trialogue.errors import AnswerError
from trialogue.records import ToolCall
from trialogue.tools.calling import LONGEST_RESULT

_SHOWN = 1500
_REMEMBERED = 4
_NOTHING = {"en": "nothing yet", "zh": "还没有"}


async def work_with_tools(
    scene: Scene,
    asked: str,
    rules: str,
    toolbox: Toolbox,
    place: Sequence[Step],
    steps: int,
) -> tuple[ToolCall, ...]:
    """The calls that the model wants to make before it answers, at most `steps`, with results.

    It sees the result of each, and of the last ones in earlier turns, before it decides on the
    next. It ends when the model wants none,
    gives no usable decision, or would make a call once more that it has made.
    """
    made: list[ToolCall] = []
    earlier = [call for turn in scene.turns for call in turn.tool_calls if call.name in toolbox]
    while toolbox and len(made) < steps:
        call = await _next_call(scene, asked, rules, toolbox, (earlier[-_REMEMBERED:], made), place)
        if call is None:
            break
        made.append(call)
    return tuple(made)


def listed(calls: Sequence[ToolCall], longest: int = LONGEST_RESULT) -> str:
    """Calls with their results, a line each, as a prompt shows them."""
    return "\n".join(
        f"{call.name}({_arguments(call)}): {fenced(call.result)[:longest]}" for call in calls
    )


def failed(call: ToolCall) -> bool:
    """Whether a call came to nothing."""
    return call.result.startswith("error:")


async def _next_call(
    scene: Scene,
    asked: str,
    rules: str,
    toolbox: Toolbox,
    calls: tuple[Sequence[ToolCall], Sequence[ToolCall]],
    place: Sequence[Step],
) -> ToolCall | None:
    """The next call that the model wants, made; `calls` are those before this turn and in it."""
    earlier, made = calls
    path = ("tools", *place, *((len(made),) if made else ()))
    try:
        decision = await scene.writer.choice(
            "assistant",
            "tools",
            {
                "who": fenced(scene.speaks.description),
                "tools": toolbox.described,
                "rules": fenced(rules),
                "done": listed((*earlier, *made), _SHOWN) or _NOTHING[scene.language],
                "asked": fenced(asked),
            },
            toolbox.schema,
            path=path,
            max_tokens=200,
        )
    except AnswerError:
        return None
    wanted = decision.model_dump(mode="json")["call"]
    if any((call.name, call.arguments) == (wanted["tool"], wanted["arguments"]) for call in made):
        return None
    return await toolbox.carry_out(decision, scene.writer, path)


def _arguments(call: ToolCall) -> str:
    return ", ".join(f"{name}={fenced(str(value))}" for name, value in call.arguments.items())
