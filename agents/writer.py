"""Draws drafts from a model until one passes its checks, and counts how often that was needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from trialogue.agents.caller import Caller, Meter, Sampling
from trialogue.agents.checks import Check, Fault, inspect
from trialogue.agents.prompt import load_prompt
from trialogue.agents.seeds import Step, seed_for
from trialogue.errors import DialogueFailed
from trialogue.memory.spans import span
from trialogue.records import Language

T = TypeVar("T", bound=BaseModel)
Example = Mapping[str, str]

_WARMER = 0.15
_TAG = str.maketrans({"<": "‹", ">": "›"})


@dataclass(frozen=True)
class Draft:
    """A line that may be used: its text, how many drafts were rejected, what is still amiss."""

    text: str
    rewrites: int = 0
    faults: tuple[str, ...] = ()


@dataclass
class Tally:
    """How many lines were written, rewritten, and kept with a fault left; by prompt name."""

    lines: dict[str, int] = field(default_factory=dict)
    rewritten: dict[str, int] = field(default_factory=dict)
    faulty: dict[str, int] = field(default_factory=dict)

    def count(self, prompt: str, draft: Draft) -> None:
        """Add one finished line."""
        for table, hit in ((self.lines, 1), (self.rewritten, draft.rewrites > 0)):
            table[prompt] = table.get(prompt, 0) + int(hit)
        self.faulty[prompt] = self.faulty.get(prompt, 0) + bool(draft.faults)


@dataclass(frozen=True)
class Writer:
    """One dialogue's way to its models: its seed, its meter, and how many drafts a line may take.

    Text from outside that goes into a prompt is passed through `fenced` first.
    """

    caller: Caller
    language: Language
    seed: int
    drafts: int = 2
    meter: Meter = field(default_factory=Meter)
    tally: Tally = field(default_factory=Tally)

    async def line(
        self,
        role: str,
        prompt: str,
        values: Mapping[str, str],
        *,
        path: Sequence[Step],
        checks: Sequence[Check],
        examples: Sequence[Example] = (),
        temperature: float = 0.7,
        max_tokens: int = 120,
        drafts: int | None = None,
    ) -> Draft:
        """One line of prose that passes the checks, else the one with the mildest faults.

        Fatal faults are drafted away as long as drafts last, others once.

        Raises DialogueFailed if every draft has a fatal fault.
        """
        messages = load_prompt(prompt, self.language).fill(values, tuple(examples))
        with span("CHAIN", prompt) as seen:
            best: tuple[list[Fault], str] | None = None
            for attempt in range(min(drafts or self.drafts, self.drafts)):
                answer = await self.caller.text(
                    role,
                    messages,
                    seed=seed_for(self.seed, *path, attempt),
                    attempt=attempt,
                    sampling=Sampling(
                        min(1.0, round(temperature + _WARMER * attempt, 2)),
                        max_tokens=max_tokens,
                        stop=("\n",),
                    ),
                    meter=self.meter,
                )
                text = tidy(answer.text)
                faults = inspect(text, checks)
                if best is None or _weight(faults) < _weight(best[0]):
                    best = (faults, text)
                if not faults or (attempt and not _fatal(best[0])):
                    break
            assert best is not None
            faults, text = best
            if _fatal(faults):
                raise DialogueFailed(f"{role} ({prompt}): {faults[0].what}: {text[:80]!r}")
            draft = Draft(text, rewrites=attempt, faults=tuple(fault.what for fault in faults))
            seen.note(rewrites=draft.rewrites, faults=draft.faults)
        self.tally.count(prompt, draft)
        return draft

    async def choice(
        self,
        role: str,
        prompt: str,
        values: Mapping[str, str],
        schema: type[T],
        *,
        path: Sequence[Step],
        max_tokens: int = 120,
    ) -> T:
        """A structured answer, drawn as surely as the model can."""
        with span("CHAIN", prompt):
            return await self.caller.data(
                role,
                load_prompt(prompt, self.language).fill(values),
                schema,
                seed=seed_for(self.seed, *path),
                sampling=Sampling(0.0, max_tokens=max_tokens),
                meter=self.meter,
            )


def fenced(text: str) -> str:
    """Text from outside as material: on one line, unable to close or open a tag."""
    return " ".join(text.translate(_TAG).split())


def tidy(text: str) -> str:
    """The first line of what was drafted, without surrounding space or quotes."""
    text = " ".join((text.strip().splitlines() or [""])[0].split())
    if len(text) > 1 and text[0] in '"“' and text[-1] in '"”' and text.count('"') <= 2:
        text = text[1:-1].strip()
    return text


def _fatal(faults: Sequence[Fault]) -> bool:
    return any(fault.fatal for fault in faults)


def _weight(faults: Sequence[Fault]) -> tuple[int, int]:
    return sum(fault.fatal for fault in faults), len(faults)
