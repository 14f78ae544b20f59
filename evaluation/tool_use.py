"""Which tools do the same, so that a solution by another way is accepted (METHOD §3)."""

from functools import lru_cache
from typing import NamedTuple

from trialogue.records import Dialogue, RubricLine, Toolset

_VERBS = {
    "read": "get search list find look lookup check fetch read view show query",
    "create": "create add make book insert open register place",
    "update": "update change set modify edit move reschedule",
    "delete": "delete remove cancel drop close",
}
_DEEDS = {verb: deed for deed, verbs in _VERBS.items() for verb in verbs.split()}


class Effect(NamedTuple):
    """What a tool does (read, create, update, delete), and to which things."""

    deed: str
    things: frozenset[str]

    def covers(self, other: "Effect") -> bool:
        """Whether this does what the other does: reads at least as much, or writes the same."""
        if self.deed != other.deed or not self.things or not other.things:
            return False
        return other.things <= self.things if self.deed == "read" else self.things == other.things


def does_the_same(tool: str, other: str, toolset: Toolset | None = None) -> bool:
    """Whether calling `other` serves where `tool` was meant.

    By the tables and the kind of statement where both have SQL, else by their names: a verb of
    the same kind and the same noun ("get_order", "search_orders").
    """
    if tool == other:
        return True
    sql = {spec.name: spec.sql for spec in toolset.tools} if toolset else {}
    queries = sql.get(tool), sql.get(other)
    if queries[0] and queries[1]:
        return effect_of_sql(queries[1]).covers(effect_of_sql(queries[0]))
    return effect_of_name(other).covers(effect_of_name(tool))


@lru_cache(maxsize=1024)
def effect_of_sql(sql: str) -> Effect:
    """What a statement does to which tables; nothing known where it cannot be read."""
    import sqlglot
    from sqlglot import exp

    try:
        statement = sqlglot.parse_one(sql)
    except sqlglot.errors.SqlglotError:
        return Effect("", frozenset())
    kinds: dict[type[exp.Expression], str] = {
        exp.Insert: "create",
        exp.Update: "update",
        exp.Delete: "delete",
    }
    deed = next((name for kind, name in kinds.items() if isinstance(statement, kind)), "read")
    written = statement.find(exp.Table)
    if deed != "read":
        return Effect(deed, frozenset({written.name.lower()} if written else ()))
    return Effect(deed, frozenset(table.name.lower() for table in statement.find_all(exp.Table)))


def effect_of_name(name: str) -> Effect:
    """What a tool does by its snake_case name; nothing known where the verb is not."""
    verb, _, noun = name.lower().partition("_")
    noun = noun.partition("_by_")[0]
    things = frozenset({noun.removesuffix("s")} if noun else ())
    return Effect(_DEEDS.get(verb, ""), things if verb in _DEEDS else frozenset())


def rubric_of(dialogue: Dialogue, toolset: Toolset) -> tuple[RubricLine, ...]:
    """The rubric lines of the tool set's tasks that the dialogue's goal is made of."""
    tasks = {task.id: task for task in toolset.tasks}
    wanted = (tasks.get(part.source) for part in dialogue.goal if part.kind == "task")
    return tuple(line for task in wanted if task for line in task.rubric)
