"""The assistant agent G (eq. 4): finds the rule or uses its tools, and answers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from trialogue.agents.assistant_lines import answer
from trialogue.agents.assistant_replies import grounded
from trialogue.agents.consulting import Finding, Library, narrow_to_question, reduce_to_case
from trialogue.agents.scene import Scene
from trialogue.agents.seeds import Step
from trialogue.agents.tool_loop import listed, work_with_tools
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import Draft
from trialogue.records import ToolCall, Turn
from trialogue.tools.documents import quoted


class Asked(NamedTuple):
    """One thing to answer: the case in the user's words, where the rules on it may be found,
    whether it takes tools to settle it, whether it is a further question about a case, and what
    was answered on that before."""

    text: str
    library: Library
    task: bool = False
    further: bool = False
    before: tuple[str, ...] = ()


class _Piece(NamedTuple):
    draft: Draft
    calls: tuple[ToolCall, ...]
    sources: tuple[str, ...]


async def assistant_turn(
    scene: Scene, asked: Sequence[Asked], toolbox: Toolbox, *, consult: bool, steps: int = 4
) -> Turn:
    """The answer to what was asked last, each thing in turn.

    With `consult` the rules are first reduced to what decides the case, as small models need
    it; without, the model gets the passages whole with the dialogue so far and the user's record
    (eq. 4), and may make up to `steps` tool calls. Raises DialogueFailed if no draft can be used.
    """
    pieces: list[_Piece] = []
    for number, one in enumerate(asked):
        place = (scene.place, number) if number else (scene.place,)
        said = [piece.draft.text for piece in pieces]
        now = replace(scene, begun=said)
        pieces.append(await _piece(now, one, toolbox, place, said, consult, steps))
    gap = "" if scene.language == "zh" else " "
    return scene.turn(
        gap.join(piece.draft.text for piece in pieces),
        tool_calls=tuple(call for piece in pieces for call in piece.calls),
        sources=tuple(dict.fromkeys(s for piece in pieces for s in piece.sources)),
        rewrites=sum(piece.draft.rewrites for piece in pieces),
    )


async def _piece(
    scene: Scene,
    asked: Asked,
    toolbox: Toolbox,
    place: tuple[Step, ...],
    said: Sequence[str],
    consult: bool,
    steps: int,
) -> _Piece:
    rules = tuple(quoted(passage) for passage in asked.library.passages)
    if asked.task:
        shown = "" if consult else " ".join(rules)
        calls = await work_with_tools(scene, asked.text, shown, toolbox, place, steps)
        if calls:
            return _Piece(await grounded(scene, asked.text, calls, place), calls, ())
    if consult:
        consulted = narrow_to_question if asked.further else reduce_to_case
        finding = await consulted(scene.writer, asked.text, asked.library, toolbox, place)
    elif asked.task:
        finding = Finding(rules)
    else:
        calls = await work_with_tools(scene, asked.text, " ".join(rules), toolbox, place, steps)
        finding = Finding(rules, None, listed(calls), calls)
    whole = not consult
    draft = await answer(
        scene, asked.text, finding, place, said, whole_dialogue=whole, before=asked.before
    )
    passages = asked.library.passages[: 1 if consult else None]
    return _Piece(draft, finding.calls, tuple(passage.source for passage in passages))
