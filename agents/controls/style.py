"""Says a finished line again in the manner asked for, and keeps the draft that is nearest to it."""

from collections.abc import Sequence

from trialogue.agents.checks import Check, Side, inspect
from trialogue.agents.controls.manner import NEAR, Manner
from trialogue.agents.controls.same import same_content
from trialogue.agents.controls.shown import examples, to_keep, wanted
from trialogue.agents.controls.swaps import moved
from trialogue.agents.seeds import Step, rng
from trialogue.agents.writer import Draft, Writer, fenced
from trialogue.errors import DialogueFailed

_ENOUGH = NEAR / 2
_DRAFTS = 2


async def styled(
    writer: Writer,
    manner: Manner,
    side: Side,
    draft: Draft,
    checks: Sequence[Check] = (),
    path: Sequence[Step] = (),
    said: Sequence[str] = (),
) -> Draft:
    """The line of `draft` in the manner asked for, or `draft` itself.

    With no property of lines set for this side, or with a line that has them already, nothing
    happens. Else up to two drafts, and no more than `writer.drafts`, are drawn from the model, and
    code moves the line by words that mean the same; a local model is asked only if that is not
    enough, as it loses much. A version counts if it passes the fatal ones of `checks` and says the
    same with the same figures. Of all versions the one nearest to the manner is taken. `path` is
    the line's place in its dialogue, `said` are the lines before it, whose filler is not used
    again.
    """

    def gap(text: str) -> float:
        return manner.distance(side, text)

    def by_code(text: str) -> str:
        return _moved(writer, manner, side, text, allowed, path, said)

    allowed = (*same_content(draft.text, manner.language, side), *checks)
    local = writer.caller.models[side].name.startswith("local")
    line, tries = draft.text, 0
    best = by_code(line) if local else line
    while gap(best) > _ENOUGH and tries < min(_DRAFTS, writer.drafts):
        again = await _again(writer, manner, side, draft.text, allowed, (*path, "style", tries))
        tries += 1
        if again is not None:
            line, best = min(line, again, key=gap), min(best, again, key=gap)
    best = min(best, by_code(line), key=gap)
    return Draft(best, draft.rewrites + max(0, tries - 1), draft.faults)


def _moved(
    writer: Writer,
    manner: Manner,
    side: Side,
    line: str,
    allowed: Sequence[Check],
    path: Sequence[Step],
    said: Sequence[str],
) -> str:
    """The line moved by code, one property after the other, never away from the manner."""
    best = line
    for control, value in manner.lined(side):
        random = rng(writer.seed, *path, "moved", control.name)
        steps = moved(best, control, value, side, manner.language, random, said)
        held = [text for text in steps if not any(f.fatal for f in inspect(text, allowed))]
        best = min([best, *held], key=lambda text: manner.distance(side, text))
    return best


async def _again(
    writer: Writer,
    manner: Manner,
    side: Side,
    line: str,
    allowed: Sequence[Check],
    path: Sequence[Step],
) -> str | None:
    try:
        said = await writer.line(
            side,
            "style",
            {
                "definitions": fenced(manner.told(side, manner.names(side))),
                "manner": wanted(manner, side),
                "keep": fenced(to_keep(line)),
                "line": fenced(line),
            },
            examples=examples(manner, side),
            path=path,
            checks=allowed,
            temperature=0.5,
            max_tokens=200,
            drafts=1,
        )
    except DialogueFailed:
        return None
    return said.text
