"""The scenarios that ship, with their pages of rules, and what their texts say."""

import calendar
import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import yaml

import trialogue
from trialogue.records.scenario import Activity, Quantity, Scenario

ROOT = Path(trialogue.__file__).parent / "scenarios"
FILES = sorted(ROOT.glob("*.yaml"))
# Letters that English prose of ours may use beyond ASCII: signs, and names such as Türkiye.
TYPOGRAPHIC = set("–—‘’“”…×²³°€£é½¼ü")
FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
# "480 CNY is 30 CNY more than 450 CNY.", "6 rides is the same as 6 rides." and the same in Chinese,
# with one unit throughout.
COMPARISON = re.compile(
    r"(?P<mine>[\d.]+) (?P<unit>.+) is (?:(?P<gap>[\d.]+) (?P=unit) (?P<kind>more|less) than"
    r"|the same as) (?P<limit>[\d.]+) (?P=unit)\."
)
COMPARISON_ZH = re.compile(
    r"(?P<mine>[\d.]+)(?P<unit>\D+)(?:比(?P<limit>[\d.]+)(?P=unit)(?P<kind>多|少)(?P<gap>[\d.]+)(?P=unit)"
    r"|等于(?P<same>[\d.]+)(?P=unit))。"
)


@cache
def load(file: Path) -> Scenario:
    return Scenario.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def pages(file: Path) -> dict[str, str]:
    """The text of every page of rules by its path relative to the scenarios."""
    found: dict[str, str] = {}
    for name in load(file).documents:
        place = file.parent / name
        for page in sorted(place.rglob("*.md")) if place.is_dir() else [place]:
            found[str(page.relative_to(ROOT))] = page.read_text(encoding="utf-8")
    return found


def sections(text: str) -> dict[str, str]:
    """Text under each `##` heading."""
    parts = re.split(r"(?m)^## +(.+)$", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def all_sections(file: Path) -> list[tuple[str, str]]:
    return [pair for text in pages(file).values() for pair in sections(text).items()]


def main_sections(activity: Activity, file: Path) -> list[tuple[str, str]]:
    topic = activity.topic.lower()
    return [(heading, body) for heading, body in all_sections(file) if topic in heading.lower()]


def quantities(scenario: Scenario) -> list[Quantity]:
    return [quantity for activity in scenario.activities for quantity in activity.quantities]


def figures(text: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "")) for found in FIGURE.findall(text)]


def without_date(note: str) -> str:
    return re.sub(r"^On \d+ [A-Z][a-z]+|^\d+月\d+日", "", note)


def day_of(note: str, today: date) -> date:
    """The last day up to `today` of the name that the note begins with: "On 24 March"."""
    found = re.match(r"On (?P<day>\d+) (?P<name>[A-Z]\w+)|(?P<month>\d+)月(?P<zh_day>\d+)日", note)
    assert found, f"no date in front: {note}"
    month = found["month"] or list(calendar.month_name).index(found["name"])
    day = date(today.year, int(month), int(found["day"] or found["zh_day"]))
    return day if day <= today else day.replace(year=today.year - 1)


def fits(quantity: Quantity, figure: Decimal) -> bool:
    in_range = quantity.low <= figure <= quantity.high
    return in_range and (figure - quantity.low) % quantity.step == 0


def is_table_row(sentence: str, body: str) -> bool:
    """Whether a row of a table, under its head, says what the sentence says."""
    rows = [line for line in body.splitlines() if line.startswith("|")]
    for row in rows[2:]:
        first, *others = (cell.strip() for cell in row.strip("|").split("|"))
        named = first in sentence and any(cell in sentence for cell in others)
        if named and set(figures(sentence)) <= set(figures(rows[0] + row)):
            return True
    return False


def is_quoted(sentence: str, file: Path) -> bool:
    bodies = [body for _, body in all_sections(file)]
    plain = any(sentence in re.sub(r"\s+", " ", body) for body in bodies)
    return plain or any(is_table_row(sentence, body) for body in bodies)


def compared(sentence: str) -> tuple[str, Decimal, Decimal, Decimal]:
    """The kind ("more", "less" or "same"), the user's figure, the gap and the rule's figure."""
    found = COMPARISON.fullmatch(sentence) or COMPARISON_ZH.fullmatch(sentence)
    assert found, f"not of the form of a comparison: {sentence}"
    kind = {"多": "more", "少": "less", None: "same"}.get(found["kind"], found["kind"])
    limit = found["limit"] or found["same"]
    return str(kind), Decimal(found["mine"]), Decimal(found["gap"] or 0), Decimal(limit)


def question_mark(scenario: Scenario) -> str:
    return "？" if scenario.language == "zh" else "?"


ENGLISH = [file for file in FILES if load(file).language == "en"]

each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
each_english = pytest.mark.parametrize("file", ENGLISH, ids=lambda file: file.stem)
