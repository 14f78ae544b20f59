from pathlib import Path

import pytest

from trialogue import model_files
from trialogue.errors import EndpointError, UsageError
from trialogue.settings import Settings


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALOGUE_CACHE", str(tmp_path))


def kinds(chat: bool = True, **given: object) -> list[str]:
    settings = Settings.model_validate({"scenario": "car_rental", **given})
    return [entry.kind for entry in model_files.missing(settings, chat=chat)]


def test_each_file_that_is_missing_is_named_once() -> None:
    assert kinds() == ["embedder", "chat"]
    assert kinds(chat=False) == ["embedder"]


def test_what_is_elsewhere_needs_no_file() -> None:
    assert kinds(embedder="hash", model="openai:x", base_url="http://127.0.0.1:9/v1") == []
    assert kinds(embedder="hash", model="local:mine.gguf") == []


def test_a_role_of_its_own_counts() -> None:
    assert kinds(embedder="hash", model="openai:x", roles={"assistant": "local"}) == ["chat"]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UsageError, match="no model is called"):
        kinds(model="local:absent")
    with pytest.raises(EndpointError, match="has no provider"):
        kinds(embedder="hash", model="gpt")
