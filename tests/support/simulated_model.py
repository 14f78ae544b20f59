"""A simulated model: answers every prompt of the pipeline acceptably, the same for equal requests.

It stands in for a model where what is measured is everything but the model. It recognises a
prompt by its own file, so that a reworded prompt is recognised too. It also serves, alone:
`python tests/support/simulated_model.py --delay 0.05`.
"""

import argparse
import json
import re
import threading
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from openai_server import Body, OpenAIServer, Reply, refusal
from simulated_phrases import PHRASES

from trialogue.agents.prompt import load_prompt

_PLACE = re.compile(r"\\\{\\\{(\w+)\\\}\\\}")
_SECTION = re.compile(r"^# (system|user|assistant)$", re.MULTILINE)
_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")


def reply(body: Body) -> str:
    """What the simulated model answers to a chat request. Raises LookupError for a foreign one."""
    found = recognised(body["messages"])
    draw = _Draw(body)
    write = {
        "intent": _intent,
        "question": _question,
        "line": _line,
        "said": _said,
        "reaction": _reaction,
        "answer": _answer,
        "act": _decision,
        "tools": _decision,
        "consult": lambda found, draw: '{"sentence": 1}',
        "keywords": _keywords,
        "outline": _outline,
        "rule": _rule,
    }
    return write[found.name](found, draw)


class Found(NamedTuple):
    """A recognised prompt and what fills the places of its last message."""

    name: str
    language: str
    values: dict[str, str]


def prompt_of(body: Body) -> str:
    """The name of the prompt that a request fills."""
    return recognised(body["messages"]).name


class _Draw:
    """Choices that depend on the whole request and on nothing else."""

    def __init__(self, body: Body) -> None:
        self._body = json.dumps(body, sort_keys=True)

    def number(self, below: int, *path: str) -> int:
        digest = sha256("/".join((self._body, *path)).encode()).digest()
        return int.from_bytes(digest[:8], "big") % below

    def pick(self, found: Found, what: str) -> str:
        choices = PHRASES[found.language][what]
        return choices[self.number(len(choices), what)]


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str], re.Pattern[str]]]:
    """Every prompt as name, language, and patterns of its system and its last user message."""
    known = []
    for language in ("en", "zh"):
        folder = files("trialogue.agents") / "prompts" / language
        names = sorted(f.name[:-3] for f in folder.iterdir() if f.name.endswith(".md"))
        for name in names:
            parts = _SECTION.split(load_prompt(name, language).source)[1:]
            system, last = parts[1].partition("\n# examples")[0], parts[-1]
            patterns = _pattern(system, last=False), _pattern(last, last=True)
            known.append((name, language, *patterns))
    return known


def _pattern(template: str, *, last: bool) -> re.Pattern[str]:
    seen: set[str] = set()

    def place(match: re.Match[str]) -> str:
        name = match.group(1)
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.*?)"

    # What may follow is how an endpoint without schemas is told the form of the answer.
    end = r"\Z" if last else r"(?:\n\n.*)?\Z"
    return re.compile(_PLACE.sub(place, re.escape(template.strip())) + end, re.S)


def recognised(messages: list[dict[str, Any]]) -> Found:
    """The prompt that a request fills. Raises LookupError if it is none of the pipeline's."""
    system = str(messages[0]["content"])
    for name, language, about, last in _patterns():
        if about.match(system):
            # A request for repair stands behind the message that is looked for.
            for message in reversed(messages):
                if message["role"] == "user" and (found := last.match(str(message["content"]))):
                    return Found(name, language, found.groupdict())
    raise LookupError(f"no prompt of the pipeline begins with {system[:80]!r}")


def _plain(text: str) -> str:
    """Text without figures."""
    return " ".join(re.sub(r"\S*\d\S*", "", text).split())


def _intent(found: Found, draw: _Draw) -> str:
    occasion, topics = _plain(found.values["occasion"]), _plain(found.values["topics"])
    return draw.pick(found, "intent").format(
        occasion=occasion, topics=topics, wish=draw.pick(found, "wish")
    )


