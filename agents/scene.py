"""What a turn is made from: who speaks in which dialogue, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trialogue.agents.checks import Check, Side
from trialogue.agents.controls import Manner, styled
from trialogue.agents.goal import Mode, Progress
from trialogue.agents.participants import Member, label, speaking_name
from trialogue.agents.seeds import Step
from trialogue.agents.writer import Draft, Example, Writer, fenced
from trialogue.records import Action, Scenario, Subtask, Turn, UserProfile
from trialogue.records.scenario import Language

# These shape the dialogue as a whole; a single line is not told of them.
_STRUCTURE = ("turns", "smoothness", "focus", "disclosure", "feedback")


@dataclass(frozen=True)
class Scene:
    """A dialogue as it stands, seen by the participant `speaks` who takes the next turn.

    `people` are all who take part; `turns` are those so far, `begun` what is worded already of the
    turn that is made.
    """

    writer: Writer
    scenario: Scenario
    user: UserProfile
    speaks: Member
    people: Sequence[Member] = ()
    trajectory: Sequence[Action] = ()
    turns: Sequence[Turn] = ()
    goal: Sequence[Subtask] = ()
    progress: Progress = field(default_factory=Progress)
    mode: Mode = "task"
    manner: Manner = field(default_factory=Manner)
    begun: Sequence[str] = ()

    @property
    def side(self) -> Side:
        """The side that speaks."""
        return self.speaks.speaker

    @property
    def language(self) -> Language:
        """The language of the dialogue."""
        return self.scenario.language

    @property
    def own_name(self) -> str:
        """The name that the user who speaks never says."""
        identity = (self.speaks.profile or self.user).identity
        return identity.replace("，", ",").partition(",")[0]

    @property
    def asked(self) -> str:
        """The latest words of a user."""
        return next((t.text for t in reversed(self.turns) if t.speaker == "user"), "")

    @property
    def place(self) -> int:
        """The index of the turn that is made."""
        return len(self.turns)

    def said_by(self, side: Side) -> list[str]:
        """What one side has said."""
        return [turn.text for turn in self.turns if turn.speaker == side]

    async def line(
        self,
        prompt: str,
        values: Mapping[str, str],
        *,
        path: Sequence[Step],
        checks: Sequence[Check],
        examples: Sequence[Example] = (),
        style: bool = False,
        **how: Any,
    ) -> Draft:
        """A line of the speaker, as `Writer.line`; `who` is filled in.

        With `style` the prompt also says which manner is wanted, and the line is said again in
        it if need be.
        """
        filled = {"who": fenced(self.speaks.description), **values}
        if not style:
            return await self.writer.line(
                self.side, prompt, filled, path=path, checks=checks, examples=examples, **how
            )
        filled["manner"] = self._told()
        wanted = (*checks, *self.manner.checks(self.side))
        draft = await self.writer.line(
            self.side, prompt, filled, path=path, checks=wanted, examples=examples, **how
        )
        return await self.styled(draft, checks, (*path, "style"))

    async def styled(self, draft: Draft, checks: Sequence[Check], path: Sequence[Step]) -> Draft:
        """A finished line in the manner asked for; the draft itself where none is."""
        said = (*self.said_by(self.side), *self.begun)
        return await styled(self.writer, self.manner, self.side, draft, checks, path, said)

    def _told(self) -> str:
        names = tuple(name for name in self.manner.values if name not in _STRUCTURE)
        told = self.manner.told(self.side, names)
        return f"\n{told}" if told else ""

    def transcript(self) -> str:
        """All turns but the last, with who said them."""
        return " ".join(f"{label(self.scenario, t)}: {t.text}" for t in self.turns[:-1])

    def turn(self, text: str, **more: Any) -> Turn:
        """The speaker's turn."""
        return self.named(Turn(speaker=self.side, text=text, **more))

    def named(self, turn: Turn) -> Turn:
        """A turn of the speaker with their name, where there are more than two."""
        name = speaking_name(self.people, self.speaks)
        return turn.model_copy(update={"name": name})
