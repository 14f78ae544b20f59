"""Outlines of databases as a model may propose them, accepted by the program's own checks."""

from hypothesis import assume
from hypothesis import strategies as st

from trialogue.agents.tool_answers import Columns, Entities, ProposedColumn, ProposedEntity
from trialogue.agents.tool_columns import accept_columns
from trialogue.agents.tool_entities import accept_entities
from trialogue.records import Language
from trialogue.tools.database_names import unified
from trialogue.tools.database_outline import Entity, Outline

# Words that collide: reserved ones, plurals, one inside another, names of parameters.
_WORDS = (
    "order", "orders", "user", "group", "book", "books", "loan", "member", "loan_id", "class",
    "values", "status", "date", "from", "price_min", "due_date", "name", "select", "bus", "box",
    "category", "index", "title", "limit", "today", "self", "none", "rows", "key", "stay_until",
)  # fmt: skip
_LABELS: dict[Language, tuple[str, ...]] = {
    "en": ("a thing", "due date", "name", "price"),
    "zh": ("图书", "读者", "借阅", "日期", "状态", "名称", "价格", "数量"),
}
_KINDS = ("person", "title", "choice", "number", "amount", "code", "date", "time", "yes_no",
          "phone", "email")  # fmt: skip
_NAMES = st.sampled_from(_WORDS) | st.from_regex(r"[a-z][a-z_]{1,23}", fullmatch=True)
_DETAILS = st.lists(
    st.sampled_from(("open", "closed", "it's", "100%", "a_b", "5", "1,000", "EUR", "待取", "-3"))
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12),
    max_size=8,
)


@st.composite
def _columns(draw: st.DrawFn, language: Language) -> Columns:
    column = st.builds(
        ProposedColumn,
        name=_NAMES,
        label=st.sampled_from(_LABELS[language]),
        kind=st.sampled_from(_KINDS),
        details=_DETAILS,
    )
    return Columns(columns=draw(st.lists(column, min_size=2, max_size=5)))


@st.composite
def _entities(draw: st.DrawFn, language: Language) -> Entities:
    names = draw(st.lists(_NAMES, min_size=2, max_size=4, unique=True))
    labels = draw(st.permutations(_LABELS[language]))
    proposed = [
        ProposedEntity(
            name=name,
            label=labels[number],
            belongs_to=draw(st.lists(st.sampled_from([*names, "nothing"]), max_size=3)),
        )
        for number, name in enumerate(names)
    ]
    return Entities(entities=proposed)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """Any outline that the checks let through."""
    language: Language = draw(st.sampled_from(("en", "zh")))
    try:
        entities = accept_entities(draw(_entities(language)), language)
        noted = [_noted(draw, entity, entities, language) for entity in entities]
    except ValueError:
        assume(False)
        raise
    return Outline(domain="a shop", language=language, entities=unified(noted))


def _noted(
    draw: st.DrawFn, entity: Entity, entities: tuple[Entity, ...], language: Language
) -> Entity:
    columns = accept_columns(draw(_columns(language)), entity, entities, language)
    titles = draw(
        st.lists(
            st.sampled_from(("Red", "red", "Blue Night", "50% off", "a_c", "蓝夜", "O'Neill")),
            min_size=1,
            unique_by=str.casefold,
        )
    )
    filled = [
        each.model_copy(update={"values": tuple(titles)}) if each.kind == "title" else each
        for each in columns
    ]
    return entity.model_copy(update={"attributes": tuple(filled)})
