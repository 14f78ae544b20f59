"""Lead-ins to a sentence, at most one a line, and sentences that add no fact, none said twice."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from random import Random
from typing import Any

from trialogue.agents.controls.files import data
from trialogue.agents.controls.words import sentences
from trialogue.records import Language

Step = Callable[[str], str]
Join = Callable[[str, str], str]

# Sentences of at most this many bytes, about four words or six Chinese characters, are greetings:
# lead-ins come after them.
_GREETING = 20
# Words that are written small inside a sentence; a name would not be.
_SMALL = re.compile(
    r"(?:A|Am|An|And|Are|At|Can|Did|Do|Does|Each|For|Has|Have|How|If|In|Is|It|May|My|No(?!,)|Of|On|One|Only|"
    r"Our|The|There|These|They|This|Those|Up|Was|We|Were|What|When|Where|Which|Who|Why|Will|"
    r"With|Would|You|Your)\b"
)
_LEADS = re.compile(r"(?:And|But|So|Or|Oh|Now|Then|Well|Hm|About|By the way)\b", re.IGNORECASE)
_ENDS, _MORE = ("low", "high"), ("more", "over")
# "One more thing: is it paid?", "再说酒店，能报吗？"
_LED = {
    "en": re.compile(r"[A-Z][^.,:;!?\d]{1,50}: \S"),
    "zh": re.compile(
        "(?:再说|回到|还有|另外|那么)[^，。？！]{0,12}，|[^，。？！]{1,12}(?:那边，|：)"
    ),
}


def lead_ins(texts: Any, language: Language, random: Random, said: Sequence[str]) -> Iterator[Step]:
    """Steps that put one of `texts` before what is told, and one before the last question.

    A line that is led in already stays as it is. Texts that nobody led in with in `said`, the
    earlier lines, go before the others.
    """

    def alone(put: Step) -> Step:
        return lambda line: line if is_led(line, language) else put(line)

    def drawn(offered: Sequence[str]) -> str:
        new = [text for text in offered if not any(_begins(line, (text,)) for line in said)]
        return random.choice(new or offered)

    if texts.get("start"):
        yield alone(partial(_before_rest, drawn(texts["start"]), _lead))
    if texts.get("question"):
        yield alone(partial(_before_question, drawn(texts["question"]), _lead))


def fillers(texts: Any, language: Language, random: Random, said: Sequence[str]) -> Iterator[Step]:
    """Steps that put a sentence before what is told, before the last question, and at the end:
    one that does not stand in `said`, the earlier lines, and nothing where all do."""
    gap = "" if language == "zh" else " "

    def join(text: str, rest: str) -> str:
        return f"{text}{gap}{rest}"

    for place, put in (("start", _before_rest), ("question", _before_question), ("end", _after)):
        new = [text for text in texts.get(place, ()) if not any(text in line for line in said)]
        if new:
            yield partial(put, random.choice(new), join)


def is_led(line: str, language: Language) -> bool:
    """Whether a sentence of the line is led in: "By the way, ", "One more thing: "."""
    led = any(_LED[language].match(sentence) for sentence in sentences(line))
    return led or _begins(line, _all_texts(language, _ENDS))


def is_filler(sentence: str, language: Language) -> bool:
    """Whether a sentence adds no fact: one of those that code adds."""
    return sentence.strip() in _all_texts(language, _MORE)


def _begins(line: str, leads: Sequence[str]) -> bool:
    """Whether a sentence of the line begins with one of the lead-ins."""
    small = tuple(lead.lower() for lead in leads)
    return any(sentence.lower().startswith(small) for sentence in sentences(line))


@cache
def _all_texts(language: Language, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The lead-ins, or the filler, of all controls."""
    tables = data("control_swaps")[language].values()
    places = [side for table in tables for part in parts for side in table.get(part, {}).values()]
    return tuple(text for place in places for texts in place.values() for text in texts)


def _before_question(text: str, join: Join, line: str) -> str:
    last = (sentences(line) or [""])[-1]
    if not last.endswith(("?", "？")):
        return line
    at = line.rindex(last)
    return line[:at] + join(text, line[at:])


def _before_rest(text: str, join: Join, line: str) -> str:
    """Before the first sentence that is no greeting and no question."""
    first = next((said for said in sentences(line) if len(said.encode()) > _GREETING), "?")
    if first.endswith(("?", "？")):
        return line
    at = line.index(first)
    return line[:at] + join(text, line[at:])


def _after(text: str, join: Join, line: str) -> str:
    return join(line, text)


def _lead(text: str, rest: str) -> str:
    """A lead-in, after which a known word is written small.

    None before other capitals, which may be a name or not, nor where the rest leads in itself.
    """
    if _LEADS.match(rest):
        return rest
    if _SMALL.match(rest):
        return text + rest[0].lower() + rest[1:]
    plain = text.endswith(": ") or not re.match(r"[A-Z](?<!I)|I\w|[^,]{1,8}, ", rest)
    return text + rest if plain else rest
