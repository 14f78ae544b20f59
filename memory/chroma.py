"""ChromaDB opened quietly: no telemetry, no downloads, errors in one line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.errors import UsageError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection


def open_chroma(folder: Path | None) -> "ClientAPI":
    """A client that keeps its data in `folder`, or in memory for None.

    Raises UsageError if the folder holds something that ChromaDB cannot open.
    """
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if folder is None:
        return chromadb.EphemeralClient(settings)
    try:
        return chromadb.PersistentClient(str(folder.resolve()), settings)
    except Exception as error:
        raise UsageError(
            f"{folder} cannot be opened by ChromaDB ({error}); make room if the disk is full, "
            "else remove it"
        ) from error


def close_chroma(client: "ClientAPI") -> None:
    """Let go of the client's files: ChromaDB would keep them open, and give them, closed or not,
    to the next client of the same folder."""
    closing: Any = client  # only its concrete class has `close`
    closing.close()


def collection_of(client: "ClientAPI", name: str) -> "Collection":
    """The collection `name` for vectors that we compute ourselves, compared by cosine."""
    options: dict[str, Any] = {
        "configuration": {"hnsw": {"space": "cosine"}},
        "embedding_function": None,
    }
    return client.get_or_create_collection(name, **options)
