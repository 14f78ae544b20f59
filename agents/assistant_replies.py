"""What the assistant says besides answers from rules: results, questions back, confirmations."""

import re
from collections.abc import Sequence

from trialogue.agents.assistant_lines import spoken
from trialogue.agents.checks import (
    Check,
    Fault,
    asks_nothing,
    keeps_words,
    no_longer_than,
    not_repeating,
    only_figures,
    without_figures,
)
from trialogue.agents.figures import figures
from trialogue.agents.phrases import phrase
from trialogue.agents.scene import Scene
from trialogue.agents.seeds import Step
from trialogue.agents.tool_loop import failed, listed
from trialogue.agents.writer import Draft, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import ToolCall

_WHICH = re.compile(r"\b(how|what|which|when)\b|多少|几|多久|多长|多远|多大|什么|哪")
_ADMITS = re.compile(
    r"\b(not|no|none|nothing|unable|fail\w*|error|sorry|invalid|unknown|wrong|only)\b|n't\b"
    "|没|无|不|失败|出错|错误|抱歉"
)


async def grounded(
    scene: Scene, asked: str, calls: Sequence[ToolCall], place: tuple[Step, ...]
) -> Draft:
    """The answer that the results of tool calls give; a call that failed is owned up to.

    Where the model finds no such words, the last result is told as it is.
    """
    said = " ".join([asked, *(turn.text for turn in scene.turns)])
    known = figures(" ".join([said, *(f"{call.arguments} {call.result}" for call in calls)]))
    try:
        return await scene.line(
            "grounded",
            {"asked": fenced(asked), "done": listed(calls)},
            path=("grounded", *place),
            style=True,
            checks=(
                *spoken(scene),
                only_figures(known, set()),
                *((_owns_up,) if failed(calls[-1]) else ()),
                asks_nothing,
                no_longer_than(500),
            ),
            temperature=0.3,
            max_tokens=200,
        )
    except DialogueFailed:
        kind = "tool_failed" if failed(calls[-1]) else "tool_result"
        result = calls[-1].result.removeprefix("error:").strip()
        return Draft(phrase(scene, kind, result=" ".join(result.split())[:300]), rewrites=1)


async def question_back(scene: Scene, asked: str, called: str, topic: str) -> Draft:
    """Asks for the one detail that is missing; a set phrase where the model finds no words."""
    try:
        return await scene.line(
            "ask",
            {"topic": fenced(topic), "detail": fenced(called), "asked": fenced(asked)},
            path=("ask", scene.place),
            checks=(
                *spoken(scene),
                without_figures,
                _only_asks,
                _speaks_of(called),
                _asks_how_much,
                not_repeating([asked], 0.4),
                no_longer_than(110, fatal=True),
                not_repeating(scene.said_by("assistant")),
            ),
            temperature=0.4,
            max_tokens=40,
            drafts=3,
        )
    except DialogueFailed:
        return Draft(phrase(scene, "need", detail=called), rewrites=1)


async def affirmed(scene: Scene, heard: str, asked: str) -> Draft:
    """Says whether the user has understood an answer; a set phrase where the model drifts."""
    try:
        return await scene.line(
            "affirm",
            {"answer": fenced(heard), "asked": fenced(asked)},
            path=("affirm", scene.place),
            checks=(
                *spoken(scene),
                only_figures(figures(heard), set()),
                asks_nothing,
                keeps_words(f"{heard} {asked} exactly right correct that", 0.6),
                no_longer_than(160, fatal=True),
            ),
            temperature=0.3,
            max_tokens=60,
            drafts=3,
        )
    except DialogueFailed:
        return Draft(phrase(scene, "affirm"), rewrites=1)


def _only_asks(text: str) -> Fault | None:
    marks = len(re.findall("[?？]", text))
    return None if marks == 1 and text[-1] in "?？" else Fault("is not one question")


def _asks_how_much(text: str) -> Fault | None:
    return None if _WHICH.search(text.lower()) else Fault("does not ask for a detail")


def _speaks_of(called: str) -> Check:
    """The detail is named by one of its longer words at least."""
    stems = {word[:4] for word in re.findall(r"[a-z]{3,}|[\u3400-\u9fff]", called.lower())}

    def check(text: str) -> Fault | None:
        named = not stems or any(stem in text.lower() for stem in stems)
        return None if named else Fault(f"does not ask for {called}")

    return check


def _owns_up(text: str) -> Fault | None:
    return None if _ADMITS.search(text.lower()) else Fault("passes over a tool's error")
