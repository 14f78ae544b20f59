"""What a model proposes to note of a thing: named, typed and bounded by a program."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from trialogue.agents.tool_answers import Columns, ProposedColumn
from trialogue.agents.tool_checks import different, foreign, label_of, one_line
from trialogue.agents.tool_entities import is_person
from trialogue.records import Language
from trialogue.tools.database_names import snake
from trialogue.tools.database_outline import Attribute, Entity, Kind
from trialogue.tools.database_phrases import phrase

_MOST_COLUMNS = 5
_LARGEST = 1_000_000
# Ranges that go without saying.
_USUAL = {"year": (1950, 2025), "age": (18, 90)}
# Kinds that a small model takes for one another, and words of a name that tell which it is.
_CONFUSED = {"person", "title", "number", "code"}
_TELLING: dict[Kind, set[str]] = {
    "code": {"isbn", "code", "plate", "barcode", "vin", "serial", "passport", "license", "licence"},
    "title": {"address", "street", "city", "place", "location", "publisher", "company", "brand"},
    "person": {"author", "artist", "doctor", "teacher", "owner", "driver", "director"},
    "email": {"email", "mail"},
    "phone": {"phone", "telephone", "mobile"},
}


def accept_columns(
    answer: Columns, entity: Entity, entities: Sequence[Entity], language: Language
) -> tuple[Attribute, ...]:
    """Two to five attributes, for people also a name; what is of another entity is left out.

    Raises ValueError when too little is left.
    """
    found: dict[str, Attribute] = {}
    for proposed in answer.columns:
        attribute = _attribute(proposed, entity, language)
        labels = {each.label for each in found.values()}
        if attribute is None or attribute.label in labels:
            continue
        if not _elsewhere(attribute.name, entity, entities):
            found.setdefault(attribute.name, attribute)
    kept = list(found.values())
    if is_person(entity.name) and not any(each.kind == "person" for each in kept):
        label = phrase(language)("name_of_person")
        kept = [each for each in kept if each.name != "name" and each.label != label]
        kept.insert(0, Attribute(name="name", label=label, kind="person"))
    if len(kept) < 2:
        raise ValueError("fewer than two usable columns")
    return tuple(kept[:_MOST_COLUMNS])


def _elsewhere(name: str, entity: Entity, entities: Sequence[Entity]) -> bool:
    """Whether a column is another entity, its key, or noted there: book, book_id, book_title."""
    return name == entity.name or any(
        name == other.name or name.startswith(f"{other.name}_")
        for other in entities
        if other.name != entity.name
    )


def _attribute(proposed: ProposedColumn, entity: Entity, language: Language) -> Attribute | None:
    """The column as far as it can be used, None if it cannot."""
    name = snake(proposed.name)
    label = label_of(proposed.label, name, language)
    if len(name) < 2 or not label or name.endswith("_id"):
        return None
    kind = _kind(proposed, name, entity)
    made = Attribute(name=name, label=label, kind=kind)
    if kind == "choice":
        values = different(v for v in map(one_line, proposed.details) if not foreign(v, language))
        return made.model_copy(update={"values": values}) if len(values) > 1 else None
    if kind in ("number", "amount"):
        measure = _measure(proposed.details, set(name.split("_")))
        if measure is None or foreign(measure["unit"], language):
            return None
        return made.model_copy(update=measure)
    return made


def _kind(proposed: ProposedColumn, name: str, entity: Entity) -> Kind:
    """The kind, mended where the name says that it is another."""
    words = set(name.split("_"))
    if proposed.kind == "title" and name in ("name", "full_name") and is_person(entity.name):
        return "person"
    for kind, telling in _TELLING.items():
        if words & telling and proposed.kind in _CONFUSED:
            return kind
    return proposed.kind


def _measure(details: list[str], words: set[str]) -> dict[str, Any] | None:
    """Lowest, highest and unit, in whichever order they come; None where no range is said."""
    numbers = [int(n.replace(",", "")) for d in details for n in re.findall(r"\d[\d,]{0,8}", d)]
    units = [one_line(re.sub(r"[\d.,-]", " ", detail)) for detail in details]
    usual = next((_USUAL[word] for word in sorted(words) if word in _USUAL), None)
    low, high = (min(numbers), max(numbers)) if len(numbers) > 1 else (usual or (0, 0))
    if low >= high:
        return None
    return {
        "low": Decimal(min(low, _LARGEST)),
        "high": Decimal(min(max(high, low + 4), 2 * _LARGEST)),
        "unit": next(filter(None, units), ""),
    }