def _question(found: Found, draw: _Draw) -> str:
    ask = _plain(found.values["ask"]).rstrip("?？. 。")
    if found.language == "en" and not re.match(r"I\b", ask):
        ask = ask[:1].lower() + ask[1:]
    return draw.pick(found, "question").format(ask=ask)


def _line(found: Found, draw: _Draw) -> str:
    what, date, *figures = re.split(r"[;；]\s*", found.values["note"].strip())
    listed = ("，" if found.language == "zh" else ", ").join(figures)
    return draw.pick(found, "line").format(what=what, date=date, figures=listed)


def _said(found: Found, draw: _Draw) -> str:
    line = found.values["line"].strip()
    dated = re.match(r"On (\d+ \w+) (I .*)\.$", line) or re.match(r"(\d+月\d+日)(我.*)。$", line)
    if dated:
        return draw.pick(found, "dated").format(date=dated[1], rest=dated[2])
    return draw.pick(found, "undated").format(line=line)


def _reaction(found: Found, draw: _Draw) -> str:
    return draw.pick(found, "opener") + draw.pick(found, "reaction")


def _answer(found: Found, draw: _Draw) -> str:
    figure = _deciding(found)
    if figure is None:
        return draw.pick(found, "begin") + draw.pick(found, "unlimited")
    return draw.pick(found, "begin") + draw.pick(found, "limited").format(figure=figure)


def _deciding(found: Found) -> str | None:
    """The rule's side of the comparison, else the rule's first figure."""
    compared = _FIGURE.findall(found.values["compared"])
    if compared:
        return str(compared[1] if found.language == "zh" else compared[-1])
    rule = _FIGURE.findall(_CLOCK.sub(" ", found.values["rules"]))
    return str(rule[0]) if rule else None


def _decision(found: Found, draw: _Draw) -> str:
    """Mostly nothing is looked up; one time in eight the documents are searched."""
    call: dict[str, Any] = {"tool": "none", "arguments": {}}
    if "search_documents(" in found.values["tools"] and not draw.number(8, "look up"):
        query = _plain(found.values.get("next", "")) or "rules"
        call = {"tool": "search_documents", "arguments": {"query": query[:60]}}
    return json.dumps({"call": call}, ensure_ascii=False)


def _keywords(found: Found, draw: _Draw) -> str:
    known = re.split(r"[,，]\s*", found.values["known"])
    words = [draw.pick(found, "keyword").format(known=word) for word in known[:2]]
    return json.dumps({"keywords": words}, ensure_ascii=False)


def _outline(found: Found, draw: _Draw) -> str:
    """Roles and deeds that only vary in their figures; the sentence stands in the topics."""
    said = PHRASES[found.language]
    low = 10 + draw.number(10, "low")
    deeds = [
        {"topic": topic, "what": what, "unit": unit, "per": None, "low": low, "high": low + 200}
        for topic, what, unit in zip(said["topic"], said["deed"], said["unit"], strict=True)
    ]
    sides = dict(
        zip(("user_label", "user", "assistant_label", "assistant"), said["sides"], strict=True)
    )
    return json.dumps({**sides, "jobs": said["job"], "deeds": deeds}, ensure_ascii=False)


def _rule(found: Found, draw: _Draw) -> str:
    return draw.pick(found, "rule").format(**found.values)


class _Forgetful(list[Any]):
    """A list that is counted but not kept, for servers that run for long."""

    def __init__(self) -> None:
        self._count = 0

    def append(self, _: Any) -> None:
        self._count += 1

    def __len__(self) -> int:
        return self._count


def served(body: Body) -> Reply | str:
    """`reply` for a server: what it cannot answer is refused at once instead of tried again."""
    try:
        return reply(body)
    except (LookupError, ValueError) as error:
        return refusal(400, f"{type(error).__name__}: {error}")


def main() -> None:
    """Serve until interrupted; the first line printed is the base URL."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args()
    server = OpenAIServer(served, port=options.port, delay=options.delay)
    server.requests = _Forgetful()
    server.headers = _Forgetful()
    print(server.base_url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
