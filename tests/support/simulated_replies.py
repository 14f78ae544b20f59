"""What the simulated model answers to each prompt, acceptably, the same for equal requests."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from openai_server import Body
from simulated_phrases import PHRASES
from simulated_prompts import Found

_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")


class Draw:
    """Choices that depend on the whole request and on nothing else."""

    def __init__(self, body: Body) -> None:
        self._body = json.dumps(body, sort_keys=True)

    def number(self, below: int, *path: str) -> int:
        digest = sha256("/".join((self._body, *path)).encode()).digest()
        return int.from_bytes(digest[:8], "big") % below

    def pick(self, found: Found, what: str) -> str:
        choices = PHRASES[found.language][what]
        return choices[self.number(len(choices), what)]


def _plain(text: str) -> str:
    """Text without figures."""
    return " ".join(re.sub(r"\S*\d\S*", "", text).split())


def _intent(found: Found, draw: Draw) -> str:
    occasion, topics = _plain(found.values["occasion"]), _plain(found.values["topics"])
    return draw.pick(found, "intent").format(
        occasion=occasion, topics=topics, wish=draw.pick(found, "wish")
    )


def _question(found: Found, draw: Draw) -> str:
    ask = _plain(found.values["ask"]).rstrip("?？. 。")
    if found.language == "en" and not re.match(r"I\b", ask):
        ask = ask[:1].lower() + ask[1:]
    return draw.pick(found, "question").format(ask=ask)


def _line(found: Found, draw: Draw) -> str:
    what, date, *figures = re.split(r"[;；]\s*", found.values["note"].strip())
    listed = ("，" if found.language == "zh" else ", ").join(figures)
    return draw.pick(found, "line").format(what=what, date=date, figures=listed)


def _said(found: Found, draw: Draw) -> str:
    line = found.values["line"].strip()
    dated = re.match(r"On (\d+ \w+) (I .*)\.$", line) or re.match(r"(\d+月\d+日)(我.*)。$", line)
    if dated:
        return draw.pick(found, "dated").format(date=dated[1], rest=dated[2])
    return draw.pick(found, "undated").format(line=line)


def _reaction(found: Found, draw: Draw) -> str:
    return draw.pick(found, "opener") + draw.pick(found, "reaction")


def _answer(found: Found, draw: Draw) -> str:
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


def _decision(found: Found, draw: Draw) -> str:
    """Mostly nothing is looked up; one time in eight the documents are searched."""
    call: dict[str, Any] = {"tool": "none", "arguments": {}}
    if "search_documents(" in found.values["tools"] and not draw.number(8, "look up"):
        query = _plain(found.values.get("next", "")) or "rules"
        call = {"tool": "search_documents", "arguments": {"query": query[:60]}}
    return json.dumps({"call": call}, ensure_ascii=False)


def _keywords(found: Found, draw: Draw) -> str:
    known = re.split(r"[,，]\s*", found.values["known"])
    words = [draw.pick(found, "keyword").format(known=word) for word in known[:2]]
    return json.dumps({"keywords": words}, ensure_ascii=False)


def _outline(found: Found, draw: Draw) -> str:
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


def _rule(found: Found, draw: Draw) -> str:
    return draw.pick(found, "rule").format(**found.values)


def _request(found: Found, draw: Draw) -> str:
    return draw.pick(found, "request").format(request=found.values["request"].rstrip(".。"))


def _detail(found: Found, draw: Draw) -> str:
    return draw.pick(found, "detail").format(detail=found.values["detail"].rstrip(".。"))


def _ask(found: Found, draw: Draw) -> str:
    return draw.pick(found, "ask").format(**found.values)


def _goal(found: Found, draw: Draw) -> str:
    """Everything is answered; the list is done when nothing in it is open."""
    still_open = re.search(r"^- (open|未问)", found.values["goal"], re.MULTILINE)
    return json.dumps({"answered": "yes", "all_done": not still_open})


def _grounded(found: Found, draw: Draw) -> str:
    """The last result as it is, without what would break the line."""
    last = found.values["done"].strip().splitlines()[-1]
    return draw.pick(found, "grounded").format(result=last.partition("): ")[2])


def _validate(found: Found, draw: Draw) -> str:
    """Every requirement is met, as the last turn shows."""
    last = found.values["dialogue"].strip().splitlines()[-1]
    quote = re.split("[:：] ?", last, maxsplit=1)[-1]
    return json.dumps({"quote": quote, "verdict": "met"}, ensure_ascii=False)


def _instance(schema: str | dict[str, Any]) -> Any:
    """The least value that a JSON Schema allows."""
    form: dict[str, Any] = json.loads(schema) if isinstance(schema, str) else schema
    if "enum" in form:
        return form["enum"][0]
    kind = form.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return {name: _instance(part) for name, part in form.get("properties", {}).items()}
        case "array":
            return [_instance(form.get("items", {}))]
        case "integer" | "number":
            return form.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return "one"


def _speaker(found: Found, draw: Draw) -> str:
    names = found.values["may"].split(" / ")
    return json.dumps({"next": names[draw.number(len(names), "next")]}, ensure_ascii=False)


WRITERS: dict[str, Callable[[Found, Draw], str]] = {
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
    "request": _request,
    "detail": _detail,
    "closing": lambda found, draw: draw.pick(found, "closing"),
    "ask": _ask,
    "affirm": lambda found, draw: draw.pick(found, "affirm"),
    "term": lambda found, draw: '{"term": ""}',
    "explain": lambda found, draw: draw.pick(found, "explain").format(**found.values),
    "style": lambda found, draw: found.values["line"],
    "validate": _validate,
    "simulate": lambda found, draw: json.dumps({"result": _instance(found.values["schema"])}),
    "tool_tasks": lambda found, draw: found.values["wanted"].strip() + ".",
    "need": lambda found, draw: '{"question": ""}',
    "goal": _goal,
    "look": lambda found, draw: '{"fault": "none"}',
    "grounded": _grounded,
    "speaker": _speaker,
    "join": lambda found, draw: draw.pick(found, "join").format(**found.values),
    "improvise": lambda found, draw: draw.pick(found, "opener") + draw.pick(found, "improvise"),
    "topic": lambda found, draw: draw.pick(found, "topic"),
    "remark": lambda found, draw: draw.pick(found, "remark").format(**found.values),
}
