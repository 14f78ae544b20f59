"""Makes up tools for a domain with a model, in one running conversation (U §3).

Questions that users ask, the things a database must hold, what is noted of each, what each tool
is for: every answer stands before the next request, so that what is shared keeps its meaning.
The model proposes; a program mends, refuses and draws again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pydantic import BaseModel

from trialogue.agents.answers import Message
from trialogue.agents.caller import Sampling
from trialogue.agents.prompt import load_prompt
from trialogue.agents.seeds import Step, seed_for
from trialogue.agents.tool_answers import Columns, Entities, Questions, Values, purposes
from trialogue.agents.tool_checks import accept_purposes, accept_questions, accept_values
from trialogue.agents.tool_columns import accept_columns
from trialogue.agents.tool_entities import accept_entities, shown_entities
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError
from trialogue.tools.database_names import unified
from trialogue.tools.database_outline import Attribute, Entity, Outline
from trialogue.tools.database_phrases import phrase

ROLE: Final = "task_writer"
Told = Callable[[str], None]
T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")
_PROMPT = "tool_maker"
_TRIES = 5
_WARMER = 0.2
_AT_ONCE = 10
_MOST_DRAWS = 3


@dataclass
class Conversation:
    """Requests and answers so far; the same worked examples stand before all of them."""

    writer: Writer
    said: list[Message] = field(default_factory=list)

    async def ask(
        self,
        request: str,
        schema: type[T],
        accept: Callable[[T], R],
        *path: Step,
        mended: Callable[[R], BaseModel] | None = None,
        warmth: int = 0,
    ) -> R:
        """What `accept` makes of the first answer that it does not refuse with a ValueError.

        It stands before later requests, as `mended` puts it; `warmth` is how freely the first
        answer is drawn. Raises AnswerError if `accept` refuses all, with its last reason.
        """
        *opening, last = load_prompt(_PROMPT, self.writer.language).fill({"request": request})
        messages = [*opening, *self.said, last]
        reason = ""
        for attempt in range(warmth, warmth + _TRIES):
            try:
                answer = await self._answer(messages, schema, path, attempt)
                accepted = accept(answer)
            except (AnswerError, ValueError) as error:
                reason = str(error)
                continue
            kept = mended(accepted) if mended else answer
            self.said += [last, ("assistant", kept.model_dump_json())]
            return accepted
        raise AnswerError(f"{path[0]}: {_TRIES} answers and none that can be used: {reason}")

    async def _answer(
        self, messages: list[Message], schema: type[T], path: tuple[Step, ...], attempt: int
    ) -> T:
        """One answer; the first is the surest, each further one is drawn more freely."""
        return await self.writer.caller.data(
            ROLE,
            messages,
            schema,
            seed=seed_for(self.writer.seed, *path, attempt),
            attempt=attempt,
            sampling=Sampling(min(1.0, round(_WARMER * attempt, 2)), max_tokens=500),
            meter=self.writer.meter,
        )


async def write_outline(
    writer: Writer, domain: str, rows: int, told: Told = lambda _: None
) -> Outline:
    """An outline for a domain sentence, with titles for `rows` rows; `told` hears of each step.

    Raises AnswerError if the model proposes nothing that can be used.
    """
    maker = _Maker(writer, told)
    made = await maker.planned(domain)
    described = [await maker.described(entity, made) for entity in made.entities]
    titled = [await maker.titled(entity, rows) for entity in described]
    return made.model_copy(update={"entities": tuple(titled)})


class _Maker:
    """The steps of the conversation."""

    def __init__(self, writer: Writer, told: Told) -> None:
        self._talk, self._told, self._language = Conversation(writer), told, writer.language
        self._said = phrase(writer.language)

    async def planned(self, domain: str) -> Outline:
        """Questions, entities and what is noted of each."""
        self._told("questions")
        questions = await self._talk.ask(
            self._said("ask_questions", domain=fenced(domain)),
            Questions,
            lambda answer: accept_questions(answer, self._language),
            "questions",
        )
        self._told("entities")
        entities = await self._talk.ask(
            self._said("ask_entities"),
            Entities,
            lambda answer: accept_entities(answer, self._language),
            "entities",
            mended=shown_entities,
        )
        noted = unified([await self._noted(entity, entities) for entity in entities])
        return Outline(domain=domain, language=self._language, questions=questions, entities=noted)

    async def _noted(self, entity: Entity, entities: tuple[Entity, ...]) -> Entity:
        """The entity with what is noted of it."""
        self._told(f"columns of {entity.name}")
        attributes = await self._talk.ask(
            self._said("ask_columns", name=entity.name, label=entity.label),
            Columns,
            lambda answer: accept_columns(answer, entity, entities, self._language),
            "columns",
            entity.name,
        )
        return entity.model_copy(update={"attributes": attributes})

    async def described(self, entity: Entity, made: Outline) -> Entity:
        """The entity with a purpose for each of its tools."""
        self._told(f"tools of {entity.name}")
        operations = made.operations(entity)
        names = ", ".join(f"{operation}_{entity.name}" for operation in operations)
        said = await self._talk.ask(
            self._said("ask_purposes", names=names),
            purposes(operations),
            lambda answer: accept_purposes(answer, self._language),
            "purposes",
            entity.name,
        )
        return entity.model_copy(update={"purposes": said})

    async def titled(self, entity: Entity, rows: int) -> Entity:
        """The entity with titles for its rows, as far as the model finds different ones."""
        attributes = [
            await self._titles(each, entity, rows) if each.kind == "title" else each
            for each in entity.attributes
        ]
        return entity.model_copy(update={"attributes": tuple(attributes)})

    async def _titles(self, attribute: Attribute, entity: Entity, rows: int) -> Attribute:
        found: dict[str, str] = {}
        aside = Conversation(self._talk.writer, [*self._talk.said])
        for draw in range(max(_MOST_DRAWS, -(-rows // _AT_ONCE) + 1)):
            if len(found) >= rows:
                break
            self._told(f"{attribute.name} of {entity.name}")
            try:
                more = await self._more(aside, attribute, entity, tuple(found.values()), draw)
            except AnswerError:
                if not found:
                    raise
                break
            for value in more:
                found.setdefault(value.casefold(), value)
        return attribute.model_copy(update={"values": tuple(found.values())[:rows]})

    async def _more(
        self,
        aside: Conversation,
        attribute: Attribute,
        entity: Entity,
        known: tuple[str, ...],
        draw: int,
    ) -> tuple[str, ...]:
        """Names in addition to those known; none that the prompt's examples have."""
        examples = load_prompt(_PROMPT, self._language).source
        request = self._said(
            "ask_more" if known else "ask_values",
            label=attribute.label,
            entity=entity.label,
            known=fenced(", ".join(known[-_AT_ONCE:])),
        )
        return await aside.ask(
            request,
            Values,
            lambda answer: accept_values(answer, self._language, examples),
            "values",
            entity.name,
            attribute.name,
            draw,
            warmth=2 * bool(known),
        )
