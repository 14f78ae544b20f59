"""What a check of the installation came to."""

from typing import Literal

from trialogue.records import Record

State = Literal["ok", "note", "fail"]


class Finding(Record):
    """One line of `trialogue doctor`.

    `state` is "fail" where a run cannot work, "note" where it works without something; `mend`
    says what to do about it.
    """

    what: str
    state: State
    said: str
    mend: str = ""
