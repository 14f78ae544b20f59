"""Names that a database and function schemas can carry: snake_case, not reserved, one meaning."""

import re
from collections.abc import Sequence
from functools import cache

from trialogue.tools.database_outline import Attribute, Entity

LONGEST = 40
# Columns with these names would read like their types.
_TYPES = {"date", "time", "text", "integer", "decimal", "boolean", "number", "type", "id", "key"}
# What the code around a tool calls its own arguments, and the bind that is always there.
_AROUND = {"self", "config", "run_manager", "today", "none"}
# Bounds of a search and the row limit; a column named so would collide with a parameter.
_TAKEN = re.compile(r"_(?:from|until|min|max)$")


def snake(text: str) -> str:
    """`text` as a snake_case name of at most 40 characters; "" if it has no Latin letter."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    name = "_".join(re.findall(r"[a-z0-9]+", spaced.lower()))
    return re.sub(r"^[0-9_]+", "", name)[:LONGEST].strip("_")


def singular(name: str) -> str:
    """An English snake_case noun without a plural's ending, as far as endings tell."""
    if re.search(r"[^aeiou]ies$", name):
        return f"{name[:-3]}y"
    if re.search(r"(?:ch|sh|x|ss)es$", name):
        return name[:-2]
    return name[:-1] if re.search(r"[^sui]s$", name) else name


def plural(name: str) -> str:
    """The name of the table for an entity's name; never a reserved word."""
    if re.search(r"[^aeiou]y$", name):
        many = f"{name[:-1]}ies"
    else:
        many = f"{name}es" if re.search(r"(?:s|x|ch|sh)$", name) else f"{name}s"
    return f"{many}_kept" if reserved(many) else many


def reserved(name: str) -> bool:
    """Whether SQL or one of its servers keeps the word for itself, or it says nothing."""
    return name in _reserved() | _TYPES | _AROUND or bool(_TAKEN.search(name))


@cache
def _reserved() -> frozenset[str]:
    from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MYSQL as MYSQL
    from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS as POSTGRESQL
    from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer as Sqlite

    return frozenset(POSTGRESQL) | frozenset(MYSQL) | frozenset(Sqlite.reserved_words)


def prefixes(names: Sequence[str]) -> dict[str, str]:
    """For each name the letters that its rows' keys begin with, all different."""
    found: dict[str, str] = {}
    for name in names:
        letters = name.replace("_", "").upper()
        tries = [letters[:1], *(letters[0] + letter for letter in letters[1:])]
        tries += [f"{letters[0]}X{'X' * extra}" for extra in range(len(names))]
        found[name] = next(one for one in tries if one not in found.values())
    return found


def unified(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """The entities with every attribute's name meaning one thing everywhere.

    A name that is reserved, is that of a key, or means something else for an earlier entity gets
    its entity's name in front.
    """
    meanings: dict[str, Attribute] = {}
    taken = {entity.key for entity in entities}
    done = []
    for entity in entities:
        own: dict[str, Attribute] = {}
        for attribute in entity.attributes:
            name = _distinct(attribute, entity, meanings, taken | set(own))
            own[name] = attribute.model_copy(update={"name": name})
        meanings |= own
        done.append(entity.model_copy(update={"attributes": tuple(own.values())}))
    return tuple(done)


def _distinct(
    attribute: Attribute, entity: Entity, meanings: dict[str, Attribute], taken: set[str]
) -> str:
    tries = [attribute.name, f"{entity.name}_{attribute.name}"]
    tries += [f"{entity.name}_{attribute.name}_{number}" for number in range(2, 99)]
    return next(
        name
        for name in tries
        if not reserved(name)
        and name not in taken
        and (name not in meanings or _same(meanings[name], attribute))
    )


def _same(one: Attribute, other: Attribute) -> bool:
    """Whether two attributes of a name may share it: also the values of titles may differ."""
    keep = {"name": "", "label": "", "values": () if one.kind == "title" else one.values}
    return one.model_copy(update=keep) == other.model_copy(
        update={**keep, "values": () if other.kind == "title" else other.values}
    )
