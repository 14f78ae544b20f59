"""The things that a model proposes for a database: named, linked, and sorted by a program."""

import re

from trialogue.agents.tool_answers import Entities, ProposedEntity
from trialogue.agents.tool_checks import different, label_of
from trialogue.records import Language
from trialogue.tools.database_names import singular, snake
from trialogue.tools.database_outline import Entity

_USERS = re.compile(
    r"(?:^|_)(?:member|customer|client|guest|user|person|reader|student|patient|borrower|owner|"
    r"renter|rider|visitor|passenger|tenant|buyer|subscriber|participant)$"
)
_STAFF = re.compile(
    r"(?:^|_)(?:doctor|driver|teacher|employee|librarian|nurse|dentist|mechanic|therapist|trainer|"
    r"staff|clerk|instructor)$"
)
# What is noted of things is no thing.
_NOTED = {"hour", "day", "week", "month", "year", "date", "time", "price", "cost", "fee", "amount",
          "status", "name", "title", "phone", "email", "address", "quantity"}  # fmt: skip
_Links = dict[str, tuple[str, ...]]


def is_person(name: str) -> bool:
    """Whether an entity of this name is somebody."""
    return bool(_USERS.search(name) or _STAFF.search(name))


def accept_entities(answer: Entities, language: Language) -> tuple[Entity, ...]:
    """Two to four entities, those that others belong to first, each linked to another.

    Raises ValueError when no two are left of which one belongs to the other.
    """
    labels: dict[str, str] = {}
    links: _Links = {}
    for proposed in answer.entities:
        name, label = _called(proposed.name), label_of(proposed.label, proposed.name, language)
        if len(name) > 1 and name not in _NOTED and label and label not in labels.values():
            labels.setdefault(name, name.replace("_", " ") if language == "en" else label)
            links.setdefault(name, different(map(_called, proposed.belongs_to)))
    known = {
        name: tuple(parent for parent in parents if parent in links and parent != name)
        for name, parents in links.items()
    }
    linked = _sorted(_joined(_people_first(known)))
    if not any(linked.values()):
        raise ValueError("no two different things of which one belongs to the other")
    return tuple(
        Entity(name=name, label=labels[name], belongs_to=parents)
        for name, parents in linked.items()
    )


def shown_entities(entities: tuple[Entity, ...]) -> Entities:
    """The entities as a model would have proposed them."""
    return Entities(
        entities=[
            ProposedEntity(name=e.name, label=e.label, belongs_to=list(e.belongs_to))
            for e in entities
        ]
    )


def _called(name: str) -> str:
    return singular(snake(name)).removesuffix("_id")


def _people_first(links: _Links) -> _Links:
    """People belong to people only: what they take or book points to them instead."""
    turned = dict(links)
    for name, parents in links.items():
        if is_person(name):
            turned[name] = tuple(parent for parent in parents if is_person(parent))
            for parent in parents:
                # What itself points to something is what happens: it points to the person too.
                if not is_person(parent) and links[parent]:
                    turned[parent] = different((*turned[parent], name))
    return turned


def _joined(links: _Links) -> _Links:
    """Nothing stands alone: a user, or one of the staff, is linked to what happens without
    such a person, the rest go."""
    pointed = {parent for parents in links.values() for parent in parents}
    alone = [name for name, parents in links.items() if not parents and name not in pointed]
    joined = {name: parents for name, parents in links.items() if name not in alone}
    for person in filter(is_person, alone):
        sort = _USERS if _USERS.search(person) else _STAFF
        for event in [name for name, parents in joined.items() if parents]:
            if not any(sort.search(one) for one in (event, *_above(event, joined))):
                joined[person] = ()
                joined[event] = (*joined[event], person)
                break
    return joined


def _sorted(links: _Links) -> _Links:
    """Parents first; what closes a circle, or follows from another link, is left out."""
    done: _Links = {}
    left = dict(links)
    while left:
        name = next(
            (name for name, parents in left.items() if set(parents) <= set(done)),
            min(left, key=lambda name: len(set(left[name]) - set(done))),
        )
        held = [parent for parent in left.pop(name) if parent in done]
        done[name] = tuple(p for p in held if not any(p in _above(q, done) for q in held))
    return done


def _above(name: str, links: _Links) -> set[str]:
    """All that an entity belongs to, directly or not."""
    found: set[str] = set()
    ahead = list(links[name])
    while ahead:
        parent = ahead.pop()
        if parent not in found:
            found.add(parent)
            ahead += links[parent]
    return found
