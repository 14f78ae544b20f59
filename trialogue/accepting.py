"""Which finished dialogues are accepted: by name ("valid") or by a function of one's own."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from trialogue.agents.caller import Meter
from trialogue.errors import TrialogueError, UsageError
from trialogue.evaluation.tool_use import rubric_of
from trialogue.evaluation.validator import validated
from trialogue.graphs.context import Context
from trialogue.records import Dialogue, Passage, Toolset
from trialogue.tools.plugins import one_line, unknown_name
from trialogue.tools.shelf import Shelf

REFUSED = "refused"
Accept = Callable[[Dialogue], str | bool | None]
"""None or True accepts; a text says why not. The dialogue carries its validation."""


def valid(dialogue: Dialogue) -> str | None:
    """Why the validator rejects a dialogue; None if it does not."""
    if dialogue.validation is None:
        return "it was not validated"
    if dialogue.validation.valid:
        return None
    failed = [one for one in dialogue.validation.verdicts if not one.passed]
    return "; ".join(f"{one.line}: {one.why}" for one in failed if one.weight == "critical")


NAMED: dict[str, Accept] = {"valid": valid}


def accept_named(name: str) -> Accept:
    """The predicate of a name. Raises UsageError that offers the nearest."""
    if name not in NAMED:
        raise unknown_name("predicate", name, NAMED)
    return NAMED[name]


@dataclass(frozen=True)
class Acceptance:
    """Validates what a run makes and says whether it is accepted.

    With a `toolset` the rubrics of its tasks are part of the validation. `judge_rejects` lets
    critical lines reject that only a judge model decided.
    """

    accept: Accept
    toolset: Toolset | None = None
    judge_rejects: bool = False

    async def decided(self, dialogue: Dialogue, context: Context) -> Dialogue:
        """The dialogue with its validation; with `error` and stop reason "refused" if refused.

        The judge's calls are on the dialogue's bill. A dialogue accepted once stays so when the
        run is taken up again, whatever a predicate would say another day.
        """
        meter = Meter()
        checked = await validated(
            dialogue,
            replace(context.dialogue_writer(), meter=meter),
            rubric_of(dialogue, self.toolset) if self.toolset else (),
            knowledge=knowledge_of(dialogue, context.shelf),
            toolset=self.toolset,
            judge_rejects=self.judge_rejects,
        )
        checked = checked.model_copy(update={"usage": checked.usage + meter.usage})
        place = ("accepted", context.number, context.attempt)
        if context.remembered(*place):
            return checked
        why = self._why_not(checked)
        if why is None:
            context.remember(True, *place)
            return checked
        name = f"{checked.id}-attempt{context.attempt}"
        return checked.model_copy(update={"id": name, "stop_reason": REFUSED, "error": why})

    def _why_not(self, dialogue: Dialogue) -> str | None:
        name = getattr(self.accept, "__name__", "predicate")
        try:
            answer = self.accept(dialogue)
        except TrialogueError:
            raise
        except Exception as error:
            told = one_line(error)
            raise UsageError(f"the predicate {name} failed on {dialogue.id}: {told}") from error
        if answer is None or answer is True:
            return None
        return answer if isinstance(answer, str) and answer else f"refused by {name}"


def knowledge_of(dialogue: Dialogue, shelf: Shelf) -> dict[str, str]:
    """The texts behind the addresses that a dialogue's turns rest on, as far as they are there."""
    sources = dict.fromkeys(source for turn in dialogue.turns for source in turn.sources)
    texts = {source: _passages(source, shelf) for source in sources}
    return {source: text for source, text in texts.items() if text}


def _passages(source: str, shelf: Shelf) -> str:
    there = shelf.beside(Passage(id="", text="", source=source))
    return "\n".join(f"{passage.heading}\n{passage.text}" for passage in there)
