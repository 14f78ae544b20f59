"""The kinds of tasks for made tools, drawn from real rows, so that each can be solved.

Easy takes one tool, medium two, hard a read before a write or a comparison of what a search
found. Nothing here is left to a model.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from trialogue.agents.seeds import rng
from trialogue.agents.tool_draws import Draws, Named
from trialogue.agents.tool_plans import Goal, Plan, Row, Step, rubric, shown
from trialogue.records import Table
from trialogue.records.toolset import Difficulty
from trialogue.tools.database_names import plural
from trialogue.tools.database_outline import Attribute, Entity, Outline
from trialogue.tools.database_phrases import phrase
from trialogue.tools.database_tools import MOST_FOUND

_DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")
_TRIES = 40
_MOST_LISTED = 5
_MOST_DETAILS = 4


def plans(outline: Outline, tables: tuple[Table, ...], seed: int, number: int) -> Iterator[Plan]:
    """Different plans for task `number` (from 0); difficulties go round: easy, medium, hard."""
    makers = _Makers(Draws(outline, tables, rng(seed, "plan", number)))
    difficulty = _DIFFICULTIES[number % 3]
    seen = set()
    kinds = makers.in_order(difficulty)
    for turn in range(_TRIES):
        plan = kinds[turn % len(kinds)]()
        if plan is not None and plan.goal.wanted not in seen:
            seen.add(plan.goal.wanted)
            yield plan


class _Makers:
    """Makes a plan of each kind; None where the rows drawn do not allow it."""

    def __init__(self, draws: Draws) -> None:
        self._draws, self._language = draws, draws.outline.language
        self._said = phrase(self._language)

    def in_order(self, difficulty: Difficulty) -> Any:
        """The makers of a difficulty, in a drawn order."""
        found = {
            "easy": [self._read, self._find],
            "medium": [self._follow, self._list],
            "hard": [self._change, self._best, self._remove, self._book],
        }[difficulty]
        self._draws.random.shuffle(found)
        return found

    def _read(self) -> Plan:
        """What is noted of a row whose id is known."""
        entity = self._draws.entity()
        row, asked = self._draws.row(entity), self._draws.attribute(entity)
        wanted = self._said("read", label=asked.label, entity=entity.label, key=row[entity.key])
        goal = self._told(wanted, [row[entity.key]], asked, row, entity.label)
        return self._plan("easy", goal, [self._draws.get(entity, row)], [self._says(asked, row)])

    def _find(self) -> Plan | None:
        """What is noted of a row whose name is known."""
        named = self._draws.named(self._draws.entity())
        if named is None:
            return None
        asked = self._draws.attribute(named.entity, apart=named.by.name)
        wanted = self._said(
            "find",
            label=asked.label,
            entity=named.entity.label,
            by=named.by.label,
            name=named.name,
        )
        goal = self._told(wanted, [named.name], asked, named.row)
        return self._plan("easy", goal, [self._sought(named)], [self._says(asked, named.row)])

    def _follow(self) -> Plan:
        """What is noted of the row that another points to."""
        child, parent = self._draws.pair()
        row = self._draws.row(child)
        above, asked = self._draws.above(row, parent), self._draws.attribute(parent)
        wanted = self._said(
            "follow",
            label=asked.label,
            parent=parent.label,
            entity=child.label,
            key=row[child.key],
        )
        steps = [self._draws.get(child, row), self._draws.get(parent, above)]
        goal = self._told(wanted, [row[child.key]], asked, above, parent.label)
        return self._plan("medium", goal, steps, [self._says(asked, above)])

    def _list(self) -> Plan | None:
        """The rows that point to one whose name is known."""
        child, parent = self._draws.pair()
        named = self._draws.named(parent)
        if named is None:
            return None
        search = self._draws.search(child, parent.key, named.row[parent.key])
        if not 1 <= len(search.rows) <= _MOST_LISTED:
            return None
        wanted = self._said(
            "list",
            entity=child.label,
            entities=self._many(child),
            parent=parent.label,
            by=named.by.label,
            name=named.name,
        )
        keys = tuple(str(row[child.key]) for row in search.rows)
        goal = Goal(wanted, (named.name,), (child.label,), keys)
        said = self._said("says_all", values=", ".join(keys))
        return self._plan("medium", goal, [self._sought(named), search], [said])

    def _change(self) -> Plan | None:
        """First what a row says, then something of it changed."""
        entity = self._draws.entity()
        row, asked = self._draws.row(entity), self._draws.attribute(entity)
        drawn = self._draws.changed(entity, row)
        if drawn is None:
            return None
        changed, value = drawn
        wanted = self._said(
            "change",
            label=asked.label,
            entity=entity.label,
            key=row[entity.key],
            changed=changed.label,
            value=shown(value, changed, self._language),
        )
        write = Step(
            f"update_{entity.name}",
            {entity.key: row[entity.key], changed.name: value},
            ({**row, changed.name: value},),
        )
        kept = [row[entity.key], shown(value, None, self._language)]
        goal = self._told(wanted, kept, asked, row, changed.label, entity.label)
        return self._written(goal, [self._draws.get(entity, row), write], self._says(asked, row))

    def _remove(self) -> Plan:
        """First what a row says, then the row gone."""
        entity = self._draws.entity(deleted=True)
        row, asked = self._draws.row(entity), self._draws.attribute(entity)
        key = row[entity.key]
        wanted = self._said("remove", label=asked.label, entity=entity.label, key=key)
        gone = Step(f"delete_{entity.name}", {entity.key: key}, ({entity.key: key},))
        goal = self._told(wanted, [key], asked, row, entity.label)
        return self._written(goal, [self._draws.get(entity, row), gone], self._says(asked, row))

    def _best(self) -> Plan | None:
        """Of the rows that point to one the highest or the latest."""
        child, parent = self._draws.pair()
        ordered = [each for each in child.attributes if each.kind in ("date", "number", "amount")]
        if not ordered:
            return None
        attribute, above = self._draws.random.choice(ordered), self._draws.row(parent)
        search = self._draws.search(child, parent.key, above[parent.key])
        best = _first_alone(search.rows, attribute)
        if best is None:
            return None
        wanted = self._said(
            "latest" if attribute.kind == "date" else "highest",
            entity=child.label,
            entities=self._many(child),
            parent=parent.label,
            key=above[parent.key],
            label=attribute.label,
        )
        key = str(best[child.key])
        goal = Goal(wanted, (above[parent.key],), (attribute.label, child.label), (key,))
        return self._plan("hard", goal, [search], [self._said("says_best", value=key)])

    def _book(self) -> Plan | None:
        """A new row for one who is known by name."""
        child, parent = self._draws.pair()
        named = self._draws.named(parent)
        if named is None or len(child.attributes) + len(child.belongs_to) > _MOST_DETAILS:
            return None
        new = {**self._draws.new_row(child), parent.key: named.row[parent.key]}
        details, kept = self._details(child, parent, new)
        wanted = self._said(
            "book",
            entity=child.label,
            parent=parent.label,
            by=named.by.label,
            name=named.name,
            details=self._said("and").join(details),
        )
        given = {name: value for name, value in new.items() if name != child.key}
        write = Step(f"create_{child.name}", given, (new,))
        goal = Goal(wanted, (named.name, *kept), (child.label,))
        return self._written(goal, [self._sought(named), write])

    def _details(self, child: Entity, known: Entity, row: Row) -> tuple[list[str], list[str]]:
        """What is said of a new row, and the texts of it that must stay."""
        parents = [
            self._draws.outline.entity(name) for name in child.belongs_to if name != known.name
        ]
        pairs = [(parent.label, str(row[parent.key])) for parent in parents]
        pairs += [(a.label, shown(row[a.name], a, self._language)) for a in child.attributes]
        kept = [str(row[parent.key]) for parent in parents]
        kept += [
            shown(row[a.name], None, self._language) for a in child.attributes if a.kind != "yes_no"
        ]
        return [self._said("detail", label=label, value=value) for label, value in pairs], kept

    def _sought(self, named: Named) -> Step:
        return self._draws.search(named.entity, named.by.name, named.name)

    def _says(self, asked: Attribute, row: Row) -> str:
        value = shown(row[asked.name], asked, self._language)
        return self._said("says", value=value, label=asked.label)

    def _told(
        self, wanted: str, kept: Sequence[Any], asked: Attribute, row: Row, *about: str
    ) -> Goal:
        """The goal to hear what is noted of a row, which stays hidden."""
        value = shown(row[asked.name], None, self._language)
        hidden = (value,) if len(value) > 2 and value not in wanted else ()
        return Goal(wanted, tuple(map(str, kept)), (asked.label, *about), hidden)

    def _written(self, goal: Goal, steps: Sequence[Step], *outcomes: str) -> Plan:
        """A plan whose last step writes."""
        done = self._said("done", tool=steps[-1].tool)
        return self._plan("hard", goal, steps, [*outcomes, done])

    def _plan(
        self, difficulty: Difficulty, goal: Goal, steps: Sequence[Step], outcomes: Sequence[str]
    ) -> Plan:
        judged = rubric(steps, outcomes, self._language)
        return Plan(difficulty, goal, tuple(steps), tuple(judged))

    def _many(self, entity: Entity) -> str:
        return plural(entity.name).replace("_", " ")


def _first_alone(rows: Sequence[Row], attribute: Attribute) -> Row | None:
    """The row with the highest value, if it is one of several that were all found."""
    ordered = sorted(rows, key=lambda row: row[attribute.name])
    if not 2 <= len(ordered) < MOST_FOUND:
        return None
    last, before = ordered[-1], ordered[-2]
    return last if last[attribute.name] != before[attribute.name] else None
