"""A run's folder: settings, dialogues, failures, journal, memory; one process at a time."""

import json
import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from trialogue.errors import UsageError
from trialogue.records import Dialogue

DIALOGUES, FAILURES, SETTINGS = "dialogues.jsonl", "failures.jsonl", "run.json"


class RunFolder:
    """An open run folder; use it in a `with`. Raises UsageError if another process has it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path / ".lock")
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UsageError(
                f"{path} is in use by another process; wait for it or choose another --out"
            ) from error
        except OSError as error:
            raise UsageError(f"{path} cannot be written to: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def settle(self, settings: dict[str, Any], free: frozenset[str]) -> None:
        """Write the settings, or check that they are those of the run that is here.

        Settings named in `free` (patterns of dotted names) may differ. `contents` holds hashes:
        for each kind of thing, such as documents, by name. Raises UsageError that names what
        differs.
        """
        file = self.path / SETTINGS
        if file.exists():
            self._compare(_settings(file), settings, free)
        self._replace(SETTINGS, json.dumps({"settings": settings}, indent=2, ensure_ascii=False))

    def _compare(
        self, before: dict[str, Any], settings: dict[str, Any], free: frozenset[str]
    ) -> None:
        self._compare_contents(before.pop("contents", None), settings.get("contents"))
        old, new = lasting(before, free), lasting(settings, free | {"contents"})
        differing = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
        if differing:
            told = "; ".join(
                f"{key} was {_short(old.get(key))}, now {_short(new.get(key))}"
                for key in differing[:3]
            )
            more = f"; and {len(differing) - 3} more" if len(differing) > 3 else ""
            raise UsageError(
                f"{self.path} holds a run with other settings ({told}{more}); choose another --out"
            )

    def _compare_contents(self, before: dict[str, Any] | None, now: dict[str, Any] | None) -> None:
        """Runs of versions that kept no hashes are taken as they are."""
        for kind in sorted(before or {}):
            old, new = (before or {})[kind], (now or {}).get(kind, {})
            differing = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
            if differing:
                more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
                raise UsageError(
                    f"{self.path} holds a run whose {kind} differ: {', '.join(differing[:3])}"
                    f"{more}; choose another --out"
                )

    def check_room(self, wanted: int) -> None:
        """Raises UsageError if more than `wanted` dialogues are here already."""
        held = sum(1 for _ in self.dialogues())
        if held > wanted:
            raise UsageError(
                f"{self.path} holds {held} dialogues; ask for at least {held} "
                "or choose another --out"
            )

    def dialogues(self) -> Iterator[Dialogue]:
        """The dialogues written so far, in order; a torn last line is cut off first."""
        yield from _records(self.path / DIALOGUES)

    def append(self, dialogue: Dialogue, *, failed: bool = False) -> None:
        """Write a whole line and flush it. Raises UsageError if the disk is full."""
        file = self.path / (FAILURES if failed else DIALOGUES)
        try:
            with file.open("ab") as out:
                out.write(dialogue.to_line().encode() + b"\n")
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error

    def failures(self) -> Iterator[Dialogue]:
        """The attempts written so far that failed or were refused; as `dialogues`."""
        yield from _records(self.path / FAILURES)

    def _replace(self, name: str, text: str) -> None:
        temporary = self.path / f".{name}.new"
        try:
            temporary.write_text(text + "\n", encoding="utf-8")
            os.replace(temporary, self.path / name)
        except OSError as error:
            raise UsageError(
                f"{self.path / name} cannot be written: {error.strerror or error}"
            ) from error


def _records(file: Path) -> Iterator[Dialogue]:
    if not file.exists():
        return
    _cut_torn_line(file)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield Dialogue.model_validate_json(line)
            except ValueError as error:
                raise UsageError(f"{file}:{number}: not a dialogue record; mend it") from error


def _cut_torn_line(file: Path) -> None:
    """Drop what follows the last newline: a write that was killed."""
    with file.open("rb+") as lines:
        size = lines.seek(0, os.SEEK_END)
        position, tail = size, b""
        while position and b"\n" not in tail:
            step = min(position, 65_536)
            position -= step
            lines.seek(position)
            tail = lines.read(step) + tail
        whole = position + tail.rfind(b"\n") + 1
        if whole < size:
            lines.truncate(whole)


def _settings(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8"))["settings"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"{file} is damaged ({error}); remove it or choose --out") from error


def lasting(settings: dict[str, Any], free: frozenset[str]) -> dict[str, Any]:
    """Settings under dotted names, without those that match a pattern of `free`.

    Under dotted names an error can name the one that differs.
    """
    return {
        name: value
        for name, value in _flat(settings).items()
        if not any(fnmatchcase(name, p) or fnmatchcase(name, f"{p}.*") for p in free)
    }


def _flat(value: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            flat |= {f"{key}.{name}": deeper for name, deeper in _flat(inner).items()}
        else:
            flat[key] = inner
    return flat


def _short(value: object) -> str:
    if value is None:
        return "not set"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
