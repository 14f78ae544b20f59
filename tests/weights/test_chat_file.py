from pathlib import Path

import pytest

from trialogue import weights
from trialogue.errors import UsageError


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF and so on")
    assert weights.chat_file(str(file)) == (file, "mine")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.gguf: No such file"):
        weights.chat_file(str(tmp_path / "none.gguf"))


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    file = tmp_path / "page.gguf"
    file.write_text("<html>")
    with pytest.raises(UsageError, match=r"page\.gguf is not a GGUF file"):
        weights.chat_file(str(file))


def test_an_embedder_does_not_chat() -> None:
    with pytest.raises(UsageError, match="use-multilingual is not a chat model"):
        weights.chat_file("use-multilingual")
