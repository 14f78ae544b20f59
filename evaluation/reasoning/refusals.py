"""Why something is not taken, by a name that can be counted and a sentence for people."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """`name` is a short slug such as "wrong_label", `text` says what is wrong in one clause."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"


class Refused(ValueError):
    """Raised with the refusal of a text, a quotation or an expression."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.refusal = Refusal(name, text)
