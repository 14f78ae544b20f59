"""A scripted model that makes up the tools of a library, as good as a program needs it."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from openai_server import Body, Reply

Columns = Mapping[str, list[dict[str, Any]]]


def column(name: str, kind: str, *details: str, label: str | None = None) -> dict[str, Any]:
    """A column as a model proposes it."""
    return {"name": name, "label": label or name, "kind": kind, "details": list(details)}


QUESTIONS = ["When is my loan due?", "Who wrote this book?", "Can I keep it longer?",
             "Please cancel my loan."]  # fmt: skip
ENTITIES = [
    {"name": "book", "label": "book", "belongs_to": []},
    {"name": "member", "label": "member", "belongs_to": []},
    {"name": "loan", "label": "loan", "belongs_to": ["book", "member"]},
]
COLUMNS: Columns = {
    "book": [column("title", "title"), column("author", "person")],
    "member": [column("name", "person"), column("email", "email")],
    "loan": [column("due_date", "date"), column("status", "choice", "open", "late", "back")],
}
ZH_ENTITIES = [
    {"name": "book", "label": "图书", "belongs_to": []},
    {"name": "loan", "label": "借阅", "belongs_to": ["book"]},
]
ZH_COLUMNS: Columns = {
    "book": [column("title", "title", label="书名"), column("pages", "number", "80", "900", "页",
                                                        label="页数")],
    "loan": [column("due_date", "date", label="应还日期"),
             column("status", "choice", "借出", "已还", label="状态")],
}  # fmt: skip
ZH_QUESTIONS = ["我借的书哪天到期？", "这本书有多少页？", "我可以续借吗？", "请取消我的借阅。"]


def maker(**others: Callable[[Body], Any]) -> Callable[[Body], Reply | str]:
    """A model's replies; `others` answer for a schema's name or, as `line`, for a request."""

    def reply(body: Body) -> Reply | str:
        form = body.get("response_format")
        name = form["json_schema"]["name"] if form else "line"
        answer = (others.get(name) or _USUAL[name])(body)
        return answer if isinstance(answer, Reply | str) else json.dumps(answer)

    return reply


def last(body: Body) -> str:
    """The last message."""
    return str(body["messages"][-1]["content"])


def _chinese(body: Body) -> bool:
    return any("数据库" in str(m["content"]) for m in body["messages"][:1])


def _columns(body: Body) -> Any:
    known = ZH_COLUMNS if _chinese(body) else COLUMNS
    return {"columns": next(c for name, c in known.items() if re.search(rf"\b{name}", last(body)))}


def _purposes(body: Body) -> Any:
    names = body["response_format"]["json_schema"]["schema"]["properties"]
    text = "可以用来做{}这件事。" if _chinese(body) else "This is for the purpose called {}."
    said = {"get": "查看", "search": "查找", "create": "新增", "update": "修改", "delete": "删除"}
    return {name: text.format(said[name] if _chinese(body) else name) for name in names}


def _values(body: Body) -> Any:
    count = sum("Names:" in str(m["content"]) for m in body["messages"])
    words = "甲乙丙丁戊己庚辛壬癸" if _chinese(body) else "ABCDEFGHIJ"
    more = "续" if _chinese(body) else "More "
    first = more if re.search("others than|不要", last(body)) else ""
    return {"values": [f"{first}{w}书" if _chinese(body) else f"{first}Tale {w}{count}"
                       for w in words]}  # fmt: skip


def _line(body: Body) -> str:
    wanted = re.sub(r"</?wanted>", "", last(body)).strip()
    if re.search("[\u3400-\u9fff]", wanted):
        return f"您好，我想请您帮忙办这件事：{wanted}。"
    return f"Hello, I would like this: {wanted}, please."


_USUAL: dict[str, Callable[[Body], Any]] = {
    "Questions": lambda body: {"questions": ZH_QUESTIONS if _chinese(body) else QUESTIONS},
    "Entities": lambda body: {"entities": ZH_ENTITIES if _chinese(body) else ENTITIES},
    "Columns": _columns,
    "Purposes": _purposes,
    "Values": _values,
    "line": _line,
}
